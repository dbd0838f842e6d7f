/** What a group shows of itself, closed or open. */
import { isParameter, parametersOf } from '../graph-model/operators/cost.ts';
import { formatLarge } from '../graph-model/format.ts';
import type { Model, ValueId } from '../graph-model/core/model.ts';
import { shapeLabel, type ValueType } from '../graph-model/core/types.ts';
import { nodesWithin, type Group } from '../graph-model/groups/groups.ts';
import type { Scope } from '../graph-model/groups/scopes.ts';
import { CATEGORIES, categoryOf } from '../graph-model/operators/category.ts';
import { countOf } from '../graph-model/format.ts';
import type { Face } from './face.ts';
import { foldsAway } from './face.ts';
import { KIND, type ViewGraph } from './view.ts';

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

export interface GroupFacts {
  /** Elements of the weights that its nodes read, each counted once. */
  readonly parameters: number;
  /** Operators by how often they occur; constants are left out. */
  readonly operators: readonly (readonly [string, number])[];
}

const facts = new WeakMap<Scope, { nodes: Model['nodes']; facts: GroupFacts }>();

export function groupFacts(model: Model, group: Group): GroupFacts {
  const known = facts.get(group.scope);
  if (known?.nodes === model.nodes) return known.facts;
  const operators = new Map<string, number>();
  const weights = new Set<ValueId>();
  for (const id of nodesWithin(group.scope)) {
    const node = model.nodes.get(id);
    if (!node || foldsAway(model, node)) continue;
    operators.set(node.op, (operators.get(node.op) ?? 0) + 1);
    for (const v of node.inputs) if (v !== null && isParameter(model, v)) weights.add(v);
  }
  let parameters = 0;
  for (const v of weights) parameters += parametersOf(model, v);
  const made = { parameters, operators: [...operators].sort((a, b) => b[1] - a[1]) };
  facts.set(group.scope, { nodes: model.nodes, facts: made });
  return made;
}

/** `7.1 M parameters · MatMul 4 · Add 3`: as many operators as there is room for. */
export function factsLine({ parameters, operators }: GroupFacts): string {
  const parts = operators.slice(0, 4).map(([op, n]) => (n === 1 ? op : `${op} ${n}`));
  return [...(parameters > 0 ? [`${formatLarge(parameters)} params`] : []), ...parts].join(' · ');
}

/** What goes into and comes out of each closed group of a view; shapes computed from shapes are left out. */
const ports = new WeakMap<ViewGraph, Map<number, { into: Set<ValueId>; outOf: Set<ValueId> }>>();

function portsOf(view: ViewGraph, i: number): { into: Set<ValueId>; outOf: Set<ValueId> } {
  let all = ports.get(view);
  if (!all) {
    all = new Map();
    for (let g = 0; g < view.count; g++)
      if (view.kinds[g] === KIND.group) all.set(g, { into: new Set(), outOf: new Set() });
    for (let e = 0; e < view.targets.length; e++) {
      if (view.edgeShapes[e] === 1) continue;
      all.get(view.targets[e]!)?.into.add(view.edgeValues[e] as ValueId);
      all.get(view.sources[e]!)?.outOf.add(view.edgeValues[e] as ValueId);
    }
    ports.set(view, all);
  }
  return all.get(i)!;
}

/** Name, number of nodes, the shapes that go in and come out, parameters and operators. */
export function groupFace(view: ViewGraph, i: number, types: ReadonlyMap<ValueId, ValueType>): Face {
  const group = view.tree!.groups[view.refs[i]!]!;
  const { into, outOf } = portsOf(view, i);
  const text = `${shapesOf(view, [...into], types)} → ${shapesOf(view, [...outOf], types)}`;
  const rows = [
    { key: '', text },
    { key: '', text: factsLine(groupFacts(view.model, group)) },
  ];
  return { op: groupName(group), telling: '', label: countLabel(group), rows };
}

/** The first shape, and how many more values there are. */
function shapesOf(view: ViewGraph, values: readonly ValueId[], types: ReadonlyMap<ValueId, ValueType>): string {
  if (values.length === 0) return '–';
  const type = types.get(values[0]!) ?? view.model.values.at(values[0]!).type;
  const first = type?.kind === 'tensor' && type.shape !== null ? shapeLabel(type.shape) || 'scalar' : '?';
  return values.length === 1 ? first : `${first} +${values.length - 1}`;
}
