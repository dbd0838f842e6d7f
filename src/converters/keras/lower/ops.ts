/** Functions called on tensors: `keras.ops` of Keras 3, and TensorFlow's own in TFOpLambda layers of Keras 2. */
import { dtypeInfo } from '../../../graph-model/core/types.ts';
import type { ValueId } from '../../../graph-model/core/model.ts';
import { onnxType } from '../dtype.ts';
import { isList, isObject } from '../json.ts';
import { gelu, geluTanh, pointwise, softmax, thresholdRelu } from './activations.ts';
import { isHeld, type Given, type LayerCall, type Lowering } from './call.ts';
import { getItem } from './get-item.ts';
import {
  asFloat,
  axesOption,
  binary,
  keepdims,
  LEFT,
  numberOption,
  numbersIn,
  operand,
  option,
  pair,
  RIGHT,
  sameTypes,
} from './op-arguments.ts';
import { type Held, range } from '../../../graph-model/builders/axis-orders.ts';
import { concatenated } from './merge.ts';
import { MORE_OPS } from './more-ops.ts';
import { ARITHMETIC_OPS } from './ops-arithmetic.ts';
import { SPECIAL_OPS } from './ops-special.ts';
import { IMAGE_OPS } from './ops-image.ts';
import { LINEAR_OPS } from './ops-linear.ts';
import { NETWORK_OPS } from './ops-network.ts';
import { REARRANGING_OPS } from './ops-rearranging.ts';
import { SIGNAL_OPS } from './ops-signal.ts';
import { argExtreme, STATISTICS_OPS } from './ops-statistics.ts';
import { heldsIn } from './recurrent.ts';
import { REFUSED_OPS } from './refused.ts';

const compare = (op: string): Lowering => binary(op);
const negatedCompare: Lowering = (c) => c.map(binary('Equal')(c) as Held, (x) => c.e.op('Not', [x]));

/** Of truth values, or of what is true where it is not 0. */
const logical =
  (op: string): Lowering =>
  (c) => {
    const [a, b] = [operand(c, LEFT, 0), operand(c, RIGHT, 1)];
    if (!isHeld(a) || !isHeld(b)) return c.refuse('one of its operands is not a tensor');
    const { values, order } = pair(c, a, b);
    return c.keep(
      c.e.op(
        op,
        values.map((v) => c.e.cast(v, 'bool', 9)),
      ),
      order,
    );
  };

// ---- one operand

const unary =
  (make: (c: LayerCall, x: ValueId) => ValueId, float = true): Lowering =>
  (c) =>
    c.map(c.x, (x) => make(c, float ? asFloat(c, x) : x));
const named = (op: string, float = true): Lowering => unary((c, x) => c.e.op(op, [x]), float);
const activation = (name: string): Lowering =>
  unary((c, x) => (pointwise(name, c.keras) ?? c.refuse('it is not known'))(c.e, x));

const attr = (value: number) => ({ kind: 'float', value: Math.fround(value) }) as const;
const leaky: Lowering = (c) => {
  const alpha = numberOption(c, ['negative_slope', 'alpha'], 0.2, 1);
  return c.map(c.x, (x) => c.e.op('LeakyRelu', [x], { alpha: attr(alpha) }));
};
const elu: Lowering = (c) => c.map(c.x, (x) => c.e.op('Elu', [x], { alpha: attr(numberOption(c, ['alpha'], 1, 1)) }));

/** keras.ops.gelu approximates unless told otherwise, TensorFlow's does not. */
const geluOp: Lowering = (c) => {
  const said = option(c, ['approximate'], 1);
  const approximate = said === undefined ? c.given.op !== 'TFOpLambda' : said === true || said === 1;
  return c.map(c.x, (x) => (approximate ? geluTanh : gelu)(c.e, x));
};

const clip: Lowering = (c) => {
  const least = numberOption(c, ['x_min', 'clip_value_min', 'min_value'], -Infinity, 1);
  const most = numberOption(c, ['x_max', 'clip_value_max', 'max_value'], Infinity, 2);
  const bound = (x: ValueId, value: number) => (Number.isFinite(value) ? c.e.numbers(c.e.dtype(x), [value]) : null);
  return c.map(c.x, (x) => c.e.op('Clip', [x, bound(x, least), bound(x, most)]));
};

