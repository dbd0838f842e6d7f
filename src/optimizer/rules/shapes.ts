/** Shape arithmetic that inference can do beforehand. */
import { getInt } from '../../graph-model/core/attributes.ts';
import { sameDim, sameShape } from '../../graph-model/core/dims.ts';
import type { ValueId } from '../../graph-model/core/model.ts';
import { elementArray, elementCount } from '../../graph-model/core/tensor.ts';
import { any, constant, either, op } from '../engine/pattern.ts';
import type { Dim } from '../../graph-model/core/types.ts';
import type { Match } from '../engine/match.ts';
import type { Rule } from '../engine/rules.ts';
import type { RuleScope } from '../engine/scope.ts';

const x = any('x');

/**
 * The constant target that reshapes `from` into the shape of `to`: at most one -1, and 0 where a dimension is taken over
 * from the same place. null where two dimensions or more would have to be found out.
 */
export function reshapeTarget(g: RuleScope, from: ValueId, to: ValueId): number[] | null {
  const shape = g.shape(to);
  if (shape === null || shape.includes(0)) return null;
  const open = shape.filter((d) => typeof d !== 'number').length;
  if (open <= 1) return shape.map((d) => (typeof d === 'number' ? d : -1));
  const source = g.shape(from);
  if (source?.includes(0)) return null;
  const target = shape.map((d, i) => (typeof d === 'number' ? d : source && sameDim(d, source[i] ?? null) ? 0 : -1));
  return target.filter((d) => d === -1).length <= 1 ? target : null;
}

const given = (v: ValueId | null | undefined, holds: (v: ValueId) => boolean): boolean =>
  typeof v === 'number' && holds(v);

/** The elements are lengths, or sums, products and selections of lengths: never negative. */
export function neverNegative(g: RuleScope, value: ValueId, depth = 12): boolean {
  const known = g.numbers(value);
  if (known) return known.every((n) => n >= 0);
  const maker = g.draft.producer(value);
  if (!maker || depth === 0) return false;
  const from = (i: number) => given(maker.inputs[i], (v) => neverNegative(g, v, depth - 1));
  switch (maker.op) {
    case 'Shape':
    case 'Size':
      return true;
    case 'Gather':
    case 'Slice':
    case 'Unsqueeze':
    case 'Squeeze':
    case 'Reshape':
    case 'Cast':
    case 'Identity':
      return from(0);
    case 'Add':
    case 'Mul':
    case 'Div':
    case 'Max':
    case 'Concat':
      return maker.inputs.every((_, i) => from(i));
    default:
      return false;
  }
}

/** True when all elements of the value are zero, whatever its shape. */
export function isZero(g: RuleScope, value: ValueId, depth = 12): boolean {
  const uniform = g.uniform(value);
  if (uniform !== null) return uniform === 0;
  const maker = g.draft.producer(value);
  if (!maker || depth === 0) return false;
  const from = (i: number) => given(maker.inputs[i], (v) => isZero(g, v, depth - 1));
  switch (maker.op) {
    case 'ConstantOfShape':
      return fillOf(g, maker.outputs[0]!) === 0;
    case 'Expand':
    case 'Slice':
    case 'Unsqueeze':
    case 'Squeeze':
    case 'Reshape':
    case 'Transpose':
    case 'Gather':
    case 'Tile':
    case 'Cast':
    case 'Identity':
    case 'Split':
      return from(0);
    case 'Concat':
      return maker.inputs.every((_, i) => from(i));
    default:
      return false;
  }
}

/** The number that a ConstantOfShape fills with; null for other makers. */
export function fillOf(g: RuleScope, value: ValueId): number | null {
  const maker = g.draft.producer(value);
  if (maker?.op !== 'ConstantOfShape') return null;
  const a = maker.attributes.get('value');
  if (!a) return 0;
  if (a.kind !== 'tensor' || elementCount(a.value.dims) !== 1) return null;
  return g.fill(a.value);
}

/** The one number that fills a value, seen through what makes it; null where there is none. */
export function fillValue(g: RuleScope, value: ValueId, depth = 6): number | null {
  const uniform = g.uniform(value) ?? fillOf(g, value);
  if (uniform !== null) return uniform;
  const maker = g.draft.producer(value);
  if (!maker || depth === 0 || maker.op !== 'Mul') return null;
  const [a, b] = maker.inputs.map((v) => (v === null ? null : fillValue(g, v, depth - 1)));
  return typeof a === 'number' && typeof b === 'number' ? a * b : null;
}

