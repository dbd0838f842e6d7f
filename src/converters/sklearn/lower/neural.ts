/** sklearn/neural_network. */
import { once, type Val } from './builder.ts';
import { toArr, transposed, type Est } from './estimator.ts';
import { classifier, regressor, transformer, type Lowerer, type Lowering } from './lowered.ts';
import type { Table } from './table.ts';

function activate(l: Lowerer, e: Est, name: string, x: Val): Val {
  const { o } = l;
  if (name === 'relu') return o.max(x, o.num(0));
  if (name === 'tanh') return o.tanh(x);
  if (name === 'logistic') return o.sigmoid(x);
  if (name === 'softmax') return o.softmax(x);
  return name === 'identity' ? x : e.fail(`the activation ${name} is not known`);
}

function forward(l: Lowerer, e: Est, x: Table): Val {
  const { o } = l;
  const biases = e.list('intercepts_');
  const weights = e.list('coefs_').map((w) => toArr(w)!);
  return weights.reduce((v, w, i) => {
    const y = o.add(o.matmul(v, o.f64(w.data, w.dims)), o.f64(toArr(biases[i]!)!.data));
    const last = i === weights.length - 1;
    return activate(l, e, last ? e.text('out_activation_', 'identity') : e.text('activation', 'relu'), y);
  }, x.matrix());
}

export const mlpRegressor: Lowering = (l, e, x) =>
  regressor(() => {
    const y = forward(l, e, x);
    return e.num('n_outputs_', 1) === 1 ? l.o.flat(y) : y;
  });

export const mlpClassifier: Lowering = (l, e, x) => {
  const { o } = l;
  const classes = e.nd('classes_');
  const y = once(() => forward(l, e, x));
  const kind = e.has('_label_binarizer') ? e.est('_label_binarizer').text('y_type_') : '';
  if (kind.startsWith('multilabel'))
    return { label: once(() => o.cast(o.greater(y(), o.num(0.5)), 'int64')), proba: y };
  if (e.num('n_outputs_', classes.size) > 1) return classifier(l, { classes, proba: y });
  const p = once(() => o.flat(y()));
  return classifier(l, {
    classes,
    proba: () => o.pair(o.complement(p()), p()),
    index: () => o.cast(o.greater(p(), o.num(0.5)), 'int64'),
  });
};

/** Probability of each hidden unit. */
export const bernoulliRbm: Lowering = (l, e, x) => {
  const { o } = l;
  const t = transposed(e.arr('components_'));
  return transformer(l, t.dims[1]!, () =>
    o.sigmoid(o.add(o.matmul(x.matrix(), o.f64(t.data, t.dims)), o.f64(e.arr('intercept_hidden_').data))),
  );
};
