/** One frame of the canvas below React Flow: its work depends on what is in view and on pixels, not on the model. */
import type { ValueId } from '../../graph-model/core/model.ts';
import { addArrow, addEdge, addPiece, type Cut, type Viewport } from '../../graph-view/edge-path.ts';
import { DIM, paintDensity, paintFarHits, paintHit } from './paint-focus.ts';
import type { FrameState, Size } from './frame-state.ts';
import { FAR, MIDDLE, NEAR } from './zooms.ts';
import { HEAD, paintCard } from './paint-card.ts';
import { paintEdgeLabels } from './paint-edge-labels.ts';
import type { Palette } from './palette.ts';
import type { Rect, Scene } from '../../graph-view/scene.ts';
import { boxesOnScreen, paintBoxes, paintTitles } from './paint-groups.ts';
import { KIND } from '../../graph-view/view-graph.ts';

/** Below, circles stand for hits; above, they have a border. */
const CIRCLES = 0.16;

export function paint(
  ctx: CanvasRenderingContext2D,
  scene: Scene,
  palette: Palette,
  view: Viewport,
  size: Size,
  state: FrameState,
): void {
  ctx.setTransform(size.ratio, 0, 0, size.ratio, 0, 0);
  ctx.fillStyle = palette.canvas;
  ctx.fillRect(0, 0, size.width, size.height);
  paintDots(ctx, palette, view, size);
  const rect = visibleRect(view, size);
  const boxes = boxesOnScreen(scene, view, rect);
  paintBoxes(ctx, boxes, palette, view.zoom, size);
  ctx.globalAlpha = state.settle * (state.focus.keep ? DIM + 0.2 : 1);
  paintEdges(ctx, scene, palette, view, rect, state.litMask);
  ctx.globalAlpha = 1;
  if (view.zoom < FAR) paintCells(ctx, scene, palette, view, rect, state);
  else paintNodes(ctx, scene, palette, view, rect, state);
  if (state.edgeShapes) paintEdgeLabels(ctx, scene, palette, view, rect, state);
  paintTitles(ctx, scene, boxes, palette, view.zoom, size);
  paintLitEdges(ctx, scene, palette, view, rect, state);
  const { hitCells } = state.focus;
  if (view.zoom < CIRCLES && hitCells) paintFarHits(ctx, hitCells, palette, view, rect);
}

/** The part of the graph that is in view. */
export function visibleRect(view: Viewport, size: Pick<Size, 'width' | 'height'>): Rect {
  const { x, y, zoom } = view;
  return { x: -x / zoom, y: -y / zoom, width: size.width / zoom, height: size.height / zoom };
}

function paintDots(ctx: CanvasRenderingContext2D, palette: Palette, view: Viewport, size: Size): void {
  let step = 20 * view.zoom;
  while (step < 14) step *= 2;
  while (step > 28) step /= 2;
  ctx.fillStyle = palette.dot;
  const startX = ((view.x % step) + step) % step;
  const startY = ((view.y % step) + step) % step;
  for (let y = startY; y < size.height; y += step) {
    for (let x = startX; x < size.width; x += step) ctx.fillRect(x - 0.75, y - 0.75, 1.5, 1.5);
  }
}

const BATCH = 256;
/** More lines than this in one frame say nothing to the eye. */
const MOST_PIECES = 14_000;

