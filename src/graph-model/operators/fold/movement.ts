/** Moving and selecting elements. */
import { getInt, getInts, getString } from '../../core/attributes.ts';
import { permuted } from '../../core/permute.ts';
import { elementCount, type DenseTensor } from '../../core/tensor.ts';
import {
  axisOf,
  broadcastDims,
  broadcastIndex,
  coordinates,
  integersOf,
  isBig,
  make,
  need,
  numbersOf,
  pick,
  scalarsOf,
  stridesOf,
  type Scalar,
} from './elements.ts';
import type { KernelInputs, Kernels } from './kernel.ts';

const reshaped = (t: DenseTensor, dims: readonly number[]): DenseTensor => {
  need(elementCount(dims) === elementCount(t.dims));
  return { ...t, dims };
};

function reshape(k: KernelInputs): DenseTensor {
  const t = k.input(0);
  const wanted = k.version >= 5 ? numbersOf(k.input(1)) : getInts(k.node, 'shape');
  need(wanted);
  const zero = getInt(k.node, 'allowzero', 0) === 1;
  const dims = wanted.map((d, i) => (d === 0 && !zero ? t.dims[i]! : d));
  const open = dims.indexOf(-1);
  if (open >= 0) dims[open] = elementCount(t.dims) / dims.reduce((a, d) => (d === -1 ? a : a * d), 1);
  need(dims.every((d) => Number.isInteger(d) && d >= 0));
  return reshaped(t, dims);
}

/** Axes from an attribute before opset 13, from an input since. */
const axesOf = (k: KernelInputs) => (k.version >= 13 ? integersOf(k.optional(1)) : (getInts(k.node, 'axes') ?? null));

function squeeze(k: KernelInputs): DenseTensor {
  const { dims } = k.input(0);
  const axes = axesOf(k)?.map((a) => axisOf(a, dims.length));
  if (axes) need(axes.every((a) => dims[a] === 1));
  return reshaped(
    k.input(0),
    dims.filter((d, i) => (axes ? !axes.includes(i) : d !== 1)),
  );
}

function unsqueeze(k: KernelInputs): DenseTensor {
  const { dims } = k.input(0);
  const given = axesOf(k);
  need(given);
  const rank = dims.length + given.length;
  const axes = new Set(given.map((a) => axisOf(a, rank)));
  need(axes.size === given.length);
  const rest = [...dims];
  return reshaped(
    k.input(0),
    Array.from({ length: rank }, (_, i) => (axes.has(i) ? 1 : rest.shift()!)),
  );
}

function flatten(k: KernelInputs): DenseTensor {
  const { dims } = k.input(0);
  const axis = getInt(k.node, 'axis', 1);
  const at = axis < 0 ? axis + dims.length : axis;
  return reshaped(k.input(0), [elementCount(dims.slice(0, at)), elementCount(dims.slice(at))]);
}

function transpose(k: KernelInputs): DenseTensor {
  const t = k.input(0);
  const perm = getInts(k.node, 'perm') ?? t.dims.map((_, i) => t.dims.length - 1 - i);
  return permuted(t, perm);
}

interface Cut {
  readonly begin: number;
  readonly step: number;
  readonly count: number;
}

function cutOf(start: number, end: number, step: number, dim: number): Cut {
  const clamp = (v: number, low: number, high: number) => Math.min(Math.max(v < 0 ? v + dim : v, low), high);
  const [begin, stop] =
    step > 0 ? [clamp(start, 0, dim), clamp(end, 0, dim)] : [clamp(start, 0, dim - 1), clamp(end, -1, dim - 1)];
  return { begin, step, count: Math.max(0, Math.ceil((stop - begin) / step)) };
}

