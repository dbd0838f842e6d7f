/** Reductions, normalizations, softmax: what folds or rescales along axes. */
import type { Dim, Shape } from '../../core/types.ts';
import { isStatic } from '../../core/dims.ts';
import { addDim, divDim, maxDim, minDim, mulDim } from '../symbolic.ts';
import type { InferRule, NodeContext } from './context.ts';
import type { Elements } from './elements.ts';
import { likeInput } from './elementwise.ts';
import { withTraits, type Rows } from './row.ts';
import { axesOf } from './shapes.ts';
import { gridOffsets, upTo } from './values.ts';

type Fold = (values: readonly Dim[]) => Dim;

/** Axes became an input in opset 18 (ReduceSum: 13). */
function reduce(axesInput: number, fold?: Fold): InferRule {
  return (c) => {
    const shape = c.shape(0);
    const keep = c.int('keepdims', 1) !== 0;
    const axes = reducedAxes(c, axesInput, shape);
    if (!shape || !axes) return c.setTensor(0, c.dtype(0), unknownAxes(c, shape, keep));
    const out = keep ? shape.map((d, i): Dim => (axes.has(i) ? 1 : d)) : shape.filter((_, i) => !axes.has(i));
    const e = fold ? c.elements(0) : null;
    c.setTensor(0, c.dtype(0), out, e && isStatic(out) ? reduceElements(e, axes, out, fold!) : null);
  };
}

/** Axes that only running tells: their number is known, and with it the rank. */
function unknownAxes(c: NodeContext, shape: Shape, keep: boolean): Shape {
  if (!shape || keep) return shape && shape.map(() => null);
  const count = c.dim(1, 0);
  if (typeof count !== 'number' || count === 0) return count === 0 ? [] : null;
  return new Array<Dim>(Math.max(0, shape.length - count)).fill(null);
}

/** The axes to reduce, none for an empty list that means "nothing"; null where they are not known. */
function reducedAxes(c: NodeContext, since: number, shape: Shape): ReadonlySet<number> | null {
  const given = axesOf(c, since);
  if (given === null || !shape) return null;
  if (given !== undefined && given.length > 0) return new Set(given.flatMap((a) => c.axis(a, shape.length) ?? []));
  return new Set(c.int('noop_with_empty_axes', 0) ? [] : upTo(shape.length));
}

function reduceElements(e: Elements, axes: ReadonlySet<number>, out: readonly number[], fold: Fold): Elements {
  const kept = gridOffsets(
    e.dims,
    e.dims.map((d, i) => (axes.has(i) ? [0] : upTo(d))),
  );
  const within = gridOffsets(
    e.dims,
    e.dims.map((d, i) => (axes.has(i) ? upTo(d) : [0])),
  );
  return { dtype: e.dtype, dims: out, values: kept.map((k) => fold(within.map((w) => e.values[k + w] ?? null))) };
}

const folding =
  (f: (a: Dim, b: Dim) => Dim, start: Dim | undefined): Fold =>
  (values) =>
    start === undefined ? (values.length ? values.reduce(f) : null) : values.reduce(f, start);

const mean: Fold = (values) => divDim(values.reduce<Dim>(addDim, 0), values.length);

const argReduce: InferRule = (c) => {
  const shape = c.shape(0);
  const axis = shape && c.axis(c.int('axis', 0), shape.length);
  const keep = c.int('keepdims', 1) !== 0;
  c.setTensor(
    0,
    'int64',
    shape && (keep ? shape.map((d, i) => (i === axis ? 1 : d)) : shape.filter((_, i) => i !== axis)),
  );
};

/** Outputs 1… of BatchNormalization: training results, per channel. */
const batchNorm: InferRule = (c) => {
  c.set(0, c.type(0));
  const running = c.version >= 14 ? c.dtype(3) : c.dtype(1);
  for (let i = 1; i < c.outputCount; i++) c.setTensor(i, running ?? c.dtype(0), [c.dim(0, 1)]);
};

/** Outputs 1 and 2 hold one statistic per normalized group, float whatever the input (stash_type). */
const layerNorm: InferRule = (c) => {
  const shape = c.shape(0);
  c.setTensor(0, c.dtype(0), shape);
  const axis = shape && c.axis(c.int('axis', -1), shape.length);
  const stats = shape && axis !== null ? shape.map((d, i) => (i < axis! ? d : 1)) : null;
  const dtype = c.int('stash_type', 1) === 16 ? 'bfloat16' : 'float';
  c.setTensor(1, dtype, stats);
  c.setTensor(2, dtype, stats);
};

/** A loss: a scalar, or one for each target; output 1 of SoftmaxCrossEntropyLoss: log probabilities. */
const loss: InferRule = (c) => {
  const each = c.string('reduction', 'mean') === 'none';
  c.setTensor(0, c.dtype(0), each ? c.shape(1) : []);
  c.setTensor(1, c.dtype(0), c.shape(0));
};

export const REDUCTIONS: Rows = withTraits([], {
  ReduceSum: reduce(13, folding(addDim, 0)),
  ReduceProd: reduce(18, folding(mulDim, 1)),
  ReduceMax: reduce(18, folding(maxDim, undefined)),
  ReduceMin: reduce(18, folding(minDim, undefined)),
  ReduceMean: reduce(18, mean),
  ReduceL1: reduce(18),
  ReduceL2: reduce(18),
  ReduceLogSum: reduce(18),
  ReduceLogSumExp: reduce(18),
  ReduceSumSquare: reduce(18),
  ArgMax: argReduce,
  ArgMin: argReduce,
  Softmax: likeInput(),
  LogSoftmax: likeInput(),
  Hardmax: likeInput(),
  LpNormalization: likeInput(),
  MeanVarianceNormalization: likeInput(),
  InstanceNormalization: likeInput(),
  GroupNormalization: likeInput(),
  RMSNormalization: likeInput(),
  SimplifiedLayerNormalization: layerNorm,
  BatchNormalization: batchNorm,
  LayerNormalization: layerNorm,
  NegativeLogLikelihoodLoss: loss,
  SoftmaxCrossEntropyLoss: loss,
});
