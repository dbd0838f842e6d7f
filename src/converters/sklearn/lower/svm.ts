/** Support vector machines: sklearn/svm/_classes.py over libsvm (svm.cpp). */
import { floats, ints } from '../../../graph-model/core/attributes.ts';
import { type Builder, once, type Val } from './builder.ts';
import { rowOf, transposed, type Arr, type Est } from './estimator.ts';
import { kernel } from './kernels.ts';
import { classifier, regressor, type Lowerer, type Lowering } from './lowered.ts';
import type { Table } from './table.ts';

/** [N, machines]: Σ weight·K(x, vector) + shift. */
function machines(l: Lowerer, e: Est, x: Table, weights: Arr, shifts: Float64Array): Val {
  const { o } = l;
  if (e.text('kernel', 'rbf') === 'linear' && e.get('kernel') !== null) {
    const w = product(transposed(e.arr('support_vectors_')), weights);
    return o.add(o.matmul(x.matrix(), o.f64(w.data, w.dims)), o.f64(shifts));
  }
  return o.add(o.matmul(kernelOf(l, e, x), o.f64(weights.data, weights.dims)), o.f64(shifts));
}

function product(a: Arr, b: Arr): Arr {
  const [rows = 0, inner = 0] = a.dims;
  const columns = b.dims[1] ?? 1;
  const data = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++)
    for (let k = 0; k < inner; k++)
      for (let j = 0; j < columns; j++) data[i * columns + j]! += a.data[i * inner + k]! * b.data[k * columns + j]!;
  return { dims: [rows, columns], data };
}

function kernelOf(l: Lowerer, e: Est, x: Table): Val {
  const name = e.text('kernel', 'rbf');
  if (e.get('kernel') !== null && name === '') e.fail('its kernel is a function');
  if (name === 'precomputed') {
    const support = e.arr('support_').data;
    return l.o.columns(x.matrix(), Array.from(support));
  }
  const options = { gamma: e.num('_gamma', 0), coef0: e.num('coef0', 0), degree: e.num('degree', 3) };
  return kernel(l.o, e, name, x.matrix(), e.arr('support_vectors_'), options);
}

/** libsvm's own sign of the coefficients; before 0.24 only the public ones are there. */
const dual = (e: Est): Arr => e.arr('_dual_coef_', 'dual_coef_');
const intercept = (e: Est): Float64Array => e.arr('_intercept_', 'intercept_').data;

/** [N]: Σ coefficient · kernel + intercept, of regression and one-class machines. */
function single(l: Lowerer, e: Est, x: Table): Val {
  const w = dual(e).data;
  return l.o.flat(machines(l, e, x, { dims: [w.length, 1], data: w }, intercept(e).slice(0, 1)));
}

export const supportVectorRegressor: Lowering = (l, e, x) => regressor(() => single(l, e, x));

export const oneClassSvm: Lowering = (l, e, x) => {
  const { o } = l;
  const decision = once(() => single(l, e, x));
  // libsvm says +1 for what is above zero alone.
  const label = once(() => o.where(o.greater(decision(), o.num(0)), o.num(1, 'int64'), o.num(-1, 'int64')));
  const offset = e.has('offset_') ? e.num('offset_') : -intercept(e)[0]!;
  return { label, decision, extras: { score_samples: () => o.add(decision(), o.num(offset)) } };
};

/** [M, pairs]: the coefficients of each pair's machine (svm.cpp, svm_predict_values). */
function pairWeights(e: Est, classes: number): Arr {
  const coef = dual(e);
  const sizes = Array.from(e.arr('_n_support', 'n_support_').data);
  const starts = sizes.map((_, i) => sizes.slice(0, i).reduce((a, b) => a + b, 0));
  const total = coef.dims[1]!;
  const pairs = (classes * (classes - 1)) / 2;
  const data = new Float64Array(total * pairs);
  let p = 0;
  for (let i = 0; i < classes; i++)
    for (let j = i + 1; j < classes; j++, p++) {
      for (let s = starts[i]!; s < starts[i]! + sizes[i]!; s++) data[s * pairs + p] = rowOf(coef, j - 1)[s]!;
      for (let s = starts[j]!; s < starts[j]! + sizes[j]!; s++) data[s * pairs + p] = rowOf(coef, i)[s]!;
    }
  return { dims: [total, pairs], data };
}

