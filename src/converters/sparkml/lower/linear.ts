/** Linear models, factorization machines and the perceptron. */
import { attribute } from '../../../graph-model/core/attributes.ts';
import type { ValueId } from '../../../graph-model/core/model.ts';
import type { Metadata, ModelFolder } from '../folder.ts';
import { doubles, matrix } from '../params.ts';
import {
  classified,
  classifierOut,
  featuresIn,
  number,
  predictionOut,
  refuse,
  vector,
  type Column,
  type InPort,
  type Lowering,
  type OutPort,
  type StageRow,
} from '../stage.ts';
import type { Params } from '../params.ts';
import { damaged, matrixOf, numberOf, numbersOf, vectorOf } from '../values.ts';
import { unlink } from './links.ts';
import { binary, both, sigmoidPair, softmaxed } from './heads.ts';

const family = 'Linear models';

async function coefficients(folder: ModelFolder, { uid }: Metadata) {
  const [row] = await folder.rows('data', uid);
  const scale = row?.['scale'];
  return {
    coefficients: doubles(vectorOf(row?.['coefficients'], `${uid}.coefficients`)),
    intercept: doubles([numberOf(row?.['intercept'], `${uid}.intercept`)], []),
    ...(typeof scale === 'number' ? { scale: doubles([scale], []) } : {}),
  };
}

/** A matrix and a vector since Spark 2.1, a vector and a number before. */
async function logisticData(folder: ModelFolder, metadata: Metadata) {
  const { uid } = metadata;
  const [row] = await folder.rows('data', uid);
  const classes = numberOf(row?.['numClasses'], `${uid}.numClasses`);
  const old = row?.['coefficients'];
  if (old !== undefined) {
    const values = vectorOf(old, `${uid}.coefficients`);
    const intercept = numberOf(row?.['intercept'], `${uid}.intercept`);
    const m = matrix({ rows: 1, columns: values.length, values });
    return {
      numClasses: attribute(classes),
      coefficientMatrix: m,
      interceptVector: doubles([intercept]),
      isMultinomial: attribute(false),
    };
  }
  return {
    numClasses: attribute(classes),
    coefficientMatrix: matrix(matrixOf(row?.['coefficientMatrix'], `${uid}.coefficientMatrix`)),
    interceptVector: doubles(vectorOf(row?.['interceptVector'], `${uid}.interceptVector`)),
    isMultinomial: attribute(row?.['isMultinomial'] === true),
  };
}

function margin(c: Lowering): ValueId {
  const w = c.p.learned('coefficients');
  return c.o.linear(c.features(w.length), w, c.p.number('intercept', 0));
}

/** 1 where raw(1) is above the threshold, as a column of doubles. */
function above(c: Lowering, m: ValueId, threshold: number): Column {
  return number(c.o.cast(c.o.op('Greater', [m, c.o.scalar(threshold)]), 'double'));
}

/** `thresholds` [a, b] of a binary model mean the threshold 1 / (1 + a / b). */
function threshold(p: Params): number {
  const pair = p.numbers('thresholds');
  return pair?.length === 2 ? 1 / (1 + pair[0]! / pair[1]!) : p.number('threshold', 0.5);
}

function logistic(c: Lowering): Column[] {
  const { o, p } = c;
  const w = p.matrix('coefficientMatrix');
  const classes = p.number('numClasses', 2);
  const b = p.sized('interceptVector', w.rows);
  const x = c.features(w.columns);
  if (p.flag('isMultinomial', w.rows > 1)) {
    const raw = o.times(x, w, b);
    return w.rows === classes ? softmaxed(c, raw, classes) : refuse(`it has ${w.rows} rows for ${classes} classes`);
  }
  const m = o.linear(x, w.values, b[0]!);
  const t = threshold(p);
  return classified(c, {
    raw: vector(both(c, m), 2),
    label: above(c, m, Math.log(t / (1 - t))),
    probabilities: vector(sigmoidPair(c, m), 2),
  });
}

function svc(c: Lowering): Column[] {
  const m = margin(c);
  return classified(c, { raw: vector(both(c, m), 2), label: above(c, m, c.p.number('threshold', 0)) });
}

function glmInputs(p: Params): InPort[] {
  const offset = p.text('offsetCol', '');
  return [...featuresIn(p), ...(offset ? [{ column: offset, kind: 'number' as const }] : [])];
}

function glmOutputs(p: Params): OutPort[] {
  const link = p.text('linkPredictionCol', '');
  return [...predictionOut(p), ...(link ? [{ column: link, kind: 'number' as const, role: 'column' as const }] : [])];
}

function glm(c: Lowering): Column[] {
  const eta = c.inputs.length > 1 ? c.o.add(margin(c), c.x(1)) : margin(c);
  return glmOutputs(c.p).map((port) => number(port.role === 'column' ? eta : unlink(c, eta)));
}

function aftOutputs(p: Params): OutPort[] {
  const quantiles = p.text('quantilesCol', '');
  const more = quantiles ? [{ column: quantiles, kind: 'vector' as const, role: 'column' as const }] : [];
  return [...predictionOut(p), ...more];
}