function constantEqual(m: Match, g: RuleScope): boolean {
  const fill = fillValue(g, m.value('b'));
  return fill !== null && fill < 0 && g.dims(m.root.outputs[0]!) !== null && neverNegative(g, m.value('a'));
}

function targetIsNew(m: Match, g: RuleScope) {
  if (g.isConstant(m.value('shape'))) return false;
  if (getInt(m.root, 'allowzero', 0) !== 0 || g.opset() < 5) return false;
  if (reshapeTarget(g, m.value('x'), m.root.outputs[0]!)) return true;
  return 'More than one dimension of the result is not known.';
}

export const SHAPES: readonly Rule[] = [
  {
    name: 'reshape-target',
    doc: 'Reshape to a computed shape with at most one unknown dimension: the shape becomes a constant.',
    example: {
      before:
        '(float[N,4,6] x) => (float[N,24] y) <int64 i = {0}, int64[1] a = {0}, int64[1] k = {24}> { s = Shape(x)  n = Gather(s, i)  u = Unsqueeze(n, a)  t = Concat<axis=0>(u, k)  y = Reshape(x, t) }',
      after: '(float[N,4,6] x) => (float[N,24] y) <int64[2] t = {-1,24}> { y = Reshape(x, t) }',
    },
    match: op('Reshape', [x, any('shape')]),
    when: targetIsNew,
    build: (m, g) => g.add('Reshape', [m.value('x'), g.ints(reshapeTarget(g, m.value('x'), m.root.outputs[0]!)!)]),
  },
  {
    name: 'lengths-never-equal',
    doc: 'A length never equals a negative number (the exporter asks which dimensions are -1).',
    example: {
      before:
        '(float[N,4] x, bool[2] b) => (bool[2] y) <int64 c = {-1}> { s = Shape(x)  e = Equal(s, c)  y = Or(e, b) }',
      after: '(float[N,4] x, bool[2] b) => (bool[2] y) <bool[2] e = {0,0}> { y = Or(e, b) }',
    },
    match: either('Equal', [any('a'), any('b')]),
    when: constantEqual,
    build: (m, g) => {
      const dims = g.dims(m.root.outputs[0]!)!;
      return g.dense({ dtype: 'bool', dims, values: elementArray('bool', elementCount(dims)) });
    },
  },
  {
    name: 'shape-through',
    doc: 'Shape of an element-wise result is the shape of its input.',
    example: {
      before: '(float[N,4] x) => (int64[2] y) { a = Relu(x)  y = Shape(a) }',
      after: '(float[N,4] x) => (int64[2] y) { y = Shape(x) }',
    },
    match: op('Shape', [
      op(
        'Cast|Relu|Neg|Abs|Exp|Log|Sqrt|Sigmoid|Tanh|Erf|Not|Floor|Ceil|Clip|Softmax|LayerNormalization|Identity',
        [x],
        {
          as: 'inner',
          shared: true,
        },
      ),
    ]),
    build: (m, g) => g.copy(m.root, [m.value('x')]),
  },
  {
    name: 'expand-before-arithmetic',
    doc: 'Expand before an operator that broadcasts anyway to the same result.',
    example: {
      before: '(float[1,4] x, float[3,4] z) => (float[3,4] y) <int64[2] s = {3,4}> { a = Expand(x, s)  y = Add(a, z) }',
      after: '(float[1,4] x, float[3,4] z) => (float[3,4] y) { y = Add(x, z) }',
    },
    match: either('Add|Sub|Mul|Div|Pow|And|Or|Equal|Less|Greater|LessOrEqual|GreaterOrEqual', [
      op('Expand', [x], { as: 'expand', shared: true }),
      any('other'),
    ]),
    when: (m, g) => broadcastsAlone(g, m.value('x'), m.value('other'), m.root.outputs[0]!),
    build: (m, g) => {
      const wide = m.node('expand').outputs[0];
      return g.copy(
        m.root,
        m.root.inputs.map((v) => (v === wide ? m.value('x') : v)),
      );
    },
  },
  {
    name: 'reshape-around-arithmetic',
    doc: 'Reshape, arithmetic with a constant, and Reshape back: the constant is reshaped instead.',
    example: {
      before:
        '(float[4,2,3] x) => (float[4,2,3] y) <float[1,4,1,3] c = {1,2,3,4,5,6,7,8,9,10,11,12}, int64[4] s = {1,4,2,3}, int64[3] t = {4,2,3}> { a = Reshape(x, s)  b = Add(a, c)  y = Reshape(b, t) }',
      after: '(float[4,2,3] x) => (float[4,2,3] y) <float[4,1,3] c = {1,2,3,4,5,6,7,8,9,10,11,12}> { y = Add(x, c) }',
    },
    match: op('Reshape', [
      either('Add|Sub|Mul|Div', [op('Reshape', [x], { as: 'first' }), constant('c')], { as: 'arithmetic' }),
    ]),
    when: (m, g) => constantShape(m, g) !== null,
    build: async (m, g) => {
      const dense = await g.read(m.value('c'));
      const c = g.dense({ ...dense, dims: constantShape(m, g)! }, g.draft.value(m.value('c')).name);
      const wide = m.node('first').outputs[0];
      return g.copy(
        m.node('arithmetic'),
        m.node('arithmetic').inputs.map((v) => (v === wide ? m.value('x') : c)),
      );
    },
  },
  {
    name: 'gather-of-range',
    doc: 'Slice of a Shape by fixed numbers reads the dimensions directly.',
    example: {
      before:
        '(float[N,4,5] x) => (int64[2] y) <int64[1] s = {1}, int64[1] e = {3}> { a = Shape(x)  y = Slice(a, s, e) }',
      after: '(float[N,4,5] x) => (int64[2] y) { y = Shape<start=1, end=3>(x) }',
    },
    match: op('Slice', [op('Shape', [x], { as: 'shape', shared: true }), constant('s'), constant('e')]),
    when: (m, g) => {
      const whole = !m.node('shape').attributes.has('start') && !m.node('shape').attributes.has('end');
      const steps = m.root.inputs[4] ?? null;
      return whole && g.opset() >= 15 && (steps === null || g.uniform(steps) === 1);
    },
    build: (m, g) => {
      const end = g.numbers(m.value('e'))![0]!;
      const start = g.numbers(m.value('s'))![0]!;
      return g.add('Shape', [m.value('x')], { start, end: end >= 2 ** 31 - 1 ? undefined : end });
    },
  },
];

