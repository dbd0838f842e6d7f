/** Elements that are known while types are inferred: numbers, or expressions over dimensions. */
import {
  storedByteLength,
  elementArray,
  elementCount,
  tensorAtHand,
  toNumbers,
  type DenseTensor,
  type Tensor,
} from '../../core/tensor.ts';
import type { Dim, DType } from '../../core/types.ts';

/** A small tensor, C order. null: that element is not known. Booleans are 0 and 1; strings are never tracked. */
export interface Elements {
  readonly dtype: DType;
  readonly dims: readonly number[];
  readonly values: readonly Dim[];
}

/** More elements than this are not tracked: nothing that describes a shape is longer. */
export const MOST_ELEMENTS = 1024;
/** True for shapes whose elements are tracked: no dimension is negative or long, not even beside a 0. */
export function isSmall(shape: readonly number[]): boolean {
  return shape.every((d) => d >= 0 && d <= MOST_ELEMENTS) && elementCount(shape) <= MOST_ELEMENTS;
}

/** Larger initializers are weights, not shapes. */
const MOST_BYTES = 8192;

export function scalarElement(dtype: DType, value: Dim): Elements {
  return { dtype, dims: [], values: [value] };
}

export function vectorElements(dtype: DType, values: readonly Dim[]): Elements {
  return { dtype, dims: [values.length], values };
}

/** Decoded once: tensors never change, and a model is inferred again after every edit. */
const decoded = new WeakMap<Tensor, Elements | null>();

/** The elements of a tensor in memory; null where it is large, elsewhere, of strings or damaged. */
export function elementsOfTensor(tensor: Tensor): Elements | null {
  const known = decoded.get(tensor);
  if (known !== undefined) return known;
  const elements = decodeElements(tensor);
  decoded.set(tensor, elements);
  return elements;
}

function decodeElements(tensor: Tensor): Elements | null {
  const dense = smallDense(tensor);
  if (dense === null || dense.dtype === 'string' || dense.dtype.startsWith('complex')) return null;
  return { dtype: dense.dtype, dims: dense.dims, values: Array.from(toNumbers(dense)) };
}

/** A small tensor in memory, else null. */
export function smallDense(tensor: Tensor): DenseTensor | null {
  if (storedByteLength(tensor) > MOST_BYTES || !isSmall(tensor.dims)) return null;
  try {
    return tensorAtHand(tensor);
  } catch (error) {
    // Data that does not match its dimensions is the checker's to tell; here it is merely not known.
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** All elements as numbers, or null. */
export function numbersOf(elements: Elements | null): number[] | null {
  if (elements === null) return null;
  return elements.values.every((v) => typeof v === 'number') ? (elements.values as number[]).slice() : null;
}

const CONTAINED: ReadonlySet<DType> = new Set<DType>([
  'float',
  'double',
  'int8',
  'uint8',
  'int16',
  'uint16',
  'int32',
  'uint32',
  'int64',
  'uint64',
  'bool',
]);

/** The tensor in memory when all elements are numbers that its type holds exactly, else null. */
export function denseOf(elements: Elements): DenseTensor | null {
  const { dtype, dims } = elements;
  const numbers = numbersOf(elements);
  if (!numbers || !CONTAINED.has(dtype)) return null;
  const wide = dtype === 'int64' || dtype === 'uint64';
  if (wide && !numbers.every(Number.isSafeInteger)) return null;
  const values = elementArray(dtype, numbers.length) as Float64Array & BigInt64Array;
  numbers.forEach((n, i) => ((values as unknown as (number | bigint)[])[i] = wide ? BigInt(n) : n));
  return { dtype, dims, values };
}

export function sameElements(a: Elements | null, b: Elements | null): boolean {
  if (a === b) return true;
  if (!a || !b || a.dtype !== b.dtype || a.values.length !== b.values.length) return false;
  return (
    a.dims.length === b.dims.length &&
    a.dims.every((d, i) => d === b.dims[i]) &&
    a.values.every((v, i) => v === b.values[i])
  );
}
