/** Estimators around others: searches, calibration, several classes or outputs, transformed targets. */
import { NdArray, type PyValue } from '../../containers/pickle/index.ts';
import { versionOf } from './boosting.ts';
import { once, type Val } from './builder.ts';
import { toArr, type Est } from './estimator.ts';
import { squaredDistances } from './kernels.ts';
import { classifier, regressor, type Lowered, type Lowerer, type Lowering } from './lowered.ts';
import { applyFunction, interpolate } from './scale.ts';
import { ovrDecision } from './svm.ts';
import { Table } from './table.ts';

export const search: Lowering = (l, e, x) => l.lower(e.est('best_estimator_'), x);
export const byEstimator: Lowering = (l, e, x) => l.lower(e.est('estimator_', 'base_estimator_', 'estimator'), x);

/** A label by a threshold of one's own on the probability or score of the positive class. */
export const thresholdClassifier: Lowering = (l, e, x) => {
  const { o } = l;
  const inner = l.lower(e.est('estimator_'), x);
  const classes = inner.classes ?? e.fail('its estimator is no classifier');
  const method = e.text('response_method', 'auto');
  const scores = method === 'decision_function' || !inner.proba;
  const given = e.get('best_threshold_') ?? (e.get('threshold') === 'auto' ? (scores ? 0 : 0.5) : e.get('threshold'));
  const positive = e.get('pos_label') ?? e.get('_curve_scorer');
  const at = typeof positive === 'string' || typeof positive === 'number' ? classes.values().indexOf(positive) : 1;
  const index = () => {
    const score = scores ? inner.decision!() : o.flat(o.columns(inner.proba!(), [at]));
    const signed = scores && at === 0 ? o.neg(score) : score;
    const hit = o.greaterEq(signed, o.num(Number(given)));
    return o.where(hit, o.num(at, 'int64'), o.num(1 - at, 'int64'));
  };
  // What the estimator would give out by itself has its own threshold.
  const { outputs: _, ...rest } = inner;
  return { ...rest, ...classifier(l, { classes, index, ...(inner.proba ? { proba: inner.proba } : {}) }) };
};

// Calibration

export const calibratedClassifier: Lowering = (l, e, x) => {
  const { o } = l;
  const classes = e.nd('classes_');
  const parts = once(() =>
    e.list('calibrated_classifiers_').map((c) => calibrated(l, e, e.within(c, 'calibrated classifier'), x, classes)),
  );
  return classifier(l, { classes, proba: () => o.div(parts().reduce(o.add), o.num(parts().length)) });
};

function calibrated(l: Lowerer, e: Est, c: Est, x: Table, classes: NdArray): Val {
  const { o } = l;
  const k = classes.size;
  const inner = l.lower(c.est('estimator', 'base_estimator'), x);
  const own = (inner.classes ?? classes).values();
  const all = classes.values();
  const fitted = c.ests('calibrators', 'calibrators_');
  const raw = inner.decision ? inner.decision() : inner.proba!();
  if (fitted[0]?.name === '_TemperatureScaling') return temperature(l, fitted[0], raw, !inner.decision, k);
  if (k === 2) {
    const one = inner.decision ? raw : o.flat(o.columns(raw, [1]));
    const p = calibrate(l, fitted[0]!, one);
    return o.pair(o.complement(p), p);
  }
  const columns = Array.from({ length: k }, () => o.filled(x.matrix(), 1, 0));
  fitted.forEach(
    (f, i) => (columns[all.indexOf(own[i] ?? null)] = o.column(calibrate(l, f, o.flat(o.columns(raw, [i]))))),
  );
  const p = o.concat(columns);
  const total = o.sum(p, 1);
  const none = o.equal(total, o.num(0));
  const shares = o.where(none, o.num(1 / k), o.div(p, o.where(none, o.num(1), total)));
  return fitted.length > 0 ? shares : e.fail('it has no calibrators');
}

