/** Normalisations. Formulas: keras.layers of the same names. */
import type { ValueId } from '../../../graph-model/core/model.ts';
import type { LayerCall, Lowering } from './call.ts';
import { orderAtHand, range } from '../../../graph-model/builders/axis-orders.ts';

/** (x - mean) / √(variance + epsilon) · gamma + beta along one axis. */
const batchNormalization: Lowering = (c) => {
  const axes = c.numbers('axis') ?? [-1];
  if (axes.length !== 1) c.refuse('several axes are not converted');
  const rank = c.rank();
  const axis = c.axis(axes[0]!, rank);
  const epsilon = c.number('epsilon', 1e-3);
  if (axis === rank - 1 && rank > 2 && orderAtHand(c.x) === 'first')
    return c.keep(batchNormalOp(c, c.first(), epsilon), 'first', c.x.mask);
  if (axis === 1) return c.keep(batchNormalOp(c, c.natural(), epsilon), 'natural', c.x.mask);
  const { scale, offset } = scaleAndOffset(c, epsilon);
  const dims = range(0, rank).map((i) => (i === axis ? scale.length : 1));
  const y = c.e.op('Mul', [c.natural(), c.once(`scale ${axis}`, () => c.e.floats(scale, dims))]);
  return c.keep(c.e.op('Add', [y, c.once(`offset ${axis}`, () => c.e.floats(offset, dims))]), 'natural', c.x.mask);
};

function batchNormalOp(c: LayerCall, x: ValueId, epsilon: number): ValueId {
  const [mean, variance] = [c.weight('moving_mean', 1), c.weight('moving_variance', 1)];
  const count = mean.values.length;
  const gamma = c.has('gamma') ? c.weight('gamma').constant() : filled(c, 'gamma', 1, count);
  const beta = c.has('beta') ? c.weight('beta').constant() : filled(c, 'beta', 0, count);
  return c.e.op('BatchNormalization', [x, gamma, beta, mean.constant(), variance.constant()], {
    epsilon: { kind: 'float', value: epsilon },
  });
}

function filled(c: LayerCall, what: string, value: number, count: number): ValueId {
  return c.once(what, () => c.e.floats(new Float32Array(count).fill(value)));
}

function scaleAndOffset(c: LayerCall, epsilon: number): { scale: number[]; offset: number[] } {
  const [mean, variance] = [c.weight('moving_mean').values, c.weight('moving_variance').values];
  const gamma = c.has('gamma') ? c.weight('gamma').values : null;
  const beta = c.has('beta') ? c.weight('beta').values : null;
  const scale = Array.from(variance, (v, i) => (gamma?.[i] ?? 1) / Math.sqrt(v + epsilon));
  return { scale, offset: scale.map((s, i) => (beta?.[i] ?? 0) - mean[i]! * s) };
}

/** Over trailing axes it is ONNX's own; over others it is written out. */
const layerNormalization: Lowering = (c) => {
  if (c.flag('rms_scaling')) c.refuse('rms_scaling is not converted');
  const rank = c.rank();
  const axes = (c.numbers('axis') ?? [-1]).map((a) => c.axis(a, rank)).sort((a, b) => a - b);
  const epsilon = c.number('epsilon', 1e-3);
  const trailing = axes.every((a, i) => a === rank - axes.length + i);
  return c.keep(trailing ? layerNormalOp(c, axes, epsilon) : writtenOut(c, axes, epsilon), 'natural', c.x.mask);
};

function layerNormalOp(c: LayerCall, axes: readonly number[], epsilon: number): ValueId {
  const dims =
    c.has('gamma') || c.has('beta') ? c.weight(c.has('gamma') ? 'gamma' : 'beta').dims : axes.map((a) => c.length(a));
  const size = dims.reduce((a, b) => a * b, 1);
  const gamma = c.has('gamma')
    ? c.weight('gamma').constant()
    : c.once('gamma', () => c.e.floats(new Float32Array(size).fill(1), dims));
  const inputs = c.has('beta') ? [c.natural(), gamma, c.weight('beta').constant()] : [c.natural(), gamma];
  return c.e.op('LayerNormalization', inputs, { axis: -axes.length, epsilon: { kind: 'float', value: epsilon } });
}

function writtenOut(c: LayerCall, axes: readonly number[], epsilon: number): ValueId {
  const { e } = c;
  const x = c.natural();
  const centred = e.op('Sub', [x, e.reduce('ReduceMean', x, axes, true)]);
  const variance = e.reduce('ReduceMean', e.op('Mul', [centred, centred]), axes, true);
  let y = e.op('Div', [centred, e.op('Sqrt', [e.op('Add', [variance, e.float(epsilon)])])]);
  const dims = c.shape().map((d, i) => (axes.includes(i) ? c.length(i) : (void d, 1)));
  if (c.has('gamma')) y = e.op('Mul', [y, shaped(c, 'gamma', dims)]);
  return c.has('beta') ? e.op('Add', [y, shaped(c, 'beta', dims)]) : y;
}

