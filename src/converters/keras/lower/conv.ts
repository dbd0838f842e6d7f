/** Convolutions: channels-first in ONNX whatever the source has, with the exact padding of Keras. */
import { isSet } from '../json.ts';
import type { ValueId } from '../../../graph-model/core/model.ts';
import type { Dim } from '../../../graph-model/core/types.ts';
import { activate } from './activations.ts';
import type { LayerCall, Lowering } from './call.ts';
import type { Plain } from '../../../graph-model/builders/typed-emitter.ts';
import { type Held, range } from '../../../graph-model/builders/axis-orders.ts';

interface Window {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly padding: string;
}

function windowOf(c: LayerCall, kernel: readonly number[]): Window {
  const rank = kernel.length;
  const strides = c.sizes('strides', rank, 1);
  return { kernel, strides, dilations: c.sizes('dilation_rate', rank, 1), padding: c.text('padding', 'valid') };
}

/** The input channels-first, and the result put back into the order it came in. */
export function channelsFirst(
  c: LayerCall,
  t: Held = c.x,
): { x: ValueId; spatial: readonly Dim[]; keep: (y: ValueId) => Held } {
  const x = c.channelsFirst ? c.natural(t) : c.first(t);
  const spatial = (c.e.dims(x) ?? c.refuse('the number of dimensions of its input is not known')).slice(2);
  return { x, spatial, keep: (y) => c.keep(y, c.channelsFirst ? 'natural' : 'first') };
}

/**
 * Padding as attributes. `same` gives ⌈length / stride⌉ outputs, with the odd element of padding at the end; `causal` pads
 * before the first element alone. Where a length is not known, ONNX's SAME_UPPER says the same.
 */
export function padsOf(c: LayerCall, w: Window, spatial: readonly Dim[]): Plain {
  const reach = w.kernel.map((k, i) => (k - 1) * w.dilations[i]!);
  if (w.padding === 'valid') return {};
  if (w.padding === 'causal') return { pads: [...reach, ...reach.map(() => 0)] };
  if (w.padding !== 'same') return c.refuse(`its padding ${w.padding} is not understood`);
  const totals = reach.map((r, i) => sameTotal(r, w.strides[i]!, spatial[i] ?? null));
  if (totals.some((t) => t === null)) return { auto_pad: 'SAME_UPPER' };
  const before = totals.map((t) => Math.floor(t! / 2));
  return { pads: [...before, ...totals.map((t, i) => t! - before[i]!)] };
}

function sameTotal(reach: number, stride: number, length: Dim): number | null {
  if (stride === 1) return reach;
  if (typeof length !== 'number') return null;
  return Math.max((Math.ceil(length / stride) - 1) * stride + reach + 1 - length, 0);
}

/** [...spatial, in, out] as ONNX has it: [out, in, ...spatial]. */
const outFirst = (rank: number) => [rank + 1, rank, ...range(0, rank)];

const conv =
  (rank: number): Lowering =>
  (c) => {
    const { dims } = c.weight('kernel', rank + 2);
    const w = windowOf(c, dims.slice(0, rank));
    const { x, spatial, keep } = channelsFirst(c);
    const y = c.e.op('Conv', withBias(c, x, c.permuted('kernel', outFirst(rank))), {
      kernel_shape: w.kernel,
      strides: w.strides,
      dilations: w.dilations,
      group: c.number('groups', 1),
      ...padsOf(c, w, spatial),
    });
    return activate(c, keep(y), c.config['activation']);
  };

function withBias(c: LayerCall, x: ValueId, kernel: ValueId): ValueId[] {
  return c.has('bias') ? [x, kernel, c.weight('bias', 1).constant()] : [x, kernel];
}

/** [...spatial, channels, multiplier]: a group for each channel. */
function depthwiseKernel(
  c: LayerCall,
  role: string,
  rank: number,
): { kernel: ValueId; sizes: number[]; groups: number } {
  const { dims } = c.weight(role, rank + 2);
  const [channels, multiplier] = [dims[rank]!, dims[rank + 1]!];
  const shape = [channels * multiplier, 1, ...dims.slice(0, rank)];
  const kernel = c.permuted(role, [rank, rank + 1, ...range(0, rank)], shape);
  return { kernel, sizes: dims.slice(0, rank), groups: channels };
}

