/** Elements picked by their places, and put at places. */
import { type Held, orderAtHand, range } from '../../../graph-model/builders/axis-orders.ts';
import type { ValueId } from '../../../graph-model/core/model.ts';
import type { DType } from '../../../graph-model/core/types.ts';
import type { Lowering, Lowerings, TfCall } from './call.ts';
import { firstAxis } from './reductions.ts';

/** ONNX's Gather takes int32 and int64 alike. */
function places(c: TfCall, t: Held): ValueId {
  const dtype = c.dtype(t);
  return dtype === 'int32' || dtype === 'int64' ? c.natural(t) : c.int64(t);
}

function gather(c: TfCall, params: Held, indices: Held, axis: number): Held {
  const rank = c.shapeOrNull(params)?.length;
  const at = rank === undefined ? axis : c.axis(axis, rank);
  const isFirst = rank !== undefined && rank > 2 && orderAtHand(params) === 'first' && params.natural === null;
  const vector = c.shapeOrNull(indices)?.length === 1;
  if (isFirst && vector)
    return c.keep(c.op('Gather', [c.first(params), places(c, indices)], { axis: firstAxis(at, rank) }), 'first');
  return c.keep(c.op('Gather', [c.natural(params), places(c, indices)], at === 0 ? {} : { axis: at }));
}

/** With `batch` leading axes in common: GatherND, the picked axis moved to stand right behind them. */
function gatherBatched(c: TfCall, params: Held, indices: Held, axis: number, batch: number): Held {
  const [rank, wide] = [c.rank(params), c.rank(indices)];
  const at = c.axis(axis, rank);
  if (batch < 0 || batch > Math.min(at, wide)) c.refuse(`it has no ${batch} batch axes`);
  const moved = [...range(0, batch), at, ...range(batch, at), ...range(at + 1, rank)];
  const x = c.e.transpose(c.natural(params), moved);
  const picked = c.e.unsqueeze(c.int64(indices), [wide]);
  const y = c.op('GatherND', [x, picked], { batch_dims: batch });
  // [batch, places, between, behind] to [batch, between, places, behind].
  const [own, between] = [wide - batch, at - batch];
  const total = rank - 1 + own;
  const back = [
    ...range(0, batch),
    ...range(batch + own, batch + own + between),
    ...range(batch, batch + own),
    ...range(batch + own + between, total),
  ];
  return c.keep(c.e.transpose(y, back));
}

const gatherV2: Lowering = (c) => {
  const axis = c.inputs.length > 2 ? c.knownNumber(2, 'axis') : 0;
  const given = c.int('batch_dims', 0);
  const batch = given < 0 ? given + c.rank(c.input(1)) : given;
  if (batch === 0) return gather(c, c.x, c.input(1), axis);
  return gatherBatched(c, c.x, c.input(1), axis, batch);
};

const gatherNd: Lowering = (c) => {
  const depth = c.shape(c.input(1)).at(-1);
  if (depth === 0) c.refuse('its places are empty');
  const batch = c.int('batch_dims', 0);
  return c.keep(c.op('GatherND', [c.natural(), c.int64(c.input(1))], batch === 0 ? {} : { batch_dims: batch }));
};

// ---- Scatter

const zeros = (c: TfCall, shape: ValueId, dtype: DType): ValueId => {
  if (dtype === 'string') return c.refuse('strings have no sum');
  const dims = c.e.known(shape) && Array.from(c.e.known(shape)!.values as Iterable<bigint>, Number);
  const count = dims?.reduce((a, b) => a * b, 1) ?? Infinity;
  if (dims && count <= 4096) return c.e.numbers(dtype, new Array<number>(count).fill(0), dims);
  const value = c.e.draft.value(c.e.numbers(dtype, [0], [1])).constant!;
  return c.e.op('ConstantOfShape', [shape], { value: { kind: 'tensor', value } });
};

type How = 'none' | 'add' | 'mul' | 'min' | 'max';

/** Types without a sum in ONNX Runtime are added up in a wider one. */
export function scatter(c: TfCall, x: ValueId, indices: ValueId, updates: ValueId, how: How): ValueId {
  const plain = how === 'none' ? {} : { reduction: how };
  const dtype = c.e.dtype(x);
  const within: DType =
    how === 'none' || /^(float|double|int32|int64)$/.test(dtype) ? dtype : /^u?int/.test(dtype) ? 'int32' : 'float';
  const y = c.e.op('ScatterND', [c.cast(x, within), indices, c.cast(updates, within)], plain);
  return c.cast(y, dtype);
}

