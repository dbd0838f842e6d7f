/** Node data in the theme's colours: what the painter, the cards and the legend need. */
import { CATEGORIES } from '../graph-model/operators/category.ts';
import { groupAt, type ViewGraph } from './view.ts';
import { categoryCounts } from './group-face.ts';
import {
  histogramOf,
  scaleOf,
  stepOf,
  vertexClasses,
  vertexNumbers,
  type Aggregate,
  type NodeClasses,
  type NodeData,
  type NodeNumbers,
  type OwnColour,
  type Scale,
} from './node-data.ts';
import { KIND } from './view.ts';
import type { NodeId } from '../graph-model/core/model.ts';
import { mixColours } from './css-colour.ts';

/** The colours of a theme that data borrows. */
export interface OverlayPalette {
  readonly surface: string;
  readonly line: string;
  readonly muted: string;
  /** By category: strip, text and background. */
  readonly strip: readonly string[];
  readonly ink: readonly string[];
  readonly soft: readonly string[];
  readonly heat: readonly string[];
  readonly heatInk: readonly string[];
  /** Text that can be read on a colour that a file asked for: the darker or lighter of the theme's inks. */
  inkOn(fill: string): string;
}

/** Colours of an overlay by class, and the class of each vertex (-1: none). */
export interface OverlayPaint {
  readonly classes: Int8Array;
  readonly fills: readonly string[];
  readonly inks: readonly string[];
  /** For bars, where a pale fill would not be seen. */
  readonly bars: readonly string[];
}

export interface LegendEntry {
  readonly label: string;
  readonly fill: string;
  /** How many vertices have it. */
  readonly count: number;
  /** The class it stands for. */
  readonly index: number;
}

export interface Histogram {
  readonly bins: readonly { readonly count: number; readonly fill: string }[];
  /** Bins are of equal ratio. */
  readonly ratio: boolean;
}

export interface LegendView {
  readonly kind: 'number' | 'class';
  readonly title: string;
  readonly note: string;
  readonly entries: readonly LegendEntry[];
  /** Of numbers: how they are spread over the vertices on show, and the ends. */
  readonly histogram: Histogram | null;
  readonly range: readonly [string, string] | null;
  /** How groups are summed up; null where that is no question. */
  readonly aggregate: Aggregate | null;
}

export interface OverlayView extends OverlayPaint {
  readonly kind: 'number' | 'class';
  /** What a vertex shows in its head; '' for nothing. */
  text(i: number): string;
}

export interface Coloured {
  /** null where nodes keep the look of their category. */
  readonly overlay: OverlayView | null;
  readonly legend: LegendView;
}

/** `plain` data is that of the categories, which nodes show by strip and glyph already. */
export function colour(
  view: ViewGraph,
  data: NodeData,
  plain: boolean,
  palette: OverlayPalette,
  by?: Aggregate,
): Coloured {
  if (plain && data.kind === 'class') return { overlay: null, legend: categoryLegend(view, data, palette) };
  return data.kind === 'number' ? numbers(view, data, palette, by) : classes(view, data, palette);
}

// ---- numbers

interface Steps {
  readonly fills: string[];
  readonly inks: string[];
  readonly labels: string[];
  classOf(value: number): number;
}

