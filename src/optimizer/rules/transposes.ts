/** Arithmetic between a Transpose and the Transpose back is done in the order that both ends have. */
import { getInt } from '../../graph-model/core/attributes.ts';
import { normalAxis } from '../../graph-model/core/dims.ts';
import type { Node, ValueId } from '../../graph-model/core/model.ts';
import { any, op } from '../engine/pattern.ts';
import type { Match } from '../engine/match.ts';
import type { Rule } from '../engine/rules.ts';
import type { RuleScope } from '../engine/scope.ts';
import { permOf } from './movement.ts';

/** Element by element, one input of any length. */
const UNARY = new Set(
  (
    'Abs Acos Acosh Asin Asinh Atan Atanh Cast Ceil Celu Clip Cos Cosh Elu Erf Exp Floor Gelu HardSigmoid HardSwish IsInf ' +
    'IsNaN LeakyRelu Log Mish Neg Not Reciprocal Relu Round Selu Shrink Sigmoid Sign Sin Sinh Softplus Softsign Sqrt Swish ' +
    'Tan Tanh ThresholdedRelu'
  ).split(' '),
);
const BINARY = new Set(
  'Add Sub Mul Div Pow Min Max PRelu And Or Xor Equal Less Greater LessOrEqual GreaterOrEqual'.split(' '),
);
/** Along one axis. */
const AXIAL: Readonly<Record<string, number>> = { Softmax: -1, LogSoftmax: -1, LpNormalization: -1 };
/** How far up is looked. */
const DEPTH = 8;

/** What stands for a value in the other order; null: nothing does without a new Transpose. */
type Source =
  | { readonly value: ValueId }
  | { readonly node: Node; readonly inputs: readonly (Source | null)[] }
  | { readonly constant: ValueId };

function sourceOf(g: RuleScope, v: ValueId, perm: readonly number[], graph: number, depth: number): Source | null {
  if (g.isConstant(v)) return constantFits(g, v, perm) ? { constant: v } : null;
  const { producer } = g.draft.value(v);
  const node = producer === null ? null : g.draft.node(producer);
  if (node === null || node.domain !== '' || node.graph !== graph || depth === 0) return null;
  if (node.op === 'Transpose') {
    const back = permOf(g, node);
    return back?.length === perm.length && perm.every((p, i) => back[p] === i) ? { value: node.inputs[0]! } : null;
  }
  if (g.draft.uses(v).length !== 1 || !isElementwise(g, node)) return null;
  const data = BINARY.has(node.op) ? node.inputs.length : 1;
  const inputs = node.inputs.map((i, k) => (i === null || k >= data ? null : sourceOf(g, i, perm, graph, depth - 1)));
  return inputs.slice(0, data).every((s) => s !== null) ? { node, inputs } : null;
}

function isElementwise(g: RuleScope, node: Node): boolean {
  if (UNARY.has(node.op) || BINARY.has(node.op)) return true;
  // Before opset 13 these flatten what comes after their axis.
  return node.op in AXIAL && (node.op === 'LpNormalization' || g.opset() >= 13);
}

/** A constant with more than one long axis would have to be laid out anew. */
function constantFits(g: RuleScope, v: ValueId, perm: readonly number[]): boolean {
  const dims = g.dims(v);
  return dims !== null && dims.length <= perm.length && dims.filter((d) => d !== 1).length <= 1;
}

function hasTranspose(s: Source | null): boolean {
  return s !== null && ('value' in s || ('inputs' in s && s.inputs.some(hasTranspose)));
}

function planOf(m: Match, g: RuleScope): Source | null {
  const perm = permOf(g, m.root);
  const producer = g.draft.value(m.value('x')).producer;
  if (!perm || producer === null || g.draft.node(producer).op === 'Transpose') return null;
  const source = sourceOf(g, m.value('x'), perm, m.root.graph, DEPTH);
  return hasTranspose(source) ? source : null;
}

