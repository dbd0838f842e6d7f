/** Where on a node's edge its lines begin and end. */
import { isotonic } from './isotonic.ts';
import type { Layered, Ordering } from './layered.ts';

/** By pair: across the flow, where it leaves its upper vertex and where it reaches its lower one. */
export interface Ports {
  readonly leave: Float64Array;
  readonly reach: Float64Array;
}

/** Lines keep this far from a node's corners, and this far from its middle. */
const CORNER = 14;
const SPREAD = 44;
/** Between two lines at one side of a node. */
const APART = 12;

/**
 * A line goes straight down wherever both nodes reach over one place; else it leaves on the side it goes to. Lines of
 * one side keep their order and a distance; the ones that can be straight are moved least.
 */
export function assignPorts(
  g: Layered,
  order: Ordering,
  centre: Float64Array,
  widths: Float32Array,
  anchors?: Float32Array,
): Ports {
  const half = new Float64Array(g.total);
  const wide = new Float64Array(g.total);
  for (let v = 0; v < g.count; v++) {
    wide[v] = Math.max(0, widths[v]! / 2 - CORNER);
    half[v] = Math.min(SPREAD, wide[v]!);
  }
  const pairs = g.pairUpper.length;
  const leave = new Float64Array(pairs);
  const reach = new Float64Array(pairs);
  for (let p = 0; p < pairs; p++) {
    const u = g.pairUpper[p]!;
    const v = g.pairLower[p]!;
    leave[p] = meeting(centre[u]!, half[u]!, wide[u]!, centre[v]!, half[v]!, wide[v]!);
  }
  spread(g, order, g.down, g.pairLower, centre, half, leave, widths, straightTo(g, centre, wide));
  if (anchors) fix(g.fixLeave, g.pairUpper, centre, anchors, leave);
  for (let p = 0; p < pairs; p++) {
    const v = g.pairLower[p]!;
    const straight = Math.abs(leave[p]! - centre[v]!) <= wide[v]!;
    if (g.fixReach !== null && !Number.isNaN(g.fixReach[p]!)) continue;
    reach[p] = straight ? leave[p]! : clamp(leave[p]!, centre[v]! - half[v]!, centre[v]! + half[v]!);
  }
  spread(g, order, g.up, g.pairUpper, centre, half, reach, widths, (p) => reach[p] === leave[p]);
  if (anchors) fix(g.fixReach, g.pairLower, centre, anchors, reach);
  return { leave, reach };
}

/** Puts the lines of boxes where the drawings inside want them. */
function fix(
  fixed: Float32Array | null,
  ends: Int32Array,
  centre: Float64Array,
  anchors: Float32Array,
  at: Float64Array,
): void {
  for (let p = 0; p < at.length; p++) {
    const offset = fixed === null ? NaN : fixed[p]!;
    if (!Number.isNaN(offset)) at[p] = centre[ends[p]!]! - anchors[ends[p]!]! + offset;
  }
}

/** A place that both reach, near the middle if they can; else the place on the first that is nearest to the second. */
function meeting(u: number, halfU: number, wideU: number, v: number, halfV: number, wideV: number): number {
  const near = Math.abs(u - v) <= halfU + halfV;
  const low = Math.max(u - (near ? halfU : wideU), v - (near ? halfV : wideV));
  const high = Math.min(u + (near ? halfU : wideU), v + (near ? halfV : wideV));
  return low <= high ? clamp((u + v) / 2, low, high) : v < u ? u - halfU : u + halfU;
}

function straightTo(g: Layered, centre: Float64Array, wide: Float64Array): (p: number) => boolean {
  return (p) => {
    const u = g.pairUpper[p]!;
    const v = g.pairLower[p]!;
    return Math.abs(centre[u]! - centre[v]!) <= wide[u]! + wide[v]!;
  };
}

function spread(
  g: Layered,
  order: Ordering,
  lists: Layered['down'],
  ends: Int32Array,
  centre: Float64Array,
  half: Float64Array,
  at: Float64Array,
  widths: Float32Array,
  straight: (p: number) => boolean,
): void {
  for (let v = 0; v < g.count; v++) {
    const n = lists.offsets[v + 1]! - lists.offsets[v]!;
    if (n < 2) continue;
    const mine = Array.from(lists.items.subarray(lists.offsets[v]!, lists.offsets[v + 1]!));
    mine.sort((a, b) => order.pos[ends[a]!]! - order.pos[ends[b]!]!);
    const room = Math.max(half[v]!, Math.min(widths[v]! / 2 - 6, ((n - 1) * APART) / 2));
    keepApart(mine, at, centre[v]!, room, straight);
  }
}

/** Nearest to where they want to be, at a distance from each other and inside the node. */
function keepApart(
  mine: number[],
  at: Float64Array,
  centre: number,
  room: number,
  straight: (p: number) => boolean,
): void {
  const gap = Math.min(APART, (2 * room) / (mine.length - 1));
  const low = centre - room;
  const high = centre + room - gap * (mine.length - 1);
  const places = Float64Array.from(mine, (p, i) => at[p]! - i * gap);
  isotonic(
    places,
    mine.map((p) => (straight(p) ? 1000 : 1)),
  );
  mine.forEach((p, i) => (at[p] = clamp(places[i]!, low, high) + i * gap));
}

function clamp(x: number, low: number, high: number): number {
  return x < low ? low : x > high ? high : x;
}
