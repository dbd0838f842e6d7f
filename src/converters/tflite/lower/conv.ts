/** Convolutions and poolings: channels-first in ONNX, with the padding of TensorFlow Lite; dense layers and products. */
import { range } from '../../../graph-model/builders/axis-orders.ts';
import type { Plain } from '../../../graph-model/builders/typed-emitter.ts';
import type { ValueId } from '../../../graph-model/core/model.ts';
import type { Dim } from '../../../graph-model/core/types.ts';
import type { Lowering, TfliteCall } from './call.ts';
import { fused } from './fused.ts';
import { Operand } from './operand.ts';

interface Window {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
}

const AXES = { 2: ['h', 'w'], 3: ['d', 'h', 'w'] } as const;

function windowOf(c: TfliteCall, kernel: readonly number[]): Window {
  const axes = AXES[kernel.length as 2 | 3];
  const strides = axes.map((a) => Math.max(1, c.int(`stride_${a}`, 1)));
  return { kernel, strides, dilations: axes.map((a) => Math.max(1, c.int(`dilation_${a}_factor`, 1))) };
}

/** SAME gives ⌈length / stride⌉ results, with the odd element of padding at the end. */
function padsOf(c: TfliteCall, w: Window, spatial: readonly Dim[]): Plain {
  if (c.text('padding', 'SAME') === 'VALID') return {};
  const totals = w.kernel.map((k, i) => {
    const length = spatial[i];
    const reach = (k - 1) * w.dilations[i]! + 1;
    if (typeof length !== 'number') return w.strides[i] === 1 ? reach - 1 : null;
    return Math.max((Math.ceil(length / w.strides[i]!) - 1) * w.strides[i]! + reach - length, 0);
  });
  if (totals.some((t) => t === null)) return { auto_pad: 'SAME_UPPER' };
  if (totals.every((t) => t === 0)) return {};
  const before = totals.map((t) => Math.floor(t! / 2));
  return { pads: [...before, ...totals.map((t, i) => t! - before[i]!)] };
}

function spatialOf(c: TfliteCall, index: number): readonly Dim[] {
  return c.shape(index).slice(1, -1);
}

/** The dims of a weight, which must be known. */
function weightDims(c: TfliteCall, index: number, rank: number): number[] {
  const dims = c.shape(index);
  if (dims.length !== rank || dims.some((d) => typeof d !== 'number'))
    c.refuse(`its weights are not of ${rank} known lengths`);
  return dims as number[];
}

function withBias(c: TfliteCall, x: ValueId, kernel: ValueId, bias = 2): ValueId[] {
  return c.has(bias) ? [x, kernel, c.arranged(bias, [0])] : [x, kernel];
}

/** Kernels as [out, ...spatial, in] (2D) or [...spatial, in, out] (3D). */
const conv =
  (rank: 2 | 3): Lowering =>
  (c) => {
    const dims = weightDims(c, 1, rank + 2);
    const kernel = rank === 2 ? dims.slice(1, 3) : dims.slice(0, 3);
    const channels = c.length(0, rank + 1);
    const perIn = rank === 2 ? dims[3]! : dims[3]!;
    const w = windowOf(c, kernel);
    const weights = c.arranged(1, rank === 2 ? [0, 3, 1, 2] : [4, 3, 0, 1, 2]);
    const y = c.e.op('Conv', withBias(c, c.first(), weights), {
      kernel_shape: w.kernel,
      strides: w.strides,
      dilations: w.dilations,
      group: channels / perIn,
      ...padsOf(c, w, spatialOf(c, 0)),
    });
    return fused(c, c.keep(y, 'first'));
  };

/** Kernels as [1, ...spatial, out]: a group for each channel. */
const depthwise: Lowering = (c) => {
  const dims = weightDims(c, 1, 4);
  const w = windowOf(c, dims.slice(1, 3));
  const weights = c.arranged(1, [3, 0, 1, 2]);
  const y = c.e.op('Conv', withBias(c, c.first(), weights), {
    kernel_shape: w.kernel,
    strides: w.strides,
    dilations: w.dilations,
    group: c.length(0, 3),
    ...padsOf(c, w, spatialOf(c, 0)),
  });
  return fused(c, c.keep(y, 'first'));
};

/**
 * The first input says how long the result is; what the strides and the kernel give beyond that is cut off as padding,
 * the odd element at the end, and what they lack is added.
 */
function transposePads(c: TfliteCall, w: Window, lengths: readonly Dim[]): Plain {
  const asked = outputLengths(c, w, lengths);
  const totals = w.kernel.map((_, i) =>
    asked[i] === null ? defaultTotal(c, w, i) : fullLength(lengths[i], w, i) - asked[i]!,
  );
  const cut = totals.map((t) => Math.max(t, 0));
  const before = cut.map((t) => Math.floor(t / 2));
  const lack = totals.map((t) => Math.max(-t, 0));
  return {
    pads: [...before, ...cut.map((t, i) => t - before[i]!)],
    ...(lack.some((n) => n > 0) ? { output_padding: lack } : {}),
  };
}

const reachOf = (w: Window, i: number) => (w.kernel[i]! - 1) * w.dilations[i]! + 1;
const fullLength = (length: Dim | undefined, w: Window, i: number) =>
  ((length as number) - 1) * w.strides[i]! + reachOf(w, i);
