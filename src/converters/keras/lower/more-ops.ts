/** Functions of keras.ops beyond the usual ones. Formulas: keras.ops of the same names. */
import type { ValueId } from '../../../graph-model/core/model.ts';
import type { TypedEmitter } from '../../../graph-model/builders/typed-emitter.ts';
import { range } from '../../../graph-model/builders/axis-orders.ts';
import { isList } from '../json.ts';
import { numbersOf } from './op-arguments.ts';
import { pointwise, sparsemax } from './activations.ts';
import { isHeld, type LayerCall, type Lowering } from './call.ts';

const isFloat = (dtype: string) => dtype === 'float' || dtype === 'double' || dtype === 'float16';
const floating = (c: LayerCall, x: ValueId) => (isFloat(c.e.dtype(x)) ? x : c.e.toFloat(x));

const each =
  (make: (e: TypedEmitter, x: ValueId) => ValueId): Lowering =>
  (c) =>
    c.map(c.x, (x) => make(c.e, floating(c, x)));
const named = (op: string): Lowering => each((e, x) => e.op(op, [x]));
const times = (factor: number): Lowering => each((e, x) => e.op('Mul', [x, e.float(factor)]));

/** A pointwise activation; `option` and its usual value: another one is refused. */
const usual =
  (name: string, options: Readonly<Record<string, number>> = {}): Lowering =>
  (c) => {
    for (const [key, value] of Object.entries(options)) {
      if (c.number(key, value) !== value) c.refuse(`its ${key} of ${c.number(key, value)} is not converted`);
    }
    return c.map(c.x, (x) => (pointwise(name, c.keras) ?? c.refuse('it is not known'))(c.e, x));
  };

const filled =
  (value: number): Lowering =>
  (c) =>
    c.map(c.x, (x) => {
      const zero = c.e.numbers(c.e.dtype(x), [value]);
      return c.e.op('Expand', [zero, c.e.op('Shape', [x])]);
    });

function axisOf(c: LayerCall, otherwise: number): number {
  const found = c.config['axis'];
  if (found === null) return c.refuse('it runs over all elements, which is not converted');
  return c.axis(typeof found === 'number' ? found : otherwise);
}

const flip: Lowering = (c) => {
  const axes = c.numbers('axis') ?? range(0, c.rank());
  return c.keep(axes.reduce<ValueId>((y, axis) => c.e.flip(y, c.axis(axis)), c.natural()));
};

/** Ascending, by ONNX's TopK of all elements. */
const sorting =
  (place: 0 | 1): Lowering =>
  (c) => {
    const flat = c.config['axis'] === null || (c.keras >= 3 && !('axis' in c.config));
    const x = flat ? c.e.reshape(c.natural(), [-1]) : c.natural();
    const axis = flat ? 0 : axisOf(c, -1);
    const length = c.e.slice(c.e.op('Shape', [x]), [axis], [axis + 1], [0]);
    const made = c.e.ops('TopK', [x, length], { axis, largest: 0 }, 2)[place]!;
    return c.keep(place === 1 ? c.e.cast(made, 'int32', 6) : made);
  };

const topK: Lowering = (c) => {
  const made = c.e.ops('TopK', [c.natural(), c.e.ints([c.number('k', 1)])], { axis: -1 }, 2);
  return [c.keep(made[0]!), c.keep(c.e.cast(made[1]!, 'int32', 6))];
};

/** Into equal parts, or at the places that are named. */
const split: Lowering = (c) => {
  const axis = axisOf(c, 0);
  const given = c.config['indices_or_sections'];
  const x = c.natural();
  if (typeof given === 'number') {
    const parts = range(0, given).map(() => c.length(axis) / given);
    return c.e.ops('Split', [x, c.e.ints(parts)], { axis }, given).map((v) => c.keep(v));
  }
  if (!isList(given) || !given.every((v) => typeof v === 'number'))
    return c.refuse('the places where it splits are not written down');
  const ends = [...(given as number[]), c.length(axis)];
  const parts = ends.map((end, i) => end - (i === 0 ? 0 : ends[i - 1]!));
  if (parts.some((p) => p < 0)) return c.refuse('the places where it splits do not rise');
  return c.e.ops('Split', [x, c.e.ints(parts)], { axis }, parts.length).map((v) => c.keep(v));
};

const unstack: Lowering = (c) => {
  const axis = axisOf(c, 0);
  const count = c.length(axis);
  const parts = c.e.ops('Split', [c.natural(), c.e.ints(range(0, count).map(() => 1))], { axis }, count);
  return parts.map((v) => c.keep(c.e.squeeze(v, [axis])));
};

const swapAxes: Lowering = (c) => {
  const perm = range(0, c.rank());
  const [a, b] = [c.axis(c.number('axis1', 0)), c.axis(c.number('axis2', 1))];
  [perm[a], perm[b]] = [b, a];
  return c.keep(c.e.transpose(c.natural(), perm));
};

