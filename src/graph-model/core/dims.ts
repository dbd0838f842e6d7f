/** Questions about shapes that need no inference. Symbolic arithmetic lives with the inference that uses it. */
import type { Dim, Shape } from './types.ts';

/** The length of a shape when every dimension is a number, else null. */
export function staticCount(shape: Shape): number | null {
  if (shape === null) return null;
  let count = 1;
  for (const d of shape) {
    if (typeof d !== 'number') return null;
    count *= d;
  }
  return count;
}

export function isStatic(shape: Shape): shape is readonly number[] {
  return shape !== null && shape.every((d) => typeof d === 'number');
}

/** True only when both are known to be equal: two unknown dimensions are not. */
export function sameDim(a: Dim, b: Dim): boolean {
  return a !== null && a === b;
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a !== null && b !== null && a.length === b.length && a.every((d, i) => sameDim(d, b[i]!));
}

/** A non-negative axis, or null when it is out of range. */
export function normalAxis(axis: number, rank: number): number | null {
  const a = axis < 0 ? axis + rank : axis;
  return a >= 0 && a < rank ? a : null;
}
