/**
 * Layered layout (Sugiyama's method), linear in nodes and edges but for the sorting inside layers. Deterministic: equal
 * input gives equal output.
 */
import type { JobContext } from '../graph-model/job.ts';
import { assignCoordinates, type Gaps } from './coordinates.ts';
import { acyclic } from './digraph.ts';
import { layered, type Layered, type Ordering } from './layered.ts';
import { assignLayers } from './layers.ts';
import { findOrder } from './ordering.ts';
import { assignPorts } from './ports.ts';
import { Router, TRACK_GAP, type Bands } from './routes.ts';
import { assignTracks, type Tracks } from './tracks.ts';
import type { LayoutInput, LayoutResult } from './types.ts';

export type { LayoutInput, LayoutResult } from './types.ts';

/** How far a layout is: `done` of 100. */
export interface LayoutStep {
  readonly done: number;
  readonly label: string;
}

/**
 * Lays out a graph, giving way to other work about every 30 ms so that a cancellation gets through. Rejects with the
 * signal's reason when it is aborted.
 */
export async function layoutGraph(
  input: LayoutInput,
  job: Pick<JobContext, 'signal' | 'progress'>,
): Promise<LayoutResult> {
  const steps = layoutSteps(input);
  let since = performance.now();
  for (;;) {
    job.signal.throwIfAborted();
    const step = steps.next();
    if (step.done) return step.value;
    if (performance.now() - since < 30) continue;
    job.progress(step.value.done, 100, step.value.label);
    await new Promise((resolve) => setTimeout(resolve, 0));
    since = performance.now();
  }
}

/** The same without a pause. */
export function layoutNow(input: LayoutInput): LayoutResult {
  const steps = layoutSteps(input);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

function* layoutSteps(input: LayoutInput): Generator<LayoutStep, LayoutResult> {
  const upright = input.direction === 'vertical';
  const widths = upright ? input.widths : input.heights;
  const heights = upright ? input.heights : input.widths;
  yield { done: 0, label: 'Finding layers' };
  const g = acyclic(input);
  const layers = layered(g, assignLayers(g));
  const order = yield* ordering(layers);
  yield { done: 60, label: 'Placing nodes' };
  const gaps: Gaps = { nodes: input.nodeGap, nodeToLane: 0.75 * input.nodeGap, lanes: 0.5 * input.nodeGap };
  const x = assignCoordinates(layers, order, widths, gaps);
  yield { done: 80, label: 'Routing edges' };
  const ports = assignPorts(layers, order, x, widths);
  const tracks = assignTracks(layers, order, ports);
  const bands = stackLayers(layers, heights, input.layerGap, tracks);
  const boxes = boxesOf(layers, bands, heights, x);
  const outside = rightEdge(x, widths);
  const router = new Router(g, layers, bands, boxes, ports, tracks, outside);
  const routeOffsets = router.routeAll();
  yield { done: 95, label: 'Routing edges' };
  return finish(upright, widths, x, boxes.top, routeOffsets, router.points, bands);
}

function* ordering(layers: Layered): Generator<LayoutStep, Ordering> {
  const search = findOrder(layers);
  for (;;) {
    const step = search.next();
    if (step.done) return step.value;
    yield { done: 10 + (50 * step.value.done) / step.value.total, label: 'Sorting layers' };
  }
}

/** Layers below each other, with room between them for the tracks that run there. */
function stackLayers(g: Layered, heights: Float32Array, gap: number, { tracks }: Tracks): Bands {
  const size = new Float64Array(g.layers);
  for (let v = 0; v < g.count; v++) size[g.layerOf[v]!] = Math.max(size[g.layerOf[v]!]!, heights[v]!);
  const top = new Float64Array(g.layers);
  const bottom = new Float64Array(g.layers);
  let y = 0;
  for (let l = 0; l < g.layers; l++) {
    top[l] = y;
    bottom[l] = y + size[l]!;
    y = bottom[l]! + Math.max(gap, tracks[l]! === 0 ? 0 : gap / 2 + (tracks[l]! + 1) * TRACK_GAP);
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

function rightEdge(x: Float64Array, widths: Float32Array): number {
  let right = 0;
  for (let v = 0; v < x.length; v++) right = Math.max(right, x[v]! + (widths[v] ?? 0) / 2);
  return right;
}

/** Moves everything into the positive quadrant and turns it for a horizontal flow. */
function finish(
  upright: boolean,
  widths: Float32Array,
  centre: Float64Array,
  top: Float64Array,
  routeOffsets: Int32Array,
  routes: Float32Array,
  bands: Bands,
): LayoutResult {
  const count = top.length;
  let low = Infinity;
  let high = 0;
  for (let v = 0; v < count; v++) low = Math.min(low, centre[v]! - widths[v]! / 2);
  for (let i = 0; i < routes.length; i += 2) low = Math.min(low, routes[i]!);
  low = count === 0 ? 0 : Math.floor(low);
  const across = new Float32Array(count);
  for (let v = 0; v < count; v++) {
    across[v] = centre[v]! - widths[v]! / 2 - low;
    high = Math.max(high, across[v]! + widths[v]!);
  }
  for (let i = 0; i < routes.length; i += 2) {
    const x = routes[i]! - low;
    high = Math.max(high, x);
    routes[i] = upright ? x : routes[i + 1]!;
    if (!upright) routes[i + 1] = x;
  }
  const along = Float32Array.from(top);
  const depth = bands.bottom.at(-1) ?? 0;
  return {
    x: upright ? across : along,
    y: upright ? along : across,
    routeOffsets,
    routes,
    width: upright ? high : depth,
    height: upright ? depth : high,
  };
}
