/** A selection of nodes made into a model-local function and a call of it. */
import { bodiesOf, type Attribute } from '../core/attributes.ts';
import { Draft, EditError, label, type Change } from '../core/draft.ts';
import {
  normalDomain,
  opsetsOf,
  opsetVersion,
  type GraphId,
  type Model,
  type Node,
  type NodeId,
  type OpsetImport,
  type ValueId,
} from '../core/model.ts';
import { graphsWithin, isWithin } from '../core/traverse.ts';
import { Copier } from './copy.ts';
import { rootOf } from './inline.ts';

export interface ExtractOptions {
  readonly name: string;
  /** The domain that the function and its call are in. */
  readonly domain?: string;
}

export interface Extracted {
  readonly change: Change;
  readonly call: NodeId;
}

/** IR version that brought model-local functions. */
const FUNCTIONS_IR = 8;

/**
 * Inputs of the function are what the nodes read from outside, captured values and weights too (functions hold none);
 * outputs are what others read of theirs. Throws an EditError that says why a selection cannot be a function.
 */
export function extractFunction(model: Model, ids: Iterable<NodeId>, options: ExtractOptions): Extracted {
  const chosen = new Set(ids);
  const domain = options.domain ?? 'local';
  const graph = graphOf(model, chosen);
  refuseTaken(model, domain, options.name);
  refuseRing(model, chosen, graph);
  const draft = new Draft(model);
  const order = model.graphs.at(graph).order.filter((n) => chosen.has(n));
  const edge = borderOf(model, order, chosen);
  const body = draft.newGraph('');
  fillBody(model, draft, body, order, edge);
  const call = replaceByCall(model, draft, graph, order, edge, domain, options.name);
  declareFunction(model, draft, graph, body, order, domain, options.name);
  const count = order.length === 1 ? label(model.nodes.at(order[0]!)) : `${order.length} nodes`;
  return { change: draft.commit(`Make ${count} the function ${options.name}`), call };
}

function graphOf(model: Model, chosen: ReadonlySet<NodeId>): GraphId {
  const graphs = new Set([...chosen].map((n) => model.nodes.at(n).graph));
  if (graphs.size === 0) throw new EditError('Nothing is selected to make a function of.');
  if (graphs.size > 1)
    throw new EditError('The nodes of a function must lie in one graph: some are in a body of others.');
  return [...graphs][0]!;
}

function refuseTaken(model: Model, domain: string, name: string): void {
  if (!/^[A-Za-z_][\w.]*$/.test(name))
    throw new EditError(`${name || 'An empty name'} cannot be the name of a function.`);
  if (normalDomain(domain) === '') throw new EditError("A function needs a domain other than ONNX's own.");
  if (model.functions.some((f) => f.name === name && f.domain === domain))
    throw new EditError(`There is a function ${domain}.${name} already.`);
}

/** A path that leaves the selection and comes back would make the call read its own result. */
function refuseRing(model: Model, chosen: ReadonlySet<NodeId>, graph: GraphId): void {
  const seen = new Set<NodeId>();
  const stack: { at: NodeId; from: Node }[] = [];
  const follow = (node: Node, from: Node, outside: boolean) => {
    for (const reader of readersIn(model, node, graph)) {
      if (!chosen.has(reader)) {
        if (!seen.has(reader) && seen.add(reader)) stack.push({ at: reader, from });
      } else if (outside) {
        const names = [from, node, model.nodes.at(reader)].map(label);
        throw new EditError(
          `The selection is not closed: ${names[0]} is read by ${names[1]} outside it, which ${names[2]} depends on. Select ${names[1]} too.`,
        );
      }
    }
  };
  for (const id of chosen) follow(model.nodes.at(id), model.nodes.at(id), false);
  for (let next = stack.pop(); next; next = stack.pop()) follow(model.nodes.at(next.at), next.from, true);
}

/** The nodes of `graph` that read what a node makes, directly or in their bodies. */
function readersIn(model: Model, node: Node, graph: GraphId): NodeId[] {
  const out: NodeId[] = [];
  for (const v of node.outputs) {
    for (const use of v === null ? [] : (model.uses.get(v) ?? [])) {
      let at: NodeId | null = use.node ?? model.graphs.at(use.graph).parent;
      while (at !== null && model.nodes.at(at).graph !== graph) at = model.graphs.at(model.nodes.at(at).graph).parent;
      if (at !== null) out.push(at);
    }
  }
  return out;
}

interface Border {
  readonly inputs: readonly ValueId[];
  readonly outputs: readonly ValueId[];
}

function borderOf(model: Model, order: readonly NodeId[], chosen: ReadonlySet<NodeId>): Border {
  const graph = model.nodes.at(order[0]!).graph;
  const inputs = new Set<ValueId>();
  const outputs: ValueId[] = [];
  const inside = (v: ValueId) => {
    const { producer, graph: home } = model.values.at(v);
    return home !== graph ? isWithin(model, home, graph) : producer !== null && chosen.has(producer);
  };
  for (const id of order) {
    for (const v of readWithin(model, model.nodes.at(id))) if (!inside(v)) inputs.add(v);
    for (const v of model.nodes.at(id).outputs)
      if (v !== null && isReadOutside(model, v, chosen, graph)) outputs.push(v);
  }
  return { inputs: [...inputs], outputs };
}

