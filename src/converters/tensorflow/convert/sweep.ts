/** Takes out what a conversion made and nothing reads. */
import { bodiesOf } from '../../../graph-model/core/attributes.ts';
import type { Draft } from '../../../graph-model/core/draft.ts';
import type { GraphId, NodeId } from '../../../graph-model/core/model.ts';
import { pruneLoop } from '../../../graph-model/recurrent/prune-loop.ts';

export function sweep(draft: Draft): void {
  sweepGraph(draft, draft.main);
  for (const id of draft.graph(draft.main).initializers) if (draft.uses(id).length === 0) draft.removeValue(id);
}

function sweepGraph(draft: Draft, graph: GraphId): void {
  const { order } = draft.graph(graph);
  // Readers come after what they read in time of making, not always in order: ids tell.
  for (const id of [...order].sort((a, b) => b - a)) sweepNode(draft, id);
}

function sweepNode(draft: Draft, id: NodeId): void {
  const node = draft.node(id);
  if (node.outputs.every((v) => v === null || draft.uses(v).length === 0)) draft.removeNode(id);
  else for (const body of bodiesOf(pruneLoop(draft, node))) sweepGraph(draft, body);
}
