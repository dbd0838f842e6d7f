/** Quantisation of a tensor: real = scale · (stored - zero point), by element or by slice along one axis. */
import type { Metadata } from '../../graph-model/core/model.ts';

export interface Quantization {
  /** One, or one for each slice along `axis`. */
  readonly scale: readonly number[];
  readonly zeroPoint: readonly number[];
  readonly axis: number;
}

const KEY = 'quantization';

/** As the metadata of a value: JSON, in which float32 numbers keep every digit. */
export function quantizationText(q: Quantization): readonly [string, string] {
  return [KEY, JSON.stringify({ scale: q.scale, zero_point: q.zeroPoint, axis: q.axis })];
}

export function quantizationOf(metadata: Metadata | undefined): Quantization | null {
  const text = metadata?.get(KEY);
  if (text === undefined) return null;
  const { scale, zero_point: zeroPoint, axis } = JSON.parse(text) as Record<string, unknown>;
  return { scale: scale as number[], zeroPoint: zeroPoint as number[], axis: axis as number };
}

/** The same numbers: what is stored may be handed on as it is. */
export function sameQuantization(a: Quantization | null, b: Quantization | null): boolean {
  if (a === null || b === null) return a === b;
  const same = (x: readonly number[], y: readonly number[]) => x.length === y.length && x.every((v, i) => v === y[i]);
  return same(a.scale, b.scale) && same(a.zeroPoint, b.zeroPoint) && (a.scale.length === 1 || a.axis === b.axis);
}
