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
  textsOf,
  vectors,
  type Evaluate,
  type Stage,
} from './data.ts';

const orOne = (v: number) => (v === 0 ? 1 : v);

export const standardScaler = eachVector((p) => {
  const [std, mean] = [p.learned('std'), p.learned('mean')];
  const [withMean, withStd] = [p.flag('withMean', false), p.flag('withStd', true)];
  return (x) =>
    x.map((v, i) => {
      const centred = withMean ? v - mean[i]! : v;
      return !withStd ? centred : std[i] === 0 ? centred * 0 : centred / std[i]!;
    });
});

export const robustScaler = eachVector((p) => {
  const [range, median] = [p.learned('range'), p.learned('median')];
  const [centring, scaling] = [p.flag('withCentering', false), p.flag('withScaling', true)];
  return (x) =>
    x.map((v, i) => {
      const centred = centring ? v - median[i]! : v;
      return !scaling ? centred : range[i] === 0 ? centred * 0 : centred / range[i]!;
    });
});

export const minMaxScaler = eachVector((p) => {
  const [low, high] = [p.learned('originalMin'), p.learned('originalMax')];
  const [min, max] = [p.number('min', 0), p.number('max', 1)];
  return (x) =>
    x.map((v, i) => {
      if (low[i] === high[i]) return Number.isNaN(v) ? v : (min + max) / 2;
      return ((v - low[i]!) / (high[i]! - low[i]!)) * (max - min) + min;
    });
});

export const maxAbsScaler = eachVector((p) => (x) => x.map((v, i) => v / orOne(p.learned('maxAbs')[i]!)));

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

export const interaction: Evaluate = (s) => {
  const parts = s.inputs.map((_, i) => rowsOf(s, i));
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

/** Numbers alone: each goes to the place of its column's hash, signs apart. */
export const featureHasher: Evaluate = (s) => {
  const places = s.p.learned('places');
  const rows = Array.from({ length: s.rows }, (_, r) => {
    const out = new Float64Array(s.p.number('numFeatures', 262144));
    s.inputs.forEach((data, i) => (out[places[i]!]! += numbersOf(data)[r]!));
    return out;
  });
  return { columns: [vectors(rows)] };
};

// Categories

export const stringIndexer: Evaluate = (s) => ({
  columns: s.inputs.map((data, i) => {
    const labels = s.p.strings(`labels_${i}`) ?? notHere('labels');
    const unknown = s.p.text('handleInvalid', 'error') === 'keep' ? labels.length : NaN;
    const at = new Map<string | number, number>(
      labels.map((l, code) => [data.kind === 'text' ? l : Math.fround(Number(l)), code]),
    );
    const code = (v: string | number) => at.get(typeof v === 'number' ? Math.fround(v) : v) ?? unknown;
    return numbers(data.kind === 'text' ? data.values.map(code) : Array.from(numbersOf(data), code));
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

/** The smoothed mean of the target for each category, and of all for one that is not known. */
export const targetEncoder: Evaluate = (s) => ({
  columns: s.inputs.map((data, i) => {
    const [categories, means] = [s.p.learned(`categories_${i}`), s.p.learned(`encodings_${i}`)];
    const unknown = s.p.text('handleInvalid', 'error') === 'keep' ? s.p.learned('unknown')[i]! : NaN;
    const at = new Map(Array.from(categories, (c, k) => [c, means[k]!]));
    return numbers(numbersOf(data).map((v) => at.get(v) ?? unknown));
  }),
});

export const textOnly = (s: Stage): readonly string[] => textsOf(s.inputs[0]!);
