/**
 * One layered drawing (Sugiyama's method), linear in nodes and edges but for the sorting inside layers. Deterministic:
 * equal input gives equal output. The flow runs down.
 */
import { arrange, type Arrangement } from './arrange.ts';
import { assignCoordinates } from './coordinates.ts';
import { acyclic, type Digraph } from './digraph.ts';
import type { CoreInput, FixedPorts } from './core-input.ts';
import { isKept, keptLayers } from './kept-layers.ts';
import { keptPlaces, type Kept } from './kept-places.ts';
import { layered, type Layered } from './layered.ts';
import { assignPorts } from './ports.ts';
import { Router, TRACK_GAP, type Bands } from './routes.ts';
import { Spacing, type Gaps } from './spacing.ts';
import { assignTracks, type Tracks } from './tracks.ts';

/** How far a layout is: `done` of 100. */
export interface LayoutStep {
  readonly done: number;
  readonly label: string;
}

export interface CoreResult {
  /** Left upper corners. */
  readonly left: Float32Array;
  readonly top: Float32Array;
  readonly routeOffsets: Int32Array;
  readonly routes: Float32Array;
  readonly width: number;
  readonly height: number;
  /** Across the flow, what was taken off all places. */
  readonly shift: number;
}

export function* layoutCore(input: CoreInput): Generator<LayoutStep, CoreResult> {
  const { widths, heights, ports: fixed } = input;
  const before = input.before && isKept(input.before, fixed?.pins) ? input.before : undefined;
  yield { done: 0, label: 'Finding layers' };
  const g = acyclic(input);
  const known = before && layered(g, keptLayers(g, before, fixed?.pins), fixed);
  const fresh = known ? null : yield* arranged(g, fixed);
  const layers = known ?? fresh!.layers;
  const gaps: Gaps = { nodes: input.nodeGap, nodeToLane: 0.75 * input.nodeGap, lanes: 0.5 * input.nodeGap };
  const spacing = new Spacing(layers, widths, gaps, fixed?.anchors);
  const { order, x } = fresh ? yield* newPlaces(fresh, widths, spacing) : keptPlaces(layers, g, before!, spacing);
  yield { done: 80, label: 'Routing edges' };
  const ports = assignPorts(layers, order, x, widths, fixed?.anchors);
  const tracks = assignTracks(layers, order, ports);
  const bands = stackLayers(layers, heights, input.layerGap, tracks, fixed?.pins);
  const boxes = boxesOf(layers, bands, heights, x);
  const left = Float64Array.from(widths, (w, v) => x[v]! - (fixed ? fixed.anchors[v]! : w / 2));
  const router = new Router(g, layers, bands, boxes, ports, tracks, rightEdge(left, widths, x), widths, fixed);
  const routeOffsets = router.routeAll();
  yield { done: 95, label: 'Routing edges' };
  return finish(widths, left, boxes.top, routeOffsets, router.points, bands, before !== undefined && !fixed);
}

function* newPlaces(
  { layers, order }: Arrangement,
  widths: Float32Array,
  spacing: Spacing,
): Generator<LayoutStep, Kept> {
  yield { done: 60, label: 'Placing nodes' };
  return { order, x: assignCoordinates(layers, order, widths, spacing) };
}

function* arranged(g: Digraph, ports: FixedPorts | undefined): Generator<LayoutStep, Arrangement> {
  const search = arrange(g, ports);
  for (;;) {
    const step = search.next();
    if (step.done) return step.value;
    yield { done: 10 + (50 * step.value.done) / step.value.total, label: 'Sorting layers' };
  }
}

/** Layers below each other, with room between them for the tracks that run there. */
function stackLayers(
  g: Layered,
  heights: Float32Array,
  gap: number,
  { tracks }: Tracks,
  pins: Int8Array | undefined,
): Bands {
  const exits = pins !== undefined && pins.includes(1) ? g.layers - 2 : -1;
  const size = new Float64Array(g.layers);
  for (let v = 0; v < g.count; v++) size[g.layerOf[v]!] = Math.max(size[g.layerOf[v]!]!, heights[v]!);
  const top = new Float64Array(g.layers);
  const bottom = new Float64Array(g.layers);
  let y = 0;
  for (let l = 0; l < g.layers; l++) {
    top[l] = y;
    bottom[l] = y + size[l]!;
    y =
      bottom[l]! + Math.max(l === exits ? gap / 2 : gap, tracks[l]! === 0 ? 0 : gap / 2 + (tracks[l]! + 1) * TRACK_GAP);
  }
  return { top, bottom };
}

/** Nodes stand in the middle of their layer. */
function boxesOf(g: Layered, bands: Bands, heights: Float32Array, centre: Float64Array) {
  const top = new Float64Array(g.count);
  const bottom = new Float64Array(g.count);
  for (let v = 0; v < g.count; v++) {
    const l = g.layerOf[v]!;
    top[v] = Math.round((bands.top[l]! + bands.bottom[l]! - heights[v]!) / 2);
    bottom[v] = top[v]! + heights[v]!;
  }
  return { top, bottom, centre };
}

function rightEdge(left: Float64Array, widths: Float32Array, x: Float64Array): number {
  let right = 0;
  for (let v = 0; v < left.length; v++) right = Math.max(right, left[v]! + widths[v]!);
  for (let v = left.length; v < x.length; v++) right = Math.max(right, x[v]!);
  return right;
}

/** Moves everything into the positive quadrant, as far as it is not there: of a `kept` drawing what stood there stays. */
function finish(
  widths: Float32Array,
  at: Float64Array,
  top: Float64Array,
  routeOffsets: Int32Array,
  routes: Float32Array,
  bands: Bands,
  kept: boolean,
): CoreResult {
  let low = Infinity;
  let high = 0;
  for (const x of at) low = Math.min(low, x);
  for (let i = 0; i < routes.length; i += 2) if (routes[i]! < low) low = routes[i]!;
  low = at.length === 0 ? 0 : Math.floor(kept ? Math.min(0, low) : low);
  const left = Float32Array.from(at, (x) => x - low);
  for (let v = 0; v < left.length; v++) high = Math.max(high, left[v]! + widths[v]!);
  for (let i = 0; i < routes.length; i += 2) if ((routes[i]! -= low) > high) high = routes[i]!;
  return {
    left,
    top: Float32Array.from(top),
    routeOffsets,
    routes,
    width: high,
    height: bands.bottom.at(-1) ?? 0,
    shift: low,
  };
}
