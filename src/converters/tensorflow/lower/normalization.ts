/** Batch normalisation, biases and local response normalisation. */
import { type Held, range } from '../../../graph-model/builders/axis-orders.ts';
import { float } from '../../../graph-model/core/attributes.ts';
import type { ValueId } from '../../../graph-model/core/model.ts';
import { toNumbers } from '../../../graph-model/core/tensor.ts';
import { broadcastFirst, over } from './broadcast.ts';
import { channelsLast, type Lowering, type Lowerings, type TfCall } from './call.ts';
import { scaledRows, takenOver } from './bias.ts';
import { channelsFirst } from './windows.ts';

/** y = (x - mean) / √(variance + ε) · scale + offset; folded into a convolution that does nothing else with its result. */
const fusedBatchNorm: Lowering = (c) => {
  if (c.flag('is_training', true)) return trained(c);
  const epsilon = c.float('epsilon', 1e-4);
  const statistics = range(1, 5).map((i) => c.input(i));
  const { x, keep } = channelsFirst(c);
  const folded = c.isOnlyReader() ? intoConv(c, x, statistics, epsilon) : null;
  const y =
    folded ??
    batchNormal(
      c,
      x,
      statistics.map((t) => c.natural(t)),
      epsilon,
    );
  const [mean, variance] = [c.input(3), c.input(4)];
  return [keep(y), mean, variance, mean, variance].slice(0, c.node.outputs.length);
};

function batchNormal(c: TfCall, x: ValueId, statistics: readonly ValueId[], epsilon: number): ValueId {
  return c.op('BatchNormalization', [x, ...statistics], { epsilon: float(epsilon) });
}

/** With the mean and variance of the batch itself, as a graph frozen while it trains has it. */
function trained(c: TfCall): readonly Held[] {
  const { e } = c;
  const { x, dims, keep } = channelsFirst(c);
  const axes = range(0, dims.length).filter((a) => a !== 1);
  const wide = e.toFloat(x);
  const mean = e.reduce('ReduceMean', wide, axes, true);
  const centred = e.op('Sub', [wide, mean]);
  const variance = e.reduce('ReduceMean', e.op('Mul', [centred, centred]), axes, true);
  const shaped = (t: Held) => broadcastFirst(c, t, dims.length);
  const root = e.op('Sqrt', [e.op('Add', [variance, e.float(c.float('epsilon', 1e-4))])]);
  const normal = e.op('Mul', [e.op('Div', [centred, root]), shaped(c.input(1))]);
  const y = c.cast(e.op('Add', [normal, shaped(c.input(2))]), e.dtype(x));
  if (!range(1, 6).some((i) => c.isRead(i))) return [keep(y)];
  return [keep(y), ...batchStatistics(c, x, mean, variance, axes)];
}

/** The variance that is passed on is the unbiased one; both move by the exponential average factor. */
function batchStatistics(c: TfCall, x: ValueId, mean: ValueId, variance: ValueId, axes: readonly number[]): Held[] {
  const { e } = c;
  const flat = (v: ValueId) => e.reshape(v, [-1]);
  const count = axes.map((a) => e.dims(x)![a]!);
  const biased = flat(variance);
  const n = count.every((d) => typeof d === 'number') ? (count as number[]).reduce((a, b) => a * b, 1) : null;
  if (n === null) c.refuse('the unbiased variance of a batch of unknown size is not converted');
  const own = [flat(mean), e.op('Mul', [biased, e.float(n! / Math.max(n! - 1, 1))])];
  const factor = c.float('exponential_avg_factor', 1);
  const moved = own.map((v, i) => {
    if (factor === 1) return v;
    const old = e.op('Mul', [c.natural(c.input(3 + i)), e.float(1 - factor)]);
    return e.op('Add', [old, e.op('Mul', [v, e.float(factor)])]);
  });
  return [moved[0]!, moved[1]!, flat(mean), biased].map((v) => c.keep(v));
}

