/** Drawings as numbers: ink from 0 to 1 in each cell. */
import { halfBits } from '../../../graph-model/core/small-float.ts';
import { elementArray, type DenseTensor } from '../../../graph-model/core/tensor.ts';
import type { DType } from '../../../graph-model/core/types.ts';

/** Adds ink with a soft brush around a point, in cells. */
export function paint(ink: Float32Array, size: number, x: number, y: number): Float32Array<ArrayBuffer> {
  const next = Float32Array.from(ink);
  const radius = Math.max(0.75, size / 22);
  for (let r = Math.floor(y - radius - 1); r <= y + radius + 1; r++)
    for (let c = Math.floor(x - radius - 1); c <= x + radius + 1; c++) {
      if (r < 0 || c < 0 || r >= size || c >= size) continue;
      const distance = Math.hypot(c + 0.5 - x, r + 0.5 - y);
      const strength = Math.max(0, Math.min(1, radius + 0.5 - distance));
      next[r * size + c] = Math.max(next[r * size + c]!, strength);
    }
  return next;
}

/** The drawing as the input's tensor. Only float types and uint8 come here (see `drawable`). */
export function inkTensor(
  ink: Float32Array,
  dtype: DType,
  dims: readonly number[],
  [low, high]: readonly [number, number],
): DenseTensor {
  const values = elementArray(dtype, ink.length) as Float32Array;
  for (let i = 0; i < ink.length; i++) {
    const value = low + ink[i]! * (high - low);
    values[i] = dtype === 'float16' ? halfBits(value) : dtype === 'uint8' ? Math.round(value) : value;
  }
  return { dtype, dims, values };
}
