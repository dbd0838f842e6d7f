/** Columns of rows in plain numbers and texts, and what a stage's evaluator is given: nothing of ONNX is in here. */
import type { Params } from '../params.ts';
import type { Role } from '../stage.ts';

export type Data =
  | { readonly kind: 'number'; readonly values: Float64Array }
  | { readonly kind: 'vector'; readonly rows: readonly Float64Array[] }
  | { readonly kind: 'text'; readonly values: readonly string[] }
  | { readonly kind: 'tokens'; readonly rows: readonly (readonly string[])[] };

/** What a stage makes, by the role of its output column; `columns` are those of transformers, in their order. */
export type Made = Partial<Record<Exclude<Role, 'column'>, Data>> & { readonly columns?: readonly Data[] };

export interface Stage {
  readonly p: Params;
  readonly rows: number;
  readonly inputs: readonly Data[];
}

export type Evaluate = (s: Stage) => Made;

/** Thrown for what is not evaluated here: a class, or an option of it. */
export class NoReference extends Error {}

export const notHere = (what: string): never => {
  throw new NoReference(what);
};

export const numbers = (values: ArrayLike<number>): Data => ({ kind: 'number', values: Float64Array.from(values) });
export const vectors = (rows: readonly ArrayLike<number>[]): Data => ({
  kind: 'vector',
  rows: rows.map((r) => Float64Array.from(r)),
});

/** Each row of an input as a list of numbers, a single number as a list of one. */
export function rowsOf(s: Stage, i = 0): readonly Float64Array[] {
  const data = s.inputs[i]!;
  if (data.kind === 'vector') return data.rows;
  return data.kind === 'number' ? Array.from(data.values, (v) => Float64Array.of(v)) : notHere('text for numbers');
}

export function numbersOf(data: Data): Float64Array {
  if (data.kind === 'number') return data.values;
  return data.kind === 'vector' && data.rows.every((r) => r.length === 1)
    ? Float64Array.from(data.rows, (r) => r[0]!)
    : notHere('no single number');
}

export const textsOf = (data: Data): readonly string[] =>
  data.kind === 'text' ? data.values : notHere('numbers where text is wanted');

export const tokensOf = (s: Stage): readonly (readonly string[])[] => {
  const data = s.inputs[0]!;
  return data.kind === 'tokens' ? data.rows : notHere('no tokens');
};

/** A transformer of vectors, row by row. */
export const eachVector =
  (f: (p: Params) => (row: Float64Array) => ArrayLike<number>): Evaluate =>
  (s) => ({ columns: [vectors(rowsOf(s).map(f(s.p)))] });

/** A transformer of columns of numbers, cell by cell. */
export const eachNumber =
  (f: (p: Params, column: number) => (v: number) => number): Evaluate =>
  (s) => ({ columns: s.inputs.map((data, i) => numbers(numbersOf(data).map(f(s.p, i)))) });

export const sum = (values: ArrayLike<number>): number => {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i]!;
  return total;
};

export const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  if (a.length !== b.length) return notHere(`${a.length} numbers for ${b.length} weights`);
  let total = 0;
  for (let i = 0; i < a.length; i++) total += a[i]! * b[i]!;
  return total;
};

/** The first largest; NaN is never it, unless all are. */
export function greatest(values: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]! || Number.isNaN(values[best]!)) best = i;
  return best;
}

export const matrixRow = (m: { readonly columns: number; readonly values: Float64Array }, row: number) =>
  m.values.subarray(row * m.columns, (row + 1) * m.columns);

export const matrixRows = (m: { readonly rows: number; readonly columns: number; readonly values: Float64Array }) =>
  Array.from({ length: m.rows }, (_, r) => matrixRow(m, r));
