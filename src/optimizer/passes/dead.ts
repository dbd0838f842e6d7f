/** What no output depends on goes away. */
import { Draft, label } from '../../graph-model/core/draft.ts';
import type { Model } from '../../graph-model/core/model.ts';
import { dropUnread, sweep } from '../engine/edits.ts';
import type { Applied, Pass } from '../rule.ts';

export const DEAD: Pass = {
  id: 'dead',
  label: 'Unused nodes',
  summary: 'Nodes and initializers that no output of the graph depends on are removed.',
  defaults: {},
  run: async (model, _options, _host, job) => {
    const draft = new Draft(model);
    const nodes = removeNodes(draft, model);
    job.signal.throwIfAborted();
    const values = removeConstants(draft, model);
    const applied = [...nodes, ...values];
    const after = applied.length === 0 ? model : draft.commit('Remove unused nodes').after;
    return { after, applied, refused: [] };
  },
};

function removeNodes(draft: Draft, model: Model): Applied[] {
  const applied: Applied[] = [];
  for (const node of [...model.nodes.values()].reverse()) {
    if (!draft.hasNode(node.id)) continue;
    const removed = sweep(draft, [node.id]);
    if (removed.length > 0) applied.push({ by: 'dead', place: label(node), removed, added: [] });
  }
  return applied;
}

function removeConstants(draft: Draft, model: Model): Applied[] {
  const applied: Applied[] = [];
  for (const value of model.values.values()) {
    if (value.constant === undefined && value.sparse === undefined) continue;
    if (dropUnread(draft, value.id)) applied.push({ by: 'dead', place: value.name, removed: [], added: [] });
  }
  return applied;
}
