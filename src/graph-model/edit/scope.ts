/** Which values and names a place in the model can see. */

import { label } from '../core/draft.ts';
import type { GraphId, Model, Value } from '../core/model.ts';
import { graphsWithin, scopesOf } from '../core/traverse.ts';

/** True when a node of `graph` may read `value`: its own graph's values and those of the graphs around it. */
export function isVisible(model: Model, value: Value, graph: GraphId): boolean {
  for (const scope of scopesOf(model, graph)) if (scope.id === value.graph) return true;
  return false;
}

/**
 * The value that already has `name` where a value of `graph` would clash with it: in the graph itself, around it, or in a
 * body within it, whose own value would then be shadowed. null where the name is free.
 */
export function clash(model: Model, graph: GraphId, name: string): Value | null {
  const scopes = new Set<GraphId>();
  for (const g of scopesOf(model, graph)) scopes.add(g.id);
  for (const g of graphsWithin(model, graph)) scopes.add(g.id);
  for (const v of model.values.values()) if (v.name === name && scopes.has(v.graph)) return v;
  return null;
}

/** `name`, or `name_2`, `name_3` … : the first that is not taken. */
export function freeName(taken: ReadonlySet<string>, name: string): string {
  if (!taken.has(name)) return name;
  for (let i = 2; ; i++) if (!taken.has(`${name}_${i}`)) return `${name}_${i}`;
}

/** How messages name a value. */
export function valueLabel(model: Model, value: Value): string {
  if (value.name) return value.name;
  return value.producer === null ? 'a value without a name' : `the output of ${label(model.nodes.at(value.producer))}`;
}
