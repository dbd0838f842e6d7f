/** Where float32 gives the same within 1e-5: then one operator of ai.onnx.ml does what takes several in float64. */
import { floats } from '../../../graph-model/core/attributes.ts';
import type { Builder, Val } from './builder.ts';

/** Rows of coefficients for what a model is given in float32. */
export interface SingleScores {
  readonly input: Val;
  /** [rows × features] */
  readonly coefficients: Float64Array;
  readonly intercepts: Float64Array;
  /** The largest sum over a row of what does not depend on the input: the intercept, and shifts before it. */
  readonly still: number;
  /** The largest sum over a row of the coefficients, of scaled columns where they are. */
  readonly spread: number;
}

/** X·coefᵀ + intercept of float32 rows, with the scaler before it folded in; null where X is no float32. */
export function singleScores(
  o: Builder,
  x: Val,
  coefficients: Float64Array,
  intercepts: Float64Array,
): SingleScores | null {
  const before = o.beforeShift(x);
  const input = o.narrow(before?.x ?? x);
  if (!input) return null;
  const rows = intercepts.length;
  const width = coefficients.length / rows;
  const own = coefficients.map((c, i) => (before ? c / before.scale[i % width]! : c));
  const parts = Array.from({ length: rows }, (_, r) => {
    const shifts = Array.from({ length: width }, (_, f) => own[r * width + f]! * (before?.shift[f] ?? 0));
    return {
      intercept: shifts.reduce((sum, v) => sum - v, intercepts[r]!),
      still: Math.abs(intercepts[r]!) + sizes(shifts),
      spread: sizes(coefficients.subarray(r * width, (r + 1) * width)),
    };
  });
  return {
    input,
    coefficients: own,
    intercepts: Float64Array.from(parts, (p) => p.intercept),
    still: Math.max(...parts.map((p) => p.still)),
    spread: Math.max(...parts.map((p) => p.spread)),
  };
}

const sizes = (values: ArrayLike<number>) => Array.from(values).reduce((sum, v) => sum + Math.abs(v), 0);

/** What terms may add up to: float32 sums of them are off by some 1e-6. */
const LARGEST_SUM = 16;

/** float32 [N, rows] by one node; null where sums may be large, since rounding shows in those that cancel. */
export function singleLinear(o: Builder, x: Val, coefficients: Float64Array, intercepts: Float64Array): Val | null {
  const made = singleScores(o, x, coefficients, intercepts);
  if (!made || made.still + made.spread > LARGEST_SUM) return null;
  const plain = {
    coefficients: floats(made.coefficients),
    intercepts: floats(made.intercepts),
    targets: intercepts.length,
  };
  return o.op('LinearRegressor', [made.input], plain, 'float', 'ai.onnx.ml');
}

/** Shifts of so many scales are off by some 5e-6 in float32, whatever is shifted. */
const LARGEST_SHIFT = 80;

/** (x - shift) / scale in float32 by one node; null where rounding the shifts would show. */
export function singleScaler(o: Builder, x: Val, shift: Float64Array, scale: Float64Array): Val | null {
  const input = o.narrow(x);
  const isNear = shift.every((v, i) => Math.abs(v / scale[i]!) < LARGEST_SHIFT);
  if (!input || !isNear) return null;
  const plain = { offset: floats(shift), scale: floats(scale.map((v) => 1 / v)) };
  return o.op('Scaler', [input], plain, 'float', 'ai.onnx.ml');
}
