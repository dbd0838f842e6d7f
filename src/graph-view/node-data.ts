/**
 * Data about nodes: a number or a class for each. The one mechanism by which the graph is coloured, whoever measured the
 * data: a table of built-in measures, a report, or a person's own file.
 */
import type { NodeId } from '../graph-model/core/model.ts';
import type { Category } from '../graph-model/operators/category.ts';
import { nodesWithin } from '../graph-model/groups/groups.ts';
import { groupAt, KIND, type ViewGraph } from './view.ts';

/** How the number of a group follows from those of its nodes. */
export type Aggregate = 'sum' | 'mean' | 'max';

/** A colour that a file asks for, as CSS writes it; `ink` is for the text on it. */
export interface OwnColour {
  readonly fill: string;
  readonly ink?: string;
}

interface Described {
  readonly title: string;
  /** How it was measured, or what is missing; one short line. */
  readonly note: string;
  /** Colours of single nodes; they override the scale. */
  readonly own?: ReadonlyMap<NodeId, OwnColour>;
}

export interface NodeNumbers extends Described {
  readonly kind: 'number';
  readonly values: ReadonlyMap<NodeId, number>;
  readonly aggregate: Aggregate;
  format(value: number): string;
  /** Colours by upper bound, rising: a value above the last has none. */
  readonly thresholds?: readonly (OwnColour & { readonly value: number })[];
  /** Colours from the least (stop 0) to the largest (stop 1) value. */
  readonly gradient?: readonly (OwnColour & { readonly stop: number })[];
}

export interface NodeClasses extends Described {
  readonly kind: 'class';
  /** Each borrows the colour of a category: there are enough, and they are tested for contrast. `null`: no colour. */
  readonly classes: readonly { readonly label: string; readonly colour: Category | null }[];
  /** Index in `classes`. */
  readonly values: ReadonlyMap<NodeId, number>;
}

export type NodeData = NodeNumbers | NodeClasses;

/** By vertex: the number (NaN for none). Closed groups have the aggregate of their nodes. */
export function vertexNumbers(view: ViewGraph, data: NodeNumbers, aggregate: Aggregate = data.aggregate): Float64Array {
  const out = new Float64Array(view.count).fill(NaN);
  for (let i = 0; i < view.count; i++) {
    if (view.kinds[i] === KIND.node) out[i] = data.values.get(view.refs[i] as NodeId) ?? NaN;
    else if (view.kinds[i] === KIND.group) out[i] = aggregated(nodesOf(view, i), data.values, aggregate);
  }
  return out;
}

const nodesOf = (view: ViewGraph, i: number): NodeId[] => nodesWithin(groupAt(view, i)!.scope);

/** NaN where no node has a number. */
export function aggregated(nodes: Iterable<NodeId>, values: ReadonlyMap<NodeId, number>, aggregate: Aggregate): number {
  let n = 0;
  let sum = 0;
  let most = -Infinity;
  for (const id of nodes) {
    const v = values.get(id);
    if (v === undefined || Number.isNaN(v)) continue;
    n++;
    sum += v;
    if (v > most) most = v;
  }
  if (n === 0) return NaN;
  return aggregate === 'sum' ? sum : aggregate === 'max' ? most : sum / n;
}

export interface VertexClasses {
  /** By vertex, the class of the node, or the commonest one of a closed group; -1 for none. */
  readonly classes: Int8Array;
  /** Of closed groups that hold several classes: the share of the commonest, 0 .. 1. */
  readonly shares: ReadonlyMap<number, number>;
}

export function vertexClasses(view: ViewGraph, { values, classes: all }: NodeClasses): VertexClasses {
  const classes = new Int8Array(view.count).fill(-1);
  const shares = new Map<number, number>();
  for (let i = 0; i < view.count; i++) {
    if (view.kinds[i] === KIND.node) classes[i] = values.get(view.refs[i] as NodeId) ?? -1;
    else if (view.kinds[i] === KIND.group) {
      const counts = countClasses(nodesOf(view, i), values, all.length);
      const total = counts.reduce((a, n) => a + n, 0);
      if (total === 0) continue;
      const most = counts.reduce((best, n, c) => (n > counts[best]! ? c : best), 0);
      classes[i] = most;
      if (counts[most]! < total) shares.set(i, counts[most]! / total);
    }
  }
  return { classes, shares };
}

function countClasses(nodes: Iterable<NodeId>, values: ReadonlyMap<NodeId, number>, n: number): Uint32Array {
  const counts = new Uint32Array(n);
  for (const id of nodes) {
    const c = values.get(id);
    if (c !== undefined) counts[c]!++;
  }
  return counts;
}

/** A scale: class k holds values from `bounds[k - 1]` (with it) to `bounds[k]` (without it). */
export interface Scale {
  readonly least: number;
  readonly most: number;
  readonly bounds: readonly number[];
}

/** Of the largest: a fortieth, a tenth, a quarter, a half. Costs and times have many small values and few large ones. */
const FRACTIONS = [1 / 40, 1 / 10, 1 / 4, 1 / 2];

/** Five steps: fractions of the largest, or equal ones where numbers below 0 occur; `steps` equal ones where it is given. */
export function scaleOf(numbers: ArrayLike<number>, steps?: number): Scale | null {
  let least = Infinity;
  let most = -Infinity;
  for (let i = 0; i < numbers.length; i++) {
    const v = numbers[i]!;
    if (Number.isFinite(v)) {
      if (v < least) least = v;
      if (v > most) most = v;
    }
  }
  if (least > most) return null;
  if (steps === undefined && least >= 0) return { least, most, bounds: FRACTIONS.map((f) => f * most) };
  const n = steps ?? FRACTIONS.length + 1;
  return { least, most, bounds: Array.from({ length: n - 1 }, (_, i) => least + ((i + 1) * (most - least)) / n) };
}

/** The class of a number; -1 for NaN. On a scale of nothing but zeros all are of the lowest class. */
export function stepOf(value: number, { bounds, most, least }: Scale): number {
  if (Number.isNaN(value)) return -1;
  if (most === least) return most > 0 ? bounds.length : 0;
  let k = 0;
  while (k < bounds.length && value >= bounds[k]!) k++;
  return k;
}

export interface Bin {
  readonly count: number;
  readonly middle: number;
}

/** How the numbers are spread: bins of equal width, or of equal ratio where they span more than a thousandfold. */
export function histogramOf(
  numbers: ArrayLike<number>,
  scale: Pick<Scale, 'least' | 'most'>,
  bins = 24,
): { bins: Bin[]; ratio: boolean } {
  const { most } = scale;
  let smallest = Infinity;
  for (let i = 0; i < numbers.length; i++) if (numbers[i]! > 0 && numbers[i]! < smallest) smallest = numbers[i]!;
  const ratio = scale.least >= 0 && most > 1000 * smallest;
  const low = ratio ? Math.log(smallest) : scale.least;
  const high = ratio ? Math.log(most) : most;
  const width = (high - low) / bins || 1;
  const counts = new Uint32Array(bins);
  for (let i = 0; i < numbers.length; i++) {
    const v = numbers[i]!;
    if (!Number.isFinite(v)) continue;
    const at = ratio ? (v > 0 ? Math.log(v) : low) : v;
    counts[Math.max(0, Math.min(bins - 1, Math.floor((at - low) / width)))]!++;
  }
  const middle = (k: number) => (ratio ? Math.exp(low + (k + 0.5) * width) : low + (k + 0.5) * width);
  return { bins: Array.from(counts, (count, k) => ({ count, middle: middle(k) })), ratio };
}
