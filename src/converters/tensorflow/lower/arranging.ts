/** Tensors put together, repeated, padded, turned round. */
import { type Held, orderAtHand, range } from '../../../graph-model/builders/axis-orders.ts';
import type { ValueId } from '../../../graph-model/core/model.ts';
import type { Lowering, Lowerings, TfCall } from './call.ts';
import { firstAxis } from './reductions.ts';

const isFirstOnly = (t: Held) => orderAtHand(t) === 'first' && t.natural === null;

/** Runs a lowering over axes in the order at hand: `places` maps an axis of TensorFlow's order to the value's. */
function inOrder(c: TfCall, t: Held, make: (x: ValueId, place: (axis: number) => number) => ValueId): Held {
  const rank = c.shapeOrNull(t)?.length ?? 0;
  const first = isFirstOnly(t) && rank > 2;
  const y = first ? make(c.first(t), (a) => firstAxis(a, rank)) : make(c.natural(t), (a) => a);
  return c.keep(y, first ? 'first' : 'natural');
}

// ---- Concat, Pack

function concat(c: TfCall, all: readonly Held[], axis: number): Held {
  const ts = all.filter((t) => !isEmptyVector(c, t));
  if (ts.length === 1) return ts[0]!;
  const given = ts.length === 0 ? all : ts;
  const rank = given.map((t) => c.shapeOrNull(t)?.length).find((r) => r !== undefined);
  const at = rank === undefined ? axis : c.axis(axis, rank);
  const first = rank !== undefined && rank > 2 && concatFirst(c, given);
  const values = given.map((t) => (first ? c.first(t) : c.natural(t)));
  return c.keep(c.op('Concat', values, { axis: first ? firstAxis(at, rank) : at }), first ? 'first' : 'natural');
}

/** Channels-first where at least as many tensors are so as are not. */
function concatFirst(c: TfCall, ts: readonly Held[]): boolean {
  const free = (t: Held) => c.dense(t) !== null || (t.first !== null && t.natural !== null);
  const firsts = ts.filter((t) => !free(t) && isFirstOnly(t)).length;
  return firsts > 0 && 2 * firsts >= ts.filter((t) => !free(t)).length;
}

const isEmptyVector = (c: TfCall, t: Held) => {
  const dims = c.shapeOrNull(t);
  return dims?.length === 1 && dims[0] === 0;
};

/** Inputs: axis, tensors. */
const concatOld: Lowering = (c) => concat(c, c.inputs.slice(1), c.knownNumber(0, 'axis'));
/** Inputs: tensors, axis. */
const concatV2: Lowering = (c) => concat(c, c.inputs.slice(0, -1), c.knownNumber(c.inputs.length - 1, 'axis'));

const pack: Lowering = (c) => {
  const axis = c.int('axis', 0);
  const values = c.inputs.map((t) => unsqueezed(c, t, axis));
  const rank = c.shapeOrNull()?.length;
  const at = axis < 0 && rank !== undefined ? axis + rank + 1 : axis;
  return c.keep(values.length === 1 ? values[0]! : c.op('Concat', values, { axis: at }));
};

/** A number picked out of a vector to be packed again: a slice of one element says both. */
function unsqueezed(c: TfCall, t: Held, axis: number): ValueId {
  const numbers = c.numbers(t);
  const dims = c.shapeOrNull(t);
  if (numbers && dims?.length === 0 && c.dtype(t) !== 'string') return c.e.numbers(c.dtype(t), numbers, [1]);
  const value = c.natural(t);
  const maker = c.e.draft.producer(value);
  const place = maker?.op === 'Gather' ? c.e.known(maker.inputs[1]!) : null;
  const ofVector = place?.dims.length === 0 && c.e.dims(maker!.inputs[0]!)?.length === 1;
  if (!ofVector || dims?.length !== 0) return c.e.unsqueeze(value, [axis]);
  const at = Number(place.values[0]);
  return c.e.slice(maker!.inputs[0]!, [at], [at === -1 ? 2 ** 31 : at + 1], [0]);
}

