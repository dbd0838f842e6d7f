/** Linear models, perceptrons, naive Bayes and factorization machines, by the formulas of Spark's documentation. */
import type { Params } from '../params.ts';
import {
  dot,
  greatest,
  matrixRow,
  matrixRows,
  notHere,
  numbers,
  numbersOf,
  rowsOf,
  sum,
  vectors,
  type Evaluate,
  type Made,
  type Stage,
} from './data.ts';

const logistic = (v: number): number => 1 / (1 + Math.exp(-v));

export function softmax(scores: ArrayLike<number>): number[] {
  const list = Array.from(scores);
  const most = Math.max(...list);
  const e = list.map((v) => Math.exp(v - most));
  return e.map((v) => v / sum(e));
}

/** ProbabilisticClassificationModel: the largest raw value, or of probability / threshold where there are thresholds. */
export function probabilistic(s: Stage, raw: readonly (readonly number[])[], proba: readonly number[][]): Made {
  const limits = s.p.numbers('thresholds');
  const scaled = (row: readonly number[]) =>
    row.map((v, k) => (v === 0 && limits![k] === 0 ? -Infinity : v / limits![k]!));
  const label = raw.map((r, i) => greatest(limits && limits.length > 0 ? scaled(proba[i]!) : r));
  return { raw: vectors(raw), probabilities: vectors(proba), label: numbers(label) };
}

const both = (m: number): number[] => [-m, m];
const pair = (p: number): number[] => [1 - p, p];

/** A binary classifier of one margin. */
export const byMargin = (s: Stage, margins: readonly number[], factor = 1): Made =>
  probabilistic(
    s,
    margins.map(both),
    margins.map((m) => pair(logistic(factor * m))),
  );

const margins = (s: Stage): number[] => {
  const [w, b] = [s.p.learned('coefficients'), s.p.number('intercept', 0)];
  return rowsOf(s).map((x) => dot(w, x) + b);
};

export const logisticRegression: Evaluate = (s) => {
  const { p } = s;
  const weights = matrixRows(p.matrix('coefficientMatrix'));
  const bias = p.learned('interceptVector');
  const scores = rowsOf(s).map((x) => weights.map((w, k) => dot(w, x) + bias[k]!));
  if (p.flag('isMultinomial', weights.length > 1)) return probabilistic(s, scores, scores.map(softmax));
  // Binomial: thresholds [a, b] stand for the one threshold 1 / (1 + a / b).
  const both2 = p.numbers('thresholds');
  const t = both2?.length === 2 ? 1 / (1 + both2[0]! / both2[1]!) : p.number('threshold', 0.5);
  const raw = scores.map(([m]) => both(m!));
  const proba = scores.map(([m]) => pair(logistic(m!)));
  const label = numbers(scores.map(([m]) => Number(m! > Math.log(t / (1 - t)))));
  return { raw: vectors(raw), probabilities: vectors(proba), label };
};

export const linearSvc: Evaluate = (s) => {
  const m = margins(s);
  const t = s.p.number('threshold', 0);
  return { decision_function: vectors(m.map(both)), label: numbers(m.map((v) => Number(v > t))) };
};

export const linearRegression: Evaluate = (s) => ({ predictions: numbers(margins(s)) });

// Generalized linear models

const LINKS: Readonly<Record<string, (eta: number) => number>> = {
  identity: (eta) => eta,
  log: Math.exp,
  inverse: (eta) => 1 / eta,
  sqrt: (eta) => eta * eta,
  logit: logistic,
  cloglog: (eta) => 1 - Math.exp(-Math.exp(eta)),
  probit: normal,
};

/** Φ, by its series near zero and by its continued fraction in the tails: to 1e-14. */
function normal(z: number): number {
  if (Math.abs(z) > 7) return z > 0 ? 1 - tail(z) : tail(-z);
  let [term, total] = [z, z];
  for (let n = 1; Math.abs(term) > 1e-18 * Math.abs(total) && n < 400; n++) total += term *= (z * z) / (2 * n + 1);
  return 0.5 + total * Math.exp((-z * z) / 2) * 0.3989422804014327;
}

