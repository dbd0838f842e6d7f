/** Neighbours that a standard operator does in one. */
import { getInt, getInts, getString } from '../../graph-model/core/attributes.ts';
import type { ValueId } from '../../graph-model/core/model.ts';
import { elementCount } from '../../graph-model/core/tensor.ts';
import { any, constant, either, op, optional } from '../engine/pattern.ts';
import type { Match } from '../engine/match.ts';
import type { Rule, Verdict } from '../engine/rules.ts';
import type { RuleScope } from '../engine/scope.ts';
import { isZero } from './shapes.ts';

const x = any('x');

/** Pads of the spatial axes, [begins..., ends...], where the Pad touches no others, pads with zeros and adds only. */
function spatialPads(m: Match, g: RuleScope): number[] | null {
  const pads = g.numbers(m.value('pads'));
  const rank = g.rank(m.value('x')) ?? (pads ? pads.length / 2 : null);
  const axes = m.find('axes');
  if (!pads || rank === null || pads.some((p) => p < 0) || getString(m.node('pad'), 'mode', 'constant') !== 'constant')
    return null;
  const full = axes === null ? pads : fullPads(pads, g.numbers(axes), rank);
  if (!full || full.length !== 2 * rank || rank < 3) return null;
  if (full[0] || full[1] || full[rank] || full[rank + 1]) return null;
  return [...full.slice(2, rank), ...full.slice(rank + 2)];
}

function fullPads(pads: number[], axes: number[] | null, rank: number): number[] | null {
  if (!axes) return null;
  const full = new Array<number>(2 * rank).fill(0);
  axes.forEach((a, i) => {
    const axis = a < 0 ? a + rank : a;
    full[axis] = pads[i]!;
    full[rank + axis] = pads[axes.length + i]!;
  });
  return full;
}

function padOk(m: Match, g: RuleScope): Verdict {
  const value = m.find('value');
  if (value !== null && g.uniform(value) !== 0) return 'The Pad does not pad with zeros.';
  if (!['NOTSET', 'VALID'].includes(getString(m.root, 'auto_pad', 'NOTSET'))) return 'auto_pad depends on the size.';
  const countsPads = m.root.op !== 'AveragePool' || getInt(m.root, 'count_include_pad', 0) === 1;
  if (!countsPads && getInts(m.root, 'pads')?.some((p) => p !== 0)) return 'The pool leaves its own padding out.';
  if (m.root.op === 'AveragePool' && getInt(m.root, 'ceil_mode', 0) !== 0)
    return 'The pool rounds its size up, so its windows may end outside.';
  return spatialPads(m, g) !== null;
}

function widenPads(m: Match, g: RuleScope): ValueId {
  const more = spatialPads(m, g)!;
  const own = getInts(m.root, 'pads') ?? more.map(() => 0);
  const pads = more.map((p, i) => p + own[i]!);
  const counted = m.root.op === 'AveragePool' ? { count_include_pad: 1 } : {};
  return g.copy(m.root, [m.value('x'), ...m.root.inputs.slice(1)], { pads, auto_pad: undefined, ...counted });
}

const padInto = (ops: string, example: Rule['example'], doc: string): Rule => ({
  name: `pad-${ops.toLowerCase()}`,
  doc,
  example,
  match: op(ops, [
    op('Pad', [x, constant('pads'), optional(constant('value')), optional(constant('axes'))], { as: 'pad' }),
  ]),
  when: padOk,
  build: widenPads,
});

/** Whether `value` broadcasts to [rows, columns] the way the C of a Gemm may. */
function isGemmBias(g: RuleScope, value: ValueId, w: ValueId): boolean {
  const dims = g.dims(value);
  const columns = g.shape(w)?.[1];
  if (!dims || typeof columns !== 'number') return false;
  return elementCount(dims) === columns && dims.length <= 2 && dims[dims.length - 1] === columns;
}

function gemmable(m: Match, g: RuleScope): Verdict {
  if (g.opset() < 7) return false;
  const [left, right] = [g.rank(m.value('x')), g.rank(m.value('w'))];
  if (left === null || right !== 2 || !isGemmBias(g, m.value('b'), m.value('w'))) return false;
  if (left !== 2) return `The MatMul is of rank ${left}: a Gemm would need two Reshape nodes more.`;
  return ['float', 'double', 'float16', 'bfloat16'].includes(g.dtype(m.value('x')) ?? '');
}

const dropsBias = (m: Match, g: RuleScope): boolean =>
  g.isConstant(m.value('b')) && isZero(g, m.value('b')) && m.root.inputs.length <= 3;

