/** A laid out graph, indexed for drawing and for finding what is under the pointer. */
import type { LayoutResult } from '../layout/types.ts';
import { Density } from './density.ts';
import { LevelIndex } from './spatial.ts';
import type { ViewGraph } from './view-graph.ts';

export type Direction = 'vertical' | 'horizontal';

export interface Rect {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Straight pieces of all lines, each drawn once even where many edges run in it. Piece p starts at point `point[p]` of its edge. */
export interface Pieces {
  readonly edge: Int32Array;
  /** Index into `layout.routes` (a pair counts one) of the piece's first point. */
  readonly point: Int32Array;
  /** Along the flow: where drawing begins when another edge draws the first part; else NaN. */
  readonly begin: Float32Array;
  /** 1 where all edges that run in the piece carry only shapes. */
  readonly shape: Uint8Array;
}

export class Scene {
  readonly pieces: Pieces;
  readonly density: Density;
  private readonly nodeIndex: LevelIndex;
  private readonly pieceIndex: LevelIndex;
  private incoming: { offsets: Int32Array; edges: Int32Array } | null = null;

  constructor(
    readonly view: ViewGraph,
    readonly layout: LayoutResult,
    readonly direction: Direction,
  ) {
    const upright = direction === 'vertical';
    const extent = upright ? layout.height : layout.width;
    this.pieces = piecesOf(view, layout, upright);
    this.nodeIndex = indexNodes(view, layout, upright, extent);
    this.pieceIndex = indexPieces(this.pieces, layout, upright, extent);
    this.density = new Density(view, layout);
  }

  /** The same picture for another state of the model that needs no new layout. */
  withView(view: ViewGraph): Scene {
    return Object.assign(Object.create(Scene.prototype) as Scene, this, { view });
  }

  /** Vertices that meet a rectangle, in no particular order. */
  nodesIn(rect: Rect): number[] {
    const { x, y } = this.layout;
    const { widths, heights } = this.view;
    const out: number[] = [];
    const [from, to] = this.stretch(rect);
    this.nodeIndex.each(from, to, 0, (i) => {
      const meets =
        x[i]! < rect.x + rect.width &&
        x[i]! + widths[i]! > rect.x &&
        y[i]! < rect.y + rect.height &&
        y[i]! + heights[i]! > rect.y;
      if (meets) out.push(i);
    });
    return out;
  }

  /** Calls `visit` for the pieces of lines that may meet a rectangle and are longer than about half of `shortest`. */
  eachPiece(rect: Rect, shortest: number, visit: (piece: number) => void): void {
    const [from, to] = this.stretch(rect);
    this.pieceIndex.each(from, to, shortest, visit);
  }

  private stretch(rect: Rect): [number, number] {
    return this.direction === 'vertical' ? [rect.y, rect.y + rect.height] : [rect.x, rect.x + rect.width];
  }

  /** The vertex at a point, with a little slack; -1 for none. */
  nodeAt(x: number, y: number, slack: number): number {
    let best = -1;
    let nearest = Infinity;
    for (const i of this.nodesIn({ x: x - slack, y: y - slack, width: 2 * slack, height: 2 * slack })) {
      const far =
        Math.abs(x - this.layout.x[i]! - this.view.widths[i]! / 2) +
        Math.abs(y - this.layout.y[i]! - this.view.heights[i]! / 2);
      if (far < nearest) [best, nearest] = [i, far];
    }
    return best;
  }

  /** The edge nearest to a point within `reach`; -1 for none. */
  edgeAt(x: number, y: number, reach: number): number {
    let best = -1;
    let nearest = reach;
    const { point, edge } = this.pieces;
    const { routes } = this.layout;
    this.eachPiece({ x: x - reach, y: y - reach, width: 2 * reach, height: 2 * reach }, 0, (p) => {
      const at = 2 * point[p]!;
      const far = distance(x, y, routes[at]!, routes[at + 1]!, routes[at + 2]!, routes[at + 3]!);
      if (far < nearest) [best, nearest] = [edge[p]!, far];
    });
    return best;
  }

  /** Edges out of and into a vertex. */
  edgesFrom(i: number): Iterable<number> {
    return range(this.view.offsets[i]!, this.view.offsets[i + 1]!);
  }

  edgesTo(i: number): Int32Array {
    const { offsets, edges } = (this.incoming ??= group(this.view));
    return edges.subarray(offsets[i]!, offsets[i + 1]!);
  }

  /** Where box `b` of the view lies. */
  boxRect(b: number): Rect {
    const [x, y, width, height] = this.layout.boxes.subarray(4 * b, 4 * b + 4) as unknown as [
      number,
      number,
      number,
      number,
    ];
    return { x, y, width, height };
  }

  /** True for an edge of which only the ends are drawn. */
  isStub(e: number): boolean {
    const { routes, routeOffsets } = this.layout;
    const first = routeOffsets[e]!;
    return routeOffsets[e + 1]! - first === 5 && Number.isNaN(routes[2 * first + 4]!);
  }

