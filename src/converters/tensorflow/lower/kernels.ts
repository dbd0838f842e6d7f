/**
 * The element types that ONNX Runtime computes on the CPU, by operator (opset 18). What it lacks is computed in a wider type
 * and cast back: a file that no runtime opens would be no conversion.
 */
import type { TypedEmitter, Plain } from '../../../graph-model/builders/typed-emitter.ts';
import type { ValueId } from '../../../graph-model/core/model.ts';
import { dtypeInfo, type DType } from '../../../graph-model/core/types.ts';

const FLOATS = 'float double float16';
const SINGLES = 'float float16';
const WIDE = `${FLOATS} int32 int64`;
const NUMBERS = `${WIDE} int8 int16 uint8 uint16 uint32 uint64`;
const SOME = `${WIDE} int8 uint8`;
const MOST = `${NUMBERS} bool string`;
const ALL = `${MOST} bfloat16`;

const rows = (ops: string, types: string) => ops.split(' ').map((op) => [op, new Set(types.split(' '))] as const);

const TYPES: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ...rows('Floor Ceil Round Exp Log Sqrt Reciprocal Sin Cos Tanh Sigmoid Softplus Softsign Elu Selu', FLOATS),
  ...rows('LeakyRelu HardSwish HardSigmoid Softmax LogSoftmax Gemm BatchNormalization IsNaN', FLOATS),
  ...rows('Tan Asin Acos Atan Sinh Cosh Asinh Acosh Atanh Erf Conv ConvTranspose AveragePool', SINGLES),
  ...rows('GlobalAveragePool LRN Det GridSample', SINGLES),
  ...rows('IsInf', 'float double'),
  ...rows('MeanVarianceNormalization NonMaxSuppression', 'float'),
  ...rows('Neg', `${WIDE} int8 int16`),
  ...rows('Relu', `${WIDE} int8`),
  ...rows('Abs Add Sub Mul Div Mod Less Greater LessOrEqual GreaterOrEqual', NUMBERS),
  ...rows('Equal', `${NUMBERS} bool string`),
  ...rows('Sign', `${NUMBERS} bfloat16`),
  ...rows('Pow ReduceSum ReduceMean ReduceProd ReduceL1 ReduceL2 ReduceLogSumExp ReduceSumSquare CumSum Einsum', WIDE),
  ...rows('Min Max Clip', `${SOME} uint32 uint64`),
  ...rows('PRelu', `${WIDE} uint32`),
  ...rows('MatMul', `${WIDE} uint32 uint64`),
  ...rows('ReduceMax ReduceMin ArgMax ArgMin', SOME),
  ...rows('Where', `${SOME} uint32 string`),
  ...rows('Pad', `${SOME} uint32 uint64 bool`),
  ...rows('Tile Expand ReverseSequence', MOST),
  ...rows('Compress', MOST),
  ...rows('TopK', `${SOME} int16`),
  ...rows('Unique', `${FLOATS} int8 int64 string`),
  ...rows('NonZero', `${SINGLES} int32 int64 uint8 bool`),
  ...rows('OneHot', 'float float16 int64 string'),
  ...rows('Range', 'float double int16 int32 int64'),
  ...rows('EyeLike Trilu', `${FLOATS} int32 int64`),
  ...rows('DepthToSpace SpaceToDepth MaxPool', `${FLOATS} int8 uint8`),
  ...rows('Resize', `${SINGLES} int8 int32 uint8`),
  ...rows('BitwiseAnd BitwiseOr BitwiseXor BitwiseNot', 'int8 int16 int32 int64 uint8 uint16 uint32 uint64'),
  ...rows('BitShift', 'uint8 uint16 uint32 uint64'),
  ...rows('Transpose Concat Slice Gather GatherND GatherElements ScatterND ScatterElements Reshape Split', ALL),
]);

/** Types to try in place of one that is lacking, the nearest first; all its values fit but where none is that wide. */
const WIDER: Partial<Record<DType, readonly DType[]>> = {
  bool: ['uint8', 'int32', 'int64', 'float'],
  int8: ['int32', 'float', 'int64'],
  int16: ['int32', 'float', 'int64'],
  uint8: ['int32', 'float', 'int64'],
  uint16: ['int32', 'float', 'int64'],
  int32: ['int64', 'double', 'float'],
  uint32: ['int64', 'double', 'float'],
  uint64: ['int64', 'double', 'float'],
  int64: ['double', 'int32', 'float'],
  float16: ['float'],
  bfloat16: ['float'],
  double: ['float'],
};

/** Which inputs have the type that is computed in; the first alone where an operator is not listed. */
const DATA_INPUTS: Readonly<Record<string, (index: number) => boolean>> = {
  Where: (i) => i > 0,
  Pad: (i) => i === 0 || i === 2,
  ScatterND: (i) => i !== 1,
  ScatterElements: (i) => i !== 1,
  OneHot: (i) => i === 2,
};
const EVERY_INPUT = new Set(
  (
    'Add Sub Mul Div Mod Pow Min Max Less Greater LessOrEqual GreaterOrEqual Equal PRelu MatMul Gemm Einsum Clip Conv ' +
    'ConvTranspose Concat BatchNormalization Range BitwiseAnd BitwiseOr BitwiseXor BitShift GridSample'
  ).split(' '),
);

/** Their results have a type of their own. */
const OTHER_RESULT = new Set(
  'Less Greater LessOrEqual GreaterOrEqual Equal ArgMax ArgMin NonZero IsNaN IsInf NonMaxSuppression'.split(' '),
);

/** The type in which an operator is computed for elements of `dtype`. */
export function computedIn(op: string, dtype: DType): DType {
  const known = TYPES.get(op);
  if (!known || known.has(dtype)) return dtype;
  return WIDER[dtype]?.find((d) => known.has(d)) ?? dtype;
}

export function castTo(e: TypedEmitter, value: ValueId, dtype: DType): ValueId {
  return e.cast(value, dtype, dtypeInfo(dtype).code);
}

/** As TypedEmitter.ops, in a type that runtimes have; the first result has the type of the data again. */
export function computed(
  e: TypedEmitter,
  op: string,
  inputs: readonly (ValueId | null)[],
  plain: Plain = {},
  outputs = 1,
): ValueId[] {
  const isData = DATA_INPUTS[op] ?? ((i: number) => i === 0 || EVERY_INPUT.has(op));
  const first = inputs.findIndex((v, i) => v !== null && isData(i));
  const dtype = first < 0 ? 'float' : e.dtype(inputs[first]!);
  const within = computedIn(op, dtype);
  if (within === dtype) return e.ops(op, inputs, plain, outputs);
  const cast = inputs.map((v, i) => (v === null || !isData(i) ? v : castTo(e, v, within)));
  const made = e.ops(op, cast, plain, outputs);
  return OTHER_RESULT.has(op) ? made : made.map((v, i) => (i === 0 || op === 'Split' ? castTo(e, v, dtype) : v));
}