function slice(k: KernelInputs): DenseTensor {
  const t = k.input(0);
  const list = (i: number, name: string) =>
    k.version >= 10 ? integersOf(k.optional(i)) : (getInts(k.node, name) ?? null);
  const [starts, ends, axes, steps] = [list(1, 'starts'), list(2, 'ends'), list(3, 'axes'), list(4, 'steps')];
  need(starts && ends);
  const cuts: Cut[] = t.dims.map((d) => ({ begin: 0, step: 1, count: d }));
  starts.forEach((start, i) => {
    const axis = axisOf(axes?.[i] ?? i, t.dims.length);
    need(steps?.[i] !== 0);
    cuts[axis] = cutOf(start, ends[i]!, steps?.[i] ?? 1, t.dims[axis]!);
  });
  const dims = cuts.map((c) => c.count);
  const [from, to] = [stridesOf(t.dims), stridesOf(dims)];
  return pick(t, dims, (i) =>
    coordinates(i, dims, to).reduce((at, c, j) => at + (cuts[j]!.begin + c * cuts[j]!.step) * from[j]!, 0),
  );
}

function concat(k: KernelInputs): DenseTensor {
  const parts = k.all();
  const first = parts[0]!;
  const axis = axisOf(getInt(k.node, 'axis', 1), first.dims.length);
  const ends: number[] = [];
  let total = 0;
  for (const p of parts) ends.push((total += p.dims[axis]!));
  const dims = first.dims.map((d, i) => (i === axis ? total : d));
  const inner = elementCount(dims.slice(axis + 1));
  const out = make(first.dtype, dims);
  const to = out.values as Scalar[];
  for (let i = 0; i < to.length; i++) {
    const at = Math.floor(i / inner) % total;
    const n = ends.findIndex((e) => at < e);
    const own = parts[n]!.dims[axis]!;
    const row = Math.floor(i / (inner * total)) * own + at - (ends[n]! - own);
    to[i] = parts[n]!.values[row * inner + (i % inner)] as Scalar;
  }
  return out;
}

function split(k: KernelInputs): DenseTensor[] {
  const t = k.input(0);
  const axis = axisOf(getInt(k.node, 'axis', 0), t.dims.length);
  const size = t.dims[axis]!;
  const given = k.version >= 13 ? integersOf(k.optional(1)) : (getInts(k.node, 'split') ?? null);
  const count = getInt(k.node, 'num_outputs', k.node.outputs.length);
  const even = Math.ceil(size / count);
  const sizes = given ?? Array.from({ length: count }, (_, i) => Math.max(0, Math.min(even, size - i * even)));
  const inner = elementCount(t.dims.slice(axis + 1));
  let begin = 0;
  return sizes.map((own) => {
    const start = begin;
    begin += own;
    const dims = t.dims.map((d, i) => (i === axis ? own : d));
    return pick(t, dims, (i) => {
      const row = Math.floor(i / (inner * own));
      return (row * size + start) * inner + (i - row * inner * own);
    });
  });
}

const indexIn = (v: number, dim: number) => {
  const at = v < 0 ? v + dim : v;
  need(at >= 0 && at < dim);
  return at;
};

function gather(k: KernelInputs): DenseTensor {
  const [t, where] = [k.input(0), k.input(1)];
  const axis = axisOf(getInt(k.node, 'axis', 0), t.dims.length);
  const size = t.dims[axis]!;
  const at = numbersOf(where).map((v) => indexIn(v, size));
  const inner = elementCount(t.dims.slice(axis + 1));
  const dims = [...t.dims.slice(0, axis), ...where.dims, ...t.dims.slice(axis + 1)];
  return pick(t, dims, (i) => {
    const row = Math.floor(i / inner);
    const outer = Math.floor(row / at.length);
    return (outer * size + at[row % at.length]!) * inner + (i % inner);
  });
}

function gatherElements(k: KernelInputs): DenseTensor {
  const [t, where] = [k.input(0), k.input(1)];
  const axis = axisOf(getInt(k.node, 'axis', 0), t.dims.length);
  const at = numbersOf(where);
  const [from, to] = [stridesOf(t.dims), stridesOf(where.dims)];
  return pick(t, where.dims, (i) =>
    coordinates(i, where.dims, to).reduce(
      (sum, c, j) => sum + (j === axis ? indexIn(at[i]!, t.dims[axis]!) : c) * from[j]!,
      0,
    ),
  );
}

