/** Activation functions by the names of Keras, and the layers that are one. Formulas: keras.activations. */
import type { ValueId } from '../../../graph-model/core/model.ts';
import { isSet, isObject, numberOf, text, type Json, type JsonObject } from '../json.ts';
import type { LayerCall, Lowering } from './call.ts';
import type { TypedEmitter } from '../../../graph-model/builders/typed-emitter.ts';
import { Held, orderAtHand } from '../../../graph-model/builders/axis-orders.ts';

type Pointwise = (e: TypedEmitter, x: ValueId) => ValueId;

const clip: (least: number, most: number) => Pointwise = (least, most) => (e, x) =>
  e.op('Clip', [x, e.float(least), e.float(most)]);
const plain =
  (op: string, attrs = {}): Pointwise =>
  (e, x) =>
    e.op(op, [x], attrs);
const negated: Pointwise = plain('Neg');

export const gelu: Pointwise = (e, x) => {
  const inner = e.op('Erf', [e.op('Mul', [x, e.float(Math.SQRT1_2)])]);
  return e.op('Mul', [e.op('Mul', [x, e.float(0.5)]), e.op('Add', [inner, e.float(1)])]);
};
/** 0.5 x (1 + tanh(√(2/π) (x + 0.044715 x³))) */
export const geluTanh: Pointwise = (e, x) => {
  const cube = e.op('Mul', [e.op('Mul', [x, x]), x]);
  const sum = e.op('Add', [x, e.op('Mul', [cube, e.float(0.044715)])]);
  const tanh = e.op('Tanh', [e.op('Mul', [sum, e.float(Math.sqrt(2 / Math.PI))])]);
  return e.op('Mul', [e.op('Mul', [x, e.float(0.5)]), e.op('Add', [tanh, e.float(1)])]);
};
const silu: Pointwise = (e, x) => e.op('Mul', [x, e.op('Sigmoid', [x])]);
const mish: Pointwise = (e, x) => e.op('Mul', [x, e.op('Tanh', [e.op('Softplus', [x])])]);
const logSigmoid: Pointwise = (e, x) => negated(e, e.op('Softplus', [negated(e, x)]));
const squareplus: Pointwise = (e, x) => {
  const root = e.op('Sqrt', [e.op('Add', [e.op('Mul', [x, x]), e.float(4)])]);
  return e.op('Mul', [e.op('Add', [x, root]), e.float(0.5)]);
};
/** 0 below -1, x above 1, (x + 1)² / 4 between: with t = clip(x, -1, 1) that is (t + 1)² / 4 + max(x - 1, 0). */
const sparsePlus: Pointwise = (e, x) => {
  const t = e.op('Add', [clip(-1, 1)(e, x), e.float(1)]);
  const quarter = e.op('Mul', [e.op('Mul', [t, t]), e.float(0.25)]);
  return e.op('Add', [quarter, e.op('Relu', [e.op('Sub', [x, e.float(1)])])]);
};
const hardSigmoid3 = plain('HardSigmoid', { alpha: 1 / 6, beta: 0.5 });
const hardSigmoid2 = plain('HardSigmoid', { alpha: 0.2, beta: 0.5 });

const POINTWISE: Readonly<Record<string, Pointwise>> = {
  linear: (_, x) => x,
  relu: plain('Relu'),
  relu6: clip(0, 6),
  gelu,
  silu,
  swish: silu,
  elu: plain('Elu'),
  selu: plain('Selu'),
  celu: plain('Celu'),
  softplus: plain('Softplus'),
  softsign: plain('Softsign'),
  sigmoid: plain('Sigmoid'),
  tanh: plain('Tanh'),
  exponential: plain('Exp'),
  leaky_relu: plain('LeakyRelu', { alpha: 0.2 }),
  mish,
  log_sigmoid: logSigmoid,
  hard_silu: plain('HardSwish'),
  hard_swish: plain('HardSwish'),
  hard_tanh: clip(-1, 1),
  hard_shrink: plain('Shrink', { lambd: 0.5 }),
  soft_shrink: plain('Shrink', { lambd: 0.5, bias: 0.5 }),
  tanh_shrink: (e, x) => e.op('Sub', [x, e.op('Tanh', [x])]),
  squareplus,
  sparse_plus: sparsePlus,
  sparse_sigmoid: (e, x) => clip(0, 1)(e, e.op('Mul', [e.op('Add', [x, e.float(1)]), e.float(0.5)])),
};

/** The pointwise function of a name in a version of Keras; null where there is none. */
export function pointwise(name: string, keras: number): Pointwise | null {
  // hard_sigmoid: clip(0.2 x + 0.5) until Keras 2, relu6(x + 3) / 6 since Keras 3.
  if (name === 'hard_sigmoid') return keras >= 3 ? hardSigmoid3 : hardSigmoid2;
  return POINTWISE[name] ?? null;
}

