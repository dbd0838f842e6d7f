/** Per-channel arithmetic around Conv, ConvTranspose, Gemm and MatMul, folded into their weights. */
import { getFloat, getInt } from '../../graph-model/core/attributes.ts';
import type { Node, ValueId } from '../../graph-model/core/model.ts';
import { elementCount, toNumbers, type DenseTensor } from '../../graph-model/core/tensor.ts';
import { denseOf, scaleAlong, WEIGHT_TYPES } from '../engine/numbers.ts';
import { any, constant, either, op, optional } from '../engine/pattern.ts';
import type { Match } from '../engine/match.ts';
import type { Rule, Verdict } from '../engine/rules.ts';
import type { RuleScope } from '../engine/scope.ts';

const CONVS = 'Conv|ConvTranspose';
const conv = op(CONVS, [any('x'), constant('w'), optional(constant('b'))], { as: 'conv' });
const gemm = op('Gemm', [any('x'), constant('w'), optional(constant('b'))], { as: 'conv' });

/** How many channels the node gives, or null. */
function channels(g: RuleScope, node: Node): number | null {
  const dims = g.tensor(node.inputs[1]!)?.dims;
  if (!dims) return null;
  if (node.op === 'Gemm') return dims[getInt(node, 'transB', 0) ? 0 : 1] ?? null;
  if (node.op === 'MatMul') return dims[dims.length - 1] ?? null;
  if (dims.length < 3) return null;
  return node.op === 'Conv' ? dims[0]! : dims[1]! * getInt(node, 'group', 1);
}

/** A sentence where the weights cannot be rewritten: shared, missing, or of a type that is not written back. */
function weightsMovable(m: Match, g: RuleScope): true | string {
  for (const as of ['w', 'b']) {
    const value = m.find(as);
    if (value === null) continue;
    const tensor = g.tensor(value)!;
    const name = g.draft.value(value).name || 'The weight';
    if (tensor.data.kind === 'missing') return `${name} is in the file ${tensor.data.file}, which has not been opened.`;
    if (!WEIGHT_TYPES.has(tensor.dtype)) return `${name} is ${tensor.dtype}, which is not rewritten.`;
    const copies = elementCount(tensor.dims) > 65536 && g.draft.uses(value).length > 1;
    if (copies) return `${name} is large and also read elsewhere, so it would be stored twice.`;
  }
  return true;
}

/** New weights and bias: y = factor * y + shift for each output channel. */
async function rescaled(m: Match, g: RuleScope, factor: Float64Array | null, shift: Float64Array | null) {
  const node = m.node('conv');
  const count = channels(g, node)!;
  const w = await g.read(m.value('w'));
  const weights = factor ? g.dense(scaleChannels(node, w, factor), g.draft.value(m.value('w')).name) : m.value('w');
  const b = m.find('b');
  const old = b === null ? new Float64Array(count) : spread(toNumbers(await g.read(b)), count);
  const bias = new Float64Array(count);
  for (let i = 0; i < count; i++) bias[i] = old[i]! * (factor?.[i] ?? 1) + (shift?.[i] ?? 0);
  const unbiased = b === null && shift === null;
  const name = b === null ? '' : g.draft.value(b).name;
  return { weights, bias: unbiased ? null : g.dense(denseOf(w.dtype, [count], bias), name) };
}

function spread(values: ArrayLike<number>, count: number): ArrayLike<number> {
  return values.length === count ? values : new Float64Array(count).fill(values[0]!);
}

/** Output channels lie along axis 0 (Conv), 1 within a group (ConvTranspose), or where transB says (Gemm). */
function scaleChannels(node: Node, w: DenseTensor, factor: Float64Array): DenseTensor {
  if (node.op === 'Conv') return scaleAlong(w, 0, factor);
  if (node.op === 'MatMul') return scaleAlong(w, w.dims.length - 1, factor);
  if (node.op === 'Gemm') return scaleAlong(w, getInt(node, 'transB', 0) ? 0 : 1, factor);
  const group = getInt(node, 'group', 1);
  const [inputs, each] = [w.dims[0]! / group, w.dims[1]!];
  const rows = scaleRows(factor, group, inputs, each);
  const flat = { ...w, dims: [w.dims[0]! * each, ...w.dims.slice(2)] };
  return { ...scaleAlong(flat, 0, rows), dims: w.dims };
}

