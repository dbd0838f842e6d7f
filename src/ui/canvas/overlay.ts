/** Colouring nodes by a measured quantity or by type. */
import type { NodeId, ValueId } from '../../graph-model/core/model.ts';
import { denseByteLength } from '../../graph-model/core/tensor.ts';
import { isStatic } from '../../graph-model/core/dims.ts';
import { dtypeInfo, type DType, type ValueType } from '../../graph-model/core/types.ts';
import { CATEGORIES, type Category } from '../../graph-model/operators/category.ts';
import type { State } from '../store/state.ts';
import type { OverlayPaint } from './painter.ts';
import type { Palette } from './palette.ts';
import { KIND, type ViewGraph } from '../../graph-view/view-graph.ts';

export interface LegendEntry {
  readonly label: string;
  readonly fill: string;
}

export interface OverlayView extends OverlayPaint {
  readonly kind: 'heat' | 'type';
  readonly title: string;
  /** Right of the title: how it was measured, or that it is older than the model. */
  readonly note: string;
  readonly legend: readonly LegendEntry[];
  /** What each vertex shows in its head. */
  readonly texts: ReadonlyMap<number, string>;
}

type Source = Pick<State, 'overlay' | 'run' | 'types' | 'model'>;

/** null for the overlay `category`, which needs none. */
export function overlayOf(view: ViewGraph, source: Source, palette: Palette): OverlayView | null {
  switch (source.overlay) {
    case 'category':
      return null;
    case 'time':
      return timeOverlay(view, source, palette);
    case 'memory':
      return memoryOverlay(view, source, palette);
    case 'type':
      return typeOverlay(view, source.types, palette);
  }
}

function timeOverlay(view: ViewGraph, { run, model }: Source, palette: Palette): OverlayView {
  const byName = new Map<string, number>();
  for (const n of run?.current.nodes ?? []) byName.set(n.node, (byName.get(n.node) ?? 0) + n.ms);
  const amounts = new Float64Array(view.count).fill(NaN);
  eachNode(view, (i, id) => {
    const ms = byName.get(view.model.nodes.at(id).name);
    if (ms !== undefined) amounts[i] = ms;
  });
  const stale = run !== null && run.model !== model;
  const note = byName.size === 0 ? 'run with Profile on first' : stale ? 'older than the model' : 'of one profiled run';
  return heat('Time per node', note, amounts, milliseconds, palette);
}

const milliseconds = (v: number) =>
  v >= 100 ? `${Math.round(v)} ms` : v >= 0.095 ? `${v.toPrecision(2)} ms` : `${(1000 * v).toPrecision(2)} µs`;

/** Bytes of what a node makes, where its shape is known. */
function memoryOverlay(view: ViewGraph, { types }: Source, palette: Palette): OverlayView {
  const amounts = new Float64Array(view.count).fill(NaN);
  let unknown = 0;
  eachNode(view, (i, id) => {
    const bytes = outputBytes(view.model.nodes.at(id).outputs, view, types);
    if (bytes === null) unknown++;
    else amounts[i] = bytes;
  });
  const note = unknown === 0 ? 'from shapes' : `from shapes, ${unknown} unknown`;
  return heat('Size of outputs', note, amounts, byteText, palette);
}

function outputBytes(outputs: readonly (ValueId | null)[], view: ViewGraph, types: Source['types']): number | null {
  let sum = 0;
  for (const v of outputs) {
    if (v === null) continue;
    const type = types.get(v) ?? view.model.values.at(v).type;
    if (type?.kind !== 'tensor' || !isStatic(type.shape)) return null;
    sum += denseByteLength(type.dtype, type.shape);
  }
  return sum;
}

function byteText(bytes: number): string {
  if (bytes < 1000) return `${Math.round(bytes)} B`;
  const [unit, name] = bytes >= 1e9 ? [1e9, 'GB'] : bytes >= 1e6 ? [1e6, 'MB'] : [1e3, 'KB'];
  return `${Number((bytes / unit).toPrecision(3))} ${name}`;
}

/** Five steps below the largest: a fortieth, a tenth, a quarter, a half. */
const STEPS = [1 / 40, 1 / 10, 1 / 4, 1 / 2];

function heat(
  title: string,
  note: string,
  amounts: Float64Array,
  text: (v: number) => string,
  palette: Palette,
): OverlayView {
  let most = 0;
  for (const v of amounts) if (v > most) most = v;
  const classes = new Int8Array(amounts.length).fill(-1);
  const texts = new Map<number, string>();
  amounts.forEach((v, i) => {
    if (Number.isNaN(v)) return;
    classes[i] = STEPS.filter((s) => v >= s * most && most > 0).length;
    texts.set(i, text(v));
  });
  const legend = palette.heat.map((fill, i) => ({
    fill,
    label: most === 0 ? '' : i === 0 ? '0' : text(STEPS[i - 1]! * most),
  }));
  return {
    kind: 'heat',
    title,
    note,
    legend,
    classes,
    texts,
    fills: palette.heat,
    inks: palette.heatInk,
    bars: palette.heat,
  };
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

function typeOverlay(view: ViewGraph, types: ReadonlyMap<ValueId, ValueType>, palette: Palette): OverlayView {
  const classes = new Int8Array(view.count).fill(-1);
  const texts = new Map<number, string>();
  const found = new Map<DType, number>();
  eachNode(view, (i, id) => {
    const first = view.model.nodes.at(id).outputs.find((v) => v !== null) ?? null;
    const type = first === null ? null : (types.get(first) ?? view.model.values.at(first).type);
    if (type?.kind !== 'tensor') return;
    found.set(type.dtype, (found.get(type.dtype) ?? 0) + 1);
    classes[i] = CATEGORIES.indexOf(TYPE_COLOURS[type.dtype] ?? 'pool');
    texts.set(i, dtypeInfo(type.dtype).label);
  });
  const sorted = [...found].sort((a, b) => b[1] - a[1]);
  const legend = sorted.map(([dtype, n]) => ({
    label: `${dtypeInfo(dtype).label} ${n}`,
    fill: palette.strip[CATEGORIES.indexOf(TYPE_COLOURS[dtype] ?? 'pool')]!,
  }));
  return {
    kind: 'type',
    title: 'Type of the first output',
    note: '',
    legend,
    classes,
    texts,
    fills: palette.soft,
    inks: palette.ink,
    bars: palette.strip,
  };
}

function eachNode(view: ViewGraph, visit: (i: number, id: NodeId) => void): void {
  for (let i = 0; i < view.count; i++) if (view.kinds[i] === KIND.node) visit(i, view.refs[i] as NodeId);
}
