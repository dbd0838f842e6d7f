/** How an output may be looked at; pure. */
import type { DenseTensor } from '../../../graph-model/core/tensor.ts';
import { numbersOf } from '../../../graph-model/stats/numbers.ts';

export type OutputView = 'top' | 'histogram' | 'image' | 'values';

export interface Ranked {
  readonly index: number;
  readonly value: number;
}

/** The class scores of the first example, where an output is a list of scores: [C], [1, C], [N, C], [1, C, 1, 1]. */
export function scoresOf(output: DenseTensor): Float64Array | Float32Array | null {
  if (output.dtype === 'string' || output.dtype === 'bool' || output.dtype.startsWith('complex')) return null;
  const trailing = output.dims.slice(1).filter((d) => d !== 1);
  const length = output.dims.length === 1 ? output.dims[0]! : trailing.length === 1 ? trailing[0]! : 0;
  if (length < 2 || output.values.length < length) return null;
  return numbersOf({ ...output, dims: [length], values: output.values.slice(0, length) as DenseTensor['values'] });
}

/** The largest scores, best first; NaN is never among them. */
export function topOf(scores: ArrayLike<number>, count: number): Ranked[] {
  const all = Array.from(scores, (value, index) => ({ index, value })).filter((s) => !Number.isNaN(s.value));
  return all.sort((a, b) => b.value - a.value).slice(0, count);
}

/** True where scores are shares of one whole: none negative, and their sum is 1 to 1%. */
export function areProbabilities(scores: ArrayLike<number>): boolean {
  let sum = 0;
  for (let i = 0; i < scores.length; i++) {
    if (!(scores[i]! >= 0)) return false;
    sum += scores[i]!;
  }
  return Math.abs(sum - 1) < 0.01;
}

export interface ImageLayout {
  readonly height: number;
  readonly width: number;
  readonly channels: 1 | 3;
  /** Distance in elements between channels, rows and columns. */
  readonly strides: readonly [number, number, number];
}

/** The picture in an output: [.., 3 or 1, H, W], [.., H, W, 3 or 1] or [H, W], sides 16 to 4096; else null. */
export function imageLayout(dims: readonly number[]): ImageLayout | null {
  const inner = dims.slice(-3);
  const sides = (h: number | undefined, w: number | undefined) =>
    h !== undefined && w !== undefined && Math.min(h, w) >= 16 && Math.max(h, w) <= 4096;
  const [a, b, c] = inner.length === 3 ? inner : [undefined, ...inner];
  if ((a === 3 || a === 1) && sides(b, c)) return { height: b!, width: c!, channels: a, strides: [b! * c!, c!, 1] };
  if ((c === 3 || c === 1) && sides(a, b)) return { height: a!, width: b!, channels: c, strides: [1, b! * c, c] };
  if (dims.length === 2 && sides(dims[0], dims[1]))
    return { height: dims[0]!, width: dims[1]!, channels: 1, strides: [0, dims[1]!, 1] };
  return null;
}

/** RGBA bytes of the first picture of an output. Values 0 to 1 or 0 to 255 are taken as they are, others are stretched. */
export function imagePixels(output: DenseTensor, layout: ImageLayout): Uint8ClampedArray<ArrayBuffer> {
  const { height, width, channels, strides } = layout;
  const size = height * width * channels;
  const values = numbersOf({ ...output, dims: [size], values: output.values.slice(0, size) as DenseTensor['values'] });
  const { low, scale } = brightness(values);
  const out = new Uint8ClampedArray(height * width * 4);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      for (let k = 0; k < 4; k++) {
        const at = (channels === 3 ? k : 0) * strides[0] + y * strides[1] + x * strides[2];
        out[(y * width + x) * 4 + k] = k === 3 ? 255 : (values[at]! - low) * scale;
      }
  return out;
}

function brightness(values: Float32Array | Float64Array): { low: number; scale: number } {
  let low = Infinity;
  let high = -Infinity;
  for (const v of values) {
    if (v < low) low = v;
    if (v > high) high = v;
  }
  if (low >= 0 && high <= 1) return { low: 0, scale: 255 };
  if (low >= 0 && high <= 255 && high > 2) return { low: 0, scale: 1 };
  return { low, scale: 255 / (high - low || 1) };
}

/** The ways that fit an output, the most telling first. */
export function viewsOf(output: DenseTensor): OutputView[] {
  const views: OutputView[] = [];
  if (imageLayout(output.dims) && output.dtype !== 'string') views.push('image');
  if (scoresOf(output)) views.push('top');
  if (output.values.length > 1) views.push('histogram');
  return [...views, 'values'];
}
