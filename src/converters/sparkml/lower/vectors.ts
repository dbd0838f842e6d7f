/** Vectors put together, cut, and multiplied out. */
import type { ValueId } from '../../../graph-model/core/model.ts';
import type { Metadata, ModelFolder } from '../folder.ts';
import { doubles, matrix } from '../params.ts';
import { columnsIn, columnsOut, refuse, vector, type Column, type Lowering, type StageRow } from '../stage.ts';
import { matrixOf, numbersOf, vectorOf } from '../values.ts';

const family = 'Vectors';
const ports = { inputs: columnsIn('vector'), outputs: columnsOut('vector') };

function assembler(c: Lowering): Column[] {
  const { o, inputs } = c;
  const mode = c.p.text('handleInvalid', 'error');
  if (mode !== 'keep') c.invalid(mode);
  const width = inputs.reduce<number | null>((sum, i) => (sum === null || i.width === null ? null : sum + i.width), 0);
  const nominal = inputs.some((i) => i.nominal === true);
  // Values that come in as float32 and are only passed on stay so: trees compare them as they are.
  const plain = inputs.every((i) => i.dtype === 'float');
  const values = inputs.map((i, at) => (plain ? i.value : c.x(at)));
  const open = openInputs(inputs);
  return [vector(o.concat(values), width, { nominal, dtype: plain ? 'float' : 'double', ...(open ? { open } : {}) })];
}

/** Inputs of the model itself whose width is not known, where all others are. */
function openInputs(inputs: readonly Column[]): Column['open'] {
  const unknown = inputs.filter((i) => i.width === null);
  if (unknown.length === 0 || unknown.some((i) => i.dtype !== 'float')) return undefined;
  return { inputs: unknown.map((i) => i.value), known: inputs.reduce((sum, i) => sum + (i.width ?? 0), 0) };
}

function chosen(c: Lowering, indices: ArrayLike<number>): Column[] {
  const { width, dtype } = c.inputs[0]!;
  const most = Math.max(-1, ...Array.from(indices));
  if (width !== null && most >= width) refuse(`it takes feature ${most} of ${width}`);
  return [vector(c.o.columns(c.inputs[0]!.value, indices), indices.length, { dtype })];
}

function slicer(c: Lowering): Column[] {
  if ((c.p.strings('names') ?? []).length > 0) refuse('it takes features by names, which the files do not hold');
  return chosen(c, c.p.numbers('indices') ?? []);
}

async function selectedFeatures(folder: ModelFolder, { uid }: Metadata) {
  const rows = await folder.rows('data', uid);
  const list = rows.flatMap((r) => numbersOf(r['selectedFeatures'], `${uid}.selectedFeatures`));
  return { selectedFeatures: doubles(list.sort((a, b) => a - b)) };
}

async function components(folder: ModelFolder, { uid }: Metadata) {
  const [row] = await folder.rows('data', uid);
  const explained = row?.['explainedVariance'];
  return {
    pc: matrix(matrixOf(row?.['pc'], `${uid}.pc`)),
    ...(explained ? { explainedVariance: doubles(vectorOf(explained, `${uid}.explainedVariance`)) } : {}),
  };
}

function pca(c: Lowering): Column[] {
  const { rows, columns, values } = c.p.matrix('pc');
  return [vector(c.o.op('Gemm', [c.features(rows), c.o.doubles(values, [rows, columns])]), columns)];
}

/** How many columns a value has, as [1] int64. */
function widthOf({ o }: Lowering, x: ValueId): ValueId {
  return o.op('Shape', [x], { start: 1, end: 2 });
}

/** 0, 1 … n - 1 as int64; `n` is [1] int64. */
function counted({ o }: Lowering, n: ValueId): ValueId {
  return o.op('Range', [o.ints([0], []), o.op('Squeeze', [n]), o.ints([1], [])]);
}

/**
 * A term is a non-increasing tuple of `degree` indices, 0 for the constant 1; Spark's order of terms is the order of the
 * tuples, so that the places of a mask over all tuples give them, however many features there are.
 */