const pairsOf = (classes: number): [number, number][] =>
  Array.from({ length: classes }, (_, i) =>
    Array.from({ length: classes - i - 1 }, (_, k) => [i, i + 1 + k] as [number, number]),
  ).flat();

/** [pairs, classes] with `first` where the pair's first class stands and `second` where its second does. */
function pairTable(classes: number, first: number, second: number): Arr {
  const pairs = pairsOf(classes);
  const data = new Float64Array(pairs.length * classes);
  pairs.forEach(([i, j], p) => {
    data[p * classes + i] = first;
    data[p * classes + j] = second;
  });
  return { dims: [pairs.length, classes], data };
}

/** One-vs-one results to one score a class (sklearn/utils/multiclass.py, _ovr_decision_function). */
export function ovrDecision(o: Builder, second: Val, confidence: Val, classes: number): Val {
  const at = (a: Arr) => o.f64(a.data, a.dims);
  const won = o.double(second);
  const votes = o.add(
    o.matmul(won, at(pairTable(classes, 0, 1))),
    o.matmul(o.complement(won), at(pairTable(classes, 1, 0))),
  );
  const sums = o.matmul(confidence, at(pairTable(classes, -1, 1)));
  return o.add(votes, o.div(sums, o.mul(o.num(3), o.add(o.abs(sums), o.num(1)))));
}

export const supportVectorClassifier: Lowering = (l, e, x) => {
  const { o } = l;
  const classes = e.nd('classes_');
  const k = classes.size;
  const pairs = once(() => machines(l, e, x, pairWeights(e, k), intercept(e)));
  const ovr = e.text('decision_function_shape', 'ovr') !== 'ovo';
  const decision = once(() => {
    if (k === 2) return o.neg(o.flat(pairs()));
    return ovr ? ovrDecision(o, o.less(pairs(), o.num(0)), o.neg(pairs()), k) : pairs();
  });
  const index = () => {
    if (k === 2) return o.cast(o.lessEq(o.flat(pairs()), o.num(0)), 'int64');
    if (e.flag('break_ties') && ovr) return o.argmax(decision());
    const won = o.double(o.greater(pairs(), o.num(0)));
    const at = (a: Arr) => o.f64(a.data, a.dims);
    return o.argmax(o.add(o.matmul(won, at(pairTable(k, 1, 0))), o.matmul(o.complement(won), at(pairTable(k, 0, 1)))));
  };
  const a = e.optionalArr('_probA', 'probA_')?.data;
  if (!e.flag('probability') || !a || a.length === 0) return classifier(l, { classes, decision, index });
  const proba = () => pairwiseProbabilities(o, pairs(), a, e.arr('_probB', 'probB_').data, k);
  return classifier(l, { classes, decision, index, proba });
};

/**
 * Platt's sigmoids of the pairs coupled to one distribution (svm.cpp, svm_predict_probability): [N, classes].
 *
 * The coupling is an iteration with a loose tolerance, whose steps count. SVMClassifier takes them as libsvm does, and many
 * times faster than a Loop: here its "features" are the decisions themselves, and its vectors the unit vectors, each of the
 * first class of its pair.
 */
function pairwiseProbabilities(o: Builder, decisions: Val, a: Float64Array, b: Float64Array, classes: number): Val {
  const pairs = pairsOf(classes);
  const units = Float32Array.from({ length: pairs.length ** 2 }, (_, i) => (i % (pairs.length + 1) === 0 ? 1 : 0));
  const coefficients = new Float32Array((classes - 1) * pairs.length);
  pairs.forEach(([, j], p) => (coefficients[(j - 1) * pairs.length + p] = 1));
  const [, probabilities] = o.ops(
    'SVMClassifier',
    [o.cast(decisions, 'float')],
    {
      classlabels_ints: ints(Array.from({ length: classes }, (_, i) => i)),
      coefficients: floats(coefficients),
      kernel_params: floats([0, 0, 0]),
      kernel_type: 'LINEAR',
      prob_a: floats(Float32Array.from(a)),
      prob_b: floats(Float32Array.from(b)),
      rho: floats(new Float32Array(pairs.length)),
      support_vectors: floats(units),
      vectors_per_class: ints(Array.from({ length: classes }, (_, i) => classes - 1 - i)),
    },
    ['int64', 'float'],
    'ai.onnx.ml',
  );
  return o.double(probabilities!);
}
