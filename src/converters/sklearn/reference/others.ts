/** Support vectors, naive Bayes, clusters and estimators that answer always the same, in float64. */
import { coupled, platt } from '../../../graph-model/builders/svm-evaluate.ts';
import type { Est } from '../lower/estimator.ts';
import {
  classesOf,
  classified,
  eachRow,
  frameOf,
  greatest,
  notHere,
  softmax,
  sumOf,
  type Evaluate,
  type Frame,
  type Made,
} from './frame.ts';
import { dot, rowsOf, squared } from './similar.ts';

// Support vector machines

function kernels(e: Est): (row: Float64Array) => number[] {
  const kind = e.text('kernel', 'rbf');
  const vectors = rowsOf(e.arr('support_vectors_'));
  const [gamma, coef0, degree] = [e.num('_gamma', 0), e.num('coef0', 0), e.num('degree', 3)];
  const of: Readonly<Record<string, (a: Float64Array, b: Float64Array) => number>> = {
    linear: dot,
    rbf: (a, b) => Math.exp(-gamma * squared(a, b)),
    poly: (a, b) => (gamma * dot(a, b) + coef0) ** degree,
    sigmoid: (a, b) => Math.tanh(gamma * dot(a, b) + coef0),
  };
  const kernel = of[kind] ?? notHere(`the kernel ${kind}`);
  return (row) => vectors.map((v) => kernel(row, v));
}

function singleMachine(e: Est, x: Frame): number[][] {
  const [kernel, coef, intercept] = [
    kernels(e),
    e.arr('_dual_coef_', 'dual_coef_').data,
    e.arr('_intercept_', 'intercept_').data,
  ];
  return eachRow(x, (row) => [kernel(row).reduce((s, k, i) => s + k * coef[i]!, intercept[0]!)]);
}

export const supportVectorRegressor: Evaluate = (_, e, x) => ({ predict: () => singleMachine(e, x) });

export const oneClassSvm: Evaluate = (_, e, x) => {
  const decision = singleMachine(e, x);
  return { decision: () => decision, label: () => decision.map(([d]) => (d! > 0 ? 1 : -1)) };
};

/** svm_predict_values: one number a pair of classes. */
function pairValues(e: Est, x: Frame, classes: number): number[][] {
  const kernel = kernels(e);
  const coef = e.arr('_dual_coef_', 'dual_coef_');
  const rho = e.arr('_intercept_', 'intercept_').data;
  const sizes = Array.from(e.arr('_n_support', 'n_support_').data);
  const begins = sizes.map((_, i) => sumOf(sizes.slice(0, i)));
  const part = (k: readonly number[], row: number, i: number) => {
    let sum = 0;
    for (let v = begins[i]!; v < begins[i]! + sizes[i]!; v++) sum += coef.data[row * coef.dims[1]! + v]! * k[v]!;
    return sum;
  };
  return eachRow(x, (row) => {
    const k = kernel(row);
    const out: number[] = [];
    for (let i = 0; i < classes; i++)
      for (let j = i + 1; j < classes; j++) out.push(part(k, j - 1, i) + part(k, i, j) + rho[out.length]!);
    return out;
  });
}

function votesOf(pairs: readonly number[], classes: number): number[] {
  const votes = new Array<number>(classes).fill(0);
  let at = 0;
  for (let i = 0; i < classes; i++) for (let j = i + 1; j < classes; j++) votes[pairs[at++]! > 0 ? i : j]!++;
  return votes;
}

export const supportVectorClassifier: Evaluate = (_, e, x) => {
  const classes = classesOf(e);
  const k = classes.length;
  if (e.flag('break_ties')) return notHere('break_ties');
  const pairs = pairValues(e, x, k);
  const index = () => pairs.map((p) => (k === 2 ? Number(p[0]! <= 0) : greatest(votesOf(p, k))));
  const a = e.optionalArr('_probA', 'probA_')?.data;
  if (!e.flag('probability') || !a || a.length === 0) {
    const plain = k === 2 ? pairs.map((p) => [-p[0]!]) : pairs;
    const ovo = k === 2 || e.text('decision_function_shape', 'ovr') === 'ovo';
    return classified(classes, index, ovo ? { decision: () => plain } : {});
  }
  const b = e.arr('_probB', 'probB_').data;
  return classified(classes, index, { proba: () => pairs.map((p) => coupled(platt(p, a, b), k)) });
};

// Naive Bayes

function byLikelihood(e: Est, x: Frame, joint: (row: Float64Array) => number[]): Made {
  const all = eachRow(x, joint);
  return classified(classesOf(e), () => all.map(greatest), { proba: () => all.map(softmax) });
}

export const gaussianNb: Evaluate = (_, e, x) => {
  const [theta, variance] = [rowsOf(e.arr('theta_')), rowsOf(e.arr('var_', 'sigma_'))];
  const prior = e.arr('class_prior_').data;
  return byLikelihood(e, x, (row) =>
    theta.map((mean, k) =>
      mean.reduce(
        (s, m, i) => s - 0.5 * (Math.log(2 * Math.PI * variance[k]![i]!) + (row[i]! - m) ** 2 / variance[k]![i]!),
        Math.log(prior[k]!),
      ),
    ),
  );
};

export const multinomialNb: Evaluate = (_, e, x) => {
  const [logs, prior] = [rowsOf(e.arr('feature_log_prob_')), e.arr('class_log_prior_').data];
  return byLikelihood(e, x, (row) => logs.map((p, k) => p.reduce((s, v, i) => s + v * row[i]!, prior[k]!)));
};

// Clusters

export const kMeans: Evaluate = (_, e, x) => {
  const centres = rowsOf(e.arr('cluster_centers_'));
  const distances = eachRow(x, (row) => centres.map((c) => squared(row, c)));
  return {
    label: () => distances.map((d) => greatest(d.map((v) => -v))),
    transform: () =>
      frameOf(
        distances.map((d) => d.map(Math.sqrt)),
        centres.length,
      ),
  };
};

// Around others

export const dummyRegressor: Evaluate = (_, e, x) => ({
  predict: () => Array.from({ length: x.rows }, () => [...e.arr('constant_').data]),
});

export const dummyClassifier: Evaluate = (_, e, x) => {
  const strategy = e.text('strategy', 'prior');
  if (strategy !== 'prior' && strategy !== 'most_frequent') return notHere(`the strategy ${strategy}`);
  const prior = [...e.arr('class_prior_').data];
  const best = greatest(prior);
  const p = strategy === 'prior' ? prior : prior.map((_, i) => Number(i === best));
  return classified(classesOf(e), () => new Array<number>(x.rows).fill(best), {
    proba: () => Array.from({ length: x.rows }, () => p),
  });
};
