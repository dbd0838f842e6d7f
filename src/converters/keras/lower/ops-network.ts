/** Functions of keras.ops that are layers with their weights given, and attention. */
import type { ValueId } from '../../../graph-model/core/model.ts';
import { range, type Held } from '../../../graph-model/builders/axis-orders.ts';
import type { JsonObject } from '../json.ts';
import { isHeld, type Given, type LayerCall, type Lowering, type Weight } from './call.ts';
import { CONV } from './conv.ts';
import { axesOption, numbersOf, weightOf } from './op-arguments.ts';
import { adaptivePooling } from './adaptive-pooling.ts';
import { POOLING } from './pooling.ts';

const spatialRank = (c: LayerCall) => c.rank() - 2;

/** A pooling layer of as many dimensions as the input has. */
const pooled =
  (name: (rank: number) => string): Lowering =>
  (c) =>
    POOLING[name(spatialRank(c))]!(c.as(name(spatialRank(c)), c.config));

/** `keras` is what the layer calls the arrays that come behind the input. */
const convolved =
  (name: (rank: number) => string, roles: readonly string[]): Lowering =>
  (c) => {
    const op = name(spatialRank(c));
    const weights = new Map<string, Weight>();
    for (const [i, role] of roles.entries()) {
      const given = c.given.args[i + 1] ?? c.given.kwargs[role];
      if (isHeld(given)) return c.refuse(`its ${role} is computed, which is not converted`);
      weights.set(role, weightOf(c, given, role));
    }
    const kernel = weights.get(roles[0]!)!.dims;
    const channels = c.channelsFirst ? c.length(1) : c.length(-1);
    const config: JsonObject = {
      ...c.config,
      groups: op.startsWith('Conv') ? channels / kernel[kernel.length - 2]! : 1,
    };
    const lowering = CONV[op] ?? c.refuse('convolutions of this rank are not converted');
    return lowering(c.as(op, config, weights));
  };

// ---- normalisations with their statistics given

const EPSILON = 1e-7;

/** What is given by name or place: a tensor, an array, or nothing. */
function given(c: LayerCall, key: string, place: number): ValueId | null {
  const found: Given | undefined = c.given.kwargs[key] ?? c.given.args[place];
  if (isHeld(found)) return c.e.toFloat(c.natural(found));
  const array = numbersOf(found);
  return array && c.e.floats(array.values, array.dims);
}

const axesOf = (c: LayerCall) => (axesOption(c) ?? [-1]).map((a) => c.axis(a)).sort((a, b) => a - b);

/** A vector in the shape that runs along the axes of the input. */
function along(c: LayerCall, value: ValueId, axes: readonly number[]): ValueId {
  const rank = c.rank();
  if (axes.every((a, i) => a === rank - axes.length + i)) return value;
  return c.e.reshape(
    value,
    range(0, rank).map((i) => (axes.includes(i) ? c.length(i) : 1)),
  );
}

function scaledBy(c: LayerCall, y: ValueId, axes: readonly number[], scale: ValueId | null, offset: ValueId | null) {
  const wide = scale === null ? y : c.e.op('Mul', [y, along(c, scale, axes)]);
  return c.keep(offset === null ? wide : c.e.op('Add', [wide, along(c, offset, axes)]));
}

/** x over the root of its mean square. */
function rootMeanSquare(c: LayerCall, x: ValueId, axes: readonly number[]): ValueId {
  const { e } = c;
  const square = e.reduce('ReduceMean', e.op('Mul', [x, x]), axes, true);
  return e.op('Div', [x, e.op('Sqrt', [e.op('Add', [square, e.float(c.number('epsilon', EPSILON))])])]);
}

const layerNorm: Lowering = (c) => {
  const { e } = c;
  const axes = axesOf(c);
  const x = e.toFloat(c.natural());
  const [gamma, beta] = [given(c, 'gamma', 1), given(c, 'beta', 2)];
  if (c.flag('rms_scaling')) return scaledBy(c, rootMeanSquare(c, x, axes), axes, gamma, null);
  const centred = e.op('Sub', [x, e.reduce('ReduceMean', x, axes, true)]);
  return scaledBy(c, rootMeanSquare(c, centred, axes), axes, gamma, beta);
};

