/** Clusters: k-means, bisecting k-means, Gaussian mixtures. */
import type { ValueId } from '../../../graph-model/core/model.ts';
import type { Metadata, ModelFolder } from '../folder.ts';
import { attribute } from '../../../graph-model/core/attributes.ts';
import { doubles, matrix } from '../params.ts';
import {
  featuresIn,
  labelOut,
  refuse,
  vector,
  type Column,
  type Lowering,
  type OutPort,
  type StageRow,
} from '../stage.ts';
import type { Params } from '../params.ts';
import { damaged, matrixOf, numberOf, numbersOf, vectorOf, type Matrix } from '../values.ts';
import { eigen } from './eigen.ts';
import { label } from './heads.ts';

const family = 'Clustering';

function stacked(rows: readonly Float64Array[], where: string): Matrix {
  const columns = rows[0]?.length ?? 0;
  if (columns === 0 || rows.some((r) => r.length !== columns)) return damaged(where, 'centers differ in length');
  const values = new Float64Array(rows.length * columns);
  rows.forEach((r, i) => values.set(r, i * columns));
  return { rows: rows.length, columns, values };
}

async function centers(folder: ModelFolder, { uid }: Metadata) {
  const rows = await folder.rows('data', uid);
  const where = `${uid}.clusterCenter`;
  const sorted = [...rows].sort((a, b) => Number(a['clusterIdx']) - Number(b['clusterIdx']));
  return {
    centers: matrix(
      stacked(
        sorted.map((r) => vectorOf(r['clusterCenter'], where)),
        where,
      ),
    ),
  };
}

/** What grows with the distance from each center: |c|² - 2x·c, or the negative cosine. [N, F] to [N, centers]. */
function distances(c: Lowering, m: Matrix): ValueId {
  const { o } = c;
  const x = c.features(m.columns);
  const squares = Float64Array.from({ length: m.rows }, (_, r) =>
    m.values.subarray(r * m.columns, (r + 1) * m.columns).reduce((s, v) => s + v * v, 0),
  );
  if (c.p.text('distanceMeasure', 'euclidean') === 'cosine') {
    const unit = m.values.map((v, i) => -v / Math.sqrt(squares[Math.floor(i / m.columns)]!));
    return o.times(x, { ...m, values: unit });
  }
  return o.times(x, { ...m, values: m.values.map((v) => -2 * v) }, squares);
}

const nearest = (c: Lowering, away: ValueId) => label(c, c.o.op('ArgMin', [away], { axis: 1, keepdims: 1 }));

/** The tree that mllib wrote: one row a node, with its children's indices. A leaf's index is its cluster. */
async function bisectingData(folder: ModelFolder, { uid }: Metadata) {
  const inner = folder.sub('data');
  const nested = inner.has('metadata');
  const json = nested ? await inner.json('metadata', uid) : {};
  const rows = await (nested ? inner : folder).rows('data', uid);
  const where = `${uid}.center`;
  const index = rows.map((r) => numberOf(r['index'], where));
  const children = rows.map((r) => numbersOf(r['children'] ?? [], where));
  const named = new Set(children.flat());
  const root = json['rootId'] ?? index.find((i) => !named.has(i));
  return {
    root: attribute(numberOf(root, where)),
    index: doubles(index),
    childCounts: doubles(children.map((l) => l.length)),
    children: doubles(children.flat()),
    centers: matrix(
      stacked(
        rows.map((r) => vectorOf(r['center'], where)),
        where,
      ),
    ),
  };
}

interface Step {
  /** Positions of the two children. */
  readonly left: number;
  readonly right: number;
}

interface Leaf {
  readonly cluster: number;
  /** Steps on the way, and whether they go right. */
  readonly path: readonly (readonly [step: number, right: boolean])[];
}

function walk(c: Lowering): { steps: Step[]; leaves: Leaf[] } {
  const [index, counts, flat] = ['index', 'childCounts', 'children'].map((n) => c.p.learned(n));
  const at = new Map(Array.from(index!, (id, i) => [id, i]));
  let next = 0;
  const children = Array.from(counts!, (n) => Array.from(flat!.subarray(next, (next += n)), (id) => at.get(id) ?? -1));
  const steps: Step[] = [];
  const leaves: Leaf[] = [];
  const stack: [number, Leaf['path']][] = [[at.get(c.p.number('root', 0)) ?? -1, []]];
  for (let visited = 0; stack.length > 0; visited++) {
    const [node, path] = stack.pop()!;
    if (node < 0 || visited > index!.length) return damaged('children', 'the tree of clusters is broken');
    const below = children[node]!;
    if (below.length === 0) leaves.push({ cluster: index![node]!, path });
    else if (below.length === 1) stack.push([below[0]!, path]);
    else if (below.length > 2) return damaged('children', 'a cluster has more than two parts');
    else {
      const step = steps.push({ left: below[0]!, right: below[1]! }) - 1;
      stack.push([below[0]!, [...path, [step, false]]], [below[1]!, [...path, [step, true]]]);
    }
  }
  return { steps, leaves };
}

