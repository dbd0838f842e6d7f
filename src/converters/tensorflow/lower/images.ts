/** Colours, patches, crops and projections of images. */
import { orderAtHand, range } from '../../../graph-model/builders/axis-orders.ts';
import type { ValueId } from '../../../graph-model/core/model.ts';
import type { Lowering, Lowerings, TfCall } from './call.ts';
import { lensOf, minus, vectorOf, type Len } from './lengths.ts';
import { padsOf, type Window } from './windows.ts';

// ---- colours: three channels along the last axis

const num = (c: TfCall, x: ValueId, value: number) => c.scalar(value, c.e.dtype(x));

interface Hsv {
  readonly h: ValueId;
  readonly s: ValueId;
  readonly v: ValueId;
}

/** Hue from 0 to 1 by the channel that is largest; each with the last axis kept. */
function hsvOf(c: TfCall, x: ValueId): Hsv {
  const { e } = c;
  const reduce = (op: string) => e.reduce(op, x, [-1], true);
  const v = reduce('ReduceMax');
  const width = c.op('Sub', [v, reduce('ReduceMin')]);
  const zero = num(c, x, 0);
  const safe = (d: ValueId) => c.op('Where', [c.op('Greater', [d, zero]), d, num(c, x, 1)]);
  const s = c.op('Div', [width, safe(v)]);
  const [r, g, b] = c.ops('Split', [x], { axis: -1, num_outputs: 3 }, 3) as [ValueId, ValueId, ValueId];
  const sector = (p: ValueId, q: ValueId, turn: number) => {
    const part = c.op('Div', [c.op('Sub', [p, q]), safe(width)]);
    return turn === 0 ? part : c.op('Add', [part, num(c, x, turn)]);
  };
  const isMost = (channel: ValueId) => c.op('Equal', [channel, v]);
  const other = c.op('Where', [isMost(g), sector(b, r, 2), sector(r, g, 4)]);
  const sixths = c.op('Where', [isMost(r), sector(g, b, 0), other]);
  const turned = c.op('Where', [c.op('Less', [sixths, zero]), c.op('Add', [sixths, num(c, x, 6)]), sixths]);
  const h = c.op('Where', [c.op('Greater', [width, zero]), c.op('Div', [turned, num(c, x, 6)]), zero]);
  return { h, s, v };
}

/** ((1 - s) + s d) v, with d a trapezoid around each colour's own hue. */
function rgbOf(c: TfCall, { h, s, v }: Hsv): ValueId {
  const { e } = c;
  const dtype = e.dtype(h);
  const three = (values: number[]) => e.numbers(dtype, values, [3]);
  const away = c.op('Abs', [c.op('Sub', [c.op('Mul', [h, num(c, h, 6)]), three([3, 2, 4])])]);
  const sloped = c.op('Add', [c.op('Mul', [away, three([1, -1, -1])]), three([-1, 2, 2])]);
  const d = c.op('Clip', [sloped, num(c, h, 0), num(c, h, 1)]);
  const white = c.op('Sub', [num(c, h, 1), s]);
  return c.op('Mul', [c.op('Add', [white, c.op('Mul', [s, d])]), v]);
}

const rgbToHsv: Lowering = (c) => {
  const { h, s, v } = hsvOf(c, c.natural());
  return c.keep(c.op('Concat', [h, s, v], { axis: -1 }));
};

const hsvToRgb: Lowering = (c) => {
  const [h, s, v] = c.ops('Split', [c.natural()], { axis: -1, num_outputs: 3 }, 3) as [ValueId, ValueId, ValueId];
  return c.keep(rgbOf(c, { h, s, v }));
};

const adjustHue: Lowering = (c) => {
  const { h, s, v } = hsvOf(c, c.natural());
  const moved = c.op('Add', [h, c.cast(c.natural(c.input(1)), c.e.dtype(h))]);
  const within = c.op('Sub', [moved, c.op('Floor', [moved])]);
  return c.keep(rgbOf(c, { h: within, s, v }));
};

const adjustSaturation: Lowering = (c) => {
  const { h, s, v } = hsvOf(c, c.natural());
  const scaled = c.op('Mul', [s, c.cast(c.natural(c.input(1)), c.e.dtype(h))]);
  return c.keep(rgbOf(c, { h, s: c.op('Clip', [scaled, num(c, s, 0), num(c, s, 1)]), v }));
};

/** (x - mean) factor + mean, with the mean of each channel of each image. */
const adjustContrast: Lowering = (c) => {
  const isFirst = orderAtHand(c.x) === 'first' && c.x.natural === null;
  const x = isFirst ? c.first() : c.natural();
  const mean = c.e.reduce('ReduceMean', x, isFirst ? [2, 3] : [-3, -2], true);
  const factor = c.cast(c.natural(c.input(1)), c.e.dtype(x));
  const y = c.op('Add', [c.op('Mul', [c.op('Sub', [x, mean]), factor]), mean]);
  return c.keep(y, isFirst ? 'first' : 'natural');
};