const rmsNorm: Lowering = (c) => {
  const axes = axesOf(c);
  return scaledBy(c, rootMeanSquare(c, c.e.toFloat(c.natural()), axes), axes, given(c, 'scale', 1), null);
};

const batchNorm: Lowering = (c) => {
  const { e } = c;
  const axes = axesOf(c);
  const [mean, variance] = [given(c, 'mean', 1), given(c, 'variance', 2)];
  if (mean === null || variance === null) return c.refuse('its mean and variance are not given');
  const [offset, scale] = [given(c, 'offset', 3), given(c, 'scale', 4)];
  const root = e.op('Sqrt', [e.op('Add', [variance, e.float(c.number('epsilon', 1e-3))])]);
  const y = e.op('Div', [e.op('Sub', [c.natural(), along(c, mean, axes)]), along(c, root, axes)]);
  return scaledBy(c, y, axes, scale, offset);
};

// ---- attention

/** [batch, length, heads, features] of each; masks and biases are [batch, heads, queries, keys]. */
const dotProductAttention: Lowering = (c) => {
  const { e } = c;
  const [q, k, v] = ['query', 'key', 'value'].map((key, i) => c.given.kwargs[key] ?? c.given.args[i]);
  if (!isHeld(q) || !isHeld(k) || !isHeld(v)) return c.refuse('it is called with other than three tensors');
  if (c.length(2, q) !== c.length(2, k)) return c.refuse('keys with fewer heads than queries are not converted');
  const heads = (t: Held, perm: readonly number[]) => e.transpose(c.natural(t), perm);
  const scale = numbersOf(c.given.kwargs['scale'])?.values[0] ?? 1 / Math.sqrt(c.length(3, q));
  let logits = e.op('Mul', [e.op('MatMul', [heads(q, [0, 2, 1, 3]), heads(k, [0, 2, 3, 1])]), e.float(scale)]);
  const cap = c.config['attn_logits_soft_cap'];
  if (typeof cap === 'number')
    logits = e.op('Mul', [e.op('Tanh', [e.op('Div', [logits, e.float(cap)])]), e.float(cap)]);
  const { bias, mask } = c.given.kwargs;
  if (isHeld(bias)) logits = e.op('Add', [logits, c.natural(bias)]);
  if (isHeld(mask)) logits = masked(c, logits, e.cast(c.natural(mask), 'bool', 9));
  if (c.flag('is_causal')) logits = masked(c, logits, causalMask(c, c.length(1, q), c.length(1, k)));
  const mixed = e.op('MatMul', [e.op('Softmax', [logits], { axis: -1 }), heads(v, [0, 2, 1, 3])]);
  return c.keep(e.transpose(mixed, [0, 2, 1, 3]));
};

/** Far below all others, as Keras has it: 0.7 of the least float. */
const masked = (c: LayerCall, logits: ValueId, seen: ValueId) =>
  c.e.op('Where', [seen, logits, c.e.float(-0.7 * 3.4028234663852886e38)]);

const causalMask = (c: LayerCall, queries: number, keys: number) =>
  c.e.numbers(
    'bool',
    range(0, queries).flatMap((i) => range(0, keys).map((j) => Number(j <= i))),
    [queries, keys],
  );

export const NETWORK_OPS: Readonly<Record<string, Lowering>> = {
  maxpool: pooled((n) => `MaxPooling${n}D`),
  averagepool: pooled((n) => `AveragePooling${n}D`),
  adaptivemaxpool: (c) => adaptivePooling('Max', spatialRank(c))(c),
  adaptiveaveragepool: (c) => adaptivePooling('Average', spatialRank(c))(c),
  conv: convolved((n) => `Conv${n}D`, ['kernel']),
  depthwiseconv: convolved((n) => `DepthwiseConv${n}D`, ['kernel']),
  separableconv: convolved((n) => `SeparableConv${n}D`, ['depthwise_kernel', 'pointwise_kernel']),
  convtranspose: convolved((n) => `Conv${n}DTranspose`, ['kernel']),
  layernorm: layerNorm,
  layernormalization: layerNorm,
  rmsnorm: rmsNorm,
  rmsnormalization: rmsNorm,
  batchnorm: batchNorm,
  batchnormalization: batchNorm,
  dotproductattention: dotProductAttention,
};
