/** sklearn/compose and sklearn/pipeline: how estimators are put together. */
import { NdArray, PyObject, type PyValue } from '../../containers/pickle/index.ts';
import { once } from './builder.ts';
import { toArr, type Est } from './estimator.ts';
import type { Lowered, Lowerer, Lowering } from './lowered.ts';
import { Table } from './table.ts';

export const isPassthrough = (v: PyValue) => v === 'passthrough' || v === null;

export const pipeline: Lowering = (l, e, x) => {
  const steps = e.list('steps');
  let at = x;
  let made: Lowered = { transform: () => at };
  steps.forEach((step, i) => {
    const [name, est] = Array.isArray(step) ? step : [];
    if (i > 0) at = transformed(e, made);
    const input = at;
    made = isPassthrough(est ?? null)
      ? { transform: () => input }
      : l.lower(e.within(est ?? null, `step "${String(name)}"`), input);
  });
  return made;
};

/** The result of `transform` of a step that is not the last. */
export function transformed(e: Est, made: Lowered): Table {
  return made.transform ? made.transform() : e.fail('a step that is not the last one does not transform');
}

export interface Branch {
  readonly name: string;
  readonly transformer: PyValue;
  readonly columns: readonly number[];
}

/** Names of the columns it was fitted on; empty where it was fitted on an array. */
export function featureNames(e: Est): string[] {
  const names = e.get('feature_names_in_') ?? e.get('_feature_names_in') ?? e.get('_df_columns');
  if (names instanceof NdArray) return names.strings();
  return Array.isArray(names) ? names.map(String) : [];
}

/** The fitted transformers of a ColumnTransformer with the columns each gets. */
export function branches(e: Est): Branch[] {
  const names = featureNames(e);
  const count = e.num('n_features_in_', e.num('_n_features', names.length));
  const resolved = e.get('_transformer_to_input_indices');
  return e.list('transformers_').flatMap((t) => {
    const [name, transformer = null, columns = null] = Array.isArray(t) ? t : [];
    if (transformer === 'drop') return [];
    const known = resolved instanceof Map ? toArr(resolved.get(name ?? null) ?? null) : null;
    const at = known && String(name) !== 'remainder' ? Array.from(known.data) : columnIndices(e, columns, names, count);
    return at.length === 0 ? [] : [{ name: String(name), transformer, columns: at }];
  });
}

function columnIndices(e: Est, columns: PyValue, names: readonly string[], count: number): number[] {
  if (columns instanceof PyObject && columns.cls.name === 'slice') return slice(e, columns.args, names, count);
  if (columns instanceof PyObject && columns.items.length > 0)
    return columnIndices(e, [...columns.items], names, count);
  if (columns instanceof PyObject && columns.attrs.has('data'))
    return columnIndices(e, columns.get('data')!, names, count);
  const list = columns instanceof NdArray ? columns.values() : Array.isArray(columns) ? columns : [columns];
  if (list.length > 0 && list.every((c) => typeof c === 'boolean')) return list.flatMap((c, i) => (c ? [i] : []));
  return list.map((c) => {
    const at = typeof c === 'string' ? names.indexOf(c) : typeof c === 'number' ? (c < 0 ? c + count : c) : -1;
    return at >= 0 ? at : e.fail(`the column ${String(c)} cannot be found`);
  });
}

function slice(e: Est, args: readonly PyValue[], names: readonly string[], count: number): number[] {
  const text = (v: PyValue | undefined) => (typeof v === 'string' ? names.indexOf(v) : null);
  const [start, stop, step] = args;
  const index = (v: PyValue | undefined, otherwise: number) =>
    typeof v === 'number' ? (v < 0 ? v + count : v) : otherwise;
  const from = text(start) ?? index(start, 0);
  // Slices of names include their end, as in pandas.
  const to = typeof stop === 'string' ? names.indexOf(stop) + 1 : index(stop, count);
  if (typeof step === 'number' && step !== 1) e.fail('its columns are a slice with a step');
  return Array.from({ length: Math.max(0, Math.min(to, count) - from) }, (_, i) => from + i);
}

export const columnTransformer: Lowering = (l, e, x) => ({
  transform: once(() => {
    const weights = e.get('transformer_weights');
    const parts = branches(e).map((b) =>
      weighted(l, apply(l, e, b.transformer, b.name, x.pick(b.columns)), weights, b.name),
    );
    return parts.length > 0 ? Table.join(l.o, parts) : e.fail('it drops every column');
  }),
});

function apply(l: Lowerer, e: Est, transformer: PyValue, name: string, x: Table): Table {
  if (isPassthrough(transformer)) return x;
  const est = e.within(transformer, `branch "${name}"`);
  return transformed(est, l.lower(est, x));
}

function weighted(l: Lowerer, x: Table, weights: PyValue, name: string): Table {
  const w = weights instanceof Map ? weights.get(name) : undefined;
  return typeof w === 'number' ? Table.matrix(l.o, l.o.mul(x.matrix(), l.o.num(w)), x.width) : x;
}

export const featureUnion: Lowering = (l, e, x) => ({
  transform: once(() => {
    const parts = e.list('transformer_list').flatMap((t) => {
      const [name, est = null] = Array.isArray(t) ? t : [];
      if (est === 'drop' || est === null) return [];
      return [weighted(l, apply(l, e, est, String(name), x), e.get('transformer_weights'), String(name))];
    });
    return parts.length > 0 ? Table.join(l.o, parts) : e.fail('it drops every part');
  }),
});
