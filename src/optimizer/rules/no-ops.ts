/** Nodes that give back what they are given. */
import { getInt, getInts } from '../../graph-model/core/attributes.ts';
import { sameShape } from '../../graph-model/core/dims.ts';
import { dtypeOfCode } from '../../graph-model/core/types.ts';
import { any, constant, either, op, optional } from '../engine/pattern.ts';
import type { Match } from '../engine/match.ts';
import type { Rule, Verdict } from '../engine/rules.ts';
import type { RuleScope } from '../engine/scope.ts';

const x = any('x');
const out = (m: Match) => m.root.outputs[0]!;

/** Same elements in the same order, so an equal shape makes it a no-op. */
function sameShapeOut(m: Match, g: RuleScope): Verdict {
  return sameShape(g.shape(m.value('x')), g.shape(out(m)));
}

function inferenceDropout(m: Match, g: RuleScope): Verdict {
  if (g.opset() < 7) return getInt(m.root, 'is_test', 0) === 1 || 'It is a Dropout of an old opset that trains.';
  if (g.opset() < 12 || m.find('training') === null) return true;
  const training = g.uniform(m.find('training'));
  if (training === null) return 'Whether it trains is not fixed (training_mode is not a constant).';
  return training === 0 || 'training_mode is true.';
}

function identityOrder(m: Match, g: RuleScope): Verdict {
  const perm = getInts(m.root, 'perm');
  if (perm) return perm.every((axis, i) => axis === i);
  const rank = g.rank(m.value('x'));
  return rank !== null && rank < 2;
}

function unitSteps(m: Match, g: RuleScope): Verdict {
  const steps = m.find('steps');
  if (steps !== null && !g.numbers(steps)?.every((s) => s === 1)) return false;
  return sameShapeOut(m, g) || fullRange(m, g);
}

/** From 0 to INT_MAX or further along every axis. */
function fullRange(m: Match, g: RuleScope): boolean {
  const starts = g.numbers(m.value('starts'));
  const ends = g.numbers(m.value('ends'));
  return starts !== null && ends !== null && starts.every((s) => s === 0) && ends.every((e) => e >= 2 ** 31 - 1);
}

function zeroPads(m: Match, g: RuleScope): Verdict {
  return g.numbers(m.value('pads'))?.every((p) => p === 0) ?? false;
}

const movement = (ops: string, example: Rule['example'], more = ''): Rule => ({
  name: `same-shape-${ops.toLowerCase()}`,
  doc: `${ops} to the shape its input has already${more}.`,
  example,
  match: op(ops, [x]),
  when: sameShapeOut,
  keep: 'x',
});

