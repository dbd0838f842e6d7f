/** Distances and kernels between rows and fitted rows, as sklearn/metrics/pairwise.py has them. */
import type { Builder, Val } from './builder.ts';
import { mapArr, transposed, type Arr, type Est } from './estimator.ts';

/** Above this many elements a row, differences are not laid out: distances come from products instead. */
const LAID_OUT = 200_000;

/** [N, M] of squared Euclidean distances; exact zeros for equal rows where it is small enough to lay out. */
export function squaredDistances(o: Builder, x: Val, fitted: Arr): Val {
  if (fitted.data.length > LAID_OUT) return o.max(productDistances(o, x, fitted, 1), o.num(0));
  return o.sum(o.square(differences(o, x, fitted)), 1, false);
}

/** [N, F, M]: the features in the middle, so that sums over them run along the fitted rows, which is many times faster. */
export function differences(o: Builder, x: Val, fitted: Arr): Val {
  const t = transposed(fitted);
  return o.sub(o.unsqueeze(x, 2), o.f64(t.data, [1, ...t.dims]));
}

/**
 * [N, M]: `factor` times the squared distances, by one product of matrices. What is off is some 1e-16 of the squared norms,
 * so that it serves where distances of zero have no meaning of their own.
 */
function productDistances(o: Builder, x: Val, fitted: Arr, factor: number): Val {
  const t = transposed(fitted);
  const cross = o.f64(
    t.data.map((v) => -2 * factor * v),
    t.dims,
  );
  const own = o.op('ReduceSumSquare', [x, o.i64([1])], { keepdims: 1 });
  const norms = o.f64(squaredNorms(fitted).map((v) => factor * v));
  return o.add(o.add(o.matmul(x, cross), norms), factor === 1 ? own : o.mul(own, o.num(factor)));
}

function squaredNorms({ dims: [rows = 0, width = 0], data }: Arr): Float64Array {
  return Float64Array.from({ length: rows }, (_, i) =>
    data.subarray(i * width, (i + 1) * width).reduce((s, v) => s + v * v, 0),
  );
}

/** Products keep this much of what exp is given. */
const LARGEST_NORM = 1e6;

/** [N, M]: exp(-gamma·d²). */
function gaussian(o: Builder, x: Val, fitted: Arr, gamma: number): Val {
  const most = squaredNorms(fitted).reduce((a, b) => Math.max(a, b), 0);
  if (gamma * most < LARGEST_NORM) return o.exp(productDistances(o, x, fitted, -gamma));
  return o.exp(o.mul(o.num(-gamma), squaredDistances(o, x, fitted)));
}

/** [N, M] by the metric of a neighbours estimator. `power`: leave out the root where only the order matters. */
export function distances(o: Builder, e: Est, x: Val, fitted: Arr): Val {
  const metric = e.text('effective_metric_', e.text('metric', 'minkowski'));
  const params = e.get('effective_metric_params_', 'metric_params');
  const given = params instanceof Map ? params.get('p') : undefined;
  const p = typeof given === 'number' ? given : e.num('p', 2);
  if (params instanceof Map && params.get('w') !== undefined && params.get('w') !== null)
    e.fail('its metric has weights');
  const all = () => o.abs(differences(o, x, fitted));
  if (metric === 'euclidean' || metric === 'l2' || (metric === 'minkowski' && p === 2))
    return o.sqrt(squaredDistances(o, x, fitted));
  if (metric === 'sqeuclidean') return squaredDistances(o, x, fitted);
  if (/^(manhattan|cityblock|l1)$/.test(metric) || (metric === 'minkowski' && p === 1)) return o.sum(all(), 1, false);
  if (metric === 'chebyshev' || metric === 'infinity' || (metric === 'minkowski' && p === Infinity))
    return o.reduce('Max', all(), 1, false);
  if (metric === 'minkowski') return o.pow(o.sum(o.pow(all(), o.num(p)), 1, false), o.num(1 / p));
  if (metric === 'cosine') return o.sub(o.num(1), cosine(o, x, fitted));
  return e.fail(`the metric ${metric} is not expressed`);
}

function cosine(o: Builder, x: Val, fitted: Arr): Val {
  const unit = (a: Arr): Arr => {
    const [, width = 1] = a.dims;
    const norm = (i: number) => Math.hypot(...a.data.subarray(i * width, (i + 1) * width)) || 1;
    const norms = Float64Array.from({ length: a.dims[0]! }, (_, i) => norm(i));
    return mapArr(a, (v, k) => v / norms[Math.floor(k / width)]!);
  };
  const size = o.sqrt(o.sum(o.square(x), 1));
  const t = transposed(unit(fitted));
  return o.matmul(o.div(x, o.where(o.equal(size, o.num(0)), o.num(1), size)), o.f64(t.data, t.dims));
}

export interface KernelOptions {
  readonly gamma: number;
  readonly coef0: number;
  readonly degree: number;
}

/** [N, M] of a kernel by name. */
export function kernel(o: Builder, e: Est, name: string, x: Val, fitted: Arr, k: KernelOptions): Val {
  const t = transposed(fitted);
  const dot = () => o.matmul(x, o.f64(t.data, t.dims));
  const scaled = () => {
    const w = mapArr(t, (v) => k.gamma * v);
    return o.add(o.matmul(x, o.f64(w.data, w.dims)), o.num(k.coef0));
  };
  switch (name) {
    case 'linear':
      return dot();
    case 'poly':
    case 'polynomial':
      return o.pow(scaled(), o.num(k.degree));
    case 'rbf':
      return gaussian(o, x, fitted, k.gamma);
    case 'sigmoid':
      return o.tanh(scaled());
    case 'cosine':
      return cosine(o, x, fitted);
    case 'laplacian':
      return o.exp(o.mul(o.num(-k.gamma), o.sum(o.abs(differences(o, x, fitted)), 1, false)));
    case 'precomputed':
      return x;
    default:
      return e.fail(`the kernel ${name} is not expressed`);
  }
}