// ---- Tile, broadcasting

const tile: Lowering = (c) => {
  const repeats = c.numbers(c.input(1));
  if (!repeats) return c.keep(c.op('Tile', [c.natural(), c.int64Vector(c.input(1))]));
  if (repeats.every((r) => r === 1)) return c.x;
  return inOrder(c, c.x, (x, place) => c.op('Tile', [x, c.e.ints(placed(repeats, place))]));
};

/** A list with one entry for each axis, in the value's order. */
function placed(list: readonly number[], place: (axis: number) => number): number[] {
  const out: number[] = [];
  list.forEach((n, axis) => (out[place(axis)] = n));
  return out;
}

const broadcastTo: Lowering = (c) => {
  const parts = c.parts(c.input(1));
  const given = c.shapeOrNull();
  if (parts && given && parts.length === given.length && parts.every((p, i) => p !== null && p === given[i]))
    return c.x;
  return c.keep(c.op('Expand', [c.natural(), c.int64Vector(c.input(1))]));
};

/** The shape that two shapes broadcast to: the larger length of each axis, but that 0 beats 1. */
const broadcastArgs: Lowering = (c) => {
  const [a, b] = [c.shape()[0], c.shape(c.input(1))[0]];
  if (typeof a !== 'number' || typeof b !== 'number') return c.refuse('the ranks of its shapes are not known');
  const { e } = c;
  const rank = Math.max(a, b);
  const dtype = c.type('T', 'int32');
  const padded = (t: Held, own: number) => {
    const value = c.int64Vector(t);
    return own === rank ? value : e.op('Concat', [e.ints(range(0, rank - own).map(() => 1)), value], { axis: 0 });
  };
  const [x, y] = [padded(c.x, a), padded(c.input(1), b)];
  const isOne = e.op('Equal', [x, e.ints([1])]);
  return c.keep(c.cast(e.op('Where', [isOne, y, x]), dtype));
};

// ---- padding

/** [rank, 2] of int64 as ONNX has it: all that stands before, then all that stands behind. */
function dynamicPads(c: TfCall): ValueId {
  const turned = c.e.transpose(c.int64(c.input(1)), [1, 0]);
  return c.e.reshape(turned, [-1]);
}

function padded(c: TfCall, mode: string, value: Held | null): Held {
  const pads = c.numbers(c.input(1));
  const filler = value && c.numbers(value)?.[0] === 0 ? null : value;
  const more = filler ? [c.natural(filler)] : [];
  const plain = mode === 'constant' ? {} : { mode };
  if (!pads) return c.keep(c.op('Pad', [c.natural(), dynamicPads(c), ...more], plain));
  if (pads.every((p) => p === 0)) return c.x;
  return inOrder(c, c.x, (x, place) => {
    const rank = pads.length / 2;
    const side = (at: number) =>
      placed(
        range(0, rank).map((i) => pads[2 * i + at]!),
        place,
      );
    return c.op('Pad', [x, c.e.ints([...side(0), ...side(1)]), ...more], plain);
  });
}

/** REFLECT leaves the edge out, as ONNX does; SYMMETRIC repeats it, which is said by the places to take. */
const mirrorPad: Lowering = (c) => {
  if (c.text('mode', 'REFLECT') === 'REFLECT') return padded(c, 'reflect', null);
  const pads = c.known(1, 'paddings');
  return inOrder(c, c.x, (x, place) =>
    range(0, pads.length / 2).reduce<ValueId>(
      (y, axis) => symmetric(c, y, place(axis), pads[2 * axis]!, pads[2 * axis + 1]!),
      x,
    ),
  );
};

