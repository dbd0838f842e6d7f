/**
 * Places across the flow: Brandes and Köpf, "Fast and simple horizontal coordinate assignment" (2001), with widths,
 * and with the compaction done on the graph of blocks, which needs no correction of classes.
 */
import type { Layered, Ordering } from './layered.ts';
import { relax } from './relax.ts';
import type { Spacing } from './spacing.ts';
import { trunkPairs } from './trunk.ts';

/** Lanes are cut into pieces of this many layers when uncut ones push each other ever further to one side. */
const CUTS = [Infinity, 256, 64, 16];

/** The centre of every vertex, or its anchor where `anchors` gives one (from its left side). No two of a layer come nearer than their widths and gaps allow; lanes are straight. */
export function assignCoordinates(g: Layered, order: Ordering, widths: Float32Array, spacing: Spacing): Float64Array {
  const board = new Board(g, order, widths, spacing);
  const enough = 4 * board.widest() + 400;
  let runs: Float64Array[] = [];
  // In a very deep graph uncut lanes never turn out well: the attempt is spared.
  for (const cut of g.layers > 1500 ? CUTS.slice(1) : CUTS) {
    if (cut !== Infinity) board.cutLanes(cut);
    runs = [board.run(true, true), board.run(true, false)];
    if (runs.some((x) => extentWidth(board, x) <= enough)) break;
    if (!board.cutStrays(runs)) continue;
    runs = [board.run(true, true), board.run(true, false)];
    if (runs.some((x) => extentWidth(board, x) <= enough)) break;
  }
  runs.push(board.run(false, true), board.run(false, false));
  const x = balance(runs, board);
  relax(g, order, x, (v, w) => spacing.between(v, w), Math.max(2, Math.min(20, Math.round(100_000 / g.total))));
  return x;
}

function extentWidth(board: Board, x: Float64Array): number {
  const [low, high] = board.extent(x);
  return high - low;
}

/**
 * Centres of the four runs, brought to the frame of the narrowest and averaged without the extremes. A run that came out
 * much wider than the narrowest (its blocks climb like stairs) is left out.
 */
function balance(runs: readonly Float64Array[], board: Board): Float64Array {
  const extents = runs.map((x) => board.extent(x));
  const width = ([low, high]: [number, number]) => high - low;
  const narrowest = extents.reduce((a, b) => (width(b) < width(a) ? b : a));
  const kept: Float64Array[] = [];
  runs.forEach((x, i) => {
    if (width(extents[i]!) > 1.25 * width(narrowest) + 200) return;
    const shift = i % 2 === 0 ? narrowest[0] - extents[i]![0] : narrowest[1] - extents[i]![1];
    for (let v = 0; v < x.length; v++) x[v]! += shift;
    kept.push(x);
  });
  return averageMiddle(kept);
}

function averageMiddle(runs: readonly Float64Array[]): Float64Array {
  const all = runs.length;
  const at = new Float64Array(all);
  return runs[0]!.map((_, v) => {
    for (let i = 0; i < all; i++) at[i] = runs[i]![v]!;
    at.sort();
    return (at[(all - 1) >> 1]! + at[all >> 1]!) / 2;
  });
}

function mean(list: Float32Array): number {
  let sum = 0;
  for (const x of list) sum += x;
  return list.length === 0 ? 0 : sum / list.length;
}

class Board {
  /** Pairs that an inner segment (dummy to dummy) crosses: they must give way. */
  private readonly conflict: Uint8Array;
  /** Pairs that all others give way to, but for those inner segments. */
  private readonly trunk: Uint8Array;
  /** Pair ids by vertex, in the order of the other end. */
  private readonly up: Int32Array;
  private readonly down: Int32Array;
  /** Further than this from its neighbour nothing should stand for the sake of a straight line. */
  private readonly far: number;

