/**
 * Resizing and upsampling of images, as TensorFlow's image kernels do it. What ONNX's Resize says otherwise (cubic with
 * its borders, lanczos, area, antialias) is linear in rows and in columns: a product with a matrix for each.
 */
import type { ValueId } from '../../../graph-model/core/model.ts';
import { dtypeInfo, type DType } from '../../../graph-model/core/types.ts';
import { range, type Held } from '../../../graph-model/builders/axis-orders.ts';
import type { LayerCall, Lowering } from './call.ts';

/** A kernel of TensorFlow's ScaleAndTranslate and how far it reaches. */
interface Kernel {
  readonly radius: number;
  at(x: number): number;
}

const sinc = (x: number) => (Math.abs(x) < 1e-6 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x));
const lanczos = (radius: number): Kernel => ({
  radius,
  at: (x) => (Math.abs(x) > radius ? 0 : sinc(x) * sinc(x / radius)),
});
/** Keys's cubic, a = -0.5. */
const keys: Kernel = {
  radius: 2,
  at(given) {
    const x = Math.abs(given);
    if (x >= 2) return 0;
    return x >= 1 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : (1.5 * x - 2.5) * x * x + 1;
  },
};
const mitchell: Kernel = {
  radius: 2,
  at(given) {
    const x = Math.abs(given);
    if (x >= 2) return 0;
    if (x >= 1) return (((-7 / 18) * x + 2) * x - 10 / 3) * x + 16 / 9;
    return ((7 / 6) * x - 2) * x * x + 8 / 9;
  },
};
const KERNELS: Readonly<Record<string, Kernel>> = {
  bilinear: { radius: 1, at: (x) => Math.max(0, 1 - Math.abs(x)) },
  bicubic: keys,
  mitchellcubic: mitchell,
  lanczos3: lanczos(3),
  lanczos5: lanczos(5),
  gaussian: { radius: 1.5, at: (x) => (Math.abs(x) >= 1.5 ? 0 : Math.exp(-2 * x * x)) },
};

/** [to][from] shares of each source element, divided by their sum. */
function rows(from: number, to: number, fill: (row: Float64Array, i: number) => void): Float32Array {
  const out = new Float32Array(from * to);
  for (let i = 0; i < to; i++) {
    const row = new Float64Array(from);
    fill(row, i);
    const sum = row.reduce((a, b) => a + b, 0);
    row.forEach((v, j) => (out[i * from + j] = sum === 0 ? 0 : v / sum));
  }
  return out;
}

/** ScaleAndTranslate: the kernel around the sample, stretched by the ratio where it makes smaller and antialiases. */
function scaled(kernel: Kernel, antialias: boolean, from: number, to: number): Float32Array {
  const ratio = from / to;
  const stretch = antialias ? Math.max(ratio, 1) : 1;
  return rows(from, to, (row, i) => {
    const sample = (i + 0.5) * ratio;
    const start = Math.max(0, Math.ceil(sample - kernel.radius * stretch - 0.5));
    const end = Math.min(from - 1, Math.floor(sample + kernel.radius * stretch - 0.5));
    for (let j = start; j <= end; j++) row[j] = kernel.at((j + 0.5 - sample) / stretch);
  });
}

/** ResizeBicubic: four neighbours whose weights come from a table of 1024 places; those outside count nothing. */
function cubic(from: number, to: number): Float32Array {
  return rows(from, to, (row, i) => {
    const sample = (i + 0.5) * (from / to) - 0.5;
    const base = Math.floor(sample);
    const offset = Math.round((sample - base) * 1024) / 1024;
    for (const k of [-1, 0, 1, 2]) {
      const j = base + k;
      if (j >= 0 && j < from) row[j] = keys.at(k - offset);
    }
  });
}

/** ResizeArea: how much of each source element the result covers. */
function area(from: number, to: number): Float32Array {
  const ratio = from / to;
  return rows(from, to, (row, i) => {
    const [low, high] = [i * ratio, (i + 1) * ratio];
    for (let j = Math.floor(low); j < Math.ceil(high); j++)
      row[Math.min(j, from - 1)]! += Math.max(0, Math.min(j + 1, high) - Math.max(j, low));
  });
}

