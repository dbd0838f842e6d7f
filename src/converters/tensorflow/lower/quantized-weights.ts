/** Weights that are held quantised: a reader that wants their axes in another order has the numbers moved in memory. */
import { Held } from '../../../graph-model/builders/axis-orders.ts';
import type { TypedEmitter } from '../../../graph-model/builders/typed-emitter.ts';
import type { ValueId } from '../../../graph-model/core/model.ts';
import { permuted } from '../../../graph-model/core/permute.ts';
import type { DenseTensor } from '../../../graph-model/core/tensor.ts';

export interface Quantized {
  readonly tensor: DenseTensor;
  /** One for all, or one for each place along the last axis. */
  readonly scales: readonly number[];
  readonly zeros: readonly number[];
}

const quantized = new WeakMap<Held, Quantized>();

export function noteQuantized(c: { readonly e: TypedEmitter }, q: Quantized): Held {
  const held = Held.of(dequantized(c.e, q.tensor, q, q.tensor.dims.length - 1));
  quantized.set(held, q);
  return held;
}

function dequantized(e: TypedEmitter, tensor: DenseTensor, q: Quantized, axis: number): ValueId {
  const each = q.scales.length > 1;
  const dims = each ? [q.scales.length] : [];
  const inputs = [e.constant(tensor), e.numbers('float', q.scales, dims), e.numbers('uint8', q.zeros, dims)];
  return e.op('DequantizeLinear', inputs, each ? { axis } : {});
}

/** The tensor with its axes in another order; null where it is not held quantised, or its scales would be torn apart. */
export function permutedQuantized(
  e: TypedEmitter,
  t: Held,
  perm: readonly number[],
  dims?: readonly number[],
): ValueId | null {
  const q = quantized.get(t);
  if (!q || (dims && q.scales.length > 1)) return null;
  return dequantized(e, permuted(q.tensor, perm, dims), q, perm.indexOf(q.tensor.dims.length - 1));
}
