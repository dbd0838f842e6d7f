/** Reductions over known axes, in the order in which the tensor is at hand; the places of extremes; running sums. */
import { orderAtHand, range, type Order } from '../../../graph-model/builders/axis-orders.ts';
import type { ValueId } from '../../../graph-model/core/model.ts';
import type { DType } from '../../../graph-model/core/types.ts';
import type { Lowering, Lowerings, TfCall } from './call.ts';

type Reduce = (c: TfCall, x: ValueId, axes: readonly number[], keep: boolean) => ValueId;

const named =
  (op: string): Reduce =>
  (c, x, axes, keep) =>
    reduce(c, op, x, axes, keep);

/** Written for the opset at hand and a type that runtimes have. */
function reduce(c: TfCall, op: string, x: ValueId, axes: readonly number[], keep: boolean): ValueId {
  const keepdims = keep ? 1 : 0;
  if (op === 'ReduceSum' || c.e.opset >= 18) return c.op(op, [x, c.e.ints(axes)], { keepdims });
  return c.op(op, [x], { axes, keepdims });
}

/** The axes as TensorFlow counts them, not negative, each once. */
function axesOf(c: TfCall, rank: number): number[] {
  const list = c.known(1, 'axes').map((a) => c.axis(a, rank));
  return [...new Set(list)].sort((a, b) => a - b);
}

/** Where an axis of TensorFlow's order lies channels-first. */
export const firstAxis = (axis: number, rank: number) => (axis === 0 ? 0 : axis === rank - 1 ? 1 : axis + 1);

/** The order of the result, where the reduction can be made channels-first: null where the axes that stay are mixed. */
function orderAfter(rank: number, axes: readonly number[], keep: boolean): Order | null {
  if (keep) return 'first';
  const left = [0, rank - 1, ...range(1, rank - 1)].filter((a) => !axes.includes(a));
  if (left.every((a, i) => i === 0 || a > left[i - 1]!)) return 'natural';
  return axes.includes(0) || axes.includes(rank - 1) ? null : 'first';
}

const reduction =
  (make: Reduce): Lowering =>
  (c) => {
    const keep = c.flag('keep_dims', c.flag('keepdims'));
    if (c.numbers(c.input(1)) === null) return c.keep(dynamic(c, make, keep));
    const known = c.known(1, 'axes');
    if (known.length === 0) return c.map(c.x, (x) => make(c, x, [], keep));
    const rank = c.rank();
    if (rank === 0) return c.map(c.x, (x) => make(c, x, [], keep));
    const axes = axesOf(c, rank);
    const isFirst = orderAtHand(c.x) === 'first' && c.x.natural === null;
    const order = isFirst && rank > 2 ? orderAfter(rank, axes, keep) : null;
    if (order === null) return c.keep(make(c, c.natural(), axes, keep));
    const moved = axes.map((a) => firstAxis(a, rank)).sort((a, b) => a - b);
    return c.keep(make(c, c.first(), moved, keep), order);
  };

/** Axes that the graph computes: ONNX takes them as an input. */
function dynamic(c: TfCall, make: Reduce, keep: boolean): ValueId {
  if (c.e.opset < 18) c.refuse('its axes are computed by the graph');
  const x = c.natural();
  const parts = c.parts(c.input(1));
  const rank = c.shapeOrNull()?.length;
  const count = c.shapeOrNull(c.input(1))?.[0];
  // As many axes as there are dimensions are all of them.
  if (rank !== undefined && (count === rank || parts?.length === rank)) return make(c, x, range(0, rank), keep);
  return c.refuse('its axes are computed by the graph');
}

/** No axes: the elements themselves. */
const orSame =
  (make: Reduce): Reduce =>
  (c, x, axes, keep) =>
    axes.length === 0 ? x : make(c, x, axes, keep);

const isWhole = (dtype: DType) => /^u?int/.test(dtype);

const mean: Reduce = (c, x, axes, keep) => {
  const dtype = c.e.dtype(x);
  if (!isWhole(dtype)) return reduce(c, 'ReduceMean', x, axes, keep);
  // Whole numbers: the sum is divided and cut.
  const sum = reduce(c, 'ReduceSum', x, axes, keep);
  const count = c.e.dims(x);
  const lengths = count && axes.map((a) => count[a]!);
  if (!lengths?.every((d) => typeof d === 'number')) return reduce(c, 'ReduceMean', x, axes, keep);
  const size = (lengths as number[]).reduce((a, b) => a * b, 1);
  return c.op('Div', [sum, c.scalar(size, dtype)]);
};

const norm: Reduce = (c, x, axes, keep) => {
  if (axes.length === 0) return c.op('Abs', [x]);
  if (!isWhole(c.e.dtype(x))) return reduce(c, 'ReduceL2', x, axes, keep);
  const wide = c.cast(x, 'double');
  const sum = reduce(c, 'ReduceSum', c.op('Mul', [wide, wide]), axes, keep);
  return c.cast(c.op('Sqrt', [sum]), c.e.dtype(x));
};