/** [N] to [N]: Platt's sigmoid, or isotonic steps joined by lines. */
function calibrate(l: Lowerer, c: Est, score: Val): Val {
  const { o } = l;
  if (c.name === '_SigmoidCalibration')
    return o.sigmoid(o.neg(o.add(o.mul(o.num(c.num('a_')), score), o.num(c.num('b_')))));
  if (c.name !== 'IsotonicRegression') return c.fail('this kind of calibration is not known');
  return isotonicValues(l, c, score);
}

function isotonicValues(l: Lowerer, c: Est, score: Val): Val {
  const xs = Array.from(c.arr('X_thresholds_').data);
  return l.o.flat(interpolate(l.o, l.o.column(score), xs, Array.from(c.arr('y_thresholds_').data)));
}

function temperature(l: Lowerer, c: Est, raw: Val, isProba: boolean, k: number): Val {
  const { o } = l;
  const beta = o.num(c.num('beta_'));
  if (isProba) return o.softmax(o.mul(beta, o.log(o.max(raw, o.num(1.1754943508222875e-38)))));
  return k === 2 ? binaryTemperature(l, beta, raw) : o.softmax(o.mul(beta, raw));
}

/** Scores of two classes stand for the logits -d and d. */
function binaryTemperature(l: Lowerer, beta: Val, raw: Val): Val {
  const p = l.o.sigmoid(l.o.mul(l.o.mul(l.o.num(2), beta), raw));
  return l.o.pair(l.o.complement(p), p);
}

export const isotonicRegression: Lowering = (l, e, x) => {
  if (e.text('out_of_bounds', 'nan') === 'raise')
    e.fail('it raises an error on values out of bounds, which ONNX cannot');
  return regressor(() => {
    const { o } = l;
    const v = o.flat(x.matrix());
    const y = isotonicValues(l, e, v);
    if (e.text('out_of_bounds', 'nan') === 'clip') return y;
    const [low, high] = [e.num('X_min_'), e.num('X_max_')];
    return o.where(o.or(o.less(v, o.num(low)), o.greater(v, o.num(high))), o.num(NaN), y);
  });
};

// Several classes

/** A score for the positive class of a two-class estimator. */
function binaryScore(l: Lowerer, m: Lowered, e: Est): { score: Val; threshold: number } {
  if (m.decision) return { score: m.decision(), threshold: 0 };
  if (m.proba) return { score: l.o.flat(l.o.columns(m.proba(), [1])), threshold: 0.5 };
  if (m.predict) return { score: m.predict(), threshold: 0.5 };
  return e.fail('one of its estimators gives neither scores nor probabilities');
}

/** A class that the training data did not have, or always had. */
function constantOf(l: Lowerer, e: Est, x: Table): Lowered {
  const { o } = l;
  const y = toArr(e.need('y_'))!.data[0] ?? 0;
  const of = (v: number) => o.flat(o.filled(x.matrix(), 1, v));
  return {
    proba: once(() => o.pair(of(1 - y), of(y))),
    decision: once(() => of(y)),
    index: once(() => o.cast(of(y), 'int64')),
  };
}
export const constantPredictor: Lowering = (l, e, x) => constantOf(l, e, x);