/** What a node and its bodies read. */
function* readWithin(model: Model, node: Node): IterableIterator<ValueId> {
  for (const v of node.inputs) if (v !== null) yield v;
  for (const body of bodiesOf(node))
    for (const g of graphsWithin(model, body)) {
      for (const n of g.order) for (const v of model.nodes.at(n).inputs) if (v !== null) yield v;
      yield* g.outputs;
    }
}

function isReadOutside(model: Model, v: ValueId, chosen: ReadonlySet<NodeId>, graph: GraphId): boolean {
  return (model.uses.get(v) ?? []).some((use) => {
    if (use.node === null && use.graph === graph) return true;
    let at: NodeId | null = use.node ?? model.graphs.at(use.graph).parent;
    while (at !== null && model.nodes.at(at).graph !== graph) at = model.graphs.at(model.nodes.at(at).graph).parent;
    return at === null || !chosen.has(at);
  });
}

function fillBody(model: Model, draft: Draft, body: GraphId, order: readonly NodeId[], edge: Border): void {
  const source = {
    node: model.nodes.at.bind(model.nodes),
    value: model.values.at.bind(model.values),
    graph: model.graphs.at.bind(model.graphs),
  };
  const copier = new Copier(source, draft, { nodeName: (n) => n.name, valueName: (name) => name });
  const names = new Set<string>();
  const inputs = edge.inputs.map((v, i) => {
    let name = model.values.at(v).name || `input_${i}`;
    while (names.has(name)) name += '_';
    names.add(name);
    const formal = draft.newValue(body, name);
    copier.bind(v, formal);
    return formal;
  });
  draft.setGraphInputs(body, inputs);
  for (const n of order) copier.node(n, body);
  draft.setGraphOutputs(
    body,
    edge.outputs.map((v) => copier.of(v)!),
  );
}

function replaceByCall(
  model: Model,
  draft: Draft,
  graph: GraphId,
  order: readonly NodeId[],
  edge: Border,
  domain: string,
  name: string,
): NodeId {
  const attributes = new Map<string, Attribute>();
  for (const [ref, type] of referencesIn(model, order)) attributes.set(ref, { kind: 'reference', name: ref, type });
  const call = draft.addNode(graph, {
    op: name,
    domain,
    name: freeNodeName(model, name),
    inputs: edge.inputs,
    outputs: edge.outputs.length,
    attributes,
  });
  edge.outputs.forEach((v, i) => draft.moveOutput(v, call.id, i));
  // The last first: every other reader of what a node makes is gone by then.
  for (const id of [...order].reverse()) draft.removeNode(id);
  return call.id;
}

function freeNodeName(model: Model, name: string): string {
  const taken = new Set([...model.nodes.values()].map((n) => n.name));
  let free = name;
  for (let i = 2; taken.has(free); i++) free = `${name}_${i}`;
  return free;
}

/** Attributes of an enclosing function that the nodes refer to. */
function referencesIn(model: Model, order: readonly NodeId[]) {
  const found = new Map<string, Extract<Attribute, { kind: 'reference' }>['type']>();
  const visit = (node: Node) => {
    for (const a of node.attributes.values()) if (a.kind === 'reference') found.set(a.name, a.type);
    for (const body of bodiesOf(node)) for (const n of model.graphs.at(body).order) visit(model.nodes.at(n));
  };
  for (const id of order) visit(model.nodes.at(id));
  return found;
}

function declareFunction(
  model: Model,
  draft: Draft,
  graph: GraphId,
  body: GraphId,
  order: readonly NodeId[],
  domain: string,
  name: string,
): void {
  const around = opsetsOf(model, graph);
  const domains = domainsIn(model, order);
  const opsets = around.filter((o) => domains.has(normalDomain(o.domain)));
  const made = {
    graph: body,
    domain,
    name,
    overload: '',
    attributes: [...referencesIn(model, order).keys()],
    attributeDefaults: new Map(),
    opsets,
  };
  const withDomain = (list: readonly OpsetImport[]) =>
    opsetVersion(list, domain) === null ? [...list, { domain, version: 1 }] : list;
  const root = rootOf(model, graph);
  const functions = model.functions.map((f) => (f.graph === root ? { ...f, opsets: withDomain(f.opsets) } : f));
  draft.patchModel({
    functions: [...functions, made],
    opsets: withDomain(model.opsets),
    irVersion: Math.max(model.irVersion ?? FUNCTIONS_IR, FUNCTIONS_IR),
  });
}

function domainsIn(model: Model, order: readonly NodeId[]): Set<string> {
  const domains = new Set<string>();
  const visit = (id: NodeId) => {
    const node = model.nodes.at(id);
    domains.add(normalDomain(node.domain));
    for (const body of bodiesOf(node)) model.graphs.at(body).order.forEach(visit);
  };
  order.forEach(visit);
  return domains;
}
