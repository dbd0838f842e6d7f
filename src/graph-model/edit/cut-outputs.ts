/** Makes other values the outputs of a model and drops what they do not need. */
import { edit, EditError, type Change, type Draft } from '../core/draft.ts';
import type { GraphId, Model } from '../core/model.ts';
import { findValue } from '../core/traverse.ts';

/** Throws an EditError naming the first output that the main graph does not have. */
export function cutToOutputs(model: Model, names: readonly string[]): Change {
  const values = names.map((name) => {
    const value = findValue(model, name);
    if (!value || value.graph !== model.main)
      throw new EditError(`The model has no value named ${name} to make an output.`);
    return value.id;
  });
  return edit(model, `Make ${names.join(', ')} the outputs`, (draft) => {
    draft.setGraphOutputs(model.main, values);
    dropUnread(draft, model.main);
  });
}

/** Removes nodes that nothing reads, last first, and initializers that are left without a reader. */
export function dropUnread(draft: Draft, graph: GraphId): void {
  for (const id of [...draft.graph(graph).order].reverse()) {
    if (draft.node(id).outputs.every((v) => v === null || draft.uses(v).length === 0)) draft.removeNode(id);
  }
  const { initializers, inputs } = draft.graph(graph);
  const kept = new Set(inputs);
  for (const v of initializers) if (draft.uses(v).length === 0 && !kept.has(v)) draft.removeValue(v);
}
