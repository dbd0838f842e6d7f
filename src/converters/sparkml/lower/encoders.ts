/** Categories: indexers, encoders, buckets. Where Spark would stop at a value or drop its row, the result is NaN. */
import type { ValueId } from '../../../graph-model/core/model.ts';
import type { Metadata, ModelFolder } from '../folder.ts';
import { attribute, floats } from '../../../graph-model/core/attributes.ts';
import { doubles, type Params } from '../params.ts';
import {
  columnsIn,
  columnsOut,
  number,
  refuse,
  vector,
  type Column,
  type InPort,
  type Lowering,
  type StageRow,
} from '../stage.ts';
import { damaged, numbersOf, stringsOf } from '../values.ts';

const family = 'Categories';
const range = (count: number) => Array.from({ length: count }, (_, i) => i);

/** Labels of each column: `labelsArray` since Spark 3, `labels` before. */
async function indexerLabels(folder: ModelFolder, { uid }: Metadata) {
  const [row] = await folder.rows('data', uid);
  const where = `${uid}.labels`;
  const lists = row?.['labelsArray'];
  const all = Array.isArray(lists) ? lists.map((l) => stringsOf(l, where)) : [stringsOf(row?.['labels'], where)];
  return Object.fromEntries(all.map((labels, i) => [`labels_${i}`, attribute(labels)]));
}

function stringIndexer(c: Lowering): Column[] {
  const mode = c.p.text('handleInvalid', 'error');
  if (mode !== 'keep') c.invalid(mode);
  return c.inputs.map((input, i) => {
    const labels = c.p.strings(`labels_${i}`) ?? damaged(`labels_${i}`, 'the labels are not there');
    const categories = labels.length + Number(mode === 'keep');
    if (input.dtype !== 'string') return numberIndexer(c, input, labels, mode === 'keep', categories);
    const codes = c.o.ml('LabelEncoder', [input.value], {
      keys_strings: labels,
      values_floats: floats(labels.map((_, code) => code)),
      default_float: { kind: 'float', value: mode === 'keep' ? labels.length : NaN },
    });
    return number(codes, { dtype: 'float', nominal: true, labels, categories });
  });
}

const NUMERAL = /^(-?\d+(\.\d+)?(E-?\d+)?|NaN)$/;
const areNumerals = (labels: readonly string[]) => labels.length > 0 && labels.every((l) => NUMERAL.test(l));

/** Labels are numbers as Java writes them: `3` of whole ones, `3.0` and `1.0E10` of doubles. */
function numberIndexer(
  c: Lowering,
  input: Column,
  labels: readonly string[],
  keep: boolean,
  categories: number,
): Column {
  if (!areNumerals(labels)) return refuse('it reads numbers, and its labels are texts');
  const { o } = c;
  const keys = labels.map(Number);
  const single = input.dtype === 'float';
  const known = single
    ? o.constant({ dtype: 'float', dims: [1, keys.length], values: Float32Array.from(keys) })
    : o.doubles(keys);
  const x = single ? input.value : c.x(c.inputs.indexOf(input));
  const hits = o.cast(o.op('Equal', [x, known]), 'double');
  const code = o.sum(o.mul(hits, o.doubles(range(keys.length))));
  const missed = o.op('Equal', [o.sum(hits), o.scalar(0)]);
  const value = o.where(missed, o.scalar(keep ? labels.length : NaN), code);
  return number(value, { nominal: true, labels, categories });
}

function indexerInputs(p: Params): InPort[] {
  return p.inputColumns().map((column, i) => {
    const labels = p.strings(`labels_${i}`) ?? [];
    // No text is written like a double by chance.
    const kind = areNumerals(labels) && labels.every((l) => /[.N]/.test(l)) ? 'number' : 'text';
    return { column, kind, numerals: kind === 'text' && areNumerals(labels) };
  });
}

/** A code that has no label gives an empty text. */
function indexToString(c: Lowering): Column[] {
  const { o } = c;
  const own = c.p.strings('labels');
  const labels = own && own.length > 0 ? own : c.inputs[0]!.labels;
  if (!labels) return refuse('its labels are not saved with it, and no StringIndexer before it makes its input');
  const code = o.cast(c.x(), 'int64');
  const value = o.ml('LabelEncoder', [code], {
    keys_int64s: { kind: 'ints', value: BigInt64Array.from(labels, (_, i) => BigInt(i)) },
    values_strings: labels,
    default_string: '',
  });
  return [{ kind: 'text', value, dtype: 'string', width: 1 }];
}

async function categorySizes(folder: ModelFolder, { uid }: Metadata) {
  const [row] = await folder.rows('data', uid);
  return { categorySizes: doubles(numbersOf(row?.['categorySizes'], `${uid}.categorySizes`)) };
}