function numbers(
  view: ViewGraph,
  data: NodeNumbers,
  palette: OverlayPalette,
  by: Aggregate = data.aggregate,
): Coloured {
  const amounts = vertexNumbers(view, data, by);
  const steps = stepsOf(data, amounts, palette);
  const own = new OwnColours(steps.fills, steps.inks, palette);
  const found = new Uint32Array(128);
  const paint = Int8Array.from(amounts, (v, i) => {
    const c = own.classOf(data.own?.get(view.refs[i] as NodeId), view, i) ?? steps.classOf(v);
    if (c >= 0) found[c]!++;
    return c;
  });
  const overlay: OverlayView = {
    kind: 'number',
    classes: paint,
    fills: steps.fills,
    inks: steps.inks,
    // The lowest step is hardly seen on the canvas where it has no border.
    bars: steps.fills.map((f, k) => (k === 0 ? mixColours(f, palette.line, 0.55) : f)),
    // Of what is summed up, nothing is not worth a word: the name stays.
    text: (i) =>
      Number.isNaN(amounts[i]!) || (amounts[i] === 0 && data.aggregate === 'sum') ? '' : data.format(amounts[i]!),
  };
  const entries = steps.labels.map((label, k) => ({ label, fill: steps.fills[k]!, count: found[k]!, index: k }));
  const scale = scaleOf(amounts);
  const legend: LegendView = {
    kind: 'number',
    title: data.title,
    note: data.note,
    entries,
    histogram: scale && spread(amounts, scale, steps, palette),
    range: scale && [data.format(scale.least), data.format(scale.most)],
    aggregate: view.kinds.includes(KIND.group) ? by : null,
  };
  return { overlay, legend };
}

function spread(amounts: Float64Array, scale: Scale, steps: Steps, palette: OverlayPalette): LegendView['histogram'] {
  const { bins, ratio } = histogramOf(amounts, scale);
  return {
    ratio,
    bins: bins.map(({ count, middle }) => ({ count, fill: steps.fills[steps.classOf(middle)] ?? palette.line })),
  };
}

function stepsOf(data: NodeNumbers, amounts: Float64Array, palette: OverlayPalette): Steps {
  if (data.gradient) return gradientSteps(data, amounts, palette);
  if (data.thresholds) return thresholdSteps(data, palette);
  const scale = scaleOf(amounts);
  const from = (k: number) => (k === 0 ? scale!.least : scale!.bounds[k - 1]!);
  return {
    fills: [...palette.heat],
    inks: [...palette.heatInk],
    labels: scale === null ? [] : palette.heat.map((_, k) => (scale.most === 0 && k > 0 ? '' : data.format(from(k)))),
    classOf: (v) => (scale === null ? -1 : stepOf(v, scale)),
  };
}

function thresholdSteps(data: NodeNumbers, palette: OverlayPalette): Steps {
  const list = data.thresholds!;
  return {
    fills: list.map((t) => t.fill),
    inks: list.map((t) => t.ink ?? palette.inkOn(t.fill)),
    labels: list.map((t) => `≤ ${data.format(t.value)}`),
    classOf: (v) => (Number.isNaN(v) ? -1 : list.findIndex((t) => v <= t.value)),
  };
}

const GRADIENT_STEPS = 12;

function gradientSteps(data: NodeNumbers, amounts: Float64Array, palette: OverlayPalette): Steps {
  const stops = data.gradient!;
  const scale = scaleOf(amounts, GRADIENT_STEPS);
  const fills = Array.from({ length: GRADIENT_STEPS }, (_, k) => between(stops, k / (GRADIENT_STEPS - 1)));
  const from = (k: number) => (k === 0 ? scale!.least : scale!.bounds[k - 1]!);
  return {
    fills,
    inks: fills.map((f) => palette.inkOn(f)),
    labels: scale === null ? [] : fills.map((_, k) => (k % 3 === 0 ? data.format(from(k)) : '')),
    classOf: (v) => (scale === null ? -1 : stepOf(v, scale)),
  };
}

function between(stops: readonly (OwnColour & { readonly stop: number })[], at: number): string {
  const above = Math.max(
    1,
    stops.findIndex((s) => s.stop >= at),
  );
  const [a, b] = [stops[above - 1]!, stops[Math.min(above, stops.length - 1)]!];
  const share = b.stop === a.stop ? 0 : Math.max(0, Math.min(1, (at - a.stop) / (b.stop - a.stop)));
  return mixColours(b.fill, a.fill, share);
}

/** Colours that a file gives to single nodes: classes of their own behind those of the scale. */
class OwnColours {
  private readonly known = new Map<string, number>();

