/** Bins, powers, quantiles, splines, imputers, labels and the selection of features. */
import { normalPoint } from '../../../graph-model/builders/normal.ts';
import { NdArray, PyObject } from '../../containers/pickle/index.ts';
import { asText, isTextCategories } from '../lower/encode.ts';
import { toArr, type Arr, type Est } from '../lower/estimator.ts';
import {
  frameOf,
  isMissing,
  mapCells,
  mapRows,
  notHere,
  sumOf,
  type Column,
  type Evaluate,
  type Evaluator,
  type Frame,
  type Made,
} from './frame.ts';
import { lineThrough } from './lines.ts';
import { namedFunction } from './meta.ts';
import { rowsOf } from './similar.ts';

/** `partial(check_array, …)`, by which HistGradientBoosting passes columns on. */
const isCheck = (f: unknown): boolean =>
  f instanceof PyObject &&
  f.cls.name === 'partial' &&
  String((f.args[0] as { path?: string })?.path).includes('check_array');

export const functionTransformer: Evaluate = (_, e, x) => {
  if (!e.has('func') || isCheck(e.get('func'))) return { transform: () => x };
  const args = e.get('kw_args');
  if (args instanceof Map && args.size > 0) return notHere('a function with further arguments');
  return mapCells(x, namedFunction(e.get('func')));
};

/** How many inner edges are at or below a value. */
export const kBins: Evaluate = (_, e, x) => {
  const edges = e.list('bin_edges_').map((b) => toArr(b)!.data);
  const counts = e.arr('n_bins_').data;
  const ordinal = e.text('encode', 'onehot') === 'ordinal';
  const columns = edges.flatMap((b, f): Float64Array[] => {
    const values = x.columns[f] instanceof Float64Array ? x.columns[f] : notHere('text in bins');
    const bins = values.map((v) => Math.min(counts[f]! - 1, b.slice(1, -1).filter((edge) => v >= edge).length));
    return ordinal ? [bins] : Array.from({ length: counts[f]! }, (_, k) => bins.map((v) => Number(v === k)));
  });
  return { transform: () => ({ rows: x.rows, columns }) };
};

export const powerTransformer: Evaluate = (by, e, x) => {
  const lambdas = e.arr('lambdas_').data;
  const boxCox = e.text('method', 'yeo-johnson') === 'box-cox';
  const power = (v: number, a: number) => (a === 0 ? Math.log(v) : (v ** a - 1) / a);
  const near = (a: number) => (Math.abs(a) < 2.220446049250313e-16 ? 0 : a);
  const johnson = (v: number, a: number) => (v >= 0 ? power(v + 1, near(a)) : -power(1 - v, near(2 - a)));
  const made = mapCells(x, (v, c) => (Number.isNaN(v) ? v : (boxCox ? power : johnson)(v, lambdas[c]!)));
  if (!e.flag('standardize', true) || !e.has('_scaler')) return made;
  return by.evaluate(e.est('_scaler'), made.transform!());
};

/** The mean of an interpolation upwards and one downwards; the ends are 0 and 1 exactly. */
export const quantileTransformer: Evaluate = (_, e, x) => {
  const all = e.arr('quantiles_');
  const references = Array.from(e.arr('references_').data);
  const normal = e.text('output_distribution') === 'normal';
  const eps = normal ? 1e-7 : 0;
  const [most, least] = [normalPoint(1 - (1e-7 - 2 ** -52)), normalPoint(1e-7 - 2 ** -52)];
  const columns = Array.from({ length: all.dims[1]! }, (_, f) =>
    Array.from({ length: all.dims[0]! }, (_, i) => all.data[i * all.dims[1]! + f]!),
  ).map((q) => {
    const [up, down] = [
      lineThrough(q, references),
      lineThrough(q.map((v) => -v).reverse(), references.map((v) => -v).reverse()),
    ];
    return (v: number) => {
      const low = normal ? v - eps < q[0]! : v === q[0];
      const high = normal ? v + eps > q.at(-1)! : v === q.at(-1);
      const share = high ? 1 : low ? 0 : (up(v) - down(-v)) / 2;
      return normal && !Number.isNaN(share) ? Math.min(Math.max(normalPoint(share), least), most) : share;
    };
  });
  return mapCells(x, (v, c) => columns[c]!(v));
};