/** A weight in a shape that broadcasts. */
function shaped(c: LayerCall, role: string, dims: readonly number[]): ValueId {
  const { values } = c.weight(role);
  if (dims.reduce((a, b) => a * b, 1) !== values.length) c.refuse(`its weight ${role} does not fit its input`);
  return c.once(`${role} ${dims.join()}`, () => c.e.constant({ dtype: 'float', dims, values }));
}

/** Each group of channels over all of space: InstanceNormalization of [batch, groups, rest]. */
const groupNormalization: Lowering = (c) => {
  const { e } = c;
  const rank = c.rank();
  const axis = c.axis(c.numbers('axis')?.[0] ?? -1, rank);
  if (axis === 0) c.refuse('its axis is the batch');
  const last = axis === rank - 1 && rank > 2;
  const inner = axis !== 1 && !last;
  const order = [0, axis, ...range(1, rank).filter((i) => i !== axis)];
  const x = last ? c.first() : inner ? c.e.transpose(c.natural(), order) : c.natural();
  const channels = c.length(axis);
  const groups = c.number('groups', 32) === -1 ? channels : c.number('groups', 32);
  const ones = e.floats(new Float32Array(groups).fill(1));
  const zeros = e.floats(new Float32Array(groups));
  const grouped = e.reshape(x, [0, groups, -1]);
  const epsilon = { kind: 'float', value: c.number('epsilon', 1e-3) } as const;
  const normal = e.op('InstanceNormalization', [grouped, ones, zeros], { epsilon });
  let y = e.op('Reshape', [normal, e.op('Shape', [x])]);
  const dims = [channels, ...range(0, rank - 2).map(() => 1)];
  if (c.has('gamma')) y = e.op('Mul', [y, shaped(c, 'gamma', dims)]);
  if (c.has('beta')) y = e.op('Add', [y, shaped(c, 'beta', dims)]);
  if (inner) y = c.e.transpose(y, [0, ...range(2, axis + 1), 1, ...range(axis + 1, rank)]);
  return c.keep(y, last ? 'first' : 'natural', c.x.mask);
};

/** x / max(‖x‖, ε): Keras 2 bounds the squared norm by 1e-12, Keras 3 the norm. */
const unitNormalization: Lowering = (c) => {
  const axes = (c.numbers('axis') ?? [-1]).map((a) => c.axis(a));
  return c.keep(unitNormal(c, c.natural(), axes), 'natural', c.x.mask);
};

export function unitNormal(c: LayerCall, x: ValueId, axes: readonly number[]): ValueId {
  const { e } = c;
  const square = e.reduce('ReduceSum', e.op('Mul', [x, x]), axes, true);
  const least = e.float(c.keras >= 3 ? 1e-24 : 1e-12);
  return e.op('Div', [x, e.op('Sqrt', [e.op('Max', [square, least])])]);
}

/** x / √(mean(x²) + epsilon) · scale */
const rmsNormalization: Lowering = (c) => {
  const { e } = c;
  const rank = c.rank();
  const axes = (c.numbers('axis') ?? [-1]).map((a) => c.axis(a, rank));
  const x = c.natural();
  const mean = e.reduce('ReduceMean', e.op('Mul', [x, x]), axes, true);
  const y = e.op('Div', [x, e.op('Sqrt', [e.op('Add', [mean, e.float(c.number('epsilon', 1e-6))])])]);
  const dims = range(0, rank).map((i) => (axes.includes(i) ? c.length(i) : 1));
  return c.keep(c.has('scale') ? e.op('Mul', [y, shaped(c, 'scale', dims)]) : y, 'natural', c.x.mask);
};

/** At inference the kernel is as the last step of training left it. */
const spectralNormalization: Lowering = (c) => c.given.lower(c.part(c.config['layer'], 'layer'));

/** keras.applications' own, in ConvNeXt: a weight for each channel. */
const layerScale: Lowering = (c) => {
  const { dims } = c.weight('gamma', 1);
  const order = orderAtHand(c.x);
  const behind = order === 'first' ? c.rank() - 2 : 0;
  const gamma = c.permuted('gamma', [0], [dims[0]!, ...new Array<number>(behind).fill(1)]);
  return c.map(c.x, (x) => c.e.op('Mul', [x, gamma]));
};

export const NORMALIZATION: Readonly<Record<string, Lowering>> = {
  BatchNormalization: batchNormalization,
  SyncBatchNormalization: batchNormalization,
  LayerNormalization: layerNormalization,
  GroupNormalization: groupNormalization,
  UnitNormalization: unitNormalization,
  RMSNormalization: rmsNormalization,
  SpectralNormalization: spectralNormalization,
  LayerScale: layerScale,
};