const moveAxis: Lowering = (c) => {
  const [from, to] = [c.numbers('source') ?? [], c.numbers('destination') ?? []];
  if (from.length === 0 || from.length !== to.length) return c.refuse('the axes it moves are not written down');
  const moved = from.map((a) => c.axis(a));
  const rest = range(0, c.rank()).filter((a) => !moved.includes(a));
  const target = new Map(to.map((t, i) => [c.axis(t), moved[i]!]));
  const perm = range(0, c.rank()).map((i) => target.get(i) ?? rest.shift()!);
  return c.keep(c.e.transpose(c.natural(), perm));
};

const tile: Lowering = (c) => {
  const given = c.numbers('repeats') ?? c.refuse('how often it repeats is not written down');
  const lack = c.rank() - given.length;
  if (lack < 0) {
    const wide = c.e.unsqueeze(c.natural(), range(0, -lack));
    return c.keep(c.e.op('Tile', [wide, c.e.ints(given)]));
  }
  return c.keep(c.e.op('Tile', [c.natural(), c.e.ints([...range(0, lack).map(() => 1), ...given])]));
};

const repeat: Lowering = (c) => {
  const times = c.numbers('repeats') ?? c.refuse('how often it repeats is not written down');
  const over = typeof c.config['axis'] !== 'number';
  const x = over ? c.e.reshape(c.natural(), [-1]) : c.natural();
  if (over && times.length === 1) {
    const wide = c.e.op('Expand', [c.e.unsqueeze(x, [1]), c.e.ints([1, times[0]!])]);
    return c.keep(c.e.reshape(wide, [-1]));
  }
  const axis = over ? c.refuse('repeats that differ need an axis') : axisOf(c, -1);
  const order = range(0, c.length(axis)).flatMap((i) => range(0, times[i] ?? times[0]!).map(() => i));
  return c.keep(c.e.op('Gather', [x, c.e.ints(order)], { axis }));
};

const take: Lowering = (c) => {
  const [x, at] = [c.x, c.given.args[1] ?? c.given.kwargs['indices']];
  const over = c.config['axis'] === null || c.config['axis'] === undefined;
  const array = numbersOf(at ?? c.config['indices']);
  const rows = isHeld(at) ? c.e.cast(c.natural(at), 'int64', 7) : array && c.e.ints(array.values, array.dims);
  if (!rows) return c.refuse('the places it takes are not written down');
  const from = over ? c.e.reshape(c.natural(x), [-1]) : c.natural(x);
  return c.keep(c.e.op('Gather', [from, rows], { axis: over ? 0 : axisOf(c, 0) }));
};

const oneHot: Lowering = (c) => {
  const depth = c.e.ints([c.number('num_classes', 0)], []);
  const ids = c.e.cast(c.natural(), 'int64', 7);
  // Numbers below zero are no class, and count from the end in ONNX.
  const kept = c.e.op('Where', [c.e.op('Less', [ids, c.e.ints([0], [])]), depth, ids]);
  return c.keep(c.e.op('OneHot', [kept, depth, c.e.floats([0, 1])], { axis: c.number('axis', -1) }));
};

const trunc = each((e, x) => e.op('Mul', [e.op('Sign', [x]), e.op('Floor', [e.op('Abs', [x])])]));
const cbrt = each((e, x) => e.op('Mul', [e.op('Sign', [x]), e.op('Pow', [e.op('Abs', [x]), e.float(1 / 3)])]));
const isFinite = each((e, x) => e.op('Not', [e.op('Or', [e.op('IsInf', [x]), e.op('IsNaN', [x])])]));

export const MORE_OPS: Readonly<Record<string, Lowering>> = {
  arccos: named('Acos'),
  arccosh: named('Acosh'),
  arcsin: named('Asin'),
  arcsinh: named('Asinh'),
  arctan: named('Atan'),
  arctanh: named('Atanh'),
  cosh: named('Cosh'),
  sinh: named('Sinh'),
  isinf: named('IsInf'),
  isfinite: isFinite,
  log2: each((e, x) => e.op('Div', [e.op('Log', [x]), e.float(Math.LN2)])),
  log10: each((e, x) => e.op('Div', [e.op('Log', [x]), e.float(Math.LN10)])),
  exp2: each((e, x) => e.op('Pow', [e.float(2), x])),
  deg2rad: times(Math.PI / 180),
  rad2deg: times(180 / Math.PI),
  trunc,
  cbrt,
  tanhshrink: usual('tanh_shrink'),
  sparseplus: usual('sparse_plus'),
  sparsesigmoid: usual('sparse_sigmoid'),
  sparsemax: (c) => sparsemax(c, c.x, c.number('axis', -1)),
  oneslike: filled(1),
  zeroslike: filled(0),
  flip,
  sort: sorting(0),
  argsort: sorting(1),
  topk: topK,
  split,
  unstack,
  swapaxes: swapAxes,
  moveaxis: moveAxis,
  tile,
  repeat,
  take,
  onehot: oneHot,
};
