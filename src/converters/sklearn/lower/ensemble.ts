/** Estimators made of any others: bagging, voting, stacking. */
import { NdArray } from '../../containers/pickle/index.ts';
import { once, type Val } from './builder.ts';
import { toArr, type Est } from './estimator.ts';
import { classifier, regressor, type Lowered, type Lowerer, type Lowering } from './lowered.ts';
import { Table } from './table.ts';

function members(e: Est): { est: Est; features: number[] | null }[] {
  const features = e.has('estimators_features_')
    ? e.list('estimators_features_').map((f) => Array.from(toArr(f)!.data))
    : null;
  const width = e.num('n_features_in_', 0);
  const isAll = (f: readonly number[]) => f.length === width && f.every((v, i) => v === i);
  return e
    .ests('estimators_')
    .map((est, i) => ({ est, features: features && !isAll(features[i]!) ? features[i]! : null }));
}

const lowerAll = (l: Lowerer, e: Est, x: Table): Lowered[] =>
  members(e).map((m) => l.lower(m.est, m.features ? x.pick(m.features) : x));

/** One-hot [N, K] of positions [N]. */
function oneHot(l: Lowerer, at: Val, k: number): Val {
  return l.o.double(
    l.o.equal(
      l.o.column(at),
      l.o.i64(
        Array.from({ length: k }, (_, i) => i),
        [1, k],
      ),
    ),
  );
}

/** Widens [N, its classes] to all classes: base estimators number their classes by position. */
function spread(l: Lowerer, p: Val, own: NdArray | undefined, k: number): Val {
  const at = own ? Array.from(own.numbers()) : [];
  if (!own || own.size === k) return p;
  const data = new Float64Array(at.length * k);
  at.forEach((c, i) => (data[i * k + c] = 1));
  return l.o.matmul(p, l.o.f64(data, [at.length, k]));
}

const mean = (l: Lowerer, parts: readonly Val[]): Val => l.o.div(parts.reduce(l.o.add), l.o.num(parts.length));

export const baggingClassifier: Lowering = (l, e, x) => {
  const classes = e.nd('classes_');
  const k = classes.size;
  const all = once(() => lowerAll(l, e, x));
  const proba = () =>
    mean(
      l,
      all().map((m) => {
        if (m.proba) return spread(l, m.proba(), m.classes, k);
        return spread(l, oneHot(l, m.index!(), m.classes?.size ?? k), m.classes, k);
      }),
    );
  const made = classifier(l, { classes, proba });
  if (!all().every((m) => m.decision)) return made;
  return {
    ...made,
    decision: once(() =>
      mean(
        l,
        all().map((m) => m.decision!()),
      ),
    ),
  };
};

export const baggingRegressor: Lowering = (l, e, x) =>
  regressor(() =>
    mean(
      l,
      lowerAll(l, e, x).map((m) => m.predict!()),
    ),
  );

function weightsOf(e: Est, count: number): Float64Array {
  const w = e.optionalArr('weights')?.data;
  if (!w) return new Float64Array(count).fill(1);
  return w.length === count ? w : e.fail('some of its estimators are dropped and its weights are for all of them');
}

export const votingClassifier: Lowering = (l, e, x) => {
  const { o } = l;
  const classes = e.nd('classes_');
  const k = classes.size;
  const all = once(() => lowerAll(l, e, x));
  const weights = weightsOf(e, e.list('estimators_').length);
  const total = weights.reduce((a, b) => a + b, 0);
  const weighted = (part: (m: Lowered) => Val) =>
    all()
      .map((m, i) => o.mul(part(m), o.num(weights[i]!)))
      .reduce(o.add);
  if (e.text('voting', 'hard') === 'soft') {
    const need = (m: Lowered) => m.proba ?? e.fail('one of its estimators gives no probabilities');
    return classifier(l, {
      classes,
      proba: () =>
        o.div(
          weighted((m) => need(m)()),
          o.num(total),
        ),
    });
  }
  return classifier(l, {
    classes,
    index: () => o.argmax(weighted((m) => spread(l, oneHot(l, m.index!(), m.classes?.size ?? k), m.classes, k))),
  });
};

export const votingRegressor: Lowering = (l, e, x) => {
  const { o } = l;
  const weights = weightsOf(e, e.list('estimators_').length);
  const total = weights.reduce((a, b) => a + b, 0);
  return regressor(() =>
    o.div(
      lowerAll(l, e, x)
        .map((m, i) => o.mul(m.predict!(), o.num(weights[i]!)))
        .reduce(o.add),
      o.num(total),
    ),
  );
};

/** The columns that the final estimator sees (_stacking.py, _concatenate_predictions). */
function stacked(l: Lowerer, e: Est, x: Table): Table {
  const { o } = l;
  const methods = e.has('stack_method_') ? e.list('stack_method_').map(String) : [];
  const parts = lowerAll(l, e, x).map((m, i): Val => {
    const method = methods[i] ?? (m.proba ? 'predict_proba' : m.decision ? 'decision_function' : 'predict');
    if (method === 'predict_proba' && m.probas) return o.concat(m.probas().map((p) => o.columns(p, [1])));
    if (method === 'predict_proba' && m.proba) return m.classes?.size === 2 ? o.columns(m.proba(), [1]) : m.proba();
    if (method === 'decision_function' && m.decision)
      return m.classes && m.classes.size > 2 ? m.decision() : o.column(m.decision());
    if (method !== 'predict') return e.fail(`one of its estimators has no ${method}`);
    return m.predict ? o.reshape(m.predict(), [0, -1]) : o.column(o.double(m.label!()));
  });
  const tables = parts.map((p) => Table.matrix(o, p, null));
  return e.flag('passthrough')
    ? Table.join(o, [...tables, Table.matrix(o, x.matrix(), x.width)])
    : Table.join(o, tables);
}

export const stackingClassifier: Lowering = (l, e, x) => {
  const labels = e.get('classes_');
  if (!(labels instanceof NdArray)) return e.fail('it was fitted on several labels at once');
  const final = once(() => l.lower(e.est('final_estimator_'), stacked(l, e, x)));
  const made = classifier(l, { classes: labels, index: () => final().index!() });
  const f = final();
  return { ...made, ...(f.proba ? { proba: f.proba } : {}), ...(f.decision ? { decision: f.decision } : {}) };
};

export const stackingRegressor: Lowering = (l, e, x) =>
  regressor(() => l.lower(e.est('final_estimator_'), stacked(l, e, x)).predict!());
