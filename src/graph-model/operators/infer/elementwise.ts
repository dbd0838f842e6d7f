/** Operators that work element by element: unary, broadcasting, comparing, casting. */
import { dtypeOfCode, type Dim, type DType, type Shape } from '../../core/types.ts';
import { getString } from '../../core/attributes.ts';
import {
  addDim,
  ceilDim,
  compareDims,
  divDim,
  floorDim,
  floorDivDim,
  maxDim,
  minDim,
  modDim,
  mulDim,
  provablyAtLeast,
  subDim,
} from '../symbolic.ts';
import type { InferRule, NodeContext } from './context.ts';
import { rowsFor, withTraits, type Rows } from './row.ts';
import { castElement, compareElement, isIntegerType, mapElements, zipElements } from './values.ts';

type Unary = (v: Dim, dtype: DType) => Dim;
type Nary = (values: readonly Dim[], dtype: DType, c: NodeContext) => Dim;

const onNumber =
  (f: (v: number) => number): Unary =>
  (v) =>
    typeof v === 'number' ? f(v) : null;

/** Output 0 is of input 0's type. */
export function likeInput(f?: Unary): InferRule {
  return (c) => {
    const e = f ? c.elements(0) : null;
    c.set(0, c.type(0), e && mapElements(e, e.dtype, (v) => f!(v, e.dtype)));
  };
}

/** Output 0 has input 0's shape and another element type. */
export function shapeOfInput(dtype: DType | ((c: NodeContext) => DType | null)): InferRule {
  return (c) => c.setTensor(0, typeof dtype === 'function' ? dtype(c) : dtype, c.shape(0));
}

function checkTypes(c: NodeContext, inputs: readonly number[]): DType | null {
  const first = inputs.find((i) => c.dtype(i) !== null);
  if (first === undefined) return null;
  const dtype = c.dtype(first)!;
  const other = inputs.find((i) => c.dtype(i) !== null && c.dtype(i) !== dtype);
  if (other !== undefined)
    c.report('infer.dtype', { left: first, right: other, leftType: dtype, rightType: c.dtype(other)! });
  return dtype;
}

/** All inputs broadcast together; before opset 7 the second is stretched to the first. */
function broadcasting(f: Nary | null, result: DType | 'same', legacyUntil = 7): InferRule {
  return (c) => {
    const inputs = c.node.inputs.map((_, i) => i);
    const dtype = checkTypes(c, inputs);
    const shape: Shape =
      c.version < legacyUntil && c.inputCount === 2 ? c.shape(0) : c.broadcast(inputs.map((i) => c.shape(i)));
    const out = result === 'same' ? dtype : result;
    const elements = f && out && dtype && knownTogether(c, inputs, out, (values) => f(values, dtype, c));
    c.setTensor(0, out, shape, elements || null);
  };
}

/** Element-wise over all inputs where all are known; asks for the cheap ones first. */
function knownTogether(c: NodeContext, inputs: readonly number[], dtype: DType, f: (values: readonly Dim[]) => Dim) {
  const known = [];
  for (const i of inputs) {
    const e = c.elements(i);
    if (!e) return null;
    known.push(e);
  }
  return zipElements(known, dtype, f);
}

function divide(a: Dim, b: Dim, dtype: DType): Dim {
  if (!isIntegerType(dtype)) return divDim(a, b);
  if (typeof a === 'number' && typeof b === 'number') return b === 0 ? null : Math.trunc(a / b);
  // Lengths are not negative, where truncating and flooring agree.
  return floorDivDim(a, b);
}

function modulo(a: Dim, b: Dim, c: NodeContext): Dim {
  if (typeof a === 'number' && typeof b === 'number') {
    if (b === 0) return null;
    return c.int('fmod', 0) ? a % b : a - b * Math.floor(a / b);
  }
  return modDim(a, b);
}

function power(a: Dim, b: Dim): Dim {
  if (typeof a === 'number' && typeof b === 'number') return a ** b;
  if (b === 1) return a;
  return b === 2 ? mulDim(a, a) : null;
}

const reduceWith =
  (f: (a: Dim, b: Dim) => Dim): Nary =>
  (values) =>
    values.reduce((a, b) => f(a, b));

const compare =
  (test: (order: -1 | 0 | 1) => boolean): Nary =>
  ([a, b]) =>
    compareElement(test, a!, b!);

