/** The layered graph: long edges become chains of dummies, one chain for all edges of a source. */
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
  /** Pair ids by upper and by lower vertex. */
  readonly down: Lists;
  readonly up: Lists;
  /** By edge: the pair that ends at the edge's target; -1 for loops and for edges too long for a chain. */
  readonly edgePair: Int32Array;
  /** By dummy (minus `count`): the pair that leads into it. */
  readonly dummyPair: Int32Array;
  /** By node: its first dummy, or -1. */
  readonly chainOf: Int32Array;
}

/** `sequence[starts[l] .. starts[l + 1])` are the vertices of layer l from left to right; `pos` is a vertex's place in it. */
export interface Ordering {
  readonly starts: Int32Array;
  readonly sequence: Int32Array;
  readonly pos: Int32Array;
}

/** More dummies than this would cost more than the lanes they give are worth. */
const MAX_DUMMIES = 2_000_000;

export function layered(g: Digraph, { layerOf, layers }: Layering): Layered {
  const reach = chainEnds(g, layerOf, longestSpan(g, layerOf));
  let total = g.count;
  for (let u = 0; u < g.count; u++) total += Math.max(0, reach[u]! - layerOf[u]! - 1);
  const build = new PairBuilder(g, layerOf, total);
  for (let u = 0; u < g.count; u++) build.addSource(u, reach[u]!);
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
    down: groupBy(pairUpper, total),
    up: groupBy(pairLower, total),
    edgePair: build.edgePair,
    dummyPair: build.dummyPair,
    chainOf: build.chainOf,
  };
}

/** The longest span an edge may have so that all dummies fit; edges beyond it are led round the outside. */
function longestSpan(g: Digraph, layerOf: Int32Array): number {
  for (let limit = 1 << 30; ; limit >>= 1) {
    const reach = chainEnds(g, layerOf, limit);
    let dummies = 0;
    for (let u = 0; u < g.count; u++) dummies += reach[u]! - layerOf[u]!;
    if (dummies - g.count <= MAX_DUMMIES || limit <= 8) return limit;
  }
}

/** By node: the layer of the furthest reader within `limit` layers. */
function chainEnds(g: Digraph, layerOf: Int32Array, limit: number): Int32Array {
  const reach = layerOf.slice(0, g.count);
  for (let e = 0; e < g.from.length; e++) {
    const far = layerOf[g.to[e]!]!;
    if (far - layerOf[g.from[e]!]! <= limit && far > reach[g.from[e]!]!) reach[g.from[e]!] = far;
  }
  return reach;
}

class PairBuilder {
  pairs = 0;
  readonly upper: Int32Array;
  readonly lower: Int32Array;
  readonly layer: Int32Array;
  readonly edgePair: Int32Array;
  readonly dummyPair: Int32Array;
  readonly chainOf: Int32Array;
  private readonly pairTo: Int32Array;
  private readonly seenBy: Int32Array;
  private nextDummy: number;

  constructor(
    private readonly g: Digraph,
    layerOf: Int32Array,
    total: number,
  ) {
    const most = g.from.length + total - g.count;
    this.upper = new Int32Array(most);
    this.lower = new Int32Array(most);
    this.layer = new Int32Array(total);
    this.layer.set(layerOf);
    this.edgePair = new Int32Array(g.from.length).fill(-1);
    this.dummyPair = new Int32Array(total - g.count);
    this.chainOf = new Int32Array(g.count).fill(-1);
    this.pairTo = new Int32Array(g.count);
    this.seenBy = new Int32Array(g.count).fill(-1);
    this.nextDummy = g.count;
  }

  /** The chain down to the layer above `reach`, then a pair for each distinct reader. */
  addSource(u: number, reach: number): void {
    const { g, layer } = this;
    const top = layer[u]!;
    const first = this.nextDummy;
    for (let l = top + 1; l < reach; l++) {
      const d = this.nextDummy++;
      layer[d] = l;
      this.dummyPair[d - g.count] = this.add(l === top + 1 ? u : d - 1, d);
    }
    if (this.nextDummy > first) this.chainOf[u] = first;
    for (let k = g.out.offsets[u]!; k < g.out.offsets[u + 1]!; k++) this.addEdge(g.out.items[k]!, top, first, reach);
  }

  private addEdge(e: number, top: number, first: number, reach: number): void {
    const u = this.g.from[e]!;
    const v = this.g.to[e]!;
    const span = this.layer[v]! - top;
    if (this.layer[v]! > reach) return;
    if (this.seenBy[v] !== u) {
      this.seenBy[v] = u;
      this.pairTo[v] = this.add(span === 1 ? u : first + span - 2, v);
    }
    this.edgePair[e] = this.pairTo[v]!;
  }

  private add(upper: number, lower: number): number {
    this.upper[this.pairs] = upper;
    this.lower[this.pairs] = lower;
    return this.pairs++;
  }
}
