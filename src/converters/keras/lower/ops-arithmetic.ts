/** Arithmetic of keras.ops, element by element. Formulas: keras.ops of the same names. */
import type { ValueId } from '../../../graph-model/core/model.ts';
import type { TypedEmitter } from '../../../graph-model/builders/typed-emitter.ts';
import { range } from '../../../graph-model/builders/axis-orders.ts';
import type { LayerCall, Lowering } from './call.ts';
import { asFloat, isFloat, numberOption, numbersOf, pairwise, type Pairwise } from './op-arguments.ts';

type Each = (e: TypedEmitter, x: ValueId) => ValueId;

const each =
  (make: Each, float = true): Lowering =>
  (c) =>
    c.map(c.x, (x) => make(c.e, float ? asFloat(c, x) : x));

/** Of the dtype of another tensor. */
const like = (e: TypedEmitter, x: ValueId, value: number) => e.numbers(e.dtype(x), [value]);
const least = (e: TypedEmitter, x: ValueId) => e.op('Less', [x, like(e, x, 0)]);

/** Atan(a / b), turned by π where b is negative. */
const arctan2: Pairwise = ({ e }, a, b) => {
  const turn = e.op('Where', [least(e, a), e.float(-Math.PI), e.float(Math.PI)]);
  const half = e.op('Atan', [e.op('Div', [a, b])]);
  const turned = e.op('Add', [half, e.op('Where', [least(e, b), turn, e.float(0)])]);
  return e.op('Where', [e.op('IsNaN', [half]), e.float(0), turned]);
};

const floorDivide: Pairwise = (c, a, b) => {
  const { e } = c;
  if (isFloat(e.dtype(a))) return e.op('Floor', [e.op('Div', [a, b])]);
  return e.op('Div', [e.op('Sub', [a, e.op('Mod', [a, b])]), b]);
};

/** With the sign of the divisor; ONNX's Mod of floats has that of the dividend. */
const mod: Pairwise = (c, a, b) => {
  const { e } = c;
  if (!isFloat(e.dtype(a))) return e.op('Mod', [a, b]);
  return e.op('Sub', [a, e.op('Mul', [floorDivide(c, a, b), b])]);
};

/** log(eᵃ + eᵇ) = max + log(1 + e^-|a - b|), in any base. */
const logAddExp =
  (base: number): Pairwise =>
  ({ e }, a, b) => {
    const apart = e.op('Abs', [e.op('Sub', [a, b])]);
    const scale = Math.log(base);
    const scaled = base === Math.E ? apart : e.op('Mul', [apart, e.float(scale)]);
    const rest = e.op('Softplus', [e.op('Neg', [scaled])]);
    return e.op('Add', [e.op('Max', [a, b]), base === Math.E ? rest : e.op('Div', [rest, e.float(scale)])]);
  };

const hypot: Pairwise = ({ e }, a, b) => e.op('Sqrt', [e.op('Add', [e.op('Mul', [a, a]), e.op('Mul', [b, b])])]);

/** The other one where one is not a number. */
const extreme =
  (op: 'Max' | 'Min'): Pairwise =>
  ({ e }, a, b) => {
    if (!isFloat(e.dtype(a))) return e.op(op, [a, b]);
    const either = e.op('Where', [e.op('IsNaN', [b]), a, e.op(op, [a, b])]);
    return e.op('Where', [e.op('IsNaN', [a]), b, either]);
  };

const divideNoNan: Pairwise = ({ e }, a, b) =>
  e.op('Where', [e.op('Equal', [b, like(e, b, 0)]), like(e, a, 0), e.op('Div', [a, b])]);

/** |a - b| ≤ atol + rtol · |b|. */
const isClose: Pairwise = (c, a, b) => {
  const { e } = c;
  const tolerance = (key: string, place: number, otherwise: number) =>
    numbersOf(c.given.args[place])?.values[0] ?? numberOption(c, [key], otherwise);
  const [relative, absolute] = [tolerance('rtol', 2, 1e-5), tolerance('atol', 3, 1e-8)];
  const limit = e.op('Add', [e.float(absolute), e.op('Mul', [e.float(relative), e.op('Abs', [b])])]);
  const near = e.op('LessOrEqual', [e.op('Abs', [e.op('Sub', [a, b])]), limit]);
  const same = e.op('Or', [near, e.op('Equal', [a, b])]);
  if (!c.flag('equal_nan')) return same;
  return e.op('Or', [same, e.op('And', [e.op('IsNaN', [a]), e.op('IsNaN', [b])])]);
};

/** Whether all are close, in one truth value. */
const allClose: Lowering = (c) => {
  const { e } = c;
  const near = c.natural(pairwise(isClose, true)(c) as never);
  const axes = range(0, e.dims(near)?.length ?? 0);
  return c.keep(e.op('Cast', [e.reduce('ReduceMin', e.cast(near, 'int32', 6), axes, false)], { to: 9 }));
};

const heaviside: Pairwise = ({ e }, x, at) =>
  e.op('Where', [e.op('Equal', [x, e.float(0)]), at, e.toFloat(e.op('Greater', [x, e.float(0)]))]);

const powerOfTwo = (c: LayerCall, b: ValueId) => c.e.op('Pow', [like(c.e, b, 2), b]);
const shiftLeft: Pairwise = (c, a, b) => c.e.op('Mul', [a, powerOfTwo(c, b)]);
const shiftRight: Pairwise = (c, a, b) => floorDivide(c, a, powerOfTwo(c, b));
const bitwise = (op: string): Lowering => pairwise(({ e }, a, b) => e.op(op, [a, b]));
const ldexp: Pairwise = ({ e }, a, b) => e.op('Mul', [a, e.op('Pow', [e.float(2), b])]);

