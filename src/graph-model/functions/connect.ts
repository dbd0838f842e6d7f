/** Putting other values in the place of what a node makes. */
import type { Draft } from '../core/draft.ts';
import type { Node, ValueId } from '../core/model.ts';

/**
 * Gives the results of `node`, under their own names, to the nodes that make `results` now, and removes it. A result that
 * comes from elsewhere (an input of the node, one value twice) is passed on by an Identity. null: that output is unread.
 */
export function replaceNode(draft: Draft, node: Node, results: readonly (ValueId | null)[]): void {
  const renamed = new Map<ValueId, ValueId>();
  node.outputs.forEach((old, i) => {
    const result = results[i] ?? null;
    if (old === null || result === null) return;
    const now = renamed.get(result) ?? result;
    const maker = draft.producer(now);
    if (now === result && maker?.graph === node.graph && !node.inputs.includes(now)) {
      draft.replaceUses(now, old);
      draft.moveOutput(old, maker.id, maker.outputs.indexOf(now));
      renamed.set(result, old);
    } else draft.moveOutput(old, draft.addNode(node.graph, { op: 'Identity', inputs: [now] }).id, 0);
  });
  draft.removeNode(node.id);
}
