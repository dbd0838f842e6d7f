/** Biases that the convolution or the product before them takes over. */
import { type Held, orderAtHand } from '../../../graph-model/builders/axis-orders.ts';
import { getFloat } from '../../../graph-model/core/attributes.ts';
import type { Node, ValueId } from '../../../graph-model/core/model.ts';
import type { DenseTensor } from '../../../graph-model/core/tensor.ts';
import type { TfCall } from './call.ts';

/** The sum of `t` and a bias for each element of its last axis; null where what made `t` cannot take it over. */
export function takenOver(c: TfCall, t: Held, bias: Held): Held | null {
  const order = orderAtHand(t);
  const value = t[order];
  const maker = value === null || t.constant !== null ? null : c.e.draft.producer(value);
  if (!maker || maker.inputs.length !== 2 || maker.outputs[0] !== value || c.e.dtype(value!) !== 'float') return null;
  const isConv = /^Conv(Transpose)?$/.test(maker.op) && (order === 'first' || c.text('data_format', '') === 'NCHW');
  if (!isConv && !isProduct(c, maker)) return null;
  const vector = biasVector(c, bias);
  if (vector === null || c.e.dims(vector)![0] !== lastLength(c, value!, isConv)) return null;
  const [a, b] = maker.inputs as ValueId[];
  return c.keep(c.e.op(isConv ? maker.op : 'Gemm', [a!, b!, vector], Object.fromEntries(maker.attributes)), order);
}

const lastLength = (c: TfCall, value: ValueId, isConv: boolean) => c.e.dims(value)?.at(isConv ? 1 : -1);

function isProduct(c: TfCall, maker: Node): boolean {
  const flat = maker.inputs.every((v) => c.e.dims(v!)?.length === 2);
  return /^(MatMul|Gemm)$/.test(maker.op) && flat && getFloat(maker, 'alpha', 1) === 1;
}

/** [channels]; a constant of more axes of which all others are 1 is put into that shape. */
function biasVector(c: TfCall, bias: Held): ValueId | null {
  const dims = c.shapeOrNull(bias);
  if (dims?.length === 1) return c.natural(bias);
  const wide = dims && dims.length > 1 && dims.slice(0, -1).every((d) => d === 1);
  const last = dims?.at(-1);
  return wide && c.dense(bias) && typeof last === 'number'
    ? c.permuted(
        bias,
        dims.map((_, i) => i),
        [last],
      )
    : null;
}

/** Filters with each of the first axis multiplied by its factor. */
export function scaledRows(weights: DenseTensor, factor: readonly number[]): DenseTensor {
  const values = Float32Array.from(weights.values as Float32Array);
  const row = values.length / factor.length;
  for (let i = 0; i < values.length; i++) values[i] = values[i]! * factor[Math.floor(i / row)]!;
  return { ...weights, values };
}

/**
 * The product of `t` and a constant for each channel, in the filters of the convolution that made `t`; null where something
 * else made it. Its bias, where it has one, is multiplied as well.
 */
export function scaledInto(c: TfCall, t: Held, factor: Held): Held | null {
  const value = t.first !== null && t.natural === null ? t.first : null;
  const conv = value === null ? null : c.e.draft.producer(value);
  if (conv?.op !== 'Conv' || c.dtype(factor) !== 'float') return null;
  const [weights, factors] = [c.elementsOf(conv.inputs[1]!), c.numbers(factor)];
  const dims = c.shape(factor);
  const isVector = dims.length > 0 && dims.slice(0, -1).every((d) => d === 1) && dims.length <= c.rank(t);
  if (!isVector || !factors || weights?.dtype !== 'float' || weights.dims[0] !== factors.length) return null;
  const before = conv.inputs[2] ? c.elementsOf(conv.inputs[2]) : null;
  if (conv.inputs[2] && before?.dtype !== 'float') return null;
  const bias = before ? [c.e.constant(scaledRows(before, factors))] : [];
  const inputs = [conv.inputs[0]!, c.e.constant(scaledRows(weights, factors)), ...bias];
  return c.keep(c.e.op('Conv', inputs, Object.fromEntries(conv.attributes)), 'first');
}