/** From the root to the nearer child, the first where both are as near: all steps at once, then the leaf whose path fits. */
function bisecting(c: Lowering): Column[] {
  const { o } = c;
  const { steps, leaves } = walk(c);
  const away = distances(c, c.p.matrix('centers'));
  if (steps.length === 0) return [label(c, o.op('ArgMin', [o.columns(away, [0])], { axis: 1, keepdims: 1 }))];
  const side = (key: 'left' | 'right') =>
    o.columns(
      away,
      steps.map((s) => s[key]),
    );
  const right = o.cast(o.op('Less', [side('right'), side('left')]), 'double');
  const weights = new Float64Array(leaves.length * steps.length);
  const missing = leaves.map(({ path }, i) => {
    for (const [step, goesRight] of path) weights[i * steps.length + step] = goesRight ? 1 : -1;
    return -path.filter(([, goesRight]) => goesRight).length;
  });
  const fit = o.add(
    o.times(right, { rows: leaves.length, columns: steps.length, values: weights }),
    o.doubles(missing),
  );
  const clusters = o.ints(leaves.map((l) => l.cluster));
  return [label(c, o.op('Gather', [clusters, o.argMax(fit)], { axis: 0 }))];
}

async function mixture(folder: ModelFolder, { uid }: Metadata) {
  const [row] = await folder.rows('data', uid);
  const list = (name: string) => {
    const v = row?.[name];
    return Array.isArray(v) ? (v as unknown[]) : damaged(`${uid}.${name}`, 'a list is wanted');
  };
  const sigmas = list('sigmas').map((m) => matrixOf(m, `${uid}.sigmas`));
  const mus = list('mus').map((v) => vectorOf(v, `${uid}.mus`));
  const size = mus[0]?.length ?? 0;
  if (sigmas.length !== mus.length || sigmas.some((s) => s.rows !== size || s.columns !== size))
    damaged(`${uid}.sigmas`, 'covariances do not fit the means');
  return {
    weights: doubles(numbersOf(row?.['weights'], `${uid}.weights`)),
    mus: matrix(stacked(mus, `${uid}.mus`)),
    sigmas: matrix(
      stacked(
        sigmas.map((s) => s.values),
        `${uid}.sigmas`,
      ),
    ),
  };
}

const MACHINE_EPSILON = 2 ** -52;

/** What Spark's MultivariateGaussian keeps: the whitening matrix (rows scaled by 1/√eigenvalue) and the constant. */
function gaussian(sigma: Float64Array, size: number): { root: Matrix; constant: number } {
  const { values, vectors } = eigen(sigma, size);
  const tolerance = MACHINE_EPSILON * Math.max(...values) * size;
  const kept = Array.from(values, (v) => (v > tolerance ? v : 0));
  if (kept.every((v) => v === 0)) refuse('a covariance matrix has no non-zero singular values');
  const root = new Float64Array(size * size);
  for (let r = 0; r < size; r++)
    for (let j = 0; j < size; j++) root[r * size + j] = kept[r]! > 0 ? vectors[j * size + r]! / Math.sqrt(kept[r]!) : 0;
  const logDet = kept.reduce((sum, v) => sum + (v > 0 ? Math.log(v) : 0), 0);
  return {
    root: { rows: size, columns: size, values: root },
    constant: -0.5 * (size * Math.log(2 * Math.PI) + logDet),
  };
}

function mixtureOutputs(p: Params): OutPort[] {
  const column = p.text('probabilityCol', 'probability');
  return [...labelOut(p), ...(column ? [{ column, kind: 'vector' as const, role: 'probabilities' as const }] : [])];
}

function gaussianMixture(c: Lowering): Column[] {
  const { o, p } = c;
  const mus = p.matrix('mus');
  const weights = p.sized('weights', mus.rows);
  const size = mus.columns;
  const sigmas = p.sized('sigmas', mus.rows * size * size);
  const x = c.features(size);
  const densities = Array.from(weights, (weight, k) => {
    const { root, constant } = gaussian(sigmas.slice(k * size * size, (k + 1) * size * size), size);
    const white = o.times(o.sub(x, o.doubles(mus.values.slice(k * size, (k + 1) * size))), root);
    const log = o.sub(o.scalar(constant), o.mul(o.sum(o.mul(white, white)), o.scalar(0.5)));
    return o.add(o.mul(o.op('Exp', [log]), o.scalar(weight)), o.scalar(MACHINE_EPSILON));
  });
  const all = o.concat(densities);
  const probabilities = o.div(all, o.sum(all));
  return mixtureOutputs(p).map((port) =>
    port.role === 'label' ? label(c, o.argMax(probabilities)) : vector(probabilities, mus.rows),
  );
}

export const CLUSTERS: readonly StageRow[] = [
  {
    ops: ['KMeansModel'],
    family,
    notes: 'Euclidean and cosine.',
    inputs: featuresIn,
    outputs: labelOut,
    data: centers,
    lower: (c) => [nearest(c, distances(c, c.p.matrix('centers')))],
  },
  {
    ops: ['BisectingKMeansModel'],
    family,
    notes: 'Euclidean and cosine.',
    inputs: featuresIn,
    outputs: labelOut,
    data: bisectingData,
    lower: bisecting,
  },
  {
    ops: ['GaussianMixtureModel'],
    family,
    notes: '',
    inputs: featuresIn,
    outputs: mixtureOutputs,
    data: mixture,
    lower: gaussianMixture,
  },
];
