/** Operators that lay elements out anew: shapes, slices, joins, padding. */
import {
  firstOf,
  type Held,
  naturalOf,
  orderAtHand,
  range,
  type Order,
} from '../../../graph-model/builders/axis-orders.ts';
import type { ValueId } from '../../../graph-model/core/model.ts';
import { Operand } from './operand.ts';
import type { Lowering, Made, TfliteCall } from './call.ts';
import { fused } from './fused.ts';
import { wideOf } from './together.ts';

const INT_MAX = 2 ** 31 - 1;

/** Elements are moved about as they are stored, where they mean the same in the result. */
function moving(c: TfliteCall, make: (v: ValueId) => ValueId, index = 0): Made {
  return c.moved(index, (t) => c.keep(make(c.natural(t))));
}

const reshape: Lowering = (c) => {
  const option = c.ints('new_shape');
  const known = c.has(1) ? c.numbers(1) : option;
  if (!known) return moving(c, (v) => c.e.op('Reshape', [v, c.int64(1)]));
  // An old form of a scalar's shape.
  const shape = known.length === 1 && known[0] === 0 && !c.has(1) ? [] : known;
  const plain = shape.includes(0) ? { allowzero: 1 } : {};
  return moving(c, (v) => c.e.op('Reshape', [v, c.e.ints(shape)], plain));
};

const squeeze: Lowering = (c) => {
  const axes = c.ints('squeeze_dims').map((a) => c.axis(a, c.rank()));
  const open = c.shape().flatMap((d, i) => (d === 1 ? [i] : []));
  return moving(c, (v) => c.e.squeeze(v, axes.length > 0 ? axes : open));
};

const expandDims: Lowering = (c) => {
  const axis = c.axis(c.known(1, 'axis')[0] ?? 0, c.rank() + 1);
  return moving(c, (v) => c.e.unsqueeze(v, [axis]));
};

/** Channels-first is one more order in which a tensor may be at hand: a Transpose between the two orders is none. */
const transpose: Lowering = (c) => {
  const perm = c.known(1, 'order of axes').map((p) => c.axis(p, c.rank()));
  return c.moved(0, (t) => transposed(c, t, perm));
};

export function transposed(c: TfliteCall, t: Held, perm: readonly number[]): Held {
  const rank = perm.length;
  const toFirst = [0, rank - 1, ...range(1, rank - 1)];
  const first = orderAtHand(t) === 'first';
  // Where each axis of the source lies in the value at hand.
  const places = first ? toFirst.map((_, axis) => toFirst.indexOf(axis)) : range(0, rank);
  const value = first ? firstOf(c.e, t) : naturalOf(c.e, t);
  const natural = perm.map((p) => places[p]!);
  const asFirst = rank >= 3 ? toFirst.map((p) => natural[p]!) : [];
  const order: Order = asFirst.length > 0 && asFirst.every((p, i) => p === i) ? 'first' : 'natural';
  return c.keep(order === 'first' ? value : c.e.transpose(value, natural), order);
}

/** The rank that the operands of a join share. */
const concatenation: Lowering = (c) => {
  const all = range(0, c.count);
  const rank = Math.max(...all.map((i) => c.maybeShape(i)?.length ?? 0));
  const axis = c.axis(c.int('axis', 0), rank || c.rank());
  return joined(c, all, axis, rank);
};

function joined(c: TfliteCall, all: readonly number[], axis: number, rank: number): Made {
  const stored = all.every((i) => c.keepsSteps(i)) && c.text('fused_activation_function', 'NONE') === 'NONE';
  const helds = all.map((i) => (stored ? c.stored(i) : c.real(i)));
  const first = rank >= 3 && helds.some((h) => orderAtHand(h) === 'first');
  const values = helds.map((h) => (first ? firstOf(c.e, h) : naturalOf(c.e, h)));
  const at = first ? placeInFirst(axis, rank) : axis;
  const made = c.keep(
    values.length === 1 ? values[0]! : c.e.op('Concat', values, { axis: at }),
    first ? 'first' : 'natural',
  );
  return stored ? Operand.of(made, c.quantizationOf()) : fused(c, made);
}

