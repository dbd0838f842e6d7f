/** Layers after an edit: what had one keeps it, and a layer of its own is put in for what has no room between. */
import type { CoreBefore } from './core-input.ts';
import { topological, type Digraph } from './digraph.ts';
import type { Layering } from './layers.ts';

/** Layers of the drawing before are whole multiples of this; those put in below one count on from it. */
const LAYER = 2 ** 20;
/** Middles of one layer differ by rounding only. */
const SAME = 3;

/** Whether enough of the drawing before is left to keep the rest in its place. */
export function isKept({ y }: CoreBefore, pins?: Int8Array): boolean {
  let known = 0;
  let all = 0;
  for (let v = 0; v < y.length; v++) {
    if (pins && pins[v] !== 0) continue;
    all++;
    if (!Number.isNaN(y[v]!)) known++;
  }
  return known > 0 && known >= 0.6 * all;
}

export function keptLayers(g: Digraph, { y }: CoreBefore, pins?: Int8Array): Layering {
  const order = topological(g);
  const key = oldLayers(y);
  const latest = latestLayers(g, order, key);
  const isPinned = (v: number) => pins !== undefined && pins[v] !== 0;
  for (const v of order) {
    if (isPinned(v)) continue;
    let above = -Infinity;
    for (let k = g.in.offsets[v]!; k < g.in.offsets[v + 1]!; k++) {
      const u = g.from[g.in.items[k]!]!;
      if (!isPinned(u)) above = Math.max(above, key[u]!);
    }
    if (Number.isNaN(key[v]!)) key[v] = placeOf(above, latest[v]!);
    else if (key[v]! <= above) key[v] = above + 1;
  }
  if (pins) pinKeys(g, key, pins);
  return numbered(key);
}

/** Entries stand in a layer above all others, exits in one below. */
function pinKeys(g: Digraph, key: Float64Array, pins: Int8Array): void {
  let first = Infinity;
  let last = -Infinity;
  for (let v = 0; v < g.count; v++) {
    if (pins[v] !== 0) continue;
    first = Math.min(first, key[v]!);
    last = Math.max(last, key[v]!);
  }
  const entries = first === Infinity ? 0 : first - 1;
  const exits = last === -Infinity ? 1 : last + 1;
  for (let v = 0; v < g.count; v++) if (pins[v] !== 0) key[v] = pins[v] === -1 ? entries : exits;
}

/** For a new vertex: the layer below its sources where that is free to use, else one of its own right below them. */
function placeOf(above: number, latest: number): number {
  if (above === -Infinity) return latest === Infinity ? 0 : latest;
  const next = (Math.floor(above / LAYER) + 1) * LAYER;
  return next <= latest ? next : above + 1;
}

/** By vertex the key of its layer in the drawing before; NaN for new ones. */
function oldLayers(y: Float32Array): Float64Array {
  const known: number[] = [];
  for (let v = 0; v < y.length; v++) if (!Number.isNaN(y[v]!)) known.push(v);
  known.sort((a, b) => y[a]! - y[b]!);
  const key = new Float64Array(y.length).fill(NaN);
  let layer = 0;
  let last = NaN;
  for (const v of known) {
    if (y[v]! > last + SAME) layer++;
    key[v] = layer * LAYER;
    last = y[v]!;
  }
  return key;
}

/** By vertex the key of the last old layer it may stand in for the sake of what reads it; Infinity where nothing does. */
function latestLayers(g: Digraph, order: Int32Array, key: Float64Array): Float64Array {
  const latest = new Float64Array(g.count).fill(Infinity);
  for (let i = order.length - 1; i >= 0; i--) {
    const v = order[i]!;
    for (let k = g.out.offsets[v]!; k < g.out.offsets[v + 1]!; k++) {
      const w = g.to[g.out.items[k]!]!;
      const at = Number.isNaN(key[w]!) ? latest[w]! : key[w]!;
      latest[v] = Math.min(latest[v]!, at - LAYER);
    }
  }
  return latest;
}

function numbered(key: Float64Array): Layering {
  const used = Float64Array.from(new Set(key)).sort();
  const number = new Map(Array.from(used, (k, l) => [k, l]));
  return { layerOf: Int32Array.from(key, (k) => number.get(k)!), layers: used.length };
}
