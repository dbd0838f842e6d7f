/** Which layer each node stands in. */
import { topological, type Digraph } from './digraph.ts';

export interface Layering {
  readonly layerOf: Int32Array;
  readonly layers: number;
}

/**
 * Ways to choose the layers, all of the same length of drawing, the first of them that with short lines. Where much has room to
 * stand higher or lower it differs from graph to graph which of them lets the fewest lines cross.
 */
export function layerings(g: Digraph, pins?: Int8Array): Layering[] {
  const order = topological(g);
  const high = longestPath(g, order, pins);
  const short = high.slice();
  shorten(g, order, short, pins);
  // What nothing leads to stands next to its readers in all of them.
  for (const v of order) if (isFree(g, v, pins)) high[v] = lowestLayer(g, high, v);
  const low = short.slice();
  for (let i = order.length - 1; i >= 0; i--) {
    const v = order[i]!;
    if (!pinned(pins, v)) low[v] = lowestLayer(g, low, v);
  }
  const all = [short, low, high];
  if (pins) for (const layerOf of all) pinLayers(layerOf, pins);
  return all.map(compact).filter((a, i, list) => list.findIndex((b) => sameLayers(a, b)) === i);
}

/** The first of {@link layerings} alone. */
export function assignLayers(g: Digraph, pins?: Int8Array): Layering {
  const order = topological(g);
  const layerOf = longestPath(g, order, pins);
  shorten(g, order, layerOf, pins);
  if (pins) pinLayers(layerOf, pins);
  return compact(layerOf);
}

/** Of all lanes: the layers they run through. */
export function laneLength(g: Digraph, { layerOf }: Layering): number {
  const furthest = new Int32Array(g.count);
  measureFurthest(g, layerOf, furthest);
  let length = 0;
  for (let v = 0; v < g.count; v++) length += furthest[v]! - layerOf[v]!;
  return length;
}

const pinned = (pins: Int8Array | undefined, v: number) => pins !== undefined && pins[v] !== 0;

const isFree = (g: Digraph, v: number, pins: Int8Array | undefined) =>
  g.in.offsets[v] === g.in.offsets[v + 1] && !pinned(pins, v);

const sameLayers = (a: Layering, b: Layering) => a.layers === b.layers && a.layerOf.every((l, v) => l === b.layerOf[v]);

/**
 * Every node that has slack is moved next to its readers where that does not make the lines longer. The length counted is that
 * of the shared chains: all edges of a source run in one lane, so a source costs the distance to its furthest reader,
 * however many it has.
 */
function shorten(g: Digraph, order: Int32Array, layerOf: Int32Array, pins?: Int8Array): void {
  const furthest = new Int32Array(g.count);
  for (let pass = 0; pass < 3; pass++) {
    measureFurthest(g, layerOf, furthest);
    pullDown(g, order, layerOf, furthest, pins);
  }
}

/** The first pinned ones share a layer above all others, the last ones a layer below; others move in between. */
function pinLayers(layerOf: Int32Array, pins: Int8Array): void {
  let last = 0;
  for (let v = 0; v < layerOf.length; v++) if (pins[v] !== 1) last = Math.max(last, layerOf[v]!);
  for (let v = 0; v < layerOf.length; v++) if (pins[v] !== 0) layerOf[v] = pins[v] === -1 ? 0 : last + 1;
}

/** As high as what leads there lets it. The first layer is left to entries where there are any: beside them is a box's title. */
function longestPath(g: Digraph, order: Int32Array, pins?: Int8Array): Int32Array {
  const layerOf = new Int32Array(g.count);
  if (pins?.includes(-1)) for (let v = 0; v < g.count; v++) layerOf[v] = pins[v] === -1 ? 0 : 1;
  for (const u of order) {
    const below = layerOf[u]! + 1;
    for (let k = g.out.offsets[u]!; k < g.out.offsets[u + 1]!; k++) {
      const v = g.to[g.out.items[k]!]!;
      if (layerOf[v]! < below) layerOf[v] = below;
    }
  }
  return layerOf;
}

function measureFurthest(g: Digraph, layerOf: Int32Array, furthest: Int32Array): void {
  for (let u = 0; u < g.count; u++) {
    let far = layerOf[u]!;
    for (let k = g.out.offsets[u]!; k < g.out.offsets[u + 1]!; k++) {
      far = Math.max(far, layerOf[g.to[g.out.items[k]!]!]!);
    }
    furthest[u] = far;
  }
}

function pullDown(
  g: Digraph,
  order: Int32Array,
  layerOf: Int32Array,
  furthest: Int32Array,
  pins: Int8Array | undefined,
): void {
  for (let i = order.length - 1; i >= 0; i--) {
    const v = order[i]!;
    if (pinned(pins, v)) continue;
    const lowest = lowestLayer(g, layerOf, v);
    const gain = lowest - layerOf[v]!;
    if (gain <= 0 || addedLength(g, furthest, v, lowest) > gain) continue;
    layerOf[v] = lowest;
    for (let k = g.in.offsets[v]!; k < g.in.offsets[v + 1]!; k++) {
      const s = g.from[g.in.items[k]!]!;
      if (furthest[s]! < lowest) furthest[s] = lowest;
    }
  }
}

/** The layer right above the nearest reader; the node's own where nothing reads it. */
function lowestLayer(g: Digraph, layerOf: Int32Array, v: number): number {
  let lowest = Infinity;
  for (let k = g.out.offsets[v]!; k < g.out.offsets[v + 1]!; k++) {
    lowest = Math.min(lowest, layerOf[g.to[g.out.items[k]!]!]! - 1);
  }
  return lowest === Infinity ? layerOf[v]! : lowest;
}

function addedLength(g: Digraph, furthest: Int32Array, v: number, layer: number): number {
  let added = 0;
  for (let k = g.in.offsets[v]!; k < g.in.offsets[v + 1]!; k++) {
    added += Math.max(0, layer - furthest[g.from[g.in.items[k]!]!]!);
  }
  return added;
}

/** Renumbers the layers so that none is empty. */
function compact(layerOf: Int32Array): Layering {
  let last = -1;
  for (const l of layerOf) last = Math.max(last, l);
  const number = new Int32Array(last + 1);
  for (const l of layerOf) number[l] = 1;
  let layers = 0;
  for (let l = 0; l <= last; l++) number[l] = number[l] === 1 ? layers++ : -1;
  return { layerOf: layerOf.map((l) => number[l]!), layers };
}
