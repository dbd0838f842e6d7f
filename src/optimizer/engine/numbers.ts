/** Weight arithmetic: in float64, over tensors that are read once and written once. */
import { halfBits } from '../../graph-model/core/small-float.ts';
import type { DenseTensor, Elements } from '../../graph-model/core/tensor.ts';
import { elementArray, elementCount, toNumbers } from '../../graph-model/core/tensor.ts';
import type { DType } from '../../graph-model/core/types.ts';

/** Element types in which weights can be written back. */
export const WEIGHT_TYPES: ReadonlySet<DType> = new Set<DType>(['float', 'double', 'float16']);

/** A tensor from numbers; each is rounded once, to the nearest. */
export function denseOf(dtype: DType, dims: readonly number[], numbers: ArrayLike<number>): DenseTensor {
  const values = elementArray(dtype, elementCount(dims)) as Exclude<Elements, readonly string[]>;
  if (values instanceof BigInt64Array || values instanceof BigUint64Array)
    throw new RangeError(`Weights of ${dtype} cannot be written back from numbers.`);
  if (dtype === 'float16') for (let i = 0; i < values.length; i++) values[i] = halfBits(numbers[i]!);
  else values.set(numbers);
  return { dtype, dims, values };
}

/** Multiplies a tensor seen as [outer, middle, inner] by one factor for each place of `middle`. */
export function scaleAlong(weights: DenseTensor, axis: number, factors: ArrayLike<number>): DenseTensor {
  const source = toNumbers(weights);
  const inner = elementCount(weights.dims.slice(axis + 1));
  const middle = weights.dims[axis]!;
  const scaled = weights.dtype === 'float' ? new Float32Array(source.length) : new Float64Array(source.length);
  for (let i = 0; i < source.length; i++) scaled[i] = source[i]! * factors[Math.floor(i / inner) % middle]!;
  return denseOf(weights.dtype, weights.dims, scaled);
}
