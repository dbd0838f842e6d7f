/** Elementwise operators: of one tensor, of several, comparisons and choices. */
import { type Held, orderAtHand, range } from '../../../graph-model/builders/axis-orders.ts';
import type { Plain } from '../../../graph-model/builders/typed-emitter.ts';
import type { ValueId } from '../../../graph-model/core/model.ts';
import { Operand } from './operand.ts';
import type { Lowering, TfliteCall } from './call.ts';
import { clip, fused } from './fused.ts';
import { computed, together } from './together.ts';

type Make = (c: TfliteCall, v: ValueId) => ValueId;

const unary =
  (make: Make): Lowering =>
  (c) =>
    fused(
      c,
      c.map(c.real(), (v) => make(c, v)),
    );
const named = (op: string, plain: Plain = {}): Lowering => unary((c, v) => c.e.op(op, [v], plain));
/** On whole numbers too, some of which have to be widened. */
const counted = (op: string): Lowering => unary((c, v) => computed(c, [v], ([x]) => c.e.op(op, [x!])));

const gelu: Make = (c, v) => {
  const { e } = c;
  if (c.flag('approximate')) {
    const cube = e.op('Mul', [e.op('Mul', [v, v]), v]);
    const inner = e.op('Add', [v, e.op('Mul', [cube, e.float(0.044715)])]);
    const tanh = e.op('Tanh', [e.op('Mul', [inner, e.float(Math.sqrt(2 / Math.PI))])]);
    return e.op('Mul', [e.op('Mul', [v, e.float(0.5)]), e.op('Add', [tanh, e.float(1)])]);
  }
  const erf = e.op('Erf', [e.op('Mul', [v, e.float(Math.SQRT1_2)])]);
  return e.op('Mul', [e.op('Mul', [v, e.op('Add', [erf, e.float(1)])]), e.float(0.5)]);
};

/** Along the last axis of the source, wherever the order at hand has it. */
const alongChannels =
  (op: string, plain: Plain, before: Make = (_, v) => v): Lowering =>
  (c) => {
    const t = c.real();
    const order = orderAtHand(t);
    const axis = order === 'first' ? 1 : -1;
    const made = c.map(t, (v) => c.e.op(op, [before(c, v)], { ...plain, axis }));
    return fused(c, made);
  };

const scaledByBeta: Make = (c, v) => {
  const beta = c.number('beta', 1);
  return beta === 1 || beta === 0 ? v : c.e.op('Mul', [v, c.e.float(beta)]);
};

const localResponse: Lowering = (c) => {
  const size = 2 * c.int('radius', 5) + 1;
  const attributes = {
    size,
    bias: c.number('bias', 1),
    alpha: c.number('alpha', 1) * size,
    beta: c.number('beta', 0.5),
  };
  const floats = Object.fromEntries(Object.entries(attributes).map(([k, v]) => [k, k === 'size' ? v : asFloat(v)]));
  return c.keep(c.e.op('LRN', [c.first()], floats), 'first');
};

const asFloat = (value: number) => ({ kind: 'float' as const, value: Math.fround(value) });

const prelu: Lowering = (c) => {
  const { values, order } = together(c, [0, 1]);
  return c.keep(c.e.op('PRelu', values), order);
};

const zerosLike: Lowering = (c) => {
  const v = c.natural(c.stored());
  const shape = c.e.op('Shape', [v]);
  const zero = c.e.op('Cast', [c.e.float(0)], { to: c.code(c.e.dtype(v)) });
  return Operand.of(c.keep(c.e.op('Expand', [zero, shape])), c.quantizationOf());
};

const cubeRoot: Make = (c, v) =>
  c.e.op('Mul', [c.e.op('Sign', [v]), c.e.op('Pow', [c.e.op('Abs', [v]), c.e.float(1 / 3)])]);

export const UNARY: Readonly<Record<string, Lowering>> = {
  ABS: counted('Abs'),
  CEIL: named('Ceil'),
  COS: named('Cos'),
  ELU: named('Elu'),
  EXP: named('Exp'),
  FLOOR: named('Floor'),
  GELU: unary(gelu),
  HARD_SWISH: named('HardSwish'),
  L2_NORMALIZATION: alongChannels('LpNormalization', { p: 2 }),
  LEAKY_RELU: (c) => c.map(c.real(), (v) => c.e.op('LeakyRelu', [v], { alpha: asFloat(c.number('alpha', 0)) })),
  LOCAL_RESPONSE_NORMALIZATION: localResponse,
  LOG: named('Log'),
  LOG_SOFTMAX: alongChannels('LogSoftmax', {}),
  LOGICAL_NOT: named('Not'),
  LOGISTIC: named('Sigmoid'),
  NEG: counted('Neg'),
  PRELU: prelu,
  RELU: named('Relu'),
  RELU6: unary(clip(0, 6)),
  RELU_0_TO_1: unary(clip(0, 1)),
  RELU_N1_TO_1: unary(clip(-1, 1)),
  ROUND: named('Round'),
  RSQRT: unary((c, v) => c.e.op('Reciprocal', [c.e.op('Sqrt', [v])])),
  SIGN: counted('Sign'),
  SIN: named('Sin'),
  SOFTMAX: alongChannels('Softmax', {}, scaledByBeta),
  SQRT: named('Sqrt'),
  SQUARE: unary((c, v) => computed(c, [v], ([x]) => c.e.op('Mul', [x!, x!]))),
  TANH: named('Tanh'),
  ZEROS_LIKE: zerosLike,
  STABLEHLO_ABS: counted('Abs'),
  STABLEHLO_CBRT: unary(cubeRoot),
  STABLEHLO_COSINE: named('Cos'),
  STABLEHLO_EXPONENTIAL: named('Exp'),
  STABLEHLO_FLOOR: named('Floor'),
  STABLEHLO_LOG: named('Log'),
  STABLEHLO_LOGISTIC: named('Sigmoid'),
  STABLEHLO_NEGATE: counted('Neg'),
  STABLEHLO_RSQRT: unary((c, v) => c.e.op('Reciprocal', [c.e.op('Sqrt', [v])])),
  STABLEHLO_TANH: named('Tanh'),
};