// Splines

interface Spline {
  readonly knots: readonly number[];
  readonly degree: number;
  readonly coefficients: Arr;
}

/** The basis function i of a degree, by the recursion of Cox and de Boor; the interval `piece` goes on without end. */
function bell(s: Spline, piece: number, i: number, d: number, x: number): number {
  if (d === 0) return Number(i === piece);
  const { knots } = s;
  const part = (from: number, to: number, v: number) =>
    knots[to] === knots[from] ? 0 : v / (knots[to]! - knots[from]!);
  return (
    part(i, i + d, x - knots[i]!) * bell(s, piece, i, d - 1, x) +
    part(i + 1, i + d + 1, knots[i + d + 1]! - x) * bell(s, piece, i + 1, d - 1, x)
  );
}

/** The intervals between the outer knots, the last of them closed. */
function pieceOf({ knots, degree }: Spline, x: number): number {
  let piece = degree;
  while (piece < knots.length - degree - 2 && x >= knots[piece + 1]!) piece++;
  return piece;
}

function bellsAt(s: Spline, x: number): number[] {
  const [bases, outputs] = s.coefficients.dims;
  const piece = pieceOf(s, x);
  const bells = Array.from({ length: bases! }, (_, i) => bell(s, piece, i, s.degree, x));
  return Array.from({ length: outputs! }, (_, o) =>
    sumOf(bells.map((b, i) => b * s.coefficients.data[i * outputs! + o]!)),
  );
}

/** Derivatives of polynomials of a known degree: exact to rounding by a small symmetric step inside one piece. */
function slopesAt(s: Spline, x: number): number[] {
  const [bases, outputs] = s.coefficients.dims;
  const piece = pieceOf(s, x);
  const { knots, degree: d } = s;
  const share = (i: number) =>
    knots[i + d] === knots[i] ? 0 : bell(s, piece, i, d - 1, x) / (knots[i + d]! - knots[i]!);
  const slopes = Array.from({ length: bases! }, (_, i) => (d === 0 ? 0 : d * (share(i) - share(i + 1))));
  return Array.from({ length: outputs! }, (_, o) =>
    sumOf(slopes.map((b, i) => b * s.coefficients.data[i * outputs! + o]!)),
  );
}

export const splineTransformer: Evaluate = (_, e, x) => {
  const [mode, degree] = [e.text('extrapolation', 'constant'), e.num('degree', 3)];
  const splines = e.list('bsplines_').map((b): Spline => {
    const field = (name: string) => (b instanceof PyObject ? toArr(b.get(`_${name}`) ?? b.get(name) ?? null) : null);
    return { knots: Array.from(field('t')!.data), degree, coefficients: field('c')! };
  });
  const drop = e.flag('include_bias', true) ? 0 : 1;
  const of = (s: Spline, v: number): number[] => {
    const [a, b] = [s.knots[degree]!, s.knots.at(-1 - degree)!];
    if (Number.isNaN(v)) return bellsAt(s, a).map(() => (e.text('handle_missing') === 'zeros' ? 0 : NaN));
    if (mode === 'continue') return bellsAt(s, v);
    if (mode === 'periodic') return bellsAt(s, a + (v - a) - Math.floor((v - a) / (b - a)) * (b - a));
    const end = Math.min(Math.max(v, a), b);
    const inside = bellsAt(s, end);
    return mode === 'linear' ? slopesAt(s, end).map((slope, i) => inside[i]! + slope * (v - end)) : inside;
  };
  const width = splines.reduce((n, s) => n + s.coefficients.dims[1]! - drop, 0);
  return mapRows(x, width, (row) =>
    splines.flatMap((s, f) => {
      const all = of(s, row[f]!);
      return drop ? all.slice(0, -1) : all;
    }),
  );
};