function gatherND(k: KernelInputs): DenseTensor {
  const [t, where] = [k.input(0), k.input(1)];
  const batch = getInt(k.node, 'batch_dims', 0);
  const at = numbersOf(where);
  const depth = where.dims.at(-1)!;
  const dims = [...where.dims.slice(0, -1), ...t.dims.slice(batch + depth)];
  const inner = elementCount(t.dims.slice(batch + depth));
  const strides = stridesOf(t.dims);
  const perBatch = elementCount(where.dims.slice(batch, -1));
  const whole = elementCount(t.dims.slice(batch));
  return pick(t, dims, (i) => {
    const row = Math.floor(i / inner);
    let sum = Math.floor(row / perBatch) * whole + (i % inner);
    for (let d = 0; d < depth; d++) sum += indexIn(at[row * depth + d]!, t.dims[batch + d]!) * strides[batch + d]!;
    return sum;
  });
}

function reduction(name: string, big: boolean): (a: Scalar, b: Scalar) => Scalar {
  if (name === 'none') return (_, b) => b;
  const of: Record<string, (a: number, b: number) => number> = {
    add: (a, b) => a + b,
    mul: (a, b) => a * b,
    min: Math.min,
    max: Math.max,
  };
  const bigs: Record<string, (a: bigint, b: bigint) => bigint> = {
    add: (a, b) => a + b,
    mul: (a, b) => a * b,
    min: (a, b) => (a < b ? a : b),
    max: (a, b) => (a > b ? a : b),
  };
  need(of[name]);
  return (big ? bigs[name] : of[name]) as (a: Scalar, b: Scalar) => Scalar;
}

/** A copy of `t` in which `updates` are put (or added …) at flat places. */
function scattered(t: DenseTensor, updates: DenseTensor, mode: string, place: (i: number) => number): DenseTensor {
  const out = pick(t, t.dims, (i) => i);
  const to = out.values as Scalar[];
  // Types whose elements are bit patterns can be put, not combined.
  need(mode === 'none' || isBig(t.dtype) || scalarsOf(t) === t.values);
  const combine = reduction(mode, isBig(t.dtype));
  for (let i = 0; i < updates.values.length; i++) {
    const at = place(i);
    to[at] = combine(to[at]!, updates.values[i] as Scalar);
  }
  return out;
}

function scatterElements(k: KernelInputs): DenseTensor {
  const [t, where, updates] = [k.input(0), k.input(1), k.input(2)];
  const axis = axisOf(getInt(k.node, 'axis', 0), t.dims.length);
  const at = numbersOf(where);
  const [from, to] = [stridesOf(t.dims), stridesOf(where.dims)];
  return scattered(t, updates, getString(k.node, 'reduction', 'none'), (i) =>
    coordinates(i, where.dims, to).reduce(
      (sum, c, j) => sum + (j === axis ? indexIn(at[i]!, t.dims[axis]!) : c) * from[j]!,
      0,
    ),
  );
}

function scatterND(k: KernelInputs): DenseTensor {
  const [t, where, updates] = [k.input(0), k.input(1), k.input(2)];
  const at = numbersOf(where);
  const depth = where.dims.at(-1)!;
  const inner = elementCount(t.dims.slice(depth));
  const strides = stridesOf(t.dims);
  return scattered(t, updates, getString(k.node, 'reduction', 'none'), (i) => {
    const row = Math.floor(i / inner);
    let sum = i % inner;
    for (let d = 0; d < depth; d++) sum += indexIn(at[row * depth + d]!, t.dims[d]!) * strides[d]!;
    return sum;
  });
}

function expand(k: KernelInputs): DenseTensor {
  const t = k.input(0);
  const dims = broadcastDims([t.dims, numbersOf(k.input(1))]);
  return pick(t, dims, broadcastIndex(t.dims, dims));
}

function tile(k: KernelInputs): DenseTensor {
  const t = k.input(0);
  const dims = numbersOf(k.input(1)).map((r, i) => r * t.dims[i]!);
  const [from, to] = [stridesOf(t.dims), stridesOf(dims)];
  return pick(t, dims, (i) => coordinates(i, dims, to).reduce((at, c, j) => at + (c % t.dims[j]!) * from[j]!, 0));
}

