/** Spark's vectors and matrices as its files write them (structs in Parquet, objects in JSON), dense and row by row. */
import { FormatError } from '../../graph-model/diagnostics.ts';
import { record } from './folder.ts';

export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  /** Row-major. */
  readonly values: Float64Array;
}

/** No model has more learned numbers in one place; a sparse vector that says so is damaged. */
const SIZE_LIMIT = 1 << 28;

export function damaged(where: string, why: string): never {
  throw new FormatError('sparkml.damaged', { where, why });
}

/** A double: JSON says "NaN", "Inf" and "-Inf" by words. */
export function numberOf(value: unknown, where: string): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  const word = typeof value === 'string' ? WORDS.get(value) : undefined;
  return word ?? damaged(where, 'a number is wanted');
}

const WORDS = new Map([
  ['NaN', NaN],
  ['Inf', Infinity],
  ['Infinity', Infinity],
  ['-Inf', -Infinity],
  ['-Infinity', -Infinity],
]);

export function numbersOf(value: unknown, where: string): number[] {
  if (ArrayBuffer.isView(value)) return Array.from(value as Float64Array, Number);
  if (!Array.isArray(value)) return damaged(where, 'a list of numbers is wanted');
  return value.map((v) => numberOf(v, where));
}

export function stringsOf(value: unknown, where: string): string[] {
  if (!Array.isArray(value)) return damaged(where, 'a list of texts is wanted');
  return value.map((v) => (typeof v === 'string' ? v : damaged(where, 'a list of texts is wanted')));
}

/** A size or index: whole, and not beyond `limit`. */
function wholeOf(value: unknown, where: string, limit = SIZE_LIMIT): number {
  const n = numberOf(value, where);
  return Number.isInteger(n) && n >= 0 && n <= limit ? n : damaged(where, `${n} is no size or index here`);
}

/** DenseVector (type 1) or SparseVector (type 0). */
export function vectorOf(value: unknown, where: string): Float64Array {
  const v = record(value);
  const values = numbersOf(v['values'], where);
  if (numberOf(v['type'], where) === 1) return Float64Array.from(values);
  const out = new Float64Array(wholeOf(v['size'], where));
  const indices = numbersOf(v['indices'], where);
  if (indices.length !== values.length) damaged(where, 'indices and values differ in number');
  indices.forEach((at, i) => (out[wholeOf(at, where, out.length - 1)] = values[i]!));
  return out;
}

/** DenseMatrix (type 1) or SparseMatrix (type 0); both are by columns unless `isTransposed`. */
export function matrixOf(value: unknown, where: string): Matrix {
  const m = record(value);
  const rows = wholeOf(m['numRows'], where);
  const columns = wholeOf(m['numCols'], where);
  if (rows * columns > SIZE_LIMIT) damaged(where, 'the matrix is too large');
  const values = numbersOf(m['values'], where);
  const byRows = m['isTransposed'] === true;
  const out = new Float64Array(rows * columns);
  const put = (outer: number, inner: number, v: number) => {
    out[byRows ? outer * columns + inner : inner * columns + outer] = v;
  };
  const [outers, inners] = byRows ? [rows, columns] : [columns, rows];
  if (numberOf(m['type'], where) === 1) {
    if (values.length !== out.length)
      damaged(where, `${rows}×${columns} numbers are wanted, ${values.length} are there`);
    values.forEach((v, i) => put(Math.floor(i / inners), i % inners, v));
    return { rows, columns, values: out };
  }
  const begins = numbersOf(m['colPtrs'], where);
  const indices = numbersOf(m['rowIndices'], where);
  for (let outer = 0; outer < outers; outer++) {
    const end = wholeOf(begins[outer + 1], where, values.length);
    for (let i = wholeOf(begins[outer], where, end); i < end; i++)
      put(outer, wholeOf(indices[i], where, inners - 1), values[i]!);
  }
  return { rows, columns, values: out };
}