/** @param perm the order of the result's axes among those of what is replaced */
function write(g: RuleScope, s: Source, perm: readonly number[]): ValueId {
  if ('value' in s) return s.value;
  if ('constant' in s) return laidOut(g, s.constant, perm);
  const inputs = s.node.inputs.map((v, i) => (s.inputs[i] ? write(g, s.inputs[i], perm) : v));
  if (!(s.node.op in AXIAL)) return g.copy(s.node, inputs);
  const axis = normalAxis(getInt(s.node, 'axis', AXIAL[s.node.op]!), perm.length)!;
  return g.copy(s.node, inputs, { axis: perm.indexOf(axis) });
}

/** A constant of one long axis with that axis where the order has it. */
function laidOut(g: RuleScope, v: ValueId, perm: readonly number[]): ValueId {
  const dims = g.dims(v)!;
  if (dims.every((d) => d === 1)) return v;
  const wide = [...new Array<number>(perm.length - dims.length).fill(1), ...dims];
  const moved = perm.map((p) => wide[p]!);
  const first = moved.findIndex((d) => d !== 1);
  return g.constant({ ...g.tensor(v)!, dims: moved.slice(first) }, g.draft.value(v).name);
}

/** The order that all inputs of a Concat were put into by Transposes that nothing else reads; null where they were not. */
function commonOrder(m: Match, g: RuleScope): readonly number[] | null {
  const { inputs } = m.root;
  const perms = inputs.map((v) => {
    const producer = v === null ? null : g.draft.value(v).producer;
    const node = producer === null ? null : g.draft.node(producer);
    const isOwn = node?.op === 'Transpose' && node.domain === '' && node.graph === m.root.graph;
    return isOwn && g.draft.uses(v!).length === 1 ? permOf(g, node) : null;
  });
  const [first] = perms;
  const isCommon = inputs.length > 1 && new Set(inputs).size === inputs.length && !!first;
  return isCommon && perms.every((p) => String(p) === String(first)) ? first : null;
}

const behindTranspose = (g: RuleScope, v: ValueId) => g.draft.node(g.draft.value(v).producer!).inputs[0]!;

export const TRANSPOSES: readonly Rule[] = [
  {
    name: 'concat-of-transposes',
    doc: 'A Concat of tensors that were all put into the same order is put into it afterwards, once.',
    example: {
      before:
        '(float[2,3,4] x, float[2,3,4] z) => (float[3,2,8] y) { a = Transpose<perm=[1,0,2]>(x)  b = Transpose<perm=[1,0,2]>(z)  y = Concat<axis=-1>(a, b) }',
      after:
        '(float[2,3,4] x, float[2,3,4] z) => (float[3,2,8] y) { a = Concat<axis=2>(x, z)  y = Transpose<perm=[1,0,2]>(a) }',
    },
    match: op('Concat', [any('x')]),
    when: (m, g) => commonOrder(m, g) !== null,
    build: (m, g) => {
      const perm = commonOrder(m, g)!;
      const axis = perm[normalAxis(getInt(m.root, 'axis', 0), perm.length)!]!;
      const all = g.copy(
        m.root,
        m.root.inputs.map((v) => behindTranspose(g, v!)),
        { axis },
      );
      return g.add('Transpose', [all], { perm });
    },
  },
  {
    name: 'transposes-around-arithmetic',
    doc: 'Arithmetic between a Transpose and the Transpose back is done without both.',
    example: {
      before:
        '(float[1,4,5,2] x) => (float[1,4,5,2] y) <float[2,1,1] c = {1,2}> { a = Transpose<perm=[0,3,1,2]>(x)  b = Mul(a, c)  d = Relu(b)  y = Transpose<perm=[0,2,3,1]>(d) }',
      after: '(float[1,4,5,2] x) => (float[1,4,5,2] y) <float[2] c = {1,2}> { b = Mul(x, c)  y = Relu(b) }',
    },
    match: op('Transpose', [any('x')]),
    when: (m, g) => planOf(m, g) !== null,
    build: (m, g) => write(g, planOf(m, g)!, permOf(g, m.root)!),
  },
];
