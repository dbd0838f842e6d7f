/** Fourier transforms as products with cosines and sines: every length here is known, and kernels for DFT are rare. */
import type { ValueId } from '../../../graph-model/core/model.ts';
import { range, type Held } from '../../../graph-model/builders/axis-orders.ts';
import type { LayerCall, Lowering } from './call.ts';
import { framesOf } from './ops-rearranging.ts';

/** [from, to] of cos and sin of 2π·i·j / size. */
function waves(c: LayerCall, from: number, to: number, size: number): { cos: ValueId; sin: ValueId } {
  const table = (f: (x: number) => number) =>
    c.e.floats(
      range(0, from).flatMap((i) => range(0, to).map((j) => f((2 * Math.PI * ((i * j) % size)) / size))),
      [from, to],
    );
  return { cos: table(Math.cos), sin: table(Math.sin) };
}

export interface Complex {
  readonly re: ValueId;
  readonly im: ValueId;
}

/** The first half of the spectrum of the last axis, which is cut or filled with zeros to `size`. */
export function realSpectrum(c: LayerCall, x: ValueId, length: number, size: number): Complex {
  const used = Math.min(length, size);
  const own = used < length ? c.e.slice(x, [0], [used], [-1]) : x;
  const { cos, sin } = waves(c, used, Math.floor(size / 2) + 1, size);
  return { re: c.e.op('MatMul', [own, cos]), im: c.e.op('Neg', [c.e.op('MatMul', [own, sin])]) };
}

const rfft: Lowering = (c) => {
  const length = c.length(-1);
  const { re, im } = realSpectrum(c, c.e.toFloat(c.natural()), length, c.number('fft_length', length));
  return [c.keep(re), c.keep(im)];
};

function complexOf(c: LayerCall): [Held, Held] {
  const [re, im] = c.inputs;
  return re && im ? [re, im] : c.refuse('it is called with other than a pair of tensors');
}

/** Along the last axis; `sign` is -1 for the transform and 1 for its inverse. */
function transformed(c: LayerCall, { re, im }: Complex, length: number, sign: 1 | -1): Complex {
  const { e } = c;
  const { cos, sin } = waves(c, length, length, length);
  const product = (a: ValueId, b: ValueId) => e.op('MatMul', [a, b]);
  const [rc, rs, ic, is] = [product(re, cos), product(re, sin), product(im, cos), product(im, sin)];
  const [real, imaginary] =
    sign < 0 ? [e.op('Add', [rc, is]), e.op('Sub', [ic, rs])] : [e.op('Sub', [rc, is]), e.op('Add', [ic, rs])];
  if (sign < 0) return { re: real, im: imaginary };
  const scale = e.float(1 / length);
  return { re: e.op('Mul', [real, scale]), im: e.op('Mul', [imaginary, scale]) };
}

const fourier =
  (axes: 1 | 2, sign: 1 | -1): Lowering =>
  (c) => {
    const [re, im] = complexOf(c);
    let z: Complex = { re: c.e.toFloat(c.natural(re)), im: c.e.toFloat(c.natural(im)) };
    z = transformed(c, z, c.length(-1, re), sign);
    if (axes === 2) {
      const rank = c.rank(re);
      const swap = [...range(0, rank - 2), rank - 1, rank - 2];
      const swapped = (value: Complex) => ({ re: c.e.transpose(value.re, swap), im: c.e.transpose(value.im, swap) });
      z = swapped(transformed(c, swapped(z), c.length(-2, re), sign));
    }
    return [c.keep(z.re), c.keep(z.im)];
  };

/** Each frequency but the first and the middle one stands for two. */
const irfft: Lowering = (c) => {
  const { e } = c;
  const [re, im] = complexOf(c);
  const bins = c.length(-1, re);
  const size = c.number('fft_length', 2 * (bins - 1));
  if (Math.floor(size / 2) + 1 !== bins) return c.refuse('an fft_length that cuts or fills is not converted');
  const weight = (k: number) => (k === 0 || (size % 2 === 0 && k === bins - 1) ? 1 : 2) / size;
  const table = (f: (x: number) => number) =>
    e.floats(
      range(0, bins).flatMap((k) => range(0, size).map((t) => weight(k) * f((2 * Math.PI * ((k * t) % size)) / size))),
      [bins, size],
    );
  const [a, b] = [e.op('MatMul', [c.natural(re), table(Math.cos)]), e.op('MatMul', [c.natural(im), table(Math.sin)])];
  return c.keep(e.op('Sub', [a, b]));
};

/** The periodic windows of scipy.signal that Keras names. */
const WINDOWS: Readonly<Record<string, (phase: number) => number>> = {
  hann: (p) => 0.5 - 0.5 * Math.cos(p),
  hamming: (p) => 0.54 - 0.46 * Math.cos(p),
};

export function windowOf(c: LayerCall, name: unknown, length: number, size: number): Float64Array {
  const out = new Float64Array(size);
  const before = Math.floor((size - length) / 2);
  const shape = name === null || name === undefined ? () => 1 : typeof name === 'string' ? WINDOWS[name] : undefined;
  if (!shape) return c.refuse(`its window ${String(name)} is not converted`);
  for (let i = 0; i < length; i++) out[before + i] = shape((2 * Math.PI * i) / length);
  return out;
}

export interface Stft {
  readonly length: number;
  readonly step: number;
  readonly size: number;
  readonly window: unknown;
  readonly center: boolean;
}

/** [..., frames, bins] of [..., time]: the window stands in the middle of each frame. */
export function shortTime(c: LayerCall, x: ValueId, o: Stft): Complex {
  const { e } = c;
  const rank = e.dims(x)!.length;
  const half = Math.floor(o.size / 2);
  const zeros = range(0, rank - 1).map(() => 0);
  const padded = o.center ? e.op('Pad', [x, e.ints([...zeros, half, ...zeros, half])], { mode: 'reflect' }) : x;
  const frames = framesOf(c, padded, o.size, o.step);
  const windowed = e.op('Mul', [frames, e.floats(windowOf(c, o.window, o.length, o.size))]);
  return realSpectrum(c, windowed, o.size, o.size);
}

const stft: Lowering = (c) => {
  const length = c.number('sequence_length', 0);
  const { re, im } = shortTime(c, c.e.toFloat(c.natural()), {
    ...{ length, step: c.number('sequence_stride', 1), size: c.number('fft_length', length) },
    ...{ window: c.config['window'] ?? null, center: c.flag('center', true) },
  });
  return [c.keep(re), c.keep(im)];
};

export const SIGNAL_OPS: Readonly<Record<string, Lowering>> = {
  rfft,
  irfft,
  fft: fourier(1, -1),
  fft2: fourier(2, -1),
  ifft2: fourier(2, 1),
  stft,
};
