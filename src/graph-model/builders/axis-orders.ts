/**
 * A tensor of the source with the ONNX values that hold it, in up to three orders of its axes. Convolutions and poolings
 * work channels-first and leave their results so; what needs the source's own order asks for it, and only then is a Transpose
 * made, once. Between two convolutions there is none.
 */
import type { ValueId } from '../core/model.ts';
import type { Dim } from '../core/types.ts';
import type { TypedEmitter } from './typed-emitter.ts';

export type Order = 'natural' | 'first' | 'time';

/** A constant of the source: in the result only once something reads it as it is. */
export interface HeldConstant {
  readonly dims: readonly number[];
  /** Puts it into the model. */
  make(): ValueId;
}

export class Held {
  /** As the source has it: [batch, ..., channels]. */
  natural: ValueId | null = null;
  /** [batch, channels, ...] of the natural [batch, ..., channels]. */
  first: ValueId | null = null;
  /** [time, batch, ...] of the natural [batch, time, ...]. */
  time: ValueId | null = null;
  /** bool [batch, time]: which steps count; null where all do. */
  mask: Held | null = null;
  /** Set where the tensor is a constant of the source; in no order until one is asked for. */
  constant: HeldConstant | null = null;

  static of(value: ValueId, order: Order = 'natural', mask: Held | null = null): Held {
    const held = new Held();
    held[order] = value;
    held.mask = mask;
    return held;
  }

  static ofConstant(constant: HeldConstant): Held {
    const held = new Held();
    held.constant = constant;
    return held;
  }
}

/** The order in which a tensor is at hand; channels-first where it is so already. */
export function orderAtHand(t: Held): Order {
  if (t.first !== null) return 'first';
  return t.natural !== null || t.constant !== null ? 'natural' : 'time';
}

const toFirst = (rank: number) => [0, rank - 1, ...range(1, rank - 1)];
const fromFirst = (rank: number) => [0, ...range(2, rank), 1];
const swapTime = (rank: number) => [1, 0, ...range(2, rank)];

export function range(begin: number, end: number): number[] {
  return Array.from({ length: Math.max(0, end - begin) }, (_, i) => begin + i);
}

/** The dims in the source's order; null where the rank is not known. */
export function shapeOf(e: TypedEmitter, t: Held): readonly Dim[] | null {
  if (t.constant !== null) return t.constant.dims;
  if (t.natural !== null) return e.dims(t.natural);
  const [held, perm] = t.first !== null ? [t.first, fromFirst] : [t.time!, swapTime];
  const dims = e.dims(held);
  return dims && perm(dims.length).map((p) => dims[p]!);
}

export function naturalOf(e: TypedEmitter, t: Held): ValueId {
  if (t.natural !== null) return t.natural;
  if (t.constant !== null) return (t.natural = t.constant.make());
  const [held, perm] = t.first !== null ? [t.first, fromFirst] : [t.time!, swapTime];
  t.natural = permute(e, held, perm(e.dims(held)!.length));
  return t.natural;
}

export function firstOf(e: TypedEmitter, t: Held): ValueId {
  if (t.first !== null) return t.first;
  const natural = naturalOf(e, t);
  t.first = permute(e, natural, toFirst(e.dims(natural)!.length));
  return t.first;
}

export function timeOf(e: TypedEmitter, t: Held): ValueId {
  if (t.time !== null) return t.time;
  const natural = naturalOf(e, t);
  t.time = permute(e, natural, swapTime(e.dims(natural)!.length));
  return t.time;
}

/** A Transpose that moves axes of length 1 alone is a Reshape, which costs nothing. */
function permute(e: TypedEmitter, value: ValueId, perm: readonly number[]): ValueId {
  const dims = e.dims(value)!;
  const long = perm.filter((p) => dims[p] !== 1);
  const kept = long.every((p, i) => i === 0 || p > long[i - 1]!);
  const fixed = dims.slice(1).every((d) => typeof d === 'number');
  if (!kept || !fixed || perm[0] !== 0) return e.transpose(value, perm);
  return e.reshape(value, [0, ...perm.slice(1).map((p) => dims[p] as number)]);
}
