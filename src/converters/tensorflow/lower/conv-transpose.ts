/** Transposed convolutions, which TensorFlow calls the gradient of a convolution with respect to its input. */
import { range } from '../../../graph-model/builders/axis-orders.ts';
import type { Plain } from '../../../graph-model/builders/typed-emitter.ts';
import type { ValueId } from '../../../graph-model/core/model.ts';
import type { Dim } from '../../../graph-model/core/types.ts';
import { mulDim } from '../../../graph-model/operators/symbolic.ts';
import { channelsLast, type Lowering, type Lowerings, type TfCall } from './call.ts';
import { channelsFirst, explicitPads, spatial, type Window } from './windows.ts';

interface Wanted {
  /** Lengths of the result in space as far as known. */
  readonly lengths: readonly Dim[];
  /** int64 vector of them all, batch and channels too. */
  readonly sizes: () => ValueId;
}

function wantedOf(c: TfCall, rank: number): Wanted {
  const parts = c.parts(c.input(0));
  const all = parts && parts.length === rank + 2 ? parts : null;
  const picked = all ? (channelsLast(c) ? all.slice(1, -1) : all.slice(2)) : null;
  const lengths = parts?.length === rank ? parts : (picked ?? range(0, rank).map(() => null));
  return { lengths, sizes: () => c.int64Vector(c.input(0)) };
}

/**
 * Inputs: the shape of the result, the filter [...spatial, out, in], the tensor. The padding is that of the convolution
 * which would lead back: total = (in - 1) stride + reach - out, the odd element at the end; what is lacking is zeros behind.
 */
const backprop =
  (depthwise: boolean): Lowering =>
  (c) => {
    const [filter, t] = [c.input(1), c.input(2)];
    const dims = c
      .shape(filter)
      .map((d) => (typeof d === 'number' ? d : c.refuse('the shape of its filter is not known')));
    const rank = dims.length - 2;
    const list = (key: string) => spatial(c, c.ints(key) ?? range(0, rank + 2).map(() => 1));
    const w: Window = { kernel: dims.slice(0, rank), strides: list('strides'), dilations: list('dilations') };
    const { x, dims: given, keep } = channelsFirst(c, t);
    const shape = [dims[rank]! * dims[rank + 1]!, 1, ...w.kernel];
    const weights = depthwise
      ? c.permuted(filter, [rank, rank + 1, ...range(0, rank)], shape)
      : c.permuted(filter, [rank + 1, rank, ...range(0, rank)]);
    const channels = depthwise ? dims[rank]! : groupsOf(c, dims, rank);
    const attributes = attributesOf(w, channels);
    const wanted = wantedOf(c, rank);
    const fixed = fixedPads(c, w, given.slice(2), wanted.lengths);
    if (fixed) return keep(c.op('ConvTranspose', [x, weights], { ...attributes, ...fixed }));
    return keep(cropped(c, c.op('ConvTranspose', [x, weights], { ...attributes, ...room(w) }), wanted, rank));
  };

/** The filter has the result's channels of one group. */
function groupsOf(c: TfCall, dims: readonly number[], rank: number): number {
  const wanted = c.parts(c.input(0))?.at(channelsLast(c) ? -1 : 1);
  const groups = typeof wanted === 'number' ? wanted / dims[rank]! : 1;
  return Number.isInteger(groups) && groups > 0 ? groups : c.refuse('the channels of its result do not fit its filter');
}

function attributesOf(w: Window, group: number): Plain {
  const plain: Record<string, Plain[string]> = { kernel_shape: w.kernel };
  if (w.strides.some((s) => s !== 1)) plain['strides'] = w.strides;
  if (w.dilations.some((d) => d !== 1)) plain['dilations'] = w.dilations;
  if (group !== 1) plain['group'] = group;
  return plain;
}

const reachOf = (w: Window, i: number) => (w.kernel[i]! - 1) * w.dilations[i]! + 1;

function fixedPads(c: TfCall, w: Window, given: readonly Dim[], wanted: readonly Dim[]): Plain | null {
  if (c.text('padding', 'VALID') === 'EXPLICIT') return explicitFixed(c, w, given, wanted);
  const totals = w.kernel.map((_, i) => totalOf(w, i, given[i] ?? null, wanted[i] ?? null));
  if (totals.some((t) => t === null)) return null;
  const before = totals.map((t) => Math.floor(Math.max(t!, 0) / 2));
  const pads = [...before, ...totals.map((t, i) => Math.max(t!, 0) - before[i]!)];
  const lack = totals.map((t) => Math.max(-t!, 0));
  return { ...(pads.some((p) => p) ? { pads } : {}), ...(lack.some((l) => l) ? { output_padding: lack } : {}) };
}

function totalOf(w: Window, i: number, given: Dim, wanted: Dim): number | null {
  const [stride, reach] = [w.strides[i]!, reachOf(w, i)];
  if (typeof given === 'number' && typeof wanted === 'number') return (given - 1) * stride + reach - wanted;
  if (wanted !== null && wanted === mulDim(given, stride)) return reach - stride;
  return null;
}

function explicitFixed(c: TfCall, w: Window, given: readonly Dim[], wanted: readonly Dim[]): Plain | null {
  const pads = explicitPads(c);
  const half = pads.length / 2;
  const lack = w.kernel.map((_, i) => {
    const total = totalOf(w, i, given[i] ?? null, wanted[i] ?? null);
    return total === null ? 0 : pads[i]! + pads[half + i]! - total;
  });
  return { pads, ...(lack.some((l) => l > 0) ? { output_padding: lack } : {}) };
}

/** The result may be up to a stride longer than what the windows cover. */
function room(w: Window): Plain {
  const extra = w.strides.map((s) => s - 1);
  return extra.some((x) => x > 0) ? { output_padding: extra } : {};
}

/** The whole result without padding, of which the middle is cut out: for lengths that only running the model tells. */
function cropped(c: TfCall, full: ValueId, wanted: Wanted, rank: number): ValueId {
  const { e } = c;
  if (c.text('padding', 'VALID') === 'VALID') {
    const ends = lastOf(c, wanted.sizes(), rank);
    return e.op('Slice', [full, e.ints(range(0, rank).map(() => 0)), ends, e.ints(range(2, rank + 2))]);
  }
  const w = lastOf(c, wanted.sizes(), rank);
  const whole = e.op('Shape', [full], { start: 2 });
  const slack = roomAsInts(c, rank);
  const total = e.op('Max', [e.op('Sub', [e.op('Sub', [whole, w]), slack]), e.ints([0])]);
  const before = e.op('Div', [total, e.ints([2])]);
  return e.op('Slice', [full, before, e.op('Add', [before, w]), e.ints(range(2, rank + 2))]);
}

function roomAsInts(c: TfCall, rank: number): ValueId {
  const strides = spatial(c, c.ints('strides') ?? range(0, rank + 2).map(() => 1));
  return c.e.ints(strides.map((s) => s - 1));
}

/** The lengths in space out of the vector for all axes. */
function lastOf(c: TfCall, sizes: ValueId, rank: number): ValueId {
  if (c.e.dims(sizes)?.[0] === rank) return sizes;
  const begin = channelsLast(c) ? 1 : 2;
  return c.e.slice(sizes, [begin], [begin + rank], [0]);
}

export const TRANSPOSED_CONVOLUTIONS: Lowerings = {
  Conv2DBackpropInput: backprop(false),
  Conv3DBackpropInput: (c) => c.refuse('its first form takes a tensor in place of sizes'),
  Conv3DBackpropInputV2: backprop(false),
  DepthwiseConv2dNativeBackpropInput: backprop(true),
};
