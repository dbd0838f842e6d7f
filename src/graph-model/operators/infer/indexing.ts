/** Operators that select or place elements: Slice, Gather, Scatter, Pad, NonZero, TopK … */
import { isStatic } from '../../core/dims.ts';
import type { Dim, Shape } from '../../core/types.ts';
import { addDim, ceilDivDim, compareDims, maxDim, minDim, mulDim, provablyAtLeast, subDim } from '../symbolic.ts';
import type { InferRule, NodeContext } from './context.ts';
import { isSmall, type Elements } from './elements.ts';
import { likeInput } from './elementwise.ts';
import { withTraits, type Rows } from './row.ts';
import { gridOffsets, pick, upTo } from './values.ts';

// ---- Slice

interface Cut {
  readonly start: Dim;
  readonly end: Dim;
  readonly step: Dim;
}

const FAR = 2 ** 31 - 1;

const slice: InferRule = (c) => {
  const shape = c.shape(0);
  if (!shape) return c.setTensor(0, c.dtype(0), null);
  const cuts = sliceCuts(c, shape.length);
  if (!cuts)
    return c.setTensor(
      0,
      c.dtype(0),
      shape.map(() => null),
    );
  const out = shape.map((d, i) => (cuts[i] ? cutLength(d, cuts[i]) : d));
  c.setTensor(0, c.dtype(0), out, slicedElements(c.elements(0), cuts));
};

/** The cut along each axis, undefined where it is left whole; null where the axes are not known. */
function sliceCuts(c: NodeContext, rank: number): (Cut | undefined)[] | null {
  const old = c.version < 10;
  const starts: readonly Dim[] | undefined = old ? c.ints('starts') : c.elements(1)?.values;
  const ends: readonly Dim[] | undefined = old ? c.ints('ends') : c.elements(2)?.values;
  const given = old ? c.ints('axes') : c.has(3) ? c.numbers(3) : undefined;
  const steps = old ? undefined : c.has(4) ? (c.elements(4)?.values ?? null) : undefined;
  if (given === null) return null;
  const count = starts?.length ?? ends?.length ?? given?.length ?? lengthOf(c, 1);
  if (count === null) return null;
  const cuts = new Array<Cut | undefined>(rank).fill(undefined);
  for (const i of upTo(count)) {
    const axis = c.axis(given?.[i] ?? i, rank);
    if (axis !== null)
      cuts[axis] = {
        start: starts?.[i] ?? null,
        end: ends?.[i] ?? null,
        step: steps === undefined ? 1 : (steps?.[i] ?? null),
      };
  }
  return cuts;
}

function lengthOf(c: NodeContext, i: number): number | null {
  const d = c.dim(i, 0);
  return typeof d === 'number' && d <= 64 ? d : null;
}

/** How many elements a cut leaves of a length. */
function cutLength(length: Dim, { start, end, step }: Cut): Dim {
  if (typeof step !== 'number' || step === 0) return null;
  const toEnd = typeof end === 'number' && end >= FAR;
  if (step > 0 && toEnd && typeof start === 'number' && start < 0) return ceilDivDim(minDim(length, -start), step);
  if (step > 0) return span(position(start, length), position(end, length), step, length);
  return backwards(start, end, step, length);
}

function span(from: Dim, to: Dim, step: number, length: Dim): Dim {
  if (from === 0 && to === length && step === 1) return length;
  return maxDim(ceilDivDim(subDim(to, from), step), 0);
}

/** Where a start or end lies in 0..length. Negative ones count from the end. */
function position(at: Dim, length: Dim): Dim {
  if (at === null || length === null) return at === 0 ? 0 : at !== null && at === FAR ? length : null;
  if (typeof at === 'number' && at >= FAR) return length;
  if (isNegative(at)) return maxDim(addDim(length, at), 0);
  return minDim(at, length);
}

/** Expressions are read as lengths (not negative) unless they are the opposite of one. */
function isNegative(at: Dim): boolean {
  if (typeof at === 'number') return at < 0;
  return compareDims(at, 0) === -1 || (provablyAtLeast(0, at) && !provablyAtLeast(at, 0));
}

