/** Estimators by likeness to fitted rows: kernels, Gaussian processes, neighbours. */
import { errorFunction } from '../../../graph-model/builders/normal.ts';
import { NdArray } from '../../containers/pickle/index.ts';
import { rowOf, toArr, type Arr, type Est } from '../lower/estimator.ts';
import {
  classesOf,
  classified,
  eachRow,
  greatest,
  mapRows,
  notHere,
  softmax,
  sumOf,
  type Evaluate,
  type Frame,
  type Made,
} from './frame.ts';

export const rowsOf = (a: Arr): Float64Array[] => Array.from({ length: a.dims[0]! }, (_, i) => rowOf(a, i));

type Pair = (a: Float64Array, b: Float64Array) => number;

export const dot: Pair = (a, b) => {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
};

export const squared: Pair = (a, b) => {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i]! - b[i]!) ** 2;
  return sum;
};

const cityBlock: Pair = (a, b) => a.reduce((s, v, i) => s + Math.abs(v - b[i]!), 0);
const norm = (a: Float64Array) => Math.sqrt(dot(a, a)) || 1;
const cosine: Pair = (a, b) => dot(a, b) / (norm(a) * norm(b));

/** The distance of a neighbours estimator, by its metric. */
export function metricOf(e: Est): Pair {
  const name = e.text('effective_metric_', e.text('metric', 'minkowski'));
  const params = e.get('effective_metric_params_', 'metric_params');
  const given = params instanceof Map ? params.get('p') : undefined;
  if (params instanceof Map && (params.get('w') ?? null) !== null) return notHere('a metric with weights');
  const p = typeof given === 'number' ? given : e.num('p', 2);
  const euclidean: Pair = (a, b) => Math.sqrt(squared(a, b));
  const chebyshev: Pair = (a, b) => a.reduce((m, v, i) => Math.max(m, Math.abs(v - b[i]!)), 0);
  if (name === 'minkowski' && p !== 2)
    return p === Infinity ? chebyshev : (a, b) => a.reduce((s, v, i) => s + Math.abs(v - b[i]!) ** p, 0) ** (1 / p);
  const known: Readonly<Record<string, Pair>> = {
    minkowski: euclidean,
    euclidean,
    l2: euclidean,
    sqeuclidean: squared,
    manhattan: cityBlock,
    cityblock: cityBlock,
    l1: cityBlock,
    chebyshev,
    infinity: chebyshev,
    cosine: (a, b) => 1 - cosine(a, b),
  };
  return known[name] ?? notHere(`the metric ${name}`);
}

// Kernels

export function kernelOf(e: Est, name: string, gamma: number): Pair {
  const [coef0, degree] = [e.num('coef0', 1), e.num('degree', 3)];
  const known: Readonly<Record<string, Pair>> = {
    linear: dot,
    poly: (a, b) => (gamma * dot(a, b) + coef0) ** degree,
    polynomial: (a, b) => (gamma * dot(a, b) + coef0) ** degree,
    rbf: (a, b) => Math.exp(-gamma * squared(a, b)),
    sigmoid: (a, b) => Math.tanh(gamma * dot(a, b) + coef0),
    cosine,
    laplacian: (a, b) => Math.exp(-gamma * cityBlock(a, b)),
  };
  return known[name] ?? notHere(`the kernel ${name}`);
}

export const kernelRidge: Evaluate = (_, e, x) => {
  const [fitted, dual] = [rowsOf(e.arr('X_fit_')), e.arr('dual_coef_')];
  const outputs = dual.dims[1] ?? 1;
  const kernel = kernelOf(e, e.text('kernel', 'linear'), e.num('gamma', 1 / fitted[0]!.length));
  const predict = (row: Float64Array) => {
    const k = fitted.map((f) => kernel(row, f));
    return Array.from({ length: outputs }, (_, o) => k.reduce((s, v, i) => s + v * dual.data[i * outputs + o]!, 0));
  };
  return { predict: () => eachRow(x, predict) };
};

