/** By what the graph can be coloured: one row for each measure, in the order of the menu. A report adds a row of its own. */
import { dtypeInfo, type DType } from '../../graph-model/core/types.ts';
import type { Node, NodeId } from '../../graph-model/core/model.ts';
import { CATEGORY_LABELS, CATEGORIES, categoryOf, type Category } from '../../graph-model/operators/category.ts';
import { functionOf } from '../../graph-model/core/model.ts';
import { changedIds } from '../../graph-model/core/table.ts';
import { formatBytes, formatDuration, formatLarge } from '../../graph-model/format.ts';
import { foldsAway } from '../../graph-view/face.ts';
import type { NodeClasses, NodeData, NodeNumbers } from '../../graph-view/node-data.ts';
import { classColour, placeData } from '../../graph-view/node-data-file.ts';
import type { State } from '../store/state.ts';
import { costsOf, type Costs } from './costs.ts';

export type OverlaySource = Pick<
  State,
  'model' | 'original' | 'types' | 'run' | 'overlay' | 'ownData' | 'history' | 'lastRun'
>;

export interface OverlayRow {
  readonly id: string;
  readonly label: string;
  /** What it shows, under the label. */
  readonly help: string;
  /** true, or why it shows nothing now. */
  enabled?(source: OverlaySource): true | string;
  make(source: OverlaySource): NodeData | null;
}

export const OVERLAYS: readonly OverlayRow[] = [
  { id: 'category', label: 'Category', help: 'what kind of operator', make: categories },
  { id: 'cost', label: 'Cost', help: 'multiply-adds', make: (s) => measure(s, 'Multiply-adds', 'macs', formatLarge) },
  {
    id: 'parameters',
    label: 'Parameters',
    help: 'elements of the weights read',
    make: (s) => measure(s, 'Parameters', 'parameters', formatLarge),
  },
  {
    id: 'memory',
    label: 'Memory',
    help: 'size of what comes out',
    make: (s) => measure(s, 'Size of outputs', 'outputBytes', (v) => formatBytes(Math.round(v))),
  },
  { id: 'time', label: 'Time', help: 'of the last profiled run', enabled: profiled, make: times },
  { id: 'provider', label: 'Where it ran', help: 'execution provider', enabled: profiled, make: providers },
  { id: 'type', label: 'Type', help: 'precision of the first output', make: precision },
  {
    id: 'change',
    label: 'Changes',
    help: 'against the model as opened',
    enabled: (s) => (s.model === s.original ? 'nothing was changed' : true),
    make: changes,
  },
];

/** The data of the overlay that is on; null where there is none to show. */
export function overlayData(source: OverlaySource): NodeData | null {
  if (source.model === null) return null;
  const row = OVERLAYS.find((o) => o.id === source.overlay);
  if (row) return row.make(source);
  const own = source.ownData.find((d) => d.id === source.overlay);
  return own ? placeData(own, source.model).data : null;
}

/** Every node of the model that is drawn, bodies and functions included. */
function* drawnNodes({ model }: OverlaySource): IterableIterator<Node> {
  if (model === null) return;
  for (const node of model.nodes.values()) if (!foldsAway(model, node)) yield node;
}

function classes(
  source: OverlaySource,
  title: string,
  note: string,
  classOf: (node: Node) => string | null,
  colours: Readonly<Record<string, Category | null>> = {},
): NodeClasses {
  const found = new Map<string, NodeId[]>();
  for (const node of drawnNodes(source)) {
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

function categories(source: OverlaySource): NodeClasses {
  const model = source.model!;
  const calls = (node: Node) => model.functions.length > 0 && functionOf(model, node) !== null;
  const label = (node: Node) => CATEGORY_LABELS[calls(node) ? 'control' : categoryOf(node.domain, node.op)];
  return classes(source, 'Kind of operator', '', label, CATEGORY_OF_LABEL);
}

function measure(
  source: OverlaySource,
  title: string,
  what: keyof Costs['values'],
  format: (v: number) => string,
): NodeNumbers {
  const costs = costsOf(source);
  const { unknown, lengths } = costs;
  const parts = [
    lengths.length > 0 ? `with ${lengths.map(([n, v]) => `${n} = ${v}`).join(', ')}` : 'from shapes',
    unknown[what] > 0 ? `${unknown[what].toLocaleString('en')} unknown` : '',
  ];
  const note = what === 'parameters' ? 'shared lengths at each reader' : parts.filter(Boolean).join('; ');
  return { kind: 'number', title, note, values: costs.values[what], aggregate: 'sum', format };
}

// ---- the last run

function profiled({ run }: OverlaySource): true | string {
  return run !== null && run.current.nodes.length > 0 ? true : 'run with Profile on first';
}

const runNote = ({ run, model }: OverlaySource): string =>
  run === null || run.current.nodes.length === 0
    ? 'run with Profile on first'
    : run.model === model
      ? 'of one profiled run'
      : 'older than the model';

/** Nodes by name: the runtime knows no ids. */
function byName<T>(source: OverlaySource, values: ReadonlyMap<string, T>): Map<NodeId, T> {
  const out = new Map<NodeId, T>();
  for (const node of drawnNodes(source)) {
    const value = values.get(node.name);
    if (value !== undefined) out.set(node.id, value);
  }
  return out;
}

function times(source: OverlaySource): NodeNumbers {
  const ms = new Map<string, number>();
  for (const n of source.run?.current.nodes ?? []) ms.set(n.node, (ms.get(n.node) ?? 0) + n.ms);
  const values = byName(source, ms);
  return { kind: 'number', title: 'Time', note: runNote(source), values, aggregate: 'sum', format: formatDuration };
}

function providers(source: OverlaySource): NodeClasses {
  const where = new Map<string, string>();
  for (const n of source.run?.current.nodes ?? []) where.set(n.node, n.provider);
  return classes(source, 'Where it ran', runNote(source), (node) => where.get(node.name) ?? null);
}

// ---- types and changes

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

function precision(source: OverlaySource): NodeClasses {
  const { model, types } = source;
  const label = (node: Node) => {
    const first = node.outputs.find((v) => v !== null) ?? null;
    const type = first === null ? null : (types.get(first) ?? model!.values.at(first).type);
    return type?.kind === 'tensor' ? dtypeInfo(type.dtype).label : null;
  };
  return classes(source, 'Type of the first output', '', label, TYPE_COLOUR_OF_LABEL);
}

const CHANGE_COLOURS = { Added: 'activation', Changed: 'math', 'As opened': null } as const;

function changes(source: OverlaySource): NodeClasses {
  const { model, original } = source;
  const touched = new Set(original && model ? changedIds(original.nodes, model.nodes) : []);
  const label = (node: Node) =>
    !touched.has(node.id) ? 'As opened' : original!.nodes.has(node.id) ? 'Changed' : 'Added';
  const gone = original ? [...touched].filter((id) => !model!.nodes.has(id)).length : 0;
  const note = gone === 0 ? '' : `${gone.toLocaleString('en')} removed`;
  return classes(source, 'Against the model as opened', note, label, CHANGE_COLOURS);
}