const logic =
  (f: (a: number, b: number) => boolean, settles: (v: number) => boolean | null): Nary =>
  ([a, b]) => {
    if (typeof a === 'number' && typeof b === 'number') return f(a, b) ? 1 : 0;
    const known = typeof a === 'number' ? a : typeof b === 'number' ? b : null;
    const settled = known === null ? null : settles(known);
    return settled === null ? null : settled ? 1 : 0;
  };

const shift = (a: Dim, b: Dim, c: NodeContext): Dim => {
  if (typeof a !== 'number' || typeof b !== 'number') return null;
  return getString(c.node, 'direction', '') === 'LEFT' ? a * 2 ** b : Math.floor(a / 2 ** b);
};

const BINARY: Readonly<Record<string, InferRule>> = {
  Sub: broadcasting(([a, b]) => subDim(a!, b!), 'same'),
  Div: broadcasting(([a, b], t) => divide(a!, b!, t), 'same'),
  Mod: broadcasting(([a, b], _, c) => modulo(a!, b!, c), 'same'),
  BitShift: broadcasting(([a, b], _, c) => shift(a!, b!, c), 'same'),
  Less: broadcasting(
    compare((o) => o < 0),
    'bool',
  ),
  LessOrEqual: broadcasting(
    compare((o) => o <= 0),
    'bool',
  ),
  Greater: broadcasting(
    compare((o) => o > 0),
    'bool',
  ),
  GreaterOrEqual: broadcasting(
    compare((o) => o >= 0),
    'bool',
  ),
  PRelu: (c) => c.setTensor(0, c.dtype(0), c.shape(0)),
  Pow: (c) => {
    const a = c.elements(0);
    const dtype = c.dtype(0);
    const shape = c.version < 7 ? c.shape(0) : c.broadcast([c.shape(0), c.shape(1)]);
    const elements = a && dtype ? zipElements([a, c.elements(1)], dtype, ([x, y]) => power(x!, y!)) : null;
    c.setTensor(0, dtype, shape, elements);
  },
};

const COMMUTATIVE: Readonly<Record<string, InferRule>> = {
  Add: broadcasting(reduceWith(addDim), 'same'),
  Mul: broadcasting(reduceWith(mulDim), 'same'),
  Sum: broadcasting(reduceWith(addDim), 'same', 8),
  Max: broadcasting(reduceWith(maxDim), 'same', 8),
  Min: broadcasting(reduceWith(minDim), 'same', 8),
  Mean: broadcasting(null, 'same', 8),
  Equal: broadcasting(
    compare((o) => o === 0),
    'bool',
  ),
  And: broadcasting(
    logic(
      (a, b) => !!a && !!b,
      (v) => (v ? null : false),
    ),
    'bool',
  ),
  Or: broadcasting(
    logic(
      (a, b) => !!a || !!b,
      (v) => (v ? true : null),
    ),
    'bool',
  ),
  Xor: broadcasting(
    logic(
      (a, b) => !a !== !b,
      () => null,
    ),
    'bool',
  ),
  BitwiseAnd: broadcasting(null, 'same'),
  BitwiseOr: broadcasting(null, 'same'),
  BitwiseXor: broadcasting(null, 'same'),
};

/** Unary operators that keep type and shape. */
const SAME: Readonly<Record<string, Unary | undefined>> = {
  Abs: (v) => (typeof v === 'number' ? Math.abs(v) : provablyAtLeast(v, 0) ? v : null),
  Neg: (v) => subDim(0, v),
  Floor: (v) => floorDim(v),
  Ceil: (v) => ceilDim(v),
  Round: (v) => (typeof v === 'number' ? roundEven(v) : null),
  Sign: (v) => (typeof v === 'number' ? Math.sign(v) : compareDims(v, 0) === 1 ? 1 : null),
  Relu: (v) => maxDim(v, 0),
  Sqrt: onNumber(Math.sqrt),
  Reciprocal: (v) => divDim(1, v),
  Exp: onNumber(Math.exp),
  Log: onNumber(Math.log),
  BitwiseNot: undefined,
  ...Object.fromEntries(
    'Acos Acosh Asin Asinh Atan Atanh Celu Cos Cosh Elu Erf Gelu HardSigmoid HardSwish LeakyRelu Mish Selu Shrink Sigmoid Sin Sinh Softplus Softsign Swish Tan Tanh ThresholdedRelu Affine ImageScaler ParametricSoftplus Scale ScaledTanh'
      .split(' ')
      .map((op) => [op, undefined]),
  ),
};