/** Kernel values centred as the fitted ones were, times the scaled eigenvectors. */
function centredKernel(e: Est, x: Frame, kernel: (row: Float64Array) => number[]): Made {
  const values = e.arr('eigenvalues_', 'lambdas_').data;
  const vectors = e.arr('eigenvectors_', 'alphas_');
  const centre = centring(e.est('_centerer'));
  const width = values.length;
  return mapRows(x, width, (row) => {
    const k = centre(kernel(row));
    return Array.from(values, (value, c) =>
      value > 0 ? k.reduce((s, v, i) => s + v * vectors.data[i * width + c]!, 0) / Math.sqrt(value) : 0,
    );
  });
}

function centring(e: Est): (k: readonly number[]) => number[] {
  const [rows, all] = [e.arr('K_fit_rows_').data, e.num('K_fit_all_')];
  return (k) => k.map((v, i) => v - rows[i]! - sumOf(k) / rows.length + all);
}

export const kernelCenterer: Evaluate = (_, e, x) => {
  const centre = centring(e);
  return mapRows(x, x.columns.length, (row) => centre(Array.from(row)));
};

export const kernelPca: Evaluate = (_, e, x) => {
  const fitted = rowsOf(e.arr('X_fit_'));
  const name = e.text('kernel', 'linear');
  if (name === 'precomputed') return centredKernel(e, x, (row) => Array.from(row));
  const gamma = e.has('gamma_') ? e.num('gamma_') : e.num('gamma', 1 / fitted[0]!.length);
  const kernel = kernelOf(e, name, gamma);
  return centredKernel(e, x, (row) => fitted.map((f) => kernel(row, f)));
};

export const nystroem: Evaluate = (_, e, x) => {
  const [fitted, by] = [rowsOf(e.arr('components_')), rowsOf(e.arr('normalization_'))];
  const kernel = kernelOf(e, e.text('kernel', 'rbf'), e.num('gamma', 1 / fitted[0]!.length));
  return mapRows(x, by.length, (row) => {
    const k = Float64Array.from(fitted, (f) => kernel(row, f));
    return by.map((b) => dot(b, k));
  });
};

/** The shortest way to each fitted row over the neighbours. */
export const isomap: Evaluate = (_, e, x) => {
  const nbrs = e.est('nbrs_');
  const ways = rowsOf(e.arr('dist_matrix_'));
  const fitted = rowsOf(nbrs.arr('_fit_X'));
  return centredKernel(e.est('kernel_pca_'), x, (row) => {
    const near = nearestOf(nbrs, row, fitted);
    return fitted.map((_, j) => -0.5 * Math.min(...near.map(([d, i]) => d + ways[i]![j]!)) ** 2);
  });
};

// Gaussian processes

/** A kernel between two rows; white noise is zero between different ones. */
function covariance(k: Est): Pair {
  const inner = (name: string) => covariance(k.est(name));
  const scale = k.optionalArr('length_scale')?.data ?? Float64Array.of(1);
  const scaled: Pair = (a, b) => a.reduce((s, v, i) => s + ((v - b[i]!) / scale[scale.length === 1 ? 0 : i]!) ** 2, 0);
  switch (k.name) {
    case 'Sum': {
      const [a, b] = [inner('k1'), inner('k2')];
      return (x, y) => a(x, y) + b(x, y);
    }
    case 'Product': {
      const [a, b] = [inner('k1'), inner('k2')];
      return (x, y) => a(x, y) * b(x, y);
    }
    case 'Exponentiation': {
      const a = inner('kernel');
      return (x, y) => a(x, y) ** k.num('exponent');
    }
    case 'ConstantKernel':
      return () => k.num('constant_value', 1);
    case 'WhiteKernel':
      return (x, y) => (x === y ? k.num('noise_level', 1) : 0);
    case 'DotProduct':
      return (x, y) => k.num('sigma_0', 1) ** 2 + dot(x, y);
    case 'RBF':
      return (x, y) => Math.exp(-0.5 * scaled(x, y));
    case 'RationalQuadratic':
      return (x, y) => (1 + scaled(x, y) / (2 * k.num('alpha', 1))) ** -k.num('alpha', 1);
    case 'ExpSineSquared':
      return (x, y) =>
        Math.exp(-2 * (Math.sin((Math.PI * Math.sqrt(squared(x, y))) / k.num('periodicity', 1)) / scale[0]!) ** 2);
    case 'Matern':
      return (x, y) => matern(k.num('nu', 1.5), Math.sqrt(scaled(x, y)));
    default:
      return notHere(`the kernel ${k.name}`);
  }
}

