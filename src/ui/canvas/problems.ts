/** The worst that the page has to say about each node. */
import type { NodeId } from '../../graph-model/core/model.ts';
import type { Diagnostic, Severity } from '../../graph-model/diagnostics.ts';
import type { ViewGraph } from '../../graph-view/view-graph.ts';

const RANK: Record<Severity, number> = { info: 0, warning: 1, error: 2 };
const known = new WeakMap<readonly Diagnostic[], ReadonlyMap<NodeId, Severity>>();

/** By node; worked out once for each list. */
export function worstByNode(problems: readonly Diagnostic[]): ReadonlyMap<NodeId, Severity> {
  let map = known.get(problems);
  if (!map) {
    const worst = new Map<NodeId, Severity>();
    for (const { node, severity } of problems) {
      if (node === undefined) continue;
      const before = worst.get(node);
      if (before === undefined || RANK[severity] > RANK[before]) worst.set(node, severity);
    }
    known.set(problems, worst);
    map = worst;
  }
  return map;
}

/** The vertices that carry a mark: those of nodes with a warning or an error. */
export function markedVertices(
  view: ViewGraph,
  problems: readonly Diagnostic[],
): ReadonlyMap<number, 'warning' | 'error'> {
  const marked = new Map<number, 'warning' | 'error'>();
  for (const [node, severity] of worstByNode(problems)) {
    const i = view.ofNode.get(node);
    if (i !== undefined && severity !== 'info') marked.set(i, severity);
  }
  return marked;
}