/** ConvTranspose weights are [inputs, outputs / group, ...]: row (i, o) belongs to channel group(i) * each + o. */
function scaleRows(factor: Float64Array, group: number, inputs: number, each: number): Float64Array {
  const rows = new Float64Array(group * inputs * each);
  for (let i = 0; i < group * inputs; i++)
    for (let o = 0; o < each; o++) rows[i * each + o] = factor[Math.floor(i / inputs) * each + o]!;
  return rows;
}

const plainGemm = (node: Node) =>
  node.op !== 'Gemm' || (getFloat(node, 'alpha', 1) === 1 && getFloat(node, 'beta', 1) === 1);

/** The constant as one number for each channel of the root; null where it is not per channel. */
export function perChannel(g: RuleScope, value: ValueId, node: Node, count: number): 'scalar' | 'channel' | null {
  const dims = g.tensor(value)!.dims;
  const rank = node.op === 'Conv' || node.op === 'ConvTranspose' ? g.tensor(node.inputs[1]!)!.dims.length : null;
  if (elementCount(dims) === 1) return dims.length <= (rank ?? 2) ? 'scalar' : null;
  if (elementCount(dims) !== count) return null;
  if (rank === null) return dims[dims.length - 1] === count && dims.length <= 2 ? 'channel' : null;
  const axis = dims.length - (rank - 1);
  return axis >= 0 && dims[axis] === count && dims.length <= rank ? 'channel' : null;
}

function affineOk(m: Match, g: RuleScope): Verdict {
  const node = m.node('conv');
  const count = channels(g, node);
  if (count === null || !plainGemm(node) || perChannel(g, m.value('c'), node, count) === null) return false;
  if (node.op === 'Gemm' && m.find('b') !== null && !isRow(g, m.value('b'), count)) return false;
  return weightsMovable(m, g);
}

function isRow(g: RuleScope, value: ValueId, count: number): boolean {
  const dims = g.tensor(value)!.dims;
  return elementCount(dims) === 1 || (elementCount(dims) === count && dims[dims.length - 1] === count);
}

async function channelNumbers(g: RuleScope, value: ValueId, count: number): Promise<Float64Array> {
  const list = toNumbers(await g.read(value));
  return list.length === count ? Float64Array.from(list) : new Float64Array(count).fill(list[0]!);
}

async function foldAffine(m: Match, g: RuleScope): Promise<ValueId> {
  const node = m.node('conv');
  const c = await channelNumbers(g, m.value('c'), channels(g, node)!);
  const scales = m.root.op === 'Mul' || m.root.op === 'Div';
  const amount = m.root.op === 'Div' ? c.map((v) => 1 / v) : m.root.op === 'Sub' ? c.map((v) => -v) : c;
  const { weights, bias } = await rescaled(m, g, scales ? amount : null, scales ? null : amount);
  return g.copy(node, [m.value('x'), weights, bias]);
}

async function foldNormalization(m: Match, g: RuleScope): Promise<ValueId> {
  const node = m.node('conv');
  const count = channels(g, node)!;
  const [scale, beta, mean, variance] = await Promise.all(
    ['scale', 'beta', 'mean', 'variance'].map((as) => channelNumbers(g, m.value(as), count)),
  );
  const epsilon = getFloat(m.root, 'epsilon', Math.fround(1e-5));
  const factor = scale!.map((s, i) => s / Math.sqrt(variance![i]! + epsilon));
  const shift = beta!.map((b, i) => b - mean![i]! * factor[i]!);
  const { weights, bias } = await rescaled(m, g, factor, shift);
  return g.copy(node, [m.value('x'), weights, bias]);
}

