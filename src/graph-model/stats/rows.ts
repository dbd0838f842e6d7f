/** Values as people read them: nested rows of text, a small matrix for a picture, a row of a table. */
import { elementCount, type DenseTensor, type Tensor } from '../core/tensor.ts';
import { formatNumber } from '../format.ts';
import { isWhole, numbersOf } from './numbers.ts';
import { readTensorSlice } from './slice.ts';

/** One element as text; strings are quoted, complex numbers are `a+bi`. */
export function formatElement(dense: DenseTensor, index: number): string {
  const { dtype, values } = dense;
  if (dtype === 'string') return JSON.stringify(values[index] ?? '');
  if (dtype === 'bool') return values[index] ? 'true' : 'false';
  if (dtype.startsWith('complex')) return complex(Number(values[2 * index]), Number(values[2 * index + 1]));
  if (isWhole(dtype)) return String(values[index]).replace('-', '−');
  const one = numbersOf({ dtype, dims: [1], values: values.slice(index, index + 1) as DenseTensor['values'] });
  return formatNumber(one[0]!);
}

const complex = (re: number, im: number): string =>
  `${formatNumber(re)}${im < 0 ? '−' : '+'}${formatNumber(Math.abs(im))}i`;

/**
 * The first `limit` elements as nested rows in brackets, one line for each run of the last dimension. `head` holds the
 * elements from the start (at least `limit` of them, or all); an ellipsis stands for what is left out.
 */
export function nestedRows(head: DenseTensor, dims: readonly number[], limit = 256): string[] {
  const count = elementCount(dims);
  if (dims.length === 0) return count > 0 ? [formatElement(head, 0)] : [];
  if (count === 0) return ['[]'];
  const width = dims[dims.length - 1]!;
  const shown = Math.min(limit, count, elementsIn(head));
  const lines: string[] = [];
  for (let at = 0; at < shown; at += width) {
    const here = Math.min(width, shown - at);
    const items = Array.from({ length: here }, (_, i) => formatElement(head, at + i));
    if (here < width) items.push('…');
    const { opens, closes } = brackets(dims, at, at + here >= count);
    lines.push(
      `${' '.repeat(dims.length - 1 - opens)}${'['.repeat(opens + 1)}${items.join(', ')}${']'.repeat(closes + 1)}`,
    );
  }
  if (shown < count && shown % width === 0) lines.push('…');
  return lines;
}

function elementsIn(dense: DenseTensor): number {
  return dense.dtype.startsWith('complex') ? dense.values.length / 2 : dense.values.length;
}

/** How many outer dimensions begin and end at the row that starts at flat index `at`. */
function brackets(dims: readonly number[], at: number, last: boolean): { opens: number; closes: number } {
  let run = dims[dims.length - 1]!;
  let opens = 0;
  let closes = 0;
  for (let d = dims.length - 2; d >= 0; d--) {
    const outer = run * dims[d]!;
    if (at % outer === 0) opens++;
    if ((at + dims[dims.length - 1]!) % outer === 0 || last) closes++;
    run = outer;
  }
  return { opens, closes };
}

/** How a tensor lies as a matrix: rows by the first dimension, all others side by side; vectors wrap at 24. */
export function asMatrix(dims: readonly number[]): { rows: number; columns: number } {
  const count = elementCount(dims);
  if (count === 0) return { rows: 0, columns: 0 };
  const long = dims.filter((d) => d !== 1);
  if (long.length > 1) return { rows: long[0]!, columns: count / long[0]! };
  return { rows: Math.ceil(count / 24), columns: Math.min(24, count) };
}

export interface HeatMap {
  readonly rows: number;
  readonly columns: number;
  /** Row by row; NaN where the matrix has no element. */
  readonly values: Float64Array;
}

/** The upper left corner of the tensor as a matrix, 18 by 24 at most. Reads only the bytes of that corner. */
export async function heatMapOf(
  tensor: Tensor,
  read: typeof readTensorSlice = readTensorSlice,
  signal?: AbortSignal,
): Promise<HeatMap> {
  const matrix = asMatrix(tensor.dims);
  const rows = Math.min(18, matrix.rows);
  const columns = Math.min(24, matrix.columns);
  const values = new Float64Array(rows * columns).fill(NaN);
  const parts = Array.from({ length: rows }, (_, r) =>
    read(tensor, r * matrix.columns, r * matrix.columns + columns, signal),
  );
  (await Promise.all(parts)).forEach((part, r) => values.set(numbersOf(part), r * columns));
  return { rows, columns, values };
}
