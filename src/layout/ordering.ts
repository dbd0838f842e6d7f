/** The order of vertices in their layers, with few crossings. */
import { crossingsBelow, PairCrossings } from './crossings.ts';
import { layerStarts, type Layered, type Ordering } from './layered.ts';
import { sortRange } from './sorting.ts';
import { Sifter } from './sifting.ts';

/** Graphs with fewer vertices and pairs than this are tried again and again; larger ones once. */
const SMALL = 20_000;

/** Sweeps that tell one way to choose the layers from another. */
const TRIAL = 4;

/** True where there is time to try more than one way. */
export const isSmall = (g: Layered) => g.pairUpper.length + g.total < SMALL;

export interface SweepProgress {
  readonly done: number;
  readonly total: number;
}

/**
 * Median and barycentre sweeps from different starts, each followed by swaps of neighbours and by moving whole lanes, and
 * that again from the best order found; the best order seen wins. The first start goes on from `begun`. The number of sweeps falls with size so that the time
 * stays linear.
 */
export function* findOrder(graph: Layered, begun?: Sweeper): Generator<SweepProgress, Ordering> {
  const size = graph.pairUpper.length + graph.total;
  const sweeps = Math.max(6, Math.min(24, Math.round(300_000 / (size + 1))));
  const starts = size < SMALL / 4 ? 5 : size < SMALL ? 3 : 1;
  const rounds = size < SMALL / 4 ? 3 : size < SMALL ? 2 : 1;
  let best: Ordering | null = null;
  let fewest = Infinity;
  for (let s = 0; s < starts && fewest > 0; s++) {
    const run = (s === 0 && begun) || new Sweeper(graph, depthFirst(graph, s % 2 === 1));
    if (s > 0 && s === starts - 1) run.sift(8);
    for (let r = 0; r < rounds; r++) {
      const before = run.fewest;
      for (let i = r === 0 ? run.sweeps : 0; i < sweeps && !run.settled; i++) {
        run.sweep(s < 2 ? i : i + 5);
        yield { done: (s * rounds + r) * sweeps + i, total: starts * rounds * sweeps };
      }
      run.finish();
      run.sift(size < SMALL ? 8 : 2);
      if (run.fewest === before) break;
    }
    if (run.fewest < fewest) {
      fewest = run.fewest;
      best = run.best;
    }
  }
  return best!;
}

/** An order after a few sweeps: its crossings tell about how many will be left in the end. */
export function beginOrder(graph: Layered): Sweeper {
  const run = new Sweeper(graph, depthFirst(graph, false));
  for (let i = 0; i < TRIAL && !run.settled; i++) run.sweep(i);
  return run;
}

/** Vertices in the order a depth-first walk meets them, so that what hangs together stands together. */
function depthFirst(g: Layered, mirrored: boolean): Ordering {
  const starts = layerStarts(g);
  const ordering = { starts, sequence: new Int32Array(g.total), pos: new Int32Array(g.total) };
  const next = starts.slice(0, g.layers);
  const seen = new Uint8Array(g.total);
  const stack: number[] = [];
  for (const root of rootsByLayer(g, starts)) {
    stack.push(root);
    while (stack.length > 0) {
      const v = stack.pop()!;
      if (seen[v] === 1) continue;
      seen[v] = 1;
      const l = g.layerOf[v]!;
      ordering.pos[v] = next[l]! - starts[l]!;
      ordering.sequence[next[l]!++] = v;
      pushBelow(g, v, mirrored, stack);
    }
  }
  return ordering;
}

function rootsByLayer(g: Layered, starts: Int32Array): Int32Array {
  const next = starts.slice(0, g.layers);
  const roots = new Int32Array(g.total);
  for (let v = 0; v < g.total; v++) roots[next[g.layerOf[v]!]!++] = v;
  return roots;
}

function pushBelow(g: Layered, v: number, mirrored: boolean, stack: number[]): void {
  const from = g.down.offsets[v]!;
  const end = g.down.offsets[v + 1]!;
  for (let k = 0; k < end - from; k++) stack.push(g.pairLower[g.down.items[mirrored ? from + k : end - 1 - k]!]!);
}

export class Sweeper {
  /** How many there were. */
  sweeps = 0;
  best: Ordering;
  fewest: number;
  private readonly order: Ordering;
  private readonly weight: Float64Array;
  /** Those of one layer that are being sorted. */
  private readonly moving: Int32Array;
  private readonly swaps: PairCrossings;
  private stale = 0;

  constructor(
    private readonly g: Layered,
    start: Ordering,
  ) {
    this.order = start;
    this.best = copy(start);
    this.fewest = totalCrossings(g, start);
    this.weight = new Float64Array(g.total);
    this.moving = new Int32Array(g.total);
    this.swaps = new PairCrossings(g, start);
  }

  get settled(): boolean {
    return this.stale >= 4 || this.fewest === 0;
  }