/** Into zeros; what meets in one place is added up. */
const scatterNd: Lowering = (c) => {
  const updates = c.natural(c.input(1));
  const dtype = c.e.dtype(updates);
  const blank = zeros(c, c.int64Vector(c.input(2)), dtype);
  const indices = c.int64(c.input(0));
  if (dtype === 'bool') return c.keep(c.op('ScatterND', [blank, indices, updates]));
  return c.keep(scatter(c, blank, indices, updates, 'add'));
};

const tensorScatter =
  (how: How, sign = 1): Lowering =>
  (c) => {
    const updates = c.natural(c.input(2));
    const given = sign < 0 ? c.op('Sub', [c.scalar(0, c.e.dtype(updates)), updates]) : updates;
    return c.keep(scatter(c, c.natural(), c.int64(c.input(1)), given, how));
  };

/** Rows of the first axis. */
const rowScatter =
  (how: How, sign = 1): Lowering =>
  (c) => {
    const { e } = c;
    const indices = c.int64(c.input(1));
    const wide = c.rank(c.input(1));
    const updates = c.natural(c.input(2));
    const shape = e.op('Concat', [e.op('Shape', [indices]), e.op('Shape', [c.natural()], { start: 1 })], { axis: 0 });
    const all = e.op('Expand', [sign < 0 ? c.op('Neg', [updates]) : updates, shape]);
    return c.keep(scatter(c, c.natural(), e.unsqueeze(indices, [wide]), all, how));
  };

/** y[x[i]] = i */
const invertPermutation: Lowering = (c) => {
  const dtype = c.dtype();
  const known = c.numbers(c.x);
  if (known) {
    const inverse = known.map((_, i) => known.indexOf(i));
    return c.keep(c.e.numbers(dtype, inverse, [known.length]));
  }
  const x = c.int64(c.x);
  const length = c.e.squeeze(c.lengthOf(x, 0), [0]);
  const all = c.e.op('Range', [c.e.ints([0], []), length, c.e.ints([1], [])]);
  return c.keep(c.cast(c.e.op('ScatterElements', [all, x, all]), dtype));
};

/** Places of a tensor's parts in one tensor: what stands later wins. */
const dynamicStitch: Lowering = (c) => {
  const n = c.int('N', c.inputs.length / 2);
  const indices = c.inputs.slice(0, n);
  const data = c.inputs.slice(n);
  const { e } = c;
  const flat = indices.map((t) => e.reshape(c.int64(t), [-1]));
  const tail = c.shape(data[0]!).slice(c.rank(indices[0]!));
  if (!tail.every((d) => typeof d === 'number')) c.refuse('the shape of its rows is not known');
  const rows = data.map((t) => e.reshape(c.natural(t), [-1, ...(tail as number[])]));
  const all = flat.length === 1 ? flat[0]! : e.op('Concat', flat, { axis: 0 });
  const values = rows.length === 1 ? rows[0]! : c.op('Concat', rows, { axis: 0 });
  const count = e.op('Add', [e.reduce('ReduceMax', all, [0], true), e.ints([1])]);
  const shape = tail.length === 0 ? count : e.op('Concat', [count, e.ints(tail as number[])], { axis: 0 });
  return c.keep(c.op('ScatterND', [zeros(c, shape, c.e.dtype(values)), e.unsqueeze(all, [1]), values]));
};

/** The rows of each part, in their order. */
const dynamicPartition: Lowering = (c) => {
  const which = c.input(1);
  const x = c.natural();
  if (c.rank(which) !== 1) c.refuse('its parts are chosen by more than a vector');
  return range(0, c.int('num_partitions', 1)).map((i) => {
    const hit = c.op('Equal', [c.natural(which), c.scalar(i, 'int32')]);
    return c.keep(c.op('Compress', [x, hit], { axis: 0 }));
  });
};

export const GATHERS: Lowerings = {
  DynamicPartition: dynamicPartition,
  DynamicStitch: dynamicStitch,
  Gather: gatherV2,
  GatherNd: gatherNd,
  GatherV2: gatherV2,
  InplaceUpdate: rowScatter('none'),
  InvertPermutation: invertPermutation,
  ParallelDynamicStitch: dynamicStitch,
  ResourceGather: gatherV2,
  ResourceGatherNd: gatherNd,
  ScatterNd: scatterNd,
  ScatterNdNonAliasingAdd: tensorScatter('add'),
  TensorScatterAdd: tensorScatter('add'),
  TensorScatterMax: tensorScatter('max'),
  TensorScatterMin: tensorScatter('min'),
  TensorScatterSub: tensorScatter('add', -1),
  TensorScatterUpdate: tensorScatter('none'),
};
