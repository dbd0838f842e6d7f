/**
 * How a model wants its pictures, from its metadata: the keys are those of ONNX's own page "MetadataProps" (Image.…), and
 * Custom Vision's for the way a picture is fitted.
 */
import type { Metadata, Model } from './core/model.ts';

/** What is done to channel values of 0 to 255. */
export type ImageScale = '0..255' | '0..1' | '-1..1' | 'imagenet';

export interface ImageOptions {
  /** crop: keep the aspect, cut the longer side; pad: keep it, fill with black; stretch: do not keep it. */
  readonly fit?: 'crop' | 'pad' | 'stretch';
  readonly order?: 'RGB' | 'BGR';
  /** Default: 0..255 for integer inputs, 0..1 for float ones. */
  readonly scale?: ImageScale;
}

export const PIXEL_FORMAT = 'Image.BitmapPixelFormat';
export const PIXEL_RANGE = 'Image.NominalPixelRange';
const RESIZE = 'CustomVision.Preprocess.ResizeMethod';

const RANGES: Readonly<Record<string, ImageScale>> = {
  NominalRange_0_255: '0..255',
  Normalized_0_1: '0..1',
  Normalized_1_1: '-1..1',
};

/** What the metadata says, and nothing where it says nothing. */
export function imageOptionsOf(metadata: Metadata | undefined): ImageOptions {
  const format = metadata?.get(PIXEL_FORMAT) ?? '';
  const order = /^rgba?8/i.test(format) ? 'RGB' : /^bgra?8/i.test(format) ? 'BGR' : undefined;
  const scale = RANGES[metadata?.get(PIXEL_RANGE) ?? ''];
  const fit = metadata?.get(RESIZE)?.toLowerCase() === 'stretch' ? 'stretch' : undefined;
  return { ...(order ? { order } : {}), ...(scale ? { scale } : {}), ...(fit ? { fit } : {}) };
}

/** Width and height of each anchor of a Custom Vision detector, in cells of its grid. */
export const ANCHORS = 'CustomVision.Postprocess.Yolo.Biases';

/** True for a detector whose one output is a raw grid, to which boxes can be added: its metadata names the anchors. */
export const hasRawGrid = (model: Model): boolean =>
  (model.metadata?.has(ANCHORS) ?? false) && model.graphs.at(model.main).outputs.length === 1;