/** Any is the largest of 0 and 1, All the least. */
const truth =
  (op: string): Reduce =>
  (c, x, axes, keep) => {
    if (axes.length === 0) return x;
    return c.cast(reduce(c, op, c.cast(x, 'int32'), axes, keep), 'bool');
  };

/** Dimension and type of the result are attributes; the axis is counted in TensorFlow's order. */
const extreme =
  (op: string): Lowering =>
  (c) => {
    const rank = c.rank();
    const axis = c.axis(c.inputs.length > 1 ? c.knownNumber(1, 'axis') : c.int('dimension', 0), rank);
    const isFirst = orderAtHand(c.x) === 'first' && c.x.natural === null && rank > 2;
    const order = isFirst ? orderAfter(rank, [axis], false) : null;
    const x = order === null ? c.natural() : c.first();
    const at = order === null ? axis : firstAxis(axis, rank);
    const place = c.op(op, [truthAsNumber(c, x)], { axis: at, keepdims: 0 });
    return c.keep(c.cast(place, c.type('output_type', 'int64')), order ?? 'natural');
  };

const truthAsNumber = (c: TfCall, x: ValueId) => (c.e.dtype(x) === 'bool' ? c.cast(x, 'int32') : x);

// ---- running along an axis

const cumsum: Lowering = (c) => {
  const axis = c.axis(c.knownNumber(1, 'axis'));
  const plain = { ...(c.flag('exclusive') ? { exclusive: 1 } : {}), ...(c.flag('reverse') ? { reverse: 1 } : {}) };
  return c.keep(c.op('CumSum', [c.natural(), c.e.ints([axis], [])], plain));
};

type Step = (c: TfCall, e: TfCall['e'], before: ValueId, x: ValueId) => ValueId;

/** A Scan: each step joins the next slice to what went before. */
const running =
  (neutral: number, join: Step): Lowering =>
  (c) => {
    const axis = c.axis(c.knownNumber(1, 'axis'));
    const dtype = c.dtype();
    const x = c.natural();
    const { e } = c;
    const wide = /^(float|double|int32|int64)$/.test(dtype) ? dtype : isWhole(dtype) ? 'int32' : 'float';
    const given = c.cast(x, wide);
    const like = e.op('Shape', [e.op('Gather', [given, e.ints([0], [])], { axis })]);
    const start = e.op('Expand', [e.numbers(wide, [neutral]), like]);
    const body = e.draft.newGraph('running');
    const within = e.within(body);
    const dims = e.dims(given)!.filter((_, i) => i !== axis);
    const type = { kind: 'tensor' as const, dtype: wide as DType, shape: dims };
    const before = e.draft.newValue(body, `${c.node.name}/before`, null, { type });
    const slice = e.draft.newValue(body, `${c.node.name}/slice`, null, { type });
    e.draft.setGraphInputs(body, [before, slice]);
    const after = join(c, within, before, slice);
    const given2 = within.op('Identity', [c.flag('exclusive') ? before : after]);
    e.draft.setGraphOutputs(body, [after, given2]);
    const direction = c.flag('reverse') ? [1] : [0];
    const [, all] = e.ops(
      'Scan',
      [start, given],
      {
        body: { kind: 'graph', value: body },
        num_scan_inputs: 1,
        scan_input_axes: [axis],
        scan_output_axes: [axis],
        scan_input_directions: direction,
        scan_output_directions: direction,
      },
      2,
    );
    return c.keep(c.cast(all!, dtype));
  };

/** log(e^a + e^b) without overflow; of two -∞ it is -∞. */
const logAddExp: Step = (_, e, a, b) => {
  const dtype = e.dtype(a);
  const most = e.op('Max', [a, b]);
  const least = e.op('Min', [a, b]);
  const apart = e.op('Exp', [e.op('Sub', [least, most])]);
  const sum = e.op('Add', [most, e.op('Log', [e.op('Add', [apart, e.numbers(dtype, [1])])])]);
  return e.op('Where', [e.op('Equal', [a, b]), e.op('Add', [a, e.numbers(dtype, [Math.LN2])]), sum]);
};

export const REDUCTIONS: Lowerings = {
  All: reduction(truth('ReduceMin')),
  Any: reduction(truth('ReduceMax')),
  ArgMax: extreme('ArgMax'),
  ArgMin: extreme('ArgMin'),
  EuclideanNorm: reduction(norm),
  Max: reduction(orSame(named('ReduceMax'))),
  Mean: reduction(orSame(mean)),
  Min: reduction(orSame(named('ReduceMin'))),
  Prod: reduction(orSame(named('ReduceProd'))),
  Sum: reduction(orSame(named('ReduceSum'))),
};

export const RUNNING: Lowerings = {
  CumulativeLogsumexp: running(-Infinity, logAddExp),
  Cumprod: running(1, (_, e, a, b) => e.op('Mul', [a, b])),
  Cumsum: cumsum,
};