export const oneVsRest: Lowering = (l, e, x) => {
  const { o } = l;
  const binarizer = e.est('label_binarizer_');
  const classes = binarizer.nd('classes_');
  const all = e.ests('estimators_').map((m) => l.lower(m, x));
  const scores = once(() => all.map((m) => binaryScore(l, m, e)));
  const columns = once(() => o.concat(scores().map((s) => o.column(s.score))));
  const probabilities = () => o.concat(all.map((m) => o.columns(m.proba!(), [1])));
  const hasProba = all.every((m) => m.proba);
  const decision = all.every((m) => m.decision)
    ? { decision: () => (all.length === 1 ? o.flat(columns()) : columns()) }
    : {};
  if (binarizer.text('y_type_').startsWith('multilabel')) {
    const label = once(() => o.cast(o.greater(columns(), o.num(scores()[0]!.threshold)), 'int64'));
    return { label, ...(hasProba ? { proba: once(probabilities) } : {}), ...decision };
  }
  if (all.length === 1) {
    const index = () => o.cast(o.greater(scores()[0]!.score, o.num(scores()[0]!.threshold)), 'int64');
    return classifier(l, { classes, index, ...decision, ...(hasProba ? { proba: () => all[0]!.proba!() } : {}) });
  }
  // Of equal scores the last class wins before version 1.8, the first since.
  const last = versionOf(e) < 108 ? { select_last_index: 1 } : {};
  const index = () => o.op('ArgMax', [columns()], { axis: 1, keepdims: 0, ...last }, 'int64');
  const proba = () => o.div(probabilities(), o.sum(probabilities(), 1));
  return classifier(l, { classes, index, ...decision, ...(hasProba ? { proba } : {}) });
};

export const oneVsOne: Lowering = (l, e, x) => {
  const { o } = l;
  const classes = e.nd('classes_');
  const k = classes.size;
  if (e.has('pairwise_indices_')) e.fail('its estimators take precomputed kernels');
  const all = once(() => e.ests('estimators_').map((m) => l.lower(m, x)));
  const scores = once(() => all().map((m) => binaryScore(l, m, e)));
  const decision = once(() => {
    const won = o.concat(all().map((m) => o.column(m.index!())));
    const confidence = o.concat(scores().map((s) => o.column(s.score)));
    const y = ovrDecision(o, o.greater(won, o.num(0, 'int64')), confidence, k);
    return k === 2 ? o.flat(o.columns(y, [1])) : y;
  });
  // Before 1.1, scores that are probabilities were compared with 0 as well.
  const threshold = () => (versionOf(e) < 101 ? 0 : scores()[0]!.threshold);
  const index = () => (k === 2 ? o.cast(o.greater(decision(), o.num(threshold())), 'int64') : o.argmax(decision()));
  return classifier(l, { classes, decision, index });
};

/** The nearest row of the code book. */
export const outputCode: Lowering = (l, e, x) => {
  const { o } = l;
  const index = () => {
    const scores = e.ests('estimators_').map((m) => o.column(binaryScore(l, l.lower(m, x), e).score));
    return o.argmin(squaredDistances(o, o.concat(scores), e.arr('code_book_')));
  };
  return classifier(l, { classes: e.nd('classes_'), index });
};

// Several outputs

const joined = (l: Lowerer, labels: readonly Val[]): Val => l.o.concat(labels.map((v) => l.o.unsqueeze(v, 1)));

export const multiOutputClassifier: Lowering = (l, e, x) => {
  const all = e.ests('estimators_').map((m) => l.lower(m, x));
  const label = once(() =>
    joined(
      l,
      all.map((m) => m.label!()),
    ),
  );
  return {
    label,
    ...(all.every((m) => m.proba)
      ? { probas: once(() => all.map((m) => m.proba!())), probaSizes: all.map((m) => m.classes?.size ?? 0) }
      : {}),
    outputs: () => joinedOutputs(l, all),
  };
};

/** What each estimator gives out by itself, side by side; null where one of them has no shorter way, or gives something else. */
function joinedOutputs(l: Lowerer, all: readonly Lowered[]): Record<string, Val> | null {
  const { o } = l;
  const each = all.map((m) => m.outputs?.() ?? null);
  const one = (name: string) => each.flatMap((made) => made?.[name] ?? []);
  const [labels, probas] = [one('label'), one('probabilities')];
  const sizes = new Set(all.map((m) => m.classes?.size));
  if (labels.length < all.length || probas.length < all.length || sizes.size > 1) return null;
  return {
    label: joined(l, labels),
    probabilities: o.concat(
      probas.map((p) => o.unsqueeze(p, 0)),
      0,
    ),
  };
}

