/** scikit-learn's estimators evaluated directly on rows: what converted models are held to. */
import { labelTensor } from '../../../graph-model/builders/forest-reference.ts';
import type { Reference } from '../../../graph-model/builders/reference.ts';
import type { Model } from '../../../graph-model/core/model.ts';
import { toNumbers, type DenseTensor } from '../../../graph-model/core/tensor.ts';
import { FormatError } from '../../../graph-model/diagnostics.ts';
import { decodeGraph } from '../dialect/decode.ts';
import { Est } from '../lower/estimator.ts';
import { inputsOf } from '../signature.ts';
import * as compose from './compose.ts';
import { NoReference, notHere, type Column, type Evaluate, type Evaluator, type Frame, type Made } from './frame.ts';
import * as linear from './linear.ts';
import * as others from './others.ts';
import { findProbes } from './probes.ts';
import * as change from './transformers.ts';
import * as trees from './trees.ts';

const ROWS = new Map<string, Evaluate>();
const add = (names: string, evaluate: Evaluate) =>
  names
    .trim()
    .split(/\s+/)
    .forEach((n) => ROWS.set(n, evaluate));

add(
  `LinearRegression Ridge RidgeCV Lasso LassoCV LassoLars LassoLarsCV LassoLarsIC Lars LarsCV ElasticNet ElasticNetCV
  MultiTaskLasso MultiTaskElasticNet OrthogonalMatchingPursuit BayesianRidge ARDRegression SGDRegressor
  PassiveAggressiveRegressor HuberRegressor TheilSenRegressor QuantileRegressor LinearSVR`,
  linear.linearRegressor,
);
add('PoissonRegressor GammaRegressor TweedieRegressor', linear.generalisedRegressor);
add('LogisticRegression LogisticRegressionCV', linear.logisticRegression);
add('SGDClassifier Perceptron PassiveAggressiveClassifier', linear.sgdClassifier);
add('LinearSVC RidgeClassifier RidgeClassifierCV', linear.marginClassifier);
add('LinearDiscriminantAnalysis', linear.linearDiscriminant);
add('MLPRegressor', linear.mlpRegressor);
add('MLPClassifier', linear.mlpClassifier);
add('DecisionTreeClassifier ExtraTreeClassifier RandomForestClassifier ExtraTreesClassifier', trees.treesClassifier);
add('DecisionTreeRegressor ExtraTreeRegressor RandomForestRegressor ExtraTreesRegressor', trees.treesRegressor);
add('IsolationForest', trees.isolationForest);
add('GradientBoostingRegressor', trees.gradientBoostingRegressor);
add('GradientBoostingClassifier', trees.gradientBoostingClassifier);
add('HistGradientBoostingRegressor', trees.histRegressor);
add('HistGradientBoostingClassifier', trees.histClassifier);
add('SVC NuSVC', others.supportVectorClassifier);
add('SVR NuSVR', others.supportVectorRegressor);
add('OneClassSVM', others.oneClassSvm);
add('GaussianNB', others.gaussianNb);
add('MultinomialNB', others.multinomialNb);
add('KMeans MiniBatchKMeans', others.kMeans);
add('KNeighborsClassifier', others.neighborsClassifier);
add('KNeighborsRegressor', others.neighborsRegressor);
add('DummyRegressor', others.dummyRegressor);
add('DummyClassifier', others.dummyClassifier);
add('VotingClassifier', others.votingClassifier);
add('VotingRegressor', others.votingRegressor);
add('MultiOutputRegressor', others.multiOutputRegressor);
add('StandardScaler', change.standardScaler);
add('RobustScaler', change.robustScaler);
add('MaxAbsScaler', change.maxAbsScaler);
add('MinMaxScaler', change.minMaxScaler);
add('Normalizer', change.normalizer);
add('Binarizer', change.binarizer);
add('PolynomialFeatures', change.polynomialFeatures);
add('PCA IncrementalPCA TruncatedSVD', change.pca);
add('VarianceThreshold', change.varianceThreshold);
add('FunctionTransformer', change.functionTransformer);
add('SimpleImputer', change.simpleImputer);
add('OneHotEncoder', change.oneHotEncoder);
add('OrdinalEncoder', change.ordinalEncoder);
add('TargetEncoder', change.targetEncoder);
add('Pipeline', compose.pipeline);
add('ColumnTransformer', compose.columnTransformer);
add('FeatureUnion', compose.featureUnion);
add('GridSearchCV RandomizedSearchCV HalvingGridSearchCV HalvingRandomSearchCV', compose.search);
add('FrozenEstimator', compose.byEstimator);

