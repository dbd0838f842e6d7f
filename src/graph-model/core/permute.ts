/** Tensors in memory with their axes in another order. */
import { elementArray, elementCount, type DenseTensor, type Elements } from './tensor.ts';

/** The same tensor with its axes in another order, and in another shape where one is given. */
export function permuted(dense: DenseTensor, perm: readonly number[], dims?: readonly number[]): DenseTensor {
  const shape = perm.map((p) => dense.dims[p]!);
  if (perm.every((p, i) => p === i)) return { ...dense, dims: dims ?? shape };
  return { dtype: dense.dtype, dims: dims ?? shape, values: moved(dense, perm, shape) };
}

function moved(dense: DenseTensor, perm: readonly number[], shape: readonly number[]): Elements {
  const strides = dense.dims.map((_, i) => elementCount(dense.dims.slice(i + 1)));
  const steps = perm.map((p) => strides[p]!);
  const from = dense.values as unknown[];
  const out = elementArray(dense.dtype, dense.values.length) as unknown[];
  const at = shape.map(() => 0);
  let place = 0;
  for (let i = 0; i < out.length; i++) {
    out[i] = from[place];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      place += steps[axis]!;
      if (++at[axis]! < shape[axis]!) break;
      place -= steps[axis]! * shape[axis]!;
      at[axis] = 0;
    }
  }
  return out as unknown as Elements;
}
