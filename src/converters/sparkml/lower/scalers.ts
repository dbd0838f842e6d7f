/** Scalers and other transformers that compute each feature by itself. */
import { vectorOf } from '../values.ts';
import { doubles } from '../params.ts';
import { columnsIn, columnsOut, number, refuse, vector, type Column, type Lowering, type StageRow } from '../stage.ts';
import type { ModelFolder, Metadata } from '../folder.ts';
import type { ValueId } from '../../../graph-model/core/model.ts';

const family = 'Scaling';
const ports = { inputs: columnsIn('vector'), outputs: columnsOut('vector') };

/** Vectors of the one row of data. */
export const vectorsOf =
  (...names: readonly string[]) =>
  async (folder: ModelFolder, { uid }: Metadata) => {
    const [row] = await folder.rows('data', uid);
    return Object.fromEntries(names.map((name) => [name, doubles(vectorOf(row?.[name], `${uid}.${name}`))]));
  };

const inverse = (v: number, ofZero: number) => (v === 0 ? ofZero : 1 / v);

/** (x - shift)·scale, either left out. */
function shifted(c: Lowering, width: number, shift: Float64Array | null, scale: Float64Array | null): Column[] {
  let x = c.features(width);
  if (shift) x = c.o.sub(x, c.o.doubles(shift));
  if (scale) x = c.o.mul(x, c.o.doubles(scale));
  return [vector(x, width)];
}

function standard(c: Lowering): Column[] {
  const std = c.p.learned('std');
  const mean = c.p.flag('withMean', false) ? c.p.sized('mean', std.length) : null;
  return shifted(c, std.length, mean, c.p.flag('withStd', true) ? std.map((v) => inverse(v, 0)) : null);
}

function robust(c: Lowering): Column[] {
  const range = c.p.learned('range');
  const median = c.p.flag('withCentering', false) ? c.p.sized('median', range.length) : null;
  return shifted(c, range.length, median, c.p.flag('withScaling', true) ? range.map((v) => inverse(v, 0)) : null);
}

/** A constant feature becomes the middle of the range, NaN stays NaN. */
function minMax(c: Lowering): Column[] {
  const { o, p } = c;
  const low = p.learned('originalMin');
  const high = p.sized('originalMax', low.length);
  const [min, max] = [p.number('min', 0), p.number('max', 1)];
  const scale = low.map((v, i) => (high[i] === v ? 0 : (max - min) / (high[i]! - v)));
  const x = c.features(low.length);
  const scaled = o.add(o.mul(o.sub(x, o.doubles(low)), o.doubles(scale)), o.scalar(min));
  if (!scale.includes(0)) return [vector(scaled, low.length)];
  const flat = o.constant({
    dtype: 'bool',
    dims: [1, low.length],
    values: Uint8Array.from(scale, (s) => Number(s === 0)),
  });
  const constant = o.and(flat, o.not(o.isNaN(x)));
  return [vector(o.where(constant, o.scalar((min + max) / 2), scaled), low.length)];
}

function norm({ o }: Lowering, x: ValueId, p: number): ValueId {
  const size = o.op('Abs', [x]);
  if (p === Infinity) return o.op('GatherElements', [size, o.argMax(size)], { axis: 1 });
  if (p === 1) return o.sum(size);
  if (p === 2) return o.op('Sqrt', [o.sum(o.mul(x, x))]);
  return o.op('Pow', [o.sum(o.op('Pow', [size, o.scalar(p)])), o.scalar(1 / p)]);
}

function normalizer(c: Lowering): Column[] {
  const { o } = c;
  const x = c.x();
  const size = norm(c, x, c.p.number('p', 2));
  const safe = o.where(o.op('Equal', [size, o.scalar(0)]), o.scalar(1), size);
  return [vector(o.div(x, safe), c.inputs[0]!.width)];
}

/** Numbers and vectors alike; `thresholds` go with `inputCols`. */
function binarizer(c: Lowering): Column[] {
  const { o, p } = c;
  const each = p.numbers('thresholds');
  return c.inputs.map((input, i) => {
    const limit = each?.[i] ?? p.number('threshold', 0);
    const value = o.cast(o.op('Greater', [c.x(i), o.scalar(limit)]), 'double');
    return input.kind === 'number' ? number(value) : vector(value, input.width);
  });
}

function elementwise(c: Lowering): Column[] {
  const by = c.p.learned('scalingVec');
  return shifted(c, by.length, null, by);
}

function maxAbs(c: Lowering): Column[] {
  const most = c.p.learned('maxAbs');
  return shifted(
    c,
    most.length,
    null,
    most.map((v) => inverse(v, 1)),
  );
}

function idf(c: Lowering): Column[] {
  const by = c.p.learned('idf');
  return shifted(c, by.length, null, by);
}

/** Surrogates by input column, from the one row that has a column for each. */
async function surrogates(folder: ModelFolder, { uid, params }: Metadata) {
  const [row] = await folder.rows('data', uid);
  const names = (params['inputCols'] as string[] | undefined) ?? [String(params['inputCol'] ?? '')];
  const values = names.map((name) => {
    const v = row?.[name];
    return typeof v === 'number' || typeof v === 'bigint' ? Number(v) : NaN;
  });
  return { surrogates: doubles(values) };
}

/** NaN stands for a missing value; where `missingValue` is a number, Spark replaces nulls too, which ONNX has not. */
function imputer(c: Lowering): Column[] {
  const { o, p } = c;
  const by = p.sized('surrogates', c.inputs.length);
  const missing = p.number('missingValue', NaN);
  return c.inputs.map((_, i) => {
    const x = c.x(i);
    const test = Number.isNaN(missing) ? o.isNaN(x) : o.op('Equal', [x, o.scalar(missing)]);
    if (Number.isNaN(by[i]!)) return refuse('it has no surrogate for one of its columns');
    return number(o.where(test, o.scalar(by[i]!), x));
  });
}

export const SCALERS: readonly StageRow[] = [
  { ops: ['StandardScalerModel'], family, notes: '', ...ports, data: vectorsOf('std', 'mean'), lower: standard },
  {
    ops: ['MinMaxScalerModel'],
    family,
    notes: '',
    ...ports,
    data: vectorsOf('originalMin', 'originalMax'),
    lower: minMax,
  },
  { ops: ['MaxAbsScalerModel'], family, notes: '', ...ports, data: vectorsOf('maxAbs'), lower: maxAbs },
  { ops: ['RobustScalerModel'], family, notes: '', ...ports, data: vectorsOf('range', 'median'), lower: robust },
  { ops: ['Normalizer'], family, notes: 'Any p, infinity too.', ...ports, lower: normalizer },
  { ops: ['ElementwiseProduct'], family, notes: '', ...ports, lower: elementwise },
  { ops: ['IDFModel'], family: 'Text', notes: '', ...ports, data: vectorsOf('idf'), lower: idf },
  {
    ops: ['Binarizer'],
    family,
    notes: 'One column or several, numbers or vectors.',
    inputs: columnsIn('any'),
    outputs: columnsOut('any'),
    lower: binarizer,
  },
  {
    ops: ['ImputerModel'],
    family,
    notes: 'NaN is what is missing: ONNX has no null.',
    inputs: columnsIn('number'),
    outputs: columnsOut('number'),
    data: surrogates,
    lower: imputer,
  },
];