function matern(nu: number, distance: number): number {
  const d = distance * Math.sqrt(2 * nu);
  if (nu === Infinity) return Math.exp(-0.5 * distance ** 2);
  if (nu === 0.5) return Math.exp(-d);
  if (nu === 1.5) return (1 + d) * Math.exp(-d);
  return nu === 2.5 ? (1 + d + d ** 2 / 3) * Math.exp(-d) : notHere(`Matern with nu=${nu}`);
}

export const gaussianProcessRegressor: Evaluate = (_, e, x) => {
  const [fitted, alpha] = [rowsOf(e.arr('X_train_')), e.arr('alpha_')];
  const outputs = alpha.dims[1] ?? 1;
  const [mean, std] = ['_y_train_mean', '_y_train_std'].map((n) => e.optionalArr(n)?.data);
  const kernel = covariance(e.est('kernel_'));
  const at = (list: Float64Array | undefined, o: number, none: number) => list?.[list.length === 1 ? 0 : o] ?? none;
  const predict = (row: Float64Array) => {
    const k = fitted.map((f) => kernel(row, f));
    return Array.from(
      { length: outputs },
      (_, o) => k.reduce((s, v, i) => s + v * alpha.data[i * outputs + o]!, 0) * at(std, o, 1) + at(mean, o, 0),
    );
  };
  return { predict: () => eachRow(x, predict) };
};

const LAMBDAS = [0.41, 0.4, 0.37, 0.44, 0.39];
const COEFFICIENTS = [-1854.8214151, 3516.89893646, 221.29346712, 128.12323805, -2010.49422654];

/** _BinaryGaussianProcessClassifierLaplace: the integral of the logistic function by five error functions. */
export const binaryGaussianProcess: Evaluate = (_, e, x) => {
  const fitted = rowsOf(e.arr('X_train_'));
  const kernel = covariance(e.est('kernel_'));
  const [y, pi, root, l] = [e.arr('y_train_').data, e.arr('pi_').data, e.arr('W_sr_').data, rowsOf(e.arr('L_'))];
  const found = eachRow(x, (row) => {
    const k = fitted.map((f) => kernel(row, f));
    const mean = k.reduce((s, v, i) => s + v * (y[i]! - pi[i]!), 0);
    const v: number[] = [];
    k.forEach((value, i) => v.push((root[i]! * value - v.reduce((s, z, j) => s + z * l[i]![j]!, 0)) / l[i]![i]!));
    const variance = kernel(row, row) - sumOf(v.map((z) => z * z));
    const chances = LAMBDAS.map(
      (a, i) => (COEFFICIENTS[i]! / 2) * (errorFunction((a * mean) / Math.sqrt(1 + 2 * a * a * variance)) + 1),
    );
    return { mean, p: sumOf(chances) };
  });
  return classified(classesOf(e), () => found.map(({ mean }) => Number(mean > 0)), {
    proba: () => found.map(({ p }) => [1 - p, p]),
  });
};

export const gaussianProcessClassifier: Evaluate = (by, e, x) => {
  const made = by.evaluate(e.est('base_estimator_'), x);
  const classes = classesOf(e);
  const withProba = made.proba && (classes.length === 2 || e.text('multi_class') !== 'one_vs_one');
  return classified(classes, made.index!, withProba ? { proba: made.proba! } : {});
};