function polynomial(c: Lowering): Column[] {
  const { o } = c;
  const degree = c.p.number('degree', 2);
  if (!(degree >= 1 && degree <= 6)) return refuse(`degree ${degree} is beyond 6`);
  const x = c.x();
  const one = o.op('Expand', [o.doubles([1]), o.concat([o.op('Shape', [x], { start: 0, end: 1 }), o.ints([1])], 0)]);
  const withOne = o.concat([one, x]);
  const index = counted(c, widthOf(c, withOne));
  const along = (axis: number) =>
    o.op('Reshape', [index, o.ints(Array.from({ length: degree }, (_, i) => (i === axis ? -1 : 1)))]);
  let mask = o.op('Greater', [along(0), o.ints([0], [])]);
  for (let i = 1; i < degree; i++) mask = o.and(mask, o.op('GreaterOrEqual', [along(i - 1), along(i)]));
  const tuples = o.op('NonZero', [mask]);
  const factor = (i: number) => {
    const row = o.op('Squeeze', [o.op('Slice', [tuples, o.ints([i]), o.ints([i + 1]), o.ints([0])]), o.ints([0])]);
    return o.op('Gather', [withOne, row], { axis: 1 });
  };
  let product = factor(0);
  for (let i = 1; i < degree; i++) {
    // Once a product is zero Spark multiplies no further, be the next factor infinite.
    const zero = o.op('Equal', [product, o.scalar(0)]);
    product = o.where(zero, o.scalar(0), o.mul(product, factor(i)));
  }
  const { width } = c.inputs[0]!;
  return [vector(product, width === null ? null : terms(width, degree))];
}

/** Terms of a full polynomial without its constant: C(width + degree, degree) - 1. */
function terms(width: number, degree: number): number {
  let n = 1;
  for (let i = 1; i <= degree; i++) n = (n * (width + i)) / i;
  return Math.round(n) - 1;
}

/** The orthonormal DCT-II: y = M·x, M[k][j] = s(k)·cos(π(2j + 1)k / 2n); its inverse is the transpose. */
function dct(c: Lowering): Column[] {
  const { o } = c;
  const x = c.x();
  const index = o.cast(counted(c, widthOf(c, x)), 'double');
  const k = o.op('Unsqueeze', [index, o.ints([1])]);
  const n = o.cast(o.op('Squeeze', [widthOf(c, x)]), 'double');
  const odd = o.add(o.mul(index, o.scalar(2)), o.scalar(1));
  const angle = o.div(o.mul(o.mul(k, odd), o.scalar(Math.PI / 2)), n);
  const first = o.where(o.op('Equal', [k, o.scalar(0)]), o.scalar(1), o.scalar(2));
  const scale = o.op('Sqrt', [o.div(first, n)]);
  const m = o.mul(o.op('Cos', [angle]), scale);
  const by = c.p.flag('inverse', false) ? m : o.op('Transpose', [m], { perm: [1, 0] });
  return [vector(o.op('Gemm', [x, by]), c.inputs[0]!.width)];
}

/** All products of one entry of each input, the first input slowest. */
function interaction(c: Lowering): Column[] {
  const { o, inputs } = c;
  const parts = inputs.map((_, i) => expanded(c, i));
  let out = parts[0]!.value;
  for (const { value } of parts.slice(1)) {
    const left = o.op('Unsqueeze', [out, o.ints([2])]);
    const right = o.op('Unsqueeze', [value, o.ints([1])]);
    const rows = o.op('Shape', [out], { start: 0, end: 1 });
    const wide = o.op('Mul', [widthOf(c, out), widthOf(c, value)]);
    out = o.op('Reshape', [o.mul(left, right), o.concat([rows, wide], 0)]);
  }
  const width = parts.reduce<number | null>((n, i) => (n === null || i.width === null ? null : n * i.width), 1);
  return [vector(out, width)];
}

/** Category codes become a column for each category; Spark takes their number from the schema, here it is the indexer's. */
function expanded(c: Lowering, i: number): { value: ValueId; width: number | null } {
  const { nominal, categories, width, kind } = c.inputs[i]!;
  const x = c.x(i);
  if (!nominal) return { value: x, width };
  if (categories === undefined || kind !== 'number')
    return refuse('it expands category codes by metadata that the files do not hold');
  const codes = Array.from({ length: categories }, (_, k) => k);
  return { value: c.o.cast(c.o.op('Equal', [x, c.o.doubles(codes)]), 'double'), width: categories };
}

