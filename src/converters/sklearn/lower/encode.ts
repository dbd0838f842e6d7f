/** sklearn/preprocessing: encoders of categories and labels. */
import { floats } from '../../../graph-model/core/attributes.ts';
import { versionOf } from './boosting.ts';
import { NdArray, NumpyDtype, type PyValue } from '../../containers/pickle/index.ts';
import type { Builder, Val } from './builder.ts';
import { toArr, type Est } from './estimator.ts';
import { transformer, type Lowering } from './lowered.ts';
import { Table } from './table.ts';

/** The categories of a feature: text where any of them is, as ONNX has no mixed tensors. */
export function isTextCategories(c: NdArray): boolean {
  return c.values().some((v) => typeof v === 'string');
}

export const asText = (v: PyValue) =>
  v === null ? 'None' : typeof v === 'number' && Number.isNaN(v) ? 'nan' : String(v);

/** int64 [N, 1]: the position of each value among the categories, -1 where it is none of them. */
export function position(o: Builder, column: Val, categories: NdArray): Val {
  const values = categories.values();
  if (isTextCategories(categories)) {
    const keys = values.map(asText);
    const text = column.t === 'string' ? column : o.cast(column, 'string');
    return o.op(
      'LabelEncoder',
      [text],
      { keys_strings: keys, values_int64s: keys.map((_, i) => i), default_int64: -1 },
      'int64',
      'ai.onnx.ml',
    );
  }
  return numericPosition(o, column.t === 'string' ? o.cast(column, 'double') : column, categories.numbers());
}

/** float32 inputs meet categories as float32 has them, unless that makes two of them one. */
function numericPosition(o: Builder, column: Val, values: Float64Array): Val {
  const k = values.length;
  const single = Float32Array.from(values);
  const t = new Set(single).size === k && column.t !== 'int64' ? 'float' : 'double';
  const x = o.cast(column, t);
  // What a table says of NaN differs between runtimes.
  if (t === 'float' && !values.some(Number.isNaN))
    return o.op(
      'LabelEncoder',
      [x],
      { keys_floats: floats(single), values_int64s: Array.from(single, (_, i) => i), default_int64: -1 },
      'int64',
      'ai.onnx.ml',
    );
  const cats = t === 'float' ? o.cast(o.f64(single, [1, k]), 'float') : o.f64(values, [1, k]);
  const equal = o.equal(x, cats);
  const nan = values.findIndex(Number.isNaN);
  const hits = nan < 0 ? equal : o.or(equal, o.and(o.isNan(x), o.flags(Array.from(values, Number.isNaN), [1, k])));
  const numbered = o.where(
    hits,
    o.i64(
      Array.from({ length: k }, (_, i) => i),
      [1, k],
    ),
    o.num(-1, 'int64'),
  );
  return o.reduce('Max', numbered, 1);
}

function categoriesOf(e: Est): NdArray[] {
  return e
    .list('categories_')
    .map((c) =>
      c instanceof NdArray
        ? c
        : Array.isArray(c)
          ? new NdArray(new NumpyDtype('O', 8), [c.length], c)
          : e.fail('its categories are no arrays'),
    );
}

/** Per category its place after rare ones are grouped; null where nothing is grouped. */
function grouping(e: Est, feature: number): number[] | null {
  const all = e.get('_default_to_infrequent_mappings');
  const one = Array.isArray(all)
    ? (all[feature] ?? null)
    : all instanceof NdArray
      ? (all.values()[feature] ?? null)
      : null;
  const numbers = one === null ? null : toArr(one);
  return numbers ? Array.from(numbers.data) : null;
}

/** Where the group of rare categories stands; -1 where there is none. */
function rareGroup(groups: readonly number[] | null): number {
  return groups ? Math.max(...groups) : -1;
}

function dropped(e: Est, feature: number, groups: readonly number[] | null): number {
  const after = e.get('_drop_idx_after_grouping') ?? e.get('drop_idx_');
  const list = after instanceof NdArray ? after.values() : Array.isArray(after) ? after : [];
  const at = list[feature];
  if (typeof at !== 'number' || Number.isNaN(at)) return -1;
  return e.has('_drop_idx_after_grouping') || !groups ? at : groups[at]!;
}

