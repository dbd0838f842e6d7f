/** Constant nodes become initializers. */
import { Draft, label } from '../../graph-model/core/draft.ts';
import type { GraphId, Model, Node } from '../../graph-model/core/model.ts';
import { constantOfNode } from '../engine/constants.ts';
import { isGraphOutput } from '../engine/edits.ts';
import { Refusals } from '../engine/refusals.ts';
import type { Applied, Pass } from '../rule.ts';

export const CONSTANTS: Pass = {
  id: 'constants',
  label: 'Constants to initializers',
  summary: 'Constant nodes become initializers, and initializers of old files stop being inputs as well.',
  defaults: {},
  run: async (model, _options, _host, job) => {
    const draft = new Draft(model);
    const applied: Applied[] = [];
    const refusals = new Refusals();
    const inFunction = graphsOfFunctions(model);
    applied.push(...freeze(draft, model));
    for (const node of model.nodes.values()) {
      if (node.op !== 'Constant') continue;
      job.signal.throwIfAborted();
      const why = hoist(draft, node, inFunction);
      if (why === null) applied.push({ by: 'constants', place: label(node), removed: [node.id], added: [] });
      else refusals.add('constants', label(node), node.id, why);
    }
    const after = applied.length === 0 ? model : draft.commit('Constants to initializers').after;
    return { after, applied, refused: refusals.list() };
  },
};

/**
 * Before IR version 4 every initializer had to be listed as an input too, and runtimes took them for constants. They are
 * taken off that list, which makes the file one of version 4.
 */
function freeze(draft: Draft, model: Model): Applied[] {
  if (model.irVersion === null || model.irVersion >= 4) return [];
  const { inputs } = model.graphs.at(model.main);
  const given = inputs.filter((v) => model.values.at(v).constant === undefined);
  if (given.length === inputs.length) return [];
  draft.setGraphInputs(model.main, given);
  draft.patchModel({ irVersion: 4 });
  const place = `${inputs.length - given.length} initializers`;
  return [{ by: 'constants', place, removed: [], added: [] }];
}

/** Makes the node's value an initializer; gives the reason where it cannot be one. */
function hoist(draft: Draft, node: Node, inFunction: ReadonlySet<GraphId>): string | null {
  const tensor = constantOfNode(node);
  const value = node.outputs[0] ?? null;
  if (!tensor || value === null) return 'Its value is not a plain tensor.';
  if (inFunction.has(node.graph)) return 'It is in a function, and functions have no initializers.';
  if (isGraphOutput(draft, value)) return `${draft.value(value).name} is an output of the graph.`;
  const { name: _, ...unnamed } = tensor;
  const constant = draft.constant(node.graph, unnamed, draft.value(value).name);
  draft.replaceUses(value, constant);
  draft.removeNode(node.id);
  return null;
}

/** The graphs of functions and of all bodies in them. */
export function graphsOfFunctions(model: Model): ReadonlySet<GraphId> {
  const roots = new Set(model.functions.map((f) => f.graph));
  const out = new Set<GraphId>();
  for (const graph of model.graphs.values()) {
    let at = graph;
    while (at.parent !== null) at = model.graphs.at(model.nodes.at(at.parent).graph);
    if (roots.has(at.id)) out.add(graph.id);
  }
  return out;
}
