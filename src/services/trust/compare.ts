/** Outputs held against what they should be, row by row. */
import { toNumbers, type DenseTensor } from '../../graph-model/core/tensor.ts';
import { dtypeInfo } from '../../graph-model/core/types.ts';
import type { OpaqueOutput } from '../../runtime/types.ts';
import type { Counts, DifferenceBin, RowKind, RowState, TrustOutput, TrustRow } from './report.ts';

/**
 * Shares of an output's largest magnitude. Converted models compute in float32 or round to it: 1e-5 is what a sum of some
 * hundred float32 numbers loses, 1e-3 is where a threshold that goes the wrong way would begin to show.
 */
export const ROUNDING = 1e-5;
export const LIMIT = 1e-3;
/** Pairs that a picture is made of. */
const SAMPLE = 300;
const FIRST_ROWS = 20;
const FIRST_COLUMNS = 12;

type Found = ReadonlyMap<string, DenseTensor | OpaqueOutput>;

export interface Held {
  readonly rows: Counts;
  readonly groups: readonly (Counts & { readonly kind: RowKind })[];
  readonly outputs: readonly TrustOutput[];
  readonly firstRows: readonly TrustRow[];
  readonly notes: readonly string[];
}

interface Column {
  readonly name: string;
  readonly expected: DenseTensor;
  readonly found: DenseTensor;
  readonly width: number;
  readonly kind: 'label' | 'numbers';
  readonly want: Float64Array | null;
  readonly have: Float64Array | null;
  readonly scale: number;
}

/** Rows are the first dimension of every output. Outputs that are expected and not found, or of another size, are noted. */
export function holdRows(
  expected: ReadonlyMap<string, DenseTensor>,
  found: Found,
  inputs: ReadonlyMap<string, DenseTensor>,
  kinds: readonly RowKind[],
): Held {
  const notes: string[] = [];
  const columns = columnsOf(expected, found, kinds.length, notes);
  const states = columns.map((c) => Array.from({ length: kinds.length }, (_, row) => stateOf(c, row)));
  const ties = kinds.map(
    (_, row) => columns.some((c, i) => isLabel(c) && states[i]![row] === 'differs') && tied(columns, row),
  );
  columns.forEach((c, i) => {
    if (isLabel(c)) ties.forEach((t, row) => t && states[i]![row] === 'differs' && (states[i]![row] = 'near'));
  });
  const whole = kinds.map((_, row) => worst(states.map((s) => s[row]!)));
  return {
    rows: countsOf(whole),
    groups: [...new Set(kinds)].map((kind) => ({ kind, ...countsOf(whole.filter((_, i) => kinds[i] === kind)) })),
    outputs: columns.map((c, i) => outputOf(c, states[i]!)),
    firstRows: firstRows(columns, whole, inputs, kinds, ties),
    notes,
  };
}

const isLabel = (c: Column) => c.kind === 'label';

function columnsOf(expected: ReadonlyMap<string, DenseTensor>, found: Found, rows: number, notes: string[]): Column[] {
  const out: Column[] = [];
  for (const [name, want] of expected) {
    const have = found.get(name);
    if (!have || 'opaque' in have) notes.push(`The output ${name} is expected and the ONNX model does not give it.`);
    else if (have.values.length !== want.values.length || want.values.length % rows !== 0)
      notes.push(`The output ${name} has ${have.values.length} values and ${want.values.length} are expected.`);
    else out.push(columnOf(name, want, have, rows));
  }
  return out;
}

function columnOf(name: string, expected: DenseTensor, found: DenseTensor, rows: number): Column {
  const whole = (t: DenseTensor) => /^(u?int|bool|string)/.test(t.dtype);
  const kind = whole(found) ? 'label' : 'numbers';
  const width = expected.values.length / Math.max(1, rows);
  if (kind === 'label') return { name, expected, found, width, kind, want: null, have: null, scale: 0 };
  const [want, have] = [numbersOf(expected), toNumbers(found)];
  let scale = 0;
  for (const v of want) if (Number.isFinite(v)) scale = Math.max(scale, Math.abs(v));
  return { name, expected, found, width, kind, want, have: Float64Array.from(have), scale: scale || 1 };
}

const numbersOf = (t: DenseTensor): Float64Array =>
  t.dtype === 'string' ? Float64Array.from(t.values as readonly string[], Number) : Float64Array.from(toNumbers(t));

/** Labels are compared as texts: a CSV cannot tell 1 from "1", and 1.0 means 1. */
const textOf = (t: DenseTensor, i: number): string => {
  const text = String(t.values[i]);
  return /^-?\d+\.0+$/.test(text) ? text.replace(/\.0+$/, '') : text;
};

function stateOf(c: Column, row: number): RowState {
  const begin = row * c.width;
  let most = 0;
  for (let i = begin; i < begin + c.width; i++) {
    if (isLabel(c)) {
      if (textOf(c.expected, i) !== textOf(c.found, i)) return 'differs';
    } else most = Math.max(most, apart(c.want![i]!, c.have![i]!));
  }
  if (most <= ROUNDING * c.scale) return 'equal';
  return most <= LIMIT * c.scale ? 'near' : 'differs';
}

