/** A tensor of the source in the result: as it is stored, and as the real numbers that it stands for. */
import { firstOf, Held, naturalOf, orderAtHand, type Order } from '../../../graph-model/builders/axis-orders.ts';
import type { TypedEmitter } from '../../../graph-model/builders/typed-emitter.ts';
import type { ValueId } from '../../../graph-model/core/model.ts';
import { elementArray, toNumbers, type DenseTensor, type Elements } from '../../../graph-model/core/tensor.ts';
import { dtypeInfo, type DType } from '../../../graph-model/core/types.ts';
import type { Quantization } from '../quantization.ts';

/** What an operand is where it is no tensor. */
export type Resource =
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'table'; readonly name: string; readonly key: DType; readonly value: DType };

export interface OperandInit {
  readonly stored: Held;
  readonly quantization?: Quantization | null;
  /** The elements in memory, as they are stored. */
  readonly dense?: DenseTensor | null;
  readonly resource?: Resource;
}

export class Operand {
  readonly stored: Held;
  readonly quantization: Quantization | null;
  readonly dense: DenseTensor | null;
  readonly resource: Resource | null;
  private realHeld: Held | null = null;

  constructor(init: OperandInit) {
    this.stored = init.stored;
    this.quantization = init.quantization ?? null;
    this.dense = init.dense ?? null;
    this.resource = init.resource ?? null;
  }

  static of(stored: Held, quantization: Quantization | null = null): Operand {
    return new Operand({ stored, quantization });
  }

  /** For another graph: what that one makes of the tensor is not seen in this one. */
  copy(): Operand {
    const { quantization, dense, resource } = this;
    const made = new Operand({ stored: copyOf(this.stored), quantization, dense, ...(resource ? { resource } : {}) });
    made.realHeld = this.realHeld && copyOf(this.realHeld);
    return made;
  }

  /** The real numbers; the stored ones themselves where the tensor is not quantised. */
  real(e: TypedEmitter): Held {
    if (this.quantization === null) return this.stored;
    return (this.realHeld ??= this.dequantized(e, this.quantization));
  }

  private dequantized(e: TypedEmitter, q: Quantization): Held {
    const dtype = this.dense?.dtype;
    if (this.dense && dtype === 'int64') {
      const dense = realNumbers(this.dense, q);
      return Held.ofConstant({ dims: dense.dims, make: () => e.constant(dense) });
    }
    const order: Order = q.scale.length > 1 ? 'natural' : orderAtHand(this.stored);
    const value = order === 'natural' ? naturalOf(e, this.stored) : this.stored[order]!;
    return Held.of(dequantize(e, value, q, q.axis), order);
  }
}

function copyOf(held: Held): Held {
  const made = new Held();
  Object.assign(made, held);
  return made;
}

/** float32 numbers of a quantised tensor in memory. */
export function realNumbers(dense: DenseTensor, q: Quantization): DenseTensor {
  const inner = dense.dims.slice(q.axis + 1).reduce((a, b) => a * b, 1);
  const at = (i: number) => (q.scale.length === 1 ? 0 : Math.floor(i / inner) % q.scale.length);
  const values = Float32Array.from(toNumbers(dense), (v, i) => (v - (q.zeroPoint[at(i)] ?? 0)) * q.scale[at(i)]!);
  return { dtype: 'float', dims: dense.dims, values };
}

/** A constant of any integer type; short ones are shared where the emitter does so. */
export function zeroPoints(e: TypedEmitter, dtype: DType, q: Quantization): ValueId {
  const dims = q.scale.length === 1 ? [] : [q.zeroPoint.length];
  if (dtype === 'uint8' || dtype === 'int32') return e.numbers(dtype, q.zeroPoint, dims);
  const values = elementArray(dtype, q.zeroPoint.length) as Exclude<Elements, readonly string[] | BigInt64Array>;
  (values as Int8Array).set(q.zeroPoint);
  return e.constant({ dtype, dims, values });
}

const scales = (e: TypedEmitter, q: Quantization) => e.floats(q.scale, q.scale.length === 1 ? [] : [q.scale.length]);

/**
 * ONNX dequantises int32 without a zero point. The narrow types always get one: where it is left out, ONNX Runtime's fused
 * operators take the numbers for unsigned ones.
 */
export function dequantize(e: TypedEmitter, value: ValueId, q: Quantization, axis: number): ValueId {
  const dtype = e.dtype(value);
  const attributes = q.scale.length === 1 ? {} : { axis };
  if (dtype === 'int64') {
    const shifted = e.op('Sub', [e.toFloat(value), e.float(q.zeroPoint[0] ?? 0)]);
    return e.op('Mul', [shifted, scales(e, q)]);
  }
  const zeros = dtypeInfo(dtype).bits >= 32 ? [] : [zeroPoints(e, dtype, q)];
  return e.op('DequantizeLinear', [value, scales(e, q), ...zeros], attributes);
}

/** Real numbers to the integers of `dtype`: rounded, and held within its range. */
export function quantize(e: TypedEmitter, value: ValueId, q: Quantization, dtype: DType): ValueId {
  if (dtypeInfo(dtype).bits >= 32) {
    const steps = e.op('Round', [e.op('Div', [value, scales(e, q)])]);
    return e.op('Cast', [steps], { to: dtypeInfo(dtype).code });
  }
  return e.op(
    'QuantizeLinear',
    [value, scales(e, q), zeroPoints(e, dtype, q)],
    q.scale.length === 1 ? {} : { axis: q.axis },
  );
}

/** A tensor in the result in the order at hand, channels-first where it is so. */
export function atHand(e: TypedEmitter, held: Held): { value: ValueId; order: Order } {
  const order = orderAtHand(held);
  return order === 'natural' ? { value: naturalOf(e, held), order } : { value: held[order]!, order };
}

export { firstOf };
