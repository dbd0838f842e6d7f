/** Weight arithmetic: in float64, over tensors that are read once and written once. */
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

const single = new Float32Array(1);
const bits = new Uint32Array(single.buffer);

/** The bits of the float16 nearest to a number (ties to even), by way of float32. */
export function halfBits(number: number): number {
  single[0] = number;
  const word = bits[0]!;
  const sign = (word >>> 16) & 0x8000;
  const magnitude = word & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00;
  if (magnitude >= 0x477ff000) return sign | 0x7c00;
  if (magnitude < 0x38800000) return sign | toEven(Math.abs(single[0]!) * 2 ** 24);
  const rounded = magnitude + 0xfff + ((magnitude >>> 13) & 1);
  return sign | ((rounded - 0x38000000) >>> 13);
}

function toEven(number: number): number {
  const floor = Math.floor(number);
  const rest = number - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
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
