/** Fourteen kinds of operators, for colour and glyph: one place says which operator is of which. */
import { CATEGORIES, CATEGORY_LABELS, type Category } from './category-names.ts';
import { normalDomain } from '../core/model.ts';
import { dialectCategory, isDialect } from './dialect-category.ts';

export { CATEGORIES, CATEGORY_LABELS, type Category };

type Table = Partial<Record<Category, string>>;

const ONNX: Table = {
  conv: `Conv ConvInteger ConvTranspose DeformConv CausalConvWithState Einsum Gemm MatMul MatMulInteger QLinearConv
    QLinearMatMul`,
  activation: `Celu Clip Elu Gelu HardSigmoid HardSwish Hardmax LeakyRelu LogSoftmax Mish PRelu Relu Selu Shrink Sigmoid
    Softmax Softplus Softsign SwiGLU Swish Tanh ThresholdedRelu`,
  norm: `BatchNormalization Dropout GroupNormalization InstanceNormalization LRN LayerNormalization LpNormalization
    MeanVarianceNormalization RMSNormalization`,
  pool: `AveragePool GlobalAveragePool GlobalLpPool GlobalMaxPool LpPool MaxPool MaxRoiPool MaxUnpool Resize RoiAlign
    Upsample GridSample AffineGrid`,
  shape: `Cast CastLike BitCast CenterCropPad Col2Im Compress Concat ConcatFromSequence DepthToSpace Expand Flatten
    Gather GatherElements GatherND Identity NonZero OneHot Pad Reshape ReverseSequence Scatter ScatterElements ScatterND
    Shape Size Slice SpaceToDepth Split SplitToSequence Squeeze TensorScatter Tile Transpose Trilu Unique Unsqueeze
    ImageDecoder`,
  math: `Abs Acos Acosh Add And Asin Asinh Atan Atanh BitShift BitwiseAnd BitwiseNot BitwiseOr BitwiseXor Ceil Cos Cosh
    DFT Det Div Equal Erf Exp Floor Greater GreaterOrEqual IsInf IsNaN Less LessOrEqual Log Mod Mul Neg Not Or Pow
    Reciprocal Round STFT Sign Sin Sinh Sqrt StringConcat StringNormalizer StringSplit RegexFullMatch Sub Sum Max Min Mean
    Tan Where Xor`,
  reduce: `ArgMax ArgMin CumProd CumSum NegativeLogLikelihoodLoss NonMaxSuppression ReduceL1 ReduceL2 ReduceLogSum
    ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum ReduceSumSquare SoftmaxCrossEntropyLoss TopK`,
  control: `If Loop Scan Optional OptionalGetElement OptionalHasElement SequenceAt SequenceConstruct SequenceEmpty
    SequenceErase SequenceInsert SequenceLength SequenceMap`,
  quant: 'DequantizeLinear DynamicQuantizeLinear QuantizeLinear',
  attention: 'Attention LinearAttention RotaryEmbedding',
  recurrent: 'GRU LSTM RNN',
  classic: 'TfIdfVectorizer',
  const: `Bernoulli BlackmanWindow Constant ConstantOfShape EyeLike HammingWindow HannWindow MelWeightMatrix Multinomial
    RandomNormal RandomNormalLike RandomUniform RandomUniformLike Range`,
};

