/** ONNX Runtime's matrix products, quantized and fused layers (com.microsoft). */
import { dtypeOfCode, type Dim, type DType, type Shape } from '../../core/types.ts';
import { mulDim } from '../symbolic.ts';
import type { InferRule, NodeContext } from './context.ts';
import { likeInput, shapeOfInput } from './elementwise.ts';
import { channelsLast, channelsLastIf } from './layouts.ts';
import { gemm, matMul, matMulShape } from './products.ts';
import { REDUCTIONS } from './reductions.ts';
import { rowsFor, withTraits, type Rows } from './row.ts';
import { concatOf } from './shapes.ts';
import { convolution, WINDOWS } from './windows.ts';

/** transA and transB swap the last two axes; transBatchA and transBatchB move the first one behind the batch. */
function turned(c: NodeContext, i: number, letter: 'A' | 'B'): Shape {
  const shape = c.shape(i);
  if (!shape || shape.length < 2) return shape;
  const rank = shape.length;
  const moved = c.int(`transBatch${letter}`, 0) ? [...shape.slice(1, -1), shape[0]!, shape[rank - 1]!] : shape;
  if (!c.int(`trans${letter}`, 0)) return moved;
  return [...moved.slice(0, -2), moved[rank - 1]!, moved[rank - 2]!];
}

const fusedMatMul: InferRule = (c) => c.setTensor(0, c.dtype(0), matMulShape(c, turned(c, 0, 'A'), turned(c, 1, 'B')));

/** [..., K] → [..., N] where N is an attribute or a dimension of the weight. */
const lastBecomes =
  (n: (c: NodeContext) => Dim, dtype: (c: NodeContext) => DType | null = (c) => c.dtype(0)): InferRule =>
  (c) => {
    const shape = c.shape(0);
    c.setTensor(0, dtype(c), shape && [...shape.slice(0, -1), n(c)]);
  };

const attributeN = (c: NodeContext): Dim => c.optionalInt('N') ?? null;

const bnb4: InferRule = (c) => lastBecomes(c.int('transB', 1) ? attributeN : (d) => d.optionalInt('K') ?? null)(c);

const packedShape: InferRule = (c) => {
  const b = c.numbers(2);
  c.setTensor(0, c.dtype(0), b && matMulShape(c, c.shape(0), b));
};

const mlp: InferRule = (c) => {
  lastBecomes(attributeN)(c);
  c.set(1, c.type(0));
};

const qkv: InferRule = (c) => {
  const shape = c.shape(0);
  const widths = ['Nq', 'Nkv', 'Nkv'].map((name): Dim => c.optionalInt(name) ?? null);
  widths.forEach((n, i) => c.setTensor(i, c.dtype(0), shape && [...shape.slice(0, -1), n]));
  c.set(3, c.type(0));
};

/** Broadcasts the given inputs; the others are scales and zero points. */
const broadcastOf =
  (inputs: readonly number[], dtype: (c: NodeContext) => DType | null = (c) => c.dtype(inputs[0]!)): InferRule =>
  (c) =>
    c.setTensor(0, dtype(c), c.broadcast(inputs.map((i) => c.shape(i))));

const qConcat: InferRule = (c) => {
  const parts = c.node.inputs.map((_, i) => i).filter((i) => i >= 2 && (i - 2) % 3 === 0);
  concatOf(c, parts, c.int('axis', 0));
};

const blockGather: InferRule = (c) => {
  const [data, indices] = [c.shape(0), c.shape(1)];
  const axis = data && c.axis(c.int('gather_axis', 0), data.length);
  const last = data && axis !== null ? [...data.slice(0, axis), ...(indices ?? []), ...data.slice(axis + 1)] : null;
  // Bytes hold several elements of fewer bits.
  const per = c.dtype(0) === 'uint8' ? Math.max(1, 8 / c.int('bits', 4)) : 1;
  c.setTensor(0, c.dtype(2), last && indices && last.map((d, i) => (i === last.length - 1 ? mulDim(d, per) : d)));
};

const dtypeAttribute =
  (name: string, otherwise: DType) =>
  (c: NodeContext): DType | null => {
    const code = c.optionalInt(name);
    return code ? dtypeOfCode(code) : otherwise;
  };

const quantize: InferRule = (c) => c.setTensor(0, c.dtype(2) ?? 'uint8', c.shape(0));
const dequantize: InferRule = (c) => c.setTensor(0, c.dtype(1), c.shape(0));

