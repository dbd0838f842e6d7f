/** Projections, approximations of kernels, discriminants, mixtures and clusters, from their fitted arrays. */
import { rowOf, toArr, type Arr, type Est } from '../lower/estimator.ts';
import {
  classesOf,
  classified,
  eachRow,
  frameOf,
  greatest,
  logistic,
  mapRows,
  notHere,
  softmax,
  sumOf,
  versionOf,
  type Evaluate,
  type Made,
} from './frame.ts';
import { dot, rowsOf, squared } from './similar.ts';

const minus = (row: Float64Array, by: Float64Array | null | undefined) => (by ? row.map((v, i) => v - by[i]!) : row);

const columnsOf = (a: Arr): Float64Array[] => {
  const [rows = 0, columns = 1] = a.dims;
  return Array.from({ length: columns }, (_, c) =>
    Float64Array.from({ length: rows }, (_, r) => a.data[r * columns + c]!),
  );
};

/** (x - mean)·componentsᵀ */
export const byComponents: Evaluate = (_, e, x) => {
  const rows = rowsOf(e.arr('components_'));
  const mean = e.name === 'FastICA' ? e.optionalArr('mean_')?.data : null;
  return mapRows(x, rows.length, (row) => rows.map((c) => dot(c, minus(row, mean))));
};

/** The expected factors: z of (I + W Ψ⁻¹ Wᵀ) z = W Ψ⁻¹ (x - μ). */
export const factorAnalysis: Evaluate = (_, e, x) => {
  const [w, noise, mean] = [rowsOf(e.arr('components_')), e.arr('noise_variance_').data, e.arr('mean_').data];
  const inner = w.map((a, i) =>
    w.map((b, j) => Number(i === j) + a.reduce((s, v, f) => s + (v * b[f]!) / noise[f]!, 0)),
  );
  return mapRows(x, w.length, (row) => {
    const d = minus(row, mean).map((v, i) => v / noise[i]!);
    return solved(
      inner,
      w.map((a) => dot(a, d)),
    );
  });
};

/** Gauss with pivots. */
function solved(matrix: readonly (readonly number[])[], right: readonly number[]): number[] {
  const n = right.length;
  const m = matrix.map((r, i) => [...r, right[i]!]);
  for (let c = 0; c < n; c++) {
    const best = m.slice(c).reduce((b, r, i) => (Math.abs(r[c]!) > Math.abs(m[b]![c]!) ? c + i : b), c);
    [m[c], m[best]] = [m[best]!, m[c]!];
    for (let r = c + 1; r < n; r++) {
      const by = m[r]![c]! / m[c]![c]!;
      for (let k = c; k <= n; k++) m[r]![k]! -= by * m[c]![k]!;
    }
  }
  const out = new Array<number>(n).fill(0);
  for (let r = n - 1; r >= 0; r--) out[r] = (m[r]![n]! - sumOf(out.map((v, k) => v * m[r]![k]!))) / m[r]![r]!;
  return out;
}

export const rbfSampler: Evaluate = (_, e, x) => {
  const [weights, offset] = [columnsOf(e.arr('random_weights_')), e.arr('random_offset_').data];
  const scale = Math.sqrt(2 / weights.length);
  return mapRows(x, weights.length, (row) => weights.map((w, i) => scale * Math.cos(dot(row, w) + offset[i]!)));
};

export const skewedChi2Sampler: Evaluate = (_, e, x) => {
  const [weights, offset] = [columnsOf(e.arr('random_weights_')), e.arr('random_offset_').data];
  const scale = Math.sqrt(2 / weights.length);
  return mapRows(x, weights.length, (row) => {
    const logs = row.map((v) => Math.log(v + e.num('skewedness', 1)));
    return weights.map((w, i) => scale * Math.cos(dot(logs, w) + offset[i]!));
  });
};