const reluOp: Lowering = (c) =>
  c.map(c.x, (x) =>
    thresholdRelu(
      c.e,
      x,
      numberOption(c, ['negative_slope', 'alpha'], 0),
      numberOption(c, ['threshold'], 0),
      mostOf(c),
    ),
  );
const mostOf = (c: LayerCall) => {
  const found = option(c, ['max_value']);
  return typeof found === 'number' ? found : null;
};

// ---- reductions

const reduction =
  (op: string, float = false): Lowering =>
  (c) => {
    const rank = c.rank();
    const axes = (axesOption(c) ?? range(0, rank)).map((a) => c.axis(a, rank));
    const x = c.natural();
    if (c.e.dtype(x) === 'bool' && !float) return ofTruth(c, op, x, axes);
    return c.keep(c.e.reduce(op, float ? asFloat(c, x) : x, axes, keepdims(c)));
  };

/** Truth values are counted in int32; the greatest and least of them stay truth values. */
function ofTruth(c: LayerCall, op: string, x: ValueId, axes: readonly number[]): Held {
  const made = c.e.reduce(op, c.e.op('Cast', [x], { to: 6 }), axes, keepdims(c));
  return c.keep(/Max|Min/.test(op) ? c.e.op('Cast', [made], { to: 9 }) : made);
}

const variance =
  (root: boolean): Lowering =>
  (c) => {
    const { e } = c;
    const rank = c.rank();
    const axes = (axesOption(c) ?? range(0, rank)).map((a) => c.axis(a, rank));
    const x = asFloat(c, c.natural());
    const centred = e.op('Sub', [x, e.reduce('ReduceMean', x, axes, true)]);
    const mean = e.reduce('ReduceMean', e.op('Mul', [centred, centred]), axes, keepdims(c));
    return c.keep(root ? e.op('Sqrt', [mean]) : mean);
  };

/** Of truth values: through numbers, as ONNX reduces those alone. */
const truth =
  (op: string): Lowering =>
  (c) => {
    const rank = c.rank();
    const axes = (axesOption(c) ?? range(0, rank)).map((a) => c.axis(a, rank));
    const said = c.e.cast(c.natural(), 'bool', 9);
    const reduced = c.e.reduce(op, c.e.op('Cast', [said], { to: 6 }), axes, keepdims(c));
    return c.keep(c.e.op('Cast', [reduced], { to: 9 }));
  };

// ---- shapes

/** The length of the batch is written as -1 or null; ONNX's 0 keeps it. */
const reshape: Lowering = (c) => {
  const target = option(c, ['newshape', 'shape'], 1);
  if (!isList(target) || !target.every((d) => d === null || typeof d === 'number'))
    return c.refuse('its shape is computed, which is not converted');
  const dims = (target as (number | null)[]).map((d) => d ?? -1);
  const open = dims.filter((d) => d === -1).length;
  if (open > 1) dims[0] = 0;
  if (dims.filter((d) => d === -1).length > 1) c.refuse('its shape leaves several lengths open');
  return c.keep(c.e.reshape(c.natural(), dims));
};

const transpose: Lowering = (c) => {
  const perm = axesOption(c, ['axes', 'perm'], 1) ?? range(0, c.rank()).reverse();
  return c.keep(
    c.e.transpose(
      c.natural(),
      perm.map((p) => c.axis(p)),
    ),
  );
};

const expandDims: Lowering = (c) => {
  const axes = axesOption(c) ?? c.refuse('an axis is needed');
  return c.keep(c.e.unsqueeze(c.natural(), axes));
};

const squeeze: Lowering = (c) => {
  const axes = axesOption(c) ?? c.shape().flatMap((d, i) => (d === 1 ? [i] : []));
  return c.keep(axes.length === 0 ? c.natural() : c.e.squeeze(c.natural(), axes));
};

const concatenate: Lowering = (c) => concatenated(c, c.inputs, numberOption(c, ['axis'], -1, 1));

const stack: Lowering = (c) => {
  const axis = numberOption(c, ['axis'], 0, 1);
  const rank = c.rank() + 1;
  const parts = c.inputs.map((t) => c.e.unsqueeze(c.natural(t), [axis < 0 ? axis + rank : axis]));
  return c.keep(c.e.op('Concat', parts, { axis }));
};

