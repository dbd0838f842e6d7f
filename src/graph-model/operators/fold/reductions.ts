/** Shapes, counters and reductions. */
import { getInt, getInts, getTensor } from '../../core/attributes.ts';
import { elementCount, int64Tensor, tensorAtHand, type DenseTensor } from '../../core/tensor.ts';
import { dtypeOfCode, type DType } from '../../core/types.ts';
import {
  axisOf,
  coordinates,
  fill,
  integersOf,
  isBig,
  isFloat,
  make,
  need,
  numbersOf,
  pick,
  scalarsOf,
  stridesOf,
  type Scalar,
} from './elements.ts';
import type { KernelInputs, Kernels } from './kernel.ts';

const int64 = (values: readonly number[], dims?: readonly number[]): DenseTensor =>
  tensorAtHand(int64Tensor(values, dims))!;

function shape(k: KernelInputs): DenseTensor {
  const { dims } = k.input(0);
  const clamp = (v: number) => Math.max(0, Math.min(dims.length, v < 0 ? v + dims.length : v));
  return int64(dims.slice(clamp(getInt(k.node, 'start', 0)), clamp(getInt(k.node, 'end', dims.length))));
}

function range(k: KernelInputs): DenseTensor {
  const [start, limit, delta] = [k.input(0), k.input(1), k.input(2)];
  const [a, b, d] = [start, limit, delta].map((t) => numbersOf(t)[0]!) as [number, number, number];
  need(d !== 0 && [a, b, d].every(Number.isFinite));
  const count = Math.max(0, Math.ceil((b - a) / d));
  if (isBig(start.dtype)) {
    const [from, step] = [start.values[0] as bigint, delta.values[0] as bigint];
    return fill(start.dtype, [count], (i) => from + BigInt(i) * step);
  }
  return fill(start.dtype, [count], (i) => a + i * d);
}

function constantOfShape(k: KernelInputs): DenseTensor {
  const tensor = getTensor(k.node, 'value');
  const dims = numbersOf(k.input(0));
  if (!tensor) return make('float', dims);
  const one = tensorAtHand(tensor);
  need(one && one.values.length === 1);
  return pick(one, dims, () => 0);
}

function nonZero(k: KernelInputs): DenseTensor {
  const t = k.input(0);
  const strides = stridesOf(t.dims);
  const found = numbersOf(t).flatMap((v, i) => (v === 0 ? [] : [coordinates(i, t.dims, strides)]));
  return int64(
    t.dims.flatMap((_, d) => found.map((c) => c[d]!)),
    [t.dims.length, found.length],
  );
}

function eyeLike(k: KernelInputs): DenseTensor {
  const t = k.input(0);
  const to = dtypeOfCode(getInt(k.node, 'dtype', 0)) ?? t.dtype;
  const dtype: DType = to === 'undefined' ? t.dtype : to;
  const shift = getInt(k.node, 'k', 0);
  const columns = t.dims[1]!;
  return fill(dtype, t.dims, (i) => (i % columns === Math.floor(i / columns) + shift ? 1 : 0));
}

function oneHot(k: KernelInputs): DenseTensor {
  const [where, values] = [k.input(0), k.input(2)];
  const depth = numbersOf(k.input(1))[0]!;
  const rank = where.dims.length + 1;
  const axis = axisOf(getInt(k.node, 'axis', -1), rank);
  const dims = [...where.dims.slice(0, axis), depth, ...where.dims.slice(axis)];
  const inner = elementCount(where.dims.slice(axis));
  const at = numbersOf(where);
  return pick(values, dims, (i) => {
    const place = Math.floor(i / inner) % depth;
    const index = at[Math.floor(i / (inner * depth)) * inner + (i % inner)]!;
    return (index < 0 ? index + depth : index) === place ? 1 : 0;
  });
}

// ---- reductions

interface Groups {
  readonly dims: readonly number[];
  /** For each output element the flat places it takes in, in order. */
  readonly members: readonly (readonly number[])[];
}

function groups(t: DenseTensor, axes: readonly number[], keep: boolean): Groups {
  const gone = new Set(axes);
  const kept = t.dims.map((d, i) => (gone.has(i) ? 1 : d));
  const [strides, to] = [stridesOf(t.dims), stridesOf(kept)];
  const members = Array.from({ length: elementCount(kept) }, (): number[] => []);
  for (let i = 0; i < t.values.length; i++) {
    const c = coordinates(i, t.dims, strides);
    members[c.reduce((at, v, j) => at + (gone.has(j) ? 0 : v * to[j]!), 0)]!.push(i);
  }
  return { dims: keep ? kept : t.dims.filter((_, i) => !gone.has(i)), members };
}

