/** What convolutions and poolings share: windows, strides, and TensorFlow's padding. */
import { type Held, range } from '../../../graph-model/builders/axis-orders.ts';
import type { Plain } from '../../../graph-model/builders/typed-emitter.ts';
import { getString } from '../../../graph-model/core/attributes.ts';
import type { ValueId } from '../../../graph-model/core/model.ts';
import type { Dim } from '../../../graph-model/core/types.ts';
import { channelsLast, type TfCall } from './call.ts';

export interface Window {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
}

/** The numbers of the axes in space out of a list with one for each axis. */
export function spatial(c: TfCall, list: readonly number[]): number[] {
  return channelsLast(c) ? list.slice(1, -1) : list.slice(2);
}

/** The input channels-first, and the result put back into the order that TensorFlow has. */
export function channelsFirst(
  c: TfCall,
  t: Held = c.x,
): { x: ValueId; dims: readonly Dim[]; keep: (y: ValueId) => Held } {
  const last = channelsLast(c);
  c.shape(t);
  const x = last ? c.first(t) : c.natural(t);
  return { x, dims: c.e.dims(x)!, keep: (y) => c.keep(y, last ? 'first' : 'natural') };
}

/**
 * SAME gives ⌈length / stride⌉ results with the odd element of padding at the end; where a length is not known, ONNX's
 * SAME_UPPER says the same. EXPLICIT lists what stands before and after each axis of the tensor.
 */
export function padsOf(c: TfCall, w: Window, lengths: readonly Dim[]): Plain {
  const padding = c.text('padding', 'VALID');
  if (padding === 'VALID') return {};
  if (padding === 'EXPLICIT') return { pads: explicitPads(c) };
  if (padding !== 'SAME') return c.refuse(`its padding ${padding} is not known`);
  const totals = w.kernel.map((k, i) => sameTotal((k - 1) * w.dilations[i]!, w.strides[i]!, lengths[i] ?? null));
  if (totals.some((t) => t === null)) return { auto_pad: 'SAME_UPPER' };
  const before = totals.map((t) => Math.floor(t! / 2));
  return { pads: [...before, ...totals.map((t, i) => t! - before[i]!)] };
}

export function explicitPads(c: TfCall): number[] {
  const list = c.ints('explicit_paddings') ?? [];
  const pairs = range(0, list.length / 2).map((i) => [list[2 * i]!, list[2 * i + 1]!] as const);
  const inSpace = channelsLast(c) ? pairs.slice(1, -1) : pairs.slice(2);
  return [...inSpace.map((p) => p[0]), ...inSpace.map((p) => p[1])];
}

function sameTotal(reach: number, stride: number, length: Dim): number | null {
  if (stride === 1) return reach;
  if (typeof length !== 'number') return null;
  return Math.max((Math.ceil(length / stride) - 1) * stride + reach + 1 - length, 0);
}

/** The window's padding and the tensor before a Pad of zeros around space, where the window can take that over. */
export function withoutPad(c: TfCall, x: ValueId, pads: Plain): { x: ValueId; pads: Plain } {
  const maker = c.e.draft.producer(x);
  const own = 'pads' in pads ? (pads['pads'] as number[]) : 'auto_pad' in pads ? null : [];
  if (own === null || maker?.op !== 'Pad' || getString(maker, 'mode', 'constant') !== 'constant') return { x, pads };
  const amounts = c.e.known(maker.inputs[1]!);
  const value = maker.inputs[2] ?? null;
  const zero = value === null || Number(c.e.known(value)?.values[0] ?? 1) === 0;
  if (!amounts || !zero || maker.inputs[3]) return { x, pads };
  const list = Array.from(amounts.values as BigInt64Array, Number);
  const half = list.length / 2;
  const [before, after] = [list.slice(0, half), list.slice(half)];
  const outside = [before[0], before[1], after[0], after[1]];
  if (outside.some((p) => p !== 0) || list.some((p) => p < 0)) return { x, pads };
  const sum = [...before.slice(2), ...after.slice(2)].map((p, i) => p + (own[i] ?? 0));
  return { x: maker.inputs[0]!, pads: { pads: sum } };
}