/** A negative step: the usual case is the whole axis reversed. */
function backwards(start: Dim, end: Dim, step: number, length: Dim): Dim {
  if (typeof start !== 'number' || typeof end !== 'number') return null;
  if (typeof length !== 'number') {
    const whole = (start === -1 || start >= FAR) && end <= -FAR;
    return whole ? ceilDivDim(length, -step) : null;
  }
  const from = Math.min(start < 0 ? start + length : start, length - 1);
  const to = Math.max(end < 0 ? end + length : end, -1);
  return Math.max(0, Math.ceil((from - to) / -step));
}

function slicedElements(e: Elements | null, cuts: readonly (Cut | undefined)[]): Elements | null {
  if (!e) return null;
  const index: number[][] = [];
  for (const [axis, d] of e.dims.entries()) {
    const along = cutIndex(d, cuts[axis]);
    if (!along) return null;
    index.push(along);
  }
  return pick(
    e,
    gridOffsets(e.dims, index),
    index.map((i) => i.length),
  );
}

function cutIndex(length: number, cut: Cut | undefined): number[] | null {
  if (!cut) return upTo(length);
  const { start, end, step } = cut;
  if (typeof start !== 'number' || typeof end !== 'number' || typeof step !== 'number') return null;
  const count = cutLength(length, cut);
  const first =
    step > 0 ? (position(start, length) as number) : Math.min(start < 0 ? start + length : start, length - 1);
  return upTo(count as number).map((i) => first + i * step);
}

// ---- Gather

const gather: InferRule = (c) => {
  const [data, indices] = [c.shape(0), c.shape(1)];
  if (!data || !indices) return c.setTensor(0, c.dtype(0), null);
  const axis = c.axis(c.int('axis', 0), data.length);
  if (axis === null) return c.setTensor(0, c.dtype(0), null);
  const out = [...data.slice(0, axis), ...indices, ...data.slice(axis + 1)];
  c.setTensor(0, c.dtype(0), out, gathered(c, axis, out));
};

function gathered(c: NodeContext, axis: number, out: Shape): Elements | null {
  const e = c.elements(0);
  const at = e && c.elements(1);
  if (!e || !at || !isStatic(out) || !isSmall(out)) return null;
  const length = e.dims[axis]!;
  const along = at.values.map((v) => (typeof v === 'number' ? (v < 0 ? v + length : v) : NaN));
  if (along.some((k) => !(k >= 0 && k < length))) return null;
  return pick(
    e,
    gridOffsets(
      e.dims,
      e.dims.map((d, i) => (i === axis ? along : upTo(d))),
    ),
    out,
  );
}

const gatherElements: InferRule = (c) => c.setTensor(0, c.dtype(0), c.shape(1));

const gatherND: InferRule = (c) => {
  const [data, indices] = [c.shape(0), c.shape(1)];
  const tuple = indices?.at(-1);
  if (!data || !indices || typeof tuple !== 'number') return c.setTensor(0, c.dtype(0), null);
  const batch = c.int('batch_dims', 0);
  c.setTensor(0, c.dtype(0), [...indices.slice(0, -1), ...data.slice(batch + tuple)]);
};

const compress: InferRule = (c) => {
  const shape = c.shape(0);
  const axis = c.optionalInt('axis');
  const picked = c.numbers(1);
  const count = picked ? picked.filter((v) => v !== 0).length : null;
  if (axis === undefined) return c.setTensor(0, c.dtype(0), [count]);
  const at = shape && c.axis(axis, shape.length);
  c.setTensor(0, c.dtype(0), shape && shape.map((d, i) => (i === at ? count : d)));
};

// ---- Pad, crop

const pad: InferRule = (c) => {
  const shape = c.shape(0);
  if (!shape) return c.setTensor(0, c.dtype(0), null);
  const pads = padsOf(c);
  const axes = c.has(3) ? c.numbers(3) : upTo(shape.length);
  if (!pads || !axes)
    return c.setTensor(
      0,
      c.dtype(0),
      shape.map(() => null),
    );
  const out: Dim[] = [...shape];
  axes.forEach((raw, i) => {
    const a = c.axis(raw, shape.length);
    if (a !== null) out[a] = addDim(addDim(out[a]!, pads[i] ?? null), pads[i + axes.length] ?? null);
  });
  c.setTensor(0, c.dtype(0), out);
};

