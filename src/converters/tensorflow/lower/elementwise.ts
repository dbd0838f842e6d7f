/** Arithmetic, element by element, with TensorFlow's rules for whole numbers, zeros and rounding. */
import { besselI0, besselI0e, erfinv, polynomial } from '../../../graph-model/builders/special-functions.ts';
import type { Held } from '../../../graph-model/builders/axis-orders.ts';
import type { ValueId } from '../../../graph-model/core/model.ts';
import type { DType } from '../../../graph-model/core/types.ts';
import { scaledInto, takenOver } from './bias.ts';
import { over } from './broadcast.ts';
import type { Lowering, Lowerings, TfCall } from './call.ts';

type Unary = (c: TfCall, x: ValueId) => ValueId;
type Binary = (c: TfCall, x: ValueId, y: ValueId) => ValueId;

export const unary =
  (make: Unary): Lowering =>
  (c) =>
    c.map(c.x, (x) => make(c, x));
const named = (op: string): Lowering => unary((c, x) => c.op(op, [x]));
export const binary =
  (make: Binary): Lowering =>
  (c) =>
    over(c, [c.x, c.input(1)], ([x, y]) => make(c, x!, y!));
const namedBinary = (op: string): Lowering => binary((c, x, y) => c.op(op, [x, y]));

const isWhole = (dtype: DType) => /^u?int/.test(dtype);
const isUnsigned = (dtype: DType) => dtype.startsWith('uint');
const num = (c: TfCall, x: ValueId, value: number) => c.scalar(value, c.e.dtype(x));
const zeroWhere = (c: TfCall, x: ValueId, y: ValueId) =>
  c.op('Where', [c.op('Equal', [x, num(c, x, 0)]), num(c, x, 0), y]);

// ---- division

/** Rounds towards minus infinity; ONNX's Div of whole numbers cuts. */
const floorDiv: Binary = (c, x, y) => {
  const dtype = c.e.dtype(x);
  if (!isWhole(dtype)) return c.op('Floor', [c.op('Div', [x, y])]);
  const quotient = c.op('Div', [x, y]);
  if (isUnsigned(dtype) || bothNotNegative(c, x, y)) return quotient;
  // One less where the division leaves a rest of the other sign: the rest has the divisor's sign in ONNX's Mod.
  return c.op('Div', [c.op('Sub', [x, c.op('Mod', [x, y])]), y]);
};

/** Lengths, and constants that are not negative. */
function bothNotNegative(c: TfCall, x: ValueId, y: ValueId): boolean {
  const sure = (v: ValueId) => {
    const parts = c.e.partly(v);
    return parts !== null && parts.every((p) => (typeof p === 'number' ? p >= 0 : isLength(p)));
  };
  return sure(x) && sure(y);
}

const isLength = (part: string | null) => part !== null && !part.includes('-');

/** The sign of the divisor, as Python has it. */
const floorMod: Binary = (c, x, y) => {
  if (isWhole(c.e.dtype(x))) return c.op('Mod', [x, y]);
  const rest = c.op('Mod', [x, y], { fmod: 1 });
  const wrapped = c.op('Mod', [c.op('Add', [rest, y]), y], { fmod: 1 });
  const fits = c.op('Equal', [c.op('Sign', [rest]), c.op('Sign', [y])]);
  const zero = c.op('Equal', [rest, num(c, x, 0)]);
  return c.op('Where', [c.op('Or', [fits, zero]), rest, wrapped]);
};

const divNoNan: Binary = (c, x, y) => zeroWhere(c, y, c.op('Div', [x, y]));
const truncate = (c: TfCall, x: ValueId) => c.op('Mul', [c.op('Sign', [x]), c.op('Floor', [c.op('Abs', [x])])]);
const truncateDiv: Binary = (c, x, y) => {
  const quotient = c.op('Div', [x, y]);
  return isWhole(c.e.dtype(x)) ? quotient : truncate(c, quotient);
};
const truncateMod: Binary = (c, x, y) => c.op('Mod', [x, y], { fmod: 1 });