/** The names of all functions that are converted, for the table of the documentation. */
export const ACTIVATION_NAMES: readonly string[] = [
  ...Object.keys(POINTWISE),
  'hard_sigmoid',
  'softmax',
  'log_softmax',
  'glu',
  'sparsemax',
].sort();

/** The name of an activation: a text, or the object that Keras 3 writes for a function or a layer. */
function nameOf(spec: Json | undefined): { name: string; config: JsonObject } {
  if (typeof spec === 'string') return { name: spec, config: {} };
  if (!isObject(spec)) return { name: 'linear', config: {} };
  const { config } = spec;
  const own = typeof config === 'string' ? config : text(spec['class_name'], '');
  return { name: own, config: isObject(config) ? config : {} };
}

export function activationName(spec: Json | undefined): string {
  return nameOf(spec).name;
}

/** Applies the activation that a configuration names. */
export function activate(c: LayerCall, t: Held, spec: Json | undefined): Held {
  if (spec === undefined || spec === null) return t;
  const { name, config } = nameOf(spec);
  const simple = pointwise(name, c.keras);
  if (simple) return name === 'linear' ? t : c.map(t, (x) => simple(c.e, x));
  if (name === 'softmax' || name === 'log_softmax')
    return softmax(c, t, -1, name === 'softmax' ? 'Softmax' : 'LogSoftmax');
  if (name === 'glu') return glu(c, t);
  if (name === 'sparsemax') return sparsemax(c, t);
  if (name === 'threshold') return c.refuse('the activation threshold without its numbers is not converted');
  const layer = ACTIVATION_LAYERS[name];
  if (layer) return layer(c.part({ class_name: name, config }, '', [t])) as Held;
  return c.refuse(`the activation ${name || 'of its own'} is not one of Keras's`);
}

/** Along one axis, in the order at hand. */
export function softmax(c: LayerCall, t: Held, axis: number, op = 'Softmax'): Held {
  const rank = c.rank(t);
  const at = c.axis(axis, rank);
  if (orderAtHand(t) === 'first' && t.natural === null) {
    const moved = at === 0 ? 0 : at === rank - 1 ? 1 : at + 1;
    return c.keep(c.e.op(op, [t.first], { axis: moved }), 'first', t.mask);
  }
  return c.keep(c.e.op(op, [c.natural(t)], { axis: at === rank - 1 ? -1 : at }), 'natural', t.mask);
}

function glu(c: LayerCall, t: Held): Held {
  const [a, b] = c.e.ops('Split', [c.natural(t)], { axis: -1 }, 2);
  return c.keep(c.e.op('Mul', [a!, c.e.op('Sigmoid', [b!])]), 'natural', t.mask);
}

/** max(x - τ, 0), τ as keras.ops.sparsemax has it: it sums the running sums of the elements that stay. */
export function sparsemax(c: LayerCall, t: Held, axis = -1): Held {
  const { e } = c;
  const length = c.length(axis, t);
  const [at, last] = [c.axis(axis, c.rank(t)), c.rank(t) - 1];
  if (at !== last) {
    const perm = Array.from({ length: last + 1 }, (_, i) => (i === at ? last : i === last ? at : i));
    const turned = c.natural(sparsemax(c, c.keep(e.transpose(c.natural(t), perm))));
    return c.keep(e.transpose(turned, perm), 'natural', t.mask);
  }
  const x = c.natural(t);
  const [sorted] = e.ops('TopK', [x, e.ints([length])], { axis: -1 }, 2);
  const sums = e.op('CumSum', [sorted!, e.ints([c.rank(t) - 1], [])]);
  const counts = e.floats(Array.from({ length }, (_, i) => i + 1));
  const excess = e.op('Div', [e.op('Sub', [sums, e.float(1)]), counts]);
  const support = e.op('Greater', [sorted!, excess]);
  const total = e.reduce('ReduceSum', e.op('Where', [support, sums, e.float(0)]), [-1], true);
  const k = e.reduce('ReduceSum', e.op('Cast', [support], { to: 1 }), [-1], true);
  const tau = e.op('Div', [e.op('Sub', [total, e.float(1)]), k]);
  return c.keep(e.op('Relu', [e.op('Sub', [x, tau])]), 'natural', t.mask);
}

// ---- layers