// Missing values

const isGap = (e: Est): ((v: number | string) => boolean) => {
  const value = e.object.attrs.get('missing_values') ?? null;
  const word = value === null ? 'None' : isMissing(value) ? 'nan' : String(value);
  return (v) => (typeof v === 'string' ? v === word : isMissing(value) ? Number.isNaN(v) : v === value);
};

/** Beside the values, where the estimator is told so, whether each was missing. */
export function withIndicator(by: Evaluator, e: Est, x: Frame, made: Frame): Frame {
  if (!e.flag('add_indicator') || !e.has('indicator_')) return made;
  const flags = by.evaluate(e.est('indicator_'), x).transform!();
  return { rows: x.rows, columns: [...made.columns, ...flags.columns] };
}

export const missingIndicator: Evaluate = (_, e, x) => {
  const gap = isGap(e);
  const flags = (c: Column) => Float64Array.from(c as ArrayLike<number | string>, (v) => Number(gap(v)));
  const columns = Array.from(e.arr('features_').data, (f) => flags(x.columns[f]!));
  return { transform: () => ({ rows: x.rows, columns }) };
};

/** The mean of the nearest fitted rows that have the value, over what both rows have. */
export const knnImputer: Evaluate = (by, e, x) => {
  const gap = isGap(e);
  const fitted = rowsOf(e.arr('_fit_X'));
  const width = fitted[0]!.length;
  const valid = e.optionalArr('_valid_mask')?.data;
  const kept = Array.from({ length: width }, (_, f) => f).filter(
    (f) => !valid || valid[f] || e.flag('keep_empty_features'),
  );
  const away = (a: Float64Array, b: Float64Array) => {
    const both = Array.from(a.keys()).filter((i) => !gap(a[i]!) && !gap(b[i]!));
    return both.length === 0
      ? Infinity
      : Math.sqrt((width * sumOf(both.map((i) => (a[i]! - b[i]!) ** 2))) / both.length);
  };
  const imputed = (row: Float64Array, f: number): number => {
    const donors = fitted.filter((r) => !gap(r[f]!)).map((r): [number, number] => [away(row, r), r[f]!]);
    if (donors.length === 0) return 0;
    const near = donors
      .map(([d, v], i) => ({ d, v, i }))
      .sort((a, b) => a.d - b.d || a.i - b.i)
      .slice(0, e.num('n_neighbors', 5))
      .filter(({ d }) => d < Infinity);
    if (near.length === 0) return sumOf(donors.map(([, v]) => v)) / donors.length;
    const exact = near.some(({ d }) => d === 0);
    const weight = (d: number) => (e.text('weights', 'uniform') === 'uniform' ? 1 : exact ? Number(d === 0) : 1 / d);
    return sumOf(near.map(({ d, v }) => weight(d) * v)) / sumOf(near.map(({ d }) => weight(d)));
  };
  const made = mapRows(x, kept.length, (row) => kept.map((f) => (gap(row[f]!) ? imputed(row, f) : row[f]!)));
  return { transform: () => withIndicator(by, e, x, made.transform!()) };
};

/** Feature by feature from the others, in the order of fitting, round after round. */
export const iterativeImputer: Evaluate = (by, e, x) => {
  if (e.flag('sample_posterior')) return notHere('sample_posterior');
  const gap = isGap(e);
  const first = e.est('initial_imputer_');
  const kept = first
    .nd('statistics_')
    .values()
    .flatMap((v, i) => (isMissing(v) ? [] : [i]));
  const columns = [...by.evaluate(first, x).transform!().columns] as Float64Array[];
  const [low, high] = ['_min_value', '_max_value'].map((n) => e.optionalArr(n)?.data);
  for (const step of e.list('imputation_sequence_')) {
    const [feature, others, est] = step instanceof PyObject ? step.args : Array.isArray(step) ? step : [];
    const f = Number(feature);
    const from = Array.from(toArr(others ?? null)!.data, (i) => columns[i]!);
    const found = by.evaluate(e.within(est ?? null, `feature ${f}`), { rows: x.rows, columns: from }).predict!();
    const bound = (v: number) => Math.min(Math.max(v, low?.[f] ?? -Infinity), high?.[f] ?? Infinity);
    const own = x.columns[kept[f]!] as Float64Array;
    columns[f] = columns[f]!.map((v, r) => (gap(own[r]!) ? bound(found[r]![0]!) : v));
  }
  return { transform: () => withIndicator(by, e, x, { rows: x.rows, columns }) };
};

