/** The largest, the distinct, the places in an order. */
import { range } from '../../../graph-model/builders/axis-orders.ts';
import type { ValueId } from '../../../graph-model/core/model.ts';
import type { Lowering, Lowerings } from './call.ts';

/** Along the last axis, largest first; of equals the one that stands first. */
const topK: Lowering = (c) => {
  const many = c.inputs.length > 1 ? c.int64Vector(c.input(1)) : c.e.ints([c.int('k', 1)]);
  const sorted = c.flag('sorted', true) ? {} : { sorted: 0 };
  const [values, places] = c.ops('TopK', [c.natural(), many], { axis: -1, ...sorted }, 2);
  return [c.keep(values!), c.keep(c.cast(places!, c.type('index_type', 'int32')))];
};

/** The n-th smallest (largest) along the last axis. */
const nthElement: Lowering = (c) => {
  const n = c.int64Vector(c.input(1));
  const largest = c.flag('reverse') ? 1 : 0;
  const many = c.e.op('Add', [n, c.e.ints([1])]);
  const [values] = c.ops('TopK', [c.natural(), many], { axis: -1, largest }, 2);
  return c.keep(c.op('Gather', [values!, c.e.squeeze(n, [0])], { axis: -1 }));
};

/** In the order in which they first stand. Outputs: values, for each element its place among them[, how often each]. */
const unique =
  (counted: boolean): Lowering =>
  (c) => {
    const listed = c.inputs.length > 1 ? c.known(1, 'axis') : [];
    const axis = listed.length === 0 ? {} : { axis: c.axis(listed[0]!) };
    const index = (v: ValueId) => c.keep(c.cast(v, c.type('out_idx', 'int32')));
    const [values, , places, counts] = c.ops('Unique', [c.natural()], { sorted: 0, ...axis }, 4);
    return [c.keep(values!), index(places!), ...(counted ? [index(counts!)] : [])];
  };

/** How many boundaries are not above each element. */
const bucketize: Lowering = (c) => {
  const boundaries = c.floats('boundaries') ?? [];
  if (boundaries.length === 0) return c.refuse('it has no boundaries');
  const { e } = c;
  const x = c.natural();
  const dtype = c.e.dtype(x);
  const wide = e.unsqueeze(
    /^(float|double)$/.test(dtype) ? x : c.cast(x, dtype === 'int64' ? 'double' : 'float'),
    [-1],
  );
  const reached = c.op('GreaterOrEqual', [wide, e.numbers(e.dtype(wide), boundaries, [boundaries.length])]);
  return c.keep(e.reduce('ReduceSum', c.cast(reached, 'int32'), [-1], false));
};

/** Rows of sorted numbers and rows of numbers to place: how many of the first are below (or not above) each. */
const bound =
  (op: 'Less' | 'LessOrEqual'): Lowering =>
  (c) => {
    const { e } = c;
    const sorted = e.unsqueeze(c.natural(), [1]);
    const values = e.unsqueeze(c.natural(c.input(1)), [2]);
    const below = c.cast(c.op(op, [sorted, values]), 'int32');
    return c.keep(c.cast(e.reduce('ReduceSum', below, [2], false), c.type('out_type', 'int32')));
  };

/** For each row: whether its target is among its k largest; as many as k may be as large. */
const inTopK: Lowering = (c) => {
  const { e } = c;
  const k = c.inputs.length > 2 ? c.natural(c.input(2)) : c.scalar(c.int('k', 1), 'int32');
  const predictions = c.natural();
  const targets = e.unsqueeze(c.int64(c.input(1)), [1]);
  const own = c.op('GatherElements', [predictions, targets], { axis: 1 });
  const above = c.cast(c.op('Greater', [predictions, own]), e.dtype(k));
  return c.keep(c.op('Less', [e.reduce('ReduceSum', above, [1], false), k]));
};

/** Whole numbers from 0 on, counted; the size may cut them off. */
const bincount: Lowering = (c) => {
  const { e } = c;
  const size = c.knownNumber(1, 'size');
  const weights = c.input(2);
  const weighted = c.shapeOrNull(weights)?.[0] !== 0;
  const dtype = c.dtype(weights);
  const flat = e.reshape(c.natural(), [-1, 1]);
  const hit = c.op('Equal', [flat, e.numbers(e.dtype(flat), range(0, size), [1, size])]);
  const each = c.cast(hit, dtype);
  const given = weighted ? c.op('Mul', [each, e.reshape(c.natural(weights), [-1, 1])]) : each;
  return c.keep(c.op('ReduceSum', [given, e.ints([0])], { keepdims: 0 }));
};

/** Elements of x that are not in y, and where they stood. */
const listDiff: Lowering = (c) => {
  const { e } = c;
  const x = c.natural();
  const same = c.op('Equal', [e.unsqueeze(x, [1]), e.unsqueeze(c.natural(c.input(1)), [0])]);
  const found = e.reduce('ReduceSum', c.cast(same, 'int32'), [1], false);
  const left = c.op('Equal', [found, c.scalar(0, 'int32')]);
  const places = e.squeeze(c.op('NonZero', [left]), [0]);
  return [c.keep(c.op('Gather', [x, places])), c.keep(c.cast(places, c.type('out_idx', 'int32')))];
};

export const SEARCHES: Lowerings = {
  Bincount: bincount,
  Bucketize: bucketize,
  InTopK: inTopK,
  InTopKV2: inTopK,
  ListDiff: listDiff,
  LowerBound: bound('Less'),
  NthElement: nthElement,
  SearchSorted: bound('Less'),
  TopK: topK,
  TopKV2: topK,
  Unique: unique(false),
  UniqueV2: unique(false),
  UniqueWithCounts: unique(true),
  UniqueWithCountsV2: unique(true),
  UpperBound: bound('LessOrEqual'),
};