/** Where an axis of the source lies channels-first. */
export function placeInFirst(axis: number, rank: number): number {
  if (axis === 0) return 0;
  return axis === rank - 1 ? 1 : axis + 1;
}

const pack: Lowering = (c) => {
  const all = range(0, c.count);
  const axis = c.axis(c.int('axis', 0), c.rank() + 1);
  const stored = all.every((i) => c.keepsSteps(i));
  const values = all.map((i) => c.e.unsqueeze(c.natural(stored ? c.stored(i) : c.real(i)), [axis]));
  const made = c.keep(values.length === 1 ? values[0]! : c.e.op('Concat', values, { axis }));
  return stored ? Operand.of(made, c.quantizationOf()) : made;
};

const unpack: Lowering = (c) => {
  const axis = c.axis(c.int('axis', 0), c.rank());
  const count = c.node.outputs.length;
  const parts = splitAlong(c, 0, axis, new Array<number>(count).fill(1));
  return parts.map((part) => asMade(c, 0, c.keep(c.e.squeeze(c.natural(part), [axis]))));
};

const asMade = (c: TfliteCall, index: number, held: Held): Made =>
  c.keepsSteps(index) ? Operand.of(held, c.quantizationOf()) : held;

/** Parts of the given lengths along an axis of the source, in the order at hand. */
function splitAlong(c: TfliteCall, index: number, axis: number, lengths: readonly number[]): Held[] {
  const t = c.keepsSteps(index) ? c.stored(index) : c.real(index);
  if (lengths.length === 1) return [t];
  const first = orderAtHand(t) === 'first';
  const at = first ? placeInFirst(axis, c.rank(index)) : axis;
  const order = first ? 'first' : 'natural';
  const value = first ? firstOf(c.e, t) : naturalOf(c.e, t);
  const wide = wideForSplit(c, value);
  const parts = c.e.ops('Split', [wide, c.e.ints(lengths)], { axis: at }, lengths.length);
  const dtype = c.e.dtype(value);
  return parts.map((p) => c.keep(wide === value ? p : c.e.op('Cast', [p], { to: c.code(dtype) }), order));
}

/** ONNX Runtime splits these as other numbers only. */
function wideForSplit(c: TfliteCall, value: ValueId): ValueId {
  const dtype = c.e.dtype(value);
  return /^(int8|int16|uint16)$/.test(dtype) ? c.e.op('Cast', [value], { to: 6 }) : value;
}

/** Inputs: the axis, the tensor. */
const split: Lowering = (c) => {
  const axis = c.axis(c.known(0, 'axis')[0] ?? 0, c.rank(1));
  const count = c.node.outputs.length;
  const each = c.length(1, axis) / count;
  if (!Number.isInteger(each)) c.refuse(`its axis ${axis} cannot be split into ${count} parts`);
  return splitAlong(c, 1, axis, new Array<number>(count).fill(each)).map((p) => asMade(c, 1, p));
};

const splitV: Lowering = (c) => {
  const axis = c.axis(c.known(2, 'axis')[0] ?? 0, c.rank());
  const given = c.known(1, 'lengths');
  const rest = given.includes(-1) ? c.length(0, axis) - given.reduce((a, b) => a + Math.max(b, 0), 0) : 0;
  const lengths = given.map((n) => (n < 0 ? rest : n));
  return splitAlong(c, 0, axis, lengths).map((p) => asMade(c, 0, p));
};

/** Sizes of -1 reach to the end. */
const slice: Lowering = (c) => {
  const axes = range(0, c.rank());
  const [begin, size] = [c.numbers(1), c.numbers(2)];
  if (begin && size) {
    const ends = begin.map((b, i) => (size[i]! < 0 ? INT_MAX : b + size[i]!));
    return c.moved(0, (t) => sliced(c, t, begin, ends, axes));
  }
  const [from, length] = [c.int64(1), c.int64(2)];
  const end = c.e.op('Where', [
    c.e.op('Less', [length, c.e.ints([0])]),
    c.e.ints([INT_MAX]),
    c.e.op('Add', [from, length]),
  ]);
  return moving(c, (v) => c.e.op('Slice', [v, from, end, c.e.ints(axes)]));
};

