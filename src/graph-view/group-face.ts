/** What a group shows of itself, closed or open. */
import type { Model, ValueId } from '../graph-model/core/model.ts';
import { shapeLabel, type ValueType } from '../graph-model/core/types.ts';
import { nodesWithin, type Group } from '../graph-model/groups/groups.ts';
import type { Scope } from '../graph-model/groups/scopes.ts';
import { CATEGORIES, categoryOf } from '../graph-model/operators/category.ts';
import { countOf } from '../graph-model/format.ts';
import type { Face } from './face.ts';
import { foldsAway } from './face.ts';
import type { ViewGraph } from './view.ts';

export const groupName = (group: Group): string => group.name;

export function countLabel({ count }: Group): string {
  return countOf(count, 'node');
}

const shares = new WeakMap<Scope, { nodes: Model['nodes']; counts: Uint32Array }>();

/** By category, how many nodes a group holds; constants are left out, as on the canvas. */
export function categoryCounts(model: Model, group: Group): Uint32Array {
  const known = shares.get(group.scope);
  if (known?.nodes === model.nodes) return known.counts;
  const counts = new Uint32Array(CATEGORIES.length);
  for (const id of nodesWithin(group.scope)) {
    const node = model.nodes.get(id);
    if (node && !foldsAway(model, node)) counts[CATEGORIES.indexOf(categoryOf(node.domain, node.op))]!++;
  }
  shares.set(group.scope, { nodes: model.nodes, counts });
  return counts;
}

/**
 * The category that says most about a group, as an index into CATEGORIES: that of its multiplications where it has some,
 * else the commonest one. (Shape operators are most of many a graph and say least.)
 */
export function mainCategory(model: Model, group: Group): number {
  const counts = categoryCounts(model, group);
  for (const telling of ['attention', 'recurrent', 'conv'] as const) {
    if (counts[CATEGORIES.indexOf(telling)]! > 0) return CATEGORIES.indexOf(telling);
  }
  let best = 0;
  counts.forEach((n, c) => (best = n > counts[best]! ? c : best));
  return best;
}

/** Name, number of nodes, and the shapes that go in and come out. */
export function groupFace(view: ViewGraph, i: number, types: ReadonlyMap<ValueId, ValueType>): Face {
  const group = view.tree!.groups[view.refs[i]!]!;
  const into: ValueId[] = [];
  const outOf: ValueId[] = [];
  view.targets.forEach((t, e) => {
    if (view.edgeShapes[e] === 1) return;
    if (t === i) into.push(view.edgeValues[e] as ValueId);
    if (view.sources[e] === i) outOf.push(view.edgeValues[e] as ValueId);
  });
  const text = `${shapesOf(view, into, types)} → ${shapesOf(view, outOf, types)}`;
  return { op: groupName(group), telling: '', label: countLabel(group), rows: [{ key: '', text }] };
}

/** The first shape, and how many more values there are. */
function shapesOf(view: ViewGraph, values: readonly ValueId[], types: ReadonlyMap<ValueId, ValueType>): string {
  const distinct = [...new Set(values)];
  if (distinct.length === 0) return '–';
  const type = types.get(distinct[0]!) ?? view.model.values.at(distinct[0]!).type;
  const first = type?.kind === 'tensor' && type.shape !== null ? shapeLabel(type.shape) || 'scalar' : '?';
  return distinct.length === 1 ? first : `${first} +${distinct.length - 1}`;
}
