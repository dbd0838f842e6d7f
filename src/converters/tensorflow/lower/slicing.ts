/** Parts of tensors: Slice, StridedSlice with its masks, Split, Unpack. */
import { type Held, orderAtHand, range } from '../../../graph-model/builders/axis-orders.ts';
import type { ValueId } from '../../../graph-model/core/model.ts';
import type { Dim } from '../../../graph-model/core/types.ts';
import type { Lowering, Lowerings, TfCall } from './call.ts';
import { lensOf, made, plus, vectorOf, type Len } from './lengths.ts';
import { firstAxis } from './reductions.ts';

/** Beyond any length. */
const END = 2 ** 31 - 1;

const isFirstOnly = (t: Held) => orderAtHand(t) === 'first' && t.natural === null;

/** Element `at` of a vector that the graph computes: int64, one element. */
const pick = (c: TfCall, vector: ValueId, at: number): ValueId => c.e.slice(vector, [at], [at + 1], [0]);

// ---- Slice

/** From `begin`, as many as `size` says; -1: all that remain. */
const slice: Lowering = (c) => {
  const rank = c.shapeOrNull()?.length ?? vectorLength(c, 1);
  const dims = c.shapeOrNull();
  const begins = c.parts(c.input(1)) ?? range(0, rank).map(() => null);
  const sizes = c.parts(c.input(2)) ?? range(0, rank).map(() => null);
  const axes = range(0, rank).filter((i) => !isWhole(begins[i]!, sizes[i]!, dims?.[i] ?? null));
  if (axes.length === 0) return c.x;
  const first = isFirstOnly(c.x);
  const starts = axes.map((a) => lenOf(c, begins[a]!, 1, a));
  const ends = axes.map((a, i): Len => (sizes[a] === -1 ? END : plus(c, starts[i]!, lenOf(c, sizes[a]!, 2, a))));
  const y = c.e.op('Slice', [
    first ? c.first() : c.natural(),
    vectorOf(c, starts),
    vectorOf(c, ends),
    c.e.ints(first ? axes.map((a) => firstAxis(a, rank)) : axes),
  ]);
  return c.keep(y, first ? 'first' : 'natural');
};

const isWhole = (begin: Dim, size: Dim, dim: Dim) => begin === 0 && (size === -1 || (size !== null && size === dim));

function lenOf(c: TfCall, part: Dim, input: number, at: number): Len {
  return typeof part === 'number' ? part : { make: () => pick(c, c.int64Vector(c.input(input)), at) };
}

function vectorLength(c: TfCall, input: number): number {
  const length = c.shape(c.input(input))[0];
  return typeof length === 'number' ? length : c.refuse('how many axes it cuts is not known');
}

// ---- StridedSlice

/** What one entry of begin, end and strides does. */
interface Cut {
  readonly axis: number;
  readonly start: Len;
  readonly end: Len;
  readonly step: number;
}

interface Plan {
  readonly cuts: Cut[];
  /** Axes that one element is taken of, and which. */
  readonly picks: { readonly axis: number; readonly at: Len }[];
  /** Axes of the result that are new. */
  readonly added: number[];
}