/** In the order at hand; axes that are taken whole are left out. */
function sliced(
  c: TfliteCall,
  t: Held,
  begin: readonly number[],
  ends: readonly number[],
  axes: readonly number[],
): Held {
  const shape = c.shape();
  const rank = shape.length;
  const kept = axes.filter((a, i) => begin[i] !== 0 || (ends[i] !== INT_MAX && ends[i] !== shape[a]));
  if (kept.length === 0) return t;
  const order = orderAtHand(t) === 'first' ? 'first' : 'natural';
  const value = order === 'first' ? firstOf(c.e, t) : naturalOf(c.e, t);
  const places = kept.map((a) => (order === 'first' ? placeInFirst(a, rank) : a));
  const pick = (list: readonly number[]) => kept.map((a) => list[axes.indexOf(a)]!);
  return c.keep(c.e.slice(value, pick(begin), pick(ends), places), order);
}

// ---- strided slices

interface SliceSpec {
  /** Axes of the input, one for each entry that takes a range or a place. */
  readonly axes: number[];
  /** Which entry of begin, end and strides each axis has. */
  readonly entries: number[];
  /** Axes of the result that are new, and axes of the sliced tensor that go. */
  readonly added: number[];
  readonly dropped: number[];
}

/** Entries as TensorFlow reads them: an ellipsis stands for all axes that no other entry names. */
function sliceSpec(c: TfliteCall, count: number, rank: number): SliceSpec {
  const bit = (mask: string, i: number) => ((c.int(mask, 0) >> i) & 1) === 1;
  const spec: SliceSpec = { axes: [], entries: [], added: [], dropped: [] };
  const named = range(0, count).filter((i) => !bit('ellipsis_mask', i) && !bit('new_axis_mask', i)).length;
  let axis = 0;
  let out = 0;
  for (let i = 0; i < count; i++) {
    if (bit('ellipsis_mask', i)) {
      axis += rank - named;
      out += rank - named;
    } else if (bit('new_axis_mask', i)) {
      spec.added.push(out++);
    } else {
      if (bit('shrink_axis_mask', i)) spec.dropped.push(axis);
      else out++;
      spec.axes.push(axis++);
      spec.entries.push(i);
    }
  }
  return spec;
}

const stridedSlice: Lowering = (c) => {
  const strides = c.known(3, 'strides');
  const spec = sliceSpec(c, strides.length, c.rank());
  if (spec.axes.some((a) => a >= c.rank())) c.refuse('it names more axes than its input has');
  const steps = spec.entries.map((i) => strides[i]!);
  const [begin, end] = [c.numbers(1), c.numbers(2)];
  const bounds = begin && end ? knownBounds(c, spec, begin, end, strides) : computedBounds(c, spec, strides);
  return moving(c, (v) => {
    const whole = bounds.starts.length === 0;
    const cut = whole ? v : c.e.op('Slice', [v, bounds.begin, bounds.end, c.e.ints(spec.axes), c.e.ints(steps)]);
    const less = spec.dropped.length > 0 ? c.e.squeeze(cut, spec.dropped) : cut;
    return spec.added.length > 0 ? c.e.unsqueeze(less, spec.added) : less;
  });
};

interface Bounds {
  readonly starts: readonly number[];
  readonly begin: ValueId;
  readonly end: ValueId;
}

const masked = (c: TfliteCall, mask: string, i: number) => ((c.int(mask, 0) >> i) & 1) === 1;

function knownBounds(
  c: TfliteCall,
  spec: SliceSpec,
  begin: readonly number[],
  end: readonly number[],
  strides: readonly number[],
): Bounds {
  const shrinks = (i: number) => masked(c, 'shrink_axis_mask', i);
  const starts = spec.entries.map((i) =>
    masked(c, 'begin_mask', i) && !shrinks(i) ? (strides[i]! > 0 ? 0 : INT_MAX) : begin[i]!,
  );
  const ends = spec.entries.map((i, k) => {
    if (shrinks(i)) return starts[k] === -1 ? INT_MAX : starts[k]! + 1;
    if (masked(c, 'end_mask', i)) return strides[i]! > 0 ? INT_MAX : -INT_MAX;
    return c.flag('offset') ? begin[i]! + end[i]! : end[i]!;
  });
  return { starts, begin: c.e.ints(starts), end: c.e.ints(ends) };
}