// ---- powers, logarithms

const pow: Binary = (c, x, y) => {
  const exponent = c.numbers(c.input(1));
  if (exponent?.length === 1 && exponent[0] === 2) return c.op('Mul', [x, x]);
  if (exponent?.length === 1 && exponent[0] === 0.5) return c.op('Sqrt', [x]);
  return c.op('Pow', [x, y]);
};
const squaredDifference: Binary = (c, x, y) => {
  const difference = c.op('Sub', [x, y]);
  return c.op('Mul', [difference, difference]);
};
const rsqrt: Unary = (c, x) => c.op('Reciprocal', [c.op('Sqrt', [x])]);
/** 2 sinh(x/2) e^(x/2): exact near 0, where e^x - 1 is not. For large x, e^x - 1 without overflow on the way. */
const expm1: Unary = (c, x) => {
  const half = c.op('Mul', [x, num(c, x, 0.5)]);
  const near = c.op('Mul', [c.op('Mul', [c.op('Sinh', [half]), c.op('Exp', [half])]), num(c, x, 2)]);
  const far = c.op('Sub', [c.op('Exp', [x]), num(c, x, 1)]);
  return c.op('Where', [c.op('Less', [c.op('Abs', [x]), num(c, x, 1)]), near, far]);
};
/** 2 artanh(x / (2 + x)): exact near 0; elsewhere the logarithm itself. */
const log1p: Unary = (c, x) => {
  const quotient = c.op('Div', [x, c.op('Add', [x, num(c, x, 2)])]);
  const near = c.op('Mul', [c.op('Atanh', [quotient]), num(c, x, 2)]);
  const far = c.op('Log', [c.op('Add', [x, num(c, x, 1)])]);
  return c.op('Where', [c.op('Less', [c.op('Abs', [x]), num(c, x, 0.5)]), near, far]);
};
const xlogy: Binary = (c, x, y) => zeroWhere(c, x, c.op('Mul', [x, c.op('Log', [y])]));
const xlog1py: Binary = (c, x, y) => zeroWhere(c, x, c.op('Mul', [x, log1p(c, y)]));
const xdivy: Binary = (c, x, y) => zeroWhere(c, x, c.op('Div', [x, y]));

// ---- special functions

/**
 * The complement of Erf. From 2 on by the continued fraction's rational form, for 1 - erf(x) loses every digit there:
 * W. J. Cody's way, here the Chebyshev fit of Numerical Recipes (erfcc), whose relative error is below 1.2e-7 everywhere.
 */
const ERFC = [
  -1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806, 0.27886807, -1.13520398, 1.48851587, -0.82215223,
  0.17087277,
];
const erfc: Unary = (c, x) => {
  const size = c.op('Abs', [x]);
  const t = c.op('Reciprocal', [c.op('Add', [c.op('Mul', [size, num(c, x, 0.5)]), num(c, x, 1)])]);
  const inner = polynomial(c, t, ERFC);
  const tail = c.op('Mul', [t, c.op('Exp', [c.op('Sub', [inner, c.op('Mul', [x, x])])])]);
  const near = c.op('Sub', [num(c, x, 1), c.op('Erf', [x])]);
  return c.op('Where', [c.op('Less', [x, num(c, x, 0.5)]), near, tail]);
};

/** The quantile of the normal distribution: √2 erfinv(2x - 1). */
const ndtri: Unary = (c, x) => {
  const wide = c.op('Sub', [c.op('Mul', [x, num(c, x, 2)]), num(c, x, 1)]);
  return c.op('Mul', [erfinv(c, wide), num(c, x, Math.SQRT2)]);
};

