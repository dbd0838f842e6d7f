/** Support vector machines: sklearn/svm/_classes.py over libsvm (svm.cpp). */
import { attributes } from '../../../graph-model/core/attributes.ts';
import { type Builder, once, type Val } from './builder.ts';
import { rowOf, type Arr, type Est } from './estimator.ts';
import { kernel } from './kernels.ts';
import { classifier, regressor, type Lowerer, type Lowering } from './lowered.ts';
import type { Table } from './table.ts';

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
  const { o } = l;
  const w = dual(e).data;
  return o.flat(o.add(o.matmul(kernelOf(l, e, x), o.f64(w, [w.length, 1])), o.num(intercept(e)[0]!)));
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
  const pairs = once(() => {
    const w = pairWeights(e, k);
    return o.add(o.matmul(kernelOf(l, e, x), o.f64(w.data, w.dims)), o.f64(intercept(e)));
  });
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

/** Platt's sigmoids of the pairs coupled to one distribution (svm.cpp, svm_predict_probability). */
export function pairwiseProbabilities(o: Builder, pairs: Val, a: Float64Array, b: Float64Array, classes: number): Val {
  const f = o.add(o.mul(pairs, o.f64(a)), o.f64(b));
  const r = o.clip(o.sigmoid(o.neg(f)), 1e-7, 1 - 1e-7);
  return couple(o, r, classes);
}

/** [N, K, K]: r[i][j] for i < j, its complement below, zero on the diagonal. */
function pairMatrix(o: Builder, r: Val, classes: number): Val {
  const both = o.concat([r, o.complement(r), o.filled(r, 1, 0)]);
  const pairs = pairsOf(classes);
  const place = new Map(pairs.map(([i, j], p) => [i * classes + j, p]));
  const picks = Array.from({ length: classes * classes }, (_, at) => {
    const [i, j] = [Math.floor(at / classes), at % classes];
    if (i === j) return 2 * pairs.length;
    return i < j ? place.get(at)! : pairs.length + place.get(j * classes + i)!;
  });
  return o.reshape(o.columns(both, picks), [-1, classes, classes]);
}

/** Wu, Lin and Weng 2004, second method, as libsvm's multiclass_probability iterates it; each row stops on its own. */
function couple(o: Builder, r: Val, classes: number): Val {
  const k = classes;
  const m = pairMatrix(o, r, k);
  const swapped = o.transpose(m, [0, 2, 1]);
  const eye = o.f64(
    Array.from({ length: k * k }, (_, i) => (Math.floor(i / k) === i % k ? 1 : 0)),
    [1, k, k],
  );
  const diagonal = o.sum(o.square(m), 1, false);
  const q = o.sub(o.mul(eye, o.unsqueeze(diagonal, 1)), o.mul(m, swapped));
  const start = o.filled(r, k, 1 / k);
  const body = o.draft.newGraph('coupling');
  const inner = o.within(body);
  const iteration = o.draft.newValue(body, 'iteration', null, { type: { kind: 'tensor', dtype: 'int64', shape: [] } });
  const going = o.draft.newValue(body, 'going', null, { type: { kind: 'tensor', dtype: 'bool', shape: [] } });
  const p: Val = {
    id: o.draft.newValue(body, 'p', null, { type: { kind: 'tensor', dtype: 'double', shape: [null, k] } }),
    t: 'double',
  };
  o.draft.setGraphInputs(body, [iteration, going, p.id]);
  const { next, running } = coupleStep(inner, q, p, k);
  o.draft.setGraphOutputs(body, [running.id, next.id]);
  const loop = o.draft.addNode(o.graph, {
    op: 'Loop',
    inputs: [o.num(Math.max(100, k), 'int64').id, o.flags([true], []).id, start.id],
    outputs: 1,
    attributes: attributes({ body: { kind: 'graph', value: body } }),
    ...(o.origin ? { origin: o.origin } : {}),
  });
  return { id: loop.outputs[0]!, t: 'double' };
}

function coupleStep(o: Builder, q: Val, p: Val, k: number): { next: Val; running: Val } {
  const row = (t: number) => o.squeeze(o.gather(q, o.i64([t]), 1), 1);
  let qp = o.squeeze(o.matmul(q, o.unsqueeze(p, 2)), 2);
  let pqp = o.sum(o.mul(p, qp), 1);
  const error = o.reduce('Max', o.abs(o.sub(qp, pqp)), 1);
  const active = o.greaterEq(error, o.num(0.005 / k));
  let at = p;
  for (let t = 0; t < k; t++) {
    const qt = row(t);
    const qtt = o.columns(qt, [t]);
    const qpt = o.columns(qp, [t]);
    const diff = o.div(o.sub(pqp, qpt), qtt);
    const one = o.add(o.num(1), diff);
    const hit = o.f64(
      Array.from({ length: k }, (_, i) => (i === t ? 1 : 0)),
      [1, k],
    );
    pqp = o.div(o.div(o.add(pqp, o.mul(diff, o.add(o.mul(diff, qtt), o.mul(o.num(2), qpt)))), one), one);
    qp = o.div(o.add(qp, o.mul(diff, qt)), one);
    at = o.div(o.add(at, o.mul(diff, hit)), one);
  }
  const running = o.cast(o.op('ReduceMax', [o.cast(active, 'int64')], { keepdims: 0 }), 'bool');
  return { next: o.where(active, at, p), running };
}