/** True when `x` and `other` alone broadcast to the shape of `result`. */
function broadcastsAlone(g: RuleScope, value: ValueId, other: ValueId, result: ValueId): boolean {
  const a = g.shape(value);
  const b = g.shape(other);
  const want = g.shape(result);
  if (!a || !b || !want || Math.max(a.length, b.length) !== want.length) return false;
  return want.every((d, i) => {
    const left = a[i - (want.length - a.length)] ?? (i < want.length - a.length ? 1 : null);
    const right = b[i - (want.length - b.length)] ?? (i < want.length - b.length ? 1 : null);
    if (left === null || right === null) return false;
    return (sameDim(left, d) && (right === 1 || sameDim(right, d))) || (left === 1 && sameDim(right, d));
  });
}

/**
 * The shape in which a constant does to [...] what it did to the same elements as [1, ...] (or the other way round): the
 * two shapes differ in leading ones alone, so broadcasting meets the same elements. null where it is not that simple.
 */
function constantShape(m: Match, g: RuleScope): number[] | null {
  const outer = g.shape(m.value('x'));
  const inner = g.shape(m.node('first').outputs[0]!);
  const back = g.shape(m.root.outputs[0]!);
  const dims = g.tensor(m.value('c'))!.dims;
  if (!outer || !inner || !back || !sameShape(outer, back) || g.tensor(m.value('c'))!.data.kind === 'missing')
    return null;
  if (!sameShape(withoutLeadingOnes(outer), withoutLeadingOnes(inner)) || dims.length > inner.length) return null;
  if (!sameShape(g.shape(m.node('arithmetic').outputs[0]!), inner)) return null;
  const core = withoutLeadingOnes(outer).length;
  const own = dims.slice(Math.max(0, dims.length - core));
  return dims.slice(0, dims.length - own.length).every((d) => d === 1) ? [...own] : null;
}

function withoutLeadingOnes(shape: readonly Dim[]): readonly Dim[] {
  const at = shape.findIndex((d) => d !== 1);
  return at < 0 ? [] : shape.slice(at);
}
