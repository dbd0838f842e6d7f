/** All ways between vertices. */
import type { ViewGraph } from '../../graph-view/view.ts';

export interface Paths {
  /** Edges on some way from one of the vertices to another. */
  readonly edges: readonly number[];
  readonly vertices: number;
}

/** Linear in the graph: an edge counts when one of the vertices reaches it and it reaches another of them. */
export function pathsAmong(view: ViewGraph, ends: readonly number[]): Paths {
  const below = reach(view, ends, view.sources, view.targets);
  const above = reach(view, ends, view.targets, view.sources);
  const edges: number[] = [];
  const met = new Set<number>();
  const end = new Set(ends);
  for (let e = 0; e < view.targets.length; e++) {
    const [u, v] = [view.sources[e]!, view.targets[e]!];
    if ((below[u] === 0 && !end.has(u)) || (above[v] === 0 && !end.has(v))) continue;
    edges.push(e);
    met.add(u).add(v);
  }
  return { edges, vertices: met.size };
}

/** By vertex: 1 where a walk along the edges from one of `starts` comes by. */
function reach(view: ViewGraph, starts: readonly number[], from: Int32Array, to: Int32Array): Uint8Array {
  const next: number[][] = [];
  from.forEach((u, e) => (next[u] ??= []).push(to[e]!));
  const seen = new Uint8Array(view.count);
  const stack = [...starts];
  while (stack.length > 0) {
    for (const v of next[stack.pop()!] ?? []) {
      if (seen[v] === 1) continue;
      seen[v] = 1;
      stack.push(v);
    }
  }
  return seen;
}

export function pathSentence({ edges, vertices }: Paths): string {
  return edges.length === 0
    ? 'No path leads from one of the selected nodes to another.'
    : `${vertices} nodes and ${edges.length} edges lie on paths between the selected nodes.`;
}
