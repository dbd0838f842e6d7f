/** The fourteen categories that give a node its colour and glyph: one table for the canvas, the panels and drawings. */
import { normalDomain, type Node } from '../core/model.ts';

export type Category =
  | 'conv'
  | 'activation'
  | 'norm'
  | 'pool'
  | 'shape'
  | 'math'
  | 'reduce'
  | 'control'
  | 'quant'
  | 'attention'
  | 'recurrent'
  | 'classic'
  | 'const'
  | 'unsupported';

export const CATEGORY_LABELS: Readonly<Record<Category, string>> = {
  conv: 'Convolution / MatMul',
  activation: 'Activation',
  norm: 'Normalisation',
  pool: 'Pooling',
  shape: 'Shape / layout',
  math: 'Elementwise math',
  reduce: 'Reduction',
  control: 'Control flow',
  quant: 'Quantisation',
  attention: 'Attention',
  recurrent: 'Recurrent',
  classic: 'Trees / linear',
  const: 'Constants / weights',
  unsupported: 'Source dialect',
};

const OPERATORS: Readonly<Record<Exclude<Category, 'unsupported'>, string>> = {
  conv: 'Conv ConvTranspose ConvInteger DeformConv Gemm MatMul MatMulInteger Einsum FusedConv FusedGemm FusedMatMul MatMulNBits MatMulBnb4 NhwcConv TransposeMatMul GemmFloat8 CausalConvWithState Det',
  activation:
    'Relu LeakyRelu PRelu Elu Selu Celu Gelu BiasGelu FastGelu QuickGelu Sigmoid HardSigmoid HardSwish Swish Mish Tanh Softmax LogSoftmax Hardmax Softplus Softsign ThresholdedRelu Shrink Clip Erf BiasSoftmax ScaledTanh ParametricSoftplus',
  norm: 'BatchNormalization InstanceNormalization LayerNormalization SimplifiedLayerNormalization SkipLayerNormalization SkipSimplifiedLayerNormalization GroupNormalization SkipGroupNorm GroupNorm RMSNormalization LpNormalization MeanVarianceNormalization LRN EmbedLayerNormalization Dropout BiasDropout',
  pool: 'MaxPool AveragePool LpPool GlobalAveragePool GlobalMaxPool GlobalLpPool MaxUnpool MaxRoiPool RoiAlign Resize Upsample GridSample AffineGrid',
  shape:
    'Reshape Transpose Flatten Squeeze Unsqueeze Concat ConcatFromSequence Split SplitToSequence Slice Gather GatherElements GatherND Scatter ScatterElements ScatterND TensorScatter Shape Size Expand Tile Pad DepthToSpace SpaceToDepth Identity Cast CastLike Trilu EyeLike NonZero Compress ReverseSequence CenterCropPad Col2Im OneHot Unique SequenceConstruct SequenceAt SequenceInsert SequenceErase SequenceEmpty SequenceLength StringSplit StringConcat StringNormalizer BitCast',
  math: 'Add Sub Mul Div Pow Sqrt Exp Log Abs Neg Sign Ceil Floor Round Reciprocal Mod Max Min Sum Mean Sin Cos Tan Asin Acos Atan Sinh Cosh Asinh Acosh Atanh Not And Or Xor Equal Greater GreaterOrEqual Less LessOrEqual Where IsNaN IsInf BitShift BitwiseAnd BitwiseOr BitwiseXor BitwiseNot CumSum CumProd Range Bernoulli RandomNormal RandomNormalLike RandomUniform RandomUniformLike Multinomial DFT STFT MelWeightMatrix HannWindow HammingWindow BlackmanWindow NegativeLogLikelihoodLoss SoftmaxCrossEntropyLoss RegexFullMatch AffineTransform Gradient Momentum Adam Adagrad',
  reduce:
    'ReduceSum ReduceMean ReduceMax ReduceMin ReduceProd ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceSumSquare ArgMax ArgMin TopK NonMaxSuppression',
  control: 'If Loop Scan SequenceMap Optional OptionalGetElement OptionalHasElement',
  quant:
    'QuantizeLinear DequantizeLinear DynamicQuantizeLinear QLinearConv QLinearMatMul QLinearAdd QLinearMul QLinearConcat QLinearSigmoid QLinearLeakyRelu QLinearSoftmax QLinearAveragePool QLinearGlobalAveragePool QGemm QAttention DynamicQuantizeMatMul DynamicQuantizeLSTM MatMulIntegerToFloat',
  attention:
    'Attention MultiHeadAttention GroupQueryAttention PackedAttention PackedMultiHeadAttention DecoderMaskedMultiHeadAttention DecoderMaskedSelfAttention LinearAttention LongformerAttention SparseAttention PagedAttention RotaryEmbedding GatedRelativePositionBias RelativePositionBias FlexAttention',
  recurrent: 'LSTM GRU RNN AttnLSTM',
  classic:
    'TreeEnsemble TreeEnsembleClassifier TreeEnsembleRegressor LinearClassifier LinearRegressor SVMClassifier SVMRegressor Normalizer Scaler Imputer Binarizer LabelEncoder OneHotEncoder CategoryMapper DictVectorizer FeatureVectorizer ArrayFeatureExtractor ZipMap CastMap TfIdfVectorizer Tokenizer',
  const: 'Constant ConstantOfShape ConstantFill',
};

/** Domains whose operators ONNX Runtime runs; any other is a source dialect. */
const KNOWN_DOMAINS = new Set([
  '',
  'ai.onnx.ml',
  'com.microsoft',
  'com.microsoft.nchwc',
  'ai.onnx.preview',
  'ai.onnx.preview.training',
  'ai.onnx.training',
  'ai.onnx.contrib',
  'ai.onnx.extensions',
]);

const byOperator = new Map<string, Category>(
  Object.entries(OPERATORS).flatMap(([category, ops]) =>
    ops.split(' ').map((op) => [op, category as Category] as const),
  ),
);

/**
 * The category of a node. Nodes of a source dialect are `unsupported` until they are lowered; an operator of a known domain
 * that the table lacks counts as elementwise math.
 */
export function categoryOf(node: Pick<Node, 'domain' | 'op'>): Category {
  const domain = normalDomain(node.domain);
  if (!KNOWN_DOMAINS.has(domain)) return 'unsupported';
  return byOperator.get(node.op) ?? 'math';
}

/** As {@link categoryOf}; a call of one of the model's own functions is control flow, not a foreign operator. */
export function categoryIn(
  model: { readonly functions: readonly { domain: string; name: string }[] },
  node: Pick<Node, 'domain' | 'op'>,
): Category {
  const calls = model.functions.some((f) => f.name === node.op && normalDomain(f.domain) === normalDomain(node.domain));
  return calls ? 'control' : categoryOf(node);
}