const quantizeBlocks: InferRule = (c) => {
  c.setTensor(0, 'uint8', [null]);
  c.setTensor(1, 'int64', [c.rank(0)]);
  c.setTensor(2, 'int64', [c.rank(0)]);
};

const dequantizeBlocks: InferRule = (c) =>
  c.setTensor(0, dtypeAttribute('dtype', 'float')(c), c.elements(1)?.values ?? null);

const fusedConv = convolution(0, 1, (c) => c.dtype(0));
const pool = WINDOWS['AveragePool']!.infer!;
const mean = REDUCTIONS['ReduceMean']!.infer!;

const QUANTIZED: Readonly<Record<string, InferRule>> = {
  QuantizeLinear: quantize,
  DequantizeLinear: dequantize,
  QuantizeWithOrder: shapeOfInput('int8'),
  DequantizeWithOrder: shapeOfInput(dtypeAttribute('to', 'float')),
  QuantizeBFP: quantizeBlocks,
  DequantizeBFP: dequantizeBlocks,
  QGemm: gemm((c) => c.dtype(8) ?? (c.has(7) ? c.dtype(0) : 'float'), 3),
  QLinearAdd: broadcastOf([0, 3]),
  QLinearMul: broadcastOf([0, 3]),
  QLinearWhere: broadcastOf([0, 1, 4], (c) => c.dtype(1)),
  QLinearConcat: qConcat,
  QLinearConv: channelsLastIf(
    'channels_last',
    convolution(0, 3, (c) => c.dtype(7)),
  ),
  QLinearAveragePool: channelsLastIf('channels_last', pool),
  QLinearGlobalAveragePool: channelsLastIf('channels_last', WINDOWS['GlobalAveragePool']!.infer!),
  QLinearReduceMean: mean,
  ReduceSumInteger: (c) => {
    mean(c);
    const out = c.node.outputs[0] ?? null;
    const type = out === null ? null : c.facts.typeOf(out);
    c.setTensor(0, c.dtype(0)?.startsWith('u') ? 'uint32' : 'int32', type?.kind === 'tensor' ? type.shape : null);
  },
  MulInteger: broadcastOf([0, 2], () => 'int32'),
  QOrderedMatMul: matMul(0, 2, (c) => c.dtype(0)),
  DynamicQuantizeMatMul: matMul(0, 1, (c) => c.dtype(0)),
  MatMulIntegerToFloat: matMul(0, 1, (c) => c.dtype(2)),
  MatMulInteger16: matMul(0, 1, () => 'int32'),
  GatherBlockQuantized: blockGather,
};

export const CONTRIB_PRODUCTS: Rows = {
  ...withTraits([], {
    FusedMatMul: fusedMatMul,
    FusedMatMulActivation: fusedMatMul,
    TransposeMatMul: fusedMatMul,
    SparseToDenseMatMul: fusedMatMul,
    FusedGemm: gemm((c) => c.dtype(0)),
    GemmFloat8: gemm((c) => dtypeAttribute('dtype', 'float')(c)),
    GemmFastGelu: matMul(0, 1, (c) => c.dtype(0)),
    MatMulNBits: lastBecomes(attributeN),
    MatMulNBitsQLoRA: lastBecomes(attributeN),
    MatMulPacked: lastBecomes(attributeN),
    MatMulBnb4: bnb4,
    MatMulFpQ4: packedShape,
    MatMulBlockQuantizedFp4Weight: lastBecomes((c) => c.dim(1, 0)),
    MatMulBlockQuantizedFp8Weight: lastBecomes((c) => c.dim(1, 0)),
    MatMulNBitsMlp: mlp,
    MatMulNBitsQkv: qkv,
    FusedConv: fusedConv,
    NhwcConv: channelsLast(fusedConv),
    NhwcFusedConv: channelsLast(fusedConv),
    NhwcMaxPool: channelsLast(pool),
    MaxpoolWithMask: pool,
    ConvTransposeWithDynamicPads: (c) => {
      const x = c.shape(0);
      c.setTensor(0, c.dtype(0), x && [x[0]!, mulDim(c.dim(1, 1), c.int('group', 1)), ...x.slice(2).map(() => null)]);
    },
    ...QUANTIZED,
  }),
  ...rowsFor(['QLinearLeakyRelu', 'QLinearSigmoid', 'QOrderedGelu'], { infer: likeInput(), traits: ['elementwise'] }),
  ...rowsFor(['QLinearSoftmax', 'QOrderedLayerNormalization', 'QMoE', 'MoE', 'MoEPacked'], {
    infer: likeInput(),
    traits: [],
  }),
};
