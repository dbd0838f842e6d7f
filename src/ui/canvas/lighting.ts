/** From the store and the pointer to what the painter lights: selection, edges, hits, paths. */
import type { NodeId, ValueId } from '../../graph-model/core/model.ts';
import { CATEGORIES } from '../../graph-model/operators/category.ts';
import type { Scene } from '../../graph-view/scene.ts';
import type { State } from '../store/state.ts';
import { hitsOf, type Hits } from '../store/search.ts';
import {
  both,
  hitCells,
  hitVertices,
  keptCells,
  NO_FOCUS,
  trace,
  verticesOfHit,
  type Focus,
  type Traced,
} from './focus.ts';
import { cellClasses } from './colouring.ts';
import type { OverlayView } from '../../graph-view/overlay.ts';
import type { FrameState } from './frame-state.ts';
import { pathsAmong, type Paths } from './paths.ts';
import { lightVertex } from './scene-pairs.ts';

/** Parts of the state on which depends what is lit. */
export const LIGHTING = [
  'selected',
  'selectedValue',
  'hovered',
  'sought',
  'types',
  'hitAt',
  'trace',
  'traceHover',
  'edgeShapes',
] as const;

/** What the pointer is on, where the store does not know it. */
export interface Pointed {
  readonly edge: number;
  readonly pill: number;
  /** An output is one value with what makes it: which of the two was picked is known here alone. */
  readonly pickedOutput: ValueId | null;
}

export type Lit = Pick<FrameState, 'selected' | 'hovered' | 'litEdges' | 'litMask' | 'focus'>;

/** Lines of more vertices than this are not lit: they would be the whole picture. */
const MOST_LIT = 400;
/** More lit edges than this are drawn with the others, in their colour: so that a frame costs what is in view. */
const MOST_LIT_EDGES = 1200;

export class Lighting {
  private found: { scene: Scene; hits: Hits; focus: Pick<Focus, 'hits' | 'hitCells'> } | null = null;
  /** The vertices whose paths were asked for, as long as they are what is selected. */
  private between: { ends: ReadonlySet<NodeId>; scene: Scene; path: Traced | null } | null = null;
  private traced: { scene: Scene; key: unknown; steps: number; result: Traced } | null = null;
  private last: {
    keep: Uint8Array | null;
    overlay: OverlayView | null;
    scene: Scene;
    cells: Focus['keptCells'];
  } | null = null;

  light(scene: Scene, s: State, pointed: Pointed, overlay: OverlayView | null, picked: Uint8Array | null): Lit {
    const selected = this.selectedVertices(scene, s);
    const lit = new Set<number>();
    if (s.selectedValue !== null) lightValue(scene, s.selectedValue, pointed.pickedOutput, selected, lit);
    const hovered = s.hovered === null ? pointed.pill : (scene.view.ofNode.get(s.hovered) ?? -1);
    const path = this.pathOf(scene, s, selected, hovered);
    const litMask = path === null ? null : many(path.edges, lit);
    if (path === null && selected.size <= MOST_LIT) for (const i of selected) lightVertex(scene, i, lit);
    if (hovered >= 0) lightVertex(scene, hovered, lit);
    if (pointed.edge >= 0) lightBundle(scene, pointed.edge, lit);
    const keep = both(path?.keep ?? null, picked);
    const hits = this.hits(scene, s);
    const cells = this.cells(scene, keep, overlay);
    const focus: Focus = { ...hits, current: this.currentHit(scene, s), keep, keptCells: cells };
    const idle = hits.hits.size === 0 && keep === null && focus.current < 0;
    return { selected, hovered, litEdges: [...lit], litMask, focus: idle ? NO_FOCUS : focus };
  }

  /** Asks for all paths between the selected nodes; they stay lit until the selection changes. */
  showPaths(scene: Scene, s: State): Paths {
    const paths = pathsAmong(scene.view, [...this.selectedVertices(scene, s)]);
    this.between = { ends: s.selected, scene, path: traced(scene, paths) };
    return paths;
  }

  private selectedVertices(scene: Scene, { selected }: State): Set<number> {
    const vertices = new Set<number>();
    for (const id of selected) {
      const i = scene.view.ofNode.get(id);
      if (i !== undefined) vertices.add(i);
    }
    return vertices;
  }

