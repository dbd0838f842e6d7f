/** Order and places across the flow after an edit: what was there stays, what is new goes where it crosses and moves least. */
import type { CoreBefore } from './core-input.ts';
import { PairCrossings } from './crossings.ts';
import type { Digraph } from './digraph.ts';
import { isotonic } from './isotonic.ts';
import { layerStarts, type Layered, type Ordering } from './layered.ts';
import type { Spacing } from './spacing.ts';

/** How hard it is to push something aside. */
const OLD_NODE = 100;
const OLD_LANE = 10;
const NEW = 0.01;

/** What a line that is crossed, and a pixel to the side, are worth beside a pixel by which something is pushed. */
const CROSSING = 40;
const ASIDE = 0.3;

export interface Kept {
  readonly order: Ordering;
  readonly x: Float64Array;
}

export function keptPlaces(g: Layered, edges: Digraph, before: CoreBefore, spacing: Spacing): Kept {
  const wanted = new Float64Array(g.total).fill(NaN);
  wanted.set(before.x);
  readLanes(g, edges, before, wanted);
  const isNew = Uint8Array.from(wanted, (x) => Number(Number.isNaN(x)));
  const finder = new PlaceFinder(g, wanted, spacing);
  finder.placeNodes();
  finder.placeLanes();
  const order = sortedBy(g, wanted);
  new PairCrossings(g, order).settle(isNew, 20);
  return { order, x: keepApart(g, order, wanted, isNew, spacing) };
}

/** Lanes stand where the line of their longest edge stood. */
function readLanes(g: Layered, { from }: Digraph, before: CoreBefore, wanted: Float64Array): void {
  const longest = new Map<number, number>();
  const end = (e: number) => g.pairUpper[g.edgePair[e]!]!;
  for (let e = 0; e < from.length; e++) {
    const chain = g.chainOf[e]!;
    if (chain < 0 || g.edgePair[e]! < 0 || before.edges[e]! < 0 || end(e) < chain) continue;
    const best = longest.get(chain);
    if (best === undefined || end(e) > end(best)) longest.set(chain, e);
  }
  const along = layerPlaces(g, before.y);
  for (const [chain, e] of longest)
    for (let d = chain; d <= end(e); d++) wanted[d] = lineAt(before, before.edges[e]!, along[g.layerOf[d]!]!);
}

/** By layer, where it stood along the flow; layers that were not there lie between. */
function layerPlaces(g: Layered, y: Float32Array): Float64Array {
  const places = new Float64Array(g.layers).fill(NaN);
  for (let v = 0; v < g.count; v++) if (!Number.isNaN(y[v]!)) places[g.layerOf[v]!] = y[v]!;
  let last = -1;
  for (let l = 0; l < g.layers; l++) {
    if (Number.isNaN(places[l]!)) continue;
    for (let k = last + 1; last >= 0 && k < l; k++)
      places[k] = places[last]! + ((places[l]! - places[last]!) * (k - last)) / (l - last);
    last = l;
  }
  return places;
}

/** Where an old line stood across the flow at a place along it; NaN where it did not reach. */
function lineAt({ routeOffsets, routes }: CoreBefore, line: number, y: number): number {
  for (let p = routeOffsets[line]!; p + 1 < routeOffsets[line + 1]!; p++) {
    const [ax, ay, bx, by] = [routes[2 * p]!, routes[2 * p + 1]!, routes[2 * p + 2]!, routes[2 * p + 3]!];
    if (ay <= y && y <= by) return by === ay ? bx : ax + ((bx - ax) * (y - ay)) / (by - ay);
  }
  return NaN;
}

/** Finds places for what has none. */
class PlaceFinder {
  /** By layer, the vertices that have their place. */
  private readonly settled: number[][];

  constructor(
    private readonly g: Layered,
    private readonly wanted: Float64Array,
    private readonly spacing: Spacing,
  ) {
    this.settled = Array.from({ length: g.layers }, () => []);
    for (let v = 0; v < g.total; v++) this.settle(v);
  }

  private settle(v: number): void {
    if (!Number.isNaN(this.wanted[v]!)) this.settled[this.g.layerOf[v]!]!.push(v);
  }

  /** New nodes stand in the middle of their neighbours; those without any at the end of their layer. */
  placeNodes(): void {
    const { g, wanted } = this;
    const open = Array.from({ length: g.count }, (_, v) => v).filter((v) => Number.isNaN(wanted[v]!));
    open.sort((a, b) => g.layerOf[a]! - g.layerOf[b]!);
    for (const v of [...open, ...open.toReversed(), ...open]) {
      if (!Number.isNaN(wanted[v]!)) continue;
      wanted[v] = this.middleOfNeighbours(v);
      this.settle(v);
    }
    for (const v of open) {
      if (!Number.isNaN(wanted[v]!)) continue;
      const last = this.settled[g.layerOf[v]!]!.reduce((far, w) => Math.max(far, wanted[w]!), 0);
      wanted[v] = last + 1;
      this.settle(v);
    }
  }

  private middleOfNeighbours(v: number): number {
    const { down, up, pairLower, pairUpper } = this.g;
    const at: number[] = [];
    const add = (w: number) => Number.isNaN(this.wanted[w]!) || at.push(this.wanted[w]!);
    for (let k = up.offsets[v]!; k < up.offsets[v + 1]!; k++) add(this.sourceOf(pairUpper[up.items[k]!]!));
    for (let k = down.offsets[v]!; k < down.offsets[v + 1]!; k++) add(pairLower[down.items[k]!]!);
    at.sort((a, b) => a - b);
    return at.length === 0 ? NaN : (at[(at.length - 1) >> 1]! + at[at.length >> 1]!) / 2;
  }