function paintEdges(
  ctx: CanvasRenderingContext2D,
  scene: Scene,
  palette: Palette,
  view: Viewport,
  rect: Rect,
  litMask: Uint8Array | null,
): void {
  const shapes: number[] = [];
  const plain: number[] = [];
  const lit: number[] = [];
  const shortest = view.zoom >= 0.2 ? 0 : 6 / view.zoom;
  const { shape, edge } = scene.pieces;
  scene.eachPiece(rect, shortest, (p) => {
    if (plain.length + shapes.length >= MOST_PIECES || !meets(scene, p, rect)) return;
    (litMask?.[edge[p]!] === 1 ? lit : shape[p] === 1 ? shapes : plain).push(p);
  });
  ctx.lineWidth = Math.max(0.7, Math.min(1.5, 1.25 * view.zoom));
  ctx.strokeStyle = palette.edgeShape;
  const dash = [3 * Math.min(1, view.zoom + 0.2), 2.5 * Math.min(1, view.zoom + 0.2)];
  if (view.zoom >= MIDDLE) ctx.setLineDash(dash);
  const cut = cutAround(rect, view, dash);
  strokePieces(ctx, scene, shapes, view, cut);
  ctx.setLineDash([]);
  ctx.strokeStyle = palette.edge;
  strokePieces(ctx, scene, plain, view, cut);
  if (view.zoom >= MIDDLE) paintArrows(ctx, scene, palette, shapes, plain, view);
  if (lit.length === 0) return;
  ctx.globalAlpha = 1;
  ctx.strokeStyle = palette.accent;
  strokePieces(ctx, scene, lit, view, cut);
}

/** Far enough outside of the picture that no corner of a line is missed. */
const CUT_MARGIN = 40;

function cutAround({ x, y, width, height }: Rect, { zoom }: Viewport, dash: readonly number[]): Cut {
  const margin = CUT_MARGIN / zoom;
  const period = dash.reduce((sum, d) => sum + d, 0) / zoom;
  return { x: x - margin, y: y - margin, width: width + 2 * margin, height: height + 2 * margin, period };
}

function meets(scene: Scene, p: number, rect: Rect): boolean {
  const { routes } = scene.layout;
  const at = 2 * scene.pieces.point[p]!;
  const [ax, ay, bx, by] = [routes[at]!, routes[at + 1]!, routes[at + 2]!, routes[at + 3]!];
  return (
    Math.min(ax, bx) <= rect.x + rect.width &&
    Math.max(ax, bx) >= rect.x &&
    Math.min(ay, by) <= rect.y + rect.height &&
    Math.max(ay, by) >= rect.y
  );
}

/** Many small paths are drawn faster than one big one. */
function strokePieces(
  ctx: CanvasRenderingContext2D,
  scene: Scene,
  pieces: readonly number[],
  view: Viewport,
  cut: Cut,
): void {
  for (let i = 0; i < pieces.length; i += BATCH) {
    ctx.beginPath();
    for (let k = i; k < Math.min(i + BATCH, pieces.length); k++) addPiece(ctx, scene, pieces[k]!, view, cut);
    ctx.stroke();
  }
}

function paintArrows(
  ctx: CanvasRenderingContext2D,
  scene: Scene,
  palette: Palette,
  shapes: readonly number[],
  plain: readonly number[],
  view: Viewport,
): void {
  const { edge, point } = scene.pieces;
  const { routeOffsets } = scene.layout;
  for (const [pieces, colour] of [
    [shapes, palette.edgeShape],
    [plain, palette.edge],
  ] as const) {
    ctx.strokeStyle = colour;
    ctx.beginPath();
    for (const p of pieces) {
      const e = edge[p]!;
      if (point[p]! + 2 === routeOffsets[e + 1]) addArrow(ctx, scene, e, view);
    }
    ctx.stroke();
  }
  if (view.zoom >= NEAR) paintStubNames(ctx, scene, palette, [...shapes, ...plain], view);
}

/** Beside the end of an edge that is cut to stubs: where it comes from. */
function paintStubNames(
  ctx: CanvasRenderingContext2D,
  scene: Scene,
  palette: Palette,
  pieces: readonly number[],
  view: Viewport,
): void {
  const { edge, point } = scene.pieces;
  const { routes, routeOffsets } = scene.layout;
  ctx.font = `${10 * Math.min(1, view.zoom)}px ${palette.fontMono}`;
  ctx.fillStyle = palette.muted;
  ctx.textBaseline = 'middle';
  for (const p of pieces) {
    const e = edge[p]!;
    if (!scene.isStub(e) || point[p]! + 2 !== routeOffsets[e + 1]) continue;
    const at = 2 * point[p]!;
    const name = scene.view.model.values.get(scene.view.edgeValues[e] as ValueId)?.name ?? '';
    const text = name.length > 28 ? `…${name.slice(-27)}` : name;
    ctx.fillText(text, routes[at]! * view.zoom + view.x + 6, (routes[at + 1]! + 4) * view.zoom + view.y);
  }
}

