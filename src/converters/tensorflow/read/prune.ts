/** Takes out of a SavedModel's graph what serves saving and loading alone, so that the model is seen. */
import type { TfAttr, TfFunction, TfGraph, TfNode } from './records.ts';

const nodeOf = (input: string) => input.replace(/^\^/, '').split(':')[0]!;

/** The part of a graph that the nodes in `roots` need, control inputs left aside, with the functions called in it. */
export function prune(graph: TfGraph, roots: readonly string[]): TfGraph {
  const byName = new Map(graph.nodes.map((n) => [n.name, n]));
  const kept = new Set<TfNode>();
  const waiting = roots.map((r) => byName.get(nodeOf(r)));
  while (waiting.length > 0) {
    const node = waiting.pop();
    if (!node || kept.has(node)) continue;
    kept.add(node);
    for (const input of node.inputs) if (!input.startsWith('^')) waiting.push(byName.get(nodeOf(input)));
  }
  const nodes = graph.nodes.filter((n) => kept.has(n));
  return { nodes, functions: calledFunctions(nodes, graph.functions) };
}

/** The functions that nodes call, by an attribute or by their operator, and those that these call. */
export function calledFunctions(nodes: readonly TfNode[], all: readonly TfFunction[]): TfFunction[] {
  const byName = new Map(all.map((f) => [f.name, f]));
  const called = new Set<TfFunction>();
  const waiting = [...nodes];
  while (waiting.length > 0) {
    const node = waiting.pop()!;
    for (const name of [node.op, ...[...node.attrs.values()].flatMap(functionsIn)]) {
      const f = byName.get(name);
      if (!f || called.has(f)) continue;
      called.add(f);
      waiting.push(...f.nodes);
    }
  }
  return all.filter((f) => called.has(f));
}

function functionsIn(attr: TfAttr): string[] {
  if (attr.kind === 'func') return [attr.value];
  return attr.kind === 'list' ? attr.value.flatMap(functionsIn) : [];
}
