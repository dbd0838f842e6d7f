/** What estimators are evaluated on and what they give, row by row in plain numbers: nothing of ONNX is in here. */
import type { PyValue } from '../../containers/pickle/index.ts';
import type { Est } from '../lower/estimator.ts';

export type Column = Float64Array | readonly string[];

export interface Frame {
  readonly rows: number;
  readonly columns: readonly Column[];
}

/** Results by what scikit-learn calls them; each is computed when it is asked for. */
export interface Made {
  readonly transform?: () => Frame;
  /** One a row. */
  readonly label?: () => readonly (number | string)[];
  /** [rows][outputs], of classifiers with several. */
  readonly labels?: () => readonly (readonly (number | string)[])[];
  /** [rows][classes] */
  readonly proba?: () => readonly (readonly number[])[];
  /** [rows][1 or classes] */
  readonly decision?: () => readonly (readonly number[])[];
  /** [rows][outputs] */
  readonly predict?: () => readonly (readonly number[])[];
  /** Of classifiers: the position of the class of each row. */
  readonly index?: () => readonly number[];
}

export interface Evaluator {
  evaluate(e: Est, x: Frame): Made;
}

export type Evaluate = (by: Evaluator, e: Est, x: Frame) => Made;

/** Thrown for estimators, and options of them, that are not evaluated here. */
export class NoReference extends Error {}

export const notHere = (what: string): never => {
  throw new NoReference(what);
};

/** The numbers of one row. Text among them is not evaluated. */
export function rowNumbers(x: Frame, row: number): Float64Array {
  return Float64Array.from(x.columns, (c) =>
    c instanceof Float64Array ? c[row]! : notHere('text where numbers are wanted'),
  );
}

export const eachRow = <T>(x: Frame, f: (row: Float64Array) => T): T[] =>
  Array.from({ length: x.rows }, (_, r) => f(rowNumbers(x, r)));

/** Columns from rows. */
export function frameOf(rows: readonly ArrayLike<number>[], width: number): Frame {
  const columns = Array.from({ length: width }, (_, c) => Float64Array.from(rows, (r) => r[c]!));
  return { rows: rows.length, columns };
}

export const mapRows = (x: Frame, width: number, f: (row: Float64Array) => ArrayLike<number>): Made => ({
  transform: () => frameOf(eachRow(x, f), width),
});

/** Each number by its column. */
export const mapCells = (x: Frame, f: (v: number, column: number) => number): Made => ({
  transform: () => ({
    rows: x.rows,
    columns: x.columns.map((c, i) => (c instanceof Float64Array ? c.map((v) => f(v, i)) : notHere('text in a scaler'))),
  }),
});

export const greatest = (values: ArrayLike<number>): number => {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i;
  return best;
};

export const sumOf = (values: ArrayLike<number>): number => {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum;
};

export function softmax(scores: ArrayLike<number>): number[] {
  const list = Array.from(scores);
  const most = Math.max(...list);
  const e = list.map((v) => Math.exp(v - most));
  const total = sumOf(e);
  return e.map((v) => v / total);
}

export const logistic = (v: number): number => (v >= 0 ? 1 / (1 + Math.exp(-v)) : Math.exp(v) / (1 + Math.exp(v)));

export const isMissing = (v: PyValue | undefined): boolean =>
  v === null || v === undefined || (typeof v === 'number' && Number.isNaN(v));

/** A classifier from the position of its class, and what else it has. */
export function classified(
  classes: readonly (number | string)[],
  index: () => readonly number[],
  more: Pick<Made, 'proba' | 'decision'> = {},
): Made {
  return { index, label: () => index().map((i) => classes[i]!), ...more };
}

/** The classes of an estimator, numbers and texts as they are. */
export function classesOf(e: Est): (number | string)[] {
  return e
    .nd('classes_')
    .values()
    .map((v) => (typeof v === 'boolean' ? Number(v) : (v as number | string)));
}

/** 106 for version 1.6; the newest where the file does not say. */
export function versionOf(e: Est): number {
  const found = /^(\d+)\.(\d+)/.exec(e.text('_sklearn_version'));
  return found ? Number(found[1]) * 100 + Number(found[2]) : 999;
}
