/**
 * SavedModels hold their graph behind calls: a signature calls a wrapper, which calls the function that a person wrote. Calls
 * out of a graph that does nothing else are laid open, so that what is drawn first is the model.
 */
import { attributes, getString } from '../../../graph-model/core/attributes.ts';
import { Draft } from '../../../graph-model/core/draft.ts';
import type { GraphId, Model, Node } from '../../../graph-model/core/model.ts';
import { copyCalled, namesNodes } from '../../../graph-model/functions/lay-open.ts';
import { Names } from '../../../graph-model/functions/names.ts';

/** Wrappers within wrappers: two are usual. */
const MOST_LAYERS = 8;

const CALL = /^(Stateful)?PartitionedCall$/;
/** Nodes beside which a call is still all that a graph does. */
const NOTHING = /^(Identity|IdentityN|NoOp|Placeholder)$/;

export function unwrapCalls(model: Model): Model {
  let now = model;
  for (let layer = 0; layer < MOST_LAYERS; layer++) {
    const calls = wrappedCalls(now);
    if (calls.length === 0) break;
    now = unwrapped(now, calls);
  }
  return now === model ? model : withoutUncalled(now);
}

interface Call {
  readonly node: Node;
  readonly graph: GraphId;
}

/** The calls of a main graph that only calls; none where one of them cannot be followed. */
function wrappedCalls(model: Model): readonly Call[] {
  const nodes = model.graphs.at(model.main).order.map((id) => model.nodes.at(id));
  const calls = nodes.filter((n) => CALL.test(n.op));
  if (nodes.some((n) => !CALL.test(n.op) && !NOTHING.test(n.op))) return [];
  const followed = calls.map((node) => {
    const name = getString(node, 'f', '');
    return { node, graph: model.functions.find((f) => f.name === name)?.graph ?? null };
  });
  const plain = (c: { graph: GraphId | null }) => c.graph !== null && !namesNodes(model, c.graph);
  return followed.every((c): c is Call => plain(c)) ? followed : [];
}

/** Each call becomes an Identity of what its function makes: signatures know tensors by the names of the calls. */
function unwrapped(model: Model, calls: readonly Call[]): Model {
  const draft = new Draft(model);
  const names = new Names(namesOf(model));
  const naming = { nodeName: (n: Node) => names.node(n.name), valueName: (name: string) => names.value(name) };
  for (const call of calls) {
    const { results } = copyCalled(draft, model, call.node, call.graph, naming);
    const plain = { op: results.length === 1 ? 'Identity' : 'IdentityN', attributes: attributes({}) };
    draft.patchNode(call.node.id, { ...plain, inputs: results });
  }
  return draft.commit('Open what the signatures call').after;
}

/** Functions keep the names of their nodes; only the main graph's own are taken. */
function namesOf(model: Model) {
  const main = <T extends { readonly graph: GraphId }>(all: Iterable<T>) =>
    [...all].filter((x) => x.graph === model.main);
  const nodes = main(model.nodes.values());
  const values = main(model.values.values());
  return { nodes: { values: () => nodes.values() }, values: { values: () => values.values() } };
}

/** Functions that nothing names any more leave the model. */
function withoutUncalled(model: Model): Model {
  const named = new Set<string>();
  for (const node of model.nodes.values()) {
    named.add(node.op);
    for (const a of node.attributes.values()) {
      if (a.kind === 'string' && typeof a.value === 'string') named.add(a.value);
      if (a.kind === 'strings') for (const s of a.value) if (typeof s === 'string') named.add(s);
    }
  }
  const gone = model.functions.filter((f) => !named.has(f.name));
  if (gone.length === 0) return model;
  const draft = new Draft(model);
  for (const f of gone) draft.removeGraph(f.graph);
  draft.patchModel({ functions: model.functions.filter((f) => named.has(f.name)) });
  return withoutUncalled(draft.commit('Leave out what nothing calls').after);
}
