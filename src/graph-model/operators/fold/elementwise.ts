/** Element by element: arithmetic, comparison, logic, bits, casts. */
import { getInt, getString } from '../../core/attributes.ts';
import { smallFloatBits, smallFloatDecoder } from '../../core/small-float.ts';
import type { DenseTensor } from '../../core/tensor.ts';
import { dtypeInfo, dtypeOfCode, type DType } from '../../core/types.ts';
import {
  broadcastDims,
  broadcastIndex,
  fill,
  isBig,
  isFloat,
  isInteger,
  make,
  need,
  scalarsOf,
  type Scalar,
} from './elements.ts';
import type { Kernels } from './kernel.ts';

type Both = (a: number, b: number) => number;
type Bigs = (a: bigint, b: bigint) => bigint;

/** A map over one input; `big` where 64-bit integers are taken. */
function unary(
  t: DenseTensor,
  number: (a: number) => number,
  big?: (a: bigint) => bigint,
  to: DType = t.dtype,
): DenseTensor {
  const v = scalarsOf(t);
  if (isBig(t.dtype) && to === t.dtype) {
    need(big);
    return fill(to, t.dims, (i) => big(v[i] as bigint));
  }
  need(t.dtype !== 'string');
  return fill(to, t.dims, (i) => number(Number(v[i])));
}

function broadcast(a: DenseTensor, b: DenseTensor, to: DType, of: (a: Scalar, b: Scalar) => Scalar): DenseTensor {
  const dims = broadcastDims([a.dims, b.dims]);
  const [x, y] = [scalarsOf(a), scalarsOf(b)];
  const [ax, by] = [broadcastIndex(a.dims, dims), broadcastIndex(b.dims, dims)];
  return fill(to, dims, (i) => of(x[ax(i)]!, y[by(i)]!));
}

function binary(a: DenseTensor, b: DenseTensor, number: Both, big: Bigs): DenseTensor {
  need(a.dtype === b.dtype && a.dtype !== 'string' && a.dtype !== 'bool');
  return isBig(a.dtype)
    ? broadcast(a, b, a.dtype, (x, y) => big(x as bigint, y as bigint))
    : broadcast(a, b, a.dtype, (x, y) => number(x as number, y as number));
}

const one = (number: (a: number) => number, big?: (a: bigint) => bigint) => (k: { input(i: number): DenseTensor }) => [
  unary(k.input(0), number, big),
];
/** Only floating point: nothing is known of how a runtime rounds it for other types. */
const two = (number: Both, big: Bigs) => (k: { input(i: number): DenseTensor }) => [
  binary(k.input(0), k.input(1), number, big),
];

const compare = (holds: (a: Scalar, b: Scalar) => boolean) => (k: { input(i: number): DenseTensor }) => {
  need(k.input(0).dtype === k.input(1).dtype);
  return [broadcast(k.input(0), k.input(1), 'bool', (a, b) => (holds(a, b) ? 1 : 0))];
};

const folded = (number: Both, big: Bigs) => (k: { all(): DenseTensor[] }) => [
  k.all().reduce((a, b) => binary(a, b, number, big)),
];

/** To nearest, halves to even. */
export function roundEven(v: number): number {
  const below = Math.floor(v);
  const rest = v - below;
  if (rest !== 0.5) return Math.round(v);
  return below % 2 === 0 ? below : below + 1;
}

const least: Both = (a, b) => (Number.isNaN(a) || Number.isNaN(b) ? NaN : Math.min(a, b));
const most: Both = (a, b) => (Number.isNaN(a) || Number.isNaN(b) ? NaN : Math.max(a, b));

function divide(a: DenseTensor, b: DenseTensor): DenseTensor {
  if (isInteger(a.dtype)) need(Array.from(scalarsOf(b)).every((v) => Number(v) !== 0));
  return binary(a, b, isFloat(a.dtype) ? (x, y) => x / y : (x, y) => Math.trunc(x / y), (x, y) => x / y);
}

function modulo(a: DenseTensor, b: DenseTensor, fmod: boolean): DenseTensor {
  if (isInteger(a.dtype)) need(Array.from(scalarsOf(b)).every((v) => Number(v) !== 0));
  if (fmod)
    return binary(
      a,
      b,
      (x, y) => x % y,
      (x, y) => x % y,
    );
  const floored = (x: number, y: number) => (x % y !== 0 && x % y < 0 !== y < 0 ? (x % y) + y : x % y);
  return binary(a, b, floored, (x, y) => (x % y !== 0n && x % y < 0n !== y < 0n ? (x % y) + y : x % y));
}

/** Products of 32-bit integers pass 2^53: only their low half is kept. */
function multiply(a: DenseTensor, b: DenseTensor): DenseTensor {
  const word = a.dtype === 'int32' || a.dtype === 'uint32';
  return binary(a, b, word ? Math.imul : (x, y) => x * y, (x, y) => x * y);
}