function sharesOf(c: LayerCall, mode: string, antialias: boolean, from: number, to: number): Float32Array {
  if (mode === 'area') return area(from, to);
  if (mode === 'bicubic' && !antialias) return cubic(from, to);
  const kernel = KERNELS[mode] ?? c.refuse(`its interpolation ${mode} is not converted`);
  return scaled(kernel, antialias, from, to);
}

export interface Target {
  readonly height: number;
  readonly width: number;
  readonly mode: string;
  readonly antialias: boolean;
}

/** [batch, channels, height, width] to another height and width; float but for nearest. */
export function resized(c: LayerCall, x: ValueId, t: Target): ValueId {
  const { e } = c;
  const [, , h, w] = e.dims(x) ?? [];
  if (t.mode === 'nearest') return nearest(c, x, t);
  const source = e.toFloat(x);
  if (t.mode === 'bilinear' && !t.antialias) return bilinear(c, source, t);
  if (typeof h !== 'number' || typeof w !== 'number')
    return c.refuse(`the size of its input is not known, which its interpolation ${t.mode} needs`);
  const shares = (from: number, to: number) => sharesOf(c, t.mode, t.antialias, from, to);
  const tall = e.op('MatMul', [e.floats(shares(h, t.height), [t.height, h]), source]);
  return e.op('MatMul', [tall, e.transpose(e.floats(shares(w, t.width), [t.width, w]), [1, 0])]);
}

/** Samples at pixel centres. */
function bilinear(c: LayerCall, x: ValueId, t: Target): ValueId {
  const { e } = c;
  const dims = e.dims(x) ?? [];
  const attrs = { mode: 'linear', coordinate_transformation_mode: 'half_pixel' };
  const [, , h, w] = dims;
  if (typeof h === 'number' && typeof w === 'number' && typeof dims[0] !== 'number')
    return e.op('Resize', [x, null, e.floats([1, 1, t.height / h, t.width / w])], attrs);
  const size = e.ints([t.height, t.width]);
  const lead = e.slice(e.op('Shape', [x]), [0], [2], [0]);
  return e.op('Resize', [x, null, null, e.op('Concat', [lead, size], { axis: 0 })], attrs);
}

/** Rows and columns picked by their numbers: exact whatever the ratio. */
function nearest(c: LayerCall, x: ValueId, t: Target): ValueId {
  const [, , h, w] = c.e.dims(x) ?? [];
  const rowsPicked = c.e.op('Gather', [x, picked(c, x, 2, h, t.height)], { axis: 2 });
  return c.e.op('Gather', [rowsPicked, picked(c, x, 3, w, t.width)], { axis: 3 });
}

/** ⌊(i + 0.5) · from / to⌋ of each i, in float32 as TensorFlow has it. */
function picked(c: LayerCall, x: ValueId, axis: number, from: unknown, to: number): ValueId {
  const { e } = c;
  const centres = range(0, to).map((i) => i + 0.5);
  if (typeof from === 'number') {
    const ratio = Math.fround(from / to);
    return e.ints(centres.map((i) => Math.min(from - 1, Math.floor(Math.fround(i * ratio)))));
  }
  const length = e.slice(e.op('Shape', [x]), [axis], [axis + 1], [0]);
  const ratio = e.op('Div', [e.op('Cast', [length], { to: 1 }), e.float(to)]);
  const at = e.op('Cast', [e.op('Floor', [e.op('Mul', [e.floats(centres), ratio])])], { to: 7 });
  return e.op('Min', [at, e.op('Sub', [length, e.ints([1])])]);
}

/** The image channels-first and how to put it back. */
function image(c: LayerCall): { x: ValueId; keep: (y: ValueId) => Held } {
  if (c.rank() !== 4) c.refuse('only batches of images are converted');
  const x = c.channelsFirst ? c.natural() : c.first();
  return { x, keep: (y) => c.keep(y, c.channelsFirst ? 'natural' : 'first') };
}