const BY: Evaluator = {
  evaluate: (e, x): Made => (ROWS.get(e.name) ?? notHere(e.name))(BY, e, x),
};

/** null where an estimator of the model is not evaluated here. */
export async function sklearnReference(model: Model): Promise<Reference | null> {
  const root = Est.of(await decodeGraph(model, model.main));
  const names = inputsOf(root).map((i) => i.name);
  const found = findProbes(root, names, inputsOf(root));
  const evaluate = (inputs: ReadonlyMap<string, DenseTensor>) => outputsOf(root, frameOfInputs(inputs, names));
  try {
    // Whether every estimator is known, and every option of it, shows on one row of nothing.
    evaluate(oneRow(model));
  } catch (error) {
    if (error instanceof NoReference || error instanceof FormatError) return null;
    throw error;
  }
  return { what: `${root.name} evaluated row by row in float64`, ...found, evaluate };
}

function oneRow(model: Model): Map<string, DenseTensor> {
  const inputs = model.graphs.at(model.main).inputs.map((v) => model.values.at(v));
  return new Map(
    inputs.map(({ name, type }) => {
      const dtype = type?.kind === 'tensor' ? type.dtype : 'float';
      const width = type?.kind === 'tensor' ? type.shape?.[1] : null;
      const columns = typeof width === 'number' ? width : 1;
      const dims = [1, columns];
      return [
        name,
        { dtype, dims, values: dtype === 'string' ? new Array<string>(columns).fill('') : new Float32Array(columns) },
      ];
    }),
  );
}

function frameOfInputs(inputs: ReadonlyMap<string, DenseTensor>, names: readonly string[]): Frame {
  const columns = names.flatMap((name): Column[] => {
    const tensor = inputs.get(name) ?? notHere(`the input ${name}`);
    const width = tensor.dims[1] ?? 1;
    const rows = tensor.dims[0]!;
    const numbers = tensor.dtype === 'string' ? null : toNumbers(tensor);
    return Array.from({ length: width }, (_, c) =>
      numbers
        ? Float64Array.from({ length: rows }, (_, r) => numbers[r * width + c]!)
        : Array.from({ length: rows }, (_, r) => String(tensor.values[r * width + c])),
    );
  });
  return { rows: inputs.get(names[0]!)!.dims[0]!, columns };
}

/** By the names that the converted model gives its outputs. */
function outputsOf(root: Est, x: Frame): Map<string, DenseTensor> {
  const made = BY.evaluate(root, x);
  const out = new Map<string, DenseTensor>();
  const matrix = (rows: readonly (readonly number[])[]): DenseTensor => {
    const values = Float64Array.from(rows.flat());
    return { dtype: 'double', dims: [rows.length, values.length / Math.max(1, rows.length)], values };
  };
  if (made.predict) out.set('predictions', matrix(made.predict()));
  if (made.label) out.set('label', labelTensor(made.label(), [x.rows]));
  if (made.proba) out.set('probabilities', matrix(made.proba()));
  if (made.decision && !made.proba) out.set('decision_function', matrix(made.decision()));
  if (out.size === 0 && made.transform) {
    const frame = made.transform();
    if (frame.columns.some((c) => !(c instanceof Float64Array))) return notHere('text as the result');
    const rows = Array.from({ length: frame.rows }, (_, r) => frame.columns.map((c) => Number(c[r])));
    out.set('transformed', matrix(rows));
  }
  return out;
}