function power(a: DenseTensor, b: DenseTensor): DenseTensor {
  const whole = isInteger(a.dtype);
  need(whole || a.dtype === 'float' || a.dtype === 'double');
  if (whole) need(isInteger(b.dtype) && Array.from(scalarsOf(b)).every((v) => Number(v) >= 0));
  return broadcast(a, b, a.dtype, (x, y) => {
    if (isBig(a.dtype)) return (x as bigint) ** BigInt(y);
    const r = Math.pow(Number(x), Number(y));
    if (whole) need(Number.isSafeInteger(r));
    return r;
  });
}

function bits(a: DenseTensor, b: DenseTensor, number: Both, big: Bigs): DenseTensor {
  need(isInteger(a.dtype));
  return binary(a, b, number, big);
}

/** A count below zero or past the width shifts everything out: what remains is zero, or the sign. */
function shift(a: DenseTensor, b: DenseTensor, left: boolean): DenseTensor {
  const { bits: width } = dtypeInfo(a.dtype);
  const count = (n: number) => (n < 0 || n > width ? width : n);
  const bigCount = (n: bigint) => (n < 0n || n > 64n ? 64n : n);
  need(isInteger(a.dtype));
  return left
    ? binary(
        a,
        b,
        (x, y) => (count(y) === width ? 0 : Math.imul(x, (2 ** y) | 0)),
        (x, y) => x << bigCount(y),
      )
    : binary(
        a,
        b,
        (x, y) => Math.floor(x / 2 ** count(y)),
        (x, y) => x >> bigCount(y),
      );
}

/** Where: the condition is broadcast too, and any type is carried. */
function where(c: DenseTensor, a: DenseTensor, b: DenseTensor): DenseTensor {
  const dims = broadcastDims([c.dims, a.dims, b.dims]);
  const [cx, ax, bx] = [c, a, b].map((t) => broadcastIndex(t.dims, dims));
  const out = make(a.dtype, dims);
  const to = out.values as Scalar[];
  for (let i = 0; i < to.length; i++)
    to[i] = Number(c.values[cx!(i)]) ? (a.values[ax!(i)] as Scalar) : (b.values[bx!(i)] as Scalar);
  return out;
}

const INTEGER_RANGE: Partial<Record<DType, readonly [number, number]>> = {
  int8: [-128, 127],
  uint8: [0, 255],
  int16: [-32768, 32767],
  uint16: [0, 65535],
  int32: [-(2 ** 31), 2 ** 31 - 1],
  uint32: [0, 2 ** 32 - 1],
  int64: [-(2 ** 63), 2 ** 63 - 1024],
  uint64: [0, 2 ** 64 - 2048],
};

/** ONNX Cast. What the standard leaves undefined (floats out of an integer's range) is not computed here. */
export function cast(t: DenseTensor, to: DType, saturate: boolean, round: string): DenseTensor {
  if (t.dtype === to) return t;
  need(t.dtype !== 'string' && to !== 'string' && round === 'up');
  const v = scalarsOf(t);
  if (to === 'bool') return fill(to, t.dims, (i) => (Number(v[i]) === 0 ? 0 : 1));
  if (/^(float8|float4)/.test(to) && isInteger(t.dtype)) return fill(to, t.dims, (i) => Number(v[i]));
  if (to.startsWith('float8') && !saturate) return castUnsaturated(t, to);
  if (to.startsWith('float8')) return castSaturated(t, to);
  if (isFloat(to)) return fill(to, t.dims, (i) => Number(v[i]));
  const range = INTEGER_RANGE[to];
  if (!isFloat(t.dtype)) return fill(to, t.dims, (i) => (isBig(to) ? BigInt(v[i]!) : wrapped(v[i]!, to)));
  return fill(to, t.dims, (i) => {
    const n = Math.trunc(Number(v[i]));
    need(Number.isFinite(n) && (!range || (n >= range[0] && n <= range[1])));
    return isBig(to) ? BigInt(n) : n;
  });
}

/** Integers keep their low bits; typed arrays do the rest for numbers that fit 32 bits. */
const wrapped = (v: Scalar, to: DType) =>
  typeof v === 'bigint' ? Number(to.startsWith('u') ? BigInt.asUintN(32, v) : BigInt.asIntN(32, v)) : Number(v);

/** Too large becomes the largest number, infinities too; NaN stays (ONNX Cast, "saturate"). */
function castSaturated(t: DenseTensor, to: DType): DenseTensor {
  if (to === 'float8e8m0') need(false);
  const v = scalarsOf(t);
  const top = largest(to);
  return fill(to, t.dims, (i) => {
    const n = Number(v[i]);
    return Number.isNaN(n) ? n : Math.max(-top, Math.min(top, n));
  });
}

/** Too large becomes infinity where the type has one, else NaN. */
function castUnsaturated(t: DenseTensor, to: DType): DenseTensor {
  need(to !== 'float8e8m0');
  const v = scalarsOf(t);
  const top = largest(to);
  const limit = top + (top - smallFloatDecoder(to)!(smallFloatBits(to, top)! - 1)) / 2;
  return fill(to, t.dims, (i) => {
    const n = Number(v[i]);
    if (Math.abs(n) < limit || Number.isNaN(n)) return n;
    return to === 'float8e5m2' ? Math.sign(n) * Infinity : NaN;
  });
}

