/** Edge lists as the phases need them: acyclic, indexed both ways, by edge id. */
import type { CoreInput } from './core-input.ts';

/** Lists in one array: the entries of `i` are `items[offsets[i] .. offsets[i + 1])`. */
export interface Lists {
  readonly offsets: Int32Array;
  readonly items: Int32Array;
}

export interface Digraph {
  readonly count: number;
  /** By edge, after turning back edges round. A loop keeps `from === to` and takes part in nothing. */
  readonly from: Int32Array;
  readonly to: Int32Array;
  /** 1 where the edge was turned round to break a cycle. */
  readonly turned: Uint8Array;
  /** 1 where the edge would have had to be turned between nodes with fixed ports: it is led round the outside. */
  readonly apart: Uint8Array;
  /** Edge ids by source and by target. */
  readonly out: Lists;
  readonly in: Lists;
}

/** Groups `0 .. keys.length` by key; negative keys are left out. Stable, linear. */
export function groupBy(keys: Int32Array, groups: number): Lists {
  const offsets = new Int32Array(groups + 1);
  for (let i = 0; i < keys.length; i++) if (keys[i]! >= 0) offsets[keys[i]! + 1]!++;
  for (let g = 0; g < groups; g++) offsets[g + 1]! += offsets[g]!;
  const next = offsets.slice(0, groups);
  const items = new Int32Array(offsets[groups]!);
  for (let i = 0; i < keys.length; i++) if (keys[i]! >= 0) items[next[keys[i]!]!++] = i;
  return { offsets, items };
}

/** The input's edges without cycles: back edges of a depth-first walk in node order are turned round. */
export function acyclic(input: CoreInput): Digraph {
  const { count, offsets, targets } = input;
  const from = new Int32Array(targets.length);
  const to = targets.slice();
  for (let i = 0; i < count; i++) from.fill(i, offsets[i]!, offsets[i + 1]!);
  const back = backEdges(input);
  const none = new Uint8Array(to.length);
  const [turned, apart] = input.ports ? [none, back] : [back, none];
  for (let e = 0; e < to.length; e++) {
    if (turned[e] === 0) continue;
    const u = from[e]!;
    from[e] = to[e]!;
    to[e] = u;
  }
  const proper = (ends: Int32Array) => ends.map((v, e) => (from[e] === to[e] || apart[e] === 1 ? -1 : v));
  return { count, from, to, turned, apart, out: groupBy(proper(from), count), in: groupBy(proper(to), count) };
}

function backEdges({ count, offsets, targets }: CoreInput): Uint8Array {
  const turned = new Uint8Array(targets.length);
  const state = new Uint8Array(count);
  const next = offsets.slice(0, count);
  const stack: number[] = [];
  for (let root = 0; root < count; root++) {
    if (state[root] !== 0) continue;
    state[root] = 1;
    stack.push(root);
    while (stack.length > 0) {
      const u = stack[stack.length - 1]!;
      if (next[u]! === offsets[u + 1]!) {
        state[u] = 2;
        stack.pop();
        continue;
      }
      const e = next[u]!++;
      const v = targets[e]!;
      if (state[v] === 1 && v !== u) turned[e] = 1;
      else if (state[v] === 0) {
        state[v] = 1;
        stack.push(v);
      }
    }
  }
  return turned;
}

/** Nodes with every source before its targets; among free nodes the input's order is kept as far as a queue does. */
export function topological(g: Digraph): Int32Array {
  const order = new Int32Array(g.count);
  const waits = new Int32Array(g.count);
  let end = 0;
  for (let v = 0; v < g.count; v++) {
    waits[v] = g.in.offsets[v + 1]! - g.in.offsets[v]!;
    if (waits[v] === 0) order[end++] = v;
  }
  for (let at = 0; at < end; at++) {
    const u = order[at]!;
    for (let k = g.out.offsets[u]!; k < g.out.offsets[u + 1]!; k++) {
      const v = g.to[g.out.items[k]!]!;
      if (--waits[v]! === 0) order[end++] = v;
    }
  }
  return order;
}
