/** sklearn/feature_selection: which columns stay. */
import { PyObject } from '../../containers/pickle/index.ts';
import { toArr, type Arr, type Est } from './estimator.ts';
import type { Lowered, Lowering } from './lowered.ts';
import type { Table } from './table.ts';

function keep(x: Table, mask: ArrayLike<number | boolean>): Lowered {
  const kept = Array.from(mask).flatMap((m, i) => (m ? [i] : []));
  return { transform: () => x.pick(kept) };
}

/** Scores with NaN below everything. */
const clean = (v: Float64Array) => v.map((s) => (Number.isNaN(s) ? -Number.MAX_VALUE : s));

function bestMask(scores: Float64Array, k: number): boolean[] {
  const order = Array.from(scores.keys()).sort((a, b) => scores[a]! - scores[b]! || a - b);
  const best = new Set(k === 0 ? [] : order.slice(-k));
  return Array.from(scores, (_, i) => best.has(i));
}

function percentileMask(scores: Float64Array, percentile: number): boolean[] {
  if (percentile >= 100) return Array.from(scores, () => true);
  if (percentile <= 0) return Array.from(scores, () => false);
  const sorted = scores.slice().sort();
  const at = ((100 - percentile) / 100) * (sorted.length - 1);
  const low = Math.floor(at);
  const next = sorted[Math.min(low + 1, sorted.length - 1)]!;
  const threshold = sorted[low]! + (next - sorted[low]!) * (at - low);
  const mask = Array.from(scores, (s) => s > threshold);
  let room = Math.trunc((scores.length * percentile) / 100) - mask.filter(Boolean).length;
  scores.forEach((s, i) => {
    if (s === threshold && room-- > 0) mask[i] = true;
  });
  return mask;
}

function fdrMask(p: Float64Array, alpha: number): boolean[] {
  const sorted = p.slice().sort();
  const passed = sorted.filter((v, i) => v <= (alpha / p.length) * (i + 1));
  const most = passed.length > 0 ? passed[passed.length - 1]! : -1;
  return Array.from(p, (v) => v <= most);
}

/** The mask of univariate selection, by mode. */
function univariate(e: Est, mode: string, parameter: number | 'all'): boolean[] {
  const scores = () => clean(e.arr('scores_').data);
  const p = () => e.arr('pvalues_').data;
  if (mode === 'k_best') return bestMask(scores(), parameter === 'all' ? scores().length : parameter);
  if (mode === 'percentile') return percentileMask(scores(), Number(parameter));
  if (mode === 'fpr') return Array.from(p(), (v) => v < Number(parameter));
  if (mode === 'fdr') return fdrMask(p(), Number(parameter));
  return Array.from(p(), (v) => v < Number(parameter) / p().length);
}

const selection =
  (mode: string, name: string, otherwise: number): Lowering =>
  (_, e, x) =>
    keep(x, univariate(e, mode, e.text(name) === 'all' ? 'all' : e.num(name, otherwise)));

export const selectKBest = selection('k_best', 'k', 10);
export const selectPercentile = selection('percentile', 'percentile', 10);
export const selectFpr = selection('fpr', 'alpha', 0.05);
export const selectFdr = selection('fdr', 'alpha', 0.05);
export const selectFwe = selection('fwe', 'alpha', 0.05);
export const genericUnivariate: Lowering = (_, e, x) =>
  keep(x, univariate(e, e.text('mode', 'percentile'), e.text('param') === 'all' ? 'all' : e.num('param', 1e-5)));

export const varianceThreshold: Lowering = (_, e, x) =>
  keep(
    x,
    Array.from(e.arr('variances_').data, (v) => v > e.num('threshold', 0)),
  );

/** RFE and SequentialFeatureSelector keep a mask; RFE predicts with what it kept, too. */
export const bySupport: Lowering = (l, e, x) => {
  const kept = keep(x, e.arr('support_').data);
  return e.has('estimator_') ? { ...l.lower(e.est('estimator_'), kept.transform!()), ...kept } : kept;
};

export const selectFromModel: Lowering = (_, e, x) => {
  const importances = importancesOf(e.est('estimator_', 'estimator'));
  const threshold = thresholdOf(e, importances);
  let mask = Array.from(importances, (v) => v >= threshold);
  if (e.has('max_features')) {
    const order = Array.from(importances.keys()).sort((a, b) => importances[b]! - importances[a]! || a - b);
    const best = new Set(order.slice(0, e.num('max_features_', e.num('max_features'))));
    mask = mask.map((m, i) => m && best.has(i));
  }
  return keep(x, mask);
};

function thresholdOf(e: Est, v: Float64Array): number {
  const given = e.get('threshold');
  if (typeof given === 'number') return given;
  const text = typeof given === 'string' ? given : '';
  const sparse =
    /^(Lasso|LassoCV)$/.test(e.est('estimator_', 'estimator').name) ||
    e.est('estimator_', 'estimator').text('penalty') === 'l1';
  if (text === '' && sparse) return 1e-5;
  const [, factor = '1', word = 'mean'] = /^(?:([\d.]+)\s*\*\s*)?(mean|median)$/.exec(text || 'mean') ?? [];
  const sorted = v.slice().sort();
  const half = sorted.length / 2;
  const median = (sorted[Math.ceil(half) - (Number.isInteger(half) ? 0 : 1)]! + sorted[Math.ceil(half) - 1]!) / 2;
  const mean = v.reduce((a, b) => a + b, 0) / v.length;
  return Number(factor) * (word === 'median' ? median : mean);
}

/** Absolute coefficients, or how much the splits on a feature lowered the impurity. */
function importancesOf(e: Est): Float64Array {
  if (e.has('coef_')) return coefficientSizes(e.arr('coef_'));
  if (e.has('tree_')) return treeImportances(e);
  if (e.name.includes('Boosting') || !e.has('estimators_'))
    return e.fail('the importances of its features are not in the file');
  const all = e.ests('estimators_').map(treeImportances);
  const mean = all[0]!.map((_, f) => all.reduce((s, v) => s + v[f]!, 0) / all.length);
  const total = mean.reduce((a, b) => a + b, 0);
  return total > 0 ? mean.map((v) => v / total) : mean;
}

function coefficientSizes(c: Arr): Float64Array {
  const width = c.dims[c.dims.length - 1]!;
  const out = new Float64Array(width);
  c.data.forEach((v, i) => (out[i % width]! += Math.abs(v)));
  return out;
}

function treeImportances(e: Est): Float64Array {
  const tree = e.need('tree_');
  const nodes = tree instanceof PyObject ? tree.get('nodes') : null;
  if (!(nodes instanceof PyObject)) return e.fail('its tree has no nodes');
  const names = ['left_child', 'right_child', 'feature', 'impurity', 'weighted_n_node_samples'];
  const [left, right, feature, impurity, weight] = names.map(
    (n) => toArr(nodes.get(n) ?? null)?.data ?? new Float64Array(),
  );
  const out = new Float64Array(e.num('n_features_in_', e.num('n_features_', 0)));
  left!.forEach((child, n) => {
    if (child === -1) return;
    const part = (i: number) => weight![i]! * impurity![i]!;
    out[feature![n]!]! += part(n) - part(child) - part(right![n]!);
  });
  const total = out.reduce((a, b) => a + b, 0);
  return total > 0 ? out.map((v) => v / total) : out;
}