  constructor(
    private readonly g: Layered,
    private readonly order: Ordering,
    widths: Float32Array,
    private readonly spacing: Spacing,
  ) {
    this.up = this.inOrder(g.down, g.pairLower, g.up.offsets);
    this.down = this.inOrder(g.up, g.pairUpper, g.down.offsets);
    this.far = 4 * (mean(widths) + spacing.gaps.nodes);
    this.trunk = trunkPairs(g, order);
    this.conflict = this.findConflicts();
  }

  /** Walks all vertices in order and hands each pair to its other end, which so gets its pairs in order. */
  private inOrder(from: Layered['down'], to: Int32Array, offsets: Int32Array): Int32Array {
    const next = offsets.slice(0, this.g.total);
    const out = new Int32Array(to.length);
    for (const v of this.order.sequence) {
      for (let k = from.offsets[v]!; k < from.offsets[v + 1]!; k++) {
        const pair = from.items[k]!;
        out[next[to[pair]!]!++] = pair;
      }
    }
    return out;
  }

  private findConflicts(): Uint8Array {
    const conflict = new Uint8Array(this.g.pairUpper.length);
    const inner = (v: number) => this.innerAbove(v);
    for (let l = 1; l < this.g.layers; l++) this.conflictsAbove(l, conflict, inner);
    const trunk = (v: number) => this.trunkAbove(v, conflict);
    for (let l = 1; l < this.g.layers; l++) this.conflictsAbove(l, conflict, trunk);
    this.freeTrunk(conflict);
    return conflict;
  }

  /**
   * A lane gives way at both its ends where the node there has a neighbour of its own on that side: the trunk of the
   * graph stays straight and lanes bend to it. (Aligned with lanes, the blocks of a residual network climb like stairs.)
   */
  private freeTrunk(conflict: Uint8Array): void {
    const { count, pairUpper, pairLower } = this.g;
    const below = new Uint8Array(count);
    const above = new Uint8Array(count);
    for (let p = 0; p < pairUpper.length; p++) {
      const u = pairUpper[p]!;
      const v = pairLower[p]!;
      if (u < count && v < count && conflict[p] === 0) below[u] = above[v] = 1;
    }
    for (let p = 0; p < pairUpper.length; p++) {
      const u = pairUpper[p]!;
      const v = pairLower[p]!;
      if (u < count !== v < count && (u < count ? below[u] : above[v]) === 1) conflict[p] = 1;
    }
  }

  /** The free trunk pair that leads into `v`; -1 for none. */
  private trunkAbove(v: number, conflict: Uint8Array): number {
    const { offsets, items } = this.g.up;
    for (let k = offsets[v]!; k < offsets[v + 1]!; k++) {
      if (this.trunk[items[k]!] === 1 && conflict[items[k]!] === 0) return items[k]!;
    }
    return -1;
  }

  /** Marks what crosses the pairs that `strongAbove` gives for the vertices of layer `l`. */
  private conflictsAbove(l: number, conflict: Uint8Array, strongAbove: (v: number) => number): void {
    const { g, order } = this;
    const begin = order.starts[l]!;
    const end = order.starts[l + 1]!;
    let left = 0;
    let done = begin;
    for (let i = begin; i < end; i++) {
      const inner = strongAbove(order.sequence[i]!);
      if (inner < 0 && i + 1 < end) continue;
      const right = inner >= 0 ? order.pos[g.pairUpper[inner]!]! : Infinity;
      for (; done <= i; done++) {
        const v = order.sequence[done]!;
        for (let k = g.up.offsets[v]!; k < g.up.offsets[v + 1]!; k++) {
          const pair = this.up[k]!;
          const at = order.pos[g.pairUpper[pair]!]!;
          if ((at < left || at > right) && pair !== this.innerAbove(v)) conflict[pair] = 1;
        }
      }
      left = right;
    }
  }

  /** The pair from the dummy above, when `v` is a dummy below a dummy; else -1. */
  private innerAbove(v: number): number {
    if (v < this.g.count) return -1;
    const pair = this.g.dummyPair[v - this.g.count]!;
    return this.g.pairUpper[pair]! >= this.g.count ? pair : -1;
  }