export const oneHotEncoder: Lowering = (l, e, x) => {
  const { o } = l;
  const categories = categoriesOf(e);
  // Before 1.8, "warn" gave zeros even where there is an infrequent category.
  const rare = versionOf(e) < 108 ? /^infrequent_if_exist$/ : /^(infrequent_if_exist|warn)$/;
  const unknownToRare = rare.test(e.text('handle_unknown'));
  const plans = categories.map((c, f) => {
    const groups = grouping(e, f);
    const size = groups ? rareGroup(groups) + 1 : c.size;
    const drop = dropped(e, f, groups);
    return { c, groups, size, kept: Array.from({ length: size }, (_, i) => i).filter((i) => i !== drop) };
  });
  return transformer(
    l,
    plans.reduce((n, p) => n + p.kept.length, 0),
    () =>
      o.concat(
        plans.flatMap(({ c, groups, kept }, f) => {
          if (kept.length === 0) return [];
          let at = position(o, x.column(f), c);
          if (groups) at = regrouped(o, at, groups, unknownToRare ? rareGroup(groups) : -1);
          return [o.double(o.equal(at, o.i64(kept, [1, kept.length])))];
        }),
      ),
  );
};

function regrouped(o: Builder, at: Val, groups: readonly number[], unknown: number): Val {
  // -1 counts from the end: the last entry is the place of unknown values.
  return o.gather(o.i64([...groups, unknown]), at);
}

export const ordinalEncoder: Lowering = (l, e, x) => {
  const { o } = l;
  const categories = categoriesOf(e);
  const unknown = e.has('unknown_value') ? e.num('unknown_value') : -1;
  const missing = e.object.attrs.has('encoded_missing_value') ? e.num('encoded_missing_value', NaN) : NaN;
  return transformer(l, categories.length, () =>
    o.concat(
      categories.map((c, f) => {
        const groups = grouping(e, f);
        const isMissing = (v: PyValue) => v === null || (typeof v === 'number' && Number.isNaN(v));
        const codes = c.values().map((v, i) => (isMissing(v) ? missing : (groups?.[i] ?? i)));
        return o.gather(o.f64([...codes, unknown]), position(o, x.column(f), c));
      }),
    ),
  );
};

export const labelEncoder: Lowering = (l, e, x) => {
  const { o } = l;
  const at = () => o.flat(position(o, x.column(0), e.nd('classes_')));
  return { transform: () => Table.vector(o, at()) };
};

export const labelBinarizer: Lowering = (l, e, x) => {
  const { o } = l;
  const classes = e.nd('classes_');
  if (e.text('y_type_').startsWith('multilabel')) e.fail('it was fitted on several labels at once');
  const [neg, pos] = [e.num('neg_label', 0), e.num('pos_label', 1)];
  const wanted = classes.size === 2 ? [1] : Array.from({ length: classes.size }, (_, i) => i);
  return transformer(l, wanted.length, () => {
    const hits = o.equal(o.column(position(o, x.column(0), classes)), o.i64(wanted, [1, wanted.length]));
    return o.where(hits, o.num(pos), o.num(neg));
  });
};

/** Mean of the target by category, smoothed when it was fitted; unknown categories get the overall mean. */
export const targetEncoder: Lowering = (l, e, x) => {
  const { o } = l;
  const categories = categoriesOf(e);
  const encodings = e.list('encodings_').map((v) => toArr(v)!.data);
  const means = e.arr('target_mean_').data;
  const perFeature = encodings.length / categories.length;
  return transformer(l, encodings.length, () =>
    o.concat(
      encodings.map((codes, i) => {
        const f = Math.floor(i / perFeature);
        const unknown = means[means.length === 1 ? 0 : i % perFeature]!;
        return o.gather(o.f64([...codes, unknown]), position(o, x.column(f), categories[f]!));
      }),
    ),
  );
};

export const refuseSets: Lowering = (_, e) => e.fail('its input is a set of labels a row, and ONNX has no such type');
