/** Bit patterns of the floats that JavaScript has no array for, both ways. */
import type { DType } from './types.ts';

interface SmallFloat {
  readonly exponent: number;
  readonly mantissa: number;
  readonly bias: number;
  /**
   * `ieee`: infinities and NaN; `fn`: all ones is NaN, no infinity; `fnuz`: minus zero is the one NaN; `finite`: numbers
   * only (ONNX, "Float stored in 8 bits" and "in 4 bits").
   */
  readonly form: 'ieee' | 'fn' | 'fnuz' | 'finite';
}

const small = (exponent: number, mantissa: number, bias: number, form: SmallFloat['form']): SmallFloat => ({
  exponent,
  mantissa,
  bias,
  form,
});

const SMALL_FLOATS: Partial<Record<DType, SmallFloat>> = {
  float16: small(5, 10, 15, 'ieee'),
  bfloat16: small(8, 7, 127, 'ieee'),
  float8e4m3fn: small(4, 3, 7, 'fn'),
  float8e4m3fnuz: small(4, 3, 8, 'fnuz'),
  float8e5m2: small(5, 2, 15, 'ieee'),
  float8e5m2fnuz: small(5, 2, 16, 'fnuz'),
  float4e2m1: small(2, 1, 1, 'finite'),
};

/**
 * The bits of the nearest number of a small float dtype, ties to even; what is too large becomes infinity, or the
 * largest number where the dtype has no infinity (ONNX Cast with `saturate`). null: the dtype is not a small float.
 */
export function smallFloatBits(dtype: DType, value: number): number | null {
  if (dtype === 'float8e8m0') return scaleBits(value);
  const f = SMALL_FLOATS[dtype];
  if (!f) return null;
  const width = f.exponent + f.mantissa;
  if (Number.isNaN(value)) return nanBits(f);
  const negative = value < 0 || Object.is(value, -0);
  const magnitude = Math.min(magnitudeBits(f, Math.abs(value)), largestBits(f));
  if (f.form === 'fnuz' && magnitude === 0) return 0;
  return magnitude | (negative ? 1 << width : 0);
}

/** Exponent and mantissa as one integer: rounding up carries from one into the other by itself. */
function magnitudeBits(f: SmallFloat, a: number): number {
  if (a === Infinity) return Infinity;
  if (a === 0) return 0;
  const exponent = Math.max(binaryExponent(a), 1 - f.bias);
  const steps = roundHalfEven(a * 2 ** (f.mantissa - exponent));
  return ((exponent + f.bias - 1) << f.mantissa) + steps;
}

/** The bits that anything too large becomes. */
function largestBits(f: SmallFloat): number {
  const ones = (1 << (f.exponent + f.mantissa)) - 1;
  if (f.form === 'ieee') return ones - ((1 << f.mantissa) - 1);
  return f.form === 'fn' ? ones - 1 : ones;
}

function nanBits(f: SmallFloat): number {
  const width = f.exponent + f.mantissa;
  if (f.form === 'fnuz') return 1 << width;
  if (f.form === 'ieee') return largestBits(f) | (1 << (f.mantissa - 1));
  return f.form === 'fn' ? (1 << width) - 1 : 0;
}

/** float8e8m0 is a power of two alone: 2^(bits - 127), 255 is NaN. */
function scaleBits(value: number): number {
  if (!(value > 0)) return value === 0 ? 0 : 255;
  if (value === Infinity) return 255;
  return Math.min(254, Math.max(0, Math.round(Math.log2(value)) + 127));
}

function binaryExponent(a: number): number {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, a);
  const raw = (view.getUint16(0) >> 4) & 0x7ff;
  return raw === 0 ? -1074 : raw - 1023;
}

function roundHalfEven(x: number): number {
  const below = Math.floor(x);
  const rest = x - below;
  if (rest !== 0.5) return rest > 0.5 ? below + 1 : below;
  return below % 2 === 0 ? below : below + 1;
}

/** From bits to the number, for the small float dtypes; null for all others. */
export function smallFloatDecoder(dtype: DType): ((bits: number) => number) | null {
  if (dtype === 'float8e8m0') return (bits) => (bits === 255 ? NaN : 2 ** (bits - 127));
  const f = SMALL_FLOATS[dtype];
  return f ? (bits) => smallFloatValue(f, bits) : null;
}

function smallFloatValue(f: SmallFloat, bits: number): number {
  const top = (1 << f.exponent) - 1;
  const ones = (1 << f.mantissa) - 1;
  const sign = (bits >> (f.exponent + f.mantissa)) & 1 ? -1 : 1;
  const exponent = (bits >> f.mantissa) & top;
  const mantissa = bits & ones;
  if (f.form === 'ieee' && exponent === top) return mantissa ? NaN : sign * Infinity;
  if (f.form === 'fn' && exponent === top && mantissa === ones) return NaN;
  if (f.form === 'fnuz' && sign < 0 && exponent === 0 && mantissa === 0) return NaN;
  const fraction = mantissa / (ones + 1);
  return sign * (exponent === 0 ? fraction * 2 ** (1 - f.bias) : (1 + fraction) * 2 ** (exponent - f.bias));
}

const single = new Float32Array(1);
const bits = new Uint32Array(single.buffer);

/**
 * The float16 bit pattern nearest to `value` (ties to even; overflow becomes infinity), by way of float32: the fast road
 * for whole weights, where Node 20 has no Float16Array.
 */
export function halfBits(value: number): number {
  single[0] = value;
  const x = bits[0]!;
  const sign = (x >>> 16) & 0x8000;
  const exponent = (x >>> 23) & 0xff;
  const mantissa = x & 0x7fffff;
  if (exponent === 0xff) return sign | 0x7c00 | (mantissa ? 0x200 : 0);
  const e = exponent - 112;
  if (e >= 31) return sign | 0x7c00;
  if (e < -10) return sign;
  // Below the normal range the hidden bit is written out and the whole shifted further.
  const full = e > 0 ? (e << 23) | mantissa : mantissa | 0x800000;
  return sign | rounded(full, e > 0 ? 13 : 14 - e);
}

/** A shift to the right, rounded to nearest even; a carry runs into the exponent, as it should. */
function rounded(value: number, shift: number): number {
  const cut = value & ((1 << shift) - 1);
  const half = 1 << (shift - 1);
  const kept = value >>> shift;
  return cut > half || (cut === half && kept & 1) ? kept + 1 : kept;
}