/** Halves go to the even neighbour, as ONNX asks. */
function roundEven(v: number): number {
  const down = Math.floor(v);
  const rest = v - down;
  if (rest !== 0.5) return Math.round(v);
  return down % 2 === 0 ? down : down + 1;
}

const clip: InferRule = (c) => {
  const e = c.elements(0);
  const low = c.version < 11 ? c.float('min', -Infinity) : c.has(1) ? (c.elements(1)?.values[0] ?? null) : -Infinity;
  const high = c.version < 11 ? c.float('max', Infinity) : c.has(2) ? (c.elements(2)?.values[0] ?? null) : Infinity;
  const bound = (v: Dim): Dim => {
    const raised = low === -Infinity ? v : maxDim(v, low);
    return high === Infinity ? raised : minDim(raised, high);
  };
  c.set(0, c.type(0), e && mapElements(e, e.dtype, bound));
};

const cast: InferRule = (c) => {
  const to = castTarget(c);
  const e = c.elements(0);
  const from = c.dtype(0);
  const elements = to && e && from && to !== 'string' ? mapElements(e, to, (v) => castElement(from, to, v)) : null;
  c.setTensor(0, to, c.shape(0), elements);
};

function castTarget(c: NodeContext): DType | null {
  if (c.version >= 6) return dtypeOfCode(c.int('to', 0));
  // Opset 1 named the type with a word: "FLOAT".
  const word = c.string('to', '').toLowerCase();
  return word === '' ? null : (word as DType);
}

const castLike: InferRule = (c) => {
  const [from, to] = [c.dtype(0), c.dtype(1)];
  const e = c.elements(0);
  c.setTensor(0, to, c.shape(0), e && from && to ? mapElements(e, to, (v) => castElement(from, to, v)) : null);
};

const bitCast: InferRule = (c) => c.setTensor(0, dtypeOfCode(c.int('to', 0)), c.shape(0));

const where: InferRule = (c) => {
  const dtype = c.dtype(1) ?? c.dtype(2);
  if (c.dtype(1) && c.dtype(2)) checkTypes(c, [1, 2]);
  const [condition, x, y] = [c.elements(0), c.elements(1), c.elements(2)];
  const elements =
    dtype && condition && x && y ? zipElements([condition, x, y], dtype, ([p, a, b]) => choose(p!, a!, b!)) : null;
  c.setTensor(0, dtype, c.broadcast([c.shape(0), c.shape(1), c.shape(2)]), elements);
};

function choose(p: Dim, a: Dim, b: Dim): Dim {
  if (typeof p === 'number') return p ? a : b;
  return a === b ? a : null;
}

const not: InferRule = (c) => {
  const e = c.elements(0);
  c.setTensor(0, 'bool', c.shape(0), e && mapElements(e, 'bool', (v) => (typeof v === 'number' ? (v ? 0 : 1) : null)));
};

/** Dropout: the mask is of the data's type until opset 10, then bool. In inference the data passes through. */
const dropout: InferRule = (c) => {
  c.set(0, c.type(0), c.has(2) ? null : c.elements(0));
  c.setTensor(1, c.version < 10 ? c.dtype(0) : 'bool', c.shape(0));
};

const swiGlu: InferRule = (c) =>
  c.setTensor(0, c.dtype(0), c.sameShapes(c.shape(0), c.shape(1), 'the gate and the value'));

export const ELEMENTWISE: Rows = {
  ...withTraits(['elementwise'], BINARY),
  ...withTraits(['elementwise', 'commutative'], COMMUTATIVE),
  ...withTraits(['elementwise'], Object.fromEntries(Object.entries(SAME).map(([op, f]) => [op, likeInput(f)]))),
  ...withTraits(['elementwise', 'idempotent'], {
    Abs: likeInput(SAME['Abs']),
    Relu: likeInput(SAME['Relu']),
    Floor: likeInput(SAME['Floor']),
    Ceil: likeInput(SAME['Ceil']),
    Round: likeInput(SAME['Round']),
    Sign: likeInput(SAME['Sign']),
    Clip: clip,
  }),
  ...withTraits(['elementwise'], {
    Cast: cast,
    CastLike: castLike,
    BitCast: bitCast,
    Where: where,
    Not: not,
    Dropout: dropout,
  }),
  ...rowsFor(['IsInf', 'IsNaN', 'RegexFullMatch'], { infer: shapeOfInput('bool'), traits: ['elementwise'] }),
  StringConcat: { infer: broadcasting(null, 'string'), traits: ['elementwise'] },
  SwiGLU: { infer: swiGlu, traits: ['elementwise'] },
};