const QUANTILES = [0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99];

/** The scale of the Weibull distribution; its quantile q is scale·(-log(1 - q))^σ. */
function survival(c: Lowering): Column[] {
  const scale = c.o.op('Exp', [margin(c)]);
  const sigma = c.p.number('scale', 1);
  const at = Array.from(c.p.numbers('quantileProbabilities') ?? QUANTILES, (q) => (-Math.log(1 - q)) ** sigma);
  return aftOutputs(c.p).map((port) =>
    port.role === 'column' ? vector(c.o.mul(scale, c.o.doubles(at)), at.length) : number(scale),
  );
}

async function factors(folder: ModelFolder, { uid }: Metadata) {
  const [row] = await folder.rows('data', uid);
  return {
    intercept: doubles([numberOf(row?.['intercept'], `${uid}.intercept`)], []),
    linear: doubles(vectorOf(row?.['linear'], `${uid}.linear`)),
    factors: matrix(matrixOf(row?.['factors'], `${uid}.factors`)),
  };
}

/** b + w·x + ½ Σ_f ((Σ v x)² - Σ v² x²) */
function machine(c: Lowering): ValueId {
  const { o, p } = c;
  const v = p.matrix('factors');
  const w = p.sized('linear', v.rows);
  const x = c.features(v.rows);
  const square = (value: ValueId) => o.mul(value, value);
  const dims = [v.rows, v.columns];
  const sums = square(o.op('MatMul', [x, o.doubles(v.values, dims)]));
  const own = o.op('MatMul', [
    square(x),
    o.doubles(
      v.values.map((f) => f * f),
      dims,
    ),
  ]);
  return o.add(o.linear(x, w, p.number('intercept', 0)), o.mul(o.sum(o.sub(sums, own)), o.scalar(0.5)));
}

/** Spark 2 keeps the layers beside the weights, Spark 3 among the params. */
async function weights(folder: ModelFolder, { uid, params }: Metadata) {
  const [row] = await folder.rows('data', uid);
  const layers = params['layers'] ?? row?.['layers'];
  return {
    weights: doubles(vectorOf(row?.['weights'], `${uid}.weights`)),
    layers: attribute(numbersOf(layers, `${uid}.layers`)),
  };
}

/** Each layer's weights lie by inputs, then its biases. Sigmoids between, a softmax at the end. */
function perceptron(c: Lowering): Column[] {
  const { o, p } = c;
  const layers = Array.from(p.numbers('layers') ?? []);
  if (layers.length < 2) return damaged('layers', 'two layers at least are wanted');
  const size = layers.slice(1).reduce((sum, n, i) => sum + n * (layers[i]! + 1), 0);
  const all = p.sized('weights', size);
  let x = c.features(layers[0]!);
  let at = 0;
  layers.slice(1).forEach((out, i) => {
    const w = all.subarray(at, (at += layers[i]! * out));
    const b = all.subarray(at, (at += out));
    x = o.op('Gemm', [x, o.doubles(w, [layers[i]!, out]), o.doubles(b)]);
    if (i < layers.length - 2) x = o.op('Sigmoid', [x]);
  });
  return softmaxed(c, x, layers.at(-1)!);
}

const regression = { family, inputs: featuresIn, outputs: predictionOut };
const classifier = { family, inputs: featuresIn, outputs: classifierOut(true) };

export const LINEAR: readonly StageRow[] = [
  {
    ops: ['LogisticRegressionModel'],
    notes: 'Binomial and multinomial, threshold and thresholds.',
    ...classifier,
    data: logisticData,
    lower: logistic,
  },
  {
    ops: ['LinearSVCModel'],
    family,
    notes: '',
    inputs: featuresIn,
    outputs: classifierOut(false),
    data: coefficients,
    lower: svc,
  },
  {
    ops: ['LinearRegressionModel'],
    notes: 'Huber loss too.',
    ...regression,
    data: coefficients,
    lower: (c) => [number(margin(c))],
  },
  {
    ops: ['GeneralizedLinearRegressionModel'],
    family,
    notes: 'All families and links, offset, link prediction. The probit link is exact to 1e-7.',
    inputs: glmInputs,
    outputs: glmOutputs,
    data: coefficients,
    lower: glm,
  },
  {
    ops: ['AFTSurvivalRegressionModel'],
    family,
    notes: 'Quantiles too.',
    inputs: featuresIn,
    outputs: aftOutputs,
    data: coefficients,
    lower: survival,
  },
  { ops: ['FMRegressionModel'], notes: '', ...regression, data: factors, lower: (c) => [number(machine(c))] },
  { ops: ['FMClassificationModel'], notes: '', ...classifier, data: factors, lower: (c) => binary(c, machine(c)) },
  {
    ops: ['MultilayerPerceptronClassificationModel'],
    notes: '',
    ...classifier,
    data: weights,
    lower: perceptron,
  },
];