const cast: Lowering = (c) => {
  const name = option(c, ['dtype'], 1);
  if (typeof name !== 'string') return c.refuse('the type it casts to is not written down');
  const wanted = onnxType(name);
  const dtype = wanted === 'float16' || wanted === 'bfloat16' || wanted === 'double' ? 'float' : wanted;
  return c.map(c.x, (x) => c.e.cast(x, dtype, dtypeInfo(dtype).code));
};

const matmul: Lowering = (c) => {
  const { e } = c;
  const [a, b] = c.inputs;
  if (!a || !b) return c.refuse('it is called with other than two tensors');
  const turned = (t: Held, key: string) => {
    const rank = c.rank(t);
    const swap = [...range(0, rank - 2), rank - 1, rank - 2];
    return option(c, [key]) === true ? e.transpose(c.natural(t), swap) : c.natural(t);
  };
  return c.keep(e.op('MatMul', sameTypes(c, [turned(a, 'transpose_a'), turned(b, 'transpose_b')], false)));
};

const einsum: Lowering = (c) => {
  const equation = option(c, ['subscripts', 'equation'], 0);
  if (typeof equation !== 'string') return c.refuse('its equation is not written down');
  return c.keep(
    c.e.op(
      'Einsum',
      c.inputs.map((t) => c.natural(t)),
      { equation: equation.replace(/\s/g, '') },
    ),
  );
};

const softmaxOp =
  (op: string): Lowering =>
  (c) =>
    softmax(c, c.x, numberOption(c, ['axis'], -1, 1), op);

const where: Lowering = (c) => {
  const { e } = c;
  const { args, kwargs } = c.given;
  const condition = args[0] ?? kwargs['condition'];
  const a = args[1] ?? kwargs['x1'] ?? kwargs['x'];
  const b = args[2] ?? kwargs['x2'] ?? kwargs['y'];
  if (!isHeld(condition) || a === undefined || b === undefined) return c.refuse('it needs a condition and two values');
  const tensor = [a, b].find(isHeld);
  const value = (v: Given) =>
    isHeld(v) ? c.natural(v) : e.numbers(tensor ? c.dtype(tensor) : 'float', numbersIn(c, v));
  return c.keep(e.op('Where', [e.cast(c.natural(condition), 'bool', 9), value(a), value(b)]));
};

const l2Normalize: Lowering = (c) => {
  const { e } = c;
  const axes = (axesOption(c) ?? range(0, c.rank())).map((a) => c.axis(a));
  const x = c.natural();
  const least = e.float(numberOption(c, ['epsilon'], 1e-12));
  const square = e.op('Max', [e.reduce('ReduceSum', e.op('Mul', [x, x]), axes, true), least]);
  return c.keep(e.op('Div', [x, e.op('Sqrt', [square])]));
};

const addN: Lowering = (c) => {
  const all = c.given.args.flatMap(heldsIn).map((t) => c.natural(t));
  return c.keep(all.reduce((a, b) => c.e.op('Add', [a, b])));
};

