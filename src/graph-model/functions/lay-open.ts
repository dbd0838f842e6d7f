/** Calls of a source dialect laid open: what a function does stands in the place of its call. */
import { attributes, getString } from '../core/attributes.ts';
import { Draft, EditError } from '../core/draft.ts';
import type { GraphId, Model, Node, NodeId, ValueId } from '../core/model.ts';
import { Copier } from './copy.ts';
import { Names } from './names.ts';

/** Calls that are deeper than this are not followed: functions may call themselves. */
const DEEPEST = 50;
/** Attributes that name nodes of the same graph, which may get other names when it is laid open. */
const NAMING = ['next_iteration', 'cond', 'changed_by'];

/** Whether nodes of a graph name others of it. While and its kin have an attribute `cond` too, which names a function. */
export function namesNodes(model: Model, graph: GraphId): boolean {
  return model.graphs.at(graph).order.some((id) => {
    const { domain, op, attributes } = model.nodes.at(id);
    return domain === 'tf' && NAMING.some((key) => attributes.has(key)) && !/While$/.test(op);
  });
}

/** The graph of the function that a node calls, by its operator or by the attribute `f`; null: it is no call. */
export function calledGraph(model: Model, node: Node): GraphId | null {
  const name = /PartitionedCall$/.test(node.op) ? getString(node, 'f', '') : node.op;
  return model.functions.find((f) => f.name === name && f.domain === node.domain)?.graph ?? null;
}

export interface Opened {
  /** What stands for the function's outputs. */
  readonly results: readonly (ValueId | null)[];
  /** The copies, by the nodes of the function. */
  readonly copies: ReadonlyMap<NodeId, NodeId>;
}

/** Copies what a function does to where `call` stands; the call itself is left as it is. */
export function copyCalled(
  draft: Draft,
  model: Model,
  call: Node,
  graph: GraphId,
  naming: { readonly nodeName: (n: Node) => string; readonly valueName: (name: string) => string },
): Opened {
  const body = model.graphs.at(graph);
  const source = {
    node: (id: NodeId) => model.nodes.at(id),
    value: (id: ValueId) => model.values.at(id),
    graph: (id: GraphId) => model.graphs.at(id),
  };
  const copier = new Copier(source, draft, naming);
  body.inputs.forEach((v, i) => copier.bind(v, call.inputs[i] ?? null));
  copier.initializers(body, call.graph);
  const copies = new Map<NodeId, NodeId>();
  for (const id of body.order) {
    const made = copier.node(id, call.graph);
    copies.set(id, made.id);
    model.nodes.at(id).outputs.forEach((v, i) => {
      const type = v === null ? null : model.values.at(v).type;
      if (type) draft.patchValue(made.outputs[i]!, { type });
    });
  }
  return { results: body.outputs.map((v) => copier.of(v)), copies };
}

/** The calls that lead from the main graph to a function's, the outermost first: one way after the other. */
export function* callsTo(model: Model, graph: GraphId): Generator<readonly Node[]> {
  yield* ways(model, model.main, graph, leadingTo(model, graph), []);
}

/** The graphs that call a graph, themselves or by others. */
function leadingTo(model: Model, graph: GraphId): ReadonlySet<GraphId> {
  const callers = new Map<GraphId, GraphId[]>();
  for (const node of model.nodes.values()) {
    const called = calledGraph(model, node);
    if (called !== null) callers.set(called, [...(callers.get(called) ?? []), node.graph]);
  }
  const found = new Set<GraphId>([graph]);
  for (const at of found) for (const caller of callers.get(at) ?? []) found.add(caller);
  return found;
}

function* ways(
  model: Model,
  from: GraphId,
  to: GraphId,
  leading: ReadonlySet<GraphId>,
  before: readonly Node[],
): Generator<readonly Node[]> {
  if (before.length > DEEPEST) return;
  for (const id of model.graphs.at(from).order) {
    const node = model.nodes.at(id);
    const called = calledGraph(model, node);
    if (called === to) yield [...before, node];
    else if (called !== null && leading.has(called)) yield* ways(model, called, to, leading, [...before, node]);
  }
}

/** The names of the calls that lead to a node, and its own. */
export const pathOf = (calls: readonly Node[], node: Node): string => [...calls, node].map((n) => n.name).join('/');

/**
 * The model with the calls laid open one after the other, and the copy of a node of the last one's function in the main graph.
 * Throws an EditError where a function cannot be.
 */
export function layOpen(
  model: Model,
  calls: readonly Node[],
  id: NodeId,
): { readonly model: Model; readonly id: NodeId } {
  const [call, ...rest] = calls;
  if (!call) return { model, id };
  const graph = calledGraph(model, call);
  if (graph === null || namesNodes(model, graph))
    throw new EditError(`What ${call.name} calls cannot be laid open: choose ${call.name} itself.`);
  const draft = new Draft(model);
  const names = new Names(model);
  const { results, copies } = copyCalled(draft, model, call, graph, {
    nodeName: (n) => names.node(`${call.name}/${n.name}`),
    valueName: (name) => names.value(`${call.name}/${name}`),
  });
  // Signatures know tensors by the names of the calls.
  const op = results.length === 1 ? 'Identity' : 'IdentityN';
  draft.patchNode(call.id, { op, attributes: attributes({}), inputs: results });
  const after = draft.commit(`Lay open ${call.name}`).after;
  const moved = rest.map((n) => (copies.has(n.id) ? after.nodes.at(copies.get(n.id)!) : n));
  return layOpen(after, moved, copies.get(id) ?? id);
}