  constructor(
    private readonly fills: string[],
    private readonly inks: string[],
    private readonly palette: OverlayPalette,
  ) {}

  classOf(own: OwnColour | undefined, view: ViewGraph, i: number): number | null {
    if (own === undefined || view.kinds[i] !== KIND.node) return null;
    const key = `${own.fill} ${own.ink ?? ''}`;
    let index = this.known.get(key);
    // Classes are bytes.
    if (index === undefined && this.fills.length >= 120) return null;
    if (index === undefined) {
      index = this.fills.push(own.fill) - 1;
      this.inks.push(own.ink ?? this.palette.inkOn(own.fill));
      this.known.set(key, index);
    }
    return index;
  }
}

// ---- classes

function classes(view: ViewGraph, data: NodeClasses, palette: OverlayPalette): Coloured {
  const { classes: paint, shares } = vertexClasses(view, data);
  const index = data.classes.map((c) => (c.colour === null ? -1 : CATEGORIES.indexOf(c.colour)));
  const pick = (list: readonly string[], none: string) => index.map((c) => (c < 0 ? none : list[c]!));
  const fills = pick(palette.soft, palette.surface);
  const inks = pick(palette.ink, palette.muted);
  const bars = pick(palette.strip, palette.line);
  const own = new OwnColours(fills, inks, palette);
  const painted = paint.map((c, i) => own.classOf(data.own?.get(view.refs[i] as NodeId), view, i) ?? c);
  const overlay: OverlayView = {
    kind: 'class',
    classes: painted,
    fills,
    inks,
    bars: [...bars, ...fills.slice(bars.length)],
    text: (i) => {
      const label = data.classes[paint[i]!]?.label ?? '';
      const share = shares.get(i);
      return share === undefined ? label : `${label} ${Math.round(100 * share)} %`;
    },
  };
  return { overlay, legend: classLegend(view, data, bars) };
}

/** Counts nodes, not vertices: closed groups count with all that they hold. */
function classLegend(view: ViewGraph, data: NodeClasses, fills: readonly string[]): LegendView {
  const counts = new Uint32Array(data.classes.length);
  const { order } = view.model.graphs.at(view.scope);
  for (const id of order) {
    const c = data.values.get(id);
    if (c !== undefined) counts[c]!++;
  }
  const entries = data.classes.map((c, index) => ({
    label: c.label,
    fill: fills[index]!,
    count: counts[index]!,
    index,
  }));
  return {
    kind: 'class',
    title: data.title,
    note: data.note,
    entries: entries.filter((e) => e.count > 0),
    histogram: null,
    range: null,
    aggregate: null,
  };
}

function categoryLegend(view: ViewGraph, data: NodeClasses, palette: OverlayPalette): LegendView {
  const strips = data.classes.map((c) => palette.strip[CATEGORIES.indexOf(c.colour!)]!);
  return classLegend(view, data, strips);
}

/**
 * By vertex: 1 where it belongs to the class that was picked in the legend. A closed group belongs where it holds such a
 * node, or, with numbers, where its own is of the class.
 */
export function verticesOfClass(
  view: ViewGraph,
  data: NodeData,
  overlay: OverlayView | null,
  picked: number,
): Uint8Array {
  const keep = new Uint8Array(view.count);
  for (let i = 0; i < view.count; i++) {
    const group = groupAt(view, i);
    if (overlay?.kind === 'number') keep[i] = Number(overlay.classes[i] === picked);
    else if (data.kind !== 'class') continue;
    else if (group && overlay === null) {
      const category = CATEGORIES.indexOf(data.classes[picked]!.colour!);
      keep[i] = Number(categoryCounts(view.model, group)[category]! > 0);
    } else if (group) keep[i] = Number(overlay!.classes[i] === picked);
    else if (view.kinds[i] === KIND.node) keep[i] = Number(data.values.get(view.refs[i] as NodeId) === picked);
  }
  return keep;
}