// ---- patches

/** A convolution that copies: output channel (row, column, channel) of the window is that element. */
const extractPatches: Lowering = (c) => {
  const inSpace = (key: string) => (c.ints(key) ?? []).slice(1, 3);
  const w: Window = { kernel: inSpace('ksizes'), strides: inSpace('strides'), dilations: inSpace('rates') };
  const [rows, columns] = w.kernel as [number, number];
  const channels = c.length(-1);
  const x = c.first();
  const count = rows * columns;
  const pads = padsOf(c, w, c.e.dims(x)!.slice(2));
  const plain = { kernel_shape: w.kernel, strides: w.strides, dilations: w.dilations, ...pads };
  if (count * channels * channels * count <= 2 ** 18) {
    const values = new Float32Array(count * channels * channels * count);
    for (let k = 0; k < count; k++)
      for (let ch = 0; ch < channels; ch++) values[((k * channels + ch) * channels + ch) * count + k] = 1;
    const kernel = c.e.constant({ dtype: 'float', dims: [count * channels, channels, rows, columns], values });
    return c.keep(c.cast(c.e.op('Conv', [c.e.toFloat(x), kernel], plain), c.dtype()), 'first');
  }
  return c.keep(groupedPatches(c, x, plain, channels, [rows, columns]));
};

/** A group for each channel; the channels are then moved behind the places of the window. */
function groupedPatches(c: TfCall, x: ValueId, plain: object, channels: number, size: readonly number[]): ValueId {
  const { e } = c;
  const count = size[0]! * size[1]!;
  const values = new Float32Array(channels * count * count);
  for (let ch = 0; ch < channels; ch++) for (let k = 0; k < count; k++) values[(ch * count + k) * count + k] = 1;
  const kernel = e.constant({ dtype: 'float', dims: [channels * count, 1, ...size], values });
  const y = e.op('Conv', [e.toFloat(x), kernel], { ...plain, group: channels });
  const dims = e.dims(y)!;
  if (typeof dims[2] !== 'number' || typeof dims[3] !== 'number') c.refuse('the size of its images is not known');
  const split = e.reshape(y, [-1, channels, count, dims[2] as number, dims[3] as number]);
  const moved = e.transpose(split, [0, 3, 4, 2, 1]);
  return c.cast(e.reshape(moved, [-1, dims[2] as number, dims[3] as number, count * channels]), c.dtype());
}

// ---- crops

/** The last column and the last row, [2] of float. */
function lastPlaces(c: TfCall, lens: readonly Len[]): ValueId {
  const [rows, columns] = [minus(c, lens[2]!, 1), minus(c, lens[3]!, 1)];
  return typeof rows === 'number' && typeof columns === 'number'
    ? c.e.floats([columns, rows])
    : c.e.toFloat(vectorOf(c, [columns, rows]));
}

/** An image of one row is sampled at its only place. */
function atLeastOne(c: TfCall, last: ValueId): ValueId {
  const known = c.e.known(last);
  if (known && Array.from(known.values as Float32Array).every((v) => v >= 1)) return last;
  return c.e.op('Max', [last, c.e.float(1)]);
}

/**
 * Where the pixels of the crops lie, (x, y): [boxes, rows · columns, 2]. As TensorFlow has it, low (L - 1) + i (high - low)
 * (L - 1)/(n - 1), and the middle of the box where n is 1.
 */
function placesOf(c: TfCall, boxes: ValueId, last: ValueId, size: readonly [number, number]): ValueId {
  const { e } = c;
  const corner = (x: number, y: number) => e.op('Gather', [boxes, e.ints([x, y], [1, 2])], { axis: 1 });
  const [low, high] = [corner(1, 0), corner(3, 2)];
  const ones = [size[1], size[0]].map((n) => (n === 1 ? 1 : 0));
  const width = e.op('Mul', [e.op('Sub', [high, low]), last]);
  const step = e.op('Div', [width, e.floats([size[1], size[0]].map((n) => Math.max(n - 1, 1)))]);
  const cells = range(0, size[0]).flatMap((y) => range(0, size[1]).flatMap((x) => [x, y]));
  const moved = e.op('Mul', [step, e.floats(cells, [1, size[0] * size[1], 2])]);
  const start = e.op('Mul', [low, last]);
  if (!ones.includes(1)) return e.op('Add', [start, moved]);
  const middle = e.op('Mul', [e.op('Mul', [e.op('Add', [low, high]), e.float(0.5)]), last]);
  const single = e.numbers('bool', ones, [2]);
  return e.op('Add', [e.op('Where', [single, middle, start]), moved]);
}

