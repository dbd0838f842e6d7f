/** From places to lines: one polyline for each edge. */
import type { Digraph } from './digraph.ts';
import type { FixedPorts } from './core-input.ts';
import type { Layered } from './layered.ts';
import type { Ports } from './ports.ts';
import type { Tracks } from './tracks.ts';

/** Where layers stand along the flow. */
export interface Bands {
  readonly top: Float64Array;
  readonly bottom: Float64Array;
}

export interface Boxes {
  readonly top: Float64Array;
  readonly bottom: Float64Array;
  readonly centre: Float64Array;
}

export const TRACK_GAP = 8;
const STUB = 12;

/**
 * Lines are made of vertical pieces, of horizontal pieces in the tracks between layers, and of slanted pieces between
 * layers that a drawing shows as curves; none of them can meet a node.
 */
export class Router {
  points = new Float32Array(1024);
  length = 0;
  private readonly trunk: number[] = [];
  private readonly trunkEnd: number[] = [];

  constructor(
    private readonly g: Digraph,
    private readonly layers: Layered,
    private readonly bands: Bands,
    private readonly boxes: Boxes,
    private readonly ports: Ports,
    private readonly tracks: Tracks,
    private readonly outside: number,
    private readonly widths: Float32Array,
    private readonly fixed?: FixedPorts,
  ) {}

  /** By edge: the first of its points; one more entry for the end. */
  routeAll(): Int32Array {
    const { g } = this;
    const edges = g.from.length;
    const begin = new Int32Array(edges);
    const end = new Int32Array(edges);
    for (let u = 0; u < g.count; u++) {
      let chain = -1;
      for (let k = g.out.offsets[u]!; k < g.out.offsets[u + 1]!; k++) {
        const e = g.out.items[k]!;
        if (this.layers.chainOf[e]! !== chain) this.walkTrunk((chain = this.layers.chainOf[e]!));
        begin[e] = this.length / 2;
        this.routeOne(e);
        end[e] = this.length / 2;
      }
    }
    for (let e = 0; e < edges; e++) {
      if (g.apart[e] === 0 || g.from[e] === g.to[e]) continue;
      begin[e] = this.length / 2;
      this.routeOutside(g.from[e]!, g.to[e]!, e);
      end[e] = this.length / 2;
    }
    return this.inEdgeOrder(begin, end);
  }

  /** Turned edges and loops make the order of making another than that of ids: lay them out anew. */
  private inEdgeOrder(begin: Int32Array, end: Int32Array): Int32Array {
    const offsets = new Int32Array(begin.length + 1);
    const out = new Float32Array(this.length);
    let at = 0;
    for (let e = 0; e < begin.length; e++) {
      offsets[e] = at / 2;
      const piece = this.points.subarray(2 * begin[e]!, 2 * end[e]!);
      if (this.g.turned[e] === 1) reverseInto(piece, out, at);
      else out.set(piece, at);
      at += piece.length;
    }
    offsets[begin.length] = at / 2;
    this.points = out;
    return offsets;
  }

  /** The bends of the chain that begins with the dummy `first` (-1: no chain): those up to its k-th dummy are the first `trunkEnd[k]` numbers of `trunk`. */
  private walkTrunk(first: number): void {
    const { layers, trunk, trunkEnd } = this;
    trunk.length = 0;
    trunkEnd.length = 0;
    if (first < 0) return;
    let d = first;
    do {
      this.piece(layers.dummyPair[d - layers.count]!, (x, y) => trunk.push(x, y));
      trunkEnd.push(trunk.length);
      d++;
    } while (d < layers.total && layers.pairUpper[layers.dummyPair[d - layers.count]!] === d - 1);
  }

  private routeOne(e: number): void {
    const { g, layers, boxes, ports } = this;
    const pair = layers.edgePair[e]!;
    const u = g.from[e]!;
    const v = g.to[e]!;
    if (pair < 0) return this.routeStubs(u, v, e);
    const attach = layers.pairUpper[pair]!;
    const chain = attach === u ? -1 : attach - layers.chainOf[e]!;
    const first = chain < 0 ? pair : layers.dummyPair[layers.chainOf[e]! - layers.count]!;
    const start = this.length;
    this.push(ports.leave[first]!, boxes.bottom[u]!, start);
    const bends = chain < 0 ? 0 : this.trunkEnd[chain]!;
    for (let k = 0; k < bends; k += 2) this.push(this.trunk[k]!, this.trunk[k + 1]!, start);
    this.piece(pair, (x, y) => this.push(x, y, start));
    this.push(ports.reach[pair]!, boxes.top[v]!, start);
  }

