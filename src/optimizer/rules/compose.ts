/**
 * Composite operators found again in the primitives that define them. A family apart: the result says more and runs as one
 * kernel where a runtime has it, but it rounds differently and older runtimes may lack it, so no preset takes it unasked.
 */
import { getFloat, getInt, getInts } from '../../graph-model/core/attributes.ts';
import type { Node, ValueId } from '../../graph-model/core/model.ts';
import { any, constant, either, op, optional, type OpPattern, type Pattern } from '../engine/pattern.ts';
import type { Match } from '../engine/match.ts';
import type { Rule, Verdict } from '../engine/rules.ts';
import type { RuleScope } from '../engine/scope.ts';

const x = any('x');

const near = (a: number | null, b: number) => a !== null && Math.abs(a - b) <= 1e-3 * Math.abs(b);
const isNear = (m: Match, g: RuleScope, name: string, b: number) => {
  const v = m.find(name);
  return v !== null && near(g.uniform(v), b);
};

// ---- normalizations

const mean = (of: Pattern, as: string): OpPattern => op('ReduceMean', [of, optional(any(`${as}-axes`))], { as });
const centre = (as: string) => op('Sub', [x, mean(x, `${as}-mean`)], { as });
const root = (square: Pattern) =>
  op('Sqrt', [either('Add', [mean(square, 'variance'), constant('epsilon')], { as: 'plus' })]);

/** The axes of a mean that keeps its dimensions, non-negative and in order; null where they are not known. */
function axesOf(node: Node, g: RuleScope, rank: number): number[] | null {
  if (getInt(node, 'keepdims', 1) !== 1) return null;
  const given = node.inputs[1] ? g.numbers(node.inputs[1]) : getInts(node, 'axes');
  return given?.length ? given.map((a) => (a < 0 ? a + rank : a)).sort((a, b) => a - b) : null;
}

/** The first of the tail axes over which all means run; a sentence or false where they do not. */
function tailAxis(m: Match, g: RuleScope, means: readonly Node[]): number | string | false {
  const rank = g.rank(m.value('x'));
  if (rank === null) return 'The rank of its input is not known.';
  const lists = means.map((n) => axesOf(n, g, rank));
  const first = lists[0];
  if (!first || lists.some((l) => String(l) !== String(first))) return false;
  const isTail = first.every((a, i) => a === rank - first.length + i);
  return isTail ? first[0]! : 'It normalizes over axes that are not the last ones.';
}

/** True when a weight only spans the normalized dimensions. */
function fitsTail(g: RuleScope, weight: ValueId, m: Match, axis: number): boolean {
  const [dims, shape] = [g.shape(weight), g.shape(m.value('x'))];
  if (!dims || !shape) return false;
  const tail = shape.slice(axis);
  return dims.length <= tail.length && dims.every((d, i) => d === tail[tail.length - dims.length + i]);
}

function normalizes(m: Match, g: RuleScope, opset: number, means: readonly Node[]): Verdict {
  if (!['float', 'double', 'float16'].includes(g.dtype(m.value('x')) ?? '') || g.uniform(m.value('epsilon')) === null)
    return false;
  const axis = tailAxis(m, g, means);
  if (typeof axis !== 'number') return axis;
  if (!fitsTail(g, m.value('scale'), m, axis)) return 'Its scale does not span the normalized dimensions alone.';
  return g.opset() >= opset || `The opset is ${g.opset()}; the operator came with ${opset}.`;
}

function normalized(op: string, m: Match, g: RuleScope, means: readonly Node[]): ValueId {
  const axis = tailAxis(m, g, means) as number;
  const epsilon = { kind: 'float', value: g.uniform(m.value('epsilon'))! } as const;
  return g.add(op, [m.value('x'), m.value('scale')], { axis: axis - g.rank(m.value('x'))!, epsilon });
}

const layerNorm = (name: string, square: Pattern, squareText: string): Rule => ({
  name: `layer-normalization-${name}`,
  doc: 'x less its mean, over its deviation, times a scale is LayerNormalization.',
  example: {
    before: `(float[2,4] x) => (float[2,4] y) <float[4] s = {1,2,3,4}, float e = {1e-05}, float two = {2}, int64[1] a = {-1}> {
      m = ReduceMean(x, a)  c = Sub(x, m)  q = ${squareText}  v = ReduceMean(q, a)  p = Add(v, e)  d = Sqrt(p)  n = Div(c, d)  y = Mul(n, s) }`,
    after: `(float[2,4] x) => (float[2,4] y) <float[4] s = {1,2,3,4}> { y = LayerNormalization<axis=-1, epsilon=1e-05>(x, s) }`,
  },
  match: either('Mul', [op('Div', [centre('c'), root(square)]), any('scale')], { as: 'scaled' }),
  when: (m, g) => {
    if (name === 'pow' && !isNear(m, g, 'two', 2)) return false;
    return normalizes(m, g, 17, meansOf(m));
  },
  build: (m, g) => normalized('LayerNormalization', m, g, meansOf(m)),
});

