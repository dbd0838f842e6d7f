/** Counting crossings, and swapping neighbours to lose some. */
import type { Layered, Ordering } from './layered.ts';

let tree = new Int32Array(64);

/** More than any weight. */
const WEIGHTS = 2 ** 24;

/**
 * Crossings of the pairs between layer `l` and the next, each as many as the readers that both lead to multiplied:
 * inversions, by an accumulator tree (Barth et al., 2002).
 */
export function crossingsBelow(g: Layered, { starts, sequence, pos }: Ordering, l: number): number {
  const width = starts[l + 2]! - starts[l + 1]!;
  if (width < 2 || starts[l + 1]! - starts[l]! < 2) return 0;
  if (tree.length <= width) tree = new Int32Array(2 * width);
  tree.fill(0, 0, width + 1);
  let seen = 0;
  let crossings = 0;
  for (let i = starts[l]!; i < starts[l + 1]!; i++) {
    const v = sequence[i]!;
    const begin = g.down.offsets[v]!;
    const end = g.down.offsets[v + 1]!;
    for (let k = begin; k < end; k++) {
      const at = pos[g.pairLower[g.down.items[k]!]!]!;
      crossings += g.pairWeight[g.down.items[k]!]! * (seen - prefix(at));
    }
    for (let k = begin; k < end; k++) {
      const pair = g.down.items[k]!;
      seen += g.pairWeight[pair]!;
      add(pos[g.pairLower[pair]!]!, width, g.pairWeight[pair]!);
    }
  }
  return crossings;
}

function prefix(at: number): number {
  let sum = 0;
  for (let i = at + 1; i > 0; i &= i - 1) sum += tree[i]!;
  return sum;
}

function add(at: number, width: number, weight: number): void {
  for (let i = at + 1; i <= width; i += i & -i) tree[i]! += weight;
}

/** Swaps neighbours in a layer while that loses crossings ("transpose" in Gansner et al., 1993). */
export class PairCrossings {
  private readonly active: Uint8Array;

  constructor(
    private readonly g: Layered,
    private readonly order: Ordering,
  ) {
    this.active = new Uint8Array(g.layers);
  }

  /** At most `passes` over the layers; a layer is looked at again only when it or a neighbour changed. */
  improve(passes: number): void {
    this.active.fill(1);
    for (let p = 0; p < passes; p++) {
      let changed = false;
      for (let l = 0; l < this.g.layers; l++) {
        if (this.active[l] === 0) continue;
        this.active[l] = 0;
        if (!this.swapIn(l, p % 2 === 1)) continue;
        changed = true;
        for (let k = Math.max(0, l - 1); k <= Math.min(this.g.layers - 1, l + 1); k++) this.active[k] = 1;
      }
      if (!changed) return;
    }
  }

  /** Lets the `movable` vertices alone change places with their neighbours, until nothing is gained or `passes` are over. */
  settle(movable: Uint8Array, passes: number): void {
    const { starts, sequence } = this.order;
    for (let p = 0; p < passes; p++) {
      let changed = false;
      for (let l = 0; l < this.g.layers; l++) {
        for (let i = starts[l]!; i + 1 < starts[l + 1]!; i++) {
          const [v, w] = [sequence[i]!, sequence[i + 1]!];
          if (movable[v]! + movable[w]! === 0 || this.gain(v, w) <= 0) continue;
          this.swap(i, l);
          changed = true;
        }
      }
      if (!changed) return;
    }
  }

  private swap(i: number, l: number): void {
    const { starts, sequence, pos } = this.order;
    const [v, w] = [sequence[i]!, sequence[i + 1]!];
    sequence[i] = w;
    sequence[i + 1] = v;
    pos[w] = i - starts[l]!;
    pos[v] = i + 1 - starts[l]!;
  }

  private swapIn(l: number, equalToo: boolean): boolean {
    const { starts, sequence } = this.order;
    let improved = false;
    for (let i = starts[l]!; i + 1 < starts[l + 1]!; i++) {
      const v = sequence[i]!;
      const w = sequence[i + 1]!;
      const gain = this.gain(v, w);
      if (gain < 0 || (gain === 0 && !equalToo)) continue;
      this.swap(i, l);
      if (gain > 0) improved = true;
    }
    return improved;
  }

  /** How many crossings fall away when v, which stands left of w, changes places with it. */
  private gain(v: number, w: number): number {
    const { g } = this;
    return (
      this.inversions(v, w, g.up.offsets, g.up.items, g.pairUpper) +
      this.inversions(v, w, g.down.offsets, g.down.items, g.pairLower)
    );
  }

  private inversions(v: number, w: number, offsets: Int32Array, items: Int32Array, ends: Int32Array): number {
    const n = offsets[v + 1]! - offsets[v]!;
    const m = offsets[w + 1]! - offsets[w]!;
    if (n === 0 || m === 0) return 0;
    const { pos } = this.order;
    const { pairWeight } = this.g;
    if (n * m > 4096) return this.sortedInversions(v, w, offsets, items, ends);
    let balance = 0;
    for (let i = offsets[v]!; i < offsets[v + 1]!; i++) {
      const a = pos[ends[items[i]!]!]!;
      let sum = 0;
      for (let k = offsets[w]!; k < offsets[w + 1]!; k++) {
        const b = pos[ends[items[k]!]!]!;
        if (b < a) sum += pairWeight[items[k]!]!;
        else if (b > a) sum -= pairWeight[items[k]!]!;
      }
      balance += pairWeight[items[i]!]! * sum;
    }
    return balance;
  }

  /** The same for vertices of many neighbours, by sorting. */
  private sortedInversions(v: number, w: number, offsets: Int32Array, items: Int32Array, ends: Int32Array): number {
    const a = this.sortedPlaces(v, offsets, items, ends);
    const b = this.sortedPlaces(w, offsets, items, ends);
    let total = 0;
    for (const y of b) total += y % WEIGHTS;
    let balance = 0;
    let [k, below] = [0, 0];
    let [m, upTo] = [0, 0];
    for (const x of a) {
      const at = Math.floor(x / WEIGHTS);
      while (k < b.length && b[k]! < at * WEIGHTS) below += b[k++]! % WEIGHTS;
      while (m < b.length && b[m]! < (at + 1) * WEIGHTS) upTo += b[m++]! % WEIGHTS;
      balance += (x % WEIGHTS) * (below - (total - upTo));
    }
    return balance;
  }

  /** The places of the neighbours with the weights of the pairs to them, as one number each. */
  private sortedPlaces(v: number, offsets: Int32Array, items: Int32Array, ends: Int32Array): Float64Array {
    const list = new Float64Array(offsets[v + 1]! - offsets[v]!);
    for (let i = 0; i < list.length; i++) {
      const pair = items[offsets[v]! + i]!;
      list[i] = this.order.pos[ends[pair]!]! * WEIGHTS + this.g.pairWeight[pair]!;
    }
    return list.sort();
  }
}
