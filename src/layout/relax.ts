/** Shortening lines after the coordinates are assigned: straight blocks slide towards what they are connected with. */
import { groupBy } from './digraph.ts';
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

/** The weighted median of the distances to neighbours outside the block; 0 when the block lies between the two middle ones. */
function wantedShift(g: Layered, x: Float64Array, { of, members }: Blocks, block: number): number {
  const pulls: { by: number; weight: number }[] = [];
  let total = 0;
  const pull = (v: number, w: number) => {
    if (of[w] === block) return;
    const weight = v < g.count === w < g.count ? TRUNK : 1;
    pulls.push({ by: x[w]! - x[v]!, weight });
    total += weight;
  };
  for (let i = members.offsets[block]!; i < members.offsets[block + 1]!; i++) {
    const v = members.items[i]!;
    for (let k = g.up.offsets[v]!; k < g.up.offsets[v + 1]!; k++) pull(v, g.pairUpper[g.up.items[k]!]!);
    for (let k = g.down.offsets[v]!; k < g.down.offsets[v + 1]!; k++) pull(v, g.pairLower[g.down.items[k]!]!);
  }
  if (pulls.length === 0) return 0;
  pulls.sort((a, b) => a.by - b.by);
  return middle(pulls, total / 2);
}

function middle(pulls: readonly { by: number; weight: number }[], half: number): number {
  let sum = 0;
  let i = 0;
  while (sum + pulls[i]!.weight < half) sum += pulls[i++]!.weight;
  const low = pulls[i]!.by;
  const high = sum + pulls[i]!.weight > half ? low : pulls[i + 1]!.by;
  return low > 0 ? low : high < 0 ? high : 0;
}
