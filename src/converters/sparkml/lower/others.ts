/** Isotonic regression, one-vs-rest, and classes that ONNX cannot express. */
import type { Metadata, ModelFolder } from '../folder.ts';
import { doubles, type Params } from '../params.ts';
import {
  classified,
  classifierOut,
  columnsIn,
  columnsOut,
  featuresIn,
  number,
  predictionOut,
  vector,
  type Column,
  type InPort,
  type Lowering,
  type StageRow,
} from '../stage.ts';
import type { ValueId } from '../../../graph-model/core/model.ts';
import { damaged, numberOf, numbersOf } from '../values.ts';
import { label } from './heads.ts';

async function steps(folder: ModelFolder, { uid }: Metadata) {
  const [row] = await folder.rows('data', uid);
  return {
    boundaries: doubles(numbersOf(row?.['boundaries'], `${uid}.boundaries`)),
    predictions: doubles(numbersOf(row?.['predictions'], `${uid}.predictions`)),
  };
}

/** Linear between the boundaries, constant beyond; NaN sorts behind everything, as Java's search has it. */
function isotonic(c: Lowering): Column[] {
  const { o, p, inputs } = c;
  const b = p.learned('boundaries');
  const y = p.sized('predictions', b.length);
  if (b.length === 0) return damaged('boundaries', 'there are none');
  const x = inputs[0]!.kind === 'vector' ? o.columns(c.x(), [p.number('featureIndex', 0)]) : c.x();
  const passed = o.sum(o.cast(o.op('GreaterOrEqual', [x, o.doubles(b)]), 'double'));
  const clipped = (shift: number) =>
    o.cast(o.op('Clip', [o.add(passed, o.scalar(shift)), o.scalar(0), o.scalar(b.length - 1)]), 'int64');
  const pick = (list: Float64Array, at: ReturnType<typeof clipped>) =>
    o.op('Gather', [o.doubles(list, [list.length]), at], { axis: 0 });
  const [below, above] = [clipped(-1), clipped(0)];
  const [x1, y1, x2, y2] = [pick(b, below), pick(y, below), pick(b, above), pick(y, above)];
  const between = o.add(y1, o.div(o.mul(o.sub(y2, y1), o.sub(x, x1)), o.sub(x2, x1)));
  const first = o.where(o.op('Less', [x, o.scalar(b[0]!)]), o.scalar(y[0]!), between);
  const last = o.or(o.op('GreaterOrEqual', [x, o.scalar(b.at(-1)!)]), o.isNaN(x));
  return [number(o.where(last, o.scalar(y.at(-1)!), first))];
}

/** The models of the classes stand before it as stages of their own; it reads their raw predictions. */
function rawInputs(p: Params): InPort[] {
  return (p.strings('rawColumns') ?? []).map((column) => ({ column, kind: 'vector' }));
}

function oneVsRest(c: Lowering): Column[] {
  const { o } = c;
  const raw = o.concat(c.inputs.map((_, i) => o.columns(c.x(i), [1])));
  return classified(c, { raw: vector(raw, c.inputs.length), label: label(c, o.argMax(raw)) });
}

/** A table of ids and one of their factors, for users and for items. */
async function factors(folder: ModelFolder, { uid }: Metadata) {
  const side = async (name: string) => {
    const rows = await folder.rows(`${name}Factors`, uid);
    const vectors = rows.map((r) => numbersOf(r['features'], `${uid}.${name}Factors`));
    const rank = vectors[0]?.length ?? 0;
    if (rank === 0 || vectors.some((v) => v.length !== rank))
      damaged(`${uid}.${name}Factors`, 'factors differ in number');
    return {
      [`${name}Ids`]: doubles(rows.map((r) => numberOf(r['id'], `${uid}.id`))),
      [`${name}Factors`]: doubles(vectors.flat(), [rows.length, rank]),
    };
  };
  return { ...(await side('user')), ...(await side('item')) };
}

const pairIn = (p: Params): InPort[] => [
  { column: p.text('userCol', 'user'), kind: 'id' },
  { column: p.text('itemCol', 'item'), kind: 'id' },
];

/** [N, rank]: the factors of each id; NaN for one that is not known. */
function lookedUp(c: Lowering, input: number, side: string): ValueId {
  const { o, p } = c;
  const ids = p.learned(`${side}Ids`);
  const { rows, columns, values } = p.matrix(`${side}Factors`);
  if (ids.length !== rows) return damaged(`${side}Factors`, 'there are not as many ids as factors');
  const { value, dtype } = c.inputs[input]!;
  const at = o.ml('LabelEncoder', [dtype === 'int64' ? value : o.cast(value, 'int64')], {
    keys_int64s: { kind: 'ints', value: BigInt64Array.from(ids, BigInt) },
    values_int64s: { kind: 'ints', value: BigInt64Array.from(ids, (_, i) => BigInt(i)) },
    default_int64: rows,
  });
  const all = o.doubles([...values, ...new Array<number>(columns).fill(NaN)], [rows + 1, columns]);
  return o.op('Gather', [all, o.op('Squeeze', [at, o.ints([1])])], { axis: 0 });
}

function recommendation(c: Lowering): Column[] {
  if (c.p.text('coldStartStrategy', 'nan') === 'drop') c.invalid('skip');
  return [number(c.o.sum(c.o.mul(lookedUp(c, 0, 'user'), lookedUp(c, 1, 'item'))))];
}

const refused = (family: string, notes: string, ...ops: readonly string[]): StageRow => ({
  ops,
  family,
  notes,
  inputs: (p) => (p.inputColumns().length > 0 ? columnsIn('any')(p) : featuresIn(p)),
  outputs: (p) => (p.has('inputCol') || p.has('inputCols') ? columnsOut('vector')(p) : [...predictionOut(p)]),
});

const MURMUR = 'it hashes with MurmurHash3, and no ONNX operator hashes texts the same way';
const MIXED =
  'it hashes texts with MurmurHash3, and which of its columns hold texts, and which numbers, is not saved with it';

export const OTHERS: readonly StageRow[] = [
  {
    ops: ['IsotonicRegressionModel'],
    family: 'Other models',
    notes: '',
    inputs: (p) => [{ column: p.text('featuresCol', 'features'), kind: 'any' }],
    outputs: predictionOut,
    data: steps,
    lower: isotonic,
  },
  {
    ops: ['OneVsRestModel'],
    family: 'Other models',
    notes: 'Over every classifier listed here.',
    inputs: rawInputs,
    outputs: classifierOut(false),
    lower: oneVsRest,
  },
  refused('Text', MURMUR, 'HashingTF'),
  refused('Text', MIXED, 'FeatureHasher'),
  refused(
    'Clustering',
    'its topics come of an iteration that begins with random numbers',
    'LocalLDAModel',
    'DistributedLDAModel',
  ),
  {
    ops: ['ALSModel'],
    family: 'Other models',
    notes:
      'The rating of a user and an item; NaN where one is unknown, be they dropped or not. The lists of the best are not part of it.',
    inputs: pairIn,
    outputs: predictionOut,
    data: factors,
    lower: recommendation,
  },
  refused('Other models', 'it finds item sets, which are lists of any length', 'FPGrowthModel'),
  refused('Other models', 'it runs SQL, which can make, change and drop any column and row', 'SQLTransformer'),
  refused(
    'Categories',
    'the number of its categories is in the data, not in the files; OneHotEncoderModel has it',
    'OneHotEncoder',
  ),
];