  /** Lets every lane bend at each layer that is a multiple of `every`. */
  cutLanes(every: number): void {
    const { count, total, layerOf, dummyPair } = this.g;
    for (let d = count; d < total; d++) if (layerOf[d]! % every === 0) this.conflict[dummyPair[d - count]!] = 1;
  }

  /**
   * Lets the straight pieces bend that came to stand far from what they are connected with in every one of the runs: short
   * chains beside the trunk, one below the other, push each other ever further to one side. True when there were any.
   */
  cutStrays(runs: readonly Float64Array[]): boolean {
    const { pairUpper, pairLower } = this.g;
    const strays = new Uint8Array(this.g.total);
    let any = false;
    for (let p = 0; p < pairUpper.length; p++) {
      const [u, v] = [pairUpper[p]!, pairLower[p]!];
      if (runs.some((x) => Math.abs(x[u]! - x[v]!) < this.far)) continue;
      strays[u] = strays[v] = 1;
      any = true;
    }
    for (let p = 0; any && p < pairUpper.length; p++) {
      const isStray = strays[pairUpper[p]!] === 1 || strays[pairLower[p]!] === 1;
      if (isStray && this.trunk[p] === 0 && this.innerAbove(pairLower[p]!) !== p) this.conflict[p] = 1;
    }
    return any;
  }

  run(fromAbove: boolean, fromLeft: boolean): Float64Array {
    const { root, next } = this.align(fromAbove, fromLeft);
    const x = this.compact(root, next, fromLeft);
    const out = new Float64Array(this.g.total);
    for (let v = 0; v < out.length; v++) out[v] = fromLeft ? x[root[v]!]! : -x[root[v]!]!;
    return out;
  }

  /** Blocks of vertices that will share one coordinate: `next` goes round each block, `root` is its first. */
  private align(fromAbove: boolean, fromLeft: boolean): { root: Int32Array; next: Int32Array } {
    const { g, order } = this;
    const root = new Int32Array(g.total);
    for (let v = 0; v < g.total; v++) root[v] = v;
    const next = root.slice();
    for (let step = 1; step < g.layers; step++) {
      const l = fromAbove ? step : g.layers - 1 - step;
      const begin = order.starts[l]!;
      const size = order.starts[l + 1]! - begin;
      let last = fromLeft ? -1 : Infinity;
      for (let i = 0; i < size; i++) {
        const v = order.sequence[begin + (fromLeft ? i : size - 1 - i)]!;
        last = this.alignOne(v, fromAbove, fromLeft, last, root, next);
      }
    }
    return { root, next };
  }

  private alignOne(
    v: number,
    fromAbove: boolean,
    fromLeft: boolean,
    last: number,
    root: Int32Array,
    next: Int32Array,
  ): number {
    const { g } = this;
    const offsets = fromAbove ? g.up.offsets : g.down.offsets;
    const list = fromAbove ? this.up : this.down;
    const ends = fromAbove ? g.pairUpper : g.pairLower;
    const begin = offsets[v]!;
    const n = offsets[v + 1]! - begin;
    if (n === 0) return last;
    const lane = fromAbove ? -1 : this.laneBelow(v, begin, n);
    const trunk = this.trunkAmong(begin, n, list);
    const k = trunk >= 0 ? trunk : lane >= 0 && this.conflict[list[lane]!] === 0 ? lane : this.middle(begin, n, list);
    if (k < 0) return last;
    const u = ends[list[k]!]!;
    const at = this.order.pos[u]!;
    if (fromLeft ? at <= last : at >= last) return last;
    next[u] = v;
    root[v] = root[u]!;
    next[v] = root[v]!;
    return at;
  }

  private trunkAmong(begin: number, n: number, list: Int32Array): number {
    for (let k = begin; k < begin + n; k++) if (this.trunk[list[k]!] === 1 && this.conflict[list[k]!] === 0) return k;
    return -1;
  }