// ---- two tensors

type Make2 = (c: TfliteCall, a: ValueId, b: ValueId) => ValueId;

const binary =
  (make: Make2): Lowering =>
  (c) => {
    const { values, order } = together(c, [0, 1]);
    return fused(
      c,
      c.keep(
        computed(c, values, ([a, b]) => make(c, a!, b!)),
        order,
      ),
    );
  };
const arithmetic = (op: string): Lowering => binary((c, a, b) => c.e.op(op, [a, b]));

const isWhole = (c: TfliteCall, v: ValueId) => /^u?int/.test(c.e.dtype(v));

const floorDiv: Make2 = (c, a, b) => {
  if (!isWhole(c, a)) return c.e.op('Floor', [c.e.op('Div', [a, b])]);
  return c.e.op('Div', [c.e.op('Sub', [a, c.e.op('Mod', [a, b])]), b]);
};

/** The remainder has the sign of the divisor; ONNX's Mod does so for whole numbers alone. */
const floorMod: Make2 = (c, a, b) => {
  const { e } = c;
  if (isWhole(c, a)) return e.op('Mod', [a, b]);
  const rest = e.op('Mod', [a, b], { fmod: 1 });
  const zero = e.float(0);
  const differ = e.op('Xor', [e.op('Less', [rest, zero]), e.op('Less', [b, zero])]);
  const wrong = e.op('And', [e.op('Not', [e.op('Equal', [rest, zero])]), differ]);
  return e.op('Where', [wrong, e.op('Add', [rest, b]), rest]);
};

/** The remainder has the sign of the dividend. */
const remainder: Make2 = (c, a, b) => c.e.op('Mod', [a, b], { fmod: 1 });

const squaredDifference: Make2 = (c, a, b) => {
  const d = c.e.op('Sub', [a, b]);
  return c.e.op('Mul', [d, d]);
};

/** The angle of (x, y), from the arctangent of y/x and the quadrant. */
const atan2: Make2 = (c, y, x) => {
  const { e } = c;
  const zero = e.float(0);
  const base = e.op('Atan', [e.op('Div', [y, x])]);
  const [left, below] = [e.op('Less', [x, zero]), e.op('Less', [y, zero])];
  const turned = e.op('Where', [below, e.op('Sub', [base, e.float(Math.PI)]), e.op('Add', [base, e.float(Math.PI)])]);
  const upright = e.op('Mul', [e.op('Sign', [y]), e.float(Math.PI / 2)]);
  const sided = e.op('Where', [left, turned, base]);
  return e.op('Where', [e.op('Equal', [x, zero]), upright, sided]);
};

/** Floor of a / 2^b: the sign is kept, as C does for the numbers that TensorFlow Lite shifts. */
const shiftRight: Make2 = (c, a, b) => floorDiv(c, a, powerOfTwo(c, a, b));
const shiftLeft: Make2 = (c, a, b) => c.e.op('Mul', [a, powerOfTwo(c, a, b)]);

function powerOfTwo(c: TfliteCall, like: ValueId, exponent: ValueId): ValueId {
  const { e } = c;
  const power = e.op('Pow', [e.numbers('double', [2]), e.op('Cast', [exponent], { to: 11 })]);
  return e.op('Cast', [power], { to: c.code(e.dtype(like)) });
}

/** On bools the logical operator, on whole numbers the one for bits. */
const bits =
  (logical: string, bitwise: string): Lowering =>
  (c) => {
    const { values, order } = together(c, [0, 1]);
    const op = c.e.dtype(values[0]!) === 'bool' ? logical : bitwise;
    return c.keep(c.e.op(op, values), order);
  };

const plain2 =
  (op: string): Lowering =>
  (c) => {
    const { values, order } = together(c, [0, 1]);
    return c.keep(c.e.op(op, values), order);
  };

