/** The layered graph: long edges become chains of dummies, one chain for all edges of a source. */
import type { FixedPorts } from './core-input.ts';
import { groupBy, type Digraph, type Lists } from './digraph.ts';
import type { Layering } from './layers.ts';

/**
 * Vertices 0 .. count are the nodes, the rest dummies. A pair joins two vertices of neighbouring layers. The dummies of
 * a source have consecutive ids, one for each layer from the one below the source to the one above its furthest reader.
 */
export interface Layered {
  readonly count: number;
  readonly total: number;
  readonly layers: number;
  readonly layerOf: Int32Array;
  readonly pairUpper: Int32Array;
  readonly pairLower: Int32Array;
  /** By pair: how many readers it leads to. A line that crosses a shared one crosses the lines of all of them. */
  readonly pairWeight: Int32Array;
  /** Pair ids by upper and by lower vertex. */
  readonly down: Lists;
  readonly up: Lists;
  /** By edge: the pair that ends at the edge's target; -1 for loops and for edges cut to stubs. */
  readonly edgePair: Int32Array;
  /** By dummy (minus `count`): the pair that leads into it. */
  readonly dummyPair: Int32Array;
  /** By edge: the first dummy of the chain it shares, or -1. */
  readonly chainOf: Int32Array;
  /** By pair, from the left side of the vertex: see {@link FixedPorts}; null where nothing is fixed. */
  readonly fixLeave: Float32Array | null;
  readonly fixReach: Float32Array | null;
}

/** `sequence[starts[l] .. starts[l + 1])` are the vertices of layer l from left to right; `pos` is a vertex's place in it. */
export interface Ordering {
  readonly starts: Int32Array;
  readonly sequence: Int32Array;
  readonly pos: Int32Array;
}

/** By layer, where it begins in a sequence of all vertices; one more entry for the end. */
export function layerStarts(g: Layered): Int32Array {
  const starts = new Int32Array(g.layers + 1);
  for (let v = 0; v < g.total; v++) starts[g.layerOf[v]! + 1]!++;
  for (let l = 0; l < g.layers; l++) starts[l + 1]! += starts[l]!;
  return starts;
}

/**
 * A line over more layers than this is some ten screens long: nobody follows it, and many of them are a curtain beside
 * the graph. Such edges are cut to stubs at both ends.
 */
export const LONGEST = 120;

/** More dummies than this would cost more than the lanes they give are worth. */
const MAX_DUMMIES = 2_000_000;

export function layered(g: Digraph, { layerOf, layers }: Layering, ports?: FixedPorts): Layered {
  const lanes = lanesOf(g, ports);
  const reach = chainEnds(g, lanes, layerOf, longestSpan(g, lanes, layerOf));
  let total = g.count;
  for (let l = 0; l < reach.length; l++) total += Math.max(0, reach[l]! - layerOf[lanes.source[l]!]! - 1);
  const build = new PairBuilder(g, layerOf, total, ports);
  for (let l = 0; l < reach.length; l++)
    build.addLane(lanes.source[l]!, lanes.begin[l]!, lanes.begin[l + 1]!, reach[l]!);
  const { pairs, upper, lower } = build;
  const pairUpper = upper.slice(0, pairs);
  const pairLower = lower.slice(0, pairs);
  return {
    count: g.count,
    total,
    layers,
    layerOf: build.layer,
    pairUpper,
    pairLower,
    pairWeight: build.weight.slice(0, pairs),
    down: groupBy(pairUpper, total),
    up: groupBy(pairLower, total),
    edgePair: build.edgePair,
    dummyPair: build.dummyPair,
    chainOf: build.chainOf,
    fixLeave: build.fixLeave,
    fixReach: build.fixReach,
  };
}

/** The edges of a source that share a lane: `g.out.items[begin[l] .. begin[l + 1])` of lane l. */
interface Lanes {
  readonly source: readonly number[];
  readonly begin: readonly number[];
}

function lanesOf(g: Digraph, ports: FixedPorts | undefined): Lanes {
  const source: number[] = [];
  const begin: number[] = [];
  const { offsets, items } = g.out;
  for (let u = 0; u < g.count; u++) {
    for (let k = offsets[u]!; k < offsets[u + 1]!; k++) {
      if (k > offsets[u]! && (!ports || ports.lanes[items[k]!] === ports.lanes[items[k - 1]!])) continue;
      source.push(u);
      begin.push(k);
    }
  }
  begin.push(items.length);
  return { source, begin };
}

