/** Operands of an elementwise operator in one order of axes: channels-first where one of them is so already. */
import { firstOf, Held, naturalOf, orderAtHand, range, type Order } from '../../../graph-model/builders/axis-orders.ts';
import type { TypedEmitter } from '../../../graph-model/builders/typed-emitter.ts';
import type { ValueId } from '../../../graph-model/core/model.ts';
import { permuted } from '../../../graph-model/core/permute.ts';
import { elementCount } from '../../../graph-model/core/tensor.ts';
import type { DType } from '../../../graph-model/core/types.ts';
import type { TfliteCall } from './call.ts';
import { dequantize, type Operand } from './operand.ts';

export interface Together {
  readonly values: readonly ValueId[];
  readonly order: Order;
}

/** @param stored the elements as they are stored, where all are quantised alike */
export function together(c: TfliteCall, indices: readonly number[], stored = false): Together {
  const helds = indices.map((i) => (stored ? c.stored(i) : c.real(i)));
  const ranks = indices.map((i) => c.maybeShape(i)?.length ?? -1);
  const rank = Math.max(...ranks);
  const leads = indices.some((_, k) => orderAtHand(helds[k]!) === 'first' && ranks[k] === rank);
  if (!leads || rank < 3 || ranks.includes(-1))
    return { values: helds.map((h) => naturalOf(c.e, h)), order: 'natural' };
  const values = indices.map((i, k) => channelsFirst(c.e, c.operand(i), helds[k]!, ranks[k]!, rank, stored));
  return { values, order: 'first' };
}

function channelsFirst(e: TypedEmitter, o: Operand, held: Held, own: number, rank: number, stored: boolean): ValueId {
  if (own === 0) return naturalOf(e, held);
  if (o.dense && (o.quantization === null || o.quantization.scale.length === 1))
    return constantFirst(e, o, rank, stored);
  if (own === rank) return firstOf(e, held);
  const full = e.unsqueeze(naturalOf(e, held), range(0, rank - own));
  return firstOf(e, Held.of(full));
}

/** A constant with ones before its dims up to `rank`, its axes channels-first; ones in front are left out again. */
function constantFirst(e: TypedEmitter, o: Operand, rank: number, stored: boolean): ValueId {
  const dense = o.dense!;
  const dims = [...new Array<number>(rank - dense.dims.length).fill(1), ...dense.dims];
  const perm = [0, rank - 1, ...range(1, rank - 1)];
  const full = permuted({ ...dense, dims }, perm);
  const moved = [...full.dims];
  while (moved.length > 0 && moved[0] === 1 && moved.length > 1) moved.shift();
  const scalar = elementCount(moved) === 1 ? [] : moved;
  const value = e.constant({ ...full, dims: scalar });
  return stored || o.quantization === null ? value : dequantize(e, value, o.quantization, 0);
}

/** Integers that ONNX Runtime does not compute with become int32 (uint32: int64); the result goes back. */
export function computed(c: TfliteCall, values: readonly ValueId[], make: (values: ValueId[]) => ValueId): ValueId {
  const dtype = c.e.dtype(values[0]!);
  const wide = wideOf(dtype);
  if (wide === null) return make([...values]);
  const made = make(values.map((v) => c.e.cast(v, wide, c.code(wide))));
  return c.e.dtype(made) === wide ? c.e.op('Cast', [made], { to: c.code(dtype) }) : made;
}

export function wideOf(dtype: DType): DType | null {
  if (dtype === 'int8' || dtype === 'uint8' || dtype === 'int16' || dtype === 'uint16' || dtype === 'bool')
    return 'int32';
  if (dtype === 'uint32' || dtype === 'uint64') return 'int64';
  return dtype === 'float16' || dtype === 'bfloat16' ? 'float' : null;
}