// Neighbours

/** Distance and place of the nearest fitted rows, the first of equally near ones first. */
function nearestOf(e: Est, row: Float64Array, fitted: readonly Float64Array[], k = e.num('n_neighbors', 5)) {
  const metric = metricOf(e);
  const all = fitted.map((f, i): [number, number] => [metric(row, f), i]);
  return all.sort((a, b) => a[0] - b[0] || a[1] - b[1]).slice(0, k);
}

function weightsOf(e: Est, found: readonly (readonly [number, number])[]): number[] {
  const kind = e.text('weights', 'uniform');
  if (kind === 'uniform') return found.map(() => 1);
  if (kind !== 'distance') return notHere('weights that are a function');
  const exact = found.some(([d]) => d === 0);
  return found.map(([d]) => (exact ? Number(d === 0) : 1 / d));
}

type Neighbours = (row: Float64Array) => [number, number][];

const byCount =
  (e: Est): Neighbours =>
  (row) =>
    nearestOf(e, row, rowsOf(e.arr('_fit_X')));

const byRadius = (e: Est): Neighbours => {
  const [fitted, metric, radius] = [rowsOf(e.arr('_fit_X')), metricOf(e), e.num('radius', 1)];
  return (row) => fitted.map((f, i): [number, number] => [metric(row, f), i]).filter(([d]) => d <= radius);
};

/** One list of classes an output. */
function classLists(e: Est): (number | string)[][] {
  const own = e.need('classes_');
  if (own instanceof NdArray) return [classesOf(e)];
  return e
    .list('classes_')
    .map((c) => (c instanceof NdArray ? (c.values() as (number | string)[]) : notHere('classes')));
}

function votes(e: Est, x: Frame, neighbours: Neighbours): Made {
  const [y, all] = [e.arr('_y'), classLists(e)];
  const outliers = e.has('outlier_label_') ? e.list('outlier_label_') : [];
  const shares = eachRow(x, (row) => {
    const found = neighbours(row);
    const weights = weightsOf(e, found);
    return all.map((classes, o) => {
      const p = new Array<number>(classes.length).fill(0);
      found.forEach(([, i], n) => (p[y.data[i * all.length + o]!]! += weights[n]!));
      if (found.length === 0 && outliers[o] !== undefined) p[classes.indexOf(outliers[o] as number)] = 1;
      const total = sumOf(p) || 1;
      return p.map((v) => v / total);
    });
  });
  if (all.length === 1) {
    const proba = shares.map((s) => s[0]!);
    return classified(all[0]!, () => proba.map(greatest), { proba: () => proba });
  }
  return { labels: () => shares.map((row) => row.map((p, o) => all[o]![greatest(p)]!)) };
}

function averages(e: Est, x: Frame, neighbours: Neighbours): Made {
  const y = e.arr('_y');
  const width = y.dims[1] ?? 1;
  const predict = (row: Float64Array) => {
    const found = neighbours(row);
    const weights = weightsOf(e, found);
    const mean = (k: number) =>
      found.reduce((s, [, i], n) => s + weights[n]! * y.data[i * width + k]!, 0) / sumOf(weights);
    return Array.from({ length: width }, (_, k) => mean(k));
  };
  return { predict: () => eachRow(x, predict) };
}

export const neighborsClassifier: Evaluate = (_, e, x) => votes(e, x, byCount(e));
export const neighborsRegressor: Evaluate = (_, e, x) => averages(e, x, byCount(e));
export const radiusClassifier: Evaluate = (_, e, x) => votes(e, x, byRadius(e));
export const radiusRegressor: Evaluate = (_, e, x) => averages(e, x, byRadius(e));