export const FUSE_NODES: readonly Rule[] = [
  padInto(
    'Conv',
    {
      before:
        '(float[1,1,2] x) => (float[1,1,4] y) <float[1,1,1] w = {3}, int64[6] p = {0,0,1,0,0,1}> { a = Pad(x, p)  y = Conv(a, w) }',
      after: '(float[1,1,2] x) => (float[1,1,4] y) <float[1,1,1] w = {3}> { y = Conv<pads=[1,1]>(x, w) }',
    },
    'Pad with zeros before Conv becomes its pads.',
  ),
  padInto(
    'AveragePool',
    {
      before:
        '(float[1,1,2] x) => (float[1,1,3] y) <int64[6] p = {0,0,1,0,0,1}> { a = Pad(x, p)  y = AveragePool<kernel_shape=[2]>(a) }',
      after:
        '(float[1,1,2] x) => (float[1,1,3] y) { y = AveragePool<kernel_shape=[2], pads=[1,1], count_include_pad=1>(x) }',
    },
    'Pad with zeros before AveragePool becomes its pads, which are counted.',
  ),
  {
    name: 'matmul-add',
    doc: 'MatMul and Add of rank 2 are a Gemm.',
    example: {
      before:
        '(float[2,3] x) => (float[2,1] y) <float[3,1] w = {1,2,3}, float[1] b = {4}> { a = MatMul(x, w)  y = Add(a, b) }',
      after: '(float[2,3] x) => (float[2,1] y) <float[3,1] w = {1,2,3}, float[1] b = {4}> { y = Gemm(x, w, b) }',
    },
    match: either('Add', [op('MatMul', [x, any('w')]), any('b')]),
    when: gemmable,
    build: (m, g) => g.add('Gemm', [m.value('x'), m.value('w'), m.value('b')]),
  },
  {
    name: 'gemm-add',
    doc: 'Add of a row after Gemm without C becomes its C.',
    example: {
      before:
        '(float[2,1] x) => (float[2,1] y) <float[1,1] w = {3}, float[1] c = {2}> { a = Gemm(x, w)  y = Add(a, c) }',
      after: '(float[2,1] x) => (float[2,1] y) <float[1,1] w = {3}, float[1] c = {2}> { y = Gemm(x, w, c) }',
    },
    match: either('Add', [op('Gemm', [x, any('w'), null], { as: 'gemm' }), any('b')]),
    when: (m, g) => getInt(m.node('gemm'), 'transB', 0) === 0 && isGemmBias(g, m.value('b'), m.value('w')),
    build: (m, g) => g.copy(m.node('gemm'), [m.value('x'), m.value('w'), m.value('b')], { beta: undefined }),
  },
  {
    name: 'transpose-gemm',
    doc: 'Transpose of a matrix before Gemm becomes its transA.',
    example: {
      before:
        '(float[3,2] x) => (float[2,1] y) <float[3,1] w = {1,2,3}> { a = Transpose<perm=[1,0]>(x)  y = Gemm(a, w) }',
      after: '(float[3,2] x) => (float[2,1] y) <float[3,1] w = {1,2,3}> { y = Gemm<transA=1>(x, w) }',
    },
    match: op('Gemm', [op('Transpose', [x], { as: 'transpose', attributes: { perm: isSwap } })]),
    build: (m, g) =>
      g.copy(m.root, [m.value('x'), ...m.root.inputs.slice(1)], { transA: 1 - getInt(m.root, 'transA', 0) }),
  },
  {
    name: 'gemm-transpose',
    doc: 'Transpose of the second matrix of a Gemm becomes its transB.',
    example: {
      before: '(float[2,3] x, float[1,3] w) => (float[2,1] y) { a = Transpose<perm=[1,0]>(w)  y = Gemm(x, a) }',
      after: '(float[2,3] x, float[1,3] w) => (float[2,1] y) { y = Gemm<transB=1>(x, w) }',
    },
    match: op('Gemm', [x, op('Transpose', [any('w')], { as: 'transpose', attributes: { perm: isSwap } })]),
    build: (m, g) =>
      g.copy(m.root, [m.value('x'), m.value('w'), ...m.root.inputs.slice(2)], {
        transB: 1 - getInt(m.root, 'transB', 0),
      }),
  },
  {
    name: 'zero-bias',
    doc: 'A bias of zeros is left out.',
    example: {
      before: '(float[1,1,2] x) => (float[1,1,2] y) <float[1,1,1] w = {3}, float[1] b = {0}> { y = Conv(x, w, b) }',
      after: '(float[1,1,2] x) => (float[1,1,2] y) <float[1,1,1] w = {3}> { y = Conv(x, w) }',
    },
    match: op('Conv|ConvTranspose|Gemm', [x, any('w'), constant('b')]),
    when: (m, g) => (m.root.op !== 'Gemm' || g.opset() >= 11) && dropsBias(m, g),
    build: (m, g) => g.copy(m.root, [m.value('x'), m.value('w')]),
  },
  {
    name: 'sqrt-reciprocal-mul',
    doc: 'x * Reciprocal(y) is x / y.',
    example: {
      before: '(float[2] x, float[2] z) => (float[2] y) { a = Reciprocal(z)  y = Mul(x, a) }',
      after: '(float[2] x, float[2] z) => (float[2] y) { y = Div(x, z) }',
    },
    match: either('Mul', [x, op('Reciprocal', [any('z')], { as: 'reciprocal' })]),
    build: (m, g) => g.add('Div', [m.value('x'), m.value('z')]),
  },
];

function isSwap(perm: Parameters<NonNullable<ReturnType<typeof op>['attributes'][string]>>[0]): boolean {
  return perm?.kind === 'ints' && perm.value.length === 2 && perm.value[0] === 1n && perm.value[1] === 0n;
}