const OPS: Readonly<Record<string, Lowering>> = {
  add: binary('Add'),
  subtract: binary('Sub'),
  multiply: binary('Mul'),
  divide: binary('Div', true),
  truedivide: binary('Div', true),
  truediv: binary('Div', true),
  maximum: binary('Max'),
  minimum: binary('Min'),
  power: binary('Pow'),
  pow: binary('Pow'),
  equal: compare('Equal'),
  notequal: negatedCompare,
  greater: compare('Greater'),
  greaterequal: compare('GreaterOrEqual'),
  less: compare('Less'),
  lessequal: compare('LessOrEqual'),
  logicaland: logical('And'),
  logicalor: logical('Or'),
  logicalxor: logical('Xor'),
  logicalnot: unary((c, x) => c.e.op('Not', [c.e.cast(x, 'bool', 9)]), false),
  squareddifference: (c) => c.map(binary('Sub')(c) as Held, (x) => c.e.op('Mul', [x, x])),
  absolute: named('Abs', false),
  abs: named('Abs', false),
  negative: named('Neg', false),
  neg: named('Neg', false),
  exp: named('Exp'),
  log: named('Log'),
  log1p: unary((c, x) => c.e.op('Log', [c.e.op('Add', [x, c.e.float(1)])])),
  expm1: unary((c, x) => c.e.op('Sub', [c.e.op('Exp', [x]), c.e.float(1)])),
  sqrt: named('Sqrt'),
  rsqrt: unary((c, x) => c.e.op('Reciprocal', [c.e.op('Sqrt', [x])])),
  reciprocal: named('Reciprocal'),
  square: unary((c, x) => c.e.op('Mul', [x, x]), false),
  sign: named('Sign', false),
  floor: named('Floor'),
  ceil: named('Ceil'),
  sin: named('Sin'),
  cos: named('Cos'),
  tan: named('Tan'),
  erf: named('Erf'),
  isnan: named('IsNaN'),
  identity: (c) => c.x,
  stopgradient: (c) => c.x,
  relu: reluOp,
  relu6: activation('relu6'),
  sigmoid: activation('sigmoid'),
  tanh: activation('tanh'),
  silu: activation('silu'),
  swish: activation('silu'),
  selu: activation('selu'),
  softplus: activation('softplus'),
  softsign: activation('softsign'),
  hardsigmoid: activation('hard_sigmoid'),
  hardsilu: activation('hard_silu'),
  hardtanh: activation('hard_tanh'),
  logsigmoid: activation('log_sigmoid'),
  mish: activation('mish'),
  gelu: geluOp,
  leakyrelu: leaky,
  elu,
  clip,
  clipbyvalue: clip,
  softmax: softmaxOp('Softmax'),
  logsoftmax: softmaxOp('LogSoftmax'),
  mean: reduction('ReduceMean', true),
  sum: reduction('ReduceSum'),
  max: reduction('ReduceMax'),
  min: reduction('ReduceMin'),
  prod: reduction('ReduceProd'),
  logsumexp: reduction('ReduceLogSumExp', true),
  var: variance(false),
  std: variance(true),
  variance: variance(false),
  any: truth('ReduceMax'),
  all: truth('ReduceMin'),
  argmax: argExtreme('ArgMax'),
  argmin: argExtreme('ArgMin'),
  reshape,
  transpose,
  expanddims: expandDims,
  squeeze,
  concatenate,
  concat: concatenate,
  stack,
  cast,
  matmul,
  einsum,
  where,
  addn: addN,
  l2normalize: l2Normalize,
  getitem: getItem,
  amax: reduction('ReduceMax'),
  amin: reduction('ReduceMin'),
};

/** Those of keras.ops alone: TensorFlow calls its options otherwise. */
const KERAS_OPS: Readonly<Record<string, Lowering>> = {
  ...MORE_OPS,
  ...ARITHMETIC_OPS,
  ...SPECIAL_OPS,
  ...STATISTICS_OPS,
  ...REARRANGING_OPS,
  ...LINEAR_OPS,
  ...NETWORK_OPS,
  ...IMAGE_OPS,
  ...SIGNAL_OPS,
  ...OPS,
};

/** Names as in the tables of the documentation. */
export const OP_NAMES: readonly string[] = Object.keys(KERAS_OPS).sort();

const plainName = (name: string) => name.toLowerCase().replace(/[^a-z0-9]/g, '');

export const isOp = (name: string): boolean => plainName(name) in KERAS_OPS || plainName(name) in REFUSED_OPS;

/** Why a function of keras.ops has no ONNX form; null where it has one. */
export function refusalOfOp(op: string): string | null {
  const name = plainName(op);
  return REFUSED_OPS[name] ?? (name in KERAS_OPS ? null : 'this function of keras.ops is not converted');
}

/** A class of keras.ops (`TrueDivide`). */
export const lowerOp: Lowering = (c) => KERAS_OPS[plainName(c.given.op)]!(c);

/** `math.reduce_mean`, `__operators__.add`, `nn.relu`: the last part says what it does. */
const tensorflowOp: Lowering = (c) => {
  const name = c.text('function', '');
  const last = name.slice(name.lastIndexOf('.') + 1).replace(/^reduce_/, '');
  const lowering = OPS[plainName(last)];
  if (!lowering) return c.refuse(`the function tf.${name} is not converted`);
  return lowering(c);
};

export const TENSORFLOW_OPS: Readonly<Record<string, Lowering>> = {
  TFOpLambda: tensorflowOp,
  SlicingOpLambda: tensorflowOp,
  TensorFlowOpLayer: (c) => {
    const node = c.config['node_def'];
    return c.refuse(`it holds a TensorFlow node (${isObject(node) ? String(node['op']) : 'of an unknown kind'})`);
  },
};