/** ONNX Runtime's own operators. */
const MICROSOFT: Table = {
  conv: `CausalConvWithState ConvTransposeWithDynamicPads FusedConv FusedGemm FusedMatMul FusedMatMulActivation
    GemmFastGelu MatMulPacked NhwcConv NhwcFusedConv SparseToDenseMatMul TransposeMatMul VarlenCausalConvWithState
    ConvStateReplay WordConvEmbedding MoE MoEPacked MoEGroupRouter RouterGateUpProj`,
  activation: `BiasGelu BiasSoftmax BiasSplitGelu FastGelu Gelu QuickGelu ScaledSiLU SwiGLU`,
  norm: `BiasDropout BitmaskBiasDropout BitmaskDropout BranchwiseRMSNorm EmbedLayerNormalization GatedRMSNorm GroupNorm
    RMSNormRotary SkipGroupNorm SkipLayerNormalization SkipSimplifiedLayerNormalization`,
  pool: 'CropAndResize GridSample MaxpoolWithMask NhwcMaxPool',
  shape: `ExpandDims GatherND GatherPacked Pad RemovePadding RestorePadding Trilu UnfoldTensor Unique TorchEmbedding
    Tokenizer NGramHashMapping VarlenNGramHashMapping MurmurHash3 HyperConnectionPreMix HyperConnectionPostMix
    HyperConnectionLowRankMix`,
  math: `BiasAdd CDist ComplexMul ComplexMulConj EngramGate GatedAdd Inverse Irfft IsAllFinite Rfft DynamicTimeWarping`,
  reduce: 'BifurcationDetector NGramRepeatBlock SampleOp SpeculativePrefixCommit',
  control: 'BeamSearch EPContext GreedySearch Sampling Snpe WhisperBeamSearch',
  quant: `DequantizeBFP DequantizeLinear DequantizeWithOrder DynamicQuantizeLSTM DynamicQuantizeMatMul
    GatherBlockQuantized GemmFloat8 MatMulBlockQuantizedFp4Weight MatMulBlockQuantizedFp8Weight MatMulBnb4 MatMulFpQ4
    MatMulInteger16 MatMulIntegerToFloat MatMulNBits MatMulNBitsMlp MatMulNBitsQLoRA MatMulNBitsQkv MulInteger QGemm
    QEmbedLayerNormalization QLinearAdd QLinearAveragePool QLinearConcat QLinearConv QLinearGlobalAveragePool
    QLinearLeakyRelu QLinearMul QLinearReduceMean QLinearSigmoid QLinearSoftmax QLinearWhere QMoE QOrderedGelu
    QOrderedLayerNormalization QOrderedMatMul QuantizeBFP QuantizeLinear QuantizeWithOrder ReduceSumInteger`,
  attention: `Attention DecoderAttention DecoderMaskedMultiHeadAttention DecoderMaskedSelfAttention
    DynamicSparseAttention GatedDeltaNet GatedDeltaNetStateReplay GatedRelativePositionBias GemmaRotaryEmbedding
    GroupQueryAttention LinearAttention LinearAttentionGate LongformerAttention MRotaryEmbedding MultiHeadAttention
    PackedAttention PackedMultiHeadAttention PackedSparseAttentionIndexer PackedSparseAttentionIndexerMerge PagedAttention
    QAttention QOrderedAttention QOrderedLongformerAttention RelativePositionBias RotaryEmbedding SparseAttention
    SparseAttentionIndexer SparsePagedAttention`,
  recurrent: 'AttnLSTM Mamba2Verify',
  const: 'Range',
};

/** Classical models: everything else in ai.onnx.ml is 'classic' too, but these only prepare their input. */
const ML: Table = {
  shape:
    'ArrayFeatureExtractor CastMap CategoryMapper DictVectorizer FeatureVectorizer LabelEncoder OneHotEncoder ZipMap',
  norm: 'Imputer Normalizer Scaler',
  math: 'Binarizer',
  classic: `LinearClassifier LinearRegressor SVMClassifier SVMRegressor TreeEnsemble TreeEnsembleClassifier
    TreeEnsembleRegressor`,
};

const TRAINING: Table = { math: 'Adagrad Adam Momentum', control: 'Gradient' };
const LAYOUT_TRANSFORMED: Table = { conv: 'QLinearConvTranspose', shape: 'ReorderInput ReorderOutput' };

const BY_DOMAIN: ReadonlyMap<string, ReadonlyMap<string, Category>> = new Map([
  ['', index(ONNX)],
  ['com.microsoft', index(MICROSOFT)],
  ['ai.onnx.ml', index(ML)],
  ['ai.onnx.preview', index({ attention: 'FlexAttention' })],
  ['ai.onnx.preview.training', index(TRAINING)],
  ['com.ms.internal.nhwc', index(ONNX, MICROSOFT, LAYOUT_TRANSFORMED)],
  ['com.microsoft.nchwc', index(ONNX, LAYOUT_TRANSFORMED)],
]);

function index(...tables: readonly Table[]): Map<string, Category> {
  const out = new Map<string, Category>();
  for (const table of tables) {
    for (const category of CATEGORIES) for (const op of table[category]?.split(/\s+/) ?? []) out.set(op, category);
  }
  return out;
}

/**
 * The kind of an operator; 'unsupported' for domains and operators that ONNX and ONNX Runtime do not define, and for those
 * of a source dialect whose names do not tell.
 */
export function categoryOf(domain: string, op: string): Category {
  const known = BY_DOMAIN.get(normalDomain(domain))?.get(op);
  if (known) return known;
  return (isDialect(domain) ? dialectCategory(domain, op) : null) ?? 'unsupported';
}