const depthwise =
  (rank: number): Lowering =>
  (c) => {
    const { kernel, sizes, groups } = depthwiseKernel(c, 'kernel', rank);
    const w = windowOf(c, sizes);
    const { x, spatial, keep } = channelsFirst(c);
    const y = c.e.op('Conv', withBias(c, x, kernel), {
      kernel_shape: w.kernel,
      strides: w.strides,
      dilations: w.dilations,
      group: groups,
      ...padsOf(c, w, spatial),
    });
    return activate(c, keep(y), c.config['activation']);
  };

const separable =
  (rank: number): Lowering =>
  (c) => {
    const { kernel, sizes, groups } = depthwiseKernel(c, 'depthwise_kernel', rank);
    const w = windowOf(c, sizes);
    const { x, spatial, keep } = channelsFirst(c);
    const each = c.e.op('Conv', [x, kernel], {
      kernel_shape: w.kernel,
      strides: w.strides,
      dilations: w.dilations,
      group: groups,
      ...padsOf(c, w, spatial),
    });
    const ones = sizes.map(() => 1);
    const point = withBias(c, each, c.permuted('pointwise_kernel', outFirst(rank)));
    return activate(c, keep(c.e.op('Conv', point, { kernel_shape: ones })), c.config['activation']);
  };

/**
 * Output lengths of a transposed convolution, as keras deconv_output_length: `same` gives length · stride, `valid`
 * length · stride + max(kernel - stride, 0); an output_padding is added to (length - 1) · stride + kernel - 2 · pad.
 * What ONNX would give beyond that is padding, the odd element at the end; what is lacking is its output_padding.
 */
function transposePads(c: LayerCall, w: Window): { pads: number[]; output_padding: number[] } {
  const extra = !isSet(c.config['output_padding']) ? null : c.sizes('output_padding', w.kernel.length, 0);
  const before: number[] = [];
  const after: number[] = [];
  const lack: number[] = [];
  w.kernel.forEach((k, i) => {
    const reach = (k - 1) * w.dilations[i]! + 1;
    const total = transposeTotal(c, reach, w.strides[i]!, w.padding, extra ? extra[i]! : null);
    before.push(Math.floor(Math.max(total, 0) / 2));
    after.push(Math.max(total, 0) - before[i]!);
    lack.push(Math.max(-total, 0));
  });
  return { pads: [...before, ...after], output_padding: lack };
}

function transposeTotal(c: LayerCall, reach: number, stride: number, padding: string, extra: number | null): number {
  if (padding !== 'same' && padding !== 'valid') c.refuse(`its padding ${padding} is not understood`);
  if (extra !== null) return (padding === 'same' ? 2 * Math.floor(reach / 2) : 0) - extra;
  return padding === 'same' ? reach - stride : Math.min(reach - stride, 0);
}

const convTranspose =
  (rank: number): Lowering =>
  (c) => {
    const { dims } = c.weight('kernel', rank + 2);
    const w = windowOf(c, dims.slice(0, rank));
    const { pads, output_padding } = transposePads(c, w);
    if (c.keras >= 3 && isSet(c.config['output_padding']) && c.sizes('dilation_rate', rank, 1).some((d) => d > 1))
      c.refuse('an output_padding together with a dilation is not converted');
    const { x, keep } = channelsFirst(c);
    // Kernels are [...spatial, out, in]; ONNX has [in, out, ...spatial].
    const kernel = c.permuted('kernel', [rank + 1, rank, ...range(0, rank)]);
    const y = c.e.op('ConvTranspose', withBias(c, x, kernel), {
      kernel_shape: w.kernel,
      strides: w.strides,
      dilations: w.dilations,
      pads,
      ...(output_padding.some((p) => p > 0) ? { output_padding } : {}),
    });
    return activate(c, keep(y), c.config['activation']);
  };

export const CONV: Readonly<Record<string, Lowering>> = {
  Conv1D: conv(1),
  Conv2D: conv(2),
  Conv3D: conv(3),
  Convolution1D: conv(1),
  Convolution2D: conv(2),
  Convolution3D: conv(3),
  Conv1DTranspose: convTranspose(1),
  Conv2DTranspose: convTranspose(2),
  Conv3DTranspose: convTranspose(3),
  DepthwiseConv1D: depthwise(1),
  DepthwiseConv2D: depthwise(2),
  SeparableConv1D: separable(1),
  SeparableConv2D: separable(2),
};