/** The angle of (x, y) in its own quadrant; signed zeros count as positive. */
const atan2: Binary = (c, y, x) => {
  const zero = num(c, x, 0);
  const base = c.op('Atan', [c.op('Div', [y, x])]);
  const turn = c.op('Where', [c.op('Less', [y, zero]), num(c, x, -Math.PI), num(c, x, Math.PI)]);
  const left = c.op('Add', [base, turn]);
  const axis = c.op('Mul', [c.op('Sign', [y]), num(c, x, Math.PI / 2)]);
  const sided = c.op('Where', [c.op('Less', [x, zero]), left, base]);
  return c.op('Where', [c.op('Equal', [x, zero]), axis, sided]);
};

// ---- comparisons, truth

const comparison =
  (op: string): Lowering =>
  (c) =>
    over(c, [c.x, c.input(1)], ([x, y]) => compare(c, op, x!, y!));

function compare(c: TfCall, op: string, x: ValueId, y: ValueId): ValueId {
  if (c.e.dtype(x) !== 'string' || c.e.opset >= 19) return c.op(op, [x, y]);
  return c.refuse('strings are compared by ONNX from opset 19 on');
}

const approximateEqual: Binary = (c, x, y) =>
  c.op('Less', [c.op('Abs', [c.op('Sub', [x, y])]), num(c, x, c.float('tolerance', 1e-5))]);
const isFinite: Unary = (c, x) => {
  const size = c.op('Abs', [x]);
  return c.op('Less', [size, num(c, x, Infinity)]);
};

// ---- bits

const SHIFT_BITS: Partial<Record<DType, number>> = { int8: 8, int16: 16, int32: 32, int64: 64 };
const unsignedOf = (dtype: DType): DType => `u${dtype}` as DType;

/** Signed numbers are shifted as their bits are; to the right, a negative one as the complement of its complement. */
const shift =
  (direction: 'LEFT' | 'RIGHT'): Binary =>
  (c, x, y) => {
    const dtype = c.e.dtype(x);
    if (!SHIFT_BITS[dtype]) return c.op('BitShift', [x, y], { direction });
    const unsigned = unsignedOf(dtype);
    const bits = (v: ValueId) => c.cast(v, unsigned);
    if (direction === 'LEFT') return c.cast(c.op('BitShift', [bits(x), bits(y)], { direction }), dtype);
    const negative = c.op('Less', [x, num(c, x, 0)]);
    const positive = c.op('Where', [negative, c.op('BitwiseNot', [x]), x]);
    const moved = c.cast(c.op('BitShift', [bits(positive), bits(y)], { direction }), dtype);
    return c.op('Where', [negative, c.op('BitwiseNot', [moved]), moved]);
  };

// ---- several tensors

const sumOf: Lowering = (c) => {
  if (c.inputs.length === 1) return c.x;
  return over(c, c.inputs, (values) => {
    if (c.inputs.length > 2 && /^(float|double|float16)$/.test(c.e.dtype(values[0]!))) return c.op('Sum', values);
    return values.slice(1).reduce((sum, v) => c.op('Add', [sum, v]), values[0]!);
  });
};

/** A bound of ONNX's Clip is a scalar; others are Max and Min. */
const clipByValue: Lowering = (c) => {
  const bounds = [c.input(1), c.input(2)];
  if (bounds.every((b) => c.shapeOrNull(b)?.length === 0))
    return c.map(c.x, (x) => c.op('Clip', [x, ...bounds.map((b) => c.natural(b))]));
  const above = over(c, [c.x, bounds[1]!], (v) => c.op('Min', v));
  return over(c, [above, bounds[0]!], (v) => c.op('Max', v));
};

/** A NaN wins in TensorFlow's and in ONNX's Max alike. */
const sign: Unary = (c, x) => c.op('Sign', [x]);
const neg: Unary = (c, x) => (isUnsigned(c.e.dtype(x)) ? c.op('Sub', [num(c, x, 0), x]) : c.op('Neg', [x]));
const square: Unary = (c, x) => c.op('Mul', [x, x]);

