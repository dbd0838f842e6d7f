/** Ensembles, calibration, several classes or outputs: estimators around others. */
import type { PyValue } from '../../containers/pickle/index.ts';
import { NdArray } from '../../containers/pickle/index.ts';
import { toArr, type Est } from '../lower/estimator.ts';
import {
  classesOf,
  classified,
  frameOf,
  greatest,
  logistic,
  notHere,
  softmax,
  sumOf,
  versionOf,
  type Column,
  type Evaluate,
  type Evaluator,
  type Frame,
  type Made,
} from './frame.ts';
import { lineThrough } from './lines.ts';

const pair = (p: number): number[] => [1 - p, p];

/** The estimators within, each on its own features. */
function members(by: Evaluator, e: Est, x: Frame): { est: Est; made: Made }[] {
  const features = e.get('estimators_features_') === null ? null : e.list('estimators_features_');
  return e.ests('estimators_').map((est, i) => {
    const own = features ? toArr(features[i]!)!.data : null;
    const columns = own ? Array.from(own, (f) => x.columns[f]!) : x.columns;
    return { est, made: by.evaluate(est, { rows: x.rows, columns }) };
  });
}

/** Whole numbers: estimators within ensembles number their classes by position. */
const places = (est: Est, k: number): number[] =>
  est.get('classes_') instanceof NdArray ? classesOf(est).map(Number) : Array.from({ length: k }, (_, i) => i);

const hot = (at: number, k: number): number[] => Array.from({ length: k }, (_, i) => Number(i === at));

const meanOf = (all: readonly (readonly (readonly number[])[])[], weights: readonly number[]): number[][] =>
  all[0]!.map((row, r) => row.map((_, c) => sumOf(all.map((m, i) => weights[i]! * m[r]![c]!)) / sumOf(weights)));

const ones = (n: number): number[] => new Array<number>(n).fill(1);

// Bagging, voting, stacking

export const baggingClassifier: Evaluate = (by, e, x) => {
  const classes = classesOf(e);
  const k = classes.length;
  const all = members(by, e, x);
  const spread = ({ est, made }: (typeof all)[number]): number[][] => {
    const at = places(est, k);
    const own = made.proba ? made.proba() : made.index!().map((i) => hot(i, at.length));
    return own.map((row) => {
      const out = new Array<number>(k).fill(0);
      row.forEach((v, i) => (out[at[i]!] = v));
      return out;
    });
  };
  const proba = meanOf(all.map(spread), ones(all.length));
  const decision = all.every(({ made }) => made.decision)
    ? {
        decision: () =>
          meanOf(
            all.map(({ made }) => made.decision!()),
            ones(all.length),
          ),
      }
    : {};
  return classified(classes, () => proba.map(greatest), { proba: () => proba, ...decision });
};

export const baggingRegressor: Evaluate = (by, e, x) => {
  const all = members(by, e, x).map(({ made }) => (made.predict ?? notHere('a part without a prediction'))());
  return { predict: () => meanOf(all, ones(all.length)) };
};

const weightsOf = (e: Est, count: number): number[] =>
  e.get('weights') === null ? ones(count) : Array.from(e.arr('weights').data);

export const votingClassifier: Evaluate = (by, e, x) => {
  const classes = classesOf(e);
  const all = members(by, e, x);
  const weights = weightsOf(e, all.length);
  if (e.text('voting', 'hard') === 'soft') {
    const parts = all.map(({ made }) => (made.proba ?? notHere('a vote without probabilities'))());
    const proba = meanOf(parts, weights);
    return classified(classes, () => proba.map(greatest), { proba: () => proba });
  }
  const votes = all.map(({ est, made }) =>
    made.index!().map((i) => hot(places(est, classes.length)[i]!, classes.length)),
  );
  return classified(classes, () => meanOf(votes, weights).map(greatest));
};

export const votingRegressor: Evaluate = (by, e, x) => {
  const all = members(by, e, x).map(({ made }) => (made.predict ?? notHere('a vote without a prediction'))());
  return { predict: () => meanOf(all, weightsOf(e, all.length)) };
};

