/** Products and matrices of keras.ops. */
import type { ValueId } from '../../../graph-model/core/model.ts';
import { range, type Held } from '../../../graph-model/builders/axis-orders.ts';
import { isList } from '../json.ts';
import type { LayerCall, Lowering } from './call.ts';
import { numbersOf, pairwise, sameTypes } from './op-arguments.ts';

const LETTERS = 'abcdefghijklmnopqrstuvwxyz';

function two(c: LayerCall): [Held, Held] {
  const [a, b] = c.inputs;
  // The same tensor twice is one input of the node and two arguments.
  return a ? [a, b ?? a] : c.refuse('it is called with other than two tensors');
}

/** Sums over pairs of axes; the others of the left, then those of the right, stay. */
function contracted(c: LayerCall, a: Held, b: Held, left: readonly number[], right: readonly number[]): Held {
  const [m, n] = [c.rank(a), c.rank(b)];
  const first = range(0, m).map((i) => LETTERS[i]!);
  const second = range(0, n).map((i) => LETTERS[m + i]!);
  left.forEach((axis, i) => (second[c.axis(right[i]!, n)] = first[c.axis(axis, m)]!));
  const summed = new Set(left.map((axis) => first[c.axis(axis, m)]!));
  const kept = [...first, ...second].filter((l) => !summed.has(l));
  const equation = `${first.join('')},${second.join('')}->${kept.join('')}`;
  return c.keep(c.e.op('Einsum', sameTypes(c, [c.natural(a), c.natural(b)], false), { equation }));
}

const tensordot: Lowering = (c) => {
  const [a, b] = two(c);
  const axes = c.config['axes'];
  if (typeof axes === 'number') {
    const left = range(c.rank(a) - axes, c.rank(a));
    return contracted(c, a, b, left, range(0, axes));
  }
  if (!isList(axes) || axes.length !== 2) return c.refuse('the axes it sums over are not written down');
  const [left, right] = axes.map((v) => [...(numbersOf(v)?.values ?? [])]);
  return contracted(c, a, b, left!, right!);
};

const times: Lowering = pairwise(({ e }, a, b) => e.op('Mul', [a, b]));

const dot: Lowering = (c) => {
  if (c.inputs.length < 2 && c.given.args.filter((v) => numbersOf(v)).length > 0) return times(c);
  const [a, b] = two(c);
  if (c.rank(a) === 0 || c.rank(b) === 0) return times(c);
  return contracted(c, a, b, [-1], [c.rank(b) === 1 ? 0 : -2]);
};

const inner: Lowering = (c) => contracted(c, ...two(c), [-1], [-1]);

const flat = (c: LayerCall, t: Held) => c.e.reshape(c.natural(t), [-1]);

const vdot: Lowering = (c) => {
  const [a, b] = two(c);
  return c.keep(c.e.reduce('ReduceSum', c.e.op('Mul', [flat(c, a), flat(c, b)]), [0], false));
};

const outer: Lowering = (c) => {
  const [a, b] = two(c);
  return c.keep(c.e.op('Mul', [c.e.unsqueeze(flat(c, a), [1]), c.e.unsqueeze(flat(c, b), [0])]));
};

/** Each element of the left, times the whole right. */
const kron: Lowering = (c) => {
  const [a, b] = two(c);
  const rank = c.rank(a);
  if (c.rank(b) !== rank) return c.refuse('its operands have different numbers of dimensions');
  const odd = range(0, rank).map((i) => 2 * i + 1);
  const even = range(0, rank).map((i) => 2 * i);
  const product = c.e.op('Mul', [c.e.unsqueeze(c.natural(a), odd), c.e.unsqueeze(c.natural(b), even)]);
  return c.keep(c.e.reshape(product, [-1, ...range(1, rank).map((i) => c.length(i, a) * c.length(i, b))]));
};

/** Of vectors of three along the last axis. */
const cross: Lowering = (c) => {
  const { e } = c;
  const [a, b] = two(c);
  const axes = ['axisa', 'axisb', 'axisc'].map((key) => c.number(key, -1));
  if (axes.some((axis) => axis !== -1 && axis !== c.rank() - 1) || c.length(-1, a) !== 3 || c.length(-1, b) !== 3)
    return c.refuse('only vectors of three along the last axis are converted');
  const turned = (t: Held, order: readonly number[]) => e.op('Gather', [c.natural(t), e.ints(order)], { axis: -1 });
  const product = (p: readonly number[], q: readonly number[]) => e.op('Mul', [turned(a, p), turned(b, q)]);
  return c.keep(e.op('Sub', [product([1, 2, 0], [2, 0, 1]), product([2, 0, 1], [1, 2, 0])]));
};

const distances: Lowering = (c) => {
  const { e } = c;
  const [a, b] = two(c);
  const rank = c.rank(a);
  const apart = e.op('Sub', [e.unsqueeze(c.natural(a), [rank - 1]), e.unsqueeze(c.natural(b), [rank - 2])]);
  return c.keep(e.reduce('ReduceL2', apart, [rank], false));
};

const determinant = (c: LayerCall): ValueId => c.e.op('Det', [c.natural()]);

const vander: Lowering = (c) => {
  const { e } = c;
  const count = c.number('N', 0) || c.length(0);
  const powers = range(0, count).map((i) => (c.flag('increasing') ? i : count - 1 - i));
  return c.keep(e.op('Pow', [e.unsqueeze(e.toFloat(c.natural()), [1]), e.floats(powers)]));
};

export const LINEAR_OPS: Readonly<Record<string, Lowering>> = {
  tensordot,
  dot,
  inner,
  vdot,
  outer,
  kron,
  cross,
  cdist: distances,
  det: (c) => c.keep(determinant(c)),
  logdet: (c) => c.keep(c.e.op('Log', [determinant(c)])),
  slogdet: (c) => {
    const found = determinant(c);
    return [c.keep(c.e.op('Sign', [found])), c.keep(c.e.op('Log', [c.e.op('Abs', [found])]))];
  },
  vander,
};
