/** sklearn/impute: missing values. NaN in text columns is the text "nan". */
import { float, floats } from '../../../graph-model/core/attributes.ts';
import { PyObject, type PyValue } from '../../containers/pickle/index.ts';
import { once, type Builder, type Val } from './builder.ts';
import { toArr, transposed, type Arr, type Est } from './estimator.ts';
import { transformer, type Lowered, type Lowerer, type Lowering } from './lowered.ts';
import { Table } from './table.ts';

const isNan = (v: PyValue) => typeof v === 'number' && Number.isNaN(v);

function missingValue(e: Est): PyValue {
  return e.object.attrs.get('missing_values') ?? null;
}

/** bool of the column's shape. */
function isMissing(o: Builder, x: Val, value: PyValue): Val {
  if (x.t === 'string') {
    const words = value === null ? ['None'] : isNan(value) ? ['nan'] : [String(value)];
    return o.equal(x, o.text(words, [1]));
  }
  const v = o.double(x);
  if (value === null || isNan(value) || typeof value !== 'number') return o.isNan(v);
  return o.equal(v, o.num(value));
}

/** Side by side with the indicator of missing values, where one is asked for. */
function withIndicator(l: Lowerer, e: Est, x: Table, imputed: Table): Table {
  if (!e.flag('add_indicator') || !e.has('indicator_')) return imputed;
  return Table.join(l.o, [imputed, l.lower(e.est('indicator_'), x).transform!()]);
}

export const simpleImputer: Lowering = (l, e, x) => {
  const { o } = l;
  const statistics = e.nd('statistics_').values();
  const empty = (v: PyValue) => v === null || isNan(v);
  const constant = e.text('strategy', 'mean') === 'constant';
  const kept = statistics.flatMap((v, i) => (empty(v) && !constant && !e.flag('keep_empty_features') ? [] : [i]));
  const text = statistics.some((v) => typeof v === 'string');
  const isWhole = kept.length === statistics.length && !text && !e.flag('add_indicator');
  return {
    ...(isWhole ? { outputs: () => imputedByOne(o, x, statistics.map(Number), missingValue(e)) } : {}),
    transform: once(() => {
      if (!text && !x.isText && !x.isMixed) {
        const v = x.matrix();
        const filled = o.where(
          isMissing(o, v, missingValue(e)),
          o.f64(statistics.map((s) => (typeof s === 'number' ? s : 0))),
          v,
        );
        const chosen = kept.length === statistics.length ? filled : o.columns(filled, kept);
        return withIndicator(l, e, x, Table.matrix(o, chosen, kept.length));
      }
      const columns = kept.map((f) => {
        const c = x.column(f);
        const fill = c.t === 'string' ? o.text([String(statistics[f])], [1]) : o.num(Number(statistics[f]));
        const v = c.t === 'string' ? c : o.double(c);
        return o.where(isMissing(o, c, missingValue(e)), fill, v);
      });
      return withIndicator(l, e, x, Table.columns(o, columns));
    }),
  };
};

/** The values themselves by one node, where they are float32; null otherwise. */
function imputedByOne(o: Builder, x: Table, values: readonly number[], missing: PyValue): Record<string, Val> | null {
  const input = x.isText || x.isMixed ? null : o.narrow(x.matrix());
  const mark = missing === null ? NaN : missing;
  if (!input || typeof mark !== 'number' || (!Number.isNaN(mark) && Math.fround(mark) !== mark)) return null;
  const plain = { imputed_value_floats: floats(values), replaced_value_float: float(mark) };
  return { transformed: o.op('Imputer', [input], plain, 'float', 'ai.onnx.ml') };
}

export const missingIndicator: Lowering = (l, e, x) => {
  const { o } = l;
  const features = Array.from(e.arr('features_').data);
  return transformer(l, features.length, () =>
    features.length === 0
      ? o.op('Slice', [o.double(x.matrix()), o.i64([0]), o.i64([0]), o.i64([1])])
      : o.concat(features.map((f) => o.double(isMissing(o, x.column(f), missingValue(e))))),
  );
};

/** The mean of the nearest fitted rows that have the value; distances over what both rows have (_knn.py, nan_euclidean_distances). */
export const knnImputer: Lowering = (l, e, x) => {
  const { o } = l;
  const fit = e.arr('_fit_X');
  const [m = 0, f = 0] = fit.dims;
  const value = missingValue(e);
  const missing =
    value === null || isNan(value)
      ? fit.data.map((v) => (Number.isNaN(v) ? 1 : 0))
      : fit.data.map((v) => (v === value ? 1 : 0));
  const valid = e.optionalArr('_valid_mask')?.data ?? new Float64Array(f).fill(1);
  const kept = Array.from({ length: f }, (_, i) => i).filter((i) => valid[i] || e.flag('keep_empty_features'));
  return {
    transform: once(() => {
      const all = x.matrix();
      // Distances are for rows that have gaps.
      const rows = rowsWith(o, isMissing(o, all, value));
      const v = o.gather(all, rows);
      const gaps = isMissing(o, v, value);
      const d = gapDistances(o, v, gaps, fit, missing, e.text('weights', 'uniform') === 'uniform');
      const columns = kept.map((c) => {
        const own = o.columns(v, [c]);
        const donors = Array.from({ length: m }, (_, i) => i).filter((i) => !missing[i * f + c]);
        if (donors.length === 0) return o.where(o.columns(gaps, [c]), o.num(0), own);
        const values = Float64Array.from(donors, (i) => fit.data[i * f + c]!);
        const near = donors.length === m ? d : o.columns(d, donors);
        return o.where(o.columns(gaps, [c]), donated(l, e, near, values), own);
      });
      const before = kept.length === f ? all : o.columns(all, kept);
      const filled = o.op('ScatterND', [o.double(before), o.column(rows), o.concat(columns)]);
      return withIndicator(l, e, x, Table.matrix(o, filled, kept.length));
    }),
  };
};