/** _concatenate_predictions: of two classes the second probability alone. */
function stacked(by: Evaluator, e: Est, x: Frame): Frame {
  const methods = e.list('stack_method_').map(String);
  const parts = members(by, e, x).map(({ made }, i): readonly (readonly number[])[] => {
    if (methods[i] === 'predict_proba')
      return (made.proba ?? notHere('no probabilities'))().map((r) => (r.length === 2 ? [r[1]!] : r));
    if (methods[i] === 'decision_function') return (made.decision ?? notHere('no decision function'))();
    return made.predict ? made.predict() : made.label!().map((v) => [Number(v)]);
  });
  const columns = parts.flatMap((p) => frameOf(p, p[0]?.length ?? 0).columns);
  return { rows: x.rows, columns: e.flag('passthrough') ? [...columns, ...x.columns] : columns };
}

export const stackingClassifier: Evaluate = (by, e, x) => {
  const final = by.evaluate(e.est('final_estimator_'), stacked(by, e, x));
  const more = {
    ...(final.proba ? { proba: final.proba } : {}),
    ...(final.decision ? { decision: final.decision } : {}),
  };
  return classified(classesOf(e), () => final.index!(), more);
};

export const stackingRegressor: Evaluate = (by, e, x) => ({
  predict: () => by.evaluate(e.est('final_estimator_'), stacked(by, e, x)).predict!(),
});

// AdaBoost

/** SAMME: votes by weight; SAMME.R, until version 1.5: logarithms of the probabilities. */
export const adaBoostClassifier: Evaluate = (by, e, x) => {
  const classes = classesOf(e);
  const k = classes.length;
  const weights = Array.from(e.arr('estimator_weights_').data);
  const real = e.text('algorithm', versionOf(e) < 106 ? 'SAMME.R' : 'SAMME') === 'SAMME.R';
  const against = versionOf(e) >= 104 ? -1 / (k - 1) : 0;
  const votes = e.ests('estimators_').map((est, i) => {
    const made = by.evaluate(est, x);
    if (!real) return made.index!().map((at) => hot(at, k).map((v) => weights[i]! * (v || against)));
    return made.proba!().map((p) => {
      const logs = p.map((v) => Math.log(Math.max(v, 2.220446049250313e-16)));
      return logs.map((v) => (k - 1) * (v - sumOf(logs) / k));
    });
  });
  const sums = votes[0]!.map((row, r) => row.map((_, c) => sumOf(votes.map((v) => v[r]![c]!)) / sumOf(weights)));
  const decision = k === 2 ? sums.map((s) => [s[1]! - s[0]!]) : sums;
  const proba = decision.map((d) => (k === 2 ? softmax([-d[0]! / 2, d[0]! / 2]) : softmax(d.map((v) => v / (k - 1)))));
  const index = () => decision.map((d) => (k === 2 ? Number(d[0]! > 0) : greatest(d)));
  return classified(classes, index, { proba: () => proba, decision: () => decision });
};

/** The weighted median. */
export const adaBoostRegressor: Evaluate = (by, e, x) => {
  const all = e.ests('estimators_').map((est) => by.evaluate(est, x).predict!());
  const weights = e.arr('estimator_weights_').data.slice(0, all.length);
  const half = sumOf(weights) / 2;
  const predict = Array.from({ length: x.rows }, (_, r) => {
    const order = all.map((_, i) => i).sort((a, b) => all[a]![r]![0]! - all[b]![r]![0]!);
    let sum = 0;
    return [all[order.find((i) => (sum += weights[i]!) >= half)!]![r]![0]!];
  });
  return { predict: () => predict };
};

// Calibration and thresholds

const scoresOf = (m: Made): readonly (readonly number[])[] => (m.decision ?? m.proba ?? notHere('no scores'))();

function calibrator(c: Est): (v: number) => number {
  if (c.name === '_SigmoidCalibration') return (v) => logistic(-(c.num('a_') * v + c.num('b_')));
  return c.name === 'IsotonicRegression' ? isotonicOf(c) : notHere(c.name);
}

function isotonicOf(c: Est): (v: number) => number {
  const [xs, ys] = [c.arr('X_thresholds_').data, c.arr('y_thresholds_').data];
  return lineThrough(xs, ys);
}

export const calibratedClassifier: Evaluate = (by, e, x) => {
  const classes = classesOf(e);
  const parts = e.list('calibrated_classifiers_').map((c) => calibrated(by, e.within(c, 'part'), x, classes));
  const proba = meanOf(parts, ones(parts.length));
  return classified(classes, () => proba.map(greatest), { proba: () => proba });
};