export const additiveChi2Sampler: Evaluate = (_, e, x) => {
  const steps = e.num('sample_steps', 2);
  const interval = e.num('sample_interval_', e.num('sample_interval', [0.8, 0.5, 0.4][steps - 1] ?? NaN));
  return mapRows(x, x.columns.length * (2 * steps - 1), (row) => {
    const out = [...row.map((v) => Math.sqrt(v * interval))];
    for (let j = 1; j < steps; j++) {
      const factor = row.map((v) => Math.sqrt((2 * v * interval) / Math.cosh(Math.PI * j * interval)));
      const angle = row.map((v) => j * interval * Math.log(v));
      out.push(...factor.map((f, i) => (row[i] === 0 ? 0 : f * Math.cos(angle[i]!))));
      out.push(...factor.map((f, i) => (row[i] === 0 ? 0 : f * Math.sin(angle[i]!))));
    }
    return out;
  });
};

/** Circular convolutions of the sketches of each degree, without any Fourier transform. */
export const polynomialCountSketch: Evaluate = (_, e, x) => {
  const [hashes, signs] = [rowsOf(e.arr('indexHash_')), rowsOf(e.arr('bitHash_'))];
  const [n, gamma, coef0] = [e.num('n_components'), e.num('gamma', 1), e.num('coef0', 0)];
  return mapRows(x, n, (row) => {
    const scaled = Array.from(row, (v) => Math.sqrt(gamma) * v);
    if (coef0 !== 0) scaled.push(Math.sqrt(coef0));
    return hashes
      .map((hash, d) => {
        const sketch = new Array<number>(n).fill(0);
        scaled.forEach((v, i) => (sketch[hash[i]!]! += signs[d]![i]! * v));
        return sketch;
      })
      .reduce((a, b) => a.map((_, k) => sumOf(a.map((v, i) => v * b[(k - i + n) % n]!))));
  });
};

export const bernoulliRbm: Evaluate = (_, e, x) => {
  const [rows, bias] = [rowsOf(e.arr('components_')), e.arr('intercept_hidden_').data];
  return mapRows(x, rows.length, (row) => rows.map((c, k) => logistic(dot(c, row) + bias[k]!)));
};

const POOLS: Readonly<Record<string, (v: readonly number[]) => number>> = {
  mean: (v) => sumOf(v) / v.length,
  sum: sumOf,
  max: (v) => Math.max(...v),
  amax: (v) => Math.max(...v),
  min: (v) => Math.min(...v),
  amin: (v) => Math.min(...v),
};

export const featureAgglomeration: Evaluate = (_, e, x) => {
  const labels = Array.from(e.arr('labels_').data);
  const pool = POOLS[e.text('pooling_func').split('.').at(-1)!] ?? notHere('a pooling function');
  const clusters = [...new Set(labels)].sort((a, b) => a - b);
  return mapRows(x, clusters.length, (row) =>
    clusters.map((c) => pool(Array.from(row).filter((_, i) => labels[i] === c))),
  );
};

export const ellipticEnvelope: Evaluate = (_, e, x) => {
  const [precision, location, offset] = [rowsOf(e.arr('precision_')), e.arr('location_').data, e.num('offset_')];
  const decision = eachRow(x, (row) => {
    const d = minus(row, location);
    return [
      -dot(
        d,
        Float64Array.from(precision, (p) => dot(p, d)),
      ) - offset,
    ];
  });
  return { decision: () => decision, label: () => decision.map(([d]) => (d! < 0 ? -1 : 1)) };
};

export const sgdOneClass: Evaluate = (_, e, x) => {
  const coef = e.arr('coef_').data;
  const decision = eachRow(x, (row) => [dot(coef, row) - e.num('offset_')]);
  return { decision: () => decision, label: () => decision.map(([d]) => (d! < 0 ? -1 : 1)) };
};

/** Before 1.5 the coefficients were for scaled columns; before 1.1 they lay the other way round. */
export const partialLeastSquares: Evaluate = (_, e, x) => {
  const version = versionOf(e);
  const raw = e.arr('_coef_', 'coef_');
  const coef = version < 101 ? columnsOf(raw) : rowsOf(raw);
  const [mean, std] = [e.arr('_x_mean', 'x_mean_').data, e.arr('_x_std', 'x_std_').data];
  const shift = e.optionalArr('intercept_', '_y_mean', 'y_mean_')?.data;
  const predict = (row: Float64Array) => {
    const centred = minus(row, mean).map((v, i) => (version < 105 ? v / std[i]! : v));
    return coef.map((c, k) => dot(c, centred) + (shift?.[k] ?? 0));
  };
  return { predict: () => eachRow(x, predict) };
};

