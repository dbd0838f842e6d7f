/** Shortening lines after the coordinates are assigned: straight blocks slide towards what they are connected with. */
import { groupBy, type Lists } from './digraph.ts';
import type { Layered, Ordering } from './layered.ts';

/**
 * Moves every maximal straight block (vertices in a column, one to a layer, each connected with the next) to the median
 * of its outside neighbours, as far as the blocks beside it let it go. No move makes the lines longer, so this ends;
 * `sweeps` bounds it. `x` is changed in place; the distances that `separation` asks for stay kept.
 */
export function relax(
  g: Layered,
  order: Ordering,
  x: Float64Array,
  separation: (left: number, right: number) => number,
  sweeps: number,
): void {
  for (let s = 0; s < sweeps; s++) {
    const blocks = findBlocks(g, order, x);
    const sorted = sortedByPlace(blocks.members.offsets.length - 1, blocks, x);
    let moved = 0;
    for (let i = 0; i < sorted.length; i++) moved += slide(g, order, x, separation, blocks, sorted[i]!, -1);
    for (let i = sorted.length - 1; i >= 0; i--) moved += slide(g, order, x, separation, blocks, sorted[i]!, 1);
    if (moved < 1) return;
  }
}

interface Blocks {
  readonly of: Int32Array;
  readonly members: { readonly offsets: Int32Array; readonly items: Int32Array };
}

const STRAIGHT = 0.5;

function findBlocks(g: Layered, order: Ordering, x: Float64Array): Blocks {
  const of = new Int32Array(g.total).fill(-1);
  let count = 0;
  for (const v of order.sequence) {
    for (let k = g.up.offsets[v]!; k < g.up.offsets[v + 1]!; k++) {
      const u = g.pairUpper[g.up.items[k]!]!;
      if (Math.abs(x[u]! - x[v]!) < STRAIGHT) of[v] = of[u]!;
    }
    if (of[v] === -1) of[v] = count++;
  }
  return { of, members: groupBy(of, count) };
}

function sortedByPlace(count: number, { members }: Blocks, x: Float64Array): Int32Array {
  const place = new Float64Array(count);
  for (let b = 0; b < count; b++) place[b] = x[members.items[members.offsets[b]!]!]!;
  return Int32Array.from({ length: count }, (_, b) => b).sort((a, b) => place[a]! - place[b]!);
}

/** Slides one block to one side (-1 left, 1 right); returns how far. */
function slide(
  g: Layered,
  order: Ordering,
  x: Float64Array,
  separation: (left: number, right: number) => number,
  blocks: Blocks,
  block: number,
  side: -1 | 1,
): number {
  const wanted = wantedShift(g, x, blocks, block) * side;
  if (wanted < STRAIGHT) return 0;
  const { offsets, items } = blocks.members;
  let room = wanted;
  for (let i = offsets[block]!; i < offsets[block + 1]! && room > 0; i++) {
    const v = items[i]!;
    const begin = order.starts[g.layerOf[v]!]!;
    const at = begin + order.pos[v]! + side;
    if (at < begin || at >= order.starts[g.layerOf[v]! + 1]!) continue;
    const w = order.sequence[at]!;
    const free = Math.abs(x[w]! - x[v]!) - (side < 0 ? separation(w, v) : separation(v, w));
    room = Math.min(room, free);
  }
  if (room < STRAIGHT) return 0;
  for (let i = offsets[block]!; i < offsets[block + 1]!; i++) x[items[i]!]! += room * side;
  return room;
}

/** A line between two nodes pulls more than one into a lane: a lane may bend at its ends, the trunk should not. */
const TRUNK = 4;

/** Distances to the neighbours of one block, and what each weighs; made once. */
let by = new Float64Array(64);
let weight = new Float64Array(64);

/** The weighted median of the distances to neighbours outside the block; 0 when the block lies between the two middle ones. */
function wantedShift(g: Layered, x: Float64Array, { of, members }: Blocks, block: number): number {
  let n = 0;
  for (let i = members.offsets[block]!; i < members.offsets[block + 1]!; i++) {
    const v = members.items[i]!;
    n = addPulls(g, x, of, v, g.up, g.pairUpper, n);
    n = addPulls(g, x, of, v, g.down, g.pairLower, n);
  }
  return n === 0 ? 0 : middle(n);
}

/** Adds the neighbours of `v` to one side that lie outside its block; returns how many there are now. */
function addPulls(
  g: Layered,
  x: Float64Array,
  of: Int32Array,
  v: number,
  { offsets, items }: Lists,
  ends: Int32Array,
  n: number,
): number {
  for (let k = offsets[v]!; k < offsets[v + 1]!; k++) {
    const w = ends[items[k]!]!;
    if (of[w] === of[v]) continue;
    if (n === by.length) grow();
    by[n] = x[w]! - x[v]!;
    weight[n++] = v < g.count === w < g.count ? TRUNK : 1;
  }
  return n;
}

function grow(): void {
  const [places, weights] = [by, weight];
  by = new Float64Array(2 * places.length);
  weight = new Float64Array(2 * places.length);
  by.set(places);
  weight.set(weights);
}

function middle(n: number): number {
  sortPulls(n);
  let total = 0;
  for (let i = 0; i < n; i++) total += weight[i]!;
  let sum = 0;
  let i = 0;
  while (sum + weight[i]! < total / 2) sum += weight[i++]!;
  const low = by[i]!;
  const high = sum + weight[i]! > total / 2 ? low : by[i + 1]!;
  return low > 0 ? low : high < 0 ? high : 0;
}

/** The first `n` pulls by distance. */
function sortPulls(n: number): void {
  if (n > 40) return sortMany(n);
  for (let i = 1; i < n; i++) {
    const [at, heavy] = [by[i]!, weight[i]!];
    let k = i - 1;
    for (; k >= 0 && by[k]! > at; k--) {
      by[k + 1] = by[k]!;
      weight[k + 1] = weight[k]!;
    }
    by[k + 1] = at;
    weight[k + 1] = heavy;
  }
}

function sortMany(n: number): void {
  const [places, weights] = [by.slice(0, n), weight.slice(0, n)];
  const order = Int32Array.from({ length: n }, (_, i) => i).sort((a, b) => places[a]! - places[b]!);
  order.forEach((from, i) => {
    by[i] = places[from]!;
    weight[i] = weights[from]!;
  });
}
