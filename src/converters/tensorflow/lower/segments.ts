/** Sums and extremes over segments: rows that share a number. */
import { range } from '../../../graph-model/builders/axis-orders.ts';
import type { ValueId } from '../../../graph-model/core/model.ts';
import type { DType } from '../../../graph-model/core/types.ts';
import type { Lowering, Lowerings, TfCall } from './call.ts';
import { scatter } from './gathering.ts';
import { isNotNegative } from './types.ts';

type How = 'add' | 'mul' | 'min' | 'max';

const LEAST: Partial<Record<DType, number>> = {
  int8: -128,
  int16: -32768,
  int32: -(2 ** 31),
  uint8: 0,
  uint16: 0,
  uint32: 0,
};
const MOST: Partial<Record<DType, number>> = {
  int8: 127,
  int16: 32767,
  int32: 2 ** 31 - 1,
  uint8: 255,
  uint16: 65535,
  uint32: 2 ** 32 - 1,
};
const LARGEST_FLOAT = 3.4028234663852886e38;

/** What an empty segment has. */
function neutral(c: TfCall, how: How, dtype: DType): number {
  if (how === 'add') return 0;
  if (how === 'mul') return 1;
  if (dtype === 'int64' || dtype === 'uint64')
    return c.refuse('segments of int64 have no least number that is exact here');
  const whole = how === 'max' ? LEAST[dtype] : MOST[dtype];
  if (whole !== undefined) return whole;
  const limit = dtype === 'double' ? Number.MAX_VALUE : dtype === 'float16' ? 65504 : LARGEST_FLOAT;
  return how === 'max' ? -limit : limit;
}

interface Rows {
  /** [rows, rest] */
  readonly data: ValueId;
  /** int64 [rows] */
  readonly ids: ValueId;
}

/** Ids of more than one axis number the leading axes of the data. */
function rowsOf(c: TfCall, data: ValueId, ids: ValueId): Rows {
  const rank = c.e.dims(ids)?.length ?? c.refuse('the number of dimensions of its segments is not known');
  if (rank === 1) return { data, ids };
  const tail = c.e.dims(data)?.slice(rank) ?? [];
  const flat = c.e.reshape(ids, [-1]);
  if (tail.every((d) => typeof d === 'number'))
    return { data: c.e.reshape(data, [-1, ...(tail as number[])]), ids: flat };
  const shape = c.e.op('Concat', [c.e.ints([-1]), c.e.op('Shape', [data], { start: rank })], { axis: 0 });
  return { data: c.e.op('Reshape', [data, shape]), ids: flat };
}

function tailShape(c: TfCall, data: ValueId, count: ValueId): ValueId {
  const dims = c.e.dims(data);
  if (dims?.length === 1) return count;
  return c.e.op('Concat', [count, c.e.op('Shape', [data], { start: 1 })], { axis: 0 });
}

/** Into `count` segments (int64, one element); `start` is what a segment begins with. */
function gathered(c: TfCall, rows: Rows, count: ValueId, how: How, start: number): ValueId {
  const dtype = c.e.dtype(rows.data);
  const value = c.e.draft.value(c.e.numbers(dtype, [start], [1])).constant!;
  const blank = c.e.op('ConstantOfShape', [tailShape(c, rows.data, count)], { value: { kind: 'tensor', value } });
  return scatter(c, blank, c.e.unsqueeze(rows.ids, [1]), rows.data, how);
}

/** Segments below 0 are dropped: they go into one more, which is cut off. */
const unsorted =
  (how: How): Lowering =>
  (c) => {
    const { e } = c;
    const ids = c.int64(c.input(1));
    const count = c.int64Vector(c.input(2));
    const rows = rowsOf(c, c.natural(), ids);
    const start = neutral(c, how, e.dtype(rows.data));
    if (isNotNegative(c, rows.ids)) return c.keep(gathered(c, rows, count, how, start));
    const dropped = e.op('Where', [e.op('Less', [rows.ids, e.ints([0], [])]), count, rows.ids]);
    const more = e.op('Add', [count, e.ints([1])]);
    const y = gathered(c, { ...rows, ids: dropped }, more, how, start);
    return c.keep(e.slice(y, [0], [-1], [0]));
  };

