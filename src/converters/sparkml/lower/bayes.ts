/** Naive Bayes, all four kinds. */
import { matrix, doubles } from '../params.ts';
import type { ValueId } from '../../../graph-model/core/model.ts';
import type { Metadata, ModelFolder } from '../folder.ts';
import { classifierOut, featuresIn, refuse, type Column, type Lowering, type StageRow } from '../stage.ts';
import { matrixOf, vectorOf, type Matrix } from '../values.ts';
import { softmaxed } from './heads.ts';

/** `sigma` came with Spark 3. */
async function data(folder: ModelFolder, { uid }: Metadata) {
  const [row] = await folder.rows('data', uid);
  const sigma = row?.['sigma'];
  return {
    pi: doubles(vectorOf(row?.['pi'], `${uid}.pi`)),
    theta: matrix(matrixOf(row?.['theta'], `${uid}.theta`)),
    ...(sigma ? { sigma: matrix(matrixOf(sigma, `${uid}.sigma`)) } : {}),
  };
}

const map = (m: Matrix, f: (v: number, i: number) => number): Matrix => ({ ...m, values: m.values.map(f) });

function rowSums({ rows, columns, values }: Matrix): Float64Array {
  return Float64Array.from({ length: rows }, (_, r) =>
    values.subarray(r * columns, (r + 1) * columns).reduce((a, b) => a + b, 0),
  );
}

type Kind = (c: Lowering, x: ValueId, theta: Matrix, pi: Float64Array) => ValueId;

const KINDS: Readonly<Record<string, Kind>> = {
  multinomial: ({ o }, x, theta, pi) => o.times(x, theta, pi),
  complement: ({ o }, x, theta) => o.op('LogSoftmax', [o.times(x, theta)], { axis: 1 }),
  bernoulli: ({ o }, x, theta, pi) => {
    const negative = map(theta, (t) => Math.log1p(-Math.exp(t)));
    const sums = rowSums(negative);
    const slope = map(theta, (t, i) => t - negative.values[i]!);
    return o.times(
      x,
      slope,
      pi.map((v, i) => v + sums[i]!),
    );
  },
  gaussian: (c, x, theta, pi) => {
    const { o } = c;
    const sigma = c.p.matrix('sigma');
    if (sigma.values.length !== theta.values.length) return refuse('its variances do not fit its means');
    const logs = rowSums(map(sigma, Math.log));
    // [N, 1, F] against [1, K, F].
    const dims = [1, theta.rows, theta.columns];
    const away = o.sub(o.op('Unsqueeze', [x, o.ints([1])]), o.doubles(theta.values, dims));
    const terms = o.div(o.mul(away, away), o.doubles(sigma.values, dims));
    const sums = o.op('ReduceSum', [terms, o.ints([2])], { keepdims: 0 });
    return o.sub(o.doubles(pi), o.mul(o.add(sums, o.doubles(logs)), o.scalar(0.5)));
  },
};

function lower(c: Lowering): Column[] {
  const theta = c.p.matrix('theta');
  const pi = c.p.sized('pi', theta.rows);
  const type = c.p.text('modelType', 'multinomial');
  const kind = KINDS[type] ?? refuse(`its modelType is ${type}`);
  return softmaxed(c, kind(c, c.features(theta.columns), theta, pi), theta.rows);
}

export const BAYES: readonly StageRow[] = [
  {
    ops: ['NaiveBayesModel'],
    family: 'Other models',
    notes:
      'multinomial, complement, bernoulli and gaussian. Spark stops at negative features; here they are computed with.',
    inputs: featuresIn,
    outputs: classifierOut(true),
    data,
    lower,
  },
];