/** Distances to the nearest, or ones, at the places of the fitted rows. */
export const neighborsGraph: Evaluate = (_, e, x) => {
  const fitted = rowsOf(e.arr('_fit_X'));
  const byDistance = e.text('mode', 'distance') === 'distance';
  const within = e.name.startsWith('Radius')
    ? byRadius(e)
    : (row: Float64Array) => nearestOf(e, row, fitted, e.num('n_neighbors', 5) + Number(byDistance));
  return mapRows(x, fitted.length, (row) => {
    const out = new Float64Array(fitted.length);
    for (const [d, i] of within(row)) out[i] = byDistance ? d : 1;
    return out;
  });
};

export const nearestCentroid: Evaluate = (_, e, x) => {
  const classes = classesOf(e);
  const centroids = rowsOf(e.arr('centroids_'));
  const prior = e.optionalArr('class_prior_')?.data ?? Float64Array.from(classes, () => 1 / classes.length);
  const uniform = prior.every((p) => Math.abs(p - 1 / classes.length) < 1e-8);
  const metric = metricOf(e);
  const deviation = e.optionalArr('within_class_std_dev_')?.data;
  if (!deviation || e.text('metric', 'euclidean') !== 'euclidean')
    return classified(classes, () => eachRow(x, (row) => greatest(centroids.map((c) => -metric(row, c)))));
  const score = (row: Float64Array) =>
    centroids.map(
      (c, k) => 2 * Math.log(prior[k]!) - sumOf(c.map((v, i) => ((row[i]! - v) / (deviation[i] || 1)) ** 2)),
    );
  const scores = eachRow(x, score);
  const index = () =>
    uniform ? eachRow(x, (row) => greatest(centroids.map((c) => -metric(row, c)))) : scores.map(greatest);
  return classified(classes, index, { proba: () => scores.map(softmax) });
};

export const localOutlierFactor: Evaluate = (_, e, x) => {
  if (!e.flag('novelty')) return notHere('novelty=False');
  const k = e.num('n_neighbors_', e.num('n_neighbors', 20));
  const [fitted, own, density] = [rowsOf(e.arr('_fit_X')), rowsOf(e.arr('_distances_fit_X_')), e.arr('_lrd').data];
  const decision = eachRow(x, (row) => {
    const near = nearestOf(e, row, fitted, k);
    const reach = near.map(([d, i]) => Math.max(d, own[i]![k - 1]!));
    const here = 1 / (sumOf(reach) / k + 1e-10);
    return [-sumOf(near.map(([, i]) => density[i]! / here)) / k - e.num('offset_')];
  });
  return { decision: () => decision, label: () => decision.map(([d]) => (d! < 0 ? -1 : 1)) };
};

export const labelPropagation: Evaluate = (_, e, x) => {
  const [fitted, shares] = [rowsOf(e.arr('X_')), rowsOf(e.arr('label_distributions_'))];
  const kind = e.text('kernel', 'rbf');
  const weights = (row: Float64Array): number[] => {
    if (kind === 'rbf') return fitted.map((f) => Math.exp(-e.num('gamma', 20) * squared(row, f)));
    if (kind !== 'knn') return notHere('a kernel that is a function');
    const order = fitted
      .map((f, i): [number, number] => [squared(row, f), i])
      .sort((a, b) => a[0] - b[0] || a[1] - b[1]);
    const near = new Set(order.slice(0, e.num('n_neighbors', 7)).map(([, i]) => i));
    return fitted.map((_, i) => Number(near.has(i)));
  };
  const proba = eachRow(x, (row) => {
    const w = weights(row);
    const sums = Array.from(shares[0]!, (_, k) => w.reduce((s, v, i) => s + v * shares[i]![k]!, 0));
    const total = sumOf(sums) || 1;
    return sums.map((v) => v / total);
  });
  return classified(classesOf(e), () => proba.map(greatest), { proba: () => proba });
};

/** A linear map whose matrix has a row for each new feature. */
export const neighborhoodComponents: Evaluate = (_, e, x) => {
  const rows = rowsOf(toArr(e.need('components_'))!);
  return mapRows(x, rows.length, (row) => rows.map((c) => dot(c, row)));
};
