/** sklearn/naive_bayes.py: joint log likelihoods, made probabilities by the softmax. */
import { once, type Val } from './builder.ts';
import { mapArr, rowOf, toArr, transposed, type Arr, type Est } from './estimator.ts';
import { classifier, type Lowerer, type Lowering } from './lowered.ts';

function byLikelihood(l: Lowerer, e: Est, joint: () => Val) {
  const { o } = l;
  const j = once(joint);
  return classifier(l, { classes: e.nd('classes_'), proba: () => o.softmax(j()), index: () => o.argmax(j()) });
}

export const gaussianNb: Lowering = (l, e, x) =>
  byLikelihood(l, e, () => {
    const { o } = l;
    const theta = e.arr('theta_');
    const variance = e.arr('var_', 'sigma_');
    const [k = 0, f = 0] = theta.dims;
    const prior = e.arr('class_prior_').data;
    const offset = Array.from(
      { length: k },
      (_, i) => Math.log(prior[i]!) - 0.5 * rowOf(variance, i).reduce((s, v) => s + Math.log(2 * Math.PI * v), 0),
    );
    const d = o.sub(o.unsqueeze(x.matrix(), 1), o.f64(theta.data, [1, k, f]));
    const terms = o.div(o.square(d), o.f64(variance.data, [1, k, f]));
    return o.add(o.mul(o.num(-0.5), o.sum(terms, 2, false)), o.f64(offset));
  });

function logs(l: Lowerer, x: Val, features: Arr, offset: Float64Array): Val {
  const { o } = l;
  const t = transposed(features);
  return o.add(o.matmul(x, o.f64(t.data, t.dims)), o.f64(offset));
}

export const multinomialNb: Lowering = (l, e, x) =>
  byLikelihood(l, e, () => logs(l, x.matrix(), e.arr('feature_log_prob_'), e.arr('class_log_prior_').data));

export const complementNb: Lowering = (l, e, x) =>
  byLikelihood(l, e, () => {
    const prior = e.arr('class_log_prior_').data;
    return logs(l, x.matrix(), e.arr('feature_log_prob_'), prior.length === 1 ? prior : new Float64Array(prior.length));
  });

export const bernoulliNb: Lowering = (l, e, x) =>
  byLikelihood(l, e, () => {
    const { o } = l;
    const p = e.arr('feature_log_prob_');
    const against = mapArr(p, (v) => Math.log(1 - Math.exp(v)));
    const prior = e.arr('class_log_prior_').data;
    const offset = prior.map((v, i) => v + rowOf(against, i).reduce((a, b) => a + b, 0));
    const binary = e.has('binarize') ? o.double(o.greater(x.matrix(), o.num(e.num('binarize')))) : x.matrix();
    return logs(
      l,
      binary,
      mapArr(p, (v, i) => v - against.data[i]!),
      offset,
    );
  });

export const categoricalNb: Lowering = (l, e, x) =>
  byLikelihood(l, e, () => {
    const { o } = l;
    const v = o.cast(x.matrix(), 'int64');
    const parts = e.list('feature_log_prob_').map((p, f) => {
      const t = transposed(toArr(p)!);
      return o.gather(o.f64(t.data, t.dims), o.flat(o.columns(v, [f])), 0);
    });
    return o.add(parts.reduce(o.add), o.f64(e.arr('class_log_prior_').data));
  });
