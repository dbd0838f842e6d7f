/** What can be said of every node from the model alone: one row for each measure. */
import { dtypeInfo, type DType } from '../graph-model/core/types.ts';
import { functionOf, type Model, type Node, type NodeId } from '../graph-model/core/model.ts';
import { formatBytes, formatCount, formatLarge } from '../graph-model/format.ts';
import { CATEGORIES, CATEGORY_LABELS, categoryOf, type Category } from '../graph-model/operators/category.ts';
import { costsOf, type Costs, type CostSource } from './costs.ts';
import { foldsAway } from './face.ts';
import type { NodeClasses, NodeData, NodeNumbers } from './node-data.ts';
import { classColour } from './node-data-file.ts';

export interface Measure {
  readonly id: string;
  readonly label: string;
  /** What it shows, under the label. */
  readonly help: string;
  of(source: CostSource): NodeData;
}

export const MEASURES: readonly Measure[] = [
  { id: 'category', label: 'Category', help: 'what kind of operator', of: categories },
  { id: 'cost', label: 'Cost', help: 'multiply-adds', of: (s) => measure(s, 'Multiply-adds', 'macs', formatLarge) },
  {
    id: 'parameters',
    label: 'Parameters',
    help: 'elements of the weights read',
    of: (s) => measure(s, 'Parameters', 'parameters', formatLarge),
  },
  {
    id: 'memory',
    label: 'Memory',
    help: 'size of what comes out',
    of: (s) => measure(s, 'Size of outputs', 'outputBytes', (v) => formatBytes(Math.round(v))),
  },
  { id: 'type', label: 'Type', help: 'precision of the first output', of: precision },
];

/** The row of an id that is in the table. */
export const measureOf = (id: string): Measure => MEASURES.find((m) => m.id === id)!;

/** Every node of the model that is drawn, bodies and functions included. */
export function* drawnNodes(model: Model): IterableIterator<Node> {
  for (const node of model.nodes.values()) if (!foldsAway(model, node)) yield node;
}

/** Classes by the word that `classOf` gives a node (null: none), the commonest first. */
export function classesBy(
  model: Model,
  title: string,
  note: string,
  classOf: (node: Node) => string | null,
  colours: Readonly<Record<string, Category | null>> = {},
): NodeClasses {
  const found = new Map<string, NodeId[]>();
  for (const node of drawnNodes(model)) {
    const label = classOf(node);
    if (label === null) continue;
    const list = found.get(label);
    if (list) list.push(node.id);
    else found.set(label, [node.id]);
  }
  const sorted = [...found].sort((a, b) => b[1].length - a[1].length);
  const values = new Map(sorted.flatMap(([, ids], i) => ids.map((id) => [id, i] as const)));
  const list = sorted.map(([label], i) => ({ label, colour: label in colours ? colours[label]! : classColour(i) }));
  return { kind: 'class', title, note, classes: list, values };
}

const CATEGORY_OF_LABEL = Object.fromEntries(CATEGORIES.map((c) => [CATEGORY_LABELS[c], c]));

function categories({ model }: CostSource): NodeClasses {
  const calls = (node: Node) => model.functions.length > 0 && functionOf(model, node) !== null;
  const label = (node: Node) => CATEGORY_LABELS[calls(node) ? 'control' : categoryOf(node.domain, node.op)];
  return classesBy(model, 'Kind of operator', '', label, CATEGORY_OF_LABEL);
}

function measure(
  source: CostSource,
  title: string,
  what: keyof Costs['values'],
  format: (v: number) => string,
): NodeNumbers {
  const costs = costsOf(source);
  const { unknown, lengths } = costs;
  const parts = [
    lengths.length > 0 ? `with ${lengths.map(([n, v]) => `${n} = ${v}`).join(', ')}` : 'from shapes',
    unknown[what] > 0 ? `${formatCount(unknown[what])} unknown` : '',
  ];
  const note = what === 'parameters' ? 'shared lengths at each reader' : parts.filter(Boolean).join('; ');
  return { kind: 'number', title, note, values: costs.values[what], aggregate: 'sum', format };
}

/** Types borrow colours from the categories: there are as many, and they are tested for contrast. */
const TYPE_COLOURS: Partial<Record<DType, Category>> = {
  float: 'conv',
  float16: 'attention',
  bfloat16: 'recurrent',
  double: 'norm',
  int64: 'shape',
  int32: 'const',
  int8: 'quant',
  uint8: 'math',
  int4: 'activation',
  uint4: 'activation',
  bool: 'control',
  string: 'classic',
};
const TYPE_COLOUR_OF_LABEL = Object.fromEntries(
  Object.entries(TYPE_COLOURS).map(([dtype, c]) => [dtypeInfo(dtype as DType).label, c]),
);

function precision({ model, types }: CostSource): NodeClasses {
  const label = (node: Node) => {
    const first = node.outputs.find((v) => v !== null) ?? null;
    const type = first === null ? null : (types.get(first) ?? model.values.at(first).type);
    return type?.kind === 'tensor' ? dtypeInfo(type.dtype).label : null;
  };
  return classesBy(model, 'Type of the first output', '', label, TYPE_COLOUR_OF_LABEL);
}