  rectOf(i: number): Rect {
    return { x: this.layout.x[i]!, y: this.layout.y[i]!, width: this.view.widths[i]!, height: this.view.heights[i]! };
  }
}

function* range(from: number, to: number): IterableIterator<number> {
  for (let i = from; i < to; i++) yield i;
}

function group(view: ViewGraph) {
  const offsets = new Int32Array(view.count + 1);
  for (const t of view.targets) offsets[t + 1]!++;
  for (let i = 0; i < view.count; i++) offsets[i + 1]! += offsets[i]!;
  const next = offsets.slice(0, view.count);
  const edges = new Int32Array(view.targets.length);
  for (let e = 0; e < edges.length; e++) edges[next[view.targets[e]!]!++] = e;
  return { offsets, edges };
}

/** Edges of one source begin with the same points where they share a lane: those are kept for the first edge alone. */
function piecesOf(view: ViewGraph, layout: LayoutResult, upright: boolean): Pieces {
  const { routes, routeOffsets } = layout;
  const most = routes.length / 2;
  const edge = new Int32Array(most);
  const point = new Int32Array(most);
  const begin = new Float32Array(most).fill(NaN);
  const shape = new Uint8Array(most).fill(1);
  let n = 0;
  let before: number[] = [];
  for (let e = 0; e < view.targets.length; e++) {
    const shared = e > 0 && view.sources[e - 1] === view.sources[e] ? sharedPoints(layout, e - 1, e) : 0;
    const first = routeOffsets[e]!;
    // The pieces that this edge runs in, those of the edge before it included.
    const mine = before.slice(0, Math.max(0, shared - 1));
    for (let p = first + mine.length; p + 1 < routeOffsets[e + 1]!; p++) {
      if (isGap(routes, p)) {
        mine.push(-1);
        continue;
      }
      const inLane = p === first + shared - 1;
      const drawn = inLane ? coveredTo(routes, routeOffsets[e - 1]! + shared - 1, first, p, upright) : NaN;
      if (inLane && !Number.isNaN(drawn) && view.edgeShapes[e] === 0) shape[before[shared - 1]!] = 0;
      if (drawn === 'all') {
        mine.push(before[shared - 1]!);
        continue;
      }
      edge[n] = e;
      point[n] = p;
      begin[n] = drawn;
      mine.push(n++);
    }
    // A lane that carries data to one of its readers is drawn as data.
    if (view.edgeShapes[e] === 0) for (const p of mine) if (p >= 0) shape[p] = 0;
    before = mine;
  }
  return { edge: edge.slice(0, n), point: point.slice(0, n), begin: begin.slice(0, n), shape: shape.slice(0, n) };
}

/** True where the piece from point `p` is not drawn: see `LayoutResult.routes`. */
export function isGap(routes: Float32Array, p: number): boolean {
  return Number.isNaN(routes[2 * p]!) || Number.isNaN(routes[2 * p + 2]!);
}

function sharedPoints({ routes, routeOffsets }: LayoutResult, a: number, b: number): number {
  const from = routeOffsets[a]!;
  const to = routeOffsets[b]!;
  const most = Math.min(routeOffsets[a + 1]! - from, routeOffsets[b + 1]! - to);
  let k = 0;
  while (
    k < most &&
    routes[2 * (from + k)] === routes[2 * (to + k)] &&
    routes[2 * (from + k) + 1] === routes[2 * (to + k) + 1]
  )
    k++;
  return k;
}

/** How far along the flow the piece at `other` has drawn the one at `p` already: NaN not at all, 'all' to its end. */
function coveredTo(routes: Float32Array, other: number, end: number, p: number, upright: boolean): number | 'all' {
  if (other + 1 >= end) return NaN;
  const across = upright ? 0 : 1;
  const along = 1 - across;
  const straight = (at: number) => routes[2 * at + across] === routes[2 * at + 2 + across];
  if (!straight(other) || !straight(p)) return NaN;
  const drawn = routes[2 * other + 2 + along]!;
  return drawn >= routes[2 * p + 2 + along]! ? 'all' : drawn;
}

function indexNodes(view: ViewGraph, layout: LayoutResult, upright: boolean, extent: number): LevelIndex {
  const low = upright ? layout.y : layout.x;
  const size = upright ? view.heights : view.widths;
  const high = low.map((v, i) => v + size[i]!);
  return new LevelIndex(low, high, size, extent);
}

function indexPieces({ point }: Pieces, { routes }: LayoutResult, upright: boolean, extent: number): LevelIndex {
  const n = point.length;
  const low = new Float32Array(n);
  const high = new Float32Array(n);
  const reach = new Float32Array(n);
  const along = upright ? 1 : 0;
  for (let p = 0; p < n; p++) {
    const at = 2 * point[p]!;
    const a = routes[at + along]!;
    const b = routes[at + 2 + along]!;
    low[p] = Math.min(a, b);
    high[p] = Math.max(a, b);
    reach[p] = Math.abs(routes[at + 1 - along]! - routes[at + 3 - along]!);
  }
  return new LevelIndex(low, high, reach, extent);
}

function distance(x: number, y: number, ax: number, ay: number, bx: number, by: number): number {
  const dx = bx - ax;
  const dy = by - ay;
  const length = dx * dx + dy * dy;
  const t = length === 0 ? 0 : Math.max(0, Math.min(1, ((x - ax) * dx + (y - ay) * dy) / length));
  return Math.hypot(x - ax - t * dx, y - ay - t * dy);
}