export const partialSvd: Evaluate = (_, e, x) => {
  const weights = columnsOf(e.arr('x_weights_'));
  const [mean, std] = [e.arr('_x_mean', 'x_mean_').data, e.arr('_x_std', 'x_std_').data];
  return mapRows(x, weights.length, (row) => {
    const scaled = minus(row, mean).map((v, i) => v / std[i]!);
    return weights.map((w) => dot(w, scaled));
  });
};

/** Gaussian classes, each with a covariance R diag(S) Rᵀ of its own. */
export const quadraticDiscriminant: Evaluate = (_, e, x) => {
  const [means, priors] = [rowsOf(e.arr('means_')), e.arr('priors_').data];
  const rotations = e.list('rotations_').map((r) => columnsOf(toArr(r)!));
  const scalings = e.list('scalings_').map((s) => toArr(s)!.data);
  const scores = eachRow(x, (row) =>
    means.map((mean, k) => {
      const d = minus(row, mean);
      const away = sumOf(rotations[k]!.map((r, i) => dot(r, d) ** 2 / scalings[k]![i]!));
      return -0.5 * (away + sumOf(scalings[k]!.map(Math.log))) + Math.log(priors[k]!);
    }),
  );
  const decision = () => scores.map((s) => (s.length === 2 ? [s[1]! - s[0]!] : s));
  return classified(classesOf(e), () => scores.map(greatest), { proba: () => scores.map(softmax), decision });
};

// Naive Bayes

const byLikelihood = (e: Est, all: readonly number[][]): Made =>
  classified(classesOf(e), () => all.map(greatest), { proba: () => all.map(softmax) });

export const complementNb: Evaluate = (_, e, x) => {
  const [logs, prior] = [rowsOf(e.arr('feature_log_prob_')), e.arr('class_log_prior_').data];
  const score = (row: Float64Array) => logs.map((l) => dot(l, row) + (prior.length === 1 ? prior[0]! : 0));
  return byLikelihood(e, eachRow(x, score));
};

export const bernoulliNb: Evaluate = (_, e, x) => {
  const [logs, prior] = [rowsOf(e.arr('feature_log_prob_')), e.arr('class_log_prior_').data];
  const limit = e.get('binarize') === null ? null : e.num('binarize');
  const score = (row: Float64Array) =>
    logs.map((l, k) =>
      l.reduce((s, p, i) => {
        const v = limit === null ? row[i]! : Number(row[i]! > limit);
        return s + v * p + (1 - v) * Math.log(1 - Math.exp(p));
      }, prior[k]!),
    );
  return byLikelihood(e, eachRow(x, score));
};

export const categoricalNb: Evaluate = (_, e, x) => {
  const tables = e.list('feature_log_prob_').map((t) => toArr(t)!);
  const prior = e.arr('class_log_prior_').data;
  const at = (table: Arr, k: number, v: number) =>
    v >= 0 && v < table.dims[1]! ? table.data[k * table.dims[1]! + Math.trunc(v)]! : notHere('an unknown category');
  const score = (row: Float64Array) =>
    Array.from(prior, (p, k) => p + sumOf(tables.map((t, f) => at(t, k, Math.min(row[f]!, t.dims[1]! - 1)))));
  return byLikelihood(e, eachRow(x, score));
};

// Clusters and mixtures

export const birch: Evaluate = (_, e, x) => {
  const [centres, labels] = [rowsOf(e.arr('subcluster_centers_')), e.arr('subcluster_labels_').data];
  const nearest = (row: Float64Array) => labels[greatest(centres.map((c) => -squared(row, c)))]!;
  return {
    label: () => eachRow(x, nearest),
    transform: () =>
      frameOf(
        eachRow(x, (row) => centres.map((c) => Math.sqrt(squared(row, c)))),
        centres.length,
      ),
  };
};