/** Multiplies the filters by scale / √(variance + ε) and adds what remains to the bias; null where that cannot be done. */
function intoConv(c: TfCall, x: ValueId, statistics: readonly Held[], epsilon: number): ValueId | null {
  const [scale, offset, mean, variance] = statistics.map((t) => c.numbers(t));
  const conv = c.e.draft.producer(x);
  if (conv?.op !== 'Conv' || !scale || !offset || !mean || !variance) return null;
  const weights = c.elementsOf(conv.inputs[1]!);
  const before = conv.inputs[2] ? c.elementsOf(conv.inputs[2]) : null;
  if (weights?.dtype !== 'float' || (conv.inputs[2] && !before) || weights.dims[0] !== scale.length) return null;
  const factor = scale.map((s, i) => s / Math.sqrt(variance[i]! + epsilon));
  const start = before ? toNumbers(before) : null;
  const added = factor.map((f, i) => offset[i]! + ((start?.[i] ?? 0) - mean[i]!) * f);
  const kernel = c.e.constant(scaledRows(weights, factor));
  const inputs = [conv.inputs[0]!, kernel, c.e.floats(added)];
  return c.e.op('Conv', inputs, Object.fromEntries(conv.attributes));
}

/** The FusedBatchNorm fused into a convolution: scale, offset, mean and variance are its inputs from `at` on. */
export function normalizedFused(c: TfCall, y: Held, at: number): Held {
  const statistics = range(at, at + 4).map((i) => c.input(i));
  const epsilon = c.float('epsilon', 1e-4);
  const x = channelsLast(c) ? c.first(y) : c.natural(y);
  const made =
    intoConv(c, x, statistics, epsilon) ??
    batchNormal(
      c,
      x,
      statistics.map((t) => c.natural(t)),
      epsilon,
    );
  return c.keep(made, channelsLast(c) ? 'first' : 'natural');
}

/** Inputs: x, mean, variance, offset, scale. */
const globalNormalization: Lowering = (c) => {
  const { x, keep } = channelsFirst(c);
  const [mean, variance, offset] = range(1, 4).map((i) => c.natural(c.input(i)));
  const scale = c.flag('scale_after_normalization', true)
    ? c.natural(c.input(4))
    : c.op('Expand', [c.e.float(1), c.lengths(mean!)]);
  return keep(batchNormal(c, x, [scale, offset!, mean!, variance!], c.float('variance_epsilon', 1e-3)));
};

// ---- biases

/** Into the convolution or the product before it, where nothing else reads that. */
const biasAdd: Lowering = (c) => {
  const last = channelsLast(c) && c.text('data_format', 'NHWC') !== 'NCHW';
  const taken = c.isOnlyReader() ? takenOver(c, c.x, c.input(1)) : null;
  if (taken) return taken;
  if (last) return over(c, [c.x, c.input(1)], (v) => c.op('Add', v));
  const wide = c.e.unsqueeze(c.natural(c.input(1)), range(1, c.rank() - 1));
  return c.keep(c.op('Add', [c.natural(), wide]));
};

/** x / (bias + alpha Σ x²)^beta over 2 · radius + 1 channels; ONNX divides alpha by their number. */
const localResponse: Lowering = (c) => {
  const size = 2 * c.int('depth_radius', 5) + 1;
  const alpha = float(c.float('alpha', 1) * size);
  const plain = { size, alpha, beta: float(c.float('beta', 0.5)), bias: float(c.float('bias', 1)) };
  return c.keep(c.op('LRN', [c.first()], plain), 'first');
};

/** Σ x² / 2 */
const l2Loss: Lowering = (c) => {
  const x = c.natural();
  const sum = c.op('ReduceSumSquare', [x], { keepdims: 0 });
  return c.keep(c.op('Mul', [sum, c.scalar(0.5, c.e.dtype(sum))]));
};

export const NORMALIZATIONS: Lowerings = {
  BatchNormWithGlobalNormalization: globalNormalization,
  BiasAdd: biasAdd,
  BiasAddV1: biasAdd,
  FusedBatchNorm: fusedBatchNorm,
  FusedBatchNormV2: fusedBatchNorm,
  FusedBatchNormV3: fusedBatchNorm,
  L2Loss: l2Loss,
  LRN: localResponse,
  _FusedBatchNormEx: (c) => {
    if (c.int('num_side_inputs', 0) > 0) c.refuse('a tensor added within it is not converted');
    const [y, ...rest] = fusedBatchNorm(c) as readonly Held[];
    if (c.text('activation_mode', 'Identity') !== 'Relu') return [y!, ...rest];
    return [c.map(y!, (v) => c.op('Relu', [v])), ...rest];
  },
};
