/** Arithmetic on known elements: broadcasting, selecting, and what casting does to them. */
import { elementCount } from '../../core/tensor.ts';
import type { Dim, DType } from '../../core/types.ts';
import { compareDims, floorDim, isName, provablyAtLeast } from '../symbolic.ts';
import { isSmall, MOST_ELEMENTS, type Elements } from './elements.ts';

export const isFloatType = (dtype: DType): boolean => /^(float|double|bfloat)/.test(dtype);
export const isIntegerType = (dtype: DType): boolean => /^u?int\d/.test(dtype);

/** The value as the type holds it; null where it does not fit or rounding cannot be told. */
export function fitTo(dtype: DType, value: Dim): Dim {
  if (typeof value !== 'number') return value;
  if (dtype === 'float') return Math.fround(value);
  if (dtype === 'double' || dtype === 'int64' || dtype === 'uint64') return value;
  if (dtype === 'bool') return value === 0 ? 0 : 1;
  if (isFloatType(dtype)) return Number.isInteger(value) && Math.abs(value) <= 8 ? value : null;
  const bits = Number(/\d+/.exec(dtype)?.[0] ?? 0);
  const least = dtype.startsWith('u') ? 0 : -(2 ** (bits - 1));
  const most = dtype.startsWith('u') ? 2 ** bits - 1 : 2 ** (bits - 1) - 1;
  return value >= least && value <= most ? value : null;
}

export function mapElements(a: Elements, dtype: DType, f: (v: Dim) => Dim): Elements {
  return { dtype, dims: a.dims, values: a.values.map((v) => fitTo(dtype, f(v))) };
}

/** The dimensions after broadcasting; null where they do not fit. */
export function broadcastDims(a: readonly number[], b: readonly number[]): number[] | null {
  const rank = Math.max(a.length, b.length);
  const out: number[] = [];
  for (let i = 0; i < rank; i++) {
    const x = a[i - rank + a.length] ?? 1;
    const y = b[i - rank + b.length] ?? 1;
    if (x !== y && x !== 1 && y !== 1) return null;
    out.push(x === 1 ? y : x);
  }
  return out;
}

/** The offsets in a tensor of `dims` of every element of the broadcast shape `out`, in order. */
export function broadcastOffsets(dims: readonly number[], out: readonly number[]): number[] {
  let offsets = [0];
  const strides = stridesOf(dims);
  for (let i = 0; i < out.length; i++) {
    const at = i - out.length + dims.length;
    const stride = at < 0 || dims[at] === 1 ? 0 : strides[at]!;
    offsets = offsets.flatMap((o) => Array.from({ length: out[i]! }, (_, k) => o + k * stride));
  }
  return offsets;
}

export function stridesOf(dims: readonly number[]): number[] {
  const strides = new Array<number>(dims.length).fill(1);
  for (let i = dims.length - 2; i >= 0; i--) strides[i] = strides[i + 1]! * dims[i + 1]!;
  return strides;
}

/** Element by element over broadcast tensors; null where one is not known or the result is too large. */
export function zipElements(
  inputs: readonly (Elements | null)[],
  dtype: DType,
  f: (values: readonly Dim[]) => Dim,
): Elements | null {
  let dims: number[] | null = [];
  for (const e of inputs) {
    if (!e) return null;
    dims = broadcastDims(dims, e.dims);
    if (!dims) return null;
  }
  if (!isSmall(dims)) return null;
  const offsets = inputs.map((e) => broadcastOffsets(e!.dims, dims));
  const values = Array.from({ length: elementCount(dims) }, (_, i) =>
    fitTo(dtype, f(inputs.map((e, k) => e!.values[offsets[k]![i]!]!))),
  );
  return { dtype, dims, values };
}

/** The elements at given offsets, in a new shape. */
export function pick(e: Elements, offsets: readonly number[], dims: readonly number[]): Elements | null {
  if (offsets.length > MOST_ELEMENTS) return null;
  return { dtype: e.dtype, dims, values: offsets.map((o) => e.values[o] ?? null) };
}

/** The offsets that `index` along each axis names: the Cartesian product, in order. */
export function gridOffsets(dims: readonly number[], index: readonly (readonly number[])[]): number[] {
  const strides = stridesOf(dims);
  let offsets = [0];
  index.forEach((along, axis) => {
    offsets = offsets.flatMap((o) => along.map((k) => o + k * strides[axis]!));
  });
  return offsets;
}

export const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

/** What Cast does to one element. Symbolic fractions are floored: they stand for lengths, which are not negative. */
export function castElement(from: DType, to: DType, value: Dim): Dim {
  if (value === null) return null;
  if (to === 'bool') {
    if (typeof value === 'number') return value === 0 ? 0 : 1;
    return compareDims(value, 0) === 1 ? 1 : null;
  }
  if (isFloatType(from) && isIntegerType(to)) {
    if (typeof value === 'number') return Number.isFinite(value) ? Math.trunc(value) : null;
    return isName(value) ? value : floorDim(value);
  }
  return value;
}

/** 1, 0, or null where the order cannot be told. */
export function compareElement(test: (order: -1 | 0 | 1) => boolean, a: Dim, b: Dim): Dim {
  const order = compareDims(a, b);
  if (order !== null) return test(order) ? 1 : 0;
  // a ≥ b or a ≤ b is known, which one of the two it is may not matter.
  if (provablyAtLeast(a, b) && test(0) === test(1)) return test(0) ? 1 : 0;
  if (provablyAtLeast(b, a) && test(0) === test(-1)) return test(0) ? 1 : 0;
  return null;
}
