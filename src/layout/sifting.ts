/**
 * Moving whole lines: after Bachmaier, Brandenburg, Brunner and Hübner, "Global k-level crossing reduction" (2011).
 * Sweeps and swaps move one vertex at a time and cannot bring a long lane to the other side of what it runs along.
 */
import { crossingsBelow } from './crossings.ts';
import type { Layered, Ordering } from './layered.ts';
import { sortRange } from './sorting.ts';

/** A pair of more neighbours than this is not compared: it would cost more than the place of one line is worth. */
const MOST_COMPARED = 4096;

/**
 * Blocks are the nodes and, each as a whole, the chains of dummies. They stand in one order, from which the order in
 * every layer follows, so that chains never cross each other. Sifting takes a block out and puts it where its lines
 * cross the fewest others; only blocks that share a layer with it matter, so a round is about linear in the drawing.
 */
export class Sifter {
  private readonly blockOf: Int32Array;
  /** By block: its first vertex (the others follow it in the ids) and its layers. */
  private readonly head: Int32Array;
  private readonly top: Int32Array;
  private readonly bottom: Int32Array;
  /** By block, its place in the one order: any distinct numbers. */
  private readonly place: Float64Array;
  private readonly met: Int32Array;
  /** By layer, 1 where lines cross below it. */
  private readonly crossed: Uint8Array;
  private turn = 0;
  private readonly others: Int32Array;
  /** By vertex, the place of its block. */
  private readonly key: Float64Array;

  constructor(
    private readonly g: Layered,
    private readonly order: Ordering,
  ) {
    this.blockOf = new Int32Array(g.total);
    this.met = new Int32Array(g.total);
    this.crossed = new Uint8Array(g.layers);
    const heads: number[] = [];
    for (let v = 0; v < g.total; v++) {
      if (v <= g.count || g.pairUpper[g.dummyPair[v - g.count]!] !== v - 1) heads.push(v);
      this.blockOf[v] = heads.length - 1;
    }
    this.head = Int32Array.from(heads);
    this.top = this.head.map((v) => g.layerOf[v]!);
    this.bottom = this.head.map((v, b) => this.top[b]! + (heads[b + 1] ?? g.total) - v - 1);
    this.others = new Int32Array(heads.length);
    this.key = new Float64Array(g.total);
    this.place = this.linear();
    this.spread();
  }

  /** At most `rounds` times all blocks; true when anything moved. The ordering is changed in place. */
  run(rounds: number): boolean {
    let any = false;
    for (let r = 0; r < rounds; r++) {
      let gained = 0;
      this.findCrossed();
      for (let b = 0; b < this.head.length; b++) if (this.isCrossed(b)) gained += this.sift(b);
      if (gained === 0) break;
      any = true;
      this.renumber();
      this.spread();
    }
    return any;
  }

  /** Where nothing crosses nothing can be gained. */
  private findCrossed(): void {
    for (let l = 0; l + 1 < this.g.layers; l++) this.crossed[l] = crossingsBelow(this.g, this.order, l) > 0 ? 1 : 0;
  }

  private isCrossed(b: number): boolean {
    for (let l = Math.max(0, this.top[b]! - 1); l <= this.bottom[b]!; l++) if (this.crossed[l] === 1) return true;
    return false;
  }

  /**
   * One order for all blocks that agrees with the layers where these agree among themselves: a block follows what stands
   * left of it in its layers; where that goes round in a circle the one that stands leftmost goes first.
   */
  private linear(): Float64Array {
    const { sequence } = this.order;
    const blocks = this.head.length;
    const waits = new Int32Array(blocks);
    for (let i = 0; i < sequence.length; i++) if (this.leftOf(i) >= 0) waits[this.blockOf[sequence[i]!]!]!++;
    const place = new Float64Array(blocks).fill(-1);
    const stuck = this.byMeanPlace();
    const ready: number[] = [];
    for (let b = blocks - 1; b >= 0; b--) if (waits[b] === 0) ready.push(b);
    let next = 0;
    for (let s = 0; next < blocks;) {
      const b = ready.length > 0 ? ready.pop()! : stuck[s++]!;
      if (place[b]! >= 0) continue;
      place[b] = next++;
      this.eachRight(b, (right) => --waits[right]! === 0 && ready.push(right));
    }
    return place;
  }

  private leftOf(i: number): number {
    const v = this.order.sequence[i]!;
    return this.order.pos[v] === 0 ? -1 : this.blockOf[this.order.sequence[i - 1]!]!;
  }

  private eachRight(b: number, visit: (block: number) => void): void {
    const { starts, sequence, pos } = this.order;
    for (let l = this.top[b]!; l <= this.bottom[b]!; l++) {
      const at = starts[l]! + pos[this.vertex(b, l)]! + 1;
      if (at < starts[l + 1]!) visit(this.blockOf[sequence[at]!]!);
    }
  }