function oneHot(c: Lowering): Column[] {
  const sizes = c.p.sized('categorySizes', c.inputs.length);
  const keep = c.p.text('handleInvalid', 'error') === 'keep';
  if (!keep) c.invalid('error');
  const width = (size: number) => size + Number(keep) - Number(c.p.flag('dropLast', true));
  return c.inputs.map((_, i) => vector(oneHotColumn(c, c.x(i), sizes[i]!, width(sizes[i]!), keep), width(sizes[i]!)));
}

function oneHotColumn({ o }: Lowering, x: ValueId, size: number, width: number, keep: boolean): ValueId {
  const valid = o.and(o.op('GreaterOrEqual', [x, o.scalar(0)]), o.op('Less', [x, o.scalar(size)]));
  const code = o.where(valid, o.op('Floor', [x]), o.scalar(size));
  const hot = o.cast(o.op('Equal', [code, o.doubles(range(width))]), 'double');
  return keep ? hot : o.where(valid, hot, o.scalar(NaN));
}

function splitsOf(p: Params, count: number): number[][] {
  const one = p.numbers('splits');
  const all = p.lists('splitsArray') ?? (one ? [Array.from(one)] : []);
  if (all.length !== count || all.some((s) => s.length < 3)) damaged('splits', 'there are not enough splits');
  return all;
}

/** x in [split i, split i + 1) is bucket i, the last one closed; NaN has one of its own where it is kept. */
function bucketizer(c: Lowering): Column[] {
  const mode = c.p.text('handleInvalid', 'error');
  if (mode !== 'keep') c.invalid(mode);
  const all = splitsOf(c.p, c.inputs.length);
  return c.inputs.map((_, i) => number(bucket(c, c.x(i), all[i]!, mode === 'keep'), { nominal: true }));
}

function bucket({ o }: Lowering, x: ValueId, splits: readonly number[], keep: boolean): ValueId {
  const inner = splits.slice(1, -1);
  let past = o.op('GreaterOrEqual', [x, o.doubles(inner)]);
  const zero = inner.findIndex((s) => Object.is(s, 0));
  if (zero >= 0) {
    // Java's search orders -0.0 below 0.0.
    const negative = o.op('Less', [o.div(o.scalar(1), x), o.scalar(0)]);
    const atZero = o.and(o.op('Equal', [x, o.scalar(0)]), negative);
    const column = o.constant({
      dtype: 'bool',
      dims: [1, inner.length],
      values: Uint8Array.from(inner, (_, i) => Number(i === zero)),
    });
    past = o.and(past, o.not(o.and(atZero, column)));
  }
  const count = o.sum(o.cast(past, 'double'));
  const inside = o.and(
    o.op('GreaterOrEqual', [x, o.scalar(splits[0]!)]),
    o.op('LessOrEqual', [x, o.scalar(splits.at(-1)!)]),
  );
  const bounded = o.where(inside, count, o.scalar(NaN));
  return keep ? o.where(o.isNaN(x), o.scalar(splits.length - 1), bounded) : bounded;
}

/** Value -> category of each categorical feature, as `features`, `offsets`, `values`, `codes`. */
async function categoryMaps(folder: ModelFolder, { uid, json }: Metadata) {
  const [row] = await folder.rows('data', uid);
  const where = `${uid}.categoryMaps`;
  const maps = entriesOf(row?.['categoryMaps'], where).sort((a, b) => a[0] - b[0]);
  const pairs = maps.map(([, map]) => entriesOf(map, where).map(([v, code]) => [v, Number(code)] as const));
  const offsets = [0];
  for (const list of pairs) offsets.push(offsets.at(-1)! + list.length);
  return {
    numFeatures: attribute(Number(row?.['numFeatures'] ?? json['numFeatures'] ?? 0)),
    features: doubles(maps.map(([feature]) => feature)),
    offsets: doubles(offsets),
    values: doubles(pairs.flat().map(([v]) => v)),
    codes: doubles(pairs.flat().map(([, code]) => code)),
  };
}

/** A Parquet map: an object by key, or a list of {key, value}. */
function entriesOf(value: unknown, where: string): [number, unknown][] {
  if (value instanceof Map) return [...value].map(([k, v]) => [Number(k), v]);
  if (Array.isArray(value))
    return value.map((e: { key?: unknown; value?: unknown }) => [Number(e?.key), e?.value] as [number, unknown]);
  if (typeof value === 'object' && value !== null) return Object.entries(value).map(([k, v]) => [Number(k), v]);
  return damaged(where, 'a map is wanted');
}