// Labels

function codesOf(e: Est, column: Column): number[] {
  const classes = e.nd('classes_');
  const text = isTextCategories(classes);
  const known = new Map(classes.values().map((v, i): [unknown, number] => [text ? asText(v) : Number(v), i]));
  return Array.from(column as ArrayLike<number | string>, (v) => known.get(text ? String(v) : Number(v)) ?? -1);
}

export const labelEncoder: Evaluate = (_, e, x) => {
  const codes = codesOf(e, x.columns[0]!);
  return { transform: () => ({ rows: x.rows, columns: [Float64Array.from(codes)] }) };
};

export const labelBinarizer: Evaluate = (_, e, x) => {
  const [codes, size] = [codesOf(e, x.columns[0]!), e.nd('classes_').size];
  const [no, yes] = [e.num('neg_label', 0), e.num('pos_label', 1)];
  const row = (code: number) =>
    size === 2 ? [code === 1 ? yes : no] : Array.from({ length: size }, (_, k) => (k === code ? yes : no));
  return { transform: () => frameOf(codes.map(row), size === 2 ? 1 : size) };
};

// Selection

const picked = (x: Frame, mask: readonly boolean[]): Made => ({
  transform: () => ({ rows: x.rows, columns: x.columns.filter((_, i) => mask[i]) }),
});

/** The k greatest; of equal scores the later ones. */
function best(scores: readonly number[], k: number): boolean[] {
  const order = scores.map((_, i) => i).sort((a, b) => scores[a]! - scores[b]! || a - b);
  const chosen = new Set(k > 0 ? order.slice(-k) : []);
  return scores.map((_, i) => chosen.has(i));
}

/** np.percentile. */
function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const at = share * (sorted.length - 1);
  const low = Math.floor(at);
  return sorted[low]! + (sorted[Math.min(low + 1, sorted.length - 1)]! - sorted[low]!) * (at - low);
}

function mostOf(scores: readonly number[], percentile: number): boolean[] {
  if (percentile >= 100 || percentile <= 0) return scores.map(() => percentile >= 100);
  const limit = quantile(scores, 1 - percentile / 100);
  const mask = scores.map((s) => s > limit);
  let room = Math.trunc((scores.length * percentile) / 100) - mask.filter(Boolean).length;
  return mask.map((m, i) => m || (scores[i] === limit && room-- > 0));
}

/** Which columns a univariate selection keeps, by its mode and parameter. */
function univariate(e: Est, mode: string, parameter: string, otherwise: number): boolean[] {
  const scores = Array.from(e.arr('scores_').data, (s) => (Number.isNaN(s) ? -Number.MAX_VALUE : s));
  const k = e.num(parameter, otherwise);
  if (mode === 'k_best') return e.text(parameter) === 'all' ? scores.map(() => true) : best(scores, k);
  if (mode === 'percentile') return mostOf(scores, k);
  const p = Array.from(e.arr('pvalues_').data);
  if (mode === 'fpr') return p.map((v) => v < k);
  if (mode === 'fwe') return p.map((v) => v < k / p.length);
  const passed = [...p].sort((a, b) => a - b).filter((v, i) => v <= (k * (i + 1)) / p.length);
  return p.map((v) => v <= (passed.at(-1) ?? -1));
}