/** A constant for each channel goes into the convolution or the product before it, where nothing else reads that. */
const into =
  (op: string, take: (c: TfCall, t: Held, constant: Held) => Held | null): Lowering =>
  (c) => {
    for (const i of [0, 1]) {
      const constant = c.input(1 - i);
      const taken = c.isOnlyReader(i) && c.dense(constant) !== null ? take(c, c.input(i), constant) : null;
      if (taken) return taken;
    }
    return over(c, [c.x, c.input(1)], (v) => c.op(op, v));
  };

export const ELEMENTWISE: Lowerings = {
  Abs: named('Abs'),
  Acos: named('Acos'),
  Acosh: named('Acosh'),
  Add: into('Add', takenOver),
  AddN: sumOf,
  AddV2: into('Add', takenOver),
  AccumulateNV2: sumOf,
  Asin: named('Asin'),
  Asinh: named('Asinh'),
  Atan: named('Atan'),
  Atan2: binary(atan2),
  Atanh: named('Atanh'),
  Ceil: named('Ceil'),
  ClipByValue: clipByValue,
  Cos: named('Cos'),
  Cosh: named('Cosh'),
  Div: namedBinary('Div'),
  DivNoNan: binary(divNoNan),
  Erf: named('Erf'),
  Erfc: unary(erfc),
  Erfinv: unary(erfinv),
  Exp: named('Exp'),
  Expm1: unary(expm1),
  Floor: named('Floor'),
  FloorDiv: binary(floorDiv),
  FloorMod: binary(floorMod),
  Inv: named('Reciprocal'),
  Log: named('Log'),
  Log1p: unary(log1p),
  Maximum: namedBinary('Max'),
  Minimum: namedBinary('Min'),
  Mod: binary(truncateMod),
  Mul: into('Mul', scaledInto),
  MulNoNan: binary((c, x, y) => zeroWhere(c, y, c.op('Mul', [x, y]))),
  Ndtri: unary(ndtri),
  Neg: unary(neg),
  Pow: binary(pow),
  RealDiv: namedBinary('Div'),
  Reciprocal: named('Reciprocal'),
  Rint: named('Round'),
  Round: unary((c, x) => (isWhole(c.e.dtype(x)) ? x : c.op('Round', [x]))),
  Rsqrt: unary(rsqrt),
  Sign: unary(sign),
  Sin: named('Sin'),
  Sinh: named('Sinh'),
  Sqrt: named('Sqrt'),
  Square: unary(square),
  SquaredDifference: binary(squaredDifference),
  Sub: namedBinary('Sub'),
  Tan: named('Tan'),
  TruncateDiv: binary(truncateDiv),
  TruncateMod: binary(truncateMod),
  Xdivy: binary(xdivy),
  Xlog1py: binary(xlog1py),
  Xlogy: binary(xlogy),
};

export const COMPARISONS: Lowerings = {
  ApproximateEqual: binary(approximateEqual),
  Equal: comparison('Equal'),
  Greater: comparison('Greater'),
  GreaterEqual: comparison('GreaterOrEqual'),
  IsFinite: unary(isFinite),
  IsInf: unary((c, x) => c.op('IsInf', [x])),
  IsNan: unary((c, x) => c.op('IsNaN', [x])),
  Less: comparison('Less'),
  LessEqual: comparison('LessOrEqual'),
  LogicalAnd: namedBinary('And'),
  LogicalNot: named('Not'),
  LogicalOr: namedBinary('Or'),
  LogicalXor: namedBinary('Xor'),
  NotEqual: (c) => over(c, [c.x, c.input(1)], ([x, y]) => c.op('Not', [compare(c, 'Equal', x!, y!)])),
};

export const BITS: Lowerings = {
  BesselI0: unary(besselI0),
  BesselI0e: unary(besselI0e),
  BitwiseAnd: namedBinary('BitwiseAnd'),
  BitwiseOr: namedBinary('BitwiseOr'),
  BitwiseXor: namedBinary('BitwiseXor'),
  Invert: named('BitwiseNot'),
  LeftShift: binary(shift('LEFT')),
  RightShift: binary(shift('RIGHT')),
};