function vectorIndexer(c: Lowering): Column[] {
  const { o, p } = c;
  const mode = p.text('handleInvalid', 'error');
  if (mode !== 'keep') c.invalid(mode);
  const width = p.number('numFeatures', 0);
  const [features, offsets, values, codes] = ['features', 'offsets', 'values', 'codes'].map((n) => p.learned(n));
  const x = c.features(width);
  const at = new Map(Array.from(features!, (f, i) => [f, i]));
  const columns = range(width).map((f) => {
    const column = o.columns(x, [f]);
    const i = at.get(f);
    if (i === undefined) return column;
    const known = values!.slice(offsets![i]!, offsets![i + 1]!);
    const own = codes!.slice(offsets![i]!, offsets![i + 1]!);
    const hit = o.cast(o.op('Equal', [column, o.doubles(known)]), 'double');
    const code = o.sum(o.mul(hit, o.doubles(own)));
    const missed = o.op('Equal', [o.sum(hit), o.scalar(0)]);
    return o.where(missed, o.scalar(mode === 'keep' ? known.length : NaN), code);
  });
  return [vector(width === 1 ? columns[0]! : o.concat(columns), width, { nominal: true })];
}

/** For each column the categories, how many rows each had, and the sum (binary) or mean (continuous) of their targets. */
async function targetStatistics(folder: ModelFolder, { uid }: Metadata) {
  const rows = [...(await folder.rows('data', uid))].sort((a, b) => Number(a['index']) - Number(b['index']));
  const part = (i: number, name: string) => doubles(numbersOf(rows[i]![name], `${uid}.${name}`));
  return Object.fromEntries(
    rows.flatMap((_, i) => ['categories', 'counts', 'stats'].map((name) => [`${name}_${i}`, part(i, name)] as const)),
  );
}

/** What stands for all rows together among the categories. */
const ALL_ROWS = 2147483647;

/** The mean target of each category drawn towards that of all rows by the smoothing. */
function targetColumn(c: Lowering, i: number): Column {
  const { o, p } = c;
  const categories = p.learned(`categories_${i}`);
  const counts = p.sized(`counts_${i}`, categories.length);
  const stats = p.sized(`stats_${i}`, categories.length);
  const smoothing = p.number('smoothing', 0);
  const means = stats.map((v, k) => (p.text('targetType', 'binary') === 'binary' ? v / counts[k]! : v));
  const overall =
    means[categories.indexOf(ALL_ROWS)] ?? damaged(`categories_${i}`, 'the mean of all rows is not there');
  const share = (k: number) => counts[k]! / (counts[k]! + smoothing);
  const encoded = means.map((v, k) => share(k) * v + (1 - share(k)) * overall);
  const hits = o.cast(o.op('Equal', [c.x(i), o.doubles(categories)]), 'double');
  const missed = o.op('Equal', [o.sum(hits), o.scalar(0)]);
  const unknown = p.text('handleInvalid', 'error') === 'keep' ? overall : NaN;
  return number(o.where(missed, o.scalar(unknown), o.sum(o.mul(hits, o.doubles(encoded)))));
}

function targetEncoder(c: Lowering): Column[] {
  const mode = c.p.text('handleInvalid', 'error');
  if (mode !== 'keep') c.invalid(mode);
  return c.inputs.map((_, i) => targetColumn(c, i));
}

export const ENCODERS: readonly StageRow[] = [
  {
    ops: ['StringIndexerModel'],
    family,
    notes: 'handleInvalid keep as in Spark; error and skip give NaN. Columns of numbers too.',
    inputs: indexerInputs,
    outputs: columnsOut('number'),
    data: indexerLabels,
    lower: stringIndexer,
  },
  {
    ops: ['IndexToString'],
    family,
    notes: 'Labels of its own, or those of the StringIndexer that made its input.',
    inputs: columnsIn('number'),
    outputs: columnsOut('text'),
    lower: indexToString,
  },
  {
    ops: ['OneHotEncoderModel'],
    family,
    notes: 'dropLast, handleInvalid keep; error gives a row of NaN.',
    inputs: columnsIn('number'),
    outputs: columnsOut('vector'),
    data: categorySizes,
    lower: oneHot,
  },
  {
    ops: ['Bucketizer'],
    family,
    notes: 'Also what QuantileDiscretizer makes. Values out of bounds give NaN.',
    inputs: columnsIn('number'),
    outputs: columnsOut('number'),
    lower: bucketizer,
  },
  {
    ops: ['VectorIndexerModel'],
    family,
    notes: 'handleInvalid keep as in Spark; error and skip give NaN.',
    inputs: columnsIn('vector'),
    outputs: columnsOut('vector'),
    data: categoryMaps,
    lower: vectorIndexer,
  },
  {
    ops: ['TargetEncoderModel'],
    family,
    notes: 'Of Spark 4; handleInvalid keep as in Spark; error gives NaN.',
    inputs: columnsIn('number'),
    outputs: columnsOut('number'),
    data: targetStatistics,
    lower: targetEncoder,
  },
];
