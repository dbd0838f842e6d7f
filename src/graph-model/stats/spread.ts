/** How the values of a tensor are spread, from a few of them: for pictures so small that more would not be seen. */
import { elementCount, type Tensor } from '../core/tensor.ts';
import { numbersOf } from './numbers.ts';
import { elementBits, readTensorSlice } from './slice.ts';

const RUNS = 8;
const RUN = 512;

/**
 * Shares of the values in bins of equal width from the least to the largest, the fullest bin 1. Reads 4,096 elements at
 * most, in runs over the whole tensor. Empty where there are no finite numbers, or where too much would
 * have to be read.
 */
export async function spreadOf(tensor: Tensor, bins: number, signal?: AbortSignal): Promise<number[]> {
  const count = elementCount(tensor.dims);
  // Varints can only be read from the start: a large tensor would be read whole.
  if (count > 100_000 && elementBits(tensor) === null) return [];
  const runs = count <= RUNS * RUN ? 1 : RUNS;
  const length = runs === 1 ? count : RUN;
  const starts = Array.from({ length: runs }, (_, i) => Math.floor((i * (count - length)) / Math.max(1, runs - 1)));
  const parts = await Promise.all(starts.map((at) => readTensorSlice(tensor, at, at + length, signal)));
  const values = parts.flatMap((part) => Array.from(numbersOf(part), Number).filter(Number.isFinite));
  if (values.length === 0) return [];
  const [least, most] = values.reduce(([a, b], v) => [Math.min(a, v), Math.max(b, v)], [Infinity, -Infinity]);
  const counts = new Array<number>(bins).fill(0);
  const width = (most - least) / bins || 1;
  for (const v of values) counts[Math.min(bins - 1, Math.floor((v - least) / width))]!++;
  const fullest = Math.max(...counts);
  return counts.map((n) => n / fullest);
}