function paintLitEdges(
  ctx: CanvasRenderingContext2D,
  scene: Scene,
  palette: Palette,
  view: Viewport,
  rect: Rect,
  state: FrameState,
) {
  if (state.litEdges.length === 0) return;
  const dash = [4, 2.5];
  const cut = cutAround(rect, view, dash);
  ctx.strokeStyle = palette.accent;
  ctx.lineWidth = Math.max(1.2, Math.min(1.75, 1.75 * view.zoom));
  for (const e of state.litEdges) {
    ctx.setLineDash(scene.view.edgeShapes[e] === 1 ? dash : []);
    ctx.beginPath();
    addEdge(ctx, scene, e, view, cut);
    ctx.stroke();
    ctx.setLineDash([]);
    ctx.beginPath();
    if (view.zoom >= MIDDLE) addArrow(ctx, scene, e, view);
    ctx.stroke();
  }
}

function paintCells(
  ctx: CanvasRenderingContext2D,
  scene: Scene,
  palette: Palette,
  view: Viewport,
  rect: Rect,
  { overlay, overlayCells, focus }: FrameState,
): void {
  const fillOf = (kind: number) => (overlay ? (overlay.bars[kind - 1] ?? palette.line) : palette.strip[kind]!);
  ctx.globalAlpha = focus.keptCells ? DIM : 1;
  paintDensity(ctx, (overlay && overlayCells) ?? scene.density, fillOf, view, rect);
  ctx.globalAlpha = 1;
  if (focus.keptCells) paintDensity(ctx, focus.keptCells, fillOf, view, rect);
}

function paintNodes(
  ctx: CanvasRenderingContext2D,
  scene: Scene,
  palette: Palette,
  view: Viewport,
  rect: Rect,
  state: FrameState,
): void {
  const visible = scene.nodesIn(rect).filter((i) => !state.mounted.has(i));
  const { keep, hits } = state.focus;
  for (const on of keep ? [0, 1] : [1]) {
    const part = keep ? visible.filter((i) => keep[i] === on) : visible;
    ctx.globalAlpha = on === 1 ? 1 : DIM;
    if (view.zoom < MIDDLE) paintFar(ctx, scene, palette, view, part, state);
    else for (const i of part) paintCard(ctx, scene, palette, view, i, state);
  }
  ctx.globalAlpha = 1;
  if (view.zoom >= NEAR) return;
  if (view.zoom >= CIRCLES && hits.size > 0)
    for (const i of visible) if (hits.has(i)) paintHit(ctx, scene, palette, view, i, state.focus);
  for (const i of visible) if (state.selected.has(i)) paintRing(ctx, scene, palette, view, i);
  for (const i of visible) if (state.problems.has(i)) paintMark(ctx, scene, palette, view, i, state.problems.get(i)!);
}

/** A closed group that is lower than this on the screen is a bar like a node. */
const LEAST_GROUP = 11;

/** Bars, and closed groups by name as long as it can be read. */
function paintFar(
  ctx: CanvasRenderingContext2D,
  scene: Scene,
  palette: Palette,
  view: Viewport,
  visible: readonly number[],
  state: FrameState,
): void {
  const named = (i: number) => scene.view.kinds[i] === KIND.group && scene.view.heights[i]! * view.zoom >= LEAST_GROUP;
  const bars = visible.filter((i) => !named(i));
  paintBars(ctx, scene, palette, view, bars, state);
  if (bars.length < visible.length)
    for (const i of visible) if (named(i)) paintCard(ctx, scene, palette, view, i, state);
}