  /** Even sweeps go down, odd ones up; every second pair breaks ties the other way; medians and means take turns. */
  sweep(i: number): void {
    this.sweeps++;
    const down = i % 2 === 0;
    const tieRight = i % 4 >= 2;
    const median = i % 8 < 4;
    const { layers } = this.g;
    for (let l = 1; l < layers; l++) this.sortLayer(down ? l : layers - 1 - l, down, tieRight, median);
    if (i % 2 === 1) this.swaps.improve(2);
    this.keepIfBetter();
  }

  /** Starts from the best order seen and swaps until nothing is gained. */
  finish(): void {
    if (this.fewest === 0) return;
    this.order.sequence.set(this.best.sequence);
    this.order.pos.set(this.best.pos);
    this.swaps.improve(12);
    this.keepIfBetter();
  }

  /** Moves whole lanes in the best order seen, then swaps again. */
  sift(rounds: number): void {
    if (this.fewest === 0) return;
    this.stale = 0;
    this.order.sequence.set(this.best.sequence);
    this.order.pos.set(this.best.pos);
    new Sifter(this.g, this.order).run(rounds);
    this.keepIfBetter();
    this.swaps.improve(12);
    this.keepIfBetter();
  }

  private keepIfBetter(): void {
    const now = totalCrossings(this.g, this.order, this.fewest);
    this.stale = now < this.fewest ? 0 : this.stale + 1;
    if (now >= this.fewest) return;
    this.fewest = now;
    this.best.sequence.set(this.order.sequence);
    this.best.pos.set(this.order.pos);
  }

  private sortLayer(l: number, fromAbove: boolean, tieRight: boolean, median: boolean): void {
    const { starts, sequence, pos } = this.order;
    const begin = starts[l]!;
    const end = starts[l + 1]!;
    if (end - begin < 2) return;
    const { weight } = this;
    for (let i = begin; i < end; i++) {
      const v = sequence[i]!;
      weight[v] = this.wanted(v, fromAbove, median);
    }
    this.placeByWeight(begin, end, tieRight);
    for (let i = begin; i < end; i++) pos[sequence[i]!] = i - begin;
  }

  /** Sorts the vertices that have a weight; those without one (-1) keep their places. */
  private placeByWeight(begin: number, end: number, tieRight: boolean): void {
    const { weight, moving } = this;
    const { sequence } = this.order;
    let n = 0;
    for (let i = begin; i < end; i++) if (weight[sequence[i]!]! >= 0) moving[n++] = sequence[i]!;
    if (tieRight) reverse(moving, n);
    sortRange(moving, 0, n, weight);
    let next = 0;
    for (let i = begin; i < end; i++) if (weight[sequence[i]!]! >= 0) sequence[i] = moving[next++]!;
  }

  /** Where the neighbours above (below) stand, on the scale of their layer's places; -1 without any. */
  private wanted(v: number, fromAbove: boolean, median: boolean): number {
    const { g } = this;
    const lists = fromAbove ? g.up : g.down;
    const ends = fromAbove ? g.pairUpper : g.pairLower;
    const begin = lists.offsets[v]!;
    const n = lists.offsets[v + 1]! - begin;
    if (n === 0) return -1;
    const { pos } = this.order;
    if (n === 1) return pos[ends[lists.items[begin]!]!]!;
    if (median && n > 2) return this.median(begin, n, lists.items, ends);
    let sum = 0;
    for (let k = 0; k < n; k++) sum += pos[ends[lists.items[begin + k]!]!]!;
    return sum / n;
  }

  /** The weighted median of Gansner et al. ("A technique for drawing directed graphs", 1993). */
  private median(begin: number, n: number, items: Int32Array, ends: Int32Array): number {
    const at = new Float64Array(n);
    for (let k = 0; k < n; k++) at[k] = this.order.pos[ends[items[begin + k]!]!]!;
    at.sort();
    const m = n >> 1;
    if (n % 2 === 1) return at[m]!;
    const left = at[m - 1]! - at[0]!;
    const right = at[n - 1]! - at[m]!;
    return left + right === 0 ? (at[m - 1]! + at[m]!) / 2 : (at[m - 1]! * right + at[m]! * left) / (left + right);
  }
}

function reverse(list: Int32Array, n: number): void {
  for (let i = 0, k = n - 1; i < k; i++, k--) {
    const v = list[i]!;
    list[i] = list[k]!;
    list[k] = v;
  }
}

function copy(o: Ordering): Ordering {
  return { starts: o.starts, sequence: o.sequence.slice(), pos: o.pos.slice() };
}

/** Crossings between all neighbouring layers; a shared chain counts once for each reader it leads to. Counts no further than to `enough`. */
export function totalCrossings(g: Layered, order: Ordering, enough = Infinity): number {
  let sum = 0;
  for (let l = 0; l + 1 < g.layers && sum < enough; l++) sum += crossingsBelow(g, order, l);
  return sum;
}