function calibrated(by: Evaluator, c: Est, x: Frame, classes: readonly (number | string)[]): number[][] {
  const k = classes.length;
  const est = c.est('estimator', 'base_estimator');
  const made = by.evaluate(est, x);
  const raw = scoresOf(made);
  const fitted = c.ests('calibrators', 'calibrators_');
  if (fitted[0]!.name === '_TemperatureScaling')
    return raw.map((r) => tempered(fitted[0]!.num('beta_'), r, !made.decision));
  const each = fitted.map(calibrator);
  if (k === 2) return raw.map((r) => pair(each[0]!(r[r.length - 1]!)));
  const own = est.get('classes_') instanceof NdArray ? classesOf(est) : classes;
  return raw.map((r) => {
    const p = new Array<number>(k).fill(0);
    each.forEach((f, i) => (p[classes.indexOf(own[i]!)] = f(r[i]!)));
    const total = sumOf(p);
    return total === 0 ? p.map(() => 1 / k) : p.map((v) => v / total);
  });
}

function tempered(beta: number, row: readonly number[], isProba: boolean): number[] {
  if (isProba) return softmax(row.map((p) => beta * Math.log(Math.max(p, 1.1754943508222875e-38))));
  return softmax((row.length === 1 ? [-row[0]!, row[0]!] : row).map((v) => beta * v));
}

export const isotonicRegression: Evaluate = (_, e, x) => {
  const mode = e.text('out_of_bounds', 'nan');
  const [f, low, high] = [isotonicOf(e), e.num('X_min_'), e.num('X_max_')];
  const column = x.columns[0]!;
  if (!(column instanceof Float64Array) || mode === 'raise') return notHere(`out_of_bounds="${mode}"`);
  const of = (v: number) => (mode === 'nan' && (v < low || v > high) ? NaN : f(v));
  return { predict: () => Array.from(column, (v) => [of(v)]) };
};

/** The positive class where its score is at or above a threshold of one's own. */
export const thresholdClassifier: Evaluate = (by, e, x) => {
  const est = e.est('estimator_');
  const made = by.evaluate(est, x);
  const classes = est.get('classes_') instanceof NdArray ? classesOf(est) : notHere('a classifier without classes');
  const byScore = e.text('response_method', 'auto') === 'decision_function' || !made.proba;
  const positive = e.get('pos_label');
  const at = typeof positive === 'string' || typeof positive === 'number' ? classes.indexOf(positive) : 1;
  const given = e.get('best_threshold_') ?? (e.get('threshold') === 'auto' ? (byScore ? 0 : 0.5) : e.get('threshold'));
  const score = byScore ? made.decision!().map(([d]) => (at === 0 ? -d! : d!)) : made.proba!().map((p) => p[at]!);
  const index = () => score.map((s) => (s >= Number(given) ? at : 1 - at));
  return classified(classes, index, made.proba ? { proba: made.proba } : {});
};

// Several classes

/** A score for the positive class, and where it is decided. */
function binaryScore(m: Made): { values: number[]; threshold: number } {
  if (m.decision) return { values: m.decision().map((d) => d[0]!), threshold: 0 };
  if (m.proba) return { values: m.proba().map((p) => p[1]!), threshold: 0.5 };
  return { values: (m.predict ?? notHere('no scores'))().map((p) => p[0]!), threshold: 0.5 };
}

const columnsToRows = (columns: readonly ArrayLike<number>[], rows: number): number[][] =>
  Array.from({ length: rows }, (_, r) => columns.map((c) => c[r]!));

/** A class that the training data always had, or never. */
export const constantPredictor: Evaluate = (_, e, x) => {
  const y = toArr(e.need('y_'))!.data[0] ?? 0;
  const rows = <T>(v: T): T[] => Array.from({ length: x.rows }, () => v);
  return { proba: () => rows(pair(y)), decision: () => rows([y]), index: () => rows(y), label: () => rows(y) };
};