function normalizationOk(m: Match, g: RuleScope): Verdict {
  if (getInt(m.root, 'training_mode', 0) !== 0) return 'The BatchNormalization trains (training_mode is 1).';
  if (g.opset() < 7 && getInt(m.root, 'is_test', 0) === 0) return 'The BatchNormalization of this old opset trains.';
  const node = m.node('conv');
  const count = channels(g, node);
  if (count === null || !plainGemm(node)) return false;
  if (m.root.outputs.slice(1).some((v) => v !== null)) return 'The BatchNormalization gives its statistics too.';
  const fits = ['scale', 'beta', 'mean', 'variance'].every((as) => elementCount(g.tensor(m.value(as))!.dims) === count);
  if (!fits) return 'The number of channels does not agree with the weights.';
  if (node.op === 'Gemm' && m.find('b') !== null && !isRow(g, m.value('b'), count)) return false;
  return weightsMovable(m, g);
}

const NORM_INPUTS = [constant('scale'), constant('beta'), constant('mean'), constant('variance')];
const conv1 = '(float[1,1,2] x) => (float[1,1,2] y)';

const affine = (name: string, ops: string, doc: string, example: Rule['example']): Rule => ({
  name,
  doc,
  example,
  match: ops === 'Mul' || ops === 'Add' ? either(ops, [conv, constant('c')]) : op(ops, [conv, constant('c')]),
  when: affineOk,
  build: foldAffine,
});

