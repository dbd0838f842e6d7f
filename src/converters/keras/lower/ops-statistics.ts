/** Reductions and statistics of keras.ops beyond the plain ones. Formulas: keras.ops of the same names. */
import type { ValueId } from '../../../graph-model/core/model.ts';
import { range } from '../../../graph-model/builders/axis-orders.ts';
import { isHeld, type LayerCall, type Lowering } from './call.ts';
import { asFloat, axesOption, keepdims, numberOption, numbersOf, option } from './op-arguments.ts';

/** The axes that are reduced; all where none are named. */
function reduced(c: LayerCall, place = 1): number[] {
  const rank = c.rank();
  return (axesOption(c, ['axis', 'axes'], place) ?? range(0, rank)).map((a) => c.axis(a, rank));
}

const floats = (c: LayerCall) => asFloat(c, c.natural());
const numberCount = (c: LayerCall, x: ValueId, axes: readonly number[], keep: boolean) =>
  c.e.reduce('ReduceSum', c.e.toFloat(c.e.op('Not', [c.e.op('IsNaN', [x])])), axes, keep);
const filled = (c: LayerCall, x: ValueId, value: number) =>
  c.e.op('Where', [c.e.op('IsNaN', [x]), c.e.float(value), x]);

/** What is not a number counts as `value`. */
const ofNumbers =
  (op: string, value: number): Lowering =>
  (c) =>
    c.keep(c.e.reduce(op, filled(c, floats(c), value), reduced(c), keepdims(c)));

function nanMeanOf(c: LayerCall, x: ValueId, axes: readonly number[], keep: boolean): ValueId {
  const sum = c.e.reduce('ReduceSum', filled(c, x, 0), axes, keep);
  return c.e.op('Div', [sum, numberCount(c, x, axes, keep)]);
}

const nanMean: Lowering = (c) => c.keep(nanMeanOf(c, floats(c), reduced(c), keepdims(c)));

const nanVariance =
  (root: boolean): Lowering =>
  (c) => {
    const [x, axes] = [floats(c), reduced(c)];
    const apart = c.e.op('Sub', [x, nanMeanOf(c, x, axes, true)]);
    const mean = nanMeanOf(c, c.e.op('Mul', [apart, apart]), axes, keepdims(c));
    return c.keep(root ? c.e.op('Sqrt', [mean]) : mean);
  };

/** Along one axis, or over all elements where none is named. */
export const argExtreme =
  (op: 'ArgMax' | 'ArgMin', fill: number | null = null): Lowering =>
  (c) => {
    const axes = axesOption(c);
    const x = fill === null ? c.natural() : filled(c, floats(c), fill);
    const keep = keepdims(c);
    const numbered = c.e.dtype(x) === 'bool' ? c.e.op('Cast', [x], { to: 6 }) : x;
    if (axes) return c.keep(c.e.op(op, [numbered], { axis: c.axis(axes[0]!), keepdims: keep ? 1 : 0 }));
    const found = c.e.op(op, [c.e.reshape(numbered, [-1])], { axis: 0, keepdims: 0 });
    return c.keep(
      keep
        ? c.e.reshape(
            found,
            range(0, c.rank()).map(() => 1),
          )
        : found,
    );
  };

const countNonzero: Lowering = (c) => {
  const x = c.natural();
  const some = c.e.dtype(x) === 'bool' ? x : c.e.op('Not', [c.e.op('Equal', [x, c.e.numbers(c.e.dtype(x), [0])])]);
  return c.keep(c.e.reduce('ReduceSum', c.e.op('Cast', [some], { to: 6 }), reduced(c), false));
};

const average: Lowering = (c) => {
  const [x, axes] = [floats(c), reduced(c)];
  const given = c.given.kwargs['weights'] ?? c.given.args[1];
  if (given === undefined || given === null) return c.keep(c.e.reduce('ReduceMean', x, axes, false));
  const array = numbersOf(given);
  const weights = isHeld(given) ? asFloat(c, c.natural(given)) : array && c.e.floats(array.values, array.dims);
  if (!weights) return c.refuse('its weights are neither a tensor nor numbers');
  const one = (e: ValueId) => c.e.reduce('ReduceSum', e, axes, false);
  const dims = c.e.dims(weights)!;
  const wide = dims.length === 1 && axes.length === 1 ? alongAxis(c, weights, axes[0]!) : weights;
  return c.keep(c.e.op('Div', [one(c.e.op('Mul', [x, wide])), one(c.e.op('Expand', [wide, c.e.op('Shape', [x])]))]));
};

/** A vector that runs along one axis of the input. */
const alongAxis = (c: LayerCall, vector: ValueId, axis: number) =>
  c.e.reshape(
    vector,
    range(0, c.rank()).map((i) => (i === axis ? -1 : 1)),
  );