const selecting =
  (mode: string, parameter: string, otherwise: number): Evaluate =>
  (_, e, x) =>
    picked(x, univariate(e, mode, parameter, otherwise));

export const selectKBest = selecting('k_best', 'k', 10);
export const selectPercentile = selecting('percentile', 'percentile', 10);
export const selectFpr = selecting('fpr', 'alpha', 0.05);
export const selectFdr = selecting('fdr', 'alpha', 0.05);
export const selectFwe = selecting('fwe', 'alpha', 0.05);
export const genericUnivariate: Evaluate = (_, e, x) =>
  picked(x, univariate(e, e.text('mode', 'percentile'), 'param', 1e-5));

/** RFE predicts with what it kept. */
export const bySupport: Evaluate = (by, e, x) => {
  const kept = picked(x, Array.from(e.arr('support_').data, Boolean));
  return e.has('estimator_') ? { ...by.evaluate(e.est('estimator_'), kept.transform!()), ...kept } : kept;
};

export const selectFromModel: Evaluate = (_, e, x) => {
  const importances = importancesOf(e.est('estimator_', 'estimator'));
  const limit = limitOf(e, importances);
  const top = e.has('max_features') ? firstBest(importances, e.num('max_features_', e.num('max_features', 0))) : null;
  return picked(
    x,
    importances.map((v, i) => v >= limit && (top === null || top.has(i))),
  );
};

function firstBest(values: readonly number[], k: number): ReadonlySet<number> {
  return new Set(
    values
      .map((_, i) => i)
      .sort((a, b) => values[b]! - values[a]! || a - b)
      .slice(0, k),
  );
}

function limitOf(e: Est, importances: readonly number[]): number {
  const given = e.get('threshold');
  if (typeof given === 'number') return given;
  const inner = e.est('estimator_', 'estimator');
  if (given === null && (/^Lasso(CV)?$/.test(inner.name) || inner.text('penalty') === 'l1')) return 1e-5;
  const [factor, word] = /\*/.test(String(given)) ? String(given).split('*') : ['1', String(given ?? 'mean')];
  const median = quantile(importances, 0.5);
  return Number(factor) * (word!.trim() === 'median' ? median : sumOf(importances) / importances.length);
}

/** Sizes of coefficients, or what each feature's splits took from the impurity. */
function importancesOf(e: Est): number[] {
  if (e.has('coef_')) {
    const c = e.arr('coef_');
    const width = c.dims.at(-1)!;
    const sums = new Array<number>(width).fill(0);
    c.data.forEach((v, i) => (sums[i % width]! += Math.abs(v)));
    return sums;
  }
  if (e.has('tree_')) return impurities(e);
  if (e.name.includes('Boosting') || !(e.get('estimators_') instanceof NdArray || Array.isArray(e.get('estimators_'))))
    return notHere('importances that are not in the file');
  const all = e.ests('estimators_').map(impurities);
  return shares(all[0]!.map((_, f) => sumOf(all.map((v) => v[f]!)) / all.length));
}

const shares = (values: readonly number[]): number[] => {
  const total = sumOf(values);
  return total > 0 ? values.map((v) => v / total) : [...values];
};

function impurities(e: Est): number[] {
  const tree = e.need('tree_');
  const nodes = tree instanceof PyObject ? tree.get('nodes') : null;
  const field = (name: string) => (nodes instanceof PyObject ? toArr(nodes.get(name) ?? null)!.data : notHere('nodes'));
  const [left, right, feature] = [field('left_child'), field('right_child'), field('feature')];
  const [impurity, weight] = [field('impurity'), field('weighted_n_node_samples')];
  const out = new Array<number>(e.num('n_features_in_', e.num('n_features_', 0))).fill(0);
  left.forEach((child, n) => {
    if (child === -1) return;
    const at = (i: number) => weight[i]! * impurity[i]!;
    out[feature[n]!]! += at(n) - at(child) - at(right[n]!);
  });
  return shares(out);
}
