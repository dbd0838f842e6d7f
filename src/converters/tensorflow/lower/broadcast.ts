/** Several tensors that broadcast, brought into one order of axes: channels-first where one of them is so already. */
import { type Held, orderAtHand, range, type Order } from '../../../graph-model/builders/axis-orders.ts';
import type { ValueId } from '../../../graph-model/core/model.ts';
import type { TfCall } from './call.ts';

export interface Aligned {
  readonly values: readonly ValueId[];
  readonly order: Order;
}

export function aligned(c: TfCall, ts: readonly Held[]): Aligned {
  const ranks = ts.map((t) => c.shapeOrNull(t)?.length ?? null);
  const rank = ranks.some((r) => r === null) ? null : Math.max(...(ranks as number[]));
  const leads = ts.some((t, i) => isFirstOnly(t) && ranks[i] === rank);
  if (rank === null || rank < 3 || !leads) return { values: ts.map((t) => c.natural(t)), order: 'natural' };
  return { values: ts.map((t) => broadcastFirst(c, t, rank)), order: 'first' };
}

function isFirstOnly(t: Held): boolean {
  return orderAtHand(t) === 'first' && t.natural === null;
}

/** The tensor so that it broadcasts with channels-first tensors of `rank` dimensions as it does with channels-last ones. */
export function broadcastFirst(c: TfCall, t: Held, rank: number): ValueId {
  const dims = c.shape(t);
  if (dims.length === rank) return c.first(t);
  if (dims.every((d) => d === 1) && t.constant !== null) return c.natural(t);
  if (dims.length === 0) return c.natural(t);
  const padded = [...range(0, rank - dims.length).map(() => 1), ...dims];
  const dense = c.dense(t);
  const perm = [0, rank - 1, ...range(1, rank - 1)];
  if (dense) {
    const shape = perm.map((p) => padded[p] as number);
    const short = shape.slice(shape.findIndex((d) => d !== 1));
    const full = range(0, dims.length);
    const moved = padded.length - dims.length;
    const own = perm.map((p) => p - moved).filter((p) => p >= 0);
    return c.permuted(t, own.length === full.length ? own : full, short);
  }
  const natural = c.natural(t);
  if (dims.length === 1) return c.e.unsqueeze(natural, range(1, rank - 1));
  return c.transpose(c.e.unsqueeze(natural, range(0, rank - dims.length)), perm);
}

/** An operator of ONNX over tensors that broadcast. */
export function over(c: TfCall, ts: readonly Held[], make: (values: readonly ValueId[]) => ValueId): Held {
  const { values, order } = aligned(c, ts);
  return c.keep(make(values), order);
}