  private byMeanPlace(): Int32Array {
    const { starts, pos } = this.order;
    const mean = new Float64Array(this.head.length);
    for (let b = 0; b < mean.length; b++) {
      let sum = 0;
      for (let l = this.top[b]!; l <= this.bottom[b]!; l++)
        sum += (pos[this.vertex(b, l)]! + 1) / (starts[l + 1]! - starts[l]! + 1);
      mean[b] = sum / (this.bottom[b]! - this.top[b]! + 1);
    }
    return Int32Array.from(mean.keys()).sort((a, b) => mean[a]! - mean[b]!);
  }

  private vertex(b: number, layer: number): number {
    return this.head[b]! + layer - this.top[b]!;
  }

  /** Puts block `b` where its lines cross fewest others; returns how many crossings that takes away. */
  private sift(b: number): number {
    const n = this.findBeside(b);
    if (n === 0) return 0;
    const { place, others } = this;
    const before = place[b]!;
    let sum = 0;
    let best = 0;
    let bestAt = 0;
    let now = 0;
    for (let i = 0; i < n; i++) {
      const o = others[i]!;
      const at = place[o]!;
      // Next to each other both compare in the same way with all the rest.
      place[b] = at;
      sum += this.change(b, o);
      if (at < before) now = sum;
      if (sum < best) {
        best = sum;
        bestAt = i + 1;
      }
    }
    place[b] = before;
    if (best === now) return 0;
    this.put(b, n, bestAt);
    return now - best;
  }

  /** Between the `at`-th of `n` others and the one before it. */
  private put(b: number, n: number, at: number): void {
    const { place, others } = this;
    const left = at > 0 ? place[others[at - 1]!]! : place[others[0]!]! - 2;
    const right = at < n ? place[others[at]!]! : left + 2;
    place[b] = (left + right) / 2;
    if (place[b] === left || place[b] === right) {
      place[b] = left;
      this.renumber(b);
    }
  }

  /** Whole numbers again; `after` goes behind the one that has the same place. */
  private renumber(after = -1): void {
    const sorted = Int32Array.from(this.place.keys()).sort(
      (a, b) => this.place[a]! - this.place[b]! || Number(a === after) - Number(b === after),
    );
    sorted.forEach((b, i) => (this.place[b] = i));
  }

  /** Blocks that share a layer with `b`, from left to right, into `others`; returns how many. */
  private findBeside(b: number): number {
    const { starts, sequence } = this.order;
    const { others, met, blockOf } = this;
    let n = 0;
    met[b] = ++this.turn;
    for (let i = starts[this.top[b]!]!; i < starts[this.bottom[b]! + 1]!; i++) {
      const o = blockOf[sequence[i]!]!;
      if (met[o] === this.turn) continue;
      met[o] = this.turn;
      others[n++] = o;
    }
    sortRange(others, 0, n, this.place);
    return n;
  }

  /** How many crossings come (less those that go) when `b`, left of `o`, goes to its right. */
  private change(b: number, o: number): number {
    const { down, up, pairLower, pairUpper } = this.g;
    const from = Math.max(this.top[b]!, this.top[o]!);
    const to = Math.min(this.bottom[b]!, this.bottom[o]!);
    // Above its first layer a chain has but itself: of two chains only the layer where one begins counts.
    let sum = this.compare(this.vertex(b, from), this.vertex(o, from), up.offsets, up.items, pairUpper);
    for (let l = from; l <= to; l++) {
      const v = this.vertex(b, l);
      const w = this.vertex(o, l);
      if (l === to || down.offsets[v + 1]! - down.offsets[v]! > 1 || down.offsets[w + 1]! - down.offsets[w]! > 1)
        sum += this.compare(v, w, down.offsets, down.items, pairLower);
    }
    return sum;
  }

  private compare(v: number, w: number, offsets: Int32Array, items: Int32Array, ends: Int32Array): number {
    const { place, blockOf } = this;
    const { pairWeight } = this.g;
    const [from, to] = [offsets[w]!, offsets[w + 1]!];
    if ((offsets[v + 1]! - offsets[v]!) * (to - from) > MOST_COMPARED) return 0;
    let sum = 0;
    for (let i = offsets[v]!; i < offsets[v + 1]!; i++) {
      const x = place[blockOf[ends[items[i]!]!]!]!;
      let inside = 0;
      for (let k = from; k < to; k++) {
        const y = place[blockOf[ends[items[k]!]!]!]!;
        if (y > x) inside += pairWeight[items[k]!]!;
        else if (y < x) inside -= pairWeight[items[k]!]!;
      }
      sum += pairWeight[items[i]!]! * inside;
    }
    return sum;
  }

  /** The order of every layer from the one order. */
  private spread(): void {
    const { starts, sequence, pos } = this.order;
    const { place, blockOf, key } = this;
    for (let v = 0; v < key.length; v++) key[v] = place[blockOf[v]!]!;
    for (let l = 0; l < this.g.layers; l++) {
      sortRange(sequence, starts[l]!, starts[l + 1]!, key);
      for (let i = starts[l]!; i < starts[l + 1]!; i++) pos[sequence[i]!] = i - starts[l]!;
    }
  }
}
