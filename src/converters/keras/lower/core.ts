/** Dense layers and those that only move elements. */

import type { ValueId } from '../../../graph-model/core/model.ts';
import { activate } from './activations.ts';
import type { LayerCall, Lowering } from './call.ts';
import { resized } from './resize.ts';
import { Held, orderAtHand, range } from '../../../graph-model/builders/axis-orders.ts';

/** Nothing happens at inference: dropout, noise, augmentation. */
const nothing: Lowering = (c) => c.x;

/** x · kernel + bias over the last axis. */
const dense: Lowering = (c) => {
  if (isQuantized(c)) return quantizedDense(c);
  const kernel = c.weight('kernel', 2).constant();
  const x = c.natural();
  const bias = c.has('bias') ? c.weight('bias', 1).constant() : null;
  const y =
    c.rank() === 2
      ? c.e.op('Gemm', bias === null ? [x, kernel] : [x, kernel, bias])
      : withBias(c, c.e.op('MatMul', [x, kernel]), bias);
  return activate(c, c.keep(y, 'natural', c.x.mask), c.config['activation']);
};

const isQuantized = (c: LayerCall) => /^int8_from_/.test(c.text('dtype', '')) && c.has('kernel_scale');

/** int8: each row is rounded to 127ths of its greatest element, and its product with the whole kernel is scaled back. */
const quantizedDense: Lowering = (c) => {
  const { e } = c;
  const x = c.natural();
  const greatest = e.reduce('ReduceMax', e.op('Abs', [x]), [-1], true);
  const scale = e.op('Div', [e.float(127), e.op('Add', [greatest, e.float(1e-7)])]);
  const rounded = e.op('Round', [e.op('Mul', [x, scale])]);
  const kept = e.op('Clip', [rounded, e.float(-127), e.float(127)]);
  const product = e.op('MatMul', [kept, c.weight('kernel', 2).constant()]);
  const back = e.op('Div', [product, e.op('Mul', [scale, c.weight('kernel_scale').constant()])]);
  const bias = c.has('bias') ? c.weight('bias', 1).constant() : null;
  return activate(c, c.keep(withBias(c, back, bias), 'natural', c.x.mask), c.config['activation']);
};

export function withBias(c: LayerCall, y: ValueId, bias: ValueId | null): ValueId {
  return bias === null ? y : c.e.op('Add', [y, bias]);
}

/** The equation of Keras is ONNX's, with `...` for the batch. */
const einsumDense: Lowering = (c) => {
  const equation = c.text('equation', '').replace(/\s/g, '');
  if (!/^[a-zA-Z.,]+->[a-zA-Z.]+$/.test(equation)) c.refuse(`its equation ${equation} is not understood`);
  const y = c.e.op('Einsum', [c.natural(), c.weight('kernel').constant()], { equation });
  const bias = c.has('bias') ? c.weight('bias').constant() : null;
  return activate(c, c.keep(withBias(c, y, bias), 'natural', c.x.mask), c.config['activation']);
};

/** Rows of the table; ids may come as floats. Id 0 is padding where `mask_zero` says so. */
const embedding: Lowering = (c) => {
  const { e } = c;
  const given = c.natural();
  const isInt = /^u?int(32|64)$/.test(e.dtype(given));
  const ids = isInt ? given : e.op('Cast', [given], { to: 6 });
  const usable = /^int/.test(e.dtype(ids)) ? ids : e.op('Cast', [ids], { to: 7 });
  const table = c.weight('embeddings', 2).constant();
  return c.keep(
    e.op('Gather', [table, usable], { axis: 0 }),
    'natural',
    c.flag('mask_zero') ? maskOf(c, usable) : null,
  );
};

function maskOf(c: LayerCall, ids: ValueId): Held {
  const zero = c.e.numbers(c.e.dtype(ids), [0]);
  return Held.of(c.e.op('Not', [c.e.op('Equal', [ids, zero])]));
}