function tail(z: number): number {
  let f = z;
  for (let n = 60; n > 0; n--) f = z + n / f;
  return (Math.exp((-z * z) / 2) * 0.3989422804014327) / f;
}

const CANONICAL: Readonly<Record<string, string>> = {
  gaussian: 'identity',
  binomial: 'logit',
  poisson: 'log',
  gamma: 'inverse',
};

/** The family and the mean of a linear predictor. Tweedie's power link: eta^(1 / power), and log at 0. */
function meanOf(p: Params): (eta: number) => number {
  const family = p.text('family', 'gaussian').toLowerCase();
  const variance = p.number('variancePower', 0);
  const power = p.number('linkPower', 1 - variance);
  const tweedie = (eta: number) => (power === 0 ? Math.exp(eta) : eta ** (1 / power));
  const link = LINKS[p.text('link', CANONICAL[family] ?? '').toLowerCase()];
  const unlink = family === 'tweedie' ? tweedie : (link ?? notHere('the link'));
  const least = family === 'gaussian' || (family === 'tweedie' && variance === 0) ? -Infinity : 1e-16;
  const most = family === 'binomial' ? 1 - 1e-16 : Infinity;
  return (eta) => {
    const mean = unlink(eta);
    return mean < least ? least : mean > most ? most : mean;
  };
}

export const generalized: Evaluate = (s) => {
  const offset = s.inputs[1] ? numbersOf(s.inputs[1]) : null;
  const eta = margins(s).map((m, i) => m + (offset?.[i] ?? 0));
  const mean = meanOf(s.p);
  return { predictions: numbers(eta.map(mean)), columns: [numbers(eta)] };
};

/** Weibull: the mean is exp(x·w + b), the quantile q of it times (-log(1 - q))^scale. */
export const survival: Evaluate = (s) => {
  const scales = margins(s).map(Math.exp);
  const q = s.p.numbers('quantileProbabilities') ?? [0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99];
  const sigma = s.p.number('scale', 1);
  const quantiles = scales.map((v) => Array.from(q, (at) => v * Math.exp(Math.log(-Math.log(1 - at)) * sigma)));
  return { predictions: numbers(scales), columns: [vectors(quantiles)] };
};

/** b + Σ w x + Σ_{i<j} (v_i·v_j) x_i x_j, pair by pair. */
function machine(s: Stage): number[] {
  const { p } = s;
  const v = p.matrix('factors');
  const [w, b] = [p.learned('linear'), p.number('intercept', 0)];
  const pairs: [number, number, number][] = [];
  for (let i = 0; i < v.rows; i++)
    for (let j = i + 1; j < v.rows; j++) pairs.push([i, j, dot(matrixRow(v, i), matrixRow(v, j))]);
  return rowsOf(s).map((x) => pairs.reduce((t, [i, j, f]) => t + f * x[i]! * x[j]!, b + dot(w, x)));
}

export const machineRegression: Evaluate = (s) => ({ predictions: numbers(machine(s)) });
export const machineClassification: Evaluate = (s) => byMargin(s, machine(s));

/** Layer by layer; weights lie output by output for each input, then the biases. */
export const perceptron: Evaluate = (s) => {
  const layers = Array.from(s.p.numbers('layers') ?? notHere('the layers'));
  const all = s.p.learned('weights');
  const scores = rowsOf(s).map((row) => {
    let at = 0;
    let x: number[] = Array.from(row);
    layers.slice(1).forEach((width, layer) => {
      const inputs = layers[layer]!;
      const begin = at;
      const bias = begin + inputs * width;
      at = bias + width;
      const z = Array.from({ length: width }, (_, o) =>
        x.reduce((t, v, i) => t + v * all[begin + i * width + o]!, all[bias + o]!),
      );
      x = layer < layers.length - 2 ? z.map(logistic) : z;
    });
    return x;
  });
  return probabilistic(s, scores, scores.map(softmax));
};