  /** The node at the head of a lane that is not placed yet. */
  private sourceOf(v: number): number {
    const { count, dummyPair, pairUpper } = this.g;
    while (v >= count && Number.isNaN(this.wanted[v]!)) v = pairUpper[dummyPair[v - count]!]!;
    return v;
  }

  /** Lanes that are new run straight where there is room, near their ends. */
  placeLanes(): void {
    const { count, total } = this.g;
    for (let d = count; d < total; d++) {
      if (!Number.isNaN(this.wanted[d]!)) continue;
      let end = d;
      while (end + 1 < total && this.follows(end + 1) && Number.isNaN(this.wanted[end + 1]!)) end++;
      const x = this.corridor(d, end);
      for (let k = d; k <= end; k++) {
        this.wanted[k] = x;
        this.settle(k);
      }
    }
  }

  private follows(d: number): boolean {
    return this.g.pairUpper[this.g.dummyPair[d - this.g.count]!] === d - 1;
  }

  private corridor(first: number, last: number): number {
    const { g, wanted } = this;
    const from = wanted[g.pairUpper[g.dummyPair[first - g.count]!]!]!;
    const below = g.down.items.subarray(g.down.offsets[last]!, g.down.offsets[last + 1]!);
    const to = below.length === 0 ? from : wanted[g.pairLower[below[0]!]!]!;
    const ends = [from, Number.isNaN(to) ? from : to];
    let best = from;
    let least = Infinity;
    for (const x of this.candidates(first, last, ends)) {
      const aside = Math.abs(x - ends[0]!) + Math.abs(x - ends[1]!);
      const cost = this.pushed(first, last, x) + CROSSING * this.crossed(first, last, x) + ASIDE * aside;
      if (cost < least) [least, best] = [cost, x];
    }
    return best;
  }

  /** The ends, and right beside what stands in the way: the nearest of those. */
  private candidates(first: number, last: number, ends: readonly number[]): number[] {
    const beside: number[] = [];
    for (let d = first; d <= last; d++) {
      for (const v of this.settled[this.g.layerOf[d]!]!) {
        beside.push(this.wanted[v]! - this.spacing.between(d, v), this.wanted[v]! + this.spacing.between(v, d));
      }
    }
    const away = (x: number) => Math.abs(x - ends[0]!) + Math.abs(x - ends[1]!);
    return [...ends, ...[...new Set(beside)].sort((a, b) => away(a) - away(b)).slice(0, 64)];
  }

  /** How far a straight lane at `x` would push others aside, all together. */
  private pushed(first: number, last: number, x: number): number {
    let sum = 0;
    for (let d = first; d <= last; d++) {
      for (const v of this.settled[this.g.layerOf[d]!]!) {
        const off = x - this.wanted[v]!;
        const needed = off < 0 ? this.spacing.between(d, v) : this.spacing.between(v, d);
        sum += Math.max(0, needed - Math.abs(off) - 0.01);
      }
    }
    return sum;
  }

  /** How many lines a straight lane at `x` would cross. */
  private crossed(first: number, last: number, x: number): number {
    const { down, pairLower, pairWeight, layerOf } = this.g;
    let sum = 0;
    for (let l = layerOf[first]!; l < layerOf[last]!; l++) {
      for (const v of this.settled[l]!) {
        for (let k = down.offsets[v]!; k < down.offsets[v + 1]!; k++) {
          const pair = down.items[k]!;
          const to = this.wanted[pairLower[pair]!]!;
          if (this.wanted[v]! < x !== to < x && !Number.isNaN(to)) sum += pairWeight[pair]!;
        }
      }
    }
    return sum;
  }
}

function sortedBy(g: Layered, wanted: Float64Array): Ordering {
  const starts = layerStarts(g);
  const sequence = Int32Array.from({ length: g.total }, (_, v) => v);
  sequence.sort((a, b) => g.layerOf[a]! - g.layerOf[b]! || wanted[a]! - wanted[b]! || a - b);
  const pos = new Int32Array(g.total);
  sequence.forEach((v, i) => (pos[v] = i - starts[g.layerOf[v]!]!));
  return { starts, sequence, pos };
}

/** Every layer by itself: as near to the wanted places as the order and the distances allow. */
function keepApart(
  g: Layered,
  { starts, sequence }: Ordering,
  wanted: Float64Array,
  isNew: Uint8Array,
  spacing: Spacing,
): Float64Array {
  const x = new Float64Array(g.total);
  for (let l = 0; l < g.layers; l++) {
    const layer = sequence.subarray(starts[l]!, starts[l + 1]!);
    const offset = new Float64Array(layer.length);
    for (let i = 1; i < layer.length; i++) offset[i] = offset[i - 1]! + spacing.between(layer[i - 1]!, layer[i]!);
    const places = Float64Array.from(layer, (v, i) => wanted[v]! - offset[i]!);
    const weights = Float64Array.from(layer, (v) => (isNew[v] === 1 ? NEW : v < g.count ? OLD_NODE : OLD_LANE));
    isotonic(places, weights);
    layer.forEach((v, i) => (x[v] = places[i]! + offset[i]!));
  }
  return x;
}
