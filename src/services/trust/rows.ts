/** Rows to try a model on: random ones, ones exactly on its thresholds and one float32 step beside, missing values, unseen categories. */
import type { Probe, Reference } from '../../graph-model/builders/reference.ts';
import type { Model } from '../../graph-model/core/model.ts';
import type { DenseTensor } from '../../graph-model/core/tensor.ts';
import type { DType } from '../../graph-model/core/types.ts';
import { sizedInputs } from '../../runtime/inputs/generate.ts';
import { normal, seeded, whole, type Random } from '../../runtime/random.ts';
import type { RowKind } from './report.ts';

export interface Rows {
  readonly feeds: ReadonlyMap<string, DenseTensor>;
  readonly kinds: readonly RowKind[];
}

interface Column {
  readonly input: string;
  readonly at: number;
  readonly dtype: DType;
  readonly thresholds: readonly number[];
  readonly categories: readonly (number | string)[];
  readonly random: Random;
}

/** Steps of the evaluator that a report may take. */
const BUDGET = 40_000_000;
const MOST = { random: 256, threshold: 256, missing: 64, unseen: 64 } as const;

/** How often each kind of row is made: fewer where the model is large, none where it means nothing to the model. */
function countsFor(reference: Reference, columns: readonly Column[]): [RowKind, number][] {
  const share = Math.min(1, BUDGET / (640 * Math.max(1, reference.cost)));
  const count = (most: number) => Math.max(8, Math.round(most * share));
  const has = (f: (c: Column) => boolean) => columns.some(f);
  return [
    ['random', count(MOST.random)],
    ['threshold', has((c) => c.thresholds.length > 0) ? count(MOST.threshold) : 0],
    ['missing', reference.takesMissing && has((c) => isFloat(c.dtype)) ? count(MOST.missing) : 0],
    ['unseen', reference.takesUnknown && has((c) => c.categories.length > 0) ? count(MOST.unseen) : 0],
  ];
}

const isFloat = (dtype: DType) => dtype === 'float' || dtype === 'double';

/** null where an input is no table of numbers or texts with a known number of columns. */
export function makeRows(model: Model, reference: Reference, seed: number): Rows | null {
  const columns = columnsOf(model, reference, seed);
  if (!columns) return null;
  const counts = countsFor(reference, columns);
  const kinds = counts.flatMap(([kind, n]) => new Array<RowKind>(n).fill(kind));
  const feeds = new Map<string, DenseTensor>();
  for (const [name, own] of byInput(columns)) feeds.set(name, tensor(own, kinds));
  return { feeds, kinds };
}

function byInput(columns: readonly Column[]): Map<string, Column[]> {
  const out = new Map<string, Column[]>();
  for (const c of columns) out.set(c.input, [...(out.get(c.input) ?? []), c]);
  return out;
}

function columnsOf(model: Model, { probes, widths }: Reference, seed: number): Column[] | null {
  const out: Column[] = [];
  for (const { name, dtype, shape } of sizedInputs(model).inputs) {
    const width = shape?.[1] ?? (shape?.length === 1 ? 1 : (widths?.get(name) ?? null));
    const known = isFloat(dtype) || dtype === 'string' || dtype === 'int64';
    if (shape === null || shape.length > 2 || typeof width !== 'number' || !known) return null;
    for (let at = 0; at < width; at++) {
      const own = probes.filter((p) => p.input === name && p.column === at);
      const values = (kind: Probe['kind']) => own.filter((p) => p.kind === kind).flatMap((p) => [...p.values]);
      const random = seeded(seed, `${name}.${at}`);
      out.push({
        input: name,
        at,
        dtype,
        random,
        thresholds: values('threshold') as number[],
        categories: values('category'),
      });
    }
  }
  return out.length > 0 ? out : null;
}

function tensor(columns: readonly Column[], kinds: readonly RowKind[]): DenseTensor {
  const { dtype } = columns[0]!;
  const dims = [kinds.length, columns.length];
  const all: (number | string)[] = [];
  for (const kind of kinds) for (const c of columns) all.push(valueOf(c, kind));
  if (dtype === 'string') return { dtype, dims, values: all.map(String) };
  if (dtype === 'int64') return { dtype, dims, values: BigInt64Array.from(all, (v) => BigInt(Math.trunc(Number(v)))) };
  const numbers = all.map(Number);
  return { dtype, dims, values: dtype === 'double' ? Float64Array.from(numbers) : Float32Array.from(numbers) };
}

const UNSEEN = 'never seen before';

function valueOf(c: Column, kind: RowKind): number | string {
  const { random, categories, thresholds, dtype } = c;
  if (dtype === 'string') {
    if (kind === 'unseen' && random() < 0.5) return UNSEEN;
    return categories.length > 0 ? categories[whole(random, categories.length)]! : `text ${whole(random, 100)}`;
  }
  if (kind === 'missing' && isFloat(dtype) && random() < 0.35) return NaN;
  if (kind === 'unseen' && categories.length > 0 && random() < 0.5) return unseenNumber(c);
  if (kind === 'threshold' && thresholds.length > 0)
    return beside(thresholds[whole(random, thresholds.length)]!, random);
  return usual(c);
}

/** A whole number that is no category, or a negative one. */
function unseenNumber({ categories, random }: Column): number {
  const most = categories.reduce<number>((m, v) => Math.max(m, Number(v)), 0);
  return random() < 0.3 ? -1 - whole(random, 5) : Math.floor(most) + 1 + whole(random, 50);
}

/** Exactly on the threshold as float32 has it, or one step below or above. */
function beside(threshold: number, random: Random): number {
  return stepped(Math.fround(threshold), whole(random, 3) - 1);
}

/** From the range of the thresholds and a little beyond; standard normal where the model says nothing of the column. */
function usual({ thresholds, categories, random }: Column): number {
  if (categories.length > 0 && (thresholds.length === 0 || random() < 0.5))
    return Number(categories[whole(random, categories.length)]!);
  if (thresholds.length === 0) return normal(random);
  // Of LightGBM's ±1e-35 around zero and of infinite ones no range is made.
  const finite = thresholds.filter((t) => Math.abs(t) < 1e30);
  const [low, high] = [Math.min(...finite), Math.max(...finite)];
  if (!Number.isFinite(low)) return normal(random);
  const margin = (high - low) * 0.15 || Math.max(1, Math.abs(low) * 0.1);
  return low - margin + random() * (high - low + 2 * margin);
}

const word = new Int32Array(1);
const float = new Float32Array(word.buffer);

/** The float32 `by` steps (-1, 0, 1) away. */
export function stepped(value: number, by: number): number {
  if (by === 0 || !Number.isFinite(value)) return value;
  if (value === 0) return by * 2 ** -149;
  float[0] = value;
  word[0]! += value > 0 === by > 0 ? 1 : -1;
  return float[0]!;
}