// Naive Bayes

const KINDS: Readonly<Record<string, (p: Params, x: Float64Array, k: number) => number>> = {
  multinomial: (p, x, k) => p.learned('pi')[k]! + dot(matrixRow(p.matrix('theta'), k), x),
  bernoulli: (p, x, k) =>
    matrixRow(p.matrix('theta'), k).reduce(
      (t, logP, i) => t + x[i]! * logP + (1 - x[i]!) * Math.log1p(-Math.exp(logP)),
      p.learned('pi')[k]!,
    ),
  gaussian: (p, x, k) => {
    const [mean, variance] = [matrixRow(p.matrix('theta'), k), matrixRow(p.matrix('sigma'), k)];
    return mean.reduce(
      (t, m, i) => t - ((x[i]! - m) ** 2 / variance[i]! + Math.log(variance[i]!)) / 2,
      p.learned('pi')[k]!,
    );
  },
};

/** Complement: scores without priors, from which the logarithm of their sum is taken. */
function complement(p: Params, x: Float64Array): number[] {
  const scores = matrixRows(p.matrix('theta')).map((theta) => dot(theta, x));
  const most = Math.max(...scores);
  const total = most + Math.log(sum(scores.map((v) => Math.exp(v - most))));
  return scores.map((v) => v - total);
}

export const naiveBayes: Evaluate = (s) => {
  const { p } = s;
  const type = p.text('modelType', 'multinomial');
  const classes = p.matrix('theta').rows;
  const kind = KINDS[type] ?? (type === 'complement' ? null : notHere(type));
  const scores = rowsOf(s).map((x) =>
    kind ? Array.from({ length: classes }, (_, k) => kind(p, x, k)) : complement(p, x),
  );
  return probabilistic(s, scores, scores.map(softmax));
};

/** Linear between the boundaries, the end values beyond. */
export const isotonic: Evaluate = (s) => {
  const [b, y] = [s.p.learned('boundaries'), s.p.learned('predictions')];
  const feature = s.inputs[0]!.kind === 'vector' ? s.p.number('featureIndex', 0) : 0;
  const predictions = rowsOf(s).map((row) => {
    const x = row[feature]!;
    if (Number.isNaN(x) || x > b.at(-1)!) return y.at(-1)!;
    const above = b.findIndex((v) => v >= x);
    if (above === 0 || b[above] === x) return y[b.lastIndexOf(x) < 0 ? above : b.lastIndexOf(x)]!;
    const share = (x - b[above - 1]!) / (b[above]! - b[above - 1]!);
    return y[above - 1]! + (y[above]! - y[above - 1]!) * share;
  });
  return { predictions: numbers(predictions) };
};

/** The class whose own model gives the largest raw value. */
export const oneVsRest: Evaluate = (s) => {
  const each = s.inputs.map((_, i) => rowsOf(s, i));
  const raw = Array.from({ length: s.rows }, (_, r) => each.map((rows) => rows[r]![1]!));
  return { decision_function: vectors(raw), label: numbers(raw.map(greatest)) };
};

/** The product of a user's and an item's factors; NaN where one is not known. */
export const recommendation: Evaluate = (s) => {
  const side = (i: number, ids: string, factors: string) => {
    const m = s.p.matrix(factors);
    const at = new Map(Array.from(s.p.learned(ids), (id, row) => [id, row]));
    return Array.from(numbersOf(s.inputs[i]!), (id) => {
      const row = at.get(id);
      return row === undefined ? null : matrixRow(m, row);
    });
  };
  const [users, items] = [side(0, 'userIds', 'userFactors'), side(1, 'itemIds', 'itemFactors')];
  return { predictions: numbers(users.map((u, r) => (u && items[r] ? dot(u, items[r]) : NaN))) };
};