/** Down the tree, to the nearer centre each time; the left one where both are as near. */
export const bisectingKMeans: Evaluate = (_, e, x) => {
  const mean = e.optionalArr('_X_mean')?.data;
  const walk = (node: Est, row: Float64Array): number => {
    if (!node.has('left')) return node.num('label');
    const [left, right] = [node.est('left'), node.est('right')];
    const goesLeft = squared(row, left.arr('center').data) <= squared(row, right.arr('center').data);
    return walk(goesLeft ? left : right, row);
  };
  const root = e.est('_bisecting_tree');
  return { label: () => eachRow(x, (row) => walk(root, minus(row, mean))) };
};

/** log of weight times density, by the Cholesky factors of the precisions. */
export const gaussianMixture: Evaluate = (_, e, x) => {
  const means = rowsOf(e.arr('means_'));
  const type = e.text('covariance_type', 'full');
  const parts = means.map((mean, k) => component(e, type, mean, k));
  const offsets = logWeights(e, means.length, means[0]!.length);
  const joint = eachRow(x, (row) => parts.map((f, k) => f(row) + offsets[k]!));
  return { label: () => joint.map(greatest), proba: () => joint.map(softmax) };
};

function component(e: Est, type: string, mean: Float64Array, k: number): (row: Float64Array) => number {
  const all = e.arr('precisions_cholesky_');
  const f = mean.length;
  const own = type === 'full' ? all.data.subarray(k * f * f, (k + 1) * f * f) : all.data;
  const factors = type === 'full' || type === 'tied' ? columnsOf({ dims: [f, f], data: own }) : null;
  const single = (i: number) => (type === 'diag' ? rowOf(all, k)[i]! : all.data[k]!);
  const diagonal = Array.from(mean, (_, i) => (factors ? factors[i]![i]! : single(i)));
  const logDet = sumOf(diagonal.map(Math.log));
  return (row) => {
    const d = minus(row, mean);
    const z = Array.from(d, (v, i) => (factors ? dot(d, factors[i]!) : v * single(i)));
    return logDet - 0.5 * (f * Math.log(2 * Math.PI) + sumOf(z.map((v) => v * v)));
  };
}

/** Of variational mixtures: expectations under the posterior (_bayesian_mixture.py). */
function logWeights(e: Est, k: number, f: number): number[] {
  if (e.name === 'GaussianMixture') return Array.from(e.arr('weights_').data, Math.log);
  const [freedom, precision] = [e.arr('degrees_of_freedom_').data, e.arr('mean_precision_').data];
  const weights = expectedLogWeights(e, k);
  return weights.map((w, i) => {
    const own = freedom[freedom.length === 1 ? 0 : i]!;
    const lambda = f * Math.LN2 + sumOf(Array.from({ length: f }, (_, d) => digamma(0.5 * (own - d))));
    return w - 0.5 * f * Math.log(own) + 0.5 * (lambda - f / precision[i]!);
  });
}

function expectedLogWeights(e: Est, k: number): number[] {
  if (e.text('weight_concentration_prior_type') === 'dirichlet_distribution') {
    const a = Array.from(e.arr('weight_concentration_').data);
    return a.map((v) => digamma(v) - digamma(sumOf(a)));
  }
  const [a, b] = e.list('weight_concentration_').map((v) => toArr(v)!.data);
  const sums = Array.from({ length: k }, (_, i) => digamma(a![i]! + b![i]!));
  return sums.map(
    (s, i) => digamma(a![i]!) - s + sumOf(Array.from({ length: i }, (_, j) => digamma(b![j]!) - sums[j]!)),
  );
}

/** By its recurrence up to 30, and two terms of the asymptotic series from there. */
function digamma(x: number): number {
  if (x < 30) return digamma(x + 1) - 1 / x;
  return Math.log(x) - 1 / (2 * x) - 1 / (12 * x ** 2) + 1 / (120 * x ** 4) - 1 / (252 * x ** 6);
}
