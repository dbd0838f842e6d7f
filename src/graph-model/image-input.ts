/**
 * How a model wants its pictures, from its metadata: the keys are those of ONNX's own page "MetadataProps" (Image.…), and
 * Custom Vision's for the way a picture is fitted.
 */
import type { Metadata, Model } from './core/model.ts';

/** What is done to channel values of 0 to 255. */
export type ImageScale = '0..255' | '0..1' | '-1..1' | 'imagenet' | 'own';

export interface ImageOptions {
  /** crop: keep the aspect, cut the longer side; pad: keep it, fill with black; stretch: do not keep it. */
  readonly fit?: 'crop' | 'pad' | 'stretch';
  /** For `crop`: how many times the input the shorter side becomes before its middle is cut out; 1 where nothing is said. */
  readonly zoom?: number;
  readonly order?: 'RGB' | 'BGR';
  /** Default: 0..255 for integer inputs, 0..1 for float ones. */
  readonly scale?: ImageScale;
  /** For the scale `own`: what is taken from values of 0 to 255, and what the rest is divided by, a number or one a channel. */
  readonly own?: { readonly mean: readonly number[]; readonly std: readonly number[] };
}

export const PIXEL_FORMAT = 'Image.BitmapPixelFormat';
export const PIXEL_RANGE = 'Image.NominalPixelRange';
const PREPROCESS = 'CustomVision.Preprocess.';

const RANGES: Readonly<Record<string, ImageScale>> = {
  NominalRange_0_255: '0..255',
  Normalized_0_1: '0..1',
  Normalized_1_1: '-1..1',
};

/** What the metadata says, and nothing where it says nothing. */
export function imageOptionsOf(metadata: Metadata | undefined): ImageOptions {
  const format = metadata?.get(PIXEL_FORMAT) ?? '';
  const order = /^rgba?8/i.test(format) ? 'RGB' : /^bgra?8/i.test(format) ? 'BGR' : undefined;
  const range = RANGES[metadata?.get(PIXEL_RANGE) ?? ''];
  const normalised = customVisionScale(metadata) ?? (range ? { scale: range } : normalisationOf(metadata));
  return { ...(order ? { order } : {}), ...normalised, ...fitOf(metadata) };
}

/**
 * Custom Vision's ways to fit a picture: Stretch; ByShorterSide and ByShorterSideAlign32, which keep the aspect and, with the
 * crop OneCropCenter, resize to Target (256, say) before the middle of the size Crop (224) is cut out.
 */
function fitOf(metadata: Metadata | undefined): ImageOptions {
  const method = metadata?.get(`${PREPROCESS}ResizeMethod`)?.toLowerCase() ?? '';
  if (method === 'stretch') return { fit: 'stretch' };
  if (!method.startsWith('byshorterside')) return {};
  const [target, crop] = ['TargetHeight', 'CropHeight'].map((k) => Number(metadata?.get(PREPROCESS + k) ?? 0));
  return target! > crop! && crop! > 0 ? { fit: 'crop', zoom: target! / crop! } : { fit: 'crop' };
}

/**
 * What Custom Vision's NormalizeMean and NormalizeStd say; null where they change nothing, as in most exports. They are of
 * values of 0 to 255, or of 0 to 1 where none is above 1, as ImageNet's are written either way.
 */
function customVisionScale(metadata: Metadata | undefined): ImageOptions | null {
  const [mean, std] = ['NormalizeMean', 'NormalizeStd'].map((k) => numbersIn(metadata?.get(PREPROCESS + k)));
  if (!mean || !std || std.includes(0) || (mean.every((v) => v === 0) && std.every((v) => v === 1))) return null;
  const unit = [...mean, ...std].some((v) => Math.abs(v) > 1) ? 1 : 255;
  return { scale: 'own', own: { mean: mean.map((v) => v * unit), std: std.map((v) => v * unit) } };
}

/** As TensorFlow Lite's metadata says it of the first input. */
const MEAN = 'input.0.mean';
const STD = 'input.0.std';
/** Mean and deviation of values of 0 to 255 that have a name. */
const NAMED: Readonly<Record<string, ImageScale>> = { '0 1': '0..255', '0 255': '0..1', '127.5 127.5': '-1..1' };

function normalisationOf(metadata: Metadata | undefined): ImageOptions {
  const [mean, std] = [MEAN, STD].map((key) => numbersIn(metadata?.get(key)));
  if (!mean || !std || std.includes(0)) return {};
  const named = NAMED[`${new Set(mean).size === 1 ? mean[0] : ''} ${new Set(std).size === 1 ? std[0] : ''}`];
  return named ? { scale: named } : { scale: 'own', own: { mean, std } };
}

function numbersIn(text: string | undefined): number[] | null {
  const numbers = (text ?? '')
    .replace(/[[\]]/g, ' ')
    .split(/[\s,;]+/)
    .filter(Boolean)
    .map(Number);
  return numbers.length > 0 && numbers.every(Number.isFinite) ? numbers : null;
}

/** Width and height of each anchor of a Custom Vision detector, in cells of its grid. */
export const ANCHORS = 'CustomVision.Postprocess.Yolo.Biases';

/** True for a detector whose one output is a raw grid, to which boxes can be added: its metadata names the anchors. */
export const hasRawGrid = (model: Model): boolean =>
  /\d/.test(model.metadata?.get(ANCHORS) ?? '') && model.graphs.at(model.main).outputs.length === 1;
