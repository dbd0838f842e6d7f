/** Names, connections and order inside every graph, bodies and functions included. */
import { dependencies, positionsIn, sortNodes, type OrderView } from '../core/order.ts';
import { label } from '../core/draft.ts';
import type { Graph, GraphId, Model, Node, ValueId } from '../core/model.ts';
import { storedByteLength } from '../core/tensor.ts';
import { typeLabel, type ValueType } from '../core/types.ts';
import { diagnostic } from '../diagnostics.ts';
import type { CheckContext } from './context.ts';

export function checkGraphs(c: CheckContext): void {
  const names = namesByGraph(c.model);
  for (const graph of c.model.graphs.values()) {
    checkNames(c, graph, names);
    checkConnections(c, graph);
    checkDeclared(c, graph);
    checkOrder(c, graph);
    checkUnused(c, graph);
  }
}

/** A committed model as the sorting functions want to see it. */
export function orderView(model: Model): OrderView {
  return { node: (id) => model.nodes.at(id), value: (id) => model.values.at(id), graph: (id) => model.graphs.at(id) };
}

/** What messages call a graph. */
export function graphLabel(model: Model, graph: Graph): string {
  if (graph.id === model.main) return 'the main graph';
  const f = model.functions.find((x) => x.graph === graph.id);
  if (f) return `the function ${f.name}`;
  const parent = graph.parent === null ? null : model.nodes.get(graph.parent);
  return parent ? `the body ${graph.name || ''} of ${label(parent)}`.replace('  ', ' ') : `the graph ${graph.name}`;
}

function namesByGraph(model: Model): Map<GraphId, Map<string, ValueId[]>> {
  const out = new Map<GraphId, Map<string, ValueId[]>>();
  for (const v of model.values.values()) {
    if (v.name === '') continue;
    let names = out.get(v.graph);
    if (!names) out.set(v.graph, (names = new Map()));
    const list = names.get(v.name);
    if (list) list.push(v.id);
    else names.set(v.name, [v.id]);
  }
  return out;
}

