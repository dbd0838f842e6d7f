/** Scalers, imputers, encoders and projections, in float64. */
import { NdArray, type PyValue } from '../../containers/pickle/index.ts';
import { rowOf, toArr, type Est } from '../lower/estimator.ts';
import { asText, isTextCategories } from '../lower/encode.ts';
import {
  isMissing,
  mapCells,
  mapRows,
  notHere,
  versionOf,
  type Column,
  type Evaluate,
  type Frame,
  type Made,
} from './frame.ts';
import { withIndicator } from './numbers.ts';

const list = (e: Est, name: string, on: boolean) => (on && e.has(name) ? e.arr(name).data : null);

const shiftScale = (x: Frame, shift: Float64Array | null, scale: Float64Array | null): Made =>
  mapCells(x, (v, c) => (v - (shift?.[c] ?? 0)) / (scale?.[c] ?? 1));

export const standardScaler: Evaluate = (_, e, x) =>
  shiftScale(x, list(e, 'mean_', e.flag('with_mean', true)), list(e, 'scale_', e.flag('with_std', true)));
export const robustScaler: Evaluate = (_, e, x) =>
  shiftScale(x, list(e, 'center_', e.flag('with_centering', true)), list(e, 'scale_', e.flag('with_scaling', true)));
export const maxAbsScaler: Evaluate = (_, e, x) => {
  const scale = e.arr('scale_').data;
  const clip = e.flag('clip');
  return mapCells(x, (v, c) => (clip ? clipped(v / scale[c]!, -1, 1) : v / scale[c]!));
};

const clipped = (v: number, low: number, high: number) => (Number.isNaN(v) ? v : Math.min(Math.max(v, low), high));

export const minMaxScaler: Evaluate = (_, e, x) => {
  const [scale, least] = [e.arr('scale_').data, e.arr('min_').data];
  const [low = 0, high = 1] = e.list('feature_range').map(Number);
  return mapCells(x, (v, c) => {
    const y = v * scale[c]! + least[c]!;
    return e.flag('clip') ? clipped(y, low, high) : y;
  });
};

export const normalizer: Evaluate = (_, e, x) => {
  const norm = e.text('norm', 'l2');
  return mapRows(x, x.columns.length, (row) => {
    const sizes = row.map(Math.abs);
    const size =
      norm === 'max'
        ? Math.max(...sizes)
        : norm === 'l1'
          ? sizes.reduce((s, v) => s + v, 0)
          : Math.sqrt(sizes.reduce((s, v) => s + v * v, 0));
    return row.map((v) => v / (size || 1));
  });
};

export const binarizer: Evaluate = (_, e, x) => mapCells(x, (v) => Number(v > e.num('threshold', 0)));

export const polynomialFeatures: Evaluate = (_, e, x) => {
  const degree = e.get('degree');
  const [least, most] = typeof degree === 'number' ? [0, degree] : e.list('degree').map(Number);
  const [bias, distinct] = [e.flag('include_bias', true), e.flag('interaction_only')];
  const terms: number[][] = bias ? [[]] : [];
  for (let d = Math.max(1, least!); d <= most!; d++) combine(x.columns.length, d, distinct, [], terms);
  return mapRows(x, terms.length, (row) => terms.map((t) => t.reduce((p, c) => p * row[c]!, 1)));
};

function combine(columns: number, left: number, distinct: boolean, chosen: readonly number[], out: number[][]): void {
  if (left === 0) return void out.push([...chosen]);
  if (out.length > 20_000) notHere('more than 20,000 columns');
  const last = chosen.at(-1);
  const from = last === undefined ? 0 : last + (distinct ? 1 : 0);
  for (let c = from; c < columns; c++) combine(columns, left - 1, distinct, [...chosen, c], out);
}

export const pca: Evaluate = (_, e, x) => {
  const components = e.arr('components_');
  const mean = e.name === 'TruncatedSVD' ? null : (e.optionalArr('mean_')?.data ?? null);
  const variance = e.flag('whiten') && e.has('explained_variance_') ? e.arr('explained_variance_').data : null;
  const rows = Array.from({ length: components.dims[0]! }, (_, i) => rowOf(components, i));
  return mapRows(x, rows.length, (row) =>
    rows.map((c, k) => {
      const sum = c.reduce((s, w, i) => s + w * (row[i]! - (mean?.[i] ?? 0)), 0);
      return variance ? sum / Math.max(Math.sqrt(variance[k]!), 2.220446049250313e-16) : sum;
    }),
  );
};

export const varianceThreshold: Evaluate = (_, e, x) => {
  const [variances, least] = [e.arr('variances_').data, e.num('threshold', 0)];
  return { transform: () => ({ rows: x.rows, columns: x.columns.filter((_, i) => variances[i]! > least) }) };
};

// Imputers and encoders