export const multiOutputRegressor: Lowering = (l, e, x) => {
  const all = e.ests('estimators_').map((m) => l.lower(m, x));
  const outputs = () => {
    const each = all.flatMap((m) => m.outputs?.()?.['predictions'] ?? []);
    return each.length === all.length ? { predictions: joined(l, each) } : null;
  };
  return {
    ...regressor(() =>
      joined(
        l,
        all.map((m) => m.predict!()),
      ),
    ),
    outputs,
  };
};

/** Each estimator sees the answers before it; the results go back to the order of the outputs. */
function chain<R>(l: Lowerer, e: Est, x: Table, answer: (m: Lowered) => Val, keep: (m: Lowered) => R): R[] {
  const { o } = l;
  const order = Array.from(e.arr('order_').data);
  const out: R[] = [];
  let input = Table.matrix(o, x.matrix(), x.width);
  e.ests('estimators_').forEach((est, i) => {
    const made = l.lower(est, input);
    out[order[i]!] = keep(made);
    input = Table.join(o, [input, Table.matrix(o, o.column(o.double(answer(made))), 1)]);
  });
  return out;
}

export const classifierChain: Lowering = (l, e, x) => {
  const { o } = l;
  const method = e.text('chain_method', 'predict');
  const answer = (m: Lowered): Val => {
    if (method === 'predict') return m.label!();
    if (method === 'predict_proba' && m.proba) return o.flat(o.columns(m.proba(), [1]));
    if (method === 'predict_log_proba' && m.proba) return o.log(o.flat(o.columns(m.proba(), [1])));
    return method === 'decision_function' && m.decision
      ? m.decision()
      : e.fail(`chain_method="${method}" is not expressed`);
  };
  const made = once(() => chain(l, e, x, answer, (m) => m));
  const label = once(() =>
    joined(
      l,
      made().map((m) => m.label!()),
    ),
  );
  return {
    label,
    ...(made().every((m) => m.proba)
      ? { proba: once(() => o.concat(made().map((m) => o.columns(m.proba!(), [1])))) }
      : {}),
  };
};

export const regressorChain: Lowering = (l, e, x) =>
  regressor(() =>
    joined(
      l,
      chain(
        l,
        e,
        x,
        (m) => m.predict!(),
        (m) => m.predict!(),
      ),
    ),
  );

// Transformed targets

export const transformedTarget: Lowering = (l, e, x) =>
  regressor(() => {
    const y = l.lower(e.est('regressor_'), x).predict!();
    const back = inverse(l, e.est('transformer_'), y);
    return e.num('_training_dim', 1) === 1 ? l.o.flat(back) : back;
  });

function inverse(l: Lowerer, t: Est, y: Val): Val {
  const { o } = l;
  const rows = (name: string) => o.f64(t.arr(name).data);
  const column = () => (t.name === 'FunctionTransformer' ? y : o.reshape(y, [-1, t.num('n_features_in_', 1)]));
  switch (t.name) {
    case 'FunctionTransformer':
      return applyFunction(l, t, t.get('inverse_func'), y, t.get('inv_kw_args'));
    case 'StandardScaler':
    case 'RobustScaler':
    case 'MaxAbsScaler': {
      const scaled =
        t.has('scale_') && t.flag('with_std', true) && t.flag('with_scaling', true)
          ? o.mul(column(), rows('scale_'))
          : column();
      const shift = t.name === 'RobustScaler' ? 'center_' : 'mean_';
      return t.has(shift) && t.flag('with_mean', true) && t.flag('with_centering', true)
        ? o.add(scaled, rows(shift))
        : scaled;
    }
    case 'MinMaxScaler':
      return o.div(o.sub(column(), rows('min_')), rows('scale_'));
    case 'QuantileTransformer':
      return inverseQuantiles(l, t, column());
    case 'PowerTransformer':
      return inversePower(l, t, column());
    default:
      return t.fail('the inverse of this transformer is not expressed');
  }
}

