/** float16 from numbers; Node 20 has no Float16Array. */

const single = new Float32Array(1);
const bits = new Uint32Array(single.buffer);

/** The float16 bit pattern nearest to `value` (ties to even; overflow becomes infinity). */
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
