/**
 * Multiply-adds of the operators that multiply and add: convolutions, matrix products, recurrent layers, attention.
 * Everything else is counted as 0. Lengths may be expressions.
 */
import { getInt, getString } from '../core/attributes.ts';
import type { Node } from '../core/model.ts';
import type { Dim, Shape } from '../core/types.ts';
import { addDim, divDim, floorDim, mulDim, productDim } from './symbolic.ts';

/** What a cost rule sees of a node: the shapes of inputs and outputs, null where they are not known. */
export interface CostView {
  readonly node: Node;
  input(i: number): Shape;
  output(i: number): Shape;
}

/** Multiply-adds of one run; null where they cannot be told. */
export type CostRule = (v: CostView) => Dim;

const count = (shape: Shape): Dim => (shape === null ? null : productDim(shape));
const at = (shape: Shape, i: number): Dim => shape?.at(i) ?? null;

/** Each output element sums over the weight's channels and kernel. */
const convolution =
  (weight: number): CostRule =>
  (v) =>
    mulDim(count(v.output(0)), count(v.input(weight)?.slice(1) ?? null));

/** Each input element is spread over the weight's output channels and kernel. */
const transposed: CostRule = (v) => mulDim(count(v.input(0)), count(v.input(1)?.slice(1) ?? null));

const matMul: CostRule = (v) => mulDim(count(v.output(0)), at(v.input(0), -1));

const gemm: CostRule = (v) => mulDim(count(v.output(0)), at(v.input(0), getInt(v.node, 'transA', 0) ? 0 : 1));

const fusedMatMul: CostRule = (v) => mulDim(count(v.output(0)), at(v.input(0), getInt(v.node, 'transA', 0) ? -2 : -1));

/** The product of the lengths of all letters; an ellipsis counts as the output's leading dimensions. */
const einsum: CostRule = (v) => {
  const [left] = getString(v.node, 'equation', '').replaceAll(' ', '').split('->');
  const lengths = new Map<string, Dim>();
  for (const [i, term] of left!.split(',').entries()) {
    const shape = v.input(i);
    if (term.includes('.') || shape?.length !== term.length) return null;
    [...term].forEach((letter, k) => lengths.set(letter, shape[k]!));
  }
  return productDim([...lengths.values()]);
};

/** gates × hidden × (input + hidden) for each step, batch entry and direction. */
const recurrent =
  (gates: number): CostRule =>
  (v) => {
    const first = getInt(v.node, 'layout', 0) === 1;
    const x = v.input(0);
    const hidden: Dim = getInt(v.node, 'hidden_size') ?? at(v.input(2), -1);
    const directions = at(v.input(1), 0);
    const steps = mulDim(at(x, first ? 1 : 0), at(x, first ? 0 : 1));
    return productDim([steps, directions, gates, hidden, addDim(at(x, 2), hidden)]);
  };

/** Scores and their product with the values. */
const attention: CostRule = (v) => {
  const [q, k, value] = [v.input(0), v.input(1), v.input(2)];
  if (!q || !k || !value) return null;
  const past = at(v.input(4), 2) ?? 0;
  if (q.length === 4) return mulDim(productDim([q[0]!, q[1]!, q[2]!, addDim(k[2]!, past)]), addDim(q[3]!, value[3]!));
  const heads = getInt(v.node, 'q_num_heads') ?? 1;
  const kvHeads = getInt(v.node, 'kv_num_heads') ?? 1;
  const sizes = addDim(floorDim(divDim(q[2]!, heads)), floorDim(divDim(value[2]!, kvHeads)));
  return productDim([q[0]!, heads, q[1]!, addDim(k[1]!, past), sizes]);
};

/** Scores [B, S, L] times twice the hidden width. */
const headedAttention =
  (pastInput: number, pastAxis: number): CostRule =>
  (v) => {
    const [q, k] = [v.input(0), v.input(1)];
    if (q?.length !== 3) return null;
    const own = k?.length === 3 ? k[1]! : k?.length === 4 ? k[2]! : q[1]!;
    const width = at(v.output(0), -1);
    return productDim([2, q[0]!, q[1]!, addDim(own, at(v.input(pastInput), pastAxis) ?? 0), width]);
  };

/** The projection by the merged weights, then attention. */
const mergedAttention: CostRule = (v) => {
  const projection = productDim([count(v.input(0)), at(v.input(1), 1)]);
  const [x, width] = [v.input(0), at(v.output(0), -1)];
  return addDim(projection, productDim([2, at(x, 0), at(x, 1), addDim(at(x, 1), at(v.input(4), 3) ?? 0), width]));
};

/** By domain and operator. */
export const COSTS: Readonly<Record<string, Readonly<Record<string, CostRule>>>> = {
  '': {
    Conv: convolution(1),
    ConvInteger: convolution(1),
    QLinearConv: convolution(3),
    DeformConv: convolution(1),
    CausalConvWithState: convolution(1),
    ConvTranspose: transposed,
    MatMul: matMul,
    MatMulInteger: matMul,
    QLinearMatMul: matMul,
    Gemm: gemm,
    Einsum: einsum,
    RNN: recurrent(1),
    GRU: recurrent(3),
    LSTM: recurrent(4),
    Attention: attention,
  },
  'ai.onnx.preview': { FlexAttention: attention },
  'com.microsoft': {
    FusedConv: convolution(1),
    NhwcConv: convolution(1),
    NhwcFusedConv: convolution(1),
    QLinearConv: convolution(3),
    FusedMatMul: fusedMatMul,
    TransposeMatMul: fusedMatMul,
    FusedMatMulActivation: fusedMatMul,
    FusedGemm: gemm,
    QGemm: gemm,
    GemmFloat8: gemm,
    GemmFastGelu: matMul,
    MatMulNBits: matMul,
    MatMulBnb4: matMul,
    MatMulPacked: matMul,
    MatMulNBitsQLoRA: matMul,
    MatMulFpQ4: matMul,
    MatMulIntegerToFloat: matMul,
    MatMulInteger16: matMul,
    DynamicQuantizeMatMul: matMul,
    QOrderedMatMul: matMul,
    MatMulBlockQuantizedFp4Weight: matMul,
    MatMulBlockQuantizedFp8Weight: matMul,
    DynamicQuantizeLSTM: recurrent(4),
    Attention: mergedAttention,
    QAttention: mergedAttention,
    MultiHeadAttention: headedAttention(6, 2),
    DecoderMaskedMultiHeadAttention: headedAttention(5, 2),
    GroupQueryAttention: headedAttention(3, 2),
  },
  'com.microsoft.nchwc': { Conv: convolution(1) },
  'com.ms.internal.nhwc': { Conv: convolution(1), QLinearConv: convolution(3), ConvTranspose: transposed },
};
