/** Linear models, discriminants and perceptrons of several layers, in float64 (sklearn/linear_model, neural_network). */
import { toArr, type Arr, type Est } from '../lower/estimator.ts';
import { NdArray } from '../../containers/pickle/index.ts';
import {
  classesOf,
  classified,
  eachRow,
  greatest,
  logistic,
  notHere,
  softmax,
  sumOf,
  type Evaluate,
  type Frame,
  type Made,
} from './frame.ts';

/** x·coefᵀ + intercept, one number a row of coefficients. */
function scores(e: Est, x: Frame): { rows: number[][]; flat: boolean } {
  const coef = e.arr('coef_');
  const flat = coef.dims.length === 1;
  const count = flat ? 1 : coef.dims[0]!;
  const intercept = e.optionalArr('intercept_')?.data ?? Float64Array.of(0);
  const rows = eachRow(x, (row) =>
    Array.from({ length: count }, (_, k) => dot(coef, k, row) + intercept[intercept.length === 1 ? 0 : k]!),
  );
  return { rows, flat };
}

function dot(coef: Arr, k: number, row: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < row.length; i++) sum += coef.data[k * row.length + i]! * row[i]!;
  return sum;
}

export const linearRegressor: Evaluate = (_, e, x) => ({ predict: () => scores(e, x).rows });

export const generalisedRegressor: Evaluate = (_, e, x) => {
  const link = e.text('link', 'auto');
  const identity =
    e.name === 'TweedieRegressor' && (link === 'identity' || (link === 'auto' && e.num('power', 0) <= 0));
  return { predict: () => scores(e, x).rows.map((r) => (identity ? r : r.map(Math.exp))) };
};

const indexOf = (decision: readonly number[]): number =>
  decision.length === 1 ? Number(decision[0]! > 0) : greatest(decision);

const pair = (p: number): number[] => [1 - p, p];

function linearClassifier(e: Est, x: Frame, proba: ((d: readonly number[]) => number[]) | null): Made {
  const decision = scores(e, x).rows;
  const own = e.get('classes_');
  const classes = own instanceof NdArray ? classesOf(e) : classesOf(e.est('_label_binarizer'));
  const more = proba ? { proba: () => decision.map(proba) } : {};
  return classified(classes, () => decision.map(indexOf), { decision: () => decision, ...more });
}

export const marginClassifier: Evaluate = (_, e, x) => linearClassifier(e, x, null);

const sigmoids = (d: readonly number[]): number[] => {
  if (d.length === 1) return pair(logistic(d[0]!));
  const p = d.map(logistic);
  return p.map((v) => v / sumOf(p));
};

export const logisticRegression: Evaluate = (_, e, x) => {
  const multi = e.text('multi_class', 'auto');
  const binary = (e.arr('coef_').dims[0] ?? 1) === 1;
  const each =
    ['ovr', 'warn'].includes(multi) || (multi !== 'multinomial' && (binary || e.text('solver') === 'liblinear'));
  if (each) return linearClassifier(e, x, sigmoids);
  return linearClassifier(e, x, (d) => softmax(d.length === 1 ? [-d[0]!, d[0]!] : d));
};

/** modified_huber: (clip(d, -1, 1) + 1) / 2; rows of zeros become equal shares. */
function huberShares(d: readonly number[]): number[] {
  const p = d.map((v) => (Math.min(Math.max(v, -1), 1) + 1) / 2);
  if (p.length === 1) return pair(p[0]!);
  const total = sumOf(p);
  return total === 0 ? p.map(() => 1 / p.length) : p.map((v) => v / total);
}

export const sgdClassifier: Evaluate = (_, e, x) => {
  const loss = e.name === 'Perceptron' ? 'perceptron' : e.text('loss', 'hinge');
  if (loss === 'modified_huber') return linearClassifier(e, x, huberShares);
  return linearClassifier(e, x, loss === 'log_loss' || loss === 'log' ? sigmoids : null);
};

export const linearDiscriminant: Evaluate = (_, e, x) =>
  linearClassifier(e, x, (d) => (d.length === 1 ? pair(logistic(d[0]!)) : softmax(d)));

const ACTIVATIONS: Readonly<Record<string, (v: readonly number[]) => number[]>> = {
  relu: (v) => v.map((a) => Math.max(0, a)),
  tanh: (v) => v.map(Math.tanh),
  logistic: (v) => v.map(logistic),
  softmax,
  identity: (v) => [...v],
};

function layers(e: Est, x: Frame): number[][] {
  const weights = e.list('coefs_').map((w) => toArr(w)!);
  const biases = e.list('intercepts_').map((b) => toArr(b)!.data);
  const activation = (i: number) =>
    i === weights.length - 1 ? e.text('out_activation_', 'identity') : e.text('activation', 'relu');
  return eachRow(x, (row) =>
    weights.reduce<number[]>(
      (v, w, i) => {
        const columns = w.dims[1]!;
        const sums = Array.from({ length: columns }, (_, k) =>
          v.reduce((s, a, r) => s + a * w.data[r * columns + k]!, biases[i]![k]!),
        );
        return (ACTIVATIONS[activation(i)] ?? notHere(activation(i)))(sums);
      },
      [...row],
    ),
  );
}

export const mlpRegressor: Evaluate = (_, e, x) => ({ predict: () => layers(e, x) });

export const mlpClassifier: Evaluate = (_, e, x) => {
  const out = layers(e, x);
  if (e.has('_label_binarizer') && e.est('_label_binarizer').text('y_type_').startsWith('multilabel'))
    return { labels: () => out.map((p) => p.map((v) => Number(v > 0.5))), proba: () => out };
  const proba = out.map((p) => (p.length === 1 ? pair(p[0]!) : p));
  return classified(classesOf(e), () => out.map((p) => (p.length === 1 ? Number(p[0]! > 0.5) : greatest(p))), {
    proba: () => proba,
  });
};
