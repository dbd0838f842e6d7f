/**
 * The state of the canvas outside React: scene, viewport, what is lit. It listens to the store, paints at most once a
 * frame, and tells React only what React shows.
 */
import { CancelledError } from '../../workers/client.ts';
import type { Model, NodeId, ValueId } from '../../graph-model/core/model.ts';
import type { LayoutInput, LayoutResult } from '../../layout/types.ts';
import type { Store } from '../store/store.ts';
import { whenIdle } from '../kit/when-idle.ts';
import { isShown } from '../store/shown.ts';
import type { State, ViewRequest } from '../store/state.ts';
import {
  centreOn,
  firstView,
  fitRect,
  inView,
  MAX_ZOOM,
  unionOf,
  wholeGraph,
  zoomed,
  type StageSize,
} from './camera.ts';
import { NOTHING_SHOWN, type CanvasView } from './canvas-view.ts';
import type { Viewport } from '../../graph-view/edge-path.ts';
import { tipOf } from './describe.ts';
import { COLOURING, colouring, UNCOLOURED } from './colouring.ts';
import { Lighting, LIGHTING } from './lighting.ts';
import { PLAIN_FRAME, type FrameState } from './frame-state.ts';
import { paint, visibleRect } from './painter.ts';
import { NEAR } from './zooms.ts';
import { pathSentence } from './paths.ts';
import { hitAt, NO_HIT, type Hit } from './hit.ts';
import { saveRequested } from './save-picture.ts';
import { ViewHistory } from './view-history.ts';
import { readPalette, watchTheme, type Palette } from './palette.ts';
import { markedVertices } from './problems.ts';
import { Scene, type Direction, type Rect } from '../../graph-view/scene.ts';
import { contains, isVersionOf, nodesIn, shareGraph, visibleVertex, widened } from './scene-pairs.ts';
import { layoutInput } from '../../graph-view/layout-input.ts';
import { layoutBefore } from '../../graph-view/layout-before.ts';
import type { Group } from '../../graph-model/groups/groups.ts';
import {
  anchorRects,
  keyInside,
  nodesOf,
  onSign,
  openAround,
  titleAt,
  toggledKey,
  toggleGroup,
} from './group-actions.ts';
import { groupAt, insidesOf, KIND, sameLayout, viewGraph } from '../../graph-view/view-graph.ts';

export type LayoutFunction = (input: LayoutInput, signal: AbortSignal) => Promise<LayoutResult>;

/** Moves the viewport: React Flow's own, so that its zooming stays in step. */
export type MoveViewport = (to: Viewport, duration: number) => void;

const MOTION = 260;
/** How far around the view cards are kept, in views. */
const MARGIN = 0.4;

export class CanvasController {
  readonly viewport = { x: 0, y: 0, zoom: 1 };
  stage: StageSize = { width: 0, height: 0 };
  palette: Palette | null = null;
  shown: CanvasView = NOTHING_SHOWN;
  /** Called after each painted frame: the minimap follows. */
  readonly painted = new Set<() => void>();
  private readonly listeners = new Set<() => void>();
  private canvas: HTMLCanvasElement | null = null;
  private move: MoveViewport | null = null;
  private frame = 0;
  private loading: AbortController | null = null;
  private loaded: { model: Model; scope: number; direction: Direction; fold: State['fold'] } | null = null;
  private nearRect: Rect | null = null;
  private settledAt = 0;
  private pending: ViewRequest | null = null;
  private readonly history = new ViewHistory();
  private readonly lighting = new Lighting();
  /** By vertex, 1 for those of the class that was picked in the legend. */
  private pickedVertices: Uint8Array | null = null;
  /** The group whose opening or closing is being laid out. */
  private toggled: string | null = null;
  private readonly visited = new Map<number, Viewport>();
  private state: FrameState = PLAIN_FRAME;