function trilu(k: KernelInputs): DenseTensor {
  const t = k.input(0);
  const shift = integersOf(k.optional(1))?.[0] ?? 0;
  const upper = getInt(k.node, 'upper', 1) === 1;
  const [rows, columns] = [t.dims.at(-2)!, t.dims.at(-1)!];
  return pick(t, t.dims, (i) => {
    const [r, c] = [Math.floor(i / columns) % rows, i % columns];
    return (upper ? c >= r + shift : c <= r + shift) ? i : -1;
  });
}

/** The element that stands for one outside; -1: the fill value. */
function within(i: number, size: number, mode: string): number {
  if (i >= 0 && i < size) return i;
  need(size > 0 || mode === 'constant');
  if (mode === 'edge') return i < 0 ? 0 : size - 1;
  if (mode === 'wrap') return ((i % size) + size) % size;
  if (mode !== 'reflect') return -1;
  const period = 2 * (size - 1);
  need(period > 0);
  const at = ((i % period) + period) % period;
  return at < size ? at : period - at;
}

function pad(k: KernelInputs): DenseTensor | null {
  if (k.version < 11) return null;
  const t = k.input(0);
  const rank = t.dims.length;
  const pads = numbersOf(k.input(1));
  const axes = (integersOf(k.optional(3)) ?? t.dims.map((_, i) => i)).map((a) => axisOf(a, rank));
  const mode = getString(k.node, 'mode', 'constant');
  need(pads.length === 2 * axes.length);
  const before = new Array<number>(rank).fill(0);
  const dims = [...t.dims];
  axes.forEach((a, i) => {
    before[a] = pads[i]!;
    dims[a]! += pads[i]! + pads[axes.length + i]!;
  });
  const [from, to] = [stridesOf(t.dims), stridesOf(dims)];
  const value = k.optional(2)?.values[0] as Scalar | undefined;
  const place = (i: number) => {
    let at = 0;
    for (const [j, c] of coordinates(i, dims, to).entries()) {
      const own = within(c - before[j]!, t.dims[j]!, mode);
      if (own < 0) return -1;
      at += own * from[j]!;
    }
    return at;
  };
  return pick(t, dims, place, value);
}

function compress(k: KernelInputs): DenseTensor {
  const t = k.input(0);
  const kept = numbersOf(k.input(1)).flatMap((v, i) => (v ? [i] : []));
  const given = getInt(k.node, 'axis');
  if (given === undefined) return pick(t, [kept.length], (i) => kept[i]!);
  const axis = axisOf(given, t.dims.length);
  const inner = elementCount(t.dims.slice(axis + 1));
  const dims = t.dims.map((d, i) => (i === axis ? kept.length : d));
  return pick(t, dims, (i) => {
    const row = Math.floor(i / inner);
    const outer = Math.floor(row / kept.length);
    return (outer * t.dims[axis]! + kept[row % kept.length]!) * inner + (i % inner);
  });
}

export const MOVEMENT_FOLDS: Kernels = {
  Identity: (k) => [k.input(0)],
  Reshape: (k) => [reshape(k)],
  Squeeze: (k) => [squeeze(k)],
  Unsqueeze: (k) => [unsqueeze(k)],
  Flatten: (k) => [flatten(k)],
  Transpose: (k) => [transpose(k)],
  Slice: (k) => [slice(k)],
  Concat: (k) => [concat(k)],
  Split: split,
  Gather: (k) => [gather(k)],
  GatherElements: (k) => [gatherElements(k)],
  GatherND: (k) => [gatherND(k)],
  ScatterElements: (k) => [scatterElements(k)],
  Scatter: (k) => [scatterElements(k)],
  ScatterND: (k) => [scatterND(k)],
  Expand: (k) => [expand(k)],
  Tile: (k) => (k.version >= 6 ? [tile(k)] : null),
  Trilu: (k) => [trilu(k)],
  Pad: (k) => {
    const out = pad(k);
    return out && [out];
  },
  Compress: (k) => [compress(k)],
};