/** Floating-point sums depend on their order: only minima and maxima of them are computed here. */
function reduce(
  inputSince: number,
  floats: boolean,
  number: (a: number, b: number) => number,
  big: (a: bigint, b: bigint) => bigint,
  start?: number,
) {
  return (k: KernelInputs): readonly DenseTensor[] | null => {
    const t = k.input(0);
    need(floats || !isFloat(t.dtype) || t.values.length <= 64);
    const given = k.version >= inputSince ? integersOf(k.optional(1)) : getInts(k.node, 'axes');
    if (!given?.length && getInt(k.node, 'noop_with_empty_axes', 0) === 1) return [t];
    const axes = given?.length ? given.map((a) => axisOf(a, t.dims.length)) : t.dims.map((_, i) => i);
    const { dims, members } = groups(t, axes, getInt(k.node, 'keepdims', 1) === 1);
    const v = scalarsOf(t);
    need(start !== undefined || members.every((m) => m.length > 0));
    if (isBig(t.dtype))
      return [fill(t.dtype, dims, (i) => members[i]!.map((m) => v[m] as bigint).reduce(big, ...first(start, BigInt)))];
    return [fill(t.dtype, dims, (i) => members[i]!.map((m) => Number(v[m])).reduce(number, ...first(start, Number)))];
  };
}

/** Bigints and numbers start alike; without a start the first element is it. */
function first<T>(start: number | undefined, to: (v: number) => T): [T] {
  return (start === undefined ? [] : [to(start)]) as unknown as [T];
}

function arg(better: (a: number, b: number) => boolean) {
  return (k: KernelInputs): readonly DenseTensor[] => {
    const t = k.input(0);
    const axis = axisOf(getInt(k.node, 'axis', 0), t.dims.length);
    const last = getInt(k.node, 'select_last_index', 0) === 1;
    const { dims, members } = groups(t, [axis], getInt(k.node, 'keepdims', 1) === 1);
    const v = numbersOf(t);
    const best = members.map((m) =>
      m.reduce((b, at, i) => (better(v[at]!, v[m[b]!]!) || (last && v[at] === v[m[b]!]) ? i : b), 0),
    );
    return [int64(best, dims)];
  };
}

function cumulative(k: KernelInputs, combine: (a: Scalar, b: Scalar) => Scalar, start: number): DenseTensor {
  const t = k.input(0);
  const axis = axisOf(numbersOf(k.input(1))[0]!, t.dims.length);
  const [exclusive, reverse] = [getInt(k.node, 'exclusive', 0) === 1, getInt(k.node, 'reverse', 0) === 1];
  const v = scalarsOf(t);
  const out = new Array<Scalar>(v.length);
  for (const line of groups(t, [axis], true).members) {
    let sum: Scalar = isBig(t.dtype) ? BigInt(start) : start;
    for (const at of reverse ? [...line].reverse() : line) {
      const next = combine(sum, v[at]!);
      out[at] = exclusive ? sum : next;
      sum = t.dtype === 'float' ? Math.fround(next as number) : next;
    }
  }
  return fill(t.dtype, t.dims, (i) => out[i]!);
}

function topK(k: KernelInputs): readonly DenseTensor[] {
  const t = k.input(0);
  need(k.version >= 10 && t.dtype !== 'string');
  const count = numbersOf(k.input(1))[0]!;
  const axis = axisOf(getInt(k.node, 'axis', -1), t.dims.length);
  const sign = getInt(k.node, 'largest', 1) === 1 ? -1 : 1;
  const v = scalarsOf(t);
  const dims = t.dims.map((d, i) => (i === axis ? count : d));
  const strides = stridesOf(dims);
  const rank = (a: number, b: number) => (v[a]! < v[b]! ? -sign : v[a]! > v[b]! ? sign : 0);
  const lines = groups(t, [axis], true).members.map((line) =>
    line.map((at, i) => ({ at, i })).sort((a, b) => rank(a.at, b.at) || a.i - b.i),
  );
  const outer = stridesOf(dims.map((d, i) => (i === axis ? 1 : d)));
  const chosen = (i: number) => {
    const c = coordinates(i, dims, strides);
    return lines[c.reduce((at, x, j) => at + (j === axis ? 0 : x * outer[j]!), 0)]![c[axis]!]!;
  };
  const total = elementCount(dims);
  return [
    pick(t, dims, (i) => chosen(i).at),
    int64(
      Array.from({ length: total }, (_, i) => chosen(i).i),
      dims,
    ),
  ];
}

const plus = (a: Scalar, b: Scalar) => ((a as number) + (b as number)) as Scalar;
const times = (a: Scalar, b: Scalar) => ((a as number) * (b as number)) as Scalar;

export const REDUCTION_FOLDS: Kernels = {
  Shape: (k) => [shape(k)],
  Size: (k) => [int64([elementCount(k.input(0).dims)], [])],
  Range: (k) => [range(k)],
  ConstantOfShape: (k) => [constantOfShape(k)],
  NonZero: (k) => [nonZero(k)],
  EyeLike: (k) => [eyeLike(k)],
  OneHot: (k) => [oneHot(k)],
  ReduceSum: reduce(
    13,
    false,
    (a, b) => a + b,
    (a, b) => a + b,
    0,
  ),
  ReduceProd: reduce(
    18,
    false,
    (a, b) => a * b,
    (a, b) => a * b,
    1,
  ),
  ReduceMin: reduce(
    18,
    true,
    (a, b) => Math.min(a, b),
    (a, b) => (a < b ? a : b),
  ),
  ReduceMax: reduce(
    18,
    true,
    (a, b) => Math.max(a, b),
    (a, b) => (a > b ? a : b),
  ),
  ArgMax: arg((a, b) => a > b),
  ArgMin: arg((a, b) => a < b),
  CumSum: (k) => [cumulative(k, plus, 0)],
  CumProd: (k) => [cumulative(k, times, 1)],
  TopK: topK,
};
