/** Activation functions, and Softmax along any axis in the order at hand. */
import { type Held, orderAtHand } from '../../../graph-model/builders/axis-orders.ts';
import { float } from '../../../graph-model/core/attributes.ts';
import type { ValueId } from '../../../graph-model/core/model.ts';
import { broadcastFirst } from './broadcast.ts';
import type { Lowering, Lowerings, TfCall } from './call.ts';
import { unary } from './elementwise.ts';

const named = (op: string, plain = {}): Lowering => unary((c, x) => c.op(op, [x], plain));
const num = (c: TfCall, x: ValueId, value: number) => c.scalar(value, c.e.dtype(x));

export type Activation = (c: TfCall, x: ValueId) => ValueId;

/** By the names that fused operators give them. */
export const FUSED_ACTIVATIONS: Readonly<Record<string, Activation>> = {
  Relu: (c, x) => c.op('Relu', [x]),
  Relu6: (c, x) => c.op('Clip', [x, num(c, x, 0), num(c, x, 6)]),
  Elu: (c, x) => c.op('Elu', [x]),
  Sigmoid: (c, x) => c.op('Sigmoid', [x]),
  Tanh: (c, x) => c.op('Tanh', [x]),
  LeakyRelu: (c, x) => c.op('LeakyRelu', [x], { alpha: float(c.float('leakyrelu_alpha', 0.2)) }),
  GeluExact: (c, x) => gelu(c, x),
  GeluApproximate: (c, x) => geluTanh(c, x),
  _MklSwish: (c, x) => swish(c, x),
  _FusedSwish: (c, x) => swish(c, x),
  _FusedHardSwish: (c, x) => c.op('HardSwish', [x]),
};

const swish: Activation = (c, x) => c.op('Mul', [x, c.op('Sigmoid', [x])]);
const gelu: Activation = (c, x) => {
  const inner = c.op('Erf', [c.op('Mul', [x, num(c, x, Math.SQRT1_2)])]);
  return c.op('Mul', [c.op('Mul', [x, num(c, x, 0.5)]), c.op('Add', [inner, num(c, x, 1)])]);
};
const geluTanh: Activation = (c, x) => {
  const cube = c.op('Mul', [c.op('Mul', [x, x]), c.op('Mul', [x, num(c, x, 0.044715)])]);
  const inner = c.op('Tanh', [c.op('Mul', [c.op('Add', [x, cube]), num(c, x, Math.sqrt(2 / Math.PI))])]);
  return c.op('Mul', [c.op('Mul', [x, num(c, x, 0.5)]), c.op('Add', [inner, num(c, x, 1)])]);
};

/** Along the last axis of TensorFlow's order. */
export const softmax =
  (op: string): Lowering =>
  (c) => {
    const rank = c.shapeOrNull()?.length ?? null;
    if (rank === 0) return c.refuse('it is given a scalar');
    if (rank !== null && orderAtHand(c.x) === 'first' && c.x.natural === null)
      return c.keep(c.op(op, [c.first()], { axis: 1 }), 'first');
    return c.keep(c.op(op, [c.natural()], { axis: -1 }));
  };

/** max(x, 0) + alpha min(x, 0); alpha broadcasts as in TensorFlow. */
const prelu: Lowering = (c) => {
  const isFirst = orderAtHand(c.x) === 'first' && c.x.natural === null;
  if (!isFirst) return c.keep(c.op('PRelu', [c.natural(), c.natural(c.input(1))]));
  return c.keep(c.op('PRelu', [c.first(), broadcastFirst(c, c.input(1), c.rank())]), 'first');
};

const relu: Lowering = (c) => c.map(c.x, (x) => (c.e.dtype(x).startsWith('uint') ? x : c.op('Relu', [x])));

export const ACTIVATIONS: Lowerings = {
  Elu: named('Elu'),
  LeakyRelu: unary((c, x) => c.op('LeakyRelu', [x], { alpha: float(c.float('alpha', 0.2)) })),
  LogSoftmax: softmax('LogSoftmax'),
  Prelu: prelu,
  Relu: relu,
  Relu6: unary(FUSED_ACTIVATIONS['Relu6']!),
  Selu: named('Selu'),
  Sigmoid: named('Sigmoid'),
  Softmax: softmax('Softmax'),
  Softplus: named('Softplus'),
  Softsign: named('Softsign'),
  Tanh: named('Tanh'),
  _FusedHardSwish: named('HardSwish'),
  _MklSwish: unary(swish),
};

/** The function that `fused_ops` ends with, done to a result. */
export function fusedActivation(c: TfCall, t: Held, name: string): Held {
  const make = FUSED_ACTIVATIONS[name] ?? c.refuse(`the function ${name} fused into it is not known`);
  return c.map(t, (x) => make(c, x));
}