export const resizing: Lowering = (c) => {
  const [height, width] = [c.number('height', 0), c.number('width', 0)];
  const { x, keep } = image(c);
  const mode = c.text('interpolation', 'bilinear').toLowerCase();
  const antialias = c.flag('antialias');
  const framed = c.flag('crop_to_aspect_ratio')
    ? cropped(c, x, height, width)
    : c.flag('pad_to_aspect_ratio')
      ? padded(c, c.e.toFloat(x), height, width)
      : x;
  const y = resized(c, framed, { height, width, mode, antialias });
  return keep(ofType(c, y, c.e.dtype(x)));
};

/** Keras 3 gives whole numbers for whole numbers: rounded, and kept within their type. */
function ofType(c: LayerCall, y: ValueId, dtype: DType): ValueId {
  const { e } = c;
  if (c.keras < 3 || e.dtype(y) === dtype || !/int/.test(dtype)) return y;
  const range = /^(u?)int(8|16)$/.exec(dtype);
  const rounded = e.op('Round', [y]);
  if (!range) return e.cast(rounded, dtype, dtypeInfo(dtype).code);
  const span = 2 ** Number(range[2]);
  const least = range[1] === 'u' ? 0 : -span / 2;
  const kept = e.op('Clip', [rounded, e.float(least), e.float(least + span - 1)]);
  return e.cast(kept, dtype, dtypeInfo(dtype).code);
}

function sizeOf(c: LayerCall, x: ValueId): [number, number] {
  const [, , h, w] = c.e.dims(x) ?? [];
  if (typeof h === 'number' && typeof w === 'number') return [h, w];
  return c.refuse('the size of its input is not known, which keeping its aspect ratio needs');
}

/** The largest part in the middle that has the ratio of the target. */
function cropped(c: LayerCall, x: ValueId, height: number, width: number): ValueId {
  const [h, w] = sizeOf(c, x);
  const tall = Math.max(Math.min(h, Math.trunc(Math.fround(Math.fround(w * height) / width))), 1);
  const wide = Math.max(Math.min(w, Math.trunc(Math.fround(Math.fround(h * width) / height))), 1);
  const [top, left] = [Math.trunc((h - tall) / 2), Math.trunc((w - wide) / 2)];
  return c.e.slice(x, [top, left], [top + tall, left + wide], [2, 3]);
}

/** The smallest frame around it that has the ratio of the target; both sides get the same, rounded down. */
function padded(c: LayerCall, x: ValueId, height: number, width: number): ValueId {
  const [h, w] = sizeOf(c, x);
  const top = Math.trunc((Math.max(h, Math.trunc((w * height) / width)) - h) / 2);
  const left = Math.trunc((Math.max(w, Math.trunc((h * width) / height)) - w) / 2);
  return c.e.op('Pad', [x, c.e.ints([0, 0, top, left, 0, 0, top, left]), c.e.float(c.number('fill_value', 0))]);
}

/** The middle; an image that is smaller in one way is resized to fill the result instead. */
export const centerCrop: Lowering = (c) => {
  const [height, width] = [c.number('height', 0), c.number('width', 0)];
  const { x: given, keep } = image(c);
  const x = c.e.toFloat(given);
  const [h, w] = sizeOf(c, x);
  if (h < height || w < width) {
    const target = { height, width, mode: 'bilinear', antialias: false };
    return keep(resized(c, cropped(c, x, height, width), target));
  }
  const [top, left] = [Math.floor((h - height) / 2), Math.floor((w - width) / 2)];
  return keep(c.e.slice(x, [top, left], [top + height, left + width], [2, 3]));
};

/** At inference Keras 2 resizes what fills the crop; Keras 3 does so in some versions alone. */
export const randomCrop: Lowering = (c) => {
  if (c.keras >= 3) c.refuse('what it does at inference differs between versions of Keras 3');
  const [height, width] = [c.number('height', 0), c.number('width', 0)];
  const { x, keep } = image(c);
  const framed = cropped(c, c.e.toFloat(x), height, width);
  return keep(resized(c, framed, { height, width, mode: 'bilinear', antialias: false }));
};