  /** The bends of a pair between its two layers. */
  private piece(pair: number, push: (x: number, y: number) => void): void {
    const { layers, bands, ports, tracks } = this;
    const from = ports.leave[pair]!;
    const to = ports.reach[pair]!;
    if (Math.abs(from - to) < 0.5) return;
    const l = layers.layerOf[layers.pairUpper[pair]!]!;
    const top = bands.bottom[l]!;
    const bottom = bands.top[l + 1]!;
    const track = tracks.track[pair]!;
    if (track < 0) {
      push(from, top);
      push(to, bottom);
      return;
    }
    const y = top + ((bottom - top) * (track + 1)) / (tracks.tracks[l]! + 1);
    push(from, y);
    push(to, y);
  }

  /** The two ends of an edge too long to be drawn, at the right corners of its nodes, out of the way of other lines. */
  private routeStubs(u: number, v: number, e: number): void {
    const { boxes } = this;
    const from = this.cornerOf(u, this.fixed?.leave[e]);
    const to = this.cornerOf(v, this.fixed?.reach[e]);
    const start = this.length;
    this.push(from, boxes.bottom[u]!, start);
    this.push(from, boxes.bottom[u]! + STUB, start);
    this.push(NaN, NaN, start);
    this.push(to, boxes.top[v]! - STUB, start);
    this.push(to, boxes.top[v]!, start);
  }

  private cornerOf(v: number, offset: number | undefined): number {
    if (offset !== undefined && !Number.isNaN(offset)) return this.portOf(v, offset);
    return this.boxes.centre[v]! + Math.max(0, this.widths[v]! / 2 - 10);
  }

  /** An edge against the flow between boxes: down into the gap, round the right side, and back in above its target. */
  private routeOutside(u: number, v: number, e: number): void {
    const { boxes, bands, layers } = this;
    const lane = this.outside + 16 + (e % 12) * 6;
    const leave = bands.bottom[layers.layerOf[u]!]! + 4;
    const enter = bands.top[layers.layerOf[v]!]! - 4;
    const from = this.portOf(u, this.fixed?.leave[e]);
    const to = this.portOf(v, this.fixed?.reach[e]);
    const start = this.length;
    this.push(from, boxes.bottom[u]!, start);
    for (const [x, y] of [
      [from, leave],
      [lane, leave],
      [lane, enter],
      [to, enter],
    ] as const) {
      this.push(x, y, start);
    }
    this.push(to, boxes.top[v]!, start);
  }

  private portOf(v: number, offset: number | undefined): number {
    const at = this.boxes.centre[v]!;
    return offset === undefined || Number.isNaN(offset) ? at : at - this.fixed!.anchors[v]! + offset;
  }

  /** Appends a point; points in the middle of a vertical piece are left out. */
  private push(x: number, y: number, start: number): void {
    let n = this.length;
    if (n - start >= 4 && same(this.points[n - 2]!, x) && same(this.points[n - 4]!, x)) n -= 2;
    else if (n > start && same(this.points[n - 2]!, x) && same(this.points[n - 1]!, y)) n -= 2;
    if (n + 2 > this.points.length) {
      const bigger = new Float32Array(2 * this.points.length);
      bigger.set(this.points);
      this.points = bigger;
    }
    this.points[n] = x;
    this.points[n + 1] = y;
    this.length = n + 2;
  }
}

/** Equal to the eye: a tenth of a pixel, or what a float32 can tell apart at that size. */
function same(a: number, b: number): boolean {
  return Math.abs(a - b) < 0.1 + Math.abs(b) * 1e-6;
}

function reverseInto(piece: Float32Array, out: Float32Array, at: number): void {
  for (let i = 0; i < piece.length; i += 2) {
    out[at + piece.length - 2 - i] = piece[i]!;
    out[at + piece.length - 1 - i] = piece[i + 1]!;
  }
}
