/** Trees followed node by node, in double; clusters and mixtures by their distances. */
import { forestOf, type Forest } from '../forest.ts';
import type { Params } from '../params.ts';
import {
  dot,
  greatest,
  matrixRow,
  matrixRows,
  numbers,
  rowsOf,
  sum,
  vectors,
  type Data,
  type Evaluate,
  type Made,
  type Stage,
} from './data.ts';
import { byMargin, probabilistic } from './predictors.ts';

/** The leaf that a row ends in, by its place in the flat lists. */
export function leafOf(f: Forest, tree: number, x: Float64Array): number {
  const begin = f.offsets[tree]!;
  let at = begin;
  while (f.left[at]! >= 0) at = begin + (goesLeft(f, at, x[f.feature[at]!]!) ? f.left[at]! : f.right[at]!);
  return at;
}

/** By category: Spark keeps the smaller half of the categories, and asks whether the value is among them. */
function goesLeft(f: Forest, node: number, v: number): boolean {
  const count = f.categoryCount[node]!;
  if (count < 0) return v <= f.threshold[node]!;
  const left = f.categories.subarray(f.categoryOffsets[node]!, f.categoryOffsets[node + 1]!);
  if (left.length <= Math.floor(count / 2)) return left.includes(v);
  const right = Array.from({ length: count }, (_, c) => c).filter((c) => !left.includes(c));
  return !right.includes(v);
}

const countsAt = (f: Forest, node: number) => Array.from(f.stats.subarray(node * f.classes, (node + 1) * f.classes));

const shares = (counts: readonly number[]): number[] => {
  const total = sum(counts);
  return total === 0 ? [...counts] : counts.map((v) => v / total);
};

interface Walked {
  readonly f: Forest;
  /** [rows][trees] */
  readonly leaves: readonly (readonly number[])[];
}

function walk(s: Stage): Walked {
  const f = forestOf(s.p);
  const trees = Array.from({ length: f.offsets.length - 1 }, (_, t) => t);
  return { f, leaves: rowsOf(s).map((x) => trees.map((t) => leafOf(f, t, x))) };
}

/** Leaves are counted from left to right, in each tree. */
function leafNumbers({ f, leaves }: Walked): Data {
  const number = new Map<number, number>();
  for (let t = 0; t + 1 < f.offsets.length; t++) {
    const begin = f.offsets[t]!;
    let next = 0;
    const stack = [begin];
    while (stack.length > 0) {
      const node = stack.pop()!;
      if (f.left[node]! < 0) number.set(node, next++);
      else stack.push(begin + f.right[node]!, begin + f.left[node]!);
    }
  }
  return vectors(leaves.map((row) => row.map((leaf) => number.get(leaf)!)));
}

const withLeaves = (w: Walked, p: Params, made: Made, more: readonly Data[] = []): Made => ({
  ...made,
  columns: [...(p.text('leafCol', '') ? [leafNumbers(w)] : []), ...more],
});

export const treeClassification: Evaluate = (s) => {
  const w = walk(s);
  const raw = w.leaves.map(([leaf]) => countsAt(w.f, leaf!));
  return withLeaves(w, s.p, probabilistic(s, raw, raw.map(shares)));
};

export const forestClassification: Evaluate = (s) => {
  const w = walk(s);
  const raw = w.leaves.map((row) => {
    const votes = row.map((leaf) => shares(countsAt(w.f, leaf)));
    return Array.from({ length: w.f.classes }, (_, k) => sum(votes.map((v) => v[k]!)));
  });
  return withLeaves(w, s.p, probabilistic(s, raw, raw.map(shares)));
};

const weighted = ({ f, leaves }: Walked) =>
  leaves.map((row) => sum(row.map((leaf, tree) => f.prediction[leaf]! * f.treeWeights[tree]!)));

/** The margin is the weighted sum of the trees, and the probability the logistic function of twice of it. */
export const boostedClassification: Evaluate = (s) => {
  const w = walk(s);
  return withLeaves(w, s.p, byMargin(s, weighted(w), 2));
};