export const simpleImputer: Evaluate = (by, e, x) => {
  const statistics = e.nd('statistics_').values();
  const all = e.text('strategy', 'mean') === 'constant' || e.flag('keep_empty_features');
  const value = e.object.attrs.get('missing_values') ?? null;
  const columns = statistics.flatMap((s, i): Column[] =>
    isMissing(s) && !all ? [] : [filled(x.columns[i]!, value, s)],
  );
  return { transform: () => withIndicator(by, e, x, { rows: x.rows, columns }) };
};

function filled(column: Column, missing: PyValue, fill: PyValue): Column {
  if (!(column instanceof Float64Array)) {
    const word = missing === null ? 'None' : isMissing(missing) ? 'nan' : String(missing);
    return column.map((v) => (v === word ? String(fill) : v));
  }
  const is = isMissing(missing) ? Number.isNaN : (v: number) => v === missing;
  return column.map((v) => (is(v) ? Number(fill ?? 0) : v));
}

const categoriesOf = (e: Est): NdArray[] =>
  e.list('categories_').map((c) => (c instanceof NdArray ? c : notHere('categories that are no arrays')));

/** The place of each value among the categories, -1 where it is none of them. */
function places(column: Column, categories: NdArray): number[] {
  const values = categories.values();
  if (isTextCategories(categories)) {
    const known = new Map(values.map((v, i) => [asText(v), i]));
    return Array.from<number | string, number>(column, (v) => known.get(String(v)) ?? -1);
  }
  const numbers = categories.numbers();
  const single = numbers.map(Math.fround);
  const exact = new Set(single).size !== numbers.length;
  const known = new Map(Array.from(exact ? numbers : single, (v, i) => [v, i]));
  return Array.from<number | string, number>(
    column,
    (v) => known.get(exact ? Number(v) : Math.fround(Number(v))) ?? -1,
  );
}

/** By category its place once the rare ones are one group, the last; null where none are grouped. */
function groupsOf(e: Est, feature: number): Float64Array | null {
  const all = e.get('_default_to_infrequent_mappings');
  const one = Array.isArray(all) ? all[feature] : all instanceof NdArray ? all.values()[feature] : null;
  return one === null || one === undefined ? null : toArr(one)!.data;
}

/** The place of the category that has no column; -1 for none. */
function droppedOf(e: Est, feature: number, groups: Float64Array | null): number {
  const after = e.get('_drop_idx_after_grouping');
  const list = after ?? e.get('drop_idx_');
  const at = (list instanceof NdArray ? list.values() : Array.isArray(list) ? list : [])[feature];
  if (typeof at !== 'number' || Number.isNaN(at)) return -1;
  return after !== null || !groups ? at : groups[at]!;
}

export const oneHotEncoder: Evaluate = (_, e, x) => {
  // Before 1.8, "warn" gave zeros even where there are rare categories.
  const rare = versionOf(e) < 108 ? /^infrequent_if_exist$/ : /^(infrequent_if_exist|warn)$/;
  const toRare = rare.test(e.text('handle_unknown'));
  const columns = categoriesOf(e).flatMap((c, f) => {
    const groups = groupsOf(e, f);
    const size = groups ? Math.max(...groups) + 1 : c.size;
    const unknown = groups && toRare ? size - 1 : -1;
    const at = places(x.columns[f]!, c).map((p) => (p < 0 ? unknown : (groups?.[p] ?? p)));
    const kept = [...Array.from({ length: size }).keys()].filter((i) => i !== droppedOf(e, f, groups));
    return kept.map((i) => Float64Array.from(at, (p) => Number(p === i)));
  });
  return { transform: () => ({ rows: x.rows, columns }) };
};

export const ordinalEncoder: Evaluate = (_, e, x) => {
  const unknown = e.has('unknown_value') ? e.num('unknown_value') : -1;
  const missing = e.object.attrs.has('encoded_missing_value') ? e.num('encoded_missing_value', NaN) : NaN;
  const columns = categoriesOf(e).map((c, f) => {
    const groups = groupsOf(e, f);
    const codes = c.values().map((v, i) => (isMissing(v) ? missing : (groups?.[i] ?? i)));
    return Float64Array.from(places(x.columns[f]!, c), (p) => (p < 0 ? unknown : codes[p]!));
  });
  return { transform: () => ({ rows: x.rows, columns }) };
};

export const targetEncoder: Evaluate = (_, e, x) => {
  const categories = categoriesOf(e);
  const encodings = e.list('encodings_').map((v) => toArr(v)!.data);
  const means = e.arr('target_mean_').data;
  const each = encodings.length / categories.length;
  const columns = encodings.map((codes, i) => {
    const f = Math.floor(i / each);
    const unknown = means[means.length === 1 ? 0 : i % each]!;
    return Float64Array.from(places(x.columns[f]!, categories[f]!), (p) => (p < 0 ? unknown : codes[p]!));
  });
  return { transform: () => ({ rows: x.rows, columns }) };
};