function paintBars(
  ctx: CanvasRenderingContext2D,
  scene: Scene,
  palette: Palette,
  view: Viewport,
  visible: readonly number[],
  state: FrameState,
): void {
  const byColour = new Map<string, number[]>();
  for (const i of visible) {
    const colour = barColour(scene, palette, i, state);
    const list = byColour.get(colour);
    if (list) list.push(i);
    else byColour.set(colour, [i]);
  }
  paintBodies(ctx, scene, palette, view, visible, state);
  for (const [colour, list] of byColour) {
    ctx.fillStyle = colour;
    for (const i of list) paintBar(ctx, scene, view, i, state.overlay ? Infinity : HEAD);
  }
}

/** What a card has below its head is paler: else the most detailed nodes would shout. */
function paintBodies(
  ctx: CanvasRenderingContext2D,
  scene: Scene,
  palette: Palette,
  view: Viewport,
  visible: readonly number[],
  state: FrameState,
): void {
  if (state.overlay !== null || HEAD * view.zoom < 3) return;
  for (const i of visible) {
    if (scene.view.heights[i]! <= HEAD) continue;
    ctx.fillStyle = palette.soft[scene.view.categories[i]!]!;
    paintBar(ctx, scene, view, i, Infinity);
  }
}

function paintBar(
  ctx: CanvasRenderingContext2D,
  { layout, view: { widths, heights } }: Scene,
  view: Viewport,
  i: number,
  most: number,
): void {
  const height = Math.max(2, Math.min(heights[i]!, most) * view.zoom);
  ctx.fillRect(layout.x[i]! * view.zoom + view.x, layout.y[i]! * view.zoom + view.y, widths[i]! * view.zoom, height);
}

function barColour(scene: Scene, palette: Palette, i: number, state: FrameState): string {
  const { overlay } = state;
  if (overlay === null) return palette.strip[scene.view.categories[i]!]!;
  return overlay.bars[overlay.classes[i]!] ?? palette.line;
}

function paintRing(ctx: CanvasRenderingContext2D, scene: Scene, palette: Palette, view: Viewport, i: number): void {
  const k = view.zoom;
  const { x, y, width, height } = scene.rectOf(i);
  const [left, top, w, h] = [x * k + view.x, y * k + view.y, Math.max(4, width * k), Math.max(4, height * k)];
  ctx.lineWidth = 4;
  ctx.strokeStyle = palette.accent;
  ctx.globalAlpha = 0.25;
  ctx.beginPath();
  ctx.roundRect(left - 3, top - 3, w + 6, h + 6, 6);
  ctx.stroke();
  ctx.globalAlpha = 1;
  ctx.lineWidth = 1.5;
  ctx.beginPath();
  ctx.roundRect(left - 0.75, top - 0.75, w + 1.5, h + 1.5, 4);
  ctx.stroke();
}

function paintMark(
  ctx: CanvasRenderingContext2D,
  scene: Scene,
  palette: Palette,
  view: Viewport,
  i: number,
  severity: 'warning' | 'error',
): void {
  const { x, y, width } = scene.rectOf(i);
  const r = Math.max(2.5, Math.min(7.5, 8 * view.zoom));
  const cx = (x + width) * view.zoom + view.x;
  const cy = y * view.zoom + view.y;
  ctx.fillStyle = severity === 'error' ? palette.error : palette.warn;
  ctx.beginPath();
  ctx.arc(cx, cy, r, 0, 2 * Math.PI);
  ctx.fill();
  if (r < 4) return;
  ctx.fillStyle = palette.surface;
  ctx.font = `700 ${1.35 * r}px ${palette.fontUi}`;
  ctx.textAlign = 'center';
  ctx.textBaseline = 'middle';
  ctx.fillText(severity === 'error' ? '×' : '!', cx, cy + 0.5);
  ctx.textAlign = 'left';
}