export const treeRegression: Evaluate = (s) => {
  const w = walk(s);
  const impurity = s.p.text('varianceCol', '') ? s.p.learned('impurity') : null;
  const variance = impurity ? [numbers(w.leaves.map(([leaf]) => impurity[leaf!]!))] : [];
  const predictions = numbers(w.leaves.map(([leaf]) => w.f.prediction[leaf!]!));
  return withLeaves(w, s.p, { predictions }, variance);
};

export const forestRegression: Evaluate = (s) => {
  const w = walk(s);
  const trees = w.f.treeWeights.length;
  return withLeaves(w, s.p, { predictions: numbers(weighted(w).map((v) => v / trees)) });
};

export const boostedRegression: Evaluate = (s) => {
  const w = walk(s);
  return withLeaves(w, s.p, { predictions: numbers(weighted(w)) });
};

// Clusters

const squared = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  let total = 0;
  for (let i = 0; i < a.length; i++) total += (a[i]! - b[i]!) ** 2;
  return total;
};

const cosine = (a: Float64Array, b: Float64Array): number => 1 - dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));

const distance = (p: Params) => (p.text('distanceMeasure', 'euclidean') === 'cosine' ? cosine : squared);

const closest = (values: readonly number[]): number => greatest(values.map((v) => -v));

export const kMeans: Evaluate = (s) => {
  const [centers, away] = [matrixRows(s.p.matrix('centers')), distance(s.p)];
  return { label: numbers(rowsOf(s).map((x) => closest(centers.map((c) => away(x, c))))) };
};

/** Down the tree of clusters, to the nearer child each time. */
export const bisecting: Evaluate = (s) => {
  const { p } = s;
  const [index, counts, flat] = [p.learned('index'), p.learned('childCounts'), p.learned('children')];
  const [centers, away] = [p.matrix('centers'), distance(p)];
  let next = 0;
  const children = new Map(Array.from(index, (id, i) => [id, flat.slice(next, (next += counts[i]!))]));
  const place = new Map(Array.from(index, (id, i) => [id, i]));
  const label = rowsOf(s).map((x) => {
    let at = p.number('root', 0);
    for (let below = children.get(at)!; below.length > 0; below = children.get(at)!)
      at = below[closest(Array.from(below, (id) => away(x, matrixRow(centers, place.get(id)!))))]!;
    return at;
  });
  return { label: numbers(label) };
};

/** Densities by the triangular factor of each covariance; a singular one is left to the eigenvalues of the lowering. */
export const mixture: Evaluate = (s) => {
  const { p } = s;
  const [mus, weights] = [p.matrix('mus'), p.learned('weights')];
  const size = mus.columns;
  const sigmas = p.learned('sigmas');
  const parts = Array.from(weights, (weight, k) => {
    const l = cholesky(sigmas.subarray(k * size * size, (k + 1) * size * size), size);
    const logDet = 2 * sum(Array.from({ length: size }, (_, i) => Math.log(l[i * size + i]!)));
    const mean = matrixRow(mus, k);
    return (x: Float64Array) => {
      const z = solved(
        l,
        x.map((v, i) => v - mean[i]!),
        size,
      );
      return weight * Math.exp(-0.5 * (size * Math.log(2 * Math.PI) + logDet + dot(z, z))) + 2 ** -52;
    };
  });
  const proba = rowsOf(s).map((x) => shares(parts.map((f) => f(x))));
  return { probabilities: vectors(proba), label: numbers(proba.map(greatest)) };
};

function cholesky(a: Float64Array, n: number): Float64Array {
  const l = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      let v = a[i * n + j]!;
      for (let k = 0; k < j; k++) v -= l[i * n + k]! * l[j * n + k]!;
      l[i * n + j] = i === j ? Math.sqrt(v) : v / l[j * n + j]!;
    }
  return l;
}

/** z with L·z = x. */
function solved(l: Float64Array, x: Float64Array, n: number): Float64Array {
  const z = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    let v = x[i]!;
    for (let k = 0; k < i; k++) v -= l[i * n + k]! * z[k]!;
    z[i] = v / l[i * n + i]!;
  }
  return z;
}
