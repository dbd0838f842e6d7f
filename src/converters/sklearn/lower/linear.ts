/** Linear models: sklearn/linear_model, LinearSVC and LinearSVR, cross_decomposition, discriminant_analysis. */
import { floats } from '../../../graph-model/core/attributes.ts';
import { versionOf } from './boosting.ts';
import type { Val } from './builder.ts';
import { mapArr, rowOf, toArr, transposed, type Arr, type Est } from './estimator.ts';
import {
  classifier,
  indexOfDecision,
  normalised,
  regressor,
  transformer,
  type Lowered,
  type Lowerer,
  type Lowering,
} from './lowered.ts';
import { once } from './builder.ts';
import { singleLinear, singleScores } from './single.ts';
import { NdArray, PyObject } from '../../containers/pickle/index.ts';
import type { Table } from './table.ts';
import { namedLabel, votedLabels } from './votes.ts';

/** X·coefᵀ + intercept: [N] for one row of coefficients given flat, else [N, rows]. */
export function affine(l: Lowerer, x: Val, coef: Arr, intercept: Arr): Val {
  const { o } = l;
  const flat = coef.dims.length === 1;
  const w = flat ? { dims: [coef.dims[0]!, 1], data: coef.data } : transposed(coef);
  const y = o.matmul(o.double(x), o.f64(w.data, w.dims));
  const shifted = intercept.data.every((b) => b === 0) ? y : o.add(y, o.f64(intercept.data, [intercept.data.length]));
  return flat ? o.flat(shifted) : shifted;
}

const ZERO: Arr = { dims: [], data: Float64Array.of(0) };

function linearPredict(l: Lowerer, e: Est, x: Table): Val {
  const coef = e.arr('coef_');
  const squeeze = coef.dims.length === 2 && coef.dims[0] === 1 && e.name.endsWith('SVR');
  const y = affine(l, x.matrix(), coef, e.optionalArr('intercept_') ?? ZERO);
  return squeeze ? l.o.flat(y) : y;
}

export const linearRegressor: Lowering = (l, e, x) => ({
  ...regressor(() => linearPredict(l, e, x)),
  outputs: () => linearByOne(l, e, x),
});

/** The predictions in float32; null where they need float64. */
function linearByOne(l: Lowerer, e: Est, x: Table): Record<string, Val> | null {
  const { o } = l;
  const coef = e.arr('coef_');
  const rows = coef.dims.length === 2 ? coef.dims[0]! : 1;
  const given = e.optionalArr('intercept_')?.data ?? Float64Array.of(0);
  const intercepts = Float64Array.from({ length: rows }, (_, i) => given[given.length === 1 ? 0 : i]!);
  const y = x.isText || x.isMixed ? null : singleLinear(o, x.matrix(), coef.data, intercepts);
  const isFlat = coef.dims.length === 1 || (rows === 1 && e.name.endsWith('SVR'));
  return y && { predictions: isFlat ? o.flat(y) : y };
}

/** Poisson and gamma have the log link; Tweedie by its `link`, which for `auto` follows the power. */
export const generalisedRegressor: Lowering = (l, e, x) => {
  const link = e.text('link', 'auto');
  const identity =
    e.name === 'TweedieRegressor' && (link === 'identity' || (link === 'auto' && e.num('power', 0) <= 0));
  return regressor(() => (identity ? linearPredict(l, e, x) : l.o.exp(linearPredict(l, e, x))));
};

/** Scores of a linear classifier: [N] for two classes, else [N, classes]. */
function scores(l: Lowerer, e: Est, x: Table): { decision: () => Val; binary: boolean } {
  const coef = e.arr('coef_');
  const binary = coef.dims.length === 1 || coef.dims[0] === 1;
  const flat: Arr = binary ? { dims: [coef.data.length], data: coef.data } : coef;
  return { binary, decision: once(() => affine(l, x.matrix(), flat, e.optionalArr('intercept_') ?? ZERO)) };
}

function classesOf(e: Est): NdArray {
  const own = e.get('classes_');
  if (own instanceof NdArray) return own;
  return e.est('_label_binarizer').nd('classes_');
}

