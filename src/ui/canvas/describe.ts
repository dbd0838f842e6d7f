/** Vertices and edges in words: tooltips, and what a screen reader hears. */
import type { NodeId, ValueId } from '../../graph-model/core/model.ts';
import { typeLabel, type ValueType } from '../../graph-model/core/types.ts';
import { constantTensor } from '../../graph-view/face.ts';
import type { Group } from '../../graph-model/groups/groups.ts';
import { countLabel, groupFace, groupName } from '../../graph-view/group-face.ts';
import { groupAt, insidesOf, KIND, type ViewGraph } from '../../graph-view/view-graph.ts';

type Types = ReadonlyMap<ValueId, ValueType>;

export interface Tip {
  readonly title: string;
  readonly lines: readonly string[];
}

export function valueLabel(view: ViewGraph, v: ValueId, types: Types): string {
  return typeLabel(types.get(v) ?? view.model.values.get(v)?.type ?? null);
}

/** What is told of a vertex, else of an edge; null for neither. */
export function tipOf(view: ViewGraph, vertex: number, edge: number, types: Types): Tip | null {
  if (vertex >= 0) return vertexTip(view, vertex, types);
  return edge >= 0 ? edgeTip(view, edge, types) : null;
}

/** Operator, name, what comes out. */
function vertexTip(view: ViewGraph, i: number, types: Types): Tip {
  const group = groupAt(view, i);
  if (group) return groupTip(view, i, group, types);
  if (view.kinds[i] !== KIND.node) return pillTip(view, i, types);
  const node = view.model.nodes.at(view.refs[i] as NodeId);
  const outs = node.outputs.filter((v) => v !== null).slice(0, 4);
  return {
    title: node.op,
    lines: [node.name || 'no name', ...outs.map((v) => `→ ${valueLabel(view, v, types)}`)],
  };
}

function groupTip(view: ViewGraph, i: number, group: Group, types: Types): Tip {
  const { rows } = groupFace(view, i, types);
  const facts = rows.map((r) => r.text).filter(Boolean);
  return { title: groupName(group), lines: [countLabel(group), ...facts, 'Space or a double click opens it'] };
}

const PILLS: Readonly<Record<number, string>> = {
  [KIND.input]: 'input',
  [KIND.output]: 'output',
  [KIND.outer]: 'from the graph around',
  [KIND.constant]: 'constant',
};

function pillTip(view: ViewGraph, i: number, types: Types): Tip {
  const v = view.refs[i] as ValueId;
  const what = PILLS[view.kinds[i]!] ?? '';
  return { title: view.model.values.at(v).name || 'unnamed', lines: [what, valueLabel(view, v, types)] };
}

function edgeTip(view: ViewGraph, e: number, types: Types): Tip {
  const v = view.edgeValues[e] as ValueId;
  return { title: valueLabel(view, v, types), lines: [view.model.values.at(v).name || 'unnamed'] };
}

/** A sentence for the live region: operator, name, inputs, outputs, and whether it can be opened. */
export function announce(view: ViewGraph, i: number, types: Types): string {
  const group = groupAt(view, i);
  if (group) return `Group ${groupName(group)}, ${countLabel(group)}; Space opens it.`;
  if (view.kinds[i] !== KIND.node) {
    const { title, lines } = pillTip(view, i, types);
    return `${title}, ${lines.join(', ')}`;
  }
  const { model } = view;
  const node = model.nodes.at(view.refs[i] as NodeId);
  const parts = [node.name === '' ? node.op : `${node.op}, ${node.name}`];
  const inputs = node.inputs.filter((v) => v !== null);
  const read = inputs.filter((v) => constantTensor(model, v) === null);
  if (read.length > 0) parts.push(`reads ${list(read.map((v) => named(view, v, types)))}`);
  if (inputs.length > read.length) parts.push(`${inputs.length - read.length} constant inputs`);
  parts.push(`makes ${list(node.outputs.filter((v) => v !== null).map((v) => named(view, v, types)))}`);
  if (insidesOf(model, node).length > 0) parts.push('Enter opens what is inside');
  return `${parts.join('; ')}.`;
}

function named(view: ViewGraph, v: ValueId, types: Types): string {
  return `${view.model.values.at(v).name || 'unnamed'} ${valueLabel(view, v, types)}`;
}

function list(items: readonly string[]): string {
  return items.length > 4 ? `${items.slice(0, 4).join(', ')} and ${items.length - 4} more` : items.join(', ');
}