/** The same table back: scores of every id, and bounded softly where a cap is given. */
const reversibleEmbedding: Lowering = (c) => {
  const { e } = c;
  if (argumentOf(c) !== true) return embedding(c);
  const own = c.has('reverse_embeddings');
  const table = own ? c.weight('reverse_embeddings', 2).constant() : c.permuted('embeddings', [1, 0]);
  const scores = e.op('MatMul', [c.natural(), table]);
  const cap = c.config['logit_soft_cap'];
  if (typeof cap !== 'number') return c.keep(scores);
  return c.keep(e.op('Mul', [e.op('Tanh', [e.op('Div', [scores, e.float(cap)])]), e.float(cap)]));
};

const argumentOf = (c: LayerCall) => c.given.kwargs['reverse'] ?? c.given.args[1];

/** Steps whose features all are `mask_value` are zeroed and masked. */
const masking: Lowering = (c) => {
  const { e } = c;
  const x = c.natural();
  const other = e.op('Not', [e.op('Equal', [x, e.float(c.number('mask_value', 0))])]);
  const any = e.reduce('ReduceMax', e.op('Cast', [other], { to: 1 }), [-1], true);
  const mask = e.op('Cast', [e.squeeze(any, [-1])], { to: 9 });
  return c.keep(e.op('Mul', [x, any]), 'natural', Held.of(mask));
};

/** [batch, all the rest]; in channels-first models the channels come last. */
const flatten: Lowering = (c) => {
  const rank = c.rank();
  if (rank === 1) return c.keep(c.e.unsqueeze(c.natural(), [1]));
  if (rank === 2) return c.x;
  if (c.channelsFirst) {
    const moved = c.e.transpose(c.natural(), [0, ...range(2, rank), 1]);
    return c.keep(c.e.reshape(moved, [0, -1]));
  }
  return c.keep(c.e.reshape(flatSource(c), [0, -1]));
};

/** Where all axes but one are 1 long, any order of them is the same when flattened. */
function flatSource(c: LayerCall): ValueId {
  const long = c
    .shape()
    .slice(1)
    .filter((d) => d !== 1).length;
  return long <= 1 && orderAtHand(c.x) === 'first' ? c.first() : c.natural();
}

const reshape: Lowering = (c) => {
  const target = c.numbers('target_shape') ?? c.refuse('it has no target_shape');
  const same =
    c
      .shape()
      .slice(1)
      .filter((d) => d !== 1).length <= 1 && orderAtHand(c.x) === 'first';
  return c.keep(c.e.reshape(same ? c.x.first! : c.natural(), [0, ...target]));
};

/** `dims` count from 1, without the batch. */
const permute: Lowering = (c) => {
  const dims = c.numbers('dims') ?? c.refuse('it has no dims');
  return c.keep(c.e.transpose(c.natural(), [0, ...dims]));
};

const repeatVector: Lowering = (c) => {
  const n = c.number('n', 1);
  return c.keep(c.e.op('Expand', [c.e.unsqueeze(c.natural(), [1]), c.e.ints([1, n, 1])]));
};

/** Amounts before and after each spatial axis, of a number, a pair, or pairs. */
function amounts(c: LayerCall, key: string, rank: number): [number, number][] {
  const given = c.config[key];
  if (typeof given === 'number') return range(0, rank).map(() => [given, given]);
  if (!Array.isArray(given)) return c.refuse(`its ${key} is not understood`);
  const list = given as (number | number[])[];
  if (rank === 1) return [list.flat() as [number, number]];
  return list.map((v) => (typeof v === 'number' ? [v, v] : [v[0]!, v[1]!]));
}

const padding =
  (rank: number): Lowering =>
  (c) => {
    const sizes = amounts(c, 'padding', rank);
    const at = spatialAxis(c);
    const pads = [0, 1].flatMap((side) => {
      const all = range(0, rank + 2).map(() => 0);
      sizes.forEach((s, i) => (all[at + i] = s[side]!));
      return all;
    });
    return c.map(c.x, (x) => c.e.op('Pad', [x, c.e.ints(pads)]));
  };

const cropping =
  (rank: number): Lowering =>
  (c) => {
    const sizes = amounts(c, 'cropping', rank);
    const at = spatialAxis(c);
    const cut = sizes.map(([a, b], i) => ({ a, b, axis: at + i })).filter(({ a, b }) => a > 0 || b > 0);
    if (cut.length === 0) return c.x;
    const ends = cut.map(({ b }) => (b === 0 ? 2 ** 31 : -b));
    return c.map(c.x, (x) =>
      c.e.slice(
        x,
        cut.map((s) => s.a),
        ends,
        cut.map((s) => s.axis),
      ),
    );
  };