function inverseQuantiles(l: Lowerer, t: Est, y: Val): Val {
  if (t.text('output_distribution', 'uniform') !== 'uniform')
    t.fail('the inverse of a normal output distribution is not expressed');
  const references = Array.from(t.arr('references_').data);
  return interpolate(l.o, y, references, Array.from(t.arr('quantiles_').data));
}

function inversePower(l: Lowerer, t: Est, y: Val): Val {
  const { o } = l;
  const lambdas = t.arr('lambdas_').data;
  if (lambdas.length !== 1) t.fail('its inverse over several columns is not expressed');
  const lambda = lambdas[0]!;
  const v = t.has('_scaler') && t.flag('standardize', true) ? inverse(l, t.est('_scaler'), y) : y;
  if (t.text('method', 'yeo-johnson') === 'box-cox') {
    return lambda === 0 ? o.exp(v) : o.pow(o.add(o.mul(v, o.num(lambda)), o.num(1)), o.num(1 / lambda));
  }
  const positive = o.greaterEq(v, o.num(0));
  const up = o.where(positive, v, o.num(0));
  const down = o.where(positive, o.num(0), v);
  const above =
    lambda === 0
      ? o.sub(o.exp(up), o.num(1))
      : o.sub(o.pow(o.add(o.mul(up, o.num(lambda)), o.num(1)), o.num(1 / lambda)), o.num(1));
  const below =
    lambda === 2
      ? o.sub(o.num(1), o.exp(o.neg(down)))
      : o.sub(o.num(1), o.pow(o.add(o.mul(down, o.num(lambda - 2)), o.num(1)), o.num(1 / (2 - lambda))));
  return o.where(positive, above, below);
}

// Dummies

/** Answers the same for every row. */
export const dummyRegressor: Lowering = (l, e, x) =>
  regressor(() => {
    const { o } = l;
    const c = e.arr('constant_').data;
    const rows = o.mul(o.filled(x.matrix(), c.length, 1), o.f64(c));
    return c.length === 1 ? o.flat(rows) : rows;
  });

export const dummyClassifier: Lowering = (l, e, x) => {
  const all = e.get('classes_');
  if (e.num('n_outputs_', 1) === 1) return dummyOutput(l, e, x, e.nd('classes_'), e.arr('class_prior_').data, 0);
  if (!Array.isArray(all) && !(all instanceof NdArray)) return e.fail('its classes cannot be read');
  const priors = e.list('class_prior_');
  const made = e.list('classes_').map((c, i) => {
    const classes = c instanceof NdArray ? c : e.fail('its classes are no arrays');
    return dummyOutput(l, e, x, classes, toArr(priors[i] ?? null)?.data ?? e.fail('its priors cannot be read'), i);
  });
  const label = once(() =>
    joined(
      l,
      made.map((m) => m.label!()),
    ),
  );
  return { label, probas: once(() => made.map((m) => m.proba!())), probaSizes: made.map((m) => m.classes!.size) };
};

function dummyOutput(l: Lowerer, e: Est, x: Table, classes: NdArray, prior: Float64Array, output: number): Lowered {
  const { o } = l;
  const strategy = e.text('strategy', 'prior');
  if (strategy === 'stratified' || strategy === 'uniform') e.fail(`strategy="${strategy}" answers at random`);
  const values = classes.values();
  const best = strategy === 'constant' ? values.indexOf(constantLabel(e, output)) : prior.indexOf(Math.max(...prior));
  const shares = strategy === 'prior' ? Array.from(prior) : values.map((_, i) => (i === best ? 1 : 0));
  const like = () => o.filled(x.matrix(), classes.size, 1);
  const index = () => o.cast(o.flat(o.filled(x.matrix(), 1, best)), 'int64');
  return classifier(l, { classes, index, proba: () => o.mul(like(), o.f64(shares)) });
}

function constantLabel(e: Est, output: number): PyValue {
  const c = e.get('constant');
  return c instanceof NdArray ? (c.values()[output] ?? null) : Array.isArray(c) ? (c[output] ?? null) : c;
}