function planOf(c: TfCall): Plan {
  const count = vectorLength(c, 1);
  const mask = (key: string) => (i: number) => ((c.int(`${key}_mask`, 0) >> i) & 1) === 1;
  const [isBegin, isEnd, isEllipsis, isNew, isPick] = ['begin', 'end', 'ellipsis', 'new_axis', 'shrink_axis'].map(mask);
  const parts = [1, 2, 3].map((i) => c.parts(c.input(i)) ?? range(0, count).map(() => null));
  const plan: Plan = { cuts: [], picks: [], added: [] };
  const ellipsis = range(0, count).find((i) => isEllipsis!(i));
  const used = range(0, count).filter((i) => i !== ellipsis && !(isNew!(i) && !isEllipsis!(i))).length;
  let [axis, out] = [0, 0];
  for (const i of range(0, count)) {
    if (i === ellipsis) {
      const wide = c.rank() - used;
      axis += wide;
      out += wide;
    } else if (isNew!(i)) plan.added.push(out++);
    else if (isPick!(i)) plan.picks.push({ axis: axis++, at: lenOf(c, parts[0]![i]!, 1, i) });
    else {
      const step = parts[2]![i];
      if (typeof step !== 'number' || step === 0) return c.refuse('its strides are computed by the graph');
      const start: Len = isBegin!(i) ? (step > 0 ? 0 : END) : lenOf(c, parts[0]![i]!, 1, i);
      const end: Len = isEnd!(i) ? (step > 0 ? END : -END) : lenOf(c, parts[1]![i]!, 2, i);
      if (!(start === (step > 0 ? 0 : END) && isEnd!(i) && step === 1)) plan.cuts.push({ axis, start, end, step });
      axis++;
      out++;
    }
  }
  return plan;
}

const stridedSlice: Lowering = (c) => {
  const plan = planOf(c);
  const rank = c.shapeOrNull()?.length;
  const dims = c.shapeOrNull();
  const cuts = plan.cuts.filter(
    (k) => !(k.start === 0 && k.step === 1 && typeof k.end === 'number' && k.end === dims?.[k.axis]),
  );
  const stays = plan.picks.length === 0 && plan.added.length === 0;
  if (stays && cuts.length === 0) return c.x;
  if (stays && rank !== undefined && rank > 2 && isFirstOnly(c.x))
    return c.keep(
      cut(
        c,
        c.first(),
        cuts.map((k) => ({ ...k, axis: firstAxis(k.axis, rank) })),
      ),
      'first',
    );
  if (isFirstOnly(c.x) && plan.added.length === 0) {
    const direct = pickedFirst(c, plan, cuts, rank!);
    if (direct) return direct;
  }
  let y = cut(c, c.natural(), cuts, plan.picks.length > 1 ? plan.picks : []);
  if (plan.picks.length === 1) y = take(c, y, plan.picks[0]!);
  else if (plan.picks.length > 1)
    y = c.e.squeeze(
      y,
      plan.picks.map((p) => p.axis),
    );
  return c.keep(plan.added.length > 0 ? c.e.unsqueeze(y, plan.added) : y);
};

/** One element of the channels taken channels-first: [N, H, W] is in TensorFlow's order. */
function pickedFirst(c: TfCall, plan: Plan, cuts: readonly Cut[], rank: number): Held | null {
  if (plan.picks.length !== 1 || plan.picks[0]!.axis !== rank - 1) return null;
  const y = cut(
    c,
    c.first(),
    cuts.map((k) => ({ ...k, axis: firstAxis(k.axis, rank) })),
  );
  return c.keep(take(c, y, { axis: 1, at: plan.picks[0]!.at }));
}

function cut(c: TfCall, x: ValueId, cuts: readonly Cut[], picks: Plan['picks'] = []): ValueId {
  const ones = picks.map(({ axis, at }): Cut => ({ axis, start: at, end: after(c, at), step: 1 }));
  const all = [...cuts, ...ones].sort((a, b) => a.axis - b.axis);
  if (all.length === 0) return x;
  const steps = all.map((k) => k.step);
  return c.e.op('Slice', [
    x,
    vectorOf(
      c,
      all.map((k) => k.start),
    ),
    vectorOf(
      c,
      all.map((k) => k.end),
    ),
    c.e.ints(all.map((k) => k.axis)),
    ...(steps.some((s) => s !== 1) ? [c.e.ints(steps)] : []),
  ]);
}

/** What ends a slice of one element: behind the last one (-1) there is no 0. */
function after(c: TfCall, at: Len): Len {
  if (typeof at === 'number') return at === -1 ? END : at + 1;
  return {
    make: () => {
      const next = c.e.op('Add', [made(c, at), c.e.ints([1])]);
      return c.e.op('Where', [c.e.op('Equal', [next, c.e.ints([0])]), c.e.ints([END]), next]);
    },
  };
}

