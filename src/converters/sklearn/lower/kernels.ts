/** Distances and kernels between rows and fitted rows, as sklearn/metrics/pairwise.py has them. */
import type { Builder, Val } from './builder.ts';
import { mapArr, transposed, type Arr, type Est } from './estimator.ts';

/** Above this many elements a row, differences are not laid out: distances come from products instead. */
const LAID_OUT = 200_000;

/** [N, M] of squared Euclidean distances; exact zeros for equal rows where it is small enough to lay out. */
export function squaredDistances(o: Builder, x: Val, fitted: Arr): Val {
  if (fitted.data.length <= LAID_OUT) return o.sum(o.square(differences(o, x, fitted)), 2, false);
  const [rows = 0, width = 0] = fitted.dims;
  const norms = Float64Array.from({ length: rows }, (_, i) =>
    fitted.data.subarray(i * width, (i + 1) * width).reduce((s, v) => s + v * v, 0),
  );
  const t = transposed(fitted);
  const cross = o.mul(o.num(-2), o.matmul(x, o.f64(t.data, t.dims)));
  return o.max(o.add(o.add(o.sum(o.square(x), 1), o.f64(norms, [1, rows])), cross), o.num(0));
}

/** [N, M, F] */
export function differences(o: Builder, x: Val, fitted: Arr): Val {
  const [rows = 0, width = 0] = fitted.dims;
  return o.sub(o.unsqueeze(x, 1), o.f64(fitted.data, [1, rows, width]));
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
  if (/^(manhattan|cityblock|l1)$/.test(metric) || (metric === 'minkowski' && p === 1)) return o.sum(all(), 2, false);
  if (metric === 'chebyshev' || metric === 'infinity' || (metric === 'minkowski' && p === Infinity))
    return o.reduce('Max', all(), 2, false);
  if (metric === 'minkowski') return o.pow(o.sum(o.pow(all(), o.num(p)), 2, false), o.num(1 / p));
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
  const scaled = () => o.add(o.mul(dot(), o.num(k.gamma)), o.num(k.coef0));
  switch (name) {
    case 'linear':
      return dot();
    case 'poly':
    case 'polynomial':
      return o.pow(scaled(), o.num(k.degree));
    case 'rbf':
      return o.exp(o.mul(o.num(-k.gamma), squaredDistances(o, x, fitted)));
    case 'sigmoid':
      return o.tanh(scaled());
    case 'cosine':
      return cosine(o, x, fitted);
    case 'laplacian':
      return o.exp(o.mul(o.num(-k.gamma), o.sum(o.abs(differences(o, x, fitted)), 2, false)));
    case 'precomputed':
      return x;
    default:
      return e.fail(`the kernel ${name} is not expressed`);
  }
}
