/** Scalers, vectors and categories, by the formulas of Spark's documentation. Where Spark would stop, NaN. */
import type { Params } from '../params.ts';
import {
  dot,
  eachNumber,
  eachVector,
  matrixRow,
  notHere,
  numbers,
  numbersOf,
  rowsOf,
  sum,
  vectors,
  type Evaluate,
} from './data.ts';

const orOne = (v: number) => (v === 0 ? 1 : v);

/** (x - shift)·scale: Spark multiplies by the reciprocal, which counts where a threshold follows. */
const shiftScale =
  (shift: Float64Array | null, scale: Float64Array | null) =>
  (x: Float64Array): Float64Array =>
    x.map((v, i) => (v - (shift?.[i] ?? 0)) * (scale?.[i] ?? 1));

const reciprocal = (values: Float64Array, ofZero: number) => values.map((v) => (v === 0 ? ofZero : 1 / v));

export const standardScaler = eachVector((p) =>
  shiftScale(
    p.flag('withMean', false) ? p.learned('mean') : null,
    p.flag('withStd', true) ? reciprocal(p.learned('std'), 0) : null,
  ),
);

export const robustScaler = eachVector((p) =>
  shiftScale(
    p.flag('withCentering', false) ? p.learned('median') : null,
    p.flag('withScaling', true) ? reciprocal(p.learned('range'), 0) : null,
  ),
);

export const maxAbsScaler = eachVector((p) => shiftScale(null, reciprocal(p.learned('maxAbs'), 1)));

export const minMaxScaler = eachVector((p) => {
  const [low, high] = [p.learned('originalMin'), p.learned('originalMax')];
  const [min, max] = [p.number('min', 0), p.number('max', 1)];
  return (x) =>
    x.map((v, i) => {
      if (low[i] === high[i]) return Number.isNaN(v) ? v : (min + max) / 2;
      return (v - low[i]!) * ((max - min) / (high[i]! - low[i]!)) + min;
    });
});

const timesVector = (name: string) => eachVector((p) => (x) => x.map((v, i) => v * p.learned(name)[i]!));
export const elementwise = timesVector('scalingVec');
export const idf = timesVector('idf');

export const normalizer = eachVector((p) => {
  const order = p.number('p', 2);
  return (x) => {
    const sizes = Array.from(x, Math.abs);
    const norm =
      order === Infinity
        ? Math.max(...sizes)
        : order === 1
          ? sum(sizes)
          : sum(sizes.map((v) => v ** order)) ** (1 / order);
    return x.map((v) => v / orOne(norm));
  };
});

export const binarizer: Evaluate = (s) => ({
  columns: s.inputs.map((data, i) => {
    const limit = s.p.numbers('thresholds')?.[i] ?? s.p.number('threshold', 0);
    const cut = (v: number) => Number(v > limit);
    return data.kind === 'vector' ? vectors(data.rows.map((r) => r.map(cut))) : numbers(numbersOf(data).map(cut));
  }),
});

export const imputer = eachNumber((p, i) => {
  const [fill, missing] = [p.learned('surrogates')[i]!, p.number('missingValue', NaN)];
  return (v) => ((Number.isNaN(missing) ? Number.isNaN(v) : v === missing) ? fill : v);
});

// Vectors

export const assembler: Evaluate = (s) => {
  const parts = s.inputs.map((_, i) => rowsOf(s, i));
  return { columns: [vectors(Array.from({ length: s.rows }, (_, r) => parts.flatMap((p) => [...p[r]!])))] };
};

const picked = (indices: ArrayLike<number>) => (x: Float64Array) =>
  Array.from(indices, (i) => x[i] ?? notHere(`feature ${i} of ${x.length}`));

export const slicer = eachVector((p) => picked(p.numbers('indices') ?? []));
export const selector = eachVector((p) => picked(p.learned('selectedFeatures')));

export const pca = eachVector((p) => {
  const m = p.matrix('pc');
  const columns = Array.from({ length: m.columns }, (_, k) =>
    Float64Array.from({ length: m.rows }, (_, i) => m.values[i * m.columns + k]!),
  );
  return (x) => columns.map((c) => dot(c, x));
});

/** All monomials up to a degree but the constant, in the order of Spark: by the last feature first. */
export const polynomial = eachVector((p) => {
  const degree = p.number('degree', 2);
  const expand = (x: Float64Array, last: number, left: number, factor: number, out: number[]): void => {
    if (left === 0 || last < 0) return void out.push(factor);
    let power = factor;
    for (let i = 0; i <= left; i++, power = power === 0 ? 0 : power * x[last]!)
      expand(x, last - 1, left - i, power, out);
  };
  return (x) => {
    const out: number[] = [];
    expand(x, x.length - 1, degree, 1, out);
    return out.slice(1);
  };
});

/** The orthonormal DCT-II, or its transpose. */
export const cosineTransform = eachVector((p) => {
  const inverse = p.flag('inverse', false);
  return (x) => {
    const n = x.length;
    const at = (k: number, j: number) =>
      Math.sqrt((k === 0 ? 1 : 2) / n) * Math.cos((Math.PI * (2 * j + 1) * k) / (2 * n));
    return x.map((_, i) => x.reduce((t, v, j) => t + v * (inverse ? at(j, i) : at(i, j)), 0));
  };
});