export const oneVsRest: Evaluate = (by, e, x) => {
  const binarizer = e.est('label_binarizer_');
  const classes = classesOf(binarizer);
  const all = e.ests('estimators_').map((m) => by.evaluate(m, x));
  const scores = all.map(binaryScore);
  const rows = columnsToRows(
    scores.map((s) => s.values),
    x.rows,
  );
  const chances = () =>
    columnsToRows(
      all.map((m) => m.proba!().map((p) => p[1]!)),
      x.rows,
    );
  const hasProba = all.every((m) => m.proba);
  const decision = all.every((m) => m.decision) ? { decision: () => rows } : {};
  if (binarizer.text('y_type_').startsWith('multilabel')) {
    const labels = () => rows.map((r) => r.map((v, i) => Number(v > scores[i]!.threshold)));
    return { labels, ...decision, ...(hasProba ? { proba: chances } : {}) };
  }
  if (all.length === 1) {
    const more = { ...decision, ...(hasProba ? { proba: all[0]!.proba! } : {}) };
    return classified(classes, () => rows.map(([v]) => Number(v! > scores[0]!.threshold)), more);
  }
  // Of equal scores the last class wins before version 1.8, the first since.
  const last = versionOf(e) < 108;
  const best = (r: readonly number[]) => (last ? r.length - 1 - greatest([...r].reverse()) : greatest(r));
  const proba = () => chances().map((p) => p.map((v) => v / sumOf(p)));
  return classified(classes, () => rows.map(best), { ...decision, ...(hasProba ? { proba } : {}) });
};

export const oneVsOne: Evaluate = (by, e, x) => {
  if (e.has('pairwise_indices_')) return notHere('precomputed kernels');
  const classes = classesOf(e);
  const k = classes.length;
  const all = e.ests('estimators_').map((m) => by.evaluate(m, x));
  const won = all.map((m) => m.index!());
  const scores = all.map(binaryScore);
  const sums = Array.from({ length: x.rows }, (_, r) =>
    pairDecision(
      won.map((w) => w[r]!),
      scores.map((s) => s.values[r]!),
      k,
    ),
  );
  const decision = k === 2 ? sums.map((s) => [s[1]!]) : sums;
  // Before 1.1, scores that are probabilities were compared with 0 as well.
  const threshold = versionOf(e) < 101 ? 0 : scores[0]!.threshold;
  const index = () => decision.map((d) => (k === 2 ? Number(d[0]! > threshold) : greatest(d)));
  return classified(classes, index, { decision: () => decision });
};

/** _ovr_decision_function: votes, and the confidences squeezed below a third. */
export function pairDecision(won: readonly number[], confidence: readonly number[], k: number): number[] {
  const [votes, sums] = [new Array<number>(k).fill(0), new Array<number>(k).fill(0)];
  let at = 0;
  for (let i = 0; i < k; i++)
    for (let j = i + 1; j < k; j++, at++) {
      sums[i]! -= confidence[at]!;
      sums[j]! += confidence[at]!;
      votes[won[at] === 1 ? j : i]!++;
    }
  return votes.map((v, c) => v + sums[c]! / (3 * (Math.abs(sums[c]!) + 1)));
}

export const outputCode: Evaluate = (by, e, x) => {
  const book = e.arr('code_book_');
  const width = book.dims[1]!;
  const scores = e.ests('estimators_').map((m) => binaryScore(by.evaluate(m, x)).values);
  const away = (row: readonly number[], c: number) => sumOf(row.map((v, i) => (v - book.data[c * width + i]!) ** 2));
  const index = () =>
    columnsToRows(scores, x.rows).map((row) =>
      greatest(Array.from({ length: book.dims[0]! }, (_, c) => -away(row, c))),
    );
  return classified(classesOf(e), index);
};

// Several outputs

export const multiOutputClassifier: Evaluate = (by, e, x) => {
  const all = e.ests('estimators_').map((m) => by.evaluate(m, x).label!());
  return { labels: () => Array.from({ length: x.rows }, (_, r) => all.map((l) => l[r]!)) };
};

export const multiOutputRegressor: Evaluate = (by, e, x) => {
  const all = e.ests('estimators_').map((m) => (by.evaluate(m, x).predict ?? notHere('an output without one'))());
  return { predict: () => all[0]!.map((_, r) => all.map((p) => p[r]![0]!)) };
};

/** Each sees the answers before it; the results go back to the order of the outputs. */
function chain(by: Evaluator, e: Est, x: Frame, answer: (m: Made) => ArrayLike<number>): Made[] {
  const order = Array.from(e.arr('order_').data);
  const out: Made[] = [];
  const columns: Column[] = [...x.columns];
  e.ests('estimators_').forEach((est, i) => {
    const made = by.evaluate(est, { rows: x.rows, columns: [...columns] });
    out[order[i]!] = made;
    columns.push(Float64Array.from(answer(made)));
  });
  return out;
}