/** The first spatial axis in the order at hand. */
function spatialAxis(c: LayerCall): number {
  if (orderAtHand(c.x) === 'time') c.natural();
  return c.channelsFirst || orderAtHand(c.x) === 'first' ? 2 : 1;
}

/** Nearest repeats; bilinear samples at pixel centres, as TensorFlow 2 does. */
const upSampling =
  (rank: number): Lowering =>
  (c) => {
    const sizes = c.sizes('size', rank, 2);
    const mode = c.text('interpolation', 'nearest');
    const x = c.channelsFirst ? c.natural() : c.first();
    const keep = (y: ValueId) => c.keep(y, c.channelsFirst ? 'natural' : 'first');
    if (mode === 'nearest' || mode === 'bilinear') return keep(upsample(c, x, sizes, mode));
    const first = c.channelsFirst ? 2 : 1;
    const [height, width] = sizes.map((s, i) => s * c.length(first + i));
    return keep(resized(c, x, { height: height!, width: width!, mode, antialias: false }));
  };

function upsample(c: LayerCall, x: ValueId, sizes: readonly number[], mode: string): ValueId {
  const scales = c.e.floats([1, 1, ...sizes]);
  const attrs =
    mode === 'nearest'
      ? { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' }
      : { mode: 'linear', coordinate_transformation_mode: 'half_pixel' };
  return c.e.op('Resize', [x, null, scales], attrs);
}

/** The pair of nodes that stand around a model within TimeDistributed. */
const fold: Lowering = (c) => {
  const dims = c.shape().slice(2);
  const fixed = dims.map((d) => (typeof d === 'number' ? d : c.refuse('the shape of a step is not known')));
  return c.keep(c.e.reshape(c.natural(), [-1, ...fixed]));
};

const unfold: Lowering = (c) => {
  const [x, from] = c.inputs;
  const dims = c.shape(x).slice(1);
  const fixed = dims.map((d) => (typeof d === 'number' ? d : c.refuse('the shape of a step is not known')));
  const time = c.shape(from)[1];
  if (typeof time === 'number') return c.keep(c.e.reshape(c.natural(x), [-1, time, ...fixed]));
  const lead = c.e.slice(c.e.op('Shape', [c.natural(from)]), [0], [2], [0]);
  return c.keep(c.e.op('Reshape', [c.natural(x), c.e.op('Concat', [lead, c.e.ints(fixed)], { axis: 0 })]));
};

const NOTHING = [
  'Dropout', 'SpatialDropout1D', 'SpatialDropout2D', 'SpatialDropout3D', 'GaussianDropout', 'GaussianNoise',
  'AlphaDropout', 'ActivityRegularization', 'Identity', 'RandomFlip', 'RandomRotation', 'RandomZoom',
  'RandomTranslation', 'RandomContrast', 'RandomBrightness', 'RandomHue', 'RandomSaturation', 'RandomSharpness',
  'RandomColorJitter', 'RandomColorDegeneration', 'RandomGrayscale', 'RandomInvert', 'RandomPosterization',
  'RandomErasing', 'RandomGaussianBlur', 'RandomShear', 'RandomPerspective', 'RandomElasticTransform', 'RandAugment',
  'AugMix', 'MixUp', 'CutMix',
]; // prettier-ignore

export const CORE: Readonly<Record<string, Lowering>> = {
  Dense: dense,
  EinsumDense: einsumDense,
  Embedding: embedding,
  ReversibleEmbedding: reversibleEmbedding,
  Masking: masking,
  Flatten: flatten,
  Reshape: reshape,
  Permute: permute,
  RepeatVector: repeatVector,
  ZeroPadding1D: padding(1),
  ZeroPadding2D: padding(2),
  ZeroPadding3D: padding(3),
  Cropping1D: cropping(1),
  Cropping2D: cropping(2),
  Cropping3D: cropping(3),
  UpSampling1D: upSampling(1),
  UpSampling2D: upSampling(2),
  UpSampling3D: upSampling(3),
  TimeDistributedFold: fold,
  TimeDistributedUnfold: unfold,
  ...Object.fromEntries(NOTHING.map((name) => [name, nothing])),
};