const moments: Lowering = (c) => {
  const { e } = c;
  const [x, axes] = [floats(c), reduced(c)];
  const mean = e.reduce('ReduceMean', x, axes, true);
  const apart = e.op('Sub', [x, mean]);
  const variance = e.reduce('ReduceMean', e.op('Mul', [apart, apart]), axes, keepdims(c));
  return [c.keep(keepdims(c) ? mean : e.squeeze(mean, axes)), c.keep(variance)];
};

const peakToPeak: Lowering = (c) => {
  const [x, axes] = [c.natural(), reduced(c)];
  return c.keep(
    c.e.op('Sub', [c.e.reduce('ReduceMax', x, axes, keepdims(c)), c.e.reduce('ReduceMin', x, axes, keepdims(c))]),
  );
};

// ---- order statistics

/** The reduced axes as one at the end, sorted upwards. */
function sortedLast(c: LayerCall, x: ValueId, axes: readonly number[]): { sorted: ValueId; length: number } {
  const { e } = c;
  const rank = c.rank();
  const kept = range(0, rank).filter((a) => !axes.includes(a));
  const length = axes.reduce((n, a) => n * c.length(a), 1);
  const moved = e.transpose(x, [...kept, ...axes]);
  const flat = axes.length === 1 ? moved : e.reshape(moved, [...keptDims(c, kept), length]);
  const [sorted] = e.ops('TopK', [flat, e.ints([length])], { axis: -1, largest: 0 }, 2);
  return { sorted: sorted!, length };
}

/** The lengths of axes that stay, for a Reshape; the first may be open. */
const keptDims = (c: LayerCall, kept: readonly number[]) => kept.map((a) => (a === 0 ? 0 : c.length(a)));

/** Between two neighbours in proportion: keras.ops.quantile does so in a model whatever its method says. */
function quantilesOf(c: LayerCall, at: readonly number[], scalar: boolean): ValueId {
  const { e } = c;
  const axes = reduced(c, -1);
  const { sorted, length } = sortedLast(c, floats(c), axes);
  const parts = at.map((q) => {
    const place = Math.min(Math.max(q, 0), 1) * (length - 1);
    const low = Math.floor(Number(place.toFixed(9)));
    const high = Math.min(low + 1, length - 1);
    const part = Number((place - low).toFixed(9));
    const pick = (i: number) => e.op('Gather', [sorted, e.ints([i], [])], { axis: -1 });
    if (part === 0) return pick(low);
    return e.op('Add', [e.op('Mul', [pick(low), e.float(1 - part)]), e.op('Mul', [pick(high), e.float(part)])]);
  });
  const shaped = keepdims(c) ? parts.map((p) => e.unsqueeze(p, axes)) : parts;
  if (scalar) return shaped[0]!;
  return e.op(
    'Concat',
    shaped.map((p) => e.unsqueeze(p, [0])),
    { axis: 0 },
  );
}

const quantile =
  (scale: number): Lowering =>
  (c) => {
    const given = numbersOf(c.given.args[1] ?? c.given.kwargs['q']) ?? c.refuse('the places it asks for are computed');
    const at = given.values.map((q) => q / scale);
    return c.keep(quantilesOf(c, at, given.dims.length === 0));
  };

const median: Lowering = (c) => c.keep(quantilesOf(c, [0.5], true));

// ---- norms

function vectorNorm(c: LayerCall, x: ValueId, order: number, axes: readonly number[], keep: boolean): ValueId {
  const { e } = c;
  if (order === 2) return e.reduce('ReduceL2', x, axes, keep);
  if (order === 1) return e.reduce('ReduceL1', x, axes, keep);
  const size = e.op('Abs', [x]);
  if (order === Infinity) return e.reduce('ReduceMax', size, axes, keep);
  if (order === -Infinity) return e.reduce('ReduceMin', size, axes, keep);
  if (order === 0) {
    const some = e.toFloat(e.op('Not', [e.op('Equal', [x, e.float(0)])]));
    return e.reduce('ReduceSum', some, axes, keep);
  }
  const sum = e.reduce('ReduceSum', e.op('Pow', [size, e.float(order)]), axes, keep);
  return e.op('Pow', [sum, e.float(1 / order)]);
}

/** The largest or least sum along the rows or the columns. */
function matrixNorm(c: LayerCall, x: ValueId, order: number, axes: readonly number[]): ValueId {
  const { e } = c;
  const [summed, rest] = Math.abs(order) === 1 ? [axes[0]!, axes[1]!] : [axes[1]!, axes[0]!];
  if (Math.abs(order) !== 1 && Math.abs(order) !== Infinity)
    return c.refuse('this norm of a matrix needs its singular values, which ONNX cannot compute');
  const sums = e.reduce('ReduceL1', x, [summed], true);
  const both = e.reduce(order > 0 ? 'ReduceMax' : 'ReduceMin', sums, [rest], true);
  return keepdims(c) ? both : e.squeeze(both, axes);
}