/** NaN equals NaN and an infinity itself; a double beyond float32 is infinite there. */
function apart(want: number, have: number): number {
  if (want === have || (Number.isNaN(want) && Number.isNaN(have)) || Math.fround(want) === have) return 0;
  const d = Math.abs(want - have);
  return Number.isNaN(d) ? Infinity : d;
}

/** The two most probable classes of the row are the same to within rounding, so that either label is right. */
function tied(columns: readonly Column[], row: number): boolean {
  return columns.some((c) => {
    if (isLabel(c)) return false;
    const values = Array.from(c.want!.subarray(row * c.width, (row + 1) * c.width)).sort((a, b) => b - a);
    if (values.length === 1) return Math.abs(values[0]!) <= ROUNDING * c.scale;
    return values[0]! - values[1]! <= 2 * ROUNDING * c.scale;
  });
}

const ORDER: readonly RowState[] = ['equal', 'near', 'differs'];

export const worst = (states: readonly RowState[]): RowState =>
  states.reduce<RowState>((w, s) => (ORDER.indexOf(s) > ORDER.indexOf(w) ? s : w), 'equal');

function countsOf(states: readonly RowState[]): Counts {
  const of = (s: RowState) => states.filter((t) => t === s).length;
  return { rows: states.length, equal: of('equal'), near: of('near'), differing: of('differs') };
}

function outputOf(c: Column, states: readonly RowState[]): TrustOutput {
  const head = {
    name: c.name,
    dtype: dtypeInfo(c.found.dtype).label,
    width: c.width,
    verdict: worst(states),
    rows: countsOf(states),
  };
  if (isLabel(c))
    return { ...head, maxAbs: null, meanAbs: null, equalWithin: 0, limit: 0, sample: null, histogram: null };
  const differences = Array.from(c.want!, (w, i) => apart(w, c.have![i]!));
  const finite = differences.filter(Number.isFinite);
  return {
    ...head,
    maxAbs: differences.reduce((m, d) => Math.max(m, d), 0),
    meanAbs: finite.reduce((s, d) => s + d, 0) / Math.max(1, finite.length),
    equalWithin: ROUNDING * c.scale,
    limit: LIMIT * c.scale,
    sample: sampleOf(c, differences),
    histogram: histogramOf(differences),
  };
}

/** Evenly spread, and the largest differences always among them. */
function sampleOf(c: Column, differences: readonly number[]) {
  const count = c.want!.length;
  const step = Math.max(1, count / SAMPLE);
  const picks = new Set(Array.from({ length: Math.min(count, SAMPLE) }, (_, i) => Math.floor(i * step)));
  [...differences.keys()]
    .sort((a, b) => differences[b]! - differences[a]!)
    .slice(0, 20)
    .forEach((i) => picks.add(i));
  const usable = [...picks].filter((i) => Number.isFinite(c.want![i]!) && Number.isFinite(c.have![i]!));
  return { expected: usable.map((i) => c.want![i]!), found: usable.map((i) => c.have![i]!) };
}

const DECADES = Array.from({ length: 10 }, (_, i) => 10 ** (i - 9));

function histogramOf(differences: readonly number[]): DifferenceBin[] {
  const ends = [0, ...DECADES, Infinity];
  const counts = new Array<number>(ends.length).fill(0);
  for (const d of differences) counts[ends.findIndex((e) => d <= e)]!++;
  return ends.map((upTo, i) => ({ upTo, count: counts[i]! }));
}

function firstRows(
  columns: readonly Column[],
  whole: readonly RowState[],
  inputs: ReadonlyMap<string, DenseTensor>,
  kinds: readonly RowKind[],
  ties: readonly boolean[],
): TrustRow[] {
  const bad = [...whole.keys()].filter((row) => whole[row] !== 'equal');
  bad.sort((a, b) => ORDER.indexOf(whole[b]!) - ORDER.indexOf(whole[a]!) || a - b);
  return bad.slice(0, FIRST_ROWS).map((row) => {
    const values = inputsOf(inputs, row, kinds.length);
    return {
      row,
      kind: kinds[row]!,
      state: whole[row]!,
      inputs: values.slice(0, FIRST_COLUMNS),
      moreInputs: Math.max(0, values.length - FIRST_COLUMNS),
      outputs: columns.map((c) => ({
        name: c.name,
        expected: cells(c.expected, row, c.width),
        found: cells(c.found, row, c.width),
      })),
      tie: ties[row]!,
    };
  });
}

const plain = (v: number | bigint | string): number | string => (typeof v === 'bigint' ? Number(v) : v);

function cells(t: DenseTensor, row: number, width: number): (number | string)[] {
  return Array.from({ length: Math.min(width, 16) }, (_, i) => plain(t.values[row * width + i]!));
}

function inputsOf(inputs: ReadonlyMap<string, DenseTensor>, row: number, rows: number) {
  return [...inputs].flatMap(([name, t]) => {
    const width = t.values.length / rows;
    return Array.from({ length: width }, (_, i) => ({
      name: width === 1 ? name : `${name}[${i}]`,
      value: plain(t.values[row * width + i]!),
    }));
  });
}
