/** Pictures as input: decoded by the page, resized, and laid out as the input wants. */
import { elementArray, elementCount, type DenseTensor, type Elements } from '../../graph-model/core/tensor.ts';
import { shapeLabel, type DType } from '../../graph-model/core/types.ts';
import { FormatError } from '../../graph-model/diagnostics.ts';
import { imageLayout } from './dims.ts';
import { halfBits } from '../../graph-model/core/small-float.ts';
import type { ImageOptions, ImageScale } from '../../graph-model/image-input.ts';

export type { ImageOptions, ImageScale };

/** value/255 − mean, over std, by channel. ImageNet's are torchvision's. */
const SCALES: Readonly<
  Record<
    Exclude<ImageScale, 'own'>,
    { readonly factor: number; readonly mean: readonly number[]; readonly std: readonly number[] }
  >
> = {
  '0..255': { factor: 1, mean: [0, 0, 0], std: [1, 1, 1] },
  '0..1': { factor: 1 / 255, mean: [0, 0, 0], std: [1, 1, 1] },
  '-1..1': { factor: 1 / 255, mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] },
  imagenet: { factor: 1 / 255, mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] },
};

/** How a picture is laid out in an input of these sizes. */
export interface ImagePlace {
  readonly layout: 'NCHW' | 'NHWC' | 'HW';
  readonly channels: number;
  readonly height: number;
  readonly width: number;
}

/** null for sizes that hold no picture of 1, 3 or 4 channels. Ranks 4, 3 (no batch) and 2 (grey). */
export function imagePlace(dims: readonly number[]): ImagePlace | null {
  if (dims.length === 2) return { layout: 'HW', channels: 1, height: dims[0]!, width: dims[1]! };
  const full = dims.length === 3 ? [1, ...dims] : dims;
  const layout = imageLayout(full);
  if (layout === null || full.length !== 4) return null;
  const [, a, b, c] = full as [number, number, number, number];
  const place = layout === 'NCHW' ? { channels: a, height: b, width: c } : { channels: c, height: a, width: b };
  return { layout, ...place };
}

/** A picture by its first bytes: PNG, JPEG, GIF, BMP, WebP. */
export function isImage(head: Uint8Array): boolean {
  const text = String.fromCharCode(...head.subarray(0, 12));
  return /^(?:\x89PNG|\xff\xd8\xff|GIF8|BM|RIFF[\s\S]{4}WEBP)/.test(text);
}

/**
 * Decodes a picture and fills an input of `dims` with it; every example of the batch gets the same one. Throws FormatError
 * where the host cannot decode pictures or the input holds none.
 */
export async function readImage(
  bytes: Uint8Array,
  file: string,
  input: { readonly name: string; readonly dtype: DType },
  dims: readonly number[],
  options: ImageOptions = {},
): Promise<DenseTensor> {
  const refuse = (why: string): never => {
    throw new FormatError('run.file-format', { file, why });
  };
  if (typeof createImageBitmap === 'undefined' || typeof OffscreenCanvas === 'undefined')
    return refuse('it is a picture, and pictures are decoded by a browser only; give an array instead');
  const place = imagePlace(dims);
  if (!place) return refuse(`it is a picture, and the input ${input.name} (${shapeLabel(dims)}) is not`);
  const bitmap = await createImageBitmap(new Blob([bytes as Uint8Array<ArrayBuffer>])).catch(() => null);
  if (!bitmap) return refuse('the browser cannot decode this picture');
  const rgba = drawn(bitmap, place, options);
  bitmap.close();
  return pixelsToTensor(rgba, place, input.dtype, dims, options);
}

function drawn(bitmap: ImageBitmap, { width, height }: ImagePlace, options: ImageOptions): Uint8ClampedArray {
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true })!;
  context.imageSmoothingQuality = 'high';
  const [w, h] = fittedSize(bitmap, { width, height }, options);
  context.fillStyle = '#000';
  context.fillRect(0, 0, width, height);
  context.drawImage(bitmap, (width - w) / 2, (height - h) / 2, w, h);
  return context.getImageData(0, 0, width, height).data;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/** The size at which a picture is drawn, its middle on the middle of an input of the size `into`. */
export function fittedSize(picture: Size, into: Size, { fit = 'crop', zoom = 1 }: ImageOptions): [number, number] {
  if (fit === 'stretch') return [into.width, into.height];
  const x = into.width / picture.width;
  const y = into.height / picture.height;
  const scale = fit === 'crop' ? zoom * Math.max(x, y) : Math.min(x, y);
  return [picture.width * scale, picture.height * scale];
}

/** RGBA pixels, row by row, as an input. Grey is Rec. 601 luma; a fourth channel is alpha. */
export function pixelsToTensor(
  rgba: Uint8ClampedArray,
  place: ImagePlace,
  dtype: DType,
  dims: readonly number[],
  options: ImageOptions = {},
): DenseTensor {
  const { layout, channels, height, width } = place;
  const scale = scaleOf(dtype, options);
  const size = channels * height * width;
  const values = elementArray(dtype, elementCount(dims)) as Float32Array;
  const encode = encoder(dtype);
  const area = height * width;
  for (let p = 0; p < area; p++) {
    for (let c = 0; c < channels; c++) {
      const at = layout === 'NCHW' ? c * area + p : p * channels + c;
      values[at] = encode(channel(rgba, p, c, channels, scale, options.order ?? 'RGB'));
    }
  }
  for (let at = size; at < values.length; at += size) values.copyWithin(at, 0, size);
  return { dtype, dims, values: values as Elements };
}

interface Scale {
  readonly factor: number;
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

/** Integer inputs get bytes, whatever range of numbers is said: that range is what they quantise. */
function scaleOf(dtype: DType, { scale, own }: ImageOptions): Scale {
  if (!/float|double/.test(dtype)) return SCALES['0..255'];
  if (scale !== 'own') return SCALES[scale ?? '0..1'];
  const three = (list: readonly number[]) => [0, 1, 2].map((c) => list[c] ?? list[0]!);
  return own ? { factor: 1, mean: three(own.mean), std: three(own.std) } : SCALES['0..1'];
}

function channel(
  rgba: Uint8ClampedArray,
  p: number,
  c: number,
  channels: number,
  { factor, mean, std }: Scale,
  order: string,
): number {
  const at = 4 * p;
  if (c === 3) return rgba[at + 3]! * factor;
  const source = order === 'BGR' ? 2 - c : c;
  const grey = channels === 1;
  const raw = grey ? 0.299 * rgba[at]! + 0.587 * rgba[at + 1]! + 0.114 * rgba[at + 2]! : rgba[at + source]!;
  return (raw * factor - mean[source]!) / std[source]!;
}

function encoder(dtype: DType): (v: number) => number {
  if (dtype === 'float16') return halfBits;
  return /float|double/.test(dtype) ? (v) => v : Math.round;
}