/** GridSample between -1 and 1 with both ends on pixels; what lies outside the image is the extrapolation value. */
const cropAndResize: Lowering = (c) => {
  const { e } = c;
  const size = c.known(3, 'crop size') as unknown as readonly [number, number];
  const isNearest = c.text('method', 'bilinear') === 'nearest';
  const x = e.toFloat(c.first());
  const last = lastPlaces(c, lensOf(c, x));
  const places = placesOf(c, c.natural(c.input(1)), last, size);
  const within = e.op('Min', [e.op('Max', [places, e.float(0)]), last]);
  const apart = e.reduce('ReduceL1', e.op('Sub', [places, within]), [-1], false);
  const outside = e.reshape(e.op('Greater', [apart, e.float(0)]), [-1, 1, ...size]);
  const pixel = isNearest ? e.op('Floor', [e.op('Add', [within, e.float(0.5)])]) : within;
  const half = e.op('Div', [e.op('Add', [pixel, pixel]), atLeastOne(c, last)]);
  const grid = e.reshape(e.op('Sub', [half, e.float(1)]), [-1, ...size, 2]);
  const images = e.op('Gather', [x, c.natural(c.input(2))]);
  const mode = isNearest ? 'nearest' : 'bilinear';
  const sampled = e.op('GridSample', [images, grid], { mode, align_corners: 1, padding_mode: 'border' });
  const y = e.op('Where', [outside, e.float(c.float('extrapolation_value', 0)), sampled]);
  return c.keep(y, 'first');
};

// ---- projections

const FILLS: Readonly<Record<string, string>> = { CONSTANT: 'zeros', NEAREST: 'border', REFLECT: 'reflection' };

/** Where each pixel of the result lies in the image, as GridSample counts it (edges at -1 and 1): [n, rows, columns, 2]. */
function projected(t: readonly number[], size: readonly number[], from: readonly number[], whole: boolean): number[] {
  const out: number[] = [];
  const f = Math.fround;
  const clean = (v: number) => (whole ? Math.sign(v) * Math.floor(Math.abs(v) + 0.5) : v);
  for (let k = 0; k < t.length; k += 8) {
    const m = t.slice(k, k + 8);
    const sum = (at: number, x: number, y: number, more: number) => f(f(f(m[at]! * x) + f(m[at + 1]! * y)) + more);
    for (const y of range(0, size[0]!))
      for (const x of range(0, size[1]!)) {
        const depth = sum(6, x, y, 1);
        const across = clean(f(sum(0, x, y, m[2]!) / depth));
        const down = clean(f(sum(3, x, y, m[5]!) / depth));
        out.push((2 * across + 1) / from[1]! - 1, (2 * down + 1) / from[0]! - 1);
      }
  }
  return out;
}

const projectiveTransform: Lowering = (c) => {
  const { e } = c;
  const transforms = c.known(1, 'transforms');
  const [height, width] = [c.length(1), c.length(2)];
  const size = c.inputs.length > 2 ? c.known(2, 'output shape') : [height, width];
  const fill = FILLS[c.text('fill_mode', 'CONSTANT')] ?? c.refuse('ONNX cannot repeat an image beyond its edges');
  if (c.inputs.length > 3 && c.known(3, 'fill value')[0] !== 0) c.refuse('its fill value is not 0');
  const isNearest = c.text('interpolation', 'NEAREST') === 'NEAREST';
  const x = c.first();
  const count = transforms.length / 8;
  const values = projected(transforms, size, [height, width], isNearest);
  const table = e.floats(values, [count, size[0]!, size[1]!, 2]);
  const batch = c.shape()[0];
  const sizes = e.op('Concat', [c.lengthOf(x, 0), e.ints([1, 1, 1])], { axis: 0 });
  const grid = batch === count ? table : e.op('Expand', [table, sizes]);
  const mode = isNearest ? 'nearest' : 'bilinear';
  return c.keep(c.op('GridSample', [x, grid], { mode, padding_mode: fill, align_corners: 0 }), 'first');
};

export const IMAGES: Lowerings = {
  AdjustContrastv2: adjustContrast,
  AdjustHue: adjustHue,
  AdjustSaturation: adjustSaturation,
  CropAndResize: cropAndResize,
  ExtractImagePatches: extractPatches,
  HSVToRGB: hsvToRgb,
  ImageProjectiveTransformV2: projectiveTransform,
  ImageProjectiveTransformV3: projectiveTransform,
  RGBToHSV: rgbToHsv,
};
