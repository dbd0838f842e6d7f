/** Walks over a model. */
import { bodiesOf } from './attributes.ts';
import type { Graph, GraphId, Model, Node, NodeId, Value, ValueId } from './model.ts';

/** A graph and all bodies nested in it, outer before inner. */
export function* graphsWithin(model: Model, root: GraphId): IterableIterator<Graph> {
  const graph = model.graphs.at(root);
  yield graph;
  for (const id of graph.order) for (const body of bodiesOf(model.nodes.at(id))) yield* graphsWithin(model, body);
}

/** The nodes of a graph, and of the bodies nested in it, in execution order; a node comes before its bodies. */
export function* nodesWithin(model: Model, root: GraphId): IterableIterator<Node> {
  for (const graph of graphsWithin(model, root)) for (const id of graph.order) yield model.nodes.at(id);
}

/** The chain of graphs from `id` outwards, itself first. */
export function* scopesOf(model: Model, id: GraphId): IterableIterator<Graph> {
  let graph = model.graphs.at(id);
  for (;;) {
    yield graph;
    if (graph.parent === null) return;
    graph = model.graphs.at(model.nodes.at(graph.parent).graph);
  }
}

/** True when `inner` is `outer` or nested in it. */
export function isWithin(model: Model, inner: GraphId, outer: GraphId): boolean {
  for (const g of scopesOf(model, inner)) if (g.id === outer) return true;
  return false;
}

/** The node's makers of inputs, without duplicates, in input order. */
export function producersOf(model: Model, node: Node): NodeId[] {
  const out = new Set<NodeId>();
  for (const v of node.inputs) {
    const p = v === null ? null : (model.values.get(v)?.producer ?? null);
    if (p !== null) out.add(p);
  }
  return [...out];
}

/** The nodes that read any output of `node`, without duplicates. */
export function readersOf(model: Model, node: Node): NodeId[] {
  const out = new Set<NodeId>();
  for (const v of node.outputs) {
    if (v === null) continue;
    for (const use of model.uses.get(v) ?? []) if (use.node !== null) out.add(use.node);
  }
  return [...out];
}

/** A value by name, looked up from a scope outwards. Linear: for commands and messages, not for passes. */
export function findValue(model: Model, name: string, scope: GraphId = model.main): Value | null {
  for (const graph of scopesOf(model, scope)) {
    for (const v of model.values.values()) if (v.graph === graph.id && v.name === name) return v;
  }
  return null;
}

/** True where a value is an initializer (and not also an input, whose caller may replace it). */
export function isConstant(model: Model, id: ValueId): boolean {
  const v = model.values.at(id);
  return (v.constant !== undefined || v.sparse !== undefined) && !model.graphs.at(v.graph).inputs.includes(id);
}