export const linearClassifier: Lowering = (l, e, x) => {
  const { decision, binary } = scores(l, e, x);
  if (e.name.startsWith('RidgeClassifier') && e.object.attrs.get('_label_binarizer') instanceof PyObject) {
    const kind = e.est('_label_binarizer').text('y_type_');
    // The searching one took the best of the labels before 1.0.
    const isMany = e.name !== 'RidgeClassifierCV' || versionOf(e) >= 100;
    if (kind.startsWith('multilabel') && isMany)
      return { label: once(() => l.o.cast(l.o.greater(decision(), l.o.num(0)), 'int64')), decision };
  }
  return classifier(l, { classes: classesOf(e), decision, index: () => indexOfDecision(l.o, decision(), binary) });
};

/** One sigmoid a class, made to sum to one (LinearClassifierMixin._predict_proba_lr). */
function sigmoids(l: Lowerer, d: Val, classes: number): Val {
  const { o } = l;
  if (classes === 2) return o.sigmoidPair(d);
  return normalised(o, o.sigmoid(d), classes);
}

export const logisticRegression: Lowering = (l, e, x) => {
  const { o } = l;
  const { decision, binary } = scores(l, e, x);
  const classes = e.nd('classes_');
  const multi = e.text('multi_class', 'auto');
  const liblinear = e.text('solver') === 'liblinear';
  const ovr = multi === 'ovr' || multi === 'warn' || (multi !== 'multinomial' && (binary || liblinear));
  const proba = () => {
    if (ovr) return sigmoids(l, decision(), binary ? 2 : classes.size);
    return o.softmax(binary ? o.pair(o.neg(decision()), decision()) : decision());
  };
  const made = classifier(l, { classes, decision, proba, index: () => indexOfDecision(o, decision(), binary) });
  if (ovr && !binary) return made;
  return { ...made, outputs: () => linearVotes(l, e, x, classes, ovr ? 'LOGISTIC' : 'SOFTMAX') };
};

/** Intercepts beyond this take digits from what float32 adds to them. */
const LARGEST_INTERCEPT = 64;

/** Labels and probabilities by one node; null where float32 scores would show in them. */
function linearVotes(
  l: Lowerer,
  e: Est,
  x: Table,
  classes: NdArray,
  link: 'LOGISTIC' | 'SOFTMAX',
): Record<string, Val> | null {
  const { o } = l;
  const binary = classes.size === 2;
  const given = e.optionalArr('intercept_')?.data ?? Float64Array.of(0);
  const rows = binary ? 1 : classes.size;
  const intercepts = Float64Array.from({ length: rows }, (_, i) => given[given.length === 1 ? 0 : i]!);
  const single = singleScores(o, x.matrix(), e.arr('coef_').data, intercepts);
  if (!single || single.still > LARGEST_INTERCEPT) return null;
  const { input, coefficients: coef, intercepts: each } = single;
  const both = (row: readonly number[]) => [...row.map((v) => -v), ...row];
  const labels = votedLabels(classes);
  const isText = typeof labels[0] === 'string';
  const [label, probabilities] = o.ops(
    'LinearClassifier',
    [input],
    {
      ...(isText ? { classlabels_strings: labels } : { classlabels_ints: labels }),
      coefficients: floats(binary ? both([...coef]) : coef),
      intercepts: floats(binary ? both([...each]) : each),
      multi_class: binary ? 0 : 1,
      post_transform: link,
    },
    [isText ? 'string' : 'int64', 'float'],
    'ai.onnx.ml',
  );
  return { label: namedLabel(o, label!, classes), probabilities: probabilities! };
}

export const sgdClassifier: Lowering = (l, e, x) => {
  const { o } = l;
  const { decision, binary } = scores(l, e, x);
  const classes = e.nd('classes_');
  const index = () => indexOfDecision(o, decision(), binary);
  const loss = e.name === 'Perceptron' ? 'perceptron' : e.text('loss', 'hinge');
  if (loss === 'log_loss' || loss === 'log')
    return classifier(l, { classes, decision, index, proba: () => sigmoids(l, decision(), binary ? 2 : classes.size) });
  if (loss !== 'modified_huber') return classifier(l, { classes, decision, index });
  const proba = () => {
    const p = o.div(o.add(o.clip(decision(), -1, 1), o.num(1)), o.num(2));
    return binary ? o.pair(o.complement(p), p) : normalised(o, p, classes.size);
  };
  return classifier(l, { classes, decision, index, proba });
};

