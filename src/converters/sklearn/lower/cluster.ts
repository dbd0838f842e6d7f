/** sklearn/cluster and sklearn/mixture: labels of new rows. */
import { once, type Builder, type Val } from './builder.ts';
import { mapArr, rowOf, toArr, transposed, type Arr, type Est } from './estimator.ts';
import { squaredDistances } from './kernels.ts';
import { transformer, type Lowered, type Lowerer, type Lowering } from './lowered.ts';
import type { Table } from './table.ts';

function nearestCentre(l: Lowerer, e: Est, x: Table, centres: Arr, labels: Float64Array | null = null): Lowered {
  const { o } = l;
  const label = once(() => {
    const at = o.argmin(comparedDistances(o, x.matrix(), centres));
    return labels ? o.gather(o.i64(labels), at) : at;
  });
  return { label, ...transformer(l, centres.dims[0]!, () => o.sqrt(squaredDistances(o, x.matrix(), centres))) };
}

/** [N, centres]: squared distances less |x|², as scikit-learn compares them: |c|² - 2·x·c. */
function comparedDistances(o: Builder, x: Val, centres: Arr): Val {
  const norms = Array.from({ length: centres.dims[0]! }, (_, i) => rowOf(centres, i).reduce((s, v) => s + v * v, 0));
  const doubled = transposed(mapArr(centres, (v) => -2 * v));
  return o.add(o.matmul(x, o.f64(doubled.data, doubled.dims)), o.f64(norms));
}

export const kMeans: Lowering = (l, e, x) => nearestCentre(l, e, x, e.arr('cluster_centers_'));
export const birch: Lowering = (l, e, x) =>
  nearestCentre(l, e, x, e.arr('subcluster_centers_'), e.arr('subcluster_labels_').data);

/** Bisecting KMeans walks down its tree: at each fork to the nearer of two centres. */
export const bisectingKMeans: Lowering = (l, e, x) => {
  const { o } = l;
  const mean = e.optionalArr('_X_mean')?.data;
  const flat = nearestCentre(l, e, x, e.arr('cluster_centers_'));
  const walk = (node: Est, v: Val): Val => {
    if (!node.has('left')) return o.num(node.num('label'), 'int64');
    const [left, right] = [node.est('left'), node.est('right')];
    const centres = [...left.arr('center').data, ...right.arr('center').data];
    const d = squaredDistances(o, v, { dims: [2, centres.length / 2], data: Float64Array.from(centres) });
    const goLeft = o.lessEq(o.flat(o.columns(d, [0])), o.flat(o.columns(d, [1])));
    return o.where(goLeft, walk(left, v), walk(right, v));
  };
  const label = once(() => walk(e.est('_bisecting_tree'), mean ? o.sub(x.matrix(), o.f64(mean)) : x.matrix()));
  return { ...flat, label };
};

/** Gaussian mixtures: log densities by the Cholesky factors of the precisions (_gaussian_mixture.py). */
export const gaussianMixture: Lowering = (l, e, x) => {
  const { o } = l;
  const means = e.arr('means_');
  const [k = 0, f = 0] = means.dims;
  const type = e.text('covariance_type', 'full');
  const joint = once(() => {
    const parts = Array.from({ length: k }, (_, i) =>
      o.column(o.sub(o.num(logDeterminant(e, type, i, f)), o.mul(o.num(0.5), mahalanobis(l, e, x, type, i)))),
    );
    return o.add(o.concat(parts), o.f64(mixtureOffsets(e, k, f)));
  });
  const proba = once(() => o.softmax(joint()));
  return {
    label: once(() => o.argmax(joint())),
    proba,
    extras: { score_samples: () => o.flat(o.reduce('LogSumExp', joint(), 1)) },
  };
};

function precision(e: Est, type: string, i: number, f: number): Float64Array {
  const p = e.arr('precisions_cholesky_');
  if (type === 'full') return p.data.subarray(i * f * f, (i + 1) * f * f);
  if (type === 'tied') return p.data;
  return type === 'diag' ? rowOf(p, i) : new Float64Array(f).fill(p.data[i]!);
}

function logDeterminant(e: Est, type: string, i: number, f: number): number {
  const p = precision(e, type, i, f);
  const square = type === 'full' || type === 'tied';
  let sum = 0;
  for (let d = 0; d < f; d++) sum += Math.log(square ? p[d * f + d]! : p[d]!);
  return sum;
}

/** [N] */
function mahalanobis(l: Lowerer, e: Est, x: Table, type: string, i: number): Val {
  const { o } = l;
  const means = e.arr('means_');
  const f = means.dims[1]!;
  const d = o.sub(x.matrix(), o.f64(rowOf(means, i)));
  const p = precision(e, type, i, f);
  const z = type === 'full' || type === 'tied' ? o.matmul(d, o.f64(p, [f, f])) : o.mul(d, o.f64(p));
  return o.sum(o.square(z), 1, false);
}

/** Log weights; variational mixtures expect them (_bayesian_mixture.py, _estimate_log_weights and _estimate_log_prob). */
function mixtureOffsets(e: Est, k: number, f: number): Float64Array {
  const base = -0.5 * f * Math.log(2 * Math.PI);
  if (e.name === 'GaussianMixture') return e.arr('weights_').data.map((w) => Math.log(w) + base);
  const freedom = e.arr('degrees_of_freedom_').data;
  const precisions = e.arr('mean_precision_').data;
  const weights = expectedLogWeights(e, k);
  return Float64Array.from({ length: k }, (_, i) => {
    // One for all where the covariance is tied.
    const own = freedom[freedom.length === 1 ? 0 : i]!;
    let lambda = f * Math.LN2;
    for (let d = 0; d < f; d++) lambda += digamma(0.5 * (own - d));
    return weights[i]! + base - 0.5 * f * Math.log(own) + 0.5 * (lambda - f / precisions[i]!);
  });
}

function expectedLogWeights(e: Est, k: number): number[] {
  if (e.text('weight_concentration_prior_type') === 'dirichlet_distribution') {
    const a = e.arr('weight_concentration_').data;
    const total = digamma(a.reduce((s, v) => s + v, 0));
    return Array.from(a, (v) => digamma(v) - total);
  }
  const [a, b] = e.list('weight_concentration_').map((v) => toArr(v)?.data);
  if (!a || !b) return e.fail('its weight concentration cannot be read');
  const out: number[] = [];
  let left = 0;
  for (let i = 0; i < k; i++) {
    const sum = digamma(a[i]! + b[i]!);
    out.push(digamma(a[i]!) - sum + left);
    left += digamma(b[i]!) - sum;
  }
  return out;
}

/** Abramowitz and Stegun 6.3.5 and 6.3.18. */
export function digamma(x: number): number {
  let v = x;
  let shift = 0;
  for (; v < 10; v++) shift -= 1 / v;
  const r = 1 / (v * v);
  return shift + Math.log(v) - 0.5 / v - r * (1 / 12 - r * (1 / 120 - r * (1 / 252 - r * (1 / 240 - r / 132))));
}