  constructor(
    readonly store: Store,
    private readonly layout: LayoutFunction,
    private readonly onDrawn: (model: Model) => void,
  ) {}

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  };

  readonly snapshot = (): CanvasView => this.shown;

  /** Starts listening; gives back how to stop. */
  attach(canvas: HTMLCanvasElement): () => void {
    this.canvas = canvas;
    this.readTheme();
    const observer = new ResizeObserver(() => this.resize());
    observer.observe(canvas.parentElement!);
    const stopTheme = watchTheme(() => this.readTheme());
    const stopStore = this.store.subscribe((s, before) => this.onStore(s, before));
    this.resize();
    const state = this.store.getState();
    this.pending = state.request;
    this.load(state);
    return () => {
      observer.disconnect();
      stopTheme();
      stopStore();
      this.loading?.abort();
      cancelAnimationFrame(this.frame);
      this.frame = 0;
      this.loaded = null;
    };
  }

  /** From here on every movement goes through `move`, until the function given back is called; before, the view jumps. */
  movedBy(move: MoveViewport): () => void {
    this.move = move;
    return () => {
      this.move = null;
    };
  }

  /** React Flow says that the view moved. */
  moved(to: Viewport): void {
    if (to.x === this.viewport.x && to.y === this.viewport.y && to.zoom === this.viewport.zoom) return;
    Object.assign(this.viewport, to);
    if (this.shown.tip) this.show({ tip: null });
    this.followNear();
    this.schedule();
  }

  /** Vertices that React has put into the page. */
  setMounted(mounted: ReadonlySet<number>): void {
    this.state = { ...this.state, mounted };
    this.schedule();
  }

  private show(part: Partial<CanvasView>): void {
    this.shown = { ...this.shown, ...part };
    for (const listener of this.listeners) listener();
  }

  private readTheme(): void {
    if (!this.canvas) return;
    this.palette = readPalette(this.canvas);
    this.refreshOverlay();
    this.schedule();
  }

  private resize(): void {
    const box = this.canvas!.parentElement!.getBoundingClientRect();
    const first = this.stage.width === 0;
    const ratio = window.devicePixelRatio || 1;
    this.stage = { width: box.width, height: box.height };
    this.canvas!.width = Math.round(box.width * ratio);
    this.canvas!.height = Math.round(box.height * ratio);
    if (first && this.shown.scene && box.width > 0) this.goFirst(this.shown.scene);
    this.followNear();
    this.paintNow();
  }

  private onStore(s: State, before: State): void {
    const grouped =
      s.collapsed !== before.collapsed ||
      s.grouping !== before.grouping ||
      s.expanded !== before.expanded ||
      s.unfolded !== before.unfolded;
    if (grouped) this.toggled = toggledKey(before, s);
    const turned = s.direction !== before.direction || s.fold !== before.fold;
    if (s.model !== before.model || s.scope !== before.scope || turned || grouped) this.load(s);
    if (LIGHTING.some((key) => s[key] !== before[key])) this.light();
    if (s.problems !== before.problems) this.markProblems();
    if (COLOURING.some((key) => s[key] !== before[key])) this.refreshOverlay();
    if (s.request !== null && s.request !== before.request) this.obey(s.request);
  }

  /** `anew`: not over the drawing that is there. */
  private load(s: State, anew = false): void {
    const { model, scope, direction, collapsed, grouping, expanded, unfolded, fold } = s;
    this.loading?.abort();
    if (model === null) {
      this.loaded = null;
      return this.show({ scene: null, near: [], failure: null });
    }
    const graph = scope !== null && model.graphs.has(scope) ? scope : model.main;
    const view = viewGraph(model, graph, grouping ? collapsed : null, expanded, unfolded);
    const old = this.shown.scene;
    const from = this.loaded;
    const sameForm = !anew && old?.direction === direction && from?.fold === fold;
    this.loaded = { model, scope: graph, direction, fold };
    if (old && sameForm && sameLayout(old.view, view)) return this.adopt(old.withView(view), old, from);
    const controller = new AbortController();
    this.loading = controller;
    const before = old && sameForm && shareGraph(old.view, view) ? layoutBefore(old, view) : undefined;
    this.layout(layoutInput(view, direction, fold, before), controller.signal).then(
      (result) => !controller.signal.aborted && this.adopt(new Scene(view, result, direction), old, from),
      (error: unknown) => this.layoutFailed(error, controller.signal),
    );
  }

  private layoutFailed(error: unknown, signal: AbortSignal): void {
    if (signal.aborted || error instanceof CancelledError) return;
    this.show({ failure: error instanceof Error ? error.message : String(error) });
  }

  retry(): void {
    this.show({ failure: null });
    this.load(this.store.getState());
  }

  private adopt(scene: Scene, old: Scene | null, from: { scope: number } | null): void {
    const sameGraph = old !== null && from !== null && from.scope === scene.view.scope && isVersionOf(old, scene);
    const whole = fitRect(wholeGraph(scene), this.stage, 1).zoom;
    // Ids of graphs are those of another document after another file was opened.
    if (old && old.view.model.source !== scene.view.model.source) this.visited.clear();
    else if (old && !sameGraph && from) this.visited.set(from.scope, { ...this.viewport });
    this.nearRect = null;
    this.history.clear();
    this.show({ scene, failure: null, minZoom: Math.min(0.05, 0.7 * whole) });
    // Categories need no colouring, and their legend can wait for the picture.
    const later = this.store.getState().graphState === 'opening' && this.store.getState().overlay === 'category';
    if (!later) this.refreshOverlay();
    this.markProblems();
    if (sameGraph) this.keepPlace(scene, old);
    else this.goFirst(scene);
    this.followNear();
    this.afterFrames(scene.view.model, () => {
      if (later) this.refreshOverlay();
      this.followNear();
    });
    const pending = this.pending;
    this.pending = null;
    if (pending) this.obey(pending);
  }

  /** A graph seen before is shown as it was left. */
  private goFirst(scene: Scene): void {
    if (this.stage.width === 0) return;
    const back = this.visited.get(scene.view.scope);
    this.visited.delete(scene.view.scope);
    const known = back !== undefined && scene.view.model.nodes.size > 0;
    this.moveTo(known ? back : firstView(scene, this.stage), 0);
  }

  /** After an edit the vertex in the middle of attention stays where it is on the screen; the others glide. */
  private keepPlace(scene: Scene, old: Scene): void {
    if (scene.layout === old.layout) return;
    const seen = this.seen();
    const pair = anchorRects(old, scene, this.toggled, seen, this.state.selected);
    this.toggled = null;
    if (pair === null) this.goFirst(scene);
    else {
      const { x, y, zoom } = this.viewport;
      const [a, b] = pair;
      this.moveTo({ x: x + (a.x - b.x) * zoom, y: y + (a.y - b.y) * zoom, zoom }, 0);
    }
    if (this.motion() === 0) return;
    this.settledAt = performance.now() + MOTION;
    this.show({ moving: true });
    setTimeout(() => this.show({ moving: false }), MOTION + 40);
    this.schedule();
  }

  /** Two frames after the picture is complete it is on the screen. */
  private afterFrames(model: Model, then: () => void): void {
    requestAnimationFrame(() => {
      this.paintNow();
      requestAnimationFrame(() => (this.onDrawn(model), whenIdle(then)));
    });
  }

  private light(): void {
    const { scene, overlay } = this.shown;
    if (!scene) return;
    const pointed = { edge: this.hoveredEdge, pill: this.hoveredPill, pickedOutput: this.pickedOutput };
    const lit = this.lighting.light(scene, this.store.getState(), pointed, overlay, this.pickedVertices);
    this.state = { ...this.state, ...lit };
    if (lit.focus !== this.shown.focus) this.show({ focus: lit.focus });
    this.schedule();
  }

  private hoveredEdge = -1;
  private hoveredPill = -1;
  private pickedOutput: ValueId | null = null;

  private markProblems(): void {
    const { scene } = this.shown;
    if (!scene) return;
    this.state = { ...this.state, problems: markedVertices(scene.view, this.store.getState().problems) };
    this.schedule();
  }

  private refreshOverlay(): void {
    const { scene } = this.shown;
    const made = scene && this.palette ? colouring(scene, this.store.getState(), this.palette) : UNCOLOURED;
    this.pickedVertices = made.picked;
    this.state = { ...this.state, overlay: made.overlay, overlayCells: made.cells };
    this.show({ overlay: made.overlay, legend: made.legend });
    this.light();
  }

  private motion(): number {
    return window.matchMedia('(prefers-reduced-motion: reduce)').matches ? 0 : MOTION;
  }

  moveTo(to: Viewport, duration = this.motion()): void {
    if (duration > 0) this.history.leave(this.viewport);
    this.go(to, duration);
  }

  private go(to: Viewport, duration: number): void {
    this.move?.(to, duration);
    if (duration === 0 || !this.move) this.moved(to);
  }

  zoomBy(factor: number): void {
    const zoom = Math.max(this.shown.minZoom, Math.min(MAX_ZOOM, this.viewport.zoom * factor));
    this.moveTo(zoomed(this.viewport, this.stage, zoom));
  }

  fitAll(): void {
    const { scene } = this.shown;
    if (scene && scene.view.count > 0) this.moveTo(fitRect(wholeGraph(scene), this.stage));
  }

  fitVertices(vertices: Iterable<number>): void {
    const { scene } = this.shown;
    const rects = scene ? Array.from(vertices, (i) => scene.rectOf(i)) : [];
    if (rects.length > 0) this.moveTo(fitRect(unionOf(rects), this.stage, 1.2));
  }

  actualSize(): void {
    this.moveTo(zoomed(this.viewport, this.stage, 1));
  }

  /** Brings vertices into view; moves nothing when they are there and large enough to read. */
  reveal(vertices: readonly number[]): void {
    const { scene } = this.shown;
    if (!scene || vertices.length === 0) return;
    const rect = unionOf(vertices.map((i) => scene.rectOf(i)));
    if (this.viewport.zoom >= NEAR && inView(rect, this.viewport, this.stage)) return;
    const readable = Math.max(this.viewport.zoom, 0.9);
    const fitted = fitRect(rect, this.stage, readable);
    this.moveTo(fitted.zoom < readable ? fitted : centreOn(rect, this.stage, Math.min(readable, 1.4)));
  }

  private obey(request: ViewRequest): void {
    const { scene } = this.shown;
    if (!scene || this.stage.width === 0) {
      this.pending = request;
      return;
    }
    switch (request.kind) {
      case 'reveal':
        return this.revealNodes(scene, request);
      case 'fit':
        return this.fitAll();
      case 'fit-selection':
        return this.fitVertices(this.state.selected);
      case 'zoom-in':
        return this.zoomBy(1.25);
      case 'zoom-out':
        return this.zoomBy(0.8);
      case 'actual-size':
        return this.actualSize();
      case 'back':
        return this.travel(-1);
      case 'forward':
        return this.travel(1);
      case 'paths':
        return this.lightPaths(scene);
      case 'picture':
        return saveRequested(scene, request.picture, this.seen(), this.store.getState());
      case 'lay-out-again':
        return this.load(this.store.getState(), true);
    }
  }

  private readonly seen = (): Rect => visibleRect(this.viewport, this.stage);

  /** Lights everything on the way between the two ends of the selection. */
  private lightPaths(scene: Scene): void {
    const found = this.lighting.showPaths(scene, this.store.getState());
    this.light();
    this.store.getState().announce(pathSentence(found));
  }

  /** Goes back or forward in what was looked at. */
  private travel(step: -1 | 1): void {
    const to = this.history.go(step, this.viewport);
    if (to) this.go(to, this.motion());
  }

  /** Nodes of another graph: that one is entered first, and the request waits for its picture. */
  private revealNodes(scene: Scene, request: Extract<ViewRequest, { kind: 'reveal' }>): void {
    if (openAround(this.store, request.nodes)) {
      this.pending = request;
      return;
    }
    const here = request.nodes.map((id) => visibleVertex(scene, id)).filter((i) => i >= 0);
    if (here.length > 0) return this.reveal(here);
    const { model } = this.store.getState();
    const first = request.nodes[0];
    const node = first === undefined ? undefined : model?.nodes.get(first);
    if (!node || isShown(this.store.getState(), node.graph)) return;
    this.pending = request;
    this.store.getState().enter(node.graph);
  }

  /** Hands React the vertices near the view, and new ones only when the view leaves the margin around them. */
  private followNear(): void {
    const { scene } = this.shown;
    // The first picture is the canvas alone: it can draw all that the cards above it say.
    if (!scene || this.viewport.zoom < NEAR || this.store.getState().graphState === 'opening') {
      this.nearRect = null;
      if (this.shown.near.length > 0) this.show({ near: [] });
      return;
    }
    const rect = this.seen();
    if (this.nearRect && contains(this.nearRect, rect)) return;
    this.nearRect = widened(rect, MARGIN);
    this.show({ near: scene.nodesIn(this.nearRect) });
  }

  /** A point of the stage in the graph. */
  at(x: number, y: number): [number, number] {
    const v = this.viewport;
    return [(x - v.x) / v.zoom, (y - v.y) / v.zoom];
  }

  /** What lies at a point of the stage. */
  hit(x: number, y: number): Hit {
    return this.shown.scene ? hitAt(this.shown.scene, this.at(x, y), this.viewport.zoom) : NO_HIT;
  }

  hoverAt(x: number, y: number): void {
    const { scene } = this.shown;
    if (!scene) return;
    const { vertex, edge } = this.hit(x, y);
    const isNode = vertex >= 0 && scene.view.kinds[vertex] === KIND.node;
    const changed = edge !== this.hoveredEdge || (isNode ? -1 : vertex) !== this.hoveredPill;
    this.hoveredEdge = edge;
    this.hoveredPill = isNode ? -1 : vertex;
    this.store.getState().hover(isNode ? (scene.view.refs[vertex] as NodeId) : null);
    if (changed) this.light();
    this.showTip(scene, vertex, edge, x, y);
  }

  private showTip(scene: Scene, vertex: number, edge: number, x: number, y: number): void {
    const tip = tipOf(scene.view, vertex, edge, this.store.getState().types);
    if (tip !== null || this.shown.tip !== null) this.show({ tip: tip && { ...tip, x, y } });
  }

  unhover(): void {
    this.hoveredEdge = -1;
    this.hoveredPill = -1;
    this.store.getState().hover(null);
    this.light();
    if (this.shown.tip) this.show({ tip: null });
  }

  clickAt(x: number, y: number, adding: boolean): void {
    const { scene } = this.shown;
    if (!scene) return;
    const { vertex, edge } = this.hit(x, y);
    const title = vertex >= 0 ? null : this.titleAt(x, y);
    if (vertex >= 0 && this.viewport.zoom >= NEAR && onSign(scene, vertex, this.at(x, y)))
      this.toggle(keyInside(scene.view, vertex));
    else if (vertex >= 0) this.pick(vertex, adding);
    else if (title) this.store.getState().select(nodesOf(title));
    else if (edge >= 0) this.store.getState().select([], scene.view.edgeValues[edge] as ValueId);
    else if (!adding) this.store.getState().select([]);
  }

  /** Selects a vertex; `adding` keeps the others and takes a selected one out. */
  pick(vertex: number, adding: boolean): void {
    const { view } = this.shown.scene!;
    const { select, selected } = this.store.getState();
    const group = groupAt(view, vertex);
    if (group) return select(adding ? [...selected, ...nodesOf(group)] : nodesOf(group));
    if (view.kinds[vertex] !== KIND.node) {
      const value = view.refs[vertex] as ValueId;
      this.pickedOutput = view.kinds[vertex] === KIND.output ? value : null;
      return select(adding ? selected : [], value);
    }
    const id = view.refs[vertex] as NodeId;
    if (!adding) return select([id]);
    const next = new Set(selected);
    if (!next.delete(id)) next.add(id);
    select(next);
  }

  /** A rectangle of the stage while it is drawn; null ends it and selects what it meets. */
  setBand(band: Rect | null): void {
    const { scene, band: last } = this.shown;
    if (band === null && last && scene) {
      const [x, y] = this.at(last.x, last.y);
      const { zoom } = this.viewport;
      const { select, selected } = this.store.getState();
      select([...selected, ...nodesIn(scene, { x, y, width: last.width / zoom, height: last.height / zoom })]);
    }
    this.show({ band });
  }

  /** The vertex that the keyboard is on: the last one selected. */
  current(): number {
    let last = -1;
    for (const i of this.state.selected) last = i;
    return last;
  }

  /** Enters what a vertex holds inside; false where it holds nothing. */
  enter(vertex: number): boolean {
    const { view } = this.shown.scene!;
    const group = vertex < 0 ? null : groupAt(view, vertex);
    if (group) {
      this.toggle(group.key);
      return true;
    }
    if (vertex < 0 || view.kinds[vertex] !== KIND.node) return false;
    const inside = insidesOf(view.model, view.model.nodes.at(view.refs[vertex] as NodeId));
    if (inside.length === 0) return false;
    this.store.getState().enter(inside[0]!);
    return true;
  }

  /** Opens a closed group and closes an open one. */
  readonly toggle = (key: string): void => toggleGroup(this.store, key);

  /** The open group whose title lies at a point of the stage; null for none. */
  titleAt(x: number, y: number): Group | null {
    return this.shown.scene && titleAt(this.shown.scene, this.viewport, x, y);
  }

  schedule(): void {
    if (this.frame === 0) {
      this.frame = requestAnimationFrame(() => {
        this.frame = 0;
        this.paintNow();
      });
    }
  }

  private paintNow(): void {
    const { scene } = this.shown;
    const ctx = this.canvas?.getContext('2d', { alpha: false });
    if (!ctx || !this.palette || this.stage.width === 0) return;
    const left = this.settledAt - performance.now();
    const settle = left > 0 ? 1 - left / MOTION : 1;
    if (left > 0) this.schedule();
    const ratio = this.canvas!.width / this.stage.width;
    const size = { ...this.stage, ratio };
    const { types, edgeShapes } = this.store.getState();
    if (scene) paint(ctx, scene, this.palette, this.viewport, size, { ...this.state, settle, types, edgeShapes });
    else {
      ctx.fillStyle = this.palette.canvas;
      ctx.fillRect(0, 0, this.canvas!.width, this.canvas!.height);
    }
    for (const after of this.painted) after();
  }
}