const LARGEST = 3.4028234663852886e38;

const nanToNum: Lowering = (c) => {
  const { e } = c;
  return each((_, x) => {
    const infinite = (y: ValueId, value: number, sign: 'positive' | 'negative') => {
      const other = { [`detect_${sign === 'positive' ? 'negative' : 'positive'}`]: 0 };
      return e.op('Where', [e.op('IsInf', [x], other), e.float(value), y]);
    };
    const filled = e.op('Where', [e.op('IsNaN', [x]), e.float(numberOption(c, ['nan'], 0)), x]);
    const below = infinite(filled, numberOption(c, ['neginf'], -LARGEST), 'negative');
    return infinite(below, numberOption(c, ['posinf'], LARGEST), 'positive');
  })(c);
};

/** sin(πx) / πx, and 1 at 0. */
const sinc = each((e, x) => {
  const angle = e.op('Mul', [x, e.float(Math.PI)]);
  const ratio = e.op('Div', [e.op('Sin', [angle]), angle]);
  return e.op('Where', [e.op('Equal', [x, e.float(0)]), e.float(1), ratio]);
});

const glu: Lowering = (c) => {
  const axis = c.axis(c.number('axis', -1));
  const half = c.length(axis) / 2;
  const [a, b] = c.e.ops('Split', [c.natural(), c.e.ints([half, half])], { axis }, 2);
  return c.keep(c.e.op('Mul', [a!, c.e.op('Sigmoid', [b!])]));
};

const threshold: Lowering = (c) =>
  c.map(c.x, (x) => {
    const [limit, other] = [c.number('threshold', 0), c.number('default_value', c.number('value', 0))];
    return c.e.op('Where', [c.e.op('Greater', [x, c.e.float(limit)]), x, c.e.float(other)]);
  });

const round: Lowering = (c) => {
  const factor = 10 ** c.number('decimals', 0);
  return each((e, x) => {
    if (factor === 1) return e.op('Round', [x]);
    return e.op('Div', [e.op('Round', [e.op('Mul', [x, e.float(factor)])]), e.float(factor)]);
  })(c);
};

/** Activations with a number that the usual one does not have. */
const celu: Lowering = (c) => c.map(c.x, (x) => c.e.op('Celu', [x], { alpha: float(c.number('alpha', 1)) }));
const shrink =
  (soft: boolean): Lowering =>
  (c) =>
    c.map(c.x, (x) => {
      const lambd = float(c.number('threshold', 0.5));
      return c.e.op('Shrink', [x], soft ? { lambd, bias: lambd } : { lambd });
    });
const squareplus: Lowering = (c) =>
  each((e, x) => {
    const root = e.op('Sqrt', [e.op('Add', [e.op('Mul', [x, x]), e.float(c.number('b', 4))])]);
    return e.op('Mul', [e.op('Add', [x, root]), e.float(0.5)]);
  })(c);
const float = (value: number) => ({ kind: 'float', value: Math.fround(value) }) as const;

const same: Lowering = (c) => c.x;
const truth = (value: 0 | 1): Lowering =>
  each((e, x) => e.op('Expand', [e.numbers('bool', [value]), e.op('Shape', [x])]), false);
const infinite = (sign: 'positive' | 'negative') => each((e, x) => e.op('IsInf', [x], { [`detect_${sign}`]: 0 }));

export const ARITHMETIC_OPS: Readonly<Record<string, Lowering>> = {
  arctan2: pairwise(arctan2, true),
  floordivide: pairwise(floorDivide),
  mod: pairwise(mod),
  remainder: pairwise(mod),
  fmod: pairwise(({ e }, a, b) => e.op('Mod', [a, b], { fmod: 1 })),
  logaddexp: pairwise(logAddExp(Math.E), true),
  logaddexp2: pairwise(logAddExp(2), true),
  hypot: pairwise(hypot, true),
  fmax: pairwise(extreme('Max')),
  fmin: pairwise(extreme('Min')),
  dividenonan: pairwise(divideNoNan, true),
  isclose: pairwise(isClose, true),
  allclose: allClose,
  heaviside: pairwise(heaviside, true),
  ldexp: pairwise(ldexp, true),
  leftshift: pairwise(shiftLeft),
  bitwiseleftshift: pairwise(shiftLeft),
  rightshift: pairwise(shiftRight),
  bitwiserightshift: pairwise(shiftRight),
  bitwiseand: bitwise('BitwiseAnd'),
  bitwiseor: bitwise('BitwiseOr'),
  bitwisexor: bitwise('BitwiseXor'),
  bitwisenot: each((e, x) => e.op('BitwiseNot', [x]), false),
  bitwiseinvert: each((e, x) => e.op('BitwiseNot', [x]), false),
  nantonum: nanToNum,
  sinc,
  erfc: each((e, x) => e.op('Sub', [e.float(1), e.op('Erf', [x])])),
  signbit: each(least, false),
  angle: each((e, x) => e.op('Where', [least(e, x), e.float(Math.PI), e.float(0)])),
  imag: each((e, x) => e.op('Mul', [x, e.float(0)])),
  real: same,
  conj: same,
  conjugate: same,
  copy: same,
  fabs: each((e, x) => e.op('Abs', [x])),
  isreal: truth(1),
  isneginf: infinite('positive'),
  isposinf: infinite('negative'),
  glu,
  threshold,
  round,
  celu,
  hardshrink: shrink(false),
  softshrink: shrink(true),
  squareplus,
};