/** max_value above, x from the threshold on, slope (x - threshold) below it. */
const reluLayer: Lowering = (c) => {
  const slope = numberOf(c.config['negative_slope'], numberOf(c.config['alpha'], 0));
  const threshold = c.number('threshold', 0);
  const most = !isSet(c.config['max_value']) ? null : c.number('max_value', 0);
  return c.map(c.x, (x) => thresholdRelu(c.e, x, slope, threshold, most));
};

export function thresholdRelu(
  e: TypedEmitter,
  x: ValueId,
  slope: number,
  threshold: number,
  most: number | null,
): ValueId {
  if (slope === 0 && threshold === 0) {
    return most === null ? e.op('Relu', [x]) : clip(0, most)(e, x);
  }
  const capped = most === null ? x : e.op('Min', [x, e.float(most)]);
  if (threshold === 0) return e.op('LeakyRelu', [capped], { alpha: float(slope) });
  const below = slope === 0 ? e.float(0) : e.op('Mul', [e.op('Sub', [x, e.float(threshold)]), e.float(slope)]);
  return e.op('Where', [e.op('GreaterOrEqual', [x, e.float(threshold)]), capped, below]);
}

const leakyRelu: Lowering = (c) => {
  const alpha = numberOf(c.config['negative_slope'], numberOf(c.config['alpha'], 0.3));
  return c.map(c.x, (x) => c.e.op('LeakyRelu', [x], { alpha: float(alpha) }));
};

const float = (value: number) => ({ kind: 'float', value: Math.fround(value) }) as const;

/** alpha has the shape of one element of the batch, 1 along shared axes. */
const prelu: Lowering = (c) => {
  const { dims } = c.weight('alpha');
  const rank = dims.length + 1;
  const single = dims.slice(0, -1).every((d) => d === 1);
  if (orderAtHand(c.x) === 'first' && single) {
    const shape = [dims[dims.length - 1]!, ...dims.slice(0, -1)];
    const slope = c.permuted('alpha', [dims.length - 1, ...dims.slice(0, -1).map((_, i) => i)], shape);
    return c.keep(c.e.op('PRelu', [c.first(), slope]), 'first', c.x.mask);
  }
  if (rank !== c.rank()) c.refuse('its weight does not have the shape of its input');
  return c.keep(c.e.op('PRelu', [c.natural(), c.weight('alpha').constant()]), 'natural', c.x.mask);
};

const softmaxLayer: Lowering = (c) => {
  const axes = c.numbers('axis') ?? [-1];
  const mask = maskOf(c);
  if (mask) return maskedSoftmax(c, axes, mask);
  if (axes.length === 1) return softmax(c, c.x, axes[0]!);
  return c.keep(overAxes(c, c.natural(), axes));
};

/** The mask that is given with the call, else the one that comes with the tensor. */
function maskOf(c: LayerCall): Held | null {
  const given = c.given.kwargs['mask'];
  if (given instanceof Held) return given;
  return c.inputs[1] ?? c.x.mask;
}

/** Hidden elements get what is far below all others; Keras 3 leaves nothing of them even where all are hidden. */
function maskedSoftmax(c: LayerCall, axes: readonly number[], mask: Held): Held {
  const { e } = c;
  if (c.rank(mask) !== c.rank()) c.refuse('its mask has other dimensions than its input');
  const seen = e.cast(c.natural(mask), 'bool', 9);
  if (c.keras < 3) {
    const hidden = e.op('Where', [seen, e.float(0), e.float(-1e9)]);
    return c.keep(overAxes(c, e.op('Add', [c.natural(), hidden]), axes));
  }
  const y = overAxes(c, e.op('Where', [seen, c.natural(), e.float(-1e9)]), axes);
  return c.keep(e.op('Where', [seen, y, e.float(0)]));
}

function overAxes(c: LayerCall, x: ValueId, axes: readonly number[]): ValueId {
  const { e } = c;
  if (axes.length === 1) return e.op('Softmax', [x], { axis: axes[0]! });
  const exp = e.op('Exp', [e.op('Sub', [x, e.reduce('ReduceMax', x, axes, true)])]);
  return e.op('Div', [exp, e.reduce('ReduceSum', exp, axes, true)]);
}

const thresholded: Lowering = (c) =>
  c.map(c.x, (x) => c.e.op('ThresholdedRelu', [x], { alpha: float(c.number('theta', 1)) }));

export const ACTIVATION_LAYERS: Readonly<Record<string, Lowering>> = {
  Activation: (c) => activate(c, c.x, c.config['activation']),
  ReLU: reluLayer,
  LeakyReLU: leakyRelu,
  ELU: (c) => c.map(c.x, (x) => c.e.op('Elu', [x], { alpha: float(c.number('alpha', 1)) })),
  PReLU: prelu,
  Softmax: softmaxLayer,
  ThresholdedReLU: thresholded,
};