  private pathOf(scene: Scene, s: State, selected: ReadonlySet<number>, hovered: number) {
    if (this.between?.ends === s.selected && this.between.scene === scene) return this.between.path;
    this.between = null;
    if (s.trace <= 0) return null;
    if (s.traceHover && hovered >= 0) return this.traceOf(scene, hovered, [hovered], s.trace);
    if (selected.size === 0 || selected.size > MOST_LIT) return null;
    return this.traceOf(scene, s.selected, selected, s.trace);
  }

  /** The pointer moves often, and what it starts from seldom changes. */
  private traceOf(scene: Scene, key: unknown, starts: Iterable<number>, steps: number): Traced {
    const known = this.traced;
    if (known?.scene === scene && known.key === key && known.steps === steps) return known.result;
    const result = trace(scene, starts, steps);
    this.traced = { scene, key, steps, result };
    return result;
  }

  private hits(scene: Scene, s: State): Pick<Focus, 'hits' | 'hitCells'> {
    const hits = hitsOf(s);
    if (this.found?.scene !== scene || this.found.hits !== hits) {
      const vertices = hitVertices(scene.view, hits.result);
      this.found = { scene, hits, focus: { hits: vertices, hitCells: hitCells(scene, vertices) } };
    }
    return this.found.focus;
  }

  private currentHit(scene: Scene, s: State): number {
    const hit = s.hitAt < 0 ? undefined : hitsOf(s).at(s.hitAt);
    return hit === undefined ? -1 : (verticesOfHit(scene.view, hit)[0] ?? -1);
  }

  private cells(scene: Scene, keep: Uint8Array | null, overlay: OverlayView | null): Focus['keptCells'] {
    if (keep === null) return null;
    if (this.last?.keep !== keep || this.last.overlay !== overlay || this.last.scene !== scene) {
      const paint = overlay ? cellClasses(overlay) : { classes: scene.view.categories, kinds: CATEGORIES.length };
      this.last = { keep, overlay, scene, cells: keptCells(scene, keep, paint) };
    }
    return this.last.cells;
  }
}

function traced(scene: Scene, { edges }: Paths): Traced | null {
  const keep = new Uint8Array(scene.view.count);
  const mask = new Uint8Array(scene.view.targets.length);
  for (const e of edges) {
    mask[e] = 1;
    keep[scene.view.sources[e]!] = 1;
    keep[scene.view.targets[e]!] = 1;
  }
  // No path at all dims nothing: the picture would go pale without a word.
  return edges.length === 0 ? null : { keep, edges: mask };
}

/** Few edges go into `lit`; many stay a mask. */
function many(edges: Uint8Array, lit: Set<number>): Uint8Array | null {
  let n = 0;
  for (let e = 0; e < edges.length; e++) n += edges[e]!;
  if (n > MOST_LIT_EDGES) return edges;
  edges.forEach((on, e) => on === 1 && lit.add(e));
  return null;
}

/** A value of more readers than this is one bundle of lines: pointed at anywhere, all of it is lit. */
const BUNDLE = 4;

/** The edge, and where that is one of many or drawn by its ends alone, all that carry the same value from the same place. */
export function lightBundle(scene: Scene, edge: number, lit: Set<number>): void {
  const { sources, edgeValues } = scene.view;
  const bundle = [...scene.edgesFrom(sources[edge]!)].filter((e) => edgeValues[e] === edgeValues[edge]);
  const isBundle = bundle.length > BUNDLE || scene.isStub(edge);
  for (const e of isBundle ? bundle.slice(0, MOST_LIT_EDGES) : [edge]) lit.add(e);
}

function lightValue(
  scene: Scene,
  value: ValueId,
  pickedOutput: ValueId | null,
  vertices: Set<number>,
  lit: Set<number>,
): void {
  const { view } = scene;
  const input = view.ofInput.get(value);
  if (input !== undefined) vertices.add(input);
  const output = view.ofOutput.get(value);
  const { producer } = view.model.values.get(value) ?? { producer: null };
  const source = input ?? (producer === null ? undefined : view.ofNode.get(producer));
  if (source === undefined) return;
  for (const e of scene.edgesFrom(source)) if (view.edgeValues[e] === value) lit.add(e);
  if (output !== undefined && pickedOutput === value) vertices.add(output);
}