function checkNames(c: CheckContext, graph: Graph, names: Map<GraphId, Map<string, ValueId[]>>): void {
  const { model } = c;
  const title = graphLabel(model, graph);
  for (const [value, ids] of names.get(graph.id) ?? []) {
    if (ids.length > 1) c.add(diagnostic('check.duplicate-value', { graph: title, value }, { value: ids[1]! }));
    if (hidesOuter(model, graph, value, names))
      c.add(diagnostic('check.shadowing', { graph: title, value }, { value: ids[0]! }));
  }
  const counts = new Map<string, number>();
  for (const id of graph.order) {
    const { name } = model.nodes.at(id);
    if (name) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  for (const [name, count] of counts)
    if (count > 1) c.add(diagnostic('check.duplicate-node-name', { count, graph: title, name }));
}

/** What a node around makes itself, or a later one, is not in scope yet and may have the same name. */
function hidesOuter(model: Model, graph: Graph, name: string, names: Map<GraphId, Map<string, ValueId[]>>): boolean {
  for (let { parent } = graph; parent !== null;) {
    const outer = model.graphs.at(model.nodes.at(parent).graph);
    for (const v of names.get(outer.id)?.get(name) ?? []) {
      const { producer } = model.values.at(v);
      if (producer === null || outer.order.indexOf(producer) < outer.order.indexOf(parent)) return true;
    }
    parent = outer.parent;
  }
  return false;
}

function checkConnections(c: CheckContext, graph: Graph): void {
  const { model } = c;
  for (const id of graph.order) {
    const node = model.nodes.at(id);
    for (const v of node.inputs) if (v !== null && !isMade(model, v)) dangling(c, node, v);
  }
  for (const v of graph.outputs) {
    if (!isMade(model, v)) {
      const params = { value: model.values.at(v).name, graph: graphLabel(model, graph) };
      c.add(diagnostic('check.output-not-made', params, { value: v }));
    }
  }
  if (graph.id === model.main) checkSignature(c, graph);
}

function dangling(c: CheckContext, node: Node, value: ValueId): void {
  const name = c.model.values.at(value).name;
  c.add(
    diagnostic(
      'check.dangling',
      { node: label(node), value: name || 'a value without a name' },
      { node: node.id, value },
    ),
  );
}

/** Made by a node, given as an input, or an initializer. */
function isMade(model: Model, id: ValueId): boolean {
  const v = model.values.at(id);
  return (
    v.producer !== null ||
    v.constant !== undefined ||
    v.sparse !== undefined ||
    model.graphs.at(v.graph).inputs.includes(id)
  );
}

function checkSignature(c: CheckContext, graph: Graph): void {
  const lists = [
    ['input', graph.inputs],
    ['output', graph.outputs],
  ] as const;
  for (const [list, values] of lists) {
    for (const v of values) {
      const { type, name } = c.model.values.at(v);
      if (type !== null) continue;
      if (list === 'output') c.add(diagnostic('check.output-untyped', { list, value: name }, { value: v }));
      else if (!c.model.values.at(v).constant) c.add(diagnostic('check.input-untyped', { value: name }, { value: v }));
    }
  }
}

/**
 * Declarations of the main graph against what makes the values. In bodies exporters declare the shape of the first
 * iteration and runtimes ignore it; there inference's warning is enough.
 */
function checkDeclared(c: CheckContext, graph: Graph): void {
  if (!c.types || graph.id !== c.model.main) return;
  for (const v of new Set([...graph.outputs, ...graph.valueInfo])) {
    const { type, producer, name } = c.model.values.at(v);
    const inferred = producer === null ? null : c.types.typeOf(v);
    if (!type || !inferred || !contradicts(type, inferred)) continue;
    const params = { value: name, declared: typeLabel(type), inferred: typeLabel(inferred) };
    c.add(diagnostic('check.declared', params, { value: v }));
  }
}

function contradicts(a: ValueType, b: ValueType): boolean {
  if (a.kind !== 'tensor' || b.kind !== 'tensor') return false;
  if (a.dtype !== 'undefined' && b.dtype !== 'undefined' && a.dtype !== b.dtype) return true;
  if (a.shape === null || b.shape === null) return false;
  if (a.shape.length !== b.shape.length) return true;
  return a.shape.some((d, i) => typeof d === 'number' && typeof b.shape![i] === 'number' && d !== b.shape![i]);
}

function checkOrder(c: CheckContext, graph: Graph): void {
  const view = orderView(c.model);
  const at = positionsIn(graph.order);
  for (const id of graph.order) {
    const node = c.model.nodes.at(id);
    for (const before of dependencies(view, node, graph.id)) {
      if ((at.get(before) ?? -1) < at.get(id)!) continue;
      const params = { graph: graphLabel(c.model, graph), node: label(node) };
      const code = sortNodes(view, graph) === null ? 'check.cycle' : 'check.unsorted';
      return c.add(diagnostic(code, params, { node: id }));
    }
  }
}

function checkUnused(c: CheckContext, graph: Graph): void {
  const { model } = c;
  const read = (v: ValueId | null) => v !== null && (model.uses.get(v)?.length ?? 0) > 0;
  const inputs = new Set(graph.inputs);
  const unused = graph.initializers.filter((v) => !read(v) && !inputs.has(v));
  if (unused.length > 0) {
    const bytes = unused.reduce((sum, v) => sum + storedByteLength(model.values.at(v).constant!), 0);
    const params = {
      count: unused.length,
      graph: graphLabel(model, graph),
      value: model.values.at(unused[0]!).name,
      bytes,
    };
    c.add(diagnostic('check.unused-initializer', params, { value: unused[0]! }));
  }
  for (const id of graph.order) {
    const node = model.nodes.at(id);
    if (!node.outputs.some(read)) c.add(diagnostic('check.dead-node', { node: label(node) }, { node: id }));
  }
}