  /**
   * Where in `list` the middle one stands of the pairs that nothing forbids; -1 where there are two middle ones: taking
   * always the left one (or the right one) would make a chain of such nodes climb like stairs.
   */
  private middle(begin: number, n: number, list: Int32Array): number {
    let free = 0;
    for (let k = begin; k < begin + n; k++) free += 1 - this.conflict[list[k]!]!;
    if (free % 2 === 0) return -1;
    let before = free >> 1;
    let k = begin;
    while (this.conflict[list[k]!] === 1 || before-- > 0) k++;
    return k;
  }

  /** For a dummy, where in `down` the pair to the next dummy of its chain stands: a lane goes on straight before all else. */
  private laneBelow(v: number, begin: number, n: number): number {
    if (v < this.g.count) return -1;
    for (let k = begin; k < begin + n; k++)
      if (this.g.pairLower[this.down[k]!] === v + 1 && v + 1 >= this.g.count) return k;
    return -1;
  }

  /** Coordinates of the blocks, by root: as far left as they can be, then pulled right against their neighbours. */
  private compact(root: Int32Array, next: Int32Array, fromLeft: boolean): Float64Array {
    const x = new Float64Array(this.g.total);
    const sorted = this.sortBlocks(root, next, fromLeft, x);
    for (let i = sorted.length - 1; i >= 0; i--) {
      const block = sorted[i]!;
      let room = Infinity;
      this.eachAfter(block, next, fromLeft, (v, w) => {
        room = Math.min(room, x[root[w]!]! - (fromLeft ? this.spacing.between(v, w) : this.spacing.between(w, v)));
      });
      if (room !== Infinity && room > x[block]!) x[block] = room;
    }
    return x;
  }

  /** Roots in the order in which their blocks push each other; fills `x` with the leftmost places on the way. */
  private sortBlocks(root: Int32Array, next: Int32Array, fromLeft: boolean, x: Float64Array): Int32Array {
    const { g, order } = this;
    const waits = new Int32Array(g.total);
    for (let v = 0; v < g.total; v++) {
      const first = fromLeft ? 0 : order.starts[g.layerOf[v]! + 1]! - order.starts[g.layerOf[v]!]! - 1;
      if (order.pos[v] !== first) waits[root[v]!]!++;
    }
    const queue = new Int32Array(g.total);
    let end = 0;
    for (let v = 0; v < g.total; v++) if (root[v] === v && waits[v] === 0) queue[end++] = v;
    for (let at = 0; at < end; at++) {
      const block = queue[at]!;
      this.eachAfter(block, next, fromLeft, (v, w) => {
        const other = root[w]!;
        x[other] = Math.max(
          x[other]!,
          x[block]! + (fromLeft ? this.spacing.between(v, w) : this.spacing.between(w, v)),
        );
        if (--waits[other]! === 0) queue[end++] = other;
      });
    }
    return queue.slice(0, end);
  }

  private eachAfter(block: number, next: Int32Array, fromLeft: boolean, visit: (v: number, w: number) => void): void {
    const { g, order } = this;
    let v = block;
    do {
      const begin = order.starts[g.layerOf[v]!]!;
      const at = begin + order.pos[v]! + (fromLeft ? 1 : -1);
      if (at >= begin && at < order.starts[g.layerOf[v]! + 1]!) visit(v, order.sequence[at]!);
      v = next[v]!;
    } while (v !== block);
  }

  /** The width of the widest layer, with its gaps. */
  widest(): number {
    const { starts, sequence } = this.order;
    let widest = 0;
    for (let l = 0; l < this.g.layers; l++) {
      let centre = this.spacing.left[sequence[starts[l]!]!]!;
      for (let i = starts[l]! + 1; i < starts[l + 1]!; i++)
        centre += this.spacing.between(sequence[i - 1]!, sequence[i]!);
      widest = Math.max(widest, centre + this.spacing.right[sequence[starts[l + 1]! - 1]!]!);
    }
    return widest;
  }

  extent(x: Float64Array): [number, number] {
    let low = Infinity;
    let high = -Infinity;
    for (let v = 0; v < x.length; v++) {
      low = Math.min(low, x[v]! - this.spacing.left[v]!);
      high = Math.max(high, x[v]! + this.spacing.right[v]!);
    }
    return [low, high];
  }
}