function symmetric(c: TfCall, x: ValueId, axis: number, before: number, after: number): ValueId {
  if (before === 0 && after === 0) return x;
  const { e } = c;
  const length = e.dims(x)?.[axis];
  if (typeof length === 'number') {
    const places = [...range(0, before).reverse(), ...range(0, length), ...range(length - after, length).reverse()];
    return e.op('Gather', [x, e.ints(places)], { axis });
  }
  const head = before > 0 ? [e.slice(x, [before - 1], [-(2 ** 31)], [axis], [-1])] : [];
  const tail = after > 0 ? [e.slice(x, [-1], [-after - 1], [axis], [-1])] : [];
  return e.op('Concat', [...head, x, ...tail], { axis });
}

// ---- turning round

function flipped(c: TfCall, axes: readonly number[]): Held {
  if (axes.length === 0) return c.x;
  return inOrder(c, c.x, (x, place) => {
    const all = axes.map(place);
    const [starts, ends] = [all.map(() => -1), all.map(() => -(2 ** 31))];
    return c.e.slice(x, starts, ends, all, starts);
  });
}

const reverseV2: Lowering = (c) =>
  flipped(
    c,
    c.known(1, 'axes').map((a) => c.axis(a)),
  );
const reverse: Lowering = (c) => {
  const chosen = c.known(1, 'axes');
  return flipped(
    c,
    range(0, chosen.length).filter((i) => chosen[i]),
  );
};

/** ONNX wants batch and time among the first two axes. */
const reverseSequence: Lowering = (c) => {
  const [time, batch] = [c.int('seq_dim', 1), c.int('batch_dim', 0)];
  const lengths = c.int64(c.input(1));
  const rank = c.rank();
  if (time < 2 && batch < 2)
    return c.keep(c.op('ReverseSequence', [c.natural(), lengths], { time_axis: time, batch_axis: batch }));
  const perm = [batch, time, ...range(0, rank).filter((a) => a !== batch && a !== time)];
  const moved = c.e.transpose(c.natural(), perm);
  const turned = c.op('ReverseSequence', [moved, lengths], { time_axis: 1, batch_axis: 0 });
  return c.keep(
    c.e.transpose(
      turned,
      range(0, rank).map((a) => perm.indexOf(a)),
    ),
  );
};

const roll: Lowering = (c) => {
  const axes = c.known(2, 'axis').map((a) => c.axis(a));
  const shifts = c.known(1, 'shift');
  const total = new Map<number, number>();
  axes.forEach((a, i) => total.set(a, (total.get(a) ?? 0) + shifts[i]!));
  return inOrder(c, c.x, (x, place) => [...total].reduce((y, [a, s]) => rolled(c, y, place(a), s), x));
};

function rolled(c: TfCall, x: ValueId, axis: number, by: number): ValueId {
  const { e } = c;
  const length = e.dims(x)?.[axis];
  if (typeof length !== 'number') return rolledUnknown(c, x, axis, by);
  const at = length === 0 ? 0 : ((by % length) + length) % length;
  if (at === 0) return x;
  const [head, tail] = [e.slice(x, [length - at], [length], [axis]), e.slice(x, [0], [length - at], [axis])];
  return e.op('Concat', [head, tail], { axis });
}

function rolledUnknown(c: TfCall, x: ValueId, axis: number, by: number): ValueId {
  if (by === 0) return x;
  const { e } = c;
  const length = e.squeeze(c.lengthOf(x, axis), [0]);
  const places = e.op('Range', [e.ints([0], []), length, e.ints([1], [])]);
  const from = e.op('Mod', [e.op('Sub', [places, e.ints([by], [])]), length]);
  return e.op('Gather', [x, from], { axis });
}

export const ARRANGEMENTS: Lowerings = {
  BroadcastArgs: broadcastArgs,
  BroadcastTo: broadcastTo,
  Concat: concatOld,
  ConcatV2: concatV2,
  MirrorPad: mirrorPad,
  Pack: pack,
  Pad: (c) => padded(c, 'constant', null),
  PadV2: (c) => padded(c, 'constant', c.input(2)),
  ParallelConcat: (c) => concat(c, c.inputs, 0),
  Reverse: reverse,
  ReverseSequence: reverseSequence,
  ReverseV2: reverseV2,
  Roll: roll,
  Tile: tile,
};