const meansOf = (m: Match) => m.nodes.filter((n) => n.op === 'ReduceMean');

const rmsNorm = (name: string, normal: OpPattern, text: string): Rule => ({
  name: `rms-normalization-${name}`,
  doc: 'x over the root of the mean of its squares, times a scale, is RMSNormalization.',
  example: {
    opset: 23,
    before: `(float[2,4] x) => (float[2,4] y) <float[4] s = {1,2,3,4}, float e = {1e-05}, float two = {2}, int64[1] a = {-1}> {
      q = Pow(x, two)  v = ReduceMean(q, a)  p = Add(v, e)  d = Sqrt(p)  ${text}  y = Mul(n, s) }`,
    after: `(float[2,4] x) => (float[2,4] y) <float[4] s = {1,2,3,4}> { y = RMSNormalization<axis=-1, epsilon=1e-05>(x, s) }`,
  },
  match: either('Mul', [normal, any('scale')], { as: 'scaled' }),
  when: (m, g) => isNear(m, g, 'two', 2) && normalizes(m, g, 23, meansOf(m)),
  build: (m, g) => normalized('RMSNormalization', m, g, meansOf(m)),
});

const power = op('Pow', [x, constant('two')]);

// ---- activations

const HALF = constant('half');
const ONE = constant('one');
const ROOT = constant('root');
const erf = (scaled: OpPattern) => op('Erf', [scaled]);
const cubic = either('Add', [x, either('Mul', [op('Pow', [x, constant('three')]), constant('cube')], { as: 'bent' })], {
  as: 'sum',
});
const tanh = op('Tanh', [either('Mul', [cubic, ROOT], { as: 'inner' })]);
const plusOne = (of: OpPattern) => either('Add', [of, ONE], { as: 'plus' });

type GeluForm = 'div' | 'mul' | 'tanh';
const INNER: Readonly<Record<GeluForm, { pattern: OpPattern; root: number; text: string }>> = {
  div: { pattern: erf(op('Div', [x, ROOT])), root: Math.SQRT2, text: 'i = Div(x, r)  t = Erf(i)' },
  mul: {
    pattern: erf(either('Mul', [x, ROOT], { as: 'inner' })),
    root: Math.SQRT1_2,
    text: 'i = Mul(x, r)  t = Erf(i)',
  },
  tanh: {
    pattern: tanh,
    root: Math.sqrt(2 / Math.PI),
    text: 'b = Pow(x, three)  k = Mul(b, cube)  u = Add(x, k)  i = Mul(u, r)  t = Tanh(i)',
  },
};

/** The order in which the three factors x, one half and 1 + erf are multiplied. */
const ORDERS = {
  'x-half': {
    text: 'h = Mul(x, half)  y = Mul(h, p)',
    of: (p: OpPattern) => either('Mul', [either('Mul', [x, HALF], { as: 'h' }), p], { as: 'out' }),
  },
  'x-erf': {
    text: 'h = Mul(x, p)  y = Mul(h, half)',
    of: (p: OpPattern) => either('Mul', [either('Mul', [x, p], { as: 'h' }), HALF], { as: 'out' }),
  },
  'half-erf': {
    text: 'h = Mul(half, p)  y = Mul(x, h)',
    of: (p: OpPattern) => either('Mul', [either('Mul', [p, HALF], { as: 'h' }), x], { as: 'out' }),
  },
} as const;