export const NO_OPS: readonly Rule[] = [
  {
    name: 'identity',
    doc: 'Identity copies its input.',
    example: {
      before: '(float[2] x) => (float[2] y) { a = Identity(x)  y = Relu(a) }',
      after: '(float[2] x) => (float[2] y) { y = Relu(x) }',
    },
    match: op('Identity', [x]),
    keep: 'x',
  },
  {
    name: 'dropout',
    doc: 'Dropout at inference copies its input.',
    example: {
      before: '(float[2] x) => (float[2] y) { a = Dropout(x)  y = Relu(a) }',
      after: '(float[2] x) => (float[2] y) { y = Relu(x) }',
    },
    match: op('Dropout', [x, optional(any('ratio')), optional(any('training'))]),
    when: inferenceDropout,
    keep: 'x',
  },
  {
    name: 'cast-to-own-type',
    doc: 'Cast to the element type its input has already.',
    example: {
      before: '(float[2] x) => (float[2] y) { a = Cast<to=1>(x)  y = Relu(a) }',
      after: '(float[2] x) => (float[2] y) { y = Relu(x) }',
    },
    match: op('Cast', [x]),
    when: (m, g) => dtypeOfCode(getInt(m.root, 'to', 0)) === (g.dtype(m.value('x')) ?? 'undefined'),
    keep: 'x',
  },
  {
    name: 'cast-like-own-type',
    doc: 'CastLike where both inputs have one element type.',
    example: {
      before: '(float[2] x, float[1] t) => (float[2] y) { a = CastLike(x, t)  y = Relu(a) }',
      after: '(float[2] x, float[1] t) => (float[2] y) { y = Relu(x) }',
    },
    match: op('CastLike', [x, any('like')]),
    when: (m, g) => g.dtype(m.value('x')) !== null && g.dtype(m.value('x')) === g.dtype(m.value('like')),
    keep: 'x',
  },
  {
    name: 'transpose-in-order',
    doc: 'Transpose that leaves every axis in its place.',
    example: {
      before: '(float[2,3] x) => (float[2,3] y) { a = Transpose<perm=[0,1]>(x)  y = Relu(a) }',
      after: '(float[2,3] x) => (float[2,3] y) { y = Relu(x) }',
    },
    match: op('Transpose', [x]),
    when: identityOrder,
    keep: 'x',
  },
  movement('Reshape', {
    before: '(float[2,3] x) => (float[2,3] y) <int64[2] s = {2,-1}> { a = Reshape(x, s)  y = Relu(a) }',
    after: '(float[2,3] x) => (float[2,3] y) { y = Relu(x) }',
  }),
  movement('Flatten', {
    before: '(float[2,3] x) => (float[2,3] y) { a = Flatten(x)  y = Relu(a) }',
    after: '(float[2,3] x) => (float[2,3] y) { y = Relu(x) }',
  }),
  movement('Expand', {
    before: '(float[2,3] x) => (float[2,3] y) <int64[2] s = {1,3}> { a = Expand(x, s)  y = Relu(a) }',
    after: '(float[2,3] x) => (float[2,3] y) { y = Relu(x) }',
  }),
  movement('Tile', {
    before: '(float[2,3] x) => (float[2,3] y) <int64[2] s = {1,1}> { a = Tile(x, s)  y = Relu(a) }',
    after: '(float[2,3] x) => (float[2,3] y) { y = Relu(x) }',
  }),
  movement('Squeeze', {
    before: '(float[2,3] x) => (float[2,3] y) { a = Squeeze(x)  y = Relu(a) }',
    after: '(float[2,3] x) => (float[2,3] y) { y = Relu(x) }',
  }),
  {
    name: 'slice-all',
    doc: 'Slice that takes everything, in order.',
    example: {
      before:
        '(float[2,3] x) => (float[2,3] y) <int64[1] s = {0}, int64[1] e = {9}> { a = Slice(x, s, e)  y = Relu(a) }',
      after: '(float[2,3] x) => (float[2,3] y) { y = Relu(x) }',
    },
    match: op('Slice', [x, any('starts'), any('ends'), optional(any('axes')), optional(any('steps'))]),
    when: unitSteps,
    keep: 'x',
  },
  {
    name: 'pad-nothing',
    doc: 'Pad by zero elements everywhere.',
    example: {
      before: '(float[2,3] x) => (float[2,3] y) <int64[4] p = {0,0,0,0}> { a = Pad(x, p)  y = Relu(a) }',
      after: '(float[2,3] x) => (float[2,3] y) { y = Relu(x) }',
    },
    match: op('Pad', [x, any('pads')]),
    when: zeroPads,
    keep: 'x',
  },
  {
    name: 'one-input',
    doc: 'Concat, Sum, Min, Max or Mean of one input.',
    example: {
      before: '(float[2,3] x) => (float[2,3] y) { a = Concat<axis=1>(x)  y = Relu(a) }',
      after: '(float[2,3] x) => (float[2,3] y) { y = Relu(x) }',
    },
    match: op('Concat|Sum|Min|Max|Mean', [x]),
    when: (m) => m.root.inputs.length === 1,
    keep: 'x',
  },
  {
    name: 'split-in-one',
    doc: 'Split into one part.',
    example: {
      before: '(float[2,3] x) => (float[2,3] y) { a = Split<num_outputs=1>(x)  y = Relu(a) }',
      after: '(float[2,3] x) => (float[2,3] y) { y = Relu(x) }',
    },
    match: op('Split', [x]),
    when: (m) => m.root.outputs.length === 1,
    keep: 'x',
  },
  {
    name: 'concat-empty',
    doc: 'Concat of parts of which some are empty.',
    example: {
      before: '(float[2,3] x) => (float[2,6] y) <float[2,0] e = {}> { y = Concat<axis=1>(x, e, x) }',
      after: '(float[2,3] x) => (float[2,6] y) { y = Concat<axis=1>(x, x) }',
    },
    match: op('Concat', [x]),
    when: (m, g) => fullParts(m, g).length < m.root.inputs.length && fullParts(m, g).length > 0,
    build: (m, g) => g.copy(m.root, fullParts(m, g)),
  },
  {
    name: 'twice',
    doc: 'Relu, Abs, Ceil, Floor, Round or Sign a second time changes nothing.',
    example: {
      before: '(float[2] x) => (float[2] y) { a = Relu(x)  b = Relu(a)  y = Neg(b) }',
      after: '(float[2] x) => (float[2] y) { a = Relu(x)  y = Neg(a) }',
    },
    match: op('Relu|Abs|Ceil|Floor|Round|Sign', [x]),
    when: (m, g) => g.draft.producer(m.value('x'))?.op === m.root.op,
    keep: 'x',
  },
  {
    name: 'undone',
    doc: 'Neg of Neg, and Not of Not.',
    example: {
      before: '(float[2] x) => (float[2] y) { a = Neg(x)  b = Neg(a)  y = Relu(b) }',
      after: '(float[2] x) => (float[2] y) { y = Relu(x) }',
    },
    match: op('Neg|Not', [op('Neg|Not', [x], { as: 'inner', shared: true })]),
    when: (m) => m.root.op === m.node('inner').op,
    keep: 'x',
  },
  {
    name: 'where-fixed',
    doc: 'Where with a fixed condition takes one side.',
    example: {
      before: '(float[2] x, float[2] z) => (float[2] y) <bool[1] c = {1}> { a = Where(c, x, z)  y = Relu(a) }',
      after: '(float[2] x, float[2] z) => (float[2] y) { y = Relu(x) }',
    },
    match: op('Where', [any('condition'), any('a'), any('b')]),
    when: (m, g) => fixedSide(m, g) !== null,
    build: (m, g) => m.value(fixedSide(m, g)!),
  },
  {
    name: 'and-true-or-false',
    doc: 'And with true, Or with false.',
    example: {
      before: '(bool[2] x) => (bool[2] y) <bool c = {1}> { a = And(x, c)  y = Not(a) }',
      after: '(bool[2] x) => (bool[2] y) { y = Not(x) }',
    },
    match: either('And|Or', [x, constant('c')]),
    when: (m, g) => g.uniform(m.value('c')) === (m.root.op === 'And' ? 1 : 0) && sameShapeOut(m, g),
    keep: 'x',
  },
];

