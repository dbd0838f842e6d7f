/** Inputs that were attributes once, where they are computed: the work is done with computed slices instead. */
import { getInt } from '../core/attributes.ts';
import type { ValueId } from '../core/model.ts';
import { int64Tensor } from '../core/tensor.ts';
import type { Step } from './step.ts';

const NO_SLICE = 'its bounds are computed, and slices with computed bounds came with opset 10';

/** What is done before and after sums over one axis after another, so that they come to the same as one over all. */
const IN_TURN: Readonly<Record<string, { readonly op: string; readonly first?: string; readonly last?: string }>> = {
  ReduceL1: { op: 'ReduceSum', first: 'Abs' },
  ReduceL2: { op: 'ReduceSum', first: 'Square', last: 'Sqrt' },
  ReduceSumSquare: { op: 'ReduceSum', first: 'Square' },
  ReduceLogSum: { op: 'ReduceSum', last: 'Log' },
};

/**
 * A reduction over axes that are computed: every axis is reduced, the result put behind the original, and what the axes
 * ask for cut out of the two. Needs the rank.
 */
export function reduceComputed(s: Step): string | void {
  const rank = s.rank(0);
  if (rank === null) return 'its axes are computed, and the rank of its input is not known';
  if (s.opset < 10) return 'its axes are computed, and there they are an attribute';
  const plan = IN_TURN[s.node.op] ?? { op: s.node.op };
  const noop = getInt(s.node, 'noop_with_empty_axes', 0) === 1;
  if (noop && (plan.first || plan.last)) return 'its axes are computed, and without any it does nothing';
  const keep = getInt(s.node, 'keepdims', 1) === 1;
  const hits = axesHit(s, rank, noop);
  let value = applied(s, plan.first, s.input(0)!);
  for (let axis = 0; axis < rank; axis++) {
    const reduced = s.reduce(plan.op, value, [axis], 1);
    const length = s.slice(s.add('Shape', [value]), 0, axis, axis + 1);
    const both = s.add('Concat', [value, reduced], { axis });
    const begin = s.add('Mul', [hits[axis]!, length]);
    value = s.add('Slice', [both, begin, s.add('Add', [hits[axis]!, length]), s.int64([axis])]);
  }
  value = applied(s, plan.last, value);
  s.replaceBy(keep || rank === 0 ? value : withoutAxes(s, value, hits));
}

function applied(s: Step, op: string | undefined, value: ValueId): ValueId {
  return op === undefined ? value : op === 'Square' ? s.add('Mul', [value, value]) : s.add(op, [value]);
}

/** For every axis an int64 vector of one element: 1 where it is among the axes (or where there are none), else 0. */
function axesHit(s: Step, rank: number, noop: boolean): ValueId[] {
  const size = s.int64([rank]);
  const axes = s.add('Mod', [s.add('Add', [s.input(1), size]), size]);
  const empty = s.cast(s.add('Equal', [s.add('Size', [s.input(1)]), s.int64([0], [])]), 'int64');
  return Array.from({ length: rank }, (_, axis) => {
    const found = s.cast(s.add('Equal', [axes, s.int64([axis])]), 'int64');
    const times = s.add('ReduceSum', [found], { keepdims: 1 });
    return s.cast(s.cast(noop ? times : s.add('Add', [times, empty]), 'bool'), 'int64');
  });
}

function withoutAxes(s: Step, value: ValueId, hits: readonly ValueId[]): ValueId {
  const all = hits.length === 1 ? hits[0]! : s.add('Concat', hits, { axis: 0 });
  const kept = s.add('Not', [s.cast(all, 'bool')]);
  const shape = s.add('Compress', [s.add('Shape', [value]), kept], { axis: 0 });
  return s.add('Reshape', [value, shape], s.opset >= 14 ? { allowzero: 1 } : {});
}

/** A split at computed places, as one slice for each part. */
export function splitComputed(s: Step): string | void {
  if (s.opset < 10) return NO_SLICE;
  const axis = s.int64([getInt(s.node, 'axis', 0)]);
  let from = s.int64([0]);
  const parts = s.node.outputs.map((_, i) => {
    const to = s.add('Add', [from, s.slice(s.input(1), 0, i, i + 1)]);
    const part = s.add('Slice', [s.input(0), from, to, axis]);
    from = to;
    return part;
  });
  s.replaceAll(parts);
}