function padsOf(c: NodeContext): readonly Dim[] | null {
  if (c.version < 2) return c.ints('paddings') ?? null;
  if (c.version < 11) return c.ints('pads') ?? null;
  return c.elements(1)?.values ?? null;
}

const centerCropPad: InferRule = (c) => {
  const shape = c.shape(0);
  const target = c.elements(1)?.values;
  if (!shape) return c.setTensor(0, c.dtype(0), null);
  const axes = c.ints('axes')?.map((a) => c.axis(a, shape.length)) ?? upTo(shape.length);
  c.setTensor(
    0,
    c.dtype(0),
    shape.map((d, i) => (axes.includes(i) ? (target?.[axes.indexOf(i)] ?? null) : d)),
  );
};

// ---- counting and ordering

const nonZero: InferRule = (c) => {
  const e = c.numbers(0);
  const dims = c.elements(0)?.dims;
  const found = e?.flatMap((v, i) => (v !== 0 ? [i] : []));
  const flat = found && dims?.length === 1;
  const elements: Elements | null = flat ? { dtype: 'int64', dims: [1, found.length], values: found } : null;
  c.setTensor(0, 'int64', [c.rank(0), found?.length ?? null], elements);
};

const topK: InferRule = (c) => {
  const shape = c.shape(0);
  const k: Dim = c.version < 10 ? c.int('k', 0) : (c.elements(1)?.values[0] ?? null);
  const axis = shape && c.axis(c.int('axis', -1), shape.length);
  const out = shape && shape.map((d, i) => (i === axis ? k : d));
  c.setTensor(0, c.dtype(0), out);
  c.setTensor(1, 'int64', out);
};

const unique: InferRule = (c) => {
  const shape = c.shape(0);
  const axis = c.optionalInt('axis');
  const length = c.fresh();
  const at = axis === undefined || !shape ? null : c.axis(axis, shape.length);
  c.setTensor(0, c.dtype(0), axis === undefined ? [length] : shape && shape.map((d, i) => (i === at ? length : d)));
  c.setTensor(1, 'int64', [length]);
  c.setTensor(2, 'int64', [
    axis === undefined
      ? shape
        ? shape.reduce<Dim>((p, d) => mulDim(p, d), 1)
        : null
      : at === null
        ? null
        : shape![at]!,
  ]);
  c.setTensor(3, 'int64', [length]);
};

const nonMaxSuppression: InferRule = (c) => c.setTensor(0, 'int64', [null, 3]);

const oneHot: InferRule = (c) => {
  const shape = c.shape(0);
  const depth = c.elements(1)?.values[0] ?? null;
  if (!shape) return c.setTensor(0, c.dtype(2), null);
  const raw = c.int('axis', -1);
  const axis = c.axis(raw, shape.length + 1);
  c.setTensor(0, c.dtype(2), axis === null ? null : [...shape.slice(0, axis), depth, ...shape.slice(axis)]);
};

export const INDEXING: Rows = {
  ...withTraits(['data-movement'], {
    Slice: slice,
    Gather: gather,
    GatherElements: gatherElements,
    GatherND: gatherND,
    Compress: compress,
    Pad: pad,
    CenterCropPad: centerCropPad,
    Scatter: likeInput(),
    ScatterElements: likeInput(),
    ScatterND: likeInput(),
    TensorScatter: likeInput(),
    ReverseSequence: likeInput(),
    Trilu: likeInput(),
  }),
  NonZero: { infer: nonZero },
  TopK: { infer: topK },
  Unique: { infer: unique },
  NonMaxSuppression: { infer: nonMaxSuppression },
  OneHot: { infer: oneHot },
  ...withTraits([], { CumSum: likeInput(), CumProd: likeInput() }),
};