export const classifierChain: Evaluate = (by, e, x) => {
  const method = e.text('chain_method', 'predict');
  const answer = (m: Made): number[] => {
    if (method === 'predict') return m.label!().map(Number);
    if (method === 'decision_function') return m.decision!().map((d) => d[0]!);
    const p = m.proba!().map((row) => row[1]!);
    return method === 'predict_log_proba' ? p.map(Math.log) : p;
  };
  const all = chain(by, e, x, answer);
  const labels = () => Array.from({ length: x.rows }, (_, r) => all.map((m) => m.label!()[r]!));
  const proba = () =>
    columnsToRows(
      all.map((m) => m.proba!().map((p) => p[1]!)),
      x.rows,
    );
  return { labels, ...(all.every((m) => m.proba) ? { proba } : {}) };
};

export const regressorChain: Evaluate = (by, e, x) => {
  const predicted = (m: Made) => m.predict!().map((p) => p[0]!);
  const all = chain(by, e, x, predicted);
  return { predict: () => columnsToRows(all.map(predicted), x.rows) };
};

// Transformed targets

export const transformedTarget: Evaluate = (by, e, x) => {
  const y = by.evaluate(e.est('regressor_'), x).predict!();
  const back = inverse(e.est('transformer_'));
  return { predict: () => y.map((row) => row.map(back)) };
};

const FUNCTIONS: Readonly<Record<string, (v: number) => number>> = {
  exp: Math.exp,
  expm1: Math.expm1,
  log: Math.log,
  log1p: Math.log1p,
  sqrt: Math.sqrt,
  square: (v) => v * v,
  exp2: (v) => 2 ** v,
  log2: Math.log2,
  log10: Math.log10,
  abs: Math.abs,
  negative: (v) => -v,
  reciprocal: (v) => 1 / v,
};

/** A function that was pickled by its name. */
export function namedFunction(f: PyValue): (v: number) => number {
  if (f === null) return (v) => v;
  const path = typeof f === 'object' && 'path' in f ? String(f.path) : '';
  return (/^numpy\b/.test(path) ? FUNCTIONS[path.split('.').at(-1)!] : undefined) ?? notHere(`the function ${path}`);
}

function inverse(t: Est): (v: number, column: number) => number {
  const data = (name: string) => (t.has(name) ? t.arr(name).data : null);
  if (t.name === 'FunctionTransformer')
    return t.has('inv_kw_args') ? notHere('arguments') : namedFunction(t.get('inverse_func'));
  if (t.name === 'MinMaxScaler') return (v, c) => (v - data('min_')![c]!) / data('scale_')![c]!;
  if (t.name === 'QuantileTransformer') {
    if (t.text('output_distribution', 'uniform') !== 'uniform') return notHere('a normal output distribution');
    return lineThrough(t.arr('references_').data, t.arr('quantiles_').data);
  }
  if (t.name === 'PowerTransformer') return inversePower(t);
  if (!/^(Standard|Robust|MaxAbs)Scaler$/.test(t.name)) return notHere(`the inverse of ${t.name}`);
  const scale = t.flag('with_std', true) && t.flag('with_scaling', true) ? data('scale_') : null;
  const shift = t.flag('with_mean', true) && t.flag('with_centering', true) ? (data('mean_') ?? data('center_')) : null;
  return (v, c) => v * (scale?.[c] ?? 1) + (shift?.[c] ?? 0);
}

function inversePower(t: Est): (v: number, column: number) => number {
  const lambdas = t.arr('lambdas_').data;
  const first = t.has('_scaler') && t.flag('standardize', true) ? inverse(t.est('_scaler')) : (v: number) => v;
  const boxCox = t.text('method', 'yeo-johnson') === 'box-cox';
  return (v, c) => {
    const [y, a] = [first(v, c), lambdas[c]!];
    if (boxCox) return a === 0 ? Math.exp(y) : (a * y + 1) ** (1 / a);
    if (y >= 0) return a === 0 ? Math.expm1(y) : (a * y + 1) ** (1 / a) - 1;
    return a === 2 ? -Math.expm1(-y) : 1 - (1 - (2 - a) * y) ** (1 / (2 - a));
  };
}