const LARGEST: Partial<Record<DType, number>> = {
  float8e4m3fn: 448,
  float8e4m3fnuz: 240,
  float8e5m2: 57344,
  float8e5m2fnuz: 57344,
};
const largest = (dtype: DType) => LARGEST[dtype] ?? Infinity;

function clip(x: DenseTensor, low: DenseTensor | null, high: DenseTensor | null): DenseTensor {
  let out = x;
  if (low) out = binary(out, low, most, (a, b) => (a > b ? a : b));
  return high ? binary(out, high, least, (a, b) => (a < b ? a : b)) : out;
}

const sign = (a: number) => (Number.isNaN(a) ? NaN : Math.sign(a) + 0);
const floatOnly = (number: (a: number) => number) => (k: { input(i: number): DenseTensor }) => {
  need(isFloat(k.input(0).dtype));
  return [unary(k.input(0), number)];
};
const same = (a: bigint) => a;

export const ELEMENTWISE_FOLDS: Kernels = {
  Abs: one(Math.abs, (a) => (a < 0n ? -a : a)),
  Neg: one(
    (a) => -a,
    (a) => -a,
  ),
  Sign: one(sign, (a) => (a > 0n ? 1n : a < 0n ? -1n : 0n)),
  Floor: one(Math.floor, same),
  Ceil: one(Math.ceil, same),
  Round: floatOnly(roundEven),
  Sqrt: floatOnly(Math.sqrt),
  Reciprocal: floatOnly((a) => 1 / a),
  Relu: one(
    (a) => (a < 0 ? 0 : a),
    (a) => (a < 0n ? 0n : a),
  ),
  Not: one((a) => (a === 0 ? 1 : 0)),
  BitwiseNot: one(
    (a) => ~a,
    (a) => ~a,
  ),
  IsNaN: (k) => [unary(k.input(0), (a) => (Number.isNaN(a) ? 1 : 0), undefined, 'bool')],
  IsInf: (k) => {
    const [up, down] = [getInt(k.node, 'detect_positive', 1), getInt(k.node, 'detect_negative', 1)];
    const holds = (a: number) => (a === Infinity && up === 1) || (a === -Infinity && down === 1);
    return [unary(k.input(0), (a) => (holds(a) ? 1 : 0), undefined, 'bool')];
  },
  Add: two(
    (a, b) => a + b,
    (a, b) => a + b,
  ),
  Sub: two(
    (a, b) => a - b,
    (a, b) => a - b,
  ),
  Mul: (k) => [multiply(k.input(0), k.input(1))],
  Div: (k) => [divide(k.input(0), k.input(1))],
  Mod: (k) => [modulo(k.input(0), k.input(1), getInt(k.node, 'fmod', 0) === 1)],
  Pow: (k) => [power(k.input(0), k.input(1))],
  Min: folded(least, (a, b) => (a < b ? a : b)),
  Max: folded(most, (a, b) => (a > b ? a : b)),
  Sum: folded(
    (a, b) => a + b,
    (a, b) => a + b,
  ),
  Clip: (k) => (k.version >= 11 ? [clip(k.input(0), k.optional(1), k.optional(2))] : null),
  Equal: compare((a, b) => a === b),
  Less: compare((a, b) => a < b),
  LessOrEqual: compare((a, b) => a <= b),
  Greater: compare((a, b) => a > b),
  GreaterOrEqual: compare((a, b) => a >= b),
  And: compare((a, b) => a !== 0 && b !== 0),
  Or: compare((a, b) => a !== 0 || b !== 0),
  Xor: compare((a, b) => (a !== 0) !== (b !== 0)),
  BitwiseAnd: (k) => [
    bits(
      k.input(0),
      k.input(1),
      (a, b) => a & b,
      (a, b) => a & b,
    ),
  ],
  BitwiseOr: (k) => [
    bits(
      k.input(0),
      k.input(1),
      (a, b) => a | b,
      (a, b) => a | b,
    ),
  ],
  BitwiseXor: (k) => [
    bits(
      k.input(0),
      k.input(1),
      (a, b) => a ^ b,
      (a, b) => a ^ b,
    ),
  ],
  BitShift: (k) => [shift(k.input(0), k.input(1), getString(k.node, 'direction') === 'LEFT')],
  Where: (k) => [where(k.input(0), k.input(1), k.input(2))],
  Cast: (k) => {
    const to = dtypeOfCode(getInt(k.node, 'to', 0));
    need(to);
    return [cast(k.input(0), to, getInt(k.node, 'saturate', 1) === 1, getString(k.node, 'round_mode', 'up'))];
  },
  CastLike: (k) => [
    cast(k.input(0), k.input(1).dtype, getInt(k.node, 'saturate', 1) === 1, getString(k.node, 'round_mode', 'up')),
  ],
  StringConcat: (k) => [broadcast(k.input(0), k.input(1), 'string', (a, b) => String(a) + String(b))],
};
