/** Arithmetic with neutral elements, and constants that meet. */
import { sameShape } from '../../graph-model/core/dims.ts';
import type { ValueId } from '../../graph-model/core/model.ts';
import { elementArray, elementCount, toNumbers, type DenseTensor } from '../../graph-model/core/tensor.ts';
import { any, constant, either, op } from '../engine/pattern.ts';
import type { Match } from '../engine/match.ts';
import type { Rule } from '../engine/rules.ts';
import type { RuleScope } from '../engine/scope.ts';

const x = any('x');
const c = constant('c');

/** True when combining `x` with the constant gives the shape of `x`. */
export function keepsShape(g: RuleScope, m: Match, result: ValueId = m.root.outputs[0]!): boolean {
  const dims = g.tensor(m.value('c'))!.dims;
  if (dims.length === 0) return true;
  const rank = g.rank(m.value('x'));
  if (rank !== null && elementCount(dims) === 1 && dims.length <= rank) return true;
  return sameShape(g.shape(m.value('x')), g.shape(result));
}

const neutral = (number: number) => (m: Match, g: RuleScope) =>
  Object.is(g.uniform(m.value('c')), number) && keepsShape(g, m);

export const NEUTRAL: readonly Rule[] = [
  {
    name: 'times-one',
    doc: 'x * 1 is x.',
    example: {
      before: '(float[2] x) => (float[2] y) <float c = {1}> { a = Mul(c, x)  y = Relu(a) }',
      after: '(float[2] x) => (float[2] y) { y = Relu(x) }',
    },
    match: either('Mul', [x, c]),
    when: neutral(1),
    keep: 'x',
  },
  {
    name: 'over-one',
    doc: 'x / 1 is x, and x to the power of 1.',
    example: {
      before: '(float[2] x) => (float[2] y) <float[1] c = {1}> { a = Div(x, c)  y = Relu(a) }',
      after: '(float[2] x) => (float[2] y) { y = Relu(x) }',
    },
    match: op('Div|Pow', [x, c]),
    when: neutral(1),
    keep: 'x',
  },
  {
    name: 'minus-zero',
    doc: 'x - 0 is x, minus zero included.',
    example: {
      before: '(float[2] x) => (float[2] y) <float c = {0}> { a = Sub(x, c)  y = Relu(a) }',
      after: '(float[2] x) => (float[2] y) { y = Relu(x) }',
    },
    match: op('Sub', [x, c]),
    when: neutral(0),
    keep: 'x',
  },
  {
    name: 'plus-minus-zero',
    doc: 'x + (-0) is x, and so is x + 0 for integers.',
    example: {
      before: '(int64[2] x) => (int64[2] y) <int64 c = {0}> { a = Add(x, c)  y = Neg(a) }',
      after: '(int64[2] x) => (int64[2] y) { y = Neg(x) }',
    },
    match: either('Add', [x, c]),
    when: (m, g) => (neutral(-0)(m, g) || (g.dtype(m.value('c'))!.includes('int') && neutral(0)(m, g))) as boolean,
    keep: 'x',
  },
];

/** Exact in every way but one: the sign of a zero. */
export const NEARLY_NEUTRAL: readonly Rule[] = [
  {
    name: 'plus-zero',
    doc: 'x + 0 is x (where x is -0 the sum is +0: the sign of that zero is kept instead).',
    example: {
      before: '(float[2] x) => (float[2] y) <float c = {0}> { a = Add(x, c)  y = Relu(a) }',
      after: '(float[2] x) => (float[2] y) { y = Relu(x) }',
    },
    match: either('Add', [x, c]),
    when: neutral(0),
    keep: 'x',
  },
];

/** Elements up to which two constants are combined here. */
const COMBINE_LIMIT = 16384;

const combine = (name: string, ops: string, doc: string, example: Rule['example'], sign: 1 | -1): Rule => ({
  name,
  doc,
  example,
  match: either(ops, [either(ops, [x, constant('d')], { as: 'inner' }), c]),
  when: (m, g) => combinable(m, g) && staysFinite(combined(m, g, sign), sign),
  build: (m, g) => g.add(m.root.op, [m.value('x'), g.dense(combined(m, g, sign))]),
});

const combined = (m: Match, g: RuleScope, sign: 1 | -1): DenseTensor =>
  merge(g.elements(m.value('c'))!, g.elements(m.value('d'))!, sign === 1 ? (a, b) => a + b : (a, b) => a * b);

/** The constants together must neither overflow nor, as factors, vanish where one after the other did not. */
const staysFinite = ({ values }: DenseTensor, sign: 1 | -1): boolean =>
  Array.from(values as Float32Array).every((v) => Number.isFinite(v) && (sign === 1 || v !== 0));

/** Floats only (integers may wrap), one of the constants a scalar or both of one shape. */
function combinable(m: Match, g: RuleScope): boolean {
  const a = g.elements(m.value('c'));
  const b = g.elements(m.value('d'));
  if (!a || !b || (a.dtype !== 'float' && a.dtype !== 'double')) return false;
  if (Math.max(a.values.length, b.values.length) > COMBINE_LIMIT) return false;
  return a.dims.length === 0 || b.dims.length === 0 || sameShape(a.dims, b.dims);
}

function merge(a: DenseTensor, b: DenseTensor, how: (a: number, b: number) => number): DenseTensor {
  const wide = a.dims.length >= b.dims.length ? a : b;
  const [left, right] = [toNumbers(a), toNumbers(b)];
  const values = elementArray(a.dtype, wide.values.length) as Float32Array;
  for (let i = 0; i < values.length; i++)
    values[i] = how(left[left.length === 1 ? 0 : i]!, right[right.length === 1 ? 0 : i]!);
  return { dtype: a.dtype, dims: wide.dims, values };
}

/** Rounding moves by one unit in the last place. */
export const MEETING_CONSTANTS: readonly Rule[] = [
  combine(
    'add-add',
    'Add',
    '(x + c) + d is x + (c + d).',
    {
      before: '(float[2] x) => (float[2] y) <float c = {1}, float d = {2}> { a = Add(x, c)  y = Add(a, d) }',
      after: '(float[2] x) => (float[2] y) <float e = {3}> { y = Add(x, e) }',
    },
    1,
  ),
  combine(
    'mul-mul',
    'Mul',
    '(x * c) * d is x * (c * d).',
    {
      before: '(float[2] x) => (float[2] y) <float c = {2}, float d = {3}> { a = Mul(x, c)  y = Mul(a, d) }',
      after: '(float[2] x) => (float[2] y) <float e = {6}> { y = Mul(x, e) }',
    },
    -1,
  ),
];