/** Category codes stand for a column each category; then all products of one number of each input. */
export const interaction: Evaluate = (s) => {
  const parts = s.inputs.map((data, i) => {
    const count = data.kind === 'number' ? data.categories : undefined;
    const hot = (code: number) => Float64Array.from({ length: count! }, (_, k) => Number(k === code));
    return count === undefined ? rowsOf(s, i) : Array.from(numbersOf(data), hot);
  });
  const row = (r: number) =>
    parts.reduce<number[]>((left, part) => left.flatMap((a) => Array.from(part[r]!, (b) => a * b)), [1]);
  return { columns: [vectors(Array.from({ length: s.rows }, (_, r) => row(r)))] };
};

/** floor(x·v / bucketLength), a number for each random vector. */
export const randomProjection = eachVector((p) => {
  const m = p.matrix('randUnitVectors');
  const length = p.number('bucketLength', 1);
  return (x) => Array.from({ length: m.rows }, (_, k) => Math.floor(dot(matrixRow(m, k), x) / length));
});

const PRIME = 2038074743;

/** The least of ((1 + i)·a + b) mod a prime over the places i that are not zero. */
export const minHash = eachVector((p) => {
  const [a, b] = [p.learned('randCoefficientsA'), p.learned('randCoefficientsB')];
  return (x) => {
    const places = Array.from(x.keys()).filter((i) => x[i] !== 0);
    const hash = (i: number, k: number) => Number((BigInt(1 + i) * BigInt(a[k]!) + BigInt(b[k]!)) % BigInt(PRIME));
    return Array.from(a, (_, k) => places.reduce((least, i) => Math.min(least, hash(i, k)), PRIME));
  };
});

// Categories

export const stringIndexer: Evaluate = (s) => ({
  columns: s.inputs.map((data, i) => {
    const labels = s.p.strings(`labels_${i}`) ?? notHere('labels');
    const keep = s.p.text('handleInvalid', 'error') === 'keep';
    const unknown = keep ? labels.length : NaN;
    const at = new Map<string | number, number>(
      labels.map((l, code) => [data.kind === 'text' ? l : Math.fround(Number(l)), code]),
    );
    const code = (v: string | number) => at.get(typeof v === 'number' ? Math.fround(v) : v) ?? unknown;
    const values = Float64Array.from<string | number>(data.kind === 'text' ? data.values : numbersOf(data), code);
    return { kind: 'number', values, categories: labels.length + Number(keep) };
  }),
});

/** `labels` of its own; where they are those of an indexer, the caller says them. */
export const indexToString =
  (labels: readonly string[]): Evaluate =>
  (s) => ({
    columns: [{ kind: 'text', values: Array.from(numbersOf(s.inputs[0]!), (v) => labels[Math.trunc(v)] ?? '') }],
  });

export const oneHot: Evaluate = (s) => ({
  columns: s.inputs.map((data, i) => {
    const size = s.p.learned('categorySizes')[i]!;
    const keep = s.p.text('handleInvalid', 'error') === 'keep';
    const width = size + Number(keep) - Number(s.p.flag('dropLast', true));
    const row = (v: number) => {
      const known = v >= 0 && v < size;
      const hot = known ? Math.floor(v) : keep ? size : NaN;
      return Array.from({ length: width }, (_, k) => (Number.isNaN(hot) ? NaN : Number(k === hot)));
    };
    return vectors(Array.from(numbersOf(data), row));
  }),
});

const splitsOf = (p: Params, i: number): readonly number[] =>
  p.lists('splitsArray')?.[i] ?? Array.from(p.numbers('splits') ?? notHere('splits'));

/** [from, to), the last one closed; -0.0 is below 0.0, as Java's search has it. */
export const bucketizer = eachNumber((p, i) => {
  const splits = splitsOf(p, i);
  const keep = p.text('handleInvalid', 'error') === 'keep';
  const below = (v: number, split: number) => v < split || (Object.is(v, -0) && Object.is(split, 0));
  return (v) => {
    if (Number.isNaN(v)) return keep ? splits.length - 1 : NaN;
    if (v === splits.at(-1)) return splits.length - 2;
    const at = splits.findIndex((t) => below(v, t));
    return at > 0 ? at - 1 : NaN;
  };
});

export const vectorIndexer = eachVector((p) => {
  const [features, offsets, values, codes] = ['features', 'offsets', 'values', 'codes'].map((n) => p.learned(n));
  const keep = p.text('handleInvalid', 'error') === 'keep';
  const maps = new Map(
    Array.from(features!, (f, i) => {
      const own: [number, number][] = [];
      for (let k = offsets![i]!; k < offsets![i + 1]!; k++) own.push([values![k]!, codes![k]!]);
      return [f, new Map(own)] as const;
    }),
  );
  return (x) =>
    x.map((v, f) => {
      const map = maps.get(f);
      return map ? (map.get(v) ?? (keep ? map.size : NaN)) : v;
    });
});

/** The mean of the target in each category, smoothed towards the mean of all rows, which is that of an unknown one. */
export const targetEncoder: Evaluate = (s) => ({
  columns: s.inputs.map((data, i) => {
    const [categories, counts, stats] = ['categories', 'counts', 'stats'].map((n) => s.p.learned(`${n}_${i}`));
    const isBinary = s.p.text('targetType', 'binary') === 'binary';
    const mean = (k: number) => (isBinary ? stats![k]! / counts![k]! : stats![k]!);
    const all = mean(categories!.indexOf(2 ** 31 - 1));
    const smoothed = (k: number) =>
      (counts![k]! * mean(k) + s.p.number('smoothing', 0) * all) / (counts![k]! + s.p.number('smoothing', 0));
    const unknown = s.p.text('handleInvalid', 'error') === 'keep' ? all : NaN;
    return numbers(
      numbersOf(data).map((v) => {
        const k = categories!.indexOf(v);
        return k < 0 ? unknown : smoothed(k);
      }),
    );
  }),
});
