/** Convolutions: channels-first in ONNX whatever the source has, filters turned in memory. */
import { type Held, range } from '../../../graph-model/builders/axis-orders.ts';
import type { Plain } from '../../../graph-model/builders/typed-emitter.ts';
import type { ValueId } from '../../../graph-model/core/model.ts';
import { afterFused, fusedNames } from './matmul.ts';
import { channelsLast, type Lowering, type Lowerings, type TfCall } from './call.ts';
import { normalizedFused } from './normalization.ts';
import { channelsFirst, padsOf, spatial, withoutPad, type Window } from './windows.ts';
import { batchedOf, noteWhole } from './blocks.ts';

/** [...spatial, in, out] as ONNX has it: [out, in, ...spatial]. */
const outFirst = (rank: number) => [rank + 1, rank, ...range(0, rank)];

interface Filter {
  readonly value: ValueId;
  readonly sizes: readonly number[];
  readonly group: number;
}

function windowOf(c: TfCall, sizes: readonly number[]): Window {
  const ones = sizes.map(() => 1);
  const list = (key: string) => {
    const found = c.ints(key);
    return found && found.length > 0 ? spatial(c, found) : ones;
  };
  return { kernel: sizes, strides: list('strides'), dilations: list('dilations') };
}

function lengthsOfFilter(c: TfCall, t: Held): number[] {
  return c.shape(t).map((d) => (typeof d === 'number' ? d : c.refuse('the shape of its filter is not known')));
}

/** Channels of the input above those of the filter are groups. */
function filterOf(c: TfCall, t: Held): Filter {
  const dims = lengthsOfFilter(c, t);
  const rank = dims.length - 2;
  const channels = c.shape().at(channelsLast(c) ? -1 : 1);
  const group = typeof channels === 'number' && dims[rank]! > 0 ? channels / dims[rank]! : 1;
  if (!Number.isInteger(group)) c.refuse('the channels of its input do not divide by those of its filter');
  return { value: c.permuted(t, outFirst(rank)), sizes: dims.slice(0, rank), group };
}

/** [...spatial, channels, multiplier]: a group for each channel. */
function depthwiseFilter(c: TfCall, t: Held): Filter {
  const dims = lengthsOfFilter(c, t);
  const rank = dims.length - 2;
  const [channels, multiplier] = [dims[rank]!, dims[rank + 1]!];
  const shape = [channels * multiplier, 1, ...dims.slice(0, rank)];
  const value = c.permuted(t, [rank, rank + 1, ...range(0, rank)], shape);
  return { value, sizes: dims.slice(0, rank), group: channels };
}

function convolve(c: TfCall, filter: Filter, bias: Held | null): Held {
  const w = windowOf(c, filter.sizes);
  const inputs = bias ? [filter.value, c.natural(bias)] : [filter.value];
  const { x: own, dims, keep } = channelsFirst(c);
  const { x, pads } = withoutPad(c, own, padsOf(c, w, dims.slice(2)));
  const y = keep(c.op('Conv', [x, ...inputs], convAttributes(w, filter.group, pads)));
  const batched = batchedOf(c);
  if (batched)
    noteWhole(y, batched, (whole, given) => {
      const dilated = { ...w, dilations: batched.block };
      const before = withoutPad(c, c.first(whole), { pads: given });
      return c.keep(c.op('Conv', [before.x, ...inputs], convAttributes(dilated, filter.group, before.pads)), 'first');
    });
  return y;
}

function convAttributes(w: Window, group: number, pads: Plain): Plain {
  const plain: Record<string, Plain[string]> = { kernel_shape: w.kernel, ...pads };
  if (w.strides.some((s) => s !== 1)) plain['strides'] = w.strides;
  if (w.dilations.some((d) => d !== 1)) plain['dilations'] = w.dilations;
  if (group !== 1) plain['group'] = group;
  return plain;
}

const conv: Lowering = (c) => convolve(c, filterOf(c, c.input(1)), null);
const depthwise: Lowering = (c) => convolve(c, depthwiseFilter(c, c.input(1)), null);

/** With BiasAdd or FusedBatchNorm, an addition and a function done to its result. */
const fused =
  (filter: (c: TfCall, t: Held) => Filter): Lowering =>
  (c) => {
    const names = fusedNames(c);
    const biased = names[0] === 'BiasAdd';
    // TensorFlow.js fuses sums with whole tensors as if they were biases.
    const whole = biased && (c.e.dims(c.natural(c.input(2)))?.length ?? 1) !== 1;
    const y = convolve(c, filter(c, c.input(1)), biased && !whole ? c.input(2) : null);
    if (whole) return fusedRest(c, y, ['Add', ...names.slice(1)], 2);
    if (biased) return fusedRest(c, y, names.slice(1), 3);
    if (names[0] === 'FusedBatchNorm') return fusedRest(c, normalizedFused(c, y, 2), names.slice(1), 6);
    return fusedRest(c, y, names, 2);
  };

/** A tensor added lies beside the result in TensorFlow's order. */
function fusedRest(c: TfCall, y: Held, names: readonly string[], next: number): Held {
  if (names[0] !== 'Add') return afterFused(c, y, names, next);
  const side = c.input(next);
  const sum = channelsLast(c) ? c.keep(c.op('Add', [c.first(y), c.first(side)]), 'first') : null;
  const made = sum ?? c.keep(c.op('Add', [c.natural(y), c.natural(side)]));
  return afterFused(c, made, names.slice(1), next + 1);
}

export const CONVOLUTIONS: Lowerings = {
  Conv: conv,
  Conv2D: conv,
  Conv3D: conv,
  DepthwiseConv2d: depthwise,
  DepthwiseConv2dNative: depthwise,
  FusedDepthwiseConv2dNative: fused(depthwiseFilter),
  _FusedConv2D: fused(filterOf),
  _FusedDepthwiseConv2dNative: fused(depthwiseFilter),
};