/** The longest span an edge may have so that all dummies fit; edges beyond it become stubs. */
function longestSpan(g: Digraph, lanes: Lanes, layerOf: Int32Array): number {
  for (let limit = LONGEST; ; limit >>= 1) {
    const reach = chainEnds(g, lanes, layerOf, limit);
    let dummies = 0;
    for (let l = 0; l < reach.length; l++) dummies += Math.max(0, reach[l]! - layerOf[lanes.source[l]!]! - 1);
    if (dummies <= MAX_DUMMIES || limit <= 8) return limit;
  }
}

/** By lane: the layer of the furthest reader within `limit` layers. */
function chainEnds(g: Digraph, { source, begin }: Lanes, layerOf: Int32Array, limit: number): Int32Array {
  const reach = new Int32Array(source.length);
  for (let l = 0; l < source.length; l++) {
    const top = layerOf[source[l]!]!;
    let far = top;
    for (let k = begin[l]!; k < begin[l + 1]!; k++) {
      const at = layerOf[g.to[g.out.items[k]!]!]!;
      if (at > far && at - top <= limit) far = at;
    }
    reach[l] = far;
  }
  return reach;
}

class PairBuilder {
  pairs = 0;
  readonly upper: Int32Array;
  readonly lower: Int32Array;
  readonly weight: Int32Array;
  readonly layer: Int32Array;
  readonly edgePair: Int32Array;
  readonly dummyPair: Int32Array;
  readonly chainOf: Int32Array;
  readonly fixLeave: Float32Array | null;
  readonly fixReach: Float32Array | null;
  private lane = 0;
  private readonly pairTo: Int32Array;
  private readonly seenBy: Int32Array;
  private nextDummy: number;

  constructor(
    private readonly g: Digraph,
    layerOf: Int32Array,
    total: number,
    private readonly ports: FixedPorts | undefined,
  ) {
    const most = g.from.length + total - g.count;
    this.upper = new Int32Array(most);
    this.lower = new Int32Array(most);
    this.weight = new Int32Array(most);
    this.layer = new Int32Array(total);
    this.layer.set(layerOf);
    this.edgePair = new Int32Array(g.from.length).fill(-1);
    this.dummyPair = new Int32Array(total - g.count);
    this.chainOf = new Int32Array(g.from.length).fill(-1);
    this.fixLeave = ports ? new Float32Array(most).fill(NaN) : null;
    this.fixReach = ports ? new Float32Array(most).fill(NaN) : null;
    this.pairTo = new Int32Array(g.count);
    this.seenBy = new Int32Array(g.count).fill(-1);
    this.nextDummy = g.count;
  }

  /** The chain down to the layer above `reach`, then a pair for each distinct reader. */
  addLane(u: number, begin: number, end: number, reach: number): void {
    const { g, layer } = this;
    const top = layer[u]!;
    const first = this.nextDummy;
    const firstPair = this.pairs;
    this.lane++;
    for (let l = top + 1; l < reach; l++) {
      const d = this.nextDummy++;
      layer[d] = l;
      this.dummyPair[d - g.count] = this.add(l === top + 1 ? u : d - 1, d);
    }
    for (let k = begin; k < end; k++) {
      if (this.nextDummy > first) this.chainOf[g.out.items[k]!] = first;
      this.addEdge(g.out.items[k]!, top, first, reach);
    }
    this.weigh(firstPair, first);
    if (this.ports) this.fixAll(u, firstPair, this.ports.leave[g.out.items[begin]!]!);
  }

  /** Readers hang on the dummies, and all that hangs below a dummy is led through the pair into it. */
  private weigh(firstPair: number, first: number): void {
    const { weight, upper, lower, dummyPair } = this;
    const { count } = this.g;
    for (let p = this.pairs - 1; p >= firstPair; p--) {
      if (lower[p]! < count) weight[p] = 1;
      if (upper[p]! >= first) weight[dummyPair[upper[p]! - count]!]! += weight[p]!;
    }
  }

  private fixAll(u: number, firstPair: number, leave: number): void {
    for (let p = firstPair; p < this.pairs; p++) if (this.upper[p] === u) this.fixLeave![p] = leave;
  }

  private addEdge(e: number, top: number, first: number, reach: number): void {
    const u = this.g.from[e]!;
    const v = this.g.to[e]!;
    const span = this.layer[v]! - top;
    if (this.layer[v]! > reach) return;
    if (this.seenBy[v] !== this.lane) {
      this.seenBy[v] = this.lane;
      this.pairTo[v] = this.add(span === 1 ? u : first + span - 2, v);
      if (this.ports) this.fixReach![this.pairTo[v]!] = this.ports.reach[e]!;
    }
    this.edgePair[e] = this.pairTo[v]!;
  }

  private add(upper: number, lower: number): number {
    this.upper[this.pairs] = upper;
    this.lower[this.pairs] = lower;
    return this.pairs++;
  }
}