export const FUSE_WEIGHTS: readonly Rule[] = [
  {
    name: 'conv-batchnorm',
    doc: 'BatchNormalization after Conv or ConvTranspose goes into its weights and bias.',
    example: {
      before: `${conv1} <float[1,1,1] w = {3}, float[1] s = {2}, float[1] b = {1}, float[1] m = {0}, float[1] v = {1}> { a = Conv(x, w)  y = BatchNormalization<epsilon=0.0>(a, s, b, m, v) }`,
      after: `${conv1} <float[1,1,1] w = {6}, float[1] b = {1}> { y = Conv(x, w, b) }`,
    },
    match: op('BatchNormalization', [conv, ...NORM_INPUTS]),
    when: normalizationOk,
    build: foldNormalization,
  },
  {
    name: 'gemm-batchnorm',
    doc: 'BatchNormalization after Gemm goes into its weights and bias.',
    example: {
      before:
        '(float[2,1] x) => (float[2,1] y) <float[1,1] w = {3}, float[1] s = {2}, float[1] b = {1}, float[1] m = {0}, float[1] v = {1}> { a = Gemm(x, w)  y = BatchNormalization<epsilon=0.0>(a, s, b, m, v) }',
      after: '(float[2,1] x) => (float[2,1] y) <float[1,1] w = {6}, float[1] b = {1}> { y = Gemm(x, w, b) }',
    },
    match: op('BatchNormalization', [gemm, ...NORM_INPUTS]),
    when: normalizationOk,
    build: foldNormalization,
  },
  affine('conv-mul', 'Mul', 'Mul by a constant for each channel after Conv goes into its weights.', {
    before: `${conv1} <float[1,1,1] w = {3}, float[1,1,1] c = {2}> { a = Conv(x, w)  y = Mul(a, c) }`,
    after: `${conv1} <float[1,1,1] w = {6}> { y = Conv(x, w) }`,
  }),
  affine('conv-div', 'Div', 'Div by a constant for each channel after Conv goes into its weights.', {
    before: `${conv1} <float[1,1,1] w = {3}, float[1,1,1] c = {2}> { a = Conv(x, w)  y = Div(a, c) }`,
    after: `${conv1} <float[1,1,1] w = {1.5}> { y = Conv(x, w) }`,
  }),
  affine('conv-add', 'Add', 'Add of a constant for each channel after Conv goes into its bias.', {
    before: `${conv1} <float[1,1,1] w = {3}, float[1,1,1] c = {2}> { a = Conv(x, w)  y = Add(a, c) }`,
    after: `${conv1} <float[1,1,1] w = {3}, float[1] b = {2}> { y = Conv(x, w, b) }`,
  }),
  affine('conv-sub', 'Sub', 'Sub of a constant for each channel after Conv goes into its bias.', {
    before: `${conv1} <float[1,1,1] w = {3}, float[1,1,1] c = {2}> { a = Conv(x, w)  y = Sub(a, c) }`,
    after: `${conv1} <float[1,1,1] w = {3}, float[1] b = {-2}> { y = Conv(x, w, b) }`,
  }),
  {
    name: 'gemm-affine',
    doc: 'Mul or Add of a constant for each column after Gemm goes into its weights and bias.',
    example: {
      before:
        '(float[2,1] x) => (float[2,1] y) <float[1,1] w = {3}, float[1] b = {1}, float[1] c = {2}> { a = Gemm(x, w, b)  y = Mul(a, c) }',
      after: '(float[2,1] x) => (float[2,1] y) <float[1,1] w = {6}, float[1] b = {2}> { y = Gemm(x, w, b) }',
    },
    match: either('Mul|Add', [gemm, constant('c')]),
    when: affineOk,
    build: foldAffine,
  },
  {
    name: 'matmul-mul',
    doc: 'Mul of a constant for each column after MatMul by constant weights goes into the weights.',
    example: {
      before:
        '(float[2,1] x) => (float[2,1] y) <float[1,1] w = {3}, float c = {2}> { a = MatMul(x, w)  y = Mul(a, c) }',
      after: '(float[2,1] x) => (float[2,1] y) <float[1,1] w = {6}> { y = MatMul(x, w) }',
    },
    match: either('Mul|Div', [op('MatMul', [any('x'), constant('w')], { as: 'conv' }), constant('c')]),
    when: (m, g) => {
      const dividend = m.root.op === 'Div' && m.root.inputs[0] === m.value('c');
      if (dividend || g.tensor(m.value('w'))!.dims.length !== 2 || g.tensor(m.value('c'))!.dims.length > 1)
        return false;
      return affineOk({ ...m, find: (as) => (as === 'b' ? null : m.find(as)) }, g);
    },
    build: foldAffine,
  },
  {
    name: 'mul-conv',
    doc: 'Mul by a constant for each input channel before Conv goes into its weights.',
    example: {
      before: `${conv1} <float[1,1,1] w = {3}, float[1,1,1] c = {2}> { a = Mul(x, c)  y = Conv(a, w) }`,
      after: `${conv1} <float[1,1,1] w = {6}> { y = Conv(x, w) }`,
    },
    match: op('Conv', [either('Mul', [any('x'), constant('c')], { as: 'mul' }), constant('w'), optional(any('b'))], {
      as: 'conv',
    }),
    when: (m, g) => {
      const w = g.tensor(m.value('w'))!.dims;
      if (getInt(m.root, 'group', 1) !== 1 || w.length < 3 || g.rank(m.value('x')) !== w.length) return false;
      const fits = perInput(g.tensor(m.value('c'))!.dims, w);
      return fits && weightsMovable({ ...m, find: (as) => (as === 'b' ? null : m.find(as)) }, g);
    },
    build: async (m, g) => {
      const w = await g.read(m.value('w'));
      const factor = await channelNumbers(g, m.value('c'), w.dims[1]!);
      const name = g.draft.value(m.value('w')).name;
      return g.copy(m.root, [m.value('x'), g.dense(scaleAlong(w, 1, factor), name), m.find('b')]);
    },
  },
];

function perInput(c: readonly number[], w: readonly number[]): boolean {
  if (elementCount(c) === 1) return c.length <= w.length;
  const axis = c.length - (w.length - 1);
  return axis >= 0 && c.length <= w.length && c[axis] === w[1] && elementCount(c) === w[1];
}
