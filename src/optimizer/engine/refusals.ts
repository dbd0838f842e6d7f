/** What was not done and why: said once, and not without end. */
import type { NodeId } from '../../graph-model/core/model.ts';
import type { Refused } from '../rule.ts';

/** Entries that a report keeps for each pass. */
export const MOST_REFUSALS = 500;

export class Refusals {
  private readonly found = new Map<string, Refused>();

  add(by: string, place: string, node: NodeId | null, reason: string): void {
    const key = `${by}\n${node ?? place}\n${reason}`;
    if (this.found.size < MOST_REFUSALS && !this.found.has(key)) this.found.set(key, { by, place, node, reason });
  }

  list(): readonly Refused[] {
    return [...this.found.values()];
  }
}

/** Reports of several rounds as one. */
export function mergeRefused(lists: readonly (readonly Refused[])[]): readonly Refused[] {
  const all = new Refusals();
  for (const list of lists) for (const r of list) all.add(r.by, r.place, r.node, r.reason);
  return all.list();
}