/** As exact as the others, but for NaN: runtimes differ in what Relu makes of it. */
export const RELU_OF_POSITIVE: Rule = {
  name: 'relu-of-positive',
  doc: 'Relu of what is never negative.',
  example: {
    before: '(float[2] x) => (float[2] y) { a = Sigmoid(x)  b = Relu(a)  y = Neg(b) }',
    after: '(float[2] x) => (float[2] y) { a = Sigmoid(x)  y = Neg(a) }',
  },
  match: op('Relu', [x]),
  when: (m, g) => neverNegative(m, g),
  keep: 'x',
};

/** The parts that are not known to be of length 0 along the axis. */
function fullParts(m: Match, g: RuleScope) {
  const axis = getInt(m.root, 'axis', 0);
  return m.root.inputs.filter((v) => v !== null && g.shape(v)?.at(axis) !== 0);
}

function neverNegative(m: Match, g: RuleScope): boolean {
  const maker = g.draft.producer(m.value('x'));
  if (maker === null) return false;
  if (['Sigmoid', 'Softmax', 'Exp', 'Abs', 'HardSigmoid', 'Softplus', 'Sqrt'].includes(maker.op)) return true;
  return maker.op === 'Clip' && (g.uniform(maker.inputs[1]) ?? -1) >= 0;
}

function fixedSide(m: Match, g: RuleScope): 'a' | 'b' | null {
  const condition = g.uniform(m.value('condition'));
  if (condition === null) return null;
  const side = condition !== 0 ? 'a' : 'b';
  return sameShape(g.shape(m.value(side)), g.shape(out(m))) ? side : null;
}