const compare =
  (op: string, not = false): Lowering =>
  (c) => {
    const { values, order } = together(c, [0, 1]);
    const { e } = c;
    const dtype = e.dtype(values[0]!);
    if (dtype === 'string') c.refuse('texts are compared');
    const ready = dtype === 'bool' && op === 'Equal' ? [...values] : values.map((v) => widened(c, v));
    const made = e.op(op, ready);
    return Operand.of(c.keep(not ? e.op('Not', [made]) : made, order));
  };

function widened(c: TfliteCall, v: ValueId): ValueId {
  const dtype = c.e.dtype(v);
  if (/^(u?int(8|16)|bool)$/.test(dtype)) return c.e.op('Cast', [v], { to: 6 });
  return /^uint(32|64)$/.test(dtype) ? c.e.op('Cast', [v], { to: 7 }) : v;
}

const hloCompare: Lowering = (c) => {
  const [op, not] =
    {
      EQ: ['Equal', false] as const,
      NE: ['Equal', true] as const,
      GE: ['GreaterOrEqual', false] as const,
      GT: ['Greater', false] as const,
      LE: ['LessOrEqual', false] as const,
      LT: ['Less', false] as const,
    }[c.text('comparison_direction', '').slice(-2)] ?? c.refuse('its direction is not known');
  return compare(op, not)(c);
};

const sum: Lowering = (c) => {
  const { values, order } = together(c, range(0, c.count));
  const float = /^(float|double)$/.test(c.e.dtype(values[0]!));
  const made = float
    ? c.e.op('Sum', values)
    : computed(c, values, (all) => all.reduce((a, b) => c.e.op('Add', [a, b])));
  return c.keep(made, order);
};

/** Of the first form the condition has one element for each row. */
const select: Lowering = (c) => {
  const rows = c.node.op === 'SELECT' && c.rank(0) === 1 && c.rank(1) > 1;
  if (rows)
    return choose(c, [c.e.unsqueeze(c.natural(c.stored(0)), range(1, c.rank(1))), ...bothNatural(c)], 'natural');
  const alike = c.keepsSteps(1) && c.keepsSteps(2);
  const { values, order } = together(c, [0, 1, 2], alike);
  return choose(c, values, order);
};

function bothNatural(c: TfliteCall): ValueId[] {
  const alike = c.keepsSteps(1) && c.keepsSteps(2);
  return [1, 2].map((i) => c.natural(alike ? c.stored(i) : c.real(i)));
}

function choose(
  c: TfliteCall,
  [condition, yes, no]: readonly ValueId[],
  order: 'natural' | 'first' | 'time',
): Held | Operand {
  const made = computed(c, [yes!, no!], ([a, b]) => c.e.op('Where', [condition!, a!, b!]));
  const held = c.keep(made, order);
  return c.keepsSteps(1) && c.keepsSteps(2) ? Operand.of(held, c.quantizationOf()) : held;
}

const clamp: Lowering = (c) => {
  const [least, x, most] = [0, 1, 2].map((i) => c.natural(c.real(i)));
  return c.keep(c.e.op('Min', [c.e.op('Max', [x!, least!]), most!]));
};

export const BINARY: Readonly<Record<string, Lowering>> = {
  ADD: arithmetic('Add'),
  ADD_N: sum,
  ATAN2: binary(atan2),
  BITWISE_XOR: bits('Xor', 'BitwiseXor'),
  DIV: arithmetic('Div'),
  EQUAL: compare('Equal'),
  FLOOR_DIV: binary(floorDiv),
  FLOOR_MOD: binary(floorMod),
  GREATER: compare('Greater'),
  GREATER_EQUAL: compare('GreaterOrEqual'),
  LESS: compare('Less'),
  LESS_EQUAL: compare('LessOrEqual'),
  LOGICAL_AND: plain2('And'),
  LOGICAL_OR: plain2('Or'),
  MAXIMUM: arithmetic('Max'),
  MINIMUM: arithmetic('Min'),
  MUL: arithmetic('Mul'),
  NOT_EQUAL: compare('Equal', true),
  POW: arithmetic('Pow'),
  RIGHT_SHIFT: binary(shiftRight),
  SELECT: select,
  SELECT_V2: select,
  SQUARED_DIFFERENCE: binary(squaredDifference),
  SUB: arithmetic('Sub'),
  STABLEHLO_ADD: arithmetic('Add'),
  STABLEHLO_AND: bits('And', 'BitwiseAnd'),
  STABLEHLO_CLAMP: clamp,
  STABLEHLO_COMPARE: hloCompare,
  STABLEHLO_DIVIDE: arithmetic('Div'),
  STABLEHLO_MAXIMUM: arithmetic('Max'),
  STABLEHLO_MINIMUM: arithmetic('Min'),
  STABLEHLO_MULTIPLY: arithmetic('Mul'),
  STABLEHLO_OR: bits('Or', 'BitwiseOr'),
  STABLEHLO_POWER: arithmetic('Pow'),
  STABLEHLO_REMAINDER: binary(remainder),
  STABLEHLO_SELECT: select,
  STABLEHLO_SHIFT_LEFT: binary(shiftLeft),
  STABLEHLO_SUBTRACT: arithmetic('Sub'),
};