/** Gather of one place drops the axis. */
function take(c: TfCall, x: ValueId, pickOf: { readonly axis: number; readonly at: Len }): ValueId {
  const { axis, at } = pickOf;
  const place = typeof at === 'number' ? c.e.ints([at], []) : c.e.squeeze(made(c, at), [0]);
  return c.e.op('Gather', [x, place], axis === 0 ? {} : { axis });
}

// ---- assigning to a slice

/** x with a part replaced: the places of the part are those that the same cut takes from 0, 1, 2 ... */
const stridedUpdate: Lowering = (c) => {
  const { e } = c;
  const plan = planOf(c);
  const x = c.natural();
  const lens = lensOf(c, x);
  const shape = vectorOf(c, lens);
  const count = e.op('ReduceProd', [shape], { keepdims: 0 });
  const places = e.op('Reshape', [e.op('Range', [e.ints([0], []), count, e.ints([1], [])]), shape]);
  let part = cut(c, places, plan.cuts, plan.picks);
  if (plan.picks.length)
    part = e.squeeze(
      part,
      plan.picks.map((p) => p.axis),
    );
  if (plan.added.length) part = e.unsqueeze(part, plan.added);
  const value = e.op('Expand', [c.natural(c.input(4)), e.op('Shape', [part])]);
  const flat = c.op('ScatterND', [e.reshape(x, [-1]), e.reshape(part, [-1, 1]), e.reshape(value, [-1])]);
  return c.keep(e.op('Reshape', [flat, shape]));
};

// ---- Split

function splitInto(c: TfCall, t: Held, axis: number, count: number, sizes: readonly number[] | null): Held[] {
  const rank = c.shapeOrNull(t)?.length;
  const first = isFirstOnly(t) && rank !== undefined && rank > 2;
  const at = rank === undefined ? axis : c.axis(axis, rank);
  if (count === 1) return [t];
  const plain = { axis: first ? firstAxis(at, rank) : at };
  const even = sizes === null;
  const more = even && c.e.opset >= 18 ? { num_outputs: count } : {};
  const inputs = [first ? c.first(t) : c.natural(t), ...(even ? [] : [c.e.ints(sizes)])];
  return c.ops('Split', inputs, { ...plain, ...more }, count).map((v) => c.keep(v, first ? 'first' : 'natural'));
}

/** Inputs: axis, tensor. */
const split: Lowering = (c) => {
  const count = c.int('num_split', c.node.outputs.length);
  return splitInto(c, c.input(1), c.knownNumber(0, 'axis'), count, null);
};

/** Inputs: tensor, sizes (one may be -1), axis. */
const splitV: Lowering = (c) => {
  const sizes = c.known(1, 'sizes');
  const axis = c.knownNumber(2, 'axis');
  const rest = sizes.indexOf(-1);
  if (rest >= 0) {
    const sum = sizes.reduce((a, b) => a + b, 1);
    sizes[rest] = c.length(axis) - sum;
  }
  return splitInto(c, c.x, axis, sizes.length, sizes);
};

/** Gather of each place for a few; what is unpacked of a vector of lengths is known one by one so. */
const unpack: Lowering = (c) => {
  const count = c.int('num', c.node.outputs.length);
  const axis = c.axis(c.int('axis', 0));
  const read = range(0, count).filter((i) => c.isRead(i));
  const x = c.natural();
  const direct = c.rank() === 1 || read.length <= 1;
  if (!direct) {
    const parts = splitInto(c, c.keep(x), axis, count, null);
    return parts.map((t) => c.keep(c.e.squeeze(c.natural(t), [axis])));
  }
  return range(0, count).map((i) => c.keep(c.e.op('Gather', [x, c.e.ints([i], [])], axis === 0 ? {} : { axis })));
};

export const SLICES: Lowerings = {
  Slice: slice,
  Split: split,
  SplitV: splitV,
  StridedSlice: stridedSlice,
  TensorStridedSliceUpdate: stridedUpdate,
  Unpack: unpack,
};
