import { normalDomain, type Node } from '../../../graph-model/core/model.ts';
import type { OperatorCount } from '../../../graph-model/stats/model-summary.ts';

/** How often each operator occurs in a list of nodes, most frequent first. */
export function countOperators(nodes: readonly Pick<Node, 'op' | 'domain'>[]): OperatorCount[] {
  const counts = new Map<string, OperatorCount>();
  for (const { op, domain } of nodes) {
    const key = `${normalDomain(domain)}:${op}`;
    counts.set(key, { op, domain: normalDomain(domain), count: (counts.get(key)?.count ?? 0) + 1 });
  }
  return [...counts.values()].sort((a, b) => b.count - a.count || a.op.localeCompare(b.op));
}