const norm: Lowering = (c) => {
  const said = option(c, ['ord']);
  const axes = reduced(c);
  const x = floats(c);
  if (said === 'nuc') return c.refuse('this norm of a matrix needs its singular values, which ONNX cannot compute');
  const order = said === undefined || said === 'fro' ? 2 : (numbersOf(said as never)?.values[0] ?? 2);
  const ofMatrix = said !== undefined && said !== 'fro' && axes.length === 2;
  return c.keep(ofMatrix ? matrixNorm(c, x, order, axes) : vectorNorm(c, x, order, axes, keepdims(c)));
};

/** x over its norm, which is at least epsilon. */
const normalize: Lowering = (c) => {
  const axes = (axesOption(c) ?? [-1]).map((a) => c.axis(a));
  const order = numbersOf(c.config['order'] as never)?.values[0] ?? 2;
  const x = floats(c);
  const size = c.e.op('Max', [vectorNorm(c, x, order, axes, true), c.e.float(numberOption(c, ['epsilon'], 1e-7))]);
  return c.keep(c.e.op('Div', [x, size]));
};

// ---- running along an axis

/** The input and the axis; flattened where none is named. */
function running(c: LayerCall): { x: ValueId; axis: number; rank: number } {
  const axis = option(c, ['axis']);
  if (typeof axis === 'number') return { x: c.natural(), axis: c.axis(axis), rank: c.rank() };
  return { x: c.e.reshape(c.natural(), [-1]), axis: 0, rank: 1 };
}

const cumulativeSum =
  (nan: boolean): Lowering =>
  (c) => {
    const { x, axis } = running(c);
    const own = c.e.dtype(x) === 'bool' ? c.e.op('Cast', [x], { to: 6 }) : x;
    return c.keep(c.e.op('CumSum', [nan ? filled(c, asFloat(c, own), 0) : own, c.e.ints([axis], [])]));
  };

/** Every prefix beside the others, 1 for what lies behind it, multiplied. */
const cumulativeProduct =
  (nan: boolean): Lowering =>
  (c) => {
    const { e } = c;
    const { x, axis, rank } = running(c);
    const length = e.dims(x)?.[axis];
    if (typeof length !== 'number') return c.refuse('the length of what it multiplies is not known');
    const own = nan ? filled(c, asFloat(c, x), 1) : x;
    const last = e.transpose(own, [...range(0, rank).filter((a) => a !== axis), axis]);
    const behind = range(0, length).flatMap((i) => range(0, length).map((j) => (j > i ? 1 : 0)));
    const mask = e.numbers('bool', behind, [length, length]);
    const one = e.numbers(e.dtype(own), [1]);
    const all = e.reduce('ReduceProd', e.op('Where', [mask, one, e.unsqueeze(last, [rank - 1])]), [rank], false);
    const back = range(0, rank).map((a) => (a < axis ? a : a === axis ? rank - 1 : a - 1));
    return c.keep(e.transpose(all, back));
  };

const difference: Lowering = (c) => {
  const axis = c.axis(c.number('axis', -1));
  let x = c.natural();
  for (let n = c.number('n', 1); n > 0; n--)
    x = c.e.op('Sub', [c.e.slice(x, [1], [2 ** 31], [axis]), c.e.slice(x, [0], [-1], [axis])]);
  return c.keep(x);
};

const trapezoid: Lowering = (c) => {
  const { e } = c;
  if (c.inputs.length > 1) c.refuse('places that are computed are not converted');
  const axis = c.axis(c.number('axis', -1));
  const x = floats(c);
  const pairs = e.op('Add', [e.slice(x, [1], [2 ** 31], [axis]), e.slice(x, [0], [-1], [axis])]);
  return c.keep(e.op('Mul', [e.reduce('ReduceSum', pairs, [axis], false), e.float(c.number('dx', 1) / 2)]));
};

export const STATISTICS_OPS: Readonly<Record<string, Lowering>> = {
  nansum: ofNumbers('ReduceSum', 0),
  nanprod: ofNumbers('ReduceProd', 1),
  nanmax: ofNumbers('ReduceMax', -Infinity),
  nanmin: ofNumbers('ReduceMin', Infinity),
  nanmean: nanMean,
  nanvar: nanVariance(false),
  nanstd: nanVariance(true),
  nanargmax: argExtreme('ArgMax', -Infinity),
  nanargmin: argExtreme('ArgMin', Infinity),
  countnonzero: countNonzero,
  average,
  moments,
  ptp: peakToPeak,
  quantile: quantile(1),
  percentile: quantile(100),
  median,
  norm,
  normalize,
  cumsum: cumulativeSum(false),
  nancumsum: cumulativeSum(true),
  cumprod: cumulativeProduct(false),
  nancumprod: cumulativeProduct(true),
  diff: difference,
  trapezoid,
};