/** int64 [R]: the rows in which any flag is up. */
function rowsWith(o: Builder, flags: Val): Val {
  const any = o.reduce('Max', o.cast(flags, 'float'), 1, false);
  return o.reshape(o.op('NonZero', [any], {}, 'int64'), [-1]);
}

/** [N, M] of squared distances over what both rows have, and how many values that are. */
function gapSquares(o: Builder, v: Val, gaps: Val, fit: Arr, missing: Float64Array, byProduct: boolean): [Val, Val] {
  const [m = 0, f = 0] = fit.dims;
  const known = missing.map((g) => 1 - g);
  const plain = o.where(gaps, o.num(0), v);
  const has = o.double(o.not(gaps));
  const safe = fit.data.map((d, i) => (missing[i] ? 0 : d));
  const side = (data: Float64Array) => transposed({ dims: [m, f], data });
  const shared = o.matmul(has, o.f64(side(known).data, [f, m]));
  if (byProduct) {
    const parts = [known, safe.map((s) => -2 * s), safe.map((s) => s * s)].map((p) => side(p).data);
    const weights = Float64Array.from(parts.flatMap((p) => [...p]));
    const products = o.matmul(o.concat([o.square(plain), plain, has]), o.f64(weights, [3 * f, m]));
    return [o.max(products, o.num(0)), shared];
  }
  const diff = o.sub(o.unsqueeze(plain, 2), o.f64(side(safe).data, [1, f, m]));
  const both = o.mul(o.unsqueeze(has, 2), o.f64(side(known).data, [1, f, m]));
  return [o.sum(o.mul(o.square(diff), both), 1, false), shared];
}

/**
 * [N, M]; infinite where two rows have no value in common.
 * @param byProduct as scikit-learn computes them; where distances weigh, those of zero have to be zero
 */
function gapDistances(o: Builder, v: Val, gaps: Val, fit: Arr, missing: Float64Array, byProduct: boolean): Val {
  const [squared, shared] = gapSquares(o, v, gaps, fit, missing, byProduct);
  const none = o.equal(shared, o.num(0));
  const scaled = o.div(o.mul(o.num(fit.dims[1]!), squared), o.where(none, o.num(1), shared));
  return o.where(none, o.num(Infinity), o.sqrt(scaled));
}

/** [N, 1] */
function donated(l: Lowerer, e: Est, d: Val, values: Float64Array): Val {
  const { o } = l;
  const k = Math.min(e.num('n_neighbors', 5), values.length);
  const [near, at] = o.ops('TopK', [d, o.i64([k])], { axis: 1, largest: 0, sorted: 1 }, ['double', 'int64']);
  const real = o.double(o.less(near!, o.num(Infinity)));
  const w = donorWeights(l, e, near!, real);
  const total = o.sum(w, 1);
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const none = o.equal(total, o.num(0));
  const average = o.div(o.sum(o.mul(w, o.gather(o.f64(values), at!)), 1), o.where(none, o.num(1), total));
  return o.where(none, o.num(mean), average);
}

function donorWeights(l: Lowerer, e: Est, d: Val, real: Val): Val {
  const { o } = l;
  const kind = e.text('weights', 'uniform');
  if (kind === 'uniform') return real;
  if (kind !== 'distance') e.fail('its weights are a function');
  const zero = o.double(o.equal(d, o.num(0)));
  const any = o.greater(o.reduce('Max', zero, 1), o.num(0));
  const safe = o.where(o.equal(d, o.num(0)), o.num(1), d);
  return o.where(any, zero, o.mul(real, o.div(o.num(1), safe)));
}

/** Each feature predicted from the others, in the order and by the estimators of fitting, round by round. */
export const iterativeImputer: Lowering = (l, e, x): Lowered => {
  const { o } = l;
  if (e.flag('sample_posterior')) e.fail('it draws random values (sample_posterior=True)');
  return {
    transform: once(() => {
      const first = l.lower(e.est('initial_imputer_'), x).transform!().matrix();
      const statistics = e.est('initial_imputer_').nd('statistics_').numbers();
      const kept = Array.from(statistics, (v, i) => (Number.isNaN(v) ? -1 : i)).filter((i) => i >= 0);
      const width = kept.length;
      const gaps = isMissing(o, o.columns(x.matrix(), kept), missingValue(e));
      const [low, high] = [e.optionalArr('_min_value')?.data, e.optionalArr('_max_value')?.data];
      const columns = kept.map((_, i) => o.columns(first, [i]));
      for (const step of e.list('imputation_sequence_')) {
        const [feature, others, estimator] = step instanceof PyObject ? step.args : Array.isArray(step) ? step : [];
        const f = Number(feature);
        const from = Array.from(toArr(others ?? null)?.data ?? []);
        const input = Table.matrix(o, o.concat(from.map((i) => columns[i]!)), from.length);
        const raw = l.lower(e.within(estimator ?? null, `estimator of feature ${f}`), input).predict!();
        const bounded = o.clip(o.column(raw), finite(low?.[f] ?? low?.[0]), finite(high?.[f] ?? high?.[0]));
        columns[f] = o.where(o.columns(gaps, [f]), bounded, columns[f]!);
      }
      return withIndicator(l, e, x, Table.matrix(o, o.concat(columns), width));
    }),
  };
};

const finite = (v: number | undefined) => (v === undefined || !Number.isFinite(v) ? null : v);
