/** Layers that join several tensors. */
import type { ValueId } from '../../../graph-model/core/model.ts';
import type { LayerCall, Lowering } from './call.ts';
import { Held, orderAtHand, range, type Order } from '../../../graph-model/builders/axis-orders.ts';
import { unitNormal } from './normalization.ts';

/** All inputs in one order of axes: channels-first where any is so and all have the same rank. */
export function aligned(c: LayerCall, all: readonly Held[] = c.inputs): { values: ValueId[]; order: Order } {
  const rank = c.rank(all[0]!);
  const same = all.every((t) => c.rank(t) === rank);
  const first = same && rank > 2 && all.some((t) => orderAtHand(t) === 'first' && t.natural === null);
  if (first) return { values: all.map((t) => c.first(t)), order: 'first' };
  return { values: all.map((t) => widened(c, t, Math.max(...all.map((o) => c.rank(o))))), order: 'natural' };
}

/** Keras puts the missing axes after the batch. */
function widened(c: LayerCall, t: Held, rank: number): ValueId {
  const lack = rank - c.rank(t);
  return lack === 0 ? c.natural(t) : c.e.unsqueeze(c.natural(t), range(1, 1 + lack));
}

/** The mask of the result: where all inputs that have one say yes. */
function joinedMask(c: LayerCall, all: readonly Held[]): Held | null {
  const masks = all.flatMap((t) => (t.mask ? [t.mask] : []));
  if (masks.length === 0) return null;
  return masks.reduce((a, b) => (a === b ? a : Held.of(c.e.op('And', [c.natural(a), c.natural(b)]))));
}

const elementwise =
  (op: string): Lowering =>
  (c) => {
    if (c.inputs.length < 2) c.refuse('it is called with fewer than two tensors');
    const { values, order } = aligned(c);
    const y = values.slice(1).reduce((a, b) => c.e.op(op, [a, b]), values[0]!);
    return c.keep(y, order, joinedMask(c, c.inputs));
  };

/** Max and Min of many in one node. */
const among =
  (op: string): Lowering =>
  (c) => {
    const { values, order } = aligned(c);
    return c.keep(c.e.op(op, values), order, joinedMask(c, c.inputs));
  };

const average: Lowering = (c) => {
  const sum = elementwise('Add')(c) as Held;
  return c.map(sum, (y) => c.e.op('Mul', [y, c.e.float(1 / c.inputs.length)]));
};

const concatenate: Lowering = (c) => concatenated(c, c.inputs, c.numbers('axis')?.[0] ?? -1);

export function concatenated(c: LayerCall, all: readonly Held[], axis: number): Held {
  const { values, order } = aligned(c, all);
  const rank = c.rank(all[0]!);
  const at = c.axis(axis, rank);
  const moved = order === 'first' ? (at === rank - 1 ? 1 : at + 1) : at;
  const masked = all.every((t) => t.mask === null);
  if (!masked && at === 1) c.refuse('joining masked steps in time is not converted');
  return c.keep(
    c.e.op('Concat', values, { axis: order === 'first' && at === 0 ? 0 : moved }),
    order,
    joinedMask(c, all),
  );
}

/** The other axes of the left, then those of the right. */
function batchDot(ra: number, rb: number, ia: number, ib: number): string {
  const left = [...'abcdefgh'.slice(0, ra)];
  const right = ['a', ...'ijklmnop'.slice(0, rb - 1)];
  right[ib] = left[ia]!;
  const kept = [...left.filter((_, i) => i !== ia), ...right.filter((_, i) => i !== ib && i > 0)];
  return `${left.join('')},${right.join('')}->${kept.join('')}`;
}

/** Contraction of one axis of each, batch by batch; cosine where both are normalised before. */
const dot: Lowering = (c) => {
  const { e } = c;
  const [a, b] = c.inputs;
  if (c.inputs.length !== 2) c.refuse('it is called with other than two tensors');
  const [ra, rb] = [c.rank(a), c.rank(b)];
  const given = c.numbers('axes') ?? c.refuse('it has no axes');
  const [ia, ib] = [c.axis(given[0]!, ra), c.axis(given[given.length - 1]!, rb)];
  if (ia === 0 || ib === 0) c.refuse('it sums over the batch, which is not converted');
  const unit = (v: ValueId, axis: number) => (c.flag('normalize') ? unitNormal(c, v, [axis]) : v);
  const [x, y] = [unit(c.natural(a), ia), unit(c.natural(b), ib)];
  if (ra > 3 || rb > 3) return c.keep(e.op('Einsum', [x, y], { equation: batchDot(ra, rb, ia, ib) }));
  if (ra === 2 && rb === 2) return c.keep(e.reduce('ReduceSum', e.op('Mul', [x, y]), [1], true));
  const left = ra === 2 ? e.unsqueeze(x, [1]) : e.transpose(x, ia === 2 ? [0, 1, 2] : [0, 2, 1]);
  const right = rb === 2 ? e.unsqueeze(y, [2]) : e.transpose(y, ib === 1 ? [0, 1, 2] : [0, 2, 1]);
  const product = e.op('MatMul', [left, right]);
  if (ra === 2) return c.keep(e.squeeze(product, [1]));
  return c.keep(rb === 2 ? e.squeeze(product, [2]) : product);
};

/** keras.applications' own, in Inception-ResNet: x + scale · y. */
const customScale: Lowering = (c) => {
  if (c.inputs.length !== 2) c.refuse('it is called with other than two tensors');
  const { values, order } = aligned(c);
  const scaled = c.e.op('Mul', [values[1]!, c.e.float(c.number('scale', 1))]);
  return c.keep(c.e.op('Add', [values[0]!, scaled]), order, joinedMask(c, c.inputs));
};

export const MERGE: Readonly<Record<string, Lowering>> = {
  Add: elementwise('Add'),
  Subtract: elementwise('Sub'),
  Multiply: elementwise('Mul'),
  Average: average,
  Maximum: among('Max'),
  Minimum: among('Min'),
  Concatenate: concatenate,
  Dot: dot,
  CustomScaleLayer: customScale,
};