const gelu = (form: GeluForm, order: keyof typeof ORDERS): Rule => {
  const { pattern, root: factor, text } = INNER[form];
  const approximate = form === 'tanh' ? { approximate: 'tanh' } : {};
  return {
    name: `gelu-${form}-${order}`,
    doc:
      form === 'tanh' ? 'x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))) is Gelu.' : 'x/2 (1 + erf(x / sqrt 2)) is Gelu.',
    example: {
      opset: 20,
      before: `(float[3] x) => (float[3] y) <float r = {${factor}}, float half = {0.5}, float one = {1}, float three = {3}, float cube = {0.044715}> { ${text}  p = Add(t, one)  ${ORDERS[order].text} }`,
      after: `(float[3] x) => (float[3] y) { y = Gelu${form === 'tanh' ? '<approximate="tanh">' : ''}(x) }`,
    },
    match: ORDERS[order].of(plusOne(pattern)),
    when: (m, g) => {
      if (!isNear(m, g, 'root', factor) || !isNear(m, g, 'half', 0.5) || !isNear(m, g, 'one', 1)) return false;
      if (form === 'tanh' && !(isNear(m, g, 'three', 3) && isNear(m, g, 'cube', 0.044715))) return false;
      return g.opset() >= 20 || `The opset is ${g.opset()}; Gelu came with 20.`;
    },
    build: (m, g) => g.add('Gelu', [m.value('x')], approximate),
  };
};

const gated = (
  name: string,
  opset: number,
  gate: OpPattern,
  text: string,
  doc: string,
  when?: (m: Match) => boolean,
): Rule => ({
  name: `compose-${name.toLowerCase()}`,
  doc,
  example: {
    opset,
    before: `(float[3] x) => (float[3] y) { ${text}  y = Mul(x, g) }`,
    after: `(float[3] x) => (float[3] y) { y = ${name}(x) }`,
  },
  match: either('Mul', [gate, x]),
  when: (m, g) =>
    (when?.(m) ?? true) && (g.opset() >= opset || `The opset is ${g.opset()}; ${name} came with ${opset}.`),
  build: (m, g) => g.add(name, [m.value('x')]),
});

const sixth = (m: Match) => {
  const gate = m.node('HardSigmoid');
  return near(getFloat(gate, 'alpha', 0.2), 1 / 6) && near(getFloat(gate, 'beta', 0.5), 0.5);
};

export const COMPOSE: readonly Rule[] = [
  layerNorm('pow', op('Pow', [centre('c2'), constant('two')]), 'Pow(c, two)'),
  layerNorm('mul', op('Mul', [centre('c2'), centre('c3')], { as: 'square' }), 'Mul(c, c)'),
  {
    name: 'layer-normalization-bias',
    doc: 'Add of a bias after LayerNormalization becomes its B.',
    example: {
      before:
        '(float[2,4] x) => (float[2,4] y) <float[4] s = {1,2,3,4}, float[4] b = {4,3,2,1}> { n = LayerNormalization(x, s)  y = Add(n, b) }',
      after:
        '(float[2,4] x) => (float[2,4] y) <float[4] s = {1,2,3,4}, float[4] b = {4,3,2,1}> { y = LayerNormalization(x, s, b) }',
    },
    match: either('Add', [op('LayerNormalization', [x, any('scale'), null], { as: 'norm' }), any('bias')]),
    when: (m, g) => {
      const rank = g.rank(m.value('x'));
      const axis = getInt(m.node('norm'), 'axis', -1);
      return rank !== null && fitsTail(g, m.value('bias'), m, axis < 0 ? axis + rank : axis);
    },
    build: (m, g) => g.copy(m.node('norm'), [m.value('x'), m.value('scale'), m.value('bias')]),
  },
  rmsNorm('div', op('Div', [x, root(power)]), 'n = Div(x, d)'),
  rmsNorm(
    'reciprocal',
    either('Mul', [op('Reciprocal', [root(power)]), x], { as: 'normal' }),
    'r = Reciprocal(d)  n = Mul(x, r)',
  ),
  ...(['div', 'mul', 'tanh'] as const).flatMap((form) => [
    gelu(form, 'x-half'),
    gelu(form, 'x-erf'),
    gelu(form, 'half-erf'),
  ]),
  gated(
    'HardSwish',
    14,
    op('HardSigmoid', [x]),
    `g = HardSigmoid<alpha=${Math.fround(1 / 6)}, beta=0.5>(x)`,
    'x times HardSigmoid of slope 1/6 is HardSwish.',
    sixth,
  ),
  gated('Mish', 18, op('Tanh', [op('Softplus', [x])]), 's = Softplus(x)  g = Tanh(s)', 'x tanh(softplus(x)) is Mish.'),
  gated('Swish', 24, op('Sigmoid', [x]), 'g = Sigmoid(x)', 'x sigmoid(x) is Swish.'),
];