/** LinearDiscriminantAnalysis classifies by its linear scores and reduces dimensions where its solver allows. */
export const linearDiscriminant: Lowering = (l, e, x) => {
  const { o } = l;
  const { decision, binary } = scores(l, e, x);
  const proba = () => (binary ? sigmoids(l, decision(), 2) : o.softmax(decision()));
  const classes = e.nd('classes_');
  const made = classifier(l, { classes, decision, proba, index: () => indexOfDecision(o, decision(), binary) });
  const outputs = () => linearVotes(l, e, x, classes, binary ? 'LOGISTIC' : 'SOFTMAX');
  return { ...made, outputs, ...discriminantTransform(l, e, x) };
};

function discriminantTransform(l: Lowerer, e: Est, x: Table): Lowered {
  if (!e.has('scalings_')) return {};
  const { o } = l;
  const scalings = e.arr('scalings_');
  const width = Math.min(e.num('_max_components', scalings.dims[1]!), scalings.dims[1]!);
  return transformer(l, width, () => {
    const centred = e.has('xbar_') ? o.sub(x.matrix(), o.f64(e.arr('xbar_').data)) : x.matrix();
    const all = o.matmul(centred, o.f64(scalings.data, scalings.dims));
    return width === scalings.dims[1]
      ? all
      : o.columns(
          all,
          Array.from({ length: width }, (_, i) => i),
        );
  });
}

/** Gaussian classes with their own covariances (discriminant_analysis.py, _decision_function). */
export const quadraticDiscriminant: Lowering = (l, e, x) => {
  const { o } = l;
  const classes = e.nd('classes_');
  const means = e.arr('means_');
  const priors = e.arr('priors_').data;
  const factors = e.list('rotations_').map((r, i) => {
    const scaling = toArr(e.list('scalings_')[i]!)!.data;
    return { scaling, whitened: mapArr(toArr(r)!, (v, k) => v * scaling[k % scaling.length]! ** -0.5) };
  });
  const offsets = factors.map(({ scaling }, i) => {
    const logs = scaling.reduce((s, v) => s + Math.log(v), 0);
    return Math.log(priors[i]!) - 0.5 * logs;
  });
  const all = once(() => {
    const sums = factors.map(({ whitened: w }, i) => {
      const mean = rowOf(means, i);
      const centred = o.shifted(o.sub(x.matrix(), o.f64(mean)), x.matrix(), mean, null);
      return o.op('ReduceSumSquare', [o.matmul(centred, o.f64(w.data, w.dims)), o.i64([1])], { keepdims: 1 });
    });
    return o.add(o.mul(o.num(-0.5), o.concat(sums)), o.f64(offsets));
  });
  const binary = classes.size === 2;
  const decision = () => {
    if (!binary) return all();
    return o.flat(o.sub(o.columns(all(), [1]), o.columns(all(), [0])));
  };
  return classifier(l, { classes, decision, proba: () => o.softmax(all()), index: () => o.argmax(all()) });
};

/** PLSRegression, PLSCanonical and CCA. Before 1.5 the coefficients were for scaled columns; before 1.1 they lay the other way round. */
export const partialLeastSquares: Lowering = (l, e, x) => {
  const { o } = l;
  const raw = e.arr('_coef_', 'coef_');
  const coef = versionOf(e) < 101 ? transposed(raw) : raw;
  const mean = e.arr('_x_mean', 'x_mean_').data;
  const std = e.arr('_x_std', 'x_std_').data;
  const centre = () => o.shifted(o.sub(x.matrix(), o.f64(mean)), x.matrix(), mean, null);
  const scaled = () => o.shifted(o.div(centre(), o.f64(std)), x.matrix(), mean, std);
  const predict = once(() => {
    const input = versionOf(e) < 105 ? scaled() : centre();
    const y = affine(l, input, coef, e.optionalArr('intercept_', '_y_mean') ?? ZERO);
    return e.flag('_predict_1d') && coef.dims[0] === 1 ? o.flat(y) : y;
  });
  const rotations = e.arr('x_rotations_');
  const made = transformer(l, rotations.dims[1]!, () => o.matmul(scaled(), o.f64(rotations.data, rotations.dims)));
  return { ...made, predict };
};

/** RANSAC keeps the model fitted on the inliers. */
export const throughEstimator: Lowering = (l, e, x) => l.lower(e.est('estimator_'), x);