const countOf = (c: TfCall, ids: ValueId) => c.e.op('Add', [c.e.reduce('ReduceMax', ids, [0], true), c.e.ints([1])]);

/** How many rows each segment has, so that it divides the data. */
function sizes(c: TfCall, rows: Rows, count: ValueId): ValueId {
  const { e } = c;
  const dtype = e.dtype(rows.data);
  const one = e.op('Expand', [c.scalar(1, dtype), e.op('Shape', [rows.ids])]);
  const sum = gathered(c, { data: one, ids: rows.ids }, count, 'add', 0);
  const safe = c.op('Max', [sum, c.scalar(1, dtype)]);
  const rank = e.dims(rows.data)?.length ?? c.refuse('the number of dimensions of its input is not known');
  return rank === 1 ? safe : e.unsqueeze(safe, range(1, rank));
}

type Finish = 'sum' | 'mean' | 'sqrtn';

function finished(c: TfCall, rows: Rows, count: ValueId, finish: Finish): ValueId {
  const sum = gathered(c, rows, count, 'add', 0);
  if (finish === 'sum') return sum;
  const size = sizes(c, rows, count);
  return c.op('Div', [sum, finish === 'mean' ? size : c.op('Sqrt', [size])]);
}

/** Segments between that no row has are 0; for the extremes they cannot be told from what is least. */
const sorted =
  (how: How): Lowering =>
  (c) => {
    const ids = c.int64(c.input(1));
    const rows = rowsOf(c, c.natural(), ids);
    const count = c.inputs.length > 2 ? c.int64Vector(c.input(2)) : countOf(c, ids);
    const start = neutral(c, how, c.e.dtype(rows.data));
    const y = gathered(c, rows, count, how, start);
    if (how === 'add' || how === 'mul') return c.keep(y);
    const held = c.op('Equal', [y, c.scalar(start, c.e.dtype(y))]);
    return c.keep(c.op('Where', [held, c.scalar(0, c.e.dtype(y)), y]));
  };

const mean: Lowering = (c) => {
  const ids = c.int64(c.input(1));
  const rows = rowsOf(c, c.natural(), ids);
  return c.keep(finished(c, rows, countOf(c, ids), 'mean'));
};

/** Inputs: data, the rows to take, their segments[, how many segments]. */
const sparse =
  (finish: Finish): Lowering =>
  (c) => {
    const taken = c.op('Gather', [c.natural(), c.int64(c.input(1))]);
    const ids = c.int64(c.input(2));
    const count = c.inputs.length > 3 ? c.int64Vector(c.input(3)) : countOf(c, ids);
    return c.keep(finished(c, { data: taken, ids }, count, finish));
  };

export const SEGMENTS: Lowerings = {
  SegmentMax: sorted('max'),
  SegmentMean: mean,
  SegmentMin: sorted('min'),
  SegmentProd: sorted('mul'),
  SegmentSum: sorted('add'),
  SparseSegmentMean: sparse('mean'),
  SparseSegmentMeanWithNumSegments: sparse('mean'),
  SparseSegmentSqrtN: sparse('sqrtn'),
  SparseSegmentSqrtNWithNumSegments: sparse('sqrtn'),
  SparseSegmentSum: sparse('sum'),
  SparseSegmentSumWithNumSegments: sparse('sum'),
  UnsortedSegmentMax: unsorted('max'),
  UnsortedSegmentMin: unsorted('min'),
  UnsortedSegmentProd: unsorted('mul'),
  UnsortedSegmentSum: unsorted('add'),
};
