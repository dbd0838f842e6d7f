/** Reductions, along axes of the source in whatever order the tensor is at hand. */
import { orderAtHand, range } from '../../../graph-model/builders/axis-orders.ts';
import type { ValueId } from '../../../graph-model/core/model.ts';
import type { Lowering, TfliteCall } from './call.ts';
import { placeInFirst } from './shape.ts';
import { wideOf } from './together.ts';

type Reduce = (c: TfliteCall, v: ValueId, axes: readonly number[], keep: boolean) => ValueId;

const reduction =
  (make: Reduce): Lowering =>
  (c) => {
    const rank = c.rank();
    const axes = [...new Set(c.known(1, 'axes').map((a) => c.axis(a, rank)))];
    const keep = c.flag('keep_dims');
    const t = c.real();
    if (axes.length === 0) return t;
    const rest = range(0, rank).filter((a) => !axes.includes(a));
    const inFirst = rest.map((a) => placeInFirst(a, rank));
    // Without its axes the result is in the source's order where those that stay are.
    const ordered = inFirst.every((p, i) => i === 0 || p > inFirst[i - 1]!);
    if (orderAtHand(t) !== 'first' || (!keep && !ordered)) return c.keep(make(c, c.natural(t), axes, keep));
    const made = make(
      c,
      c.first(t),
      axes.map((a) => placeInFirst(a, rank)),
      keep,
    );
    return c.keep(made, keep ? 'first' : 'natural');
  };

const named = (op: string): Lowering =>
  reduction((c, v, axes, keep) => wide(c, v, (w) => c.e.reduce(op, w, axes, keep)));

/** ONNX Runtime reduces the narrow types as int32 alone. */
function wide(c: TfliteCall, v: ValueId, make: (v: ValueId) => ValueId): ValueId {
  const dtype = c.e.dtype(v);
  const to = wideOf(dtype);
  return to === null ? make(v) : c.e.op('Cast', [make(c.e.cast(v, to, c.code(to)))], { to: c.code(dtype) });
}

const bools = (op: string): Lowering =>
  reduction((c, v, axes, keep) => wide(c, v, (w) => c.e.reduce(op, w, axes, keep)));

/** Whole numbers: the sum, divided and cut off. */
const mean = reduction((c, v, axes, keep) => {
  const { e } = c;
  if (!/^u?int/.test(e.dtype(v))) return e.reduce('ReduceMean', v, axes, keep);
  return wide(c, v, (w) => {
    const sum = e.reduce('ReduceSum', w, axes, keep);
    const ones = e.op('Expand', [e.numbers(e.dtype(w), [1]), e.op('Shape', [w])]);
    return e.op('Div', [sum, e.reduce('ReduceSum', ones, axes, keep)]);
  });
});

export const REDUCE: Readonly<Record<string, Lowering>> = {
  MEAN: mean,
  REDUCE_ALL: bools('ReduceMin'),
  REDUCE_ANY: bools('ReduceMax'),
  REDUCE_MAX: named('ReduceMax'),
  REDUCE_MIN: named('ReduceMin'),
  REDUCE_PROD: named('ReduceProd'),
  SUM: named('ReduceSum'),
};
