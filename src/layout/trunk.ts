/** The lines that should run straight before all others: where one way on is by far the longest, it is the trunk. */
import type { Lists } from './digraph.ts';
import type { Layered, Ordering } from './layered.ts';

/** A way must be longer than the next by so many nodes, and by this share of its length. */
const LEAD = 3;
const SHARE = 0.25;

/**
 * By pair, 1 where it lies on a trunk: its lower end leads by far the longest way to an end of the graph, and its upper
 * end comes by far the longest way from a beginning. (The outputs that every block of a decoder has beside its stream
 * would else each pull the stream one step to the side.) Branches that meet again lead about equally far: none is a trunk.
 */
export function trunkPairs(g: Layered, order: Ordering): Uint8Array {
  const after = longest(g, order, g.down, g.pairLower, true);
  const before = longest(g, order, g.up, g.pairUpper, false);
  const trunk = new Uint8Array(g.pairUpper.length);
  for (let v = 0; v < g.total; v++) {
    const down = leader(g.down, v, g.pairLower, after);
    if (down < 0 || leader(g.up, g.pairLower[down]!, g.pairUpper, before) !== down) continue;
    // Where there is but one way it is straight without being asked for.
    if (degree(g.down, v) > 1 || degree(g.up, g.pairLower[down]!) > 1) trunk[down] = 1;
  }
  dropCrossed(g, order, trunk);
  return trunk;
}

const degree = ({ offsets }: Lists, v: number) => offsets[v + 1]! - offsets[v]!;

/** By vertex, the most nodes on a way from it to an end; dummies do not count. */
function longest(g: Layered, order: Ordering, lists: Lists, ends: Int32Array, upwards: boolean): Int32Array {
  const length = new Int32Array(g.total);
  const { sequence } = order;
  for (let i = 0; i < sequence.length; i++) {
    const v = sequence[upwards ? sequence.length - 1 - i : i]!;
    let most = 0;
    for (let k = lists.offsets[v]!; k < lists.offsets[v + 1]!; k++)
      most = Math.max(most, length[ends[lists.items[k]!]!]!);
    length[v] = most + (v < g.count ? 1 : 0);
  }
  return length;
}

/** The pair of `v` whose other end is ahead of all others; -1 where none is. */
function leader({ offsets, items }: Lists, v: number, ends: Int32Array, length: Int32Array): number {
  let best = -1;
  let first = 0;
  let second = 0;
  for (let k = offsets[v]!; k < offsets[v + 1]!; k++) {
    const far = length[ends[items[k]!]!]!;
    if (far > first) [second, first, best] = [first, far, items[k]!];
    else second = Math.max(second, far);
  }
  return degree({ offsets, items }, v) > 1 && first - second < Math.max(LEAD, SHARE * first) ? -1 : best;
}

/** Of two trunks that cross between two layers only the left one stays straight there. */
function dropCrossed(g: Layered, { starts, sequence, pos }: Ordering, trunk: Uint8Array): void {
  for (let l = 0; l + 1 < g.layers; l++) {
    let rightmost = -1;
    for (let i = starts[l]!; i < starts[l + 1]!; i++) {
      const v = sequence[i]!;
      for (let k = g.down.offsets[v]!; k < g.down.offsets[v + 1]!; k++) {
        const pair = g.down.items[k]!;
        if (trunk[pair] === 0) continue;
        const at = pos[g.pairLower[pair]!]!;
        if (at < rightmost) trunk[pair] = 0;
        else rightmost = at;
      }
    }
  }
}
