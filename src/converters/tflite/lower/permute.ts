/** Elements of a tensor in memory with its axes in another order. */
import { elementArray, elementCount, type DenseTensor, type Elements } from '../../../graph-model/core/tensor.ts';

type Numeric = Exclude<Elements, readonly string[]>;

export function permuted(dense: DenseTensor, perm: readonly number[]): Numeric {
  const values = dense.values as Numeric;
  if (perm.every((p, i) => p === i)) return values;
  const out = elementArray(dense.dtype, elementCount(dense.dims)) as Float32Array;
  const strides = dense.dims.map((_, i) => elementCount(dense.dims.slice(i + 1)));
  const shape = perm.map((p) => dense.dims[p]!);
  const steps = perm.map((p) => strides[p]!);
  const at = shape.map(() => 0);
  let from = 0;
  for (let i = 0; i < out.length; i++) {
    out[i] = values[from] as number;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += steps[axis]!;
      if (++at[axis]! < shape[axis]!) break;
      from -= steps[axis]! * shape[axis]!;
      at[axis] = 0;
    }
  }
  return out;
}