/** Random unit vectors, one a hash: a matrix since Spark 2.1. */
async function unitVectors(folder: ModelFolder, { uid }: Metadata) {
  const [row] = await folder.rows('data', uid);
  return { randUnitVectors: matrix(matrixOf(row?.['randUnitVectors'], `${uid}.randUnitVectors`)) };
}

function randomProjection(c: Lowering): Column[] {
  const { o, p } = c;
  const m = p.matrix('randUnitVectors');
  const along = o.times(c.features(m.columns), m);
  return [vector(o.op('Floor', [o.div(along, o.scalar(p.number('bucketLength', 1)))]), m.rows)];
}

/** Pairs of coefficients, one after the other. */
async function coefficients(folder: ModelFolder, { uid }: Metadata) {
  const [row] = await folder.rows('data', uid);
  const flat = numbersOf(row?.['randCoefficients'], `${uid}.randCoefficients`);
  const every = (first: number) => doubles(flat.filter((_, i) => i % 2 === first));
  return { randCoefficientsA: every(0), randCoefficientsB: every(1) };
}

const HASH_PRIME = 2038074743;

/** The least of ((1 + i)·a + b) mod a prime over the places i of a row that are not zero, for each pair (a, b). */
function minHash(c: Lowering): Column[] {
  const { o, p } = c;
  const a = p.learned('randCoefficientsA');
  const b = p.sized('randCoefficientsB', a.length);
  const x = c.x();
  const place = o.op('Unsqueeze', [o.add(counted(c, widthOf(c, x)), o.ints([1], [])), o.ints([0])]);
  const product = o.mul(place, o.ints(a, [a.length, 1]));
  const hash = o.op('Mod', [o.add(product, o.ints(b, [b.length, 1])), o.ints([HASH_PRIME], [])]);
  const there = o.op('Unsqueeze', [o.not(o.op('Equal', [x, o.scalar(0)])), o.ints([1])]);
  const kept = o.where(there, o.cast(hash, 'double'), o.scalar(HASH_PRIME));
  return [vector(o.op('ReduceMin', [kept], { axes: [2], keepdims: 0 }), a.length)];
}

const selector = { family, data: selectedFeatures, lower: (c: Lowering) => chosen(c, c.p.learned('selectedFeatures')) };
const selectorPorts = {
  inputs: (p: Parameters<typeof ports.inputs>[0]) => [
    { column: p.text('featuresCol', 'features'), kind: 'vector' as const },
  ],
  outputs: ports.outputs,
};

export const VECTORS: readonly StageRow[] = [
  {
    ops: ['VectorAssembler'],
    family,
    notes: 'NaN is passed on whatever handleInvalid says.',
    inputs: columnsIn('any'),
    outputs: columnsOut('vector'),
    lower: assembler,
  },
  { ops: ['VectorSlicer'], family, notes: 'By indices; names are refused.', ...ports, lower: slicer },
  { ops: ['PCAModel'], family, notes: '', ...ports, data: components, lower: pca },
  { ops: ['PolynomialExpansion'], family, notes: 'Up to degree 6.', ...ports, lower: polynomial },
  { ops: ['DCT'], family, notes: 'Both directions.', ...ports, lower: dct },
  {
    ops: ['Interaction'],
    family,
    notes: 'Numbers, vectors, and the codes of a StringIndexer in the same pipeline.',
    inputs: columnsIn('any'),
    outputs: columnsOut('vector'),
    lower: interaction,
  },
  {
    ops: ['BucketedRandomProjectionLSHModel'],
    family,
    notes: 'The hashes of all tables as one vector; the joins by likeness are not part of it.',
    ...ports,
    data: unitVectors,
    lower: randomProjection,
  },
  {
    ops: ['MinHashLSHModel'],
    family,
    notes: 'The hashes of all tables as one vector; the joins by likeness are not part of it.',
    ...ports,
    data: coefficients,
    lower: minHash,
  },
  { ops: ['ChiSqSelectorModel'], notes: '', ...selector, ...selectorPorts },
  { ops: ['UnivariateFeatureSelectorModel'], notes: '', ...selector, ...selectorPorts },
  { ops: ['VarianceThresholdSelectorModel'], notes: '', ...selector, ...selectorPorts },
];