/** SAME: length · stride; VALID: all that there is. */
const defaultTotal = (c: TfliteCall, w: Window, i: number) =>
  c.text('padding', 'SAME') === 'SAME' ? reachOf(w, i) - w.strides[i]! : Math.min(reachOf(w, i) - w.strides[i]!, 0);

/** null where a length is open. */
function outputLengths(c: TfliteCall, w: Window, lengths: readonly Dim[]): (number | null)[] {
  const known = c.numbers(0)?.slice(1, -1) ?? c.outputType()?.shape?.slice(1, -1) ?? [];
  return w.kernel.map((_, i) => {
    const asked = known[i];
    return typeof asked === 'number' && asked > 0 && typeof lengths[i] === 'number' ? asked : null;
  });
}

/** Inputs: the result's shape, the kernel, the tensor, a bias. */
const convTranspose =
  (rank: 2 | 3): Lowering =>
  (c) => {
    const dims = weightDims(c, 1, rank + 2);
    const w = windowOf(c, rank === 2 ? dims.slice(1, 3) : dims.slice(0, 3));
    // [out, ...spatial, in] or [...spatial, out, in] as [in, out, ...spatial].
    const weights = c.arranged(1, rank === 2 ? [3, 0, 1, 2] : [4, 3, 0, 1, 2], undefined, 1);
    const y = c.e.op('ConvTranspose', withBias(c, c.first(c.real(2)), weights, 3), {
      kernel_shape: w.kernel,
      strides: w.strides,
      dilations: w.dilations,
      ...transposePads(c, w, spatialOf(c, 2)),
    });
    return fused(c, c.keep(y, 'first'));
  };

function poolWindow(c: TfliteCall): Window & { readonly plain: Plain } {
  const kernel = [c.int('filter_height', 1), c.int('filter_width', 1)];
  const w = windowOf(c, kernel);
  return { ...w, plain: { kernel_shape: kernel, strides: w.strides, ...padsOf(c, w, spatialOf(c, 0)) } };
}

const averagePool: Lowering = (c) => fused(c, c.keep(c.e.op('AveragePool', [c.first()], poolWindow(c).plain), 'first'));

/** The greatest is one of the stored numbers themselves. */
const maxPool: Lowering = (c) => {
  const { plain } = poolWindow(c);
  const same = c.keepsSteps() && c.text('fused_activation_function', 'NONE') === 'NONE';
  if (same && /^u?int8$/.test(c.dtype()))
    return Operand.of(c.keep(c.e.op('MaxPool', [c.first(c.stored())], plain), 'first'), c.quantizationOf());
  return fused(c, c.keep(c.e.op('MaxPool', [c.first()], plain), 'first'));
};

const l2Pool: Lowering = (c) => {
  const x = c.first();
  const mean = c.e.op('AveragePool', [c.e.op('Mul', [x, x])], poolWindow(c).plain);
  return fused(c, c.keep(c.e.op('Sqrt', [mean]), 'first'));
};

/** x · weightsᵀ + bias, x as [rows, depth]; its leading axes come back where they are asked for. */
const fullyConnected: Lowering = (c) => {
  if (c.text('weights_format', 'DEFAULT') !== 'DEFAULT') c.refuse('its weights are shuffled for a special kernel');
  const [units, depth] = weightDims(c, 1, 2);
  const shape = c.shape(0);
  const lead = shape.slice(0, -1);
  const keeps = c.flag('keep_num_dims') && shape.length > 2 && shape[shape.length - 1] === depth;
  const open = lead.filter((d) => typeof d !== 'number').length;
  // ONNX Runtime rounds the activations of a MatMul whose weights alone are quantised; it does not with Gemm.
  if (keeps && (!c.isQuantized(1) || open > 1)) return fused(c, c.keep(productOf(c)));
  const x = shape.length === 2 && shape[1] === depth ? c.natural() : c.e.reshape(c.natural(), [-1, depth!]);
  const y = c.e.op('Gemm', withBias(c, x, c.natural(c.real(1))), { transB: 1 });
  const rows = lead.map((d) => (typeof d === 'number' ? d : -1));
  return fused(c, c.keep(keeps ? c.e.reshape(y, [...rows, units!]) : y));
};

function productOf(c: TfliteCall): ValueId {
  const product = c.e.op('MatMul', [c.natural(), c.arranged(1, [1, 0], undefined, 1)]);
  return c.has(2) ? c.e.op('Add', [product, c.arranged(2, [0])]) : product;
}

const batchMatMul: Lowering = (c) => {
  const [a, b] = (['adj_x', 'adj_y'] as const).map((key, i) => {
    if (!c.flag(key)) return c.natural(c.real(i));
    const rank = c.rank(i);
    const perm = [...range(0, rank - 2), rank - 1, rank - 2];
    return c.operand(i).quantization ? c.e.transpose(c.natural(c.real(i)), perm) : c.arranged(i, perm);
  });
  return c.keep(c.e.op('MatMul', [a!, b!]));
};

export const CONV: Readonly<Record<string, Lowering>> = {
  AVERAGE_POOL_2D: averagePool,
  BATCH_MATMUL: batchMatMul,
  CONV_2D: conv(2),
  CONV_3D: conv(3),
  CONV_3D_TRANSPOSE: convTranspose(3),
  DEPTHWISE_CONV_2D: depthwise,
  FULLY_CONNECTED: fullyConnected,
  L2_POOL_2D: l2Pool,
  MAX_POOL_2D: maxPool,
  TRANSPOSE_CONV: convTranspose(2),
};