function computedBounds(c: TfliteCall, spec: SliceSpec, strides: readonly number[]): Bounds {
  const { e } = c;
  const entries = e.ints(spec.entries);
  const all = spec.entries.length === strides.length;
  const pick = (v: ValueId) => (all ? v : e.op('Gather', [v, entries]));
  const [from, to] = [pick(c.int64(1)), pick(c.int64(2))];
  const bools = (mask: string) => spec.entries.map((i) => (masked(c, mask, i) ? 1 : 0));
  const edge = (sign: number) =>
    e.ints(spec.entries.map((i) => (strides[i]! * sign > 0 ? INT_MAX : sign > 0 ? -INT_MAX : 0)));
  const begin = choose(
    c,
    bools('begin_mask').map((b, k) => (bools('shrink_axis_mask')[k] ? 0 : b)),
    edge(-1),
    from,
  );
  const asked = c.flag('offset') ? e.op('Add', [from, to]) : to;
  const next = e.op('Add', [begin, e.ints([1])]);
  const after = e.op('Where', [e.op('Equal', [next, e.ints([0])]), e.ints([INT_MAX]), next]);
  const end = choose(c, bools('shrink_axis_mask'), after, choose(c, bools('end_mask'), edge(1), asked));
  return { starts: spec.entries, begin, end };
}

function choose(c: TfliteCall, mask: readonly number[], yes: ValueId, no: ValueId): ValueId {
  if (mask.every((m) => m === 0)) return no;
  return mask.every((m) => m === 1) ? yes : c.e.op('Where', [c.e.numbers('bool', mask, [mask.length]), yes, no]);
}

// ---- padding

const pad: Lowering = (c) => {
  const q = c.quantizationOf();
  const value = c.has(2) ? (c.keepsSteps() && c.keepsSteps(2) ? c.natural(c.stored(2)) : c.natural(c.real(2))) : null;
  const stored = c.keepsSteps() && (value === null || c.keepsSteps(2));
  const t = stored ? c.stored() : c.real();
  const zero = q !== null && stored && value === null ? (q.zeroPoint[0] ?? 0) : null;
  const made = padded(c, t, (v) => value ?? (zero === null || zero === 0 ? null : likeConstant(c, v, zero)));
  return stored ? Operand.of(made, q) : made;
};

function likeConstant(c: TfliteCall, like: ValueId, value: number): ValueId {
  const dtype = c.e.dtype(like);
  if (/^(float|double|int32|int64|uint8|bool)$/.test(dtype)) return c.e.numbers(dtype, [value]);
  return c.e.op('Cast', [c.e.numbers('int32', [value])], { to: c.code(dtype) });
}

function padded(c: TfliteCall, t: Held, fill: (v: ValueId) => ValueId | null, mode = 'constant'): Held {
  const rank = c.rank();
  const known = c.numbers(1);
  const order = known && orderAtHand(t) === 'first' ? 'first' : 'natural';
  const value = order === 'first' ? firstOf(c.e, t) : naturalOf(c.e, t);
  let pads: ValueId;
  if (known) {
    const at = range(0, rank).map((i) => (order === 'first' ? [0, rank - 1, ...range(1, rank - 1)][i]! : i));
    pads = c.e.ints([...at.map((a) => known[2 * a] ?? 0), ...at.map((a) => known[2 * a + 1] ?? 0)]);
  } else pads = c.e.reshape(c.e.transpose(c.int64(1), [1, 0]), [-1]);
  const filled = fill(value);
  const dtype = c.e.dtype(value);
  // ONNX Runtime pads no 16-bit integers.
  const wide = /^(int16|uint16)$/.test(dtype) ? wideOf(dtype) : null;
  const cast = (v: ValueId) => (wide ? c.e.op('Cast', [v], { to: c.code(wide) }) : v);
  const inputs = filled === null ? [cast(value), pads] : [cast(value), pads, cast(filled)];
  const made = c.e.op('Pad', inputs, { mode });
  return c.keep(wide ? c.e.op('Cast', [made], { to: c.code(dtype) }) : made, order);
}