/** Sizes of equal parts, the last one smaller, of a length that only the run tells. */
export function evenSizes(s: Step, parts: number): ValueId {
  const axis = getInt(s.node, 'axis', 0);
  const shape = s.add('Shape', [s.input(0)]);
  const length = s.slice(shape, 0, axis, axis === -1 ? 2 ** 31 : axis + 1);
  const size = s.add('Div', [s.add('Add', [length, s.int64([parts - 1])]), s.int64([parts])]);
  const zero = s.int64([0]);
  const sizes = Array.from({ length: parts }, (_, i) => {
    const left = s.add('Sub', [length, s.add('Mul', [size, s.int64([i])])]);
    return s.add('Max', [s.add('Min', [size, left]), zero]);
  });
  return s.add('Concat', sizes, { axis: 0 });
}

/** The last of equal extremes: the first one of the reversed input, counted from the end. */
export function lastIndex(s: Step): string | void {
  if (getInt(s.node, 'select_last_index', 0) === 0) return;
  const given = getInt(s.node, 'axis', 0);
  const rank = s.rank(0);
  if (given < 0 && rank === null) return 'its axis is negative and the rank is not known';
  const axis = given < 0 ? given + rank! : given;
  const turned = s.slice(s.input(0), axis, -1, -(2 ** 53), -1);
  const first = s.add(s.node.op, [turned], { axis, keepdims: getInt(s.node, 'keepdims', 1) });
  const length = s.add('Gather', [s.add('Shape', [s.input(0)]), s.int64([axis], [])], { axis: 0 });
  s.replaceBy(s.add('Sub', [s.add('Sub', [length, s.int64([1], [])]), first]));
}

/** data[..., indices[...], ...] by the flat place of every element; both shapes must be known. */
export function gatherElements(s: Step): string | void {
  const [data, indices] = [s.dims(0), s.dims(1)];
  if (!isKnown(data) || !isKnown(indices)) return 'the shapes of its inputs are not known';
  const given = getInt(s.node, 'axis', 0);
  const axis = given < 0 ? given + data.length : given;
  const stride = (k: number) => data.slice(k + 1).reduce((a, b) => a * b, 1);
  const count = indices.reduce((a, b) => a * b, 1);
  const base = Array.from({ length: count }, (_, at) => placeOf(at, indices, axis, stride));
  const raw = s.cast(s.input(1), 'int64');
  const positive = s.opset >= 10 ? s.add('Mod', [raw, s.int64([data[axis]!])]) : fromEnd(s, raw, data[axis]!);
  const flat = s.add('Add', [s.add('Mul', [positive, s.int64([stride(axis)])]), s.int64(base, indices)]);
  s.replaceBy(s.add('Gather', [s.add('Reshape', [s.input(0), s.int64([-1])]), flat], { axis: 0 }));
}

/** A negative index counts from the end. */
function fromEnd(s: Step, index: ValueId, length: number): ValueId {
  const negative = s.cast(s.add('Less', [s.cast(index, 'double'), s.scalar('double', 0)]), 'int64');
  return s.add('Add', [index, s.add('Mul', [negative, s.int64([length])])]);
}

function placeOf(at: number, dims: readonly number[], axis: number, stride: (k: number) => number): number {
  let place = 0;
  for (let k = dims.length - 1, left = at; k >= 0; k--) {
    if (k !== axis) place += (left % dims[k]!) * stride(k);
    left = Math.floor(left / dims[k]!);
  }
  return place;
}

const isKnown = (dims: (number | null)[] | null): dims is number[] => dims !== null && !dims.includes(null);

/** Rows of `data`, as many as its first `depth` dimensions make, by flat index; null where the depth is not known. */
function rowIndex(s: Step): { readonly rows: ValueId; readonly index: ValueId; readonly shape: ValueId } | null {
  const dims = s.dims(1);
  const depth = dims?.at(-1) ?? null;
  if (!dims || depth === null) return null;
  const shape = s.add('Shape', [s.input(0)]);
  const lengths = Array.from({ length: depth }, (_, i) => s.add('Gather', [shape, s.int64([i])], { axis: 0 }));
  const strides: ValueId[] = new Array<ValueId>(depth);
  for (let i = depth - 1, stride = s.int64([1]); i >= 0; i--) {
    strides[i] = stride;
    if (i > 0) stride = s.add('Mul', [stride, lengths[i]!]);
  }
  const joined = (list: readonly ValueId[]) => s.add('Concat', list, { axis: 0 });
  const negative = s.cast(s.add('Less', [s.cast(s.input(1), 'double'), s.scalar('double', 0)]), 'int64');
  const positive = s.add('Add', [s.input(1), s.add('Mul', [negative, joined(lengths)])]);
  const index = s.reduce('ReduceSum', s.add('Mul', [positive, joined(strides)]), [dims.length - 1], 0);
  return { rows: s.input(0)!, index, shape };
}

