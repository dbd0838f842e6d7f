/** Elements as JavaScript numbers, bigints or strings, and back with the rounding of their type. */
import { smallFloatBits, smallFloatDecoder } from '../../core/small-float.ts';
import { elementArray, elementCount, type DenseTensor, type Elements } from '../../core/tensor.ts';
import type { DType } from '../../core/types.ts';

/** 64-bit integers are bigints, strings strings, all else numbers (bool: 0 and 1). */
export type Scalar = number | bigint | string;

/** Elements that a kernel may make at most: folding is for small things. */
export const MOST_ELEMENTS = 2 ** 20;

/** Not for these inputs: the runtime may still do it. */
export class NotFoldable extends Error {}

/** Leaves the kernel where a condition does not hold. */
export function need(condition: unknown): asserts condition {
  if (!condition) throw new NotFoldable();
}

export const isBig = (dtype: DType) => dtype === 'int64' || dtype === 'uint64';
export const isFloat = (dtype: DType) => /^(float|double|bfloat16)/.test(dtype);
export const isInteger = (dtype: DType) => /^u?int/.test(dtype);

/** The elements one by one, decoded. Complex numbers are not for kernels. */
export function scalarsOf(t: DenseTensor): ArrayLike<Scalar> {
  need(!t.dtype.startsWith('complex'));
  const decode = smallFloatDecoder(t.dtype);
  return decode ? Array.from(t.values as ArrayLike<number>, decode) : (t.values as ArrayLike<Scalar>);
}

export function numbersOf(t: DenseTensor): number[] {
  need(t.dtype !== 'string');
  return Array.from(scalarsOf(t), Number);
}

/** int64 indices, axes and shapes as numbers. */
export function integersOf(t: DenseTensor | null | undefined): number[] | null {
  return t ? numbersOf(t) : null;
}

/** A zero-filled tensor; leaves the kernel when it would be too large. */
export function make(
  dtype: DType,
  dims: readonly number[],
): { dtype: DType; dims: readonly number[]; values: Elements } {
  const count = elementCount(dims);
  need(dims.every((d) => d >= 0) && count <= MOST_ELEMENTS && !dtype.startsWith('complex') && dtype !== 'undefined');
  return { dtype, dims, values: elementArray(dtype, count) };
}

/** A tensor from elements computed one by one; numbers are rounded to the dtype as a store of that type rounds. */
export function fill(dtype: DType, dims: readonly number[], at: (i: number) => Scalar): DenseTensor {
  const t = make(dtype, dims);
  const values = t.values as Scalar[];
  const count = values.length;
  const small = smallFloatDecoder(dtype) !== null;
  if (small) for (let i = 0; i < count; i++) values[i] = smallFloatBits(dtype, rounded(dtype, Number(at(i))))!;
  else if (isBig(dtype)) for (let i = 0; i < count; i++) values[i] = bigOf(at(i));
  else if (dtype === 'int4' || dtype === 'int2')
    for (let i = 0; i < count; i++) values[i] = signed(Number(at(i)), dtype);
  else if (dtype === 'uint4' || dtype === 'uint2')
    for (let i = 0; i < count; i++) values[i] = Number(at(i)) & (dtype === 'uint4' ? 15 : 3);
  else for (let i = 0; i < count; i++) values[i] = at(i);
  return t;
}

const signed = (v: number, dtype: DType) => (dtype === 'int4' ? (v << 28) >> 28 : (v << 30) >> 30);
const bigOf = (v: Scalar) => (typeof v === 'bigint' ? v : BigInt(Math.trunc(Number(v))));
/** Numbers reach the 8-bit types by way of float32 in every runtime. */
const rounded = (dtype: DType, v: number) => (dtype === 'float16' ? v : Math.fround(v));

/** Elements of `t` picked by flat index, -1 for `otherwise` (default: zero); any dtype but complex, bits untouched. */
export function pick(
  t: DenseTensor,
  dims: readonly number[],
  index: (i: number) => number,
  otherwise?: Scalar,
): DenseTensor {
  const out = make(t.dtype, dims);
  const [to, from] = [out.values as Scalar[], t.values as ArrayLike<Scalar>];
  for (let i = 0; i < to.length; i++) {
    const at = index(i);
    if (at >= 0) to[i] = from[at]!;
    else if (otherwise !== undefined) to[i] = otherwise;
  }
  return out;
}

export function stridesOf(dims: readonly number[]): number[] {
  const strides = new Array<number>(dims.length).fill(1);
  for (let i = dims.length - 2; i >= 0; i--) strides[i] = strides[i + 1]! * dims[i + 1]!;
  return strides;
}

/** The coordinates of a flat index. */
export function coordinates(i: number, dims: readonly number[], strides: readonly number[]): number[] {
  return strides.map((s, k) => Math.floor(i / s) % dims[k]!);
}

export function axisOf(axis: number, rank: number): number {
  const a = axis < 0 ? axis + rank : axis;
  need(a >= 0 && a < Math.max(rank, 1));
  return a;
}

export function broadcastDims(lists: readonly (readonly number[])[]): number[] {
  const rank = Math.max(...lists.map((d) => d.length));
  return Array.from({ length: rank }, (_, k) => {
    let dim = 1;
    for (const dims of lists) {
      const d = dims[dims.length - rank + k] ?? 1;
      if (d === 1 || d === dim) continue;
      need(dim === 1);
      dim = d;
    }
    return dim;
  });
}

/** Flat index in a tensor of `dims` for each flat index of the shape it is broadcast to. */
export function broadcastIndex(dims: readonly number[], to: readonly number[]): (i: number) => number {
  if (elementCount(dims) === 1) return () => 0;
  if (dims.length === to.length && dims.every((d, i) => d === to[i])) return (i) => i;
  const [own, outer] = [stridesOf(dims), stridesOf(to)];
  const shift = to.length - dims.length;
  const steps = to.map((d, k) => (k < shift || dims[k - shift] === 1 ? 0 : own[k - shift]!));
  return (i) => {
    let at = 0;
    for (let k = 0; k < to.length; k++) if (steps[k]) at += (Math.floor(i / outer[k]!) % to[k]!) * steps[k]!;
    return at;
  };
}