/** SYMMETRIC repeats the edge, which ONNX does not: the strips are turned round and joined on. */
const mirrorPad: Lowering = (c) =>
  c.moved(0, (t) => {
    if (c.text('mode', 'REFLECT') === 'REFLECT') return padded(c, t, () => null, 'reflect');
    const pads = c.known(1, 'padding');
    let v = c.natural(t);
    for (let axis = 0; axis < c.rank(); axis++) {
      const [before, after] = [pads[2 * axis] ?? 0, pads[2 * axis + 1] ?? 0];
      const parts = [v];
      if (before > 0) parts.unshift(c.e.slice(v, [before - 1], [-INT_MAX], [axis], [-1]));
      if (after > 0) parts.push(c.e.slice(v, [-1], [-after - 1], [axis], [-1]));
      if (parts.length > 1) v = c.e.op('Concat', parts, { axis });
    }
    return c.keep(v);
  });

// ---- the rest

const tile: Lowering = (c) => moving(c, (v) => c.e.op('Tile', [v, c.int64(1)]));
const broadcastTo: Lowering = (c) => moving(c, (v) => c.e.op('Expand', [v, c.int64(1)]));

/** The shape that two shapes broadcast to is that of a sum. */
const broadcastArgs: Lowering = (c) => {
  const zeros = [0, 1].map((i) => c.e.op('ConstantOfShape', [c.int64(i)]));
  const shape = c.e.op('Shape', [c.e.op('Add', zeros)]);
  return c.keep(c.e.op('Cast', [shape], { to: c.code(c.outputDtype()) }));
};

const reverse: Lowering = (c) => {
  const axes = c.known(1, 'axes').map((a) => c.axis(a, c.rank()));
  const each = <T>(value: T) => axes.map(() => value);
  return moving(c, (v) => c.e.slice(v, each(-1), each(-INT_MAX), axes, each(-1)));
};

/** ONNX reverses along the first two axes alone. */
const reverseSequence: Lowering = (c) => {
  const rank = c.rank();
  const [seq, batch] = [c.axis(c.int('seq_dim', 0), rank), c.axis(c.int('batch_dim', 0), rank)];
  const perm = [seq, batch, ...range(0, rank).filter((a) => a !== seq && a !== batch)];
  const back = perm.map((_, axis) => perm.indexOf(axis));
  return moving(c, (v) => {
    const plain = { time_axis: 0, batch_axis: 1 };
    return c.e.transpose(c.e.op('ReverseSequence', [c.e.transpose(v, perm), c.int64(1)], plain), back);
  });
};

const shapeOf: Lowering = (c) => {
  const known = c.shape();
  const dtype = c.outputDtype();
  if (known.every((d) => typeof d === 'number')) return c.keep(c.e.numbers(dtype, known as number[], [known.length]));
  return c.keep(c.e.cast(c.e.op('Shape', [c.natural(c.stored())]), dtype, c.code(dtype)));
};

const rankOf: Lowering = (c) => c.keep(c.e.numbers('int32', [c.rank()]));

/** Inputs: the shape, the value. */
const fill: Lowering = (c) => moving(c, (v) => c.e.op('Expand', [v, c.int64(0)]), 1);

const sequence: Lowering = (c) => {
  const values = [0, 1, 2].map((i) => c.natural(c.stored(i)));
  const scalars = values.map((v) => ((c.e.dims(v)?.length ?? 0) === 0 ? v : c.e.reshape(v, [])));
  return Operand.of(c.keep(c.e.op('Range', scalars)));
};

export const SHAPE: Readonly<Record<string, Lowering>> = {
  BROADCAST_ARGS: broadcastArgs,
  BROADCAST_TO: broadcastTo,
  CONCATENATION: concatenation,
  EXPAND_DIMS: expandDims,
  FILL: fill,
  MIRROR_PAD: mirrorPad,
  PACK: pack,
  PAD: pad,
  PADV2: pad,
  RANGE: sequence,
  RANK: rankOf,
  RESHAPE: reshape,
  REVERSE_SEQUENCE: reverseSequence,
  REVERSE_V2: reverse,
  SHAPE: shapeOf,
  SLICE: slice,
  SPLIT: split,
  SPLIT_V: splitV,
  SQUEEZE: squeeze,
  STRIDED_SLICE: stridedSlice,
  TILE: tile,
  TRANSPOSE: transpose,
  UNPACK: unpack,
};