/** One row for each index: a Gather from the input with its indexed dimensions made one. */
export function gatherND(s: Step): string | void {
  if (getInt(s.node, 'batch_dims', 0) !== 0) return 'its batch dimensions have no older form';
  const rank = s.rank(0);
  const depth = s.dims(1)?.at(-1) ?? null;
  const found = rank === null || depth === null ? null : rowIndex(s);
  if (!found) return 'the rank of its input or the depth of its indices is not known';
  const tail = Array.from({ length: rank! - depth! }, (_, i) => depth! + i);
  const target = tail.length === 0 ? s.int64([-1]) : withTail(s, found.shape, tail);
  s.replaceBy(s.add('Gather', [s.add('Reshape', [found.rows, target]), found.index], { axis: 0 }));
}

/** [-1, the lengths of the last axes]. */
function withTail(s: Step, shape: ValueId, tail: readonly number[]): ValueId {
  return s.add('Concat', [s.int64([-1]), s.add('Gather', [shape, s.int64(tail)], { axis: 0 })], { axis: 0 });
}

/** Whole rows put at their places: a Scatter along the rows, every element of a row at the row's index. */
export function scatterND(s: Step): string | void {
  if (s.opset < 9) return 'nothing could be scattered';
  const rank = s.rank(0);
  const depth = s.dims(1)?.at(-1) ?? null;
  const found = rank === null || depth === null ? null : rowIndex(s);
  if (!found) return 'the rank of its input or the depth of its indices is not known';
  const tail = Array.from({ length: rank! - depth! }, (_, i) => depth! + i);
  const one = s.int64([1]);
  const width = tail
    .map((i) => s.add('Gather', [found.shape, s.int64([i])], { axis: 0 }))
    .reduce((a, b) => s.add('Mul', [a, b]), one);
  const table = s.add('Concat', [s.int64([-1]), width], { axis: 0 });
  const updates = s.add('Reshape', [s.input(2), table]);
  const column = s.add('Reshape', [found.index, s.int64([-1, 1])]);
  const places = s.add('Expand', [column, s.add('Shape', [updates])]);
  const rows = s.add('Reshape', [found.rows, table]);
  s.replaceBy(s.add('Reshape', [s.add('Scatter', [rows, places, updates], { axis: 0 }), found.shape]));
}

/** Slices whose bounds are computed, in steps of one: of each axis the places between the bounds are kept. */
export function sliceByMask(s: Step): string | void {
  const refused = 'its bounds are computed, and there they are attributes';
  const count = s.dims(1)?.[0] ?? null;
  const steps = s.input(4) === null ? [] : s.integers(4);
  const rank = s.rank(0);
  const axes = s.input(3) === null ? Array.from({ length: count ?? 0 }, (_, i) => i) : s.integers(3);
  if (s.opset < 9 || count === null || !axes || !steps || steps.some((v) => v !== 1)) return refused;
  if (axes.some((a) => a < 0) && rank === null) return 'an axis is negative and the rank is not known';
  const shape = s.add('Shape', [s.input(0)]);
  let value = s.input(0)!;
  axes.forEach((given, i) => {
    const axis = given < 0 ? given + rank! : given;
    const length = s.add('Gather', [shape, s.int64([axis])], { axis: 0 });
    const places = s.squeeze(s.add('NonZero', [s.add('ConstantOfShape', [length], { value: oneTensor })]), [0]);
    const bound = (index: number) => {
      const raw = s.cast(s.add('Gather', [s.input(index), s.int64([i])], { axis: 0 }), 'int64');
      return s.add('Where', [s.add('Less', [raw, s.int64([0])]), s.add('Add', [raw, length]), raw]);
    };
    const early = s.add('Less', [places, bound(1)]);
    const kept = s.add('And', [s.add('Not', [early]), s.add('Less', [places, bound(2)])]);
    value = s.add('Compress', [value, kept], { axis });
  });
  s.replaceBy(axes.length === 0 ? s.add('Identity', [value]) : value);
}

const oneTensor = { kind: 'tensor', value: int64Tensor([1]) } as const;
