/** The worst that the page has to say about each node. */
import type { NodeId } from '../../graph-model/core/model.ts';
import type { Diagnostic, Severity } from '../../graph-model/diagnostics.ts';

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
