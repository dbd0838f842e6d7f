/** scikit-learn's estimators evaluated directly on rows: what converted models are held to. */
import { labelTensor } from '../../../graph-model/builders/forest-reference.ts';
import type { Reference, Unreferenced } from '../../../graph-model/builders/reference.ts';
import type { Model } from '../../../graph-model/core/model.ts';
import { toNumbers, type DenseTensor } from '../../../graph-model/core/tensor.ts';
import { FormatError } from '../../../graph-model/diagnostics.ts';
import type { ForeignLibrary, ForeignReader } from '../../foreign.ts';
import { decodeGraph } from '../dialect/decode.ts';
import { ForeignObject, readersFor } from '../foreign.ts';
import { Est } from '../lower/estimator.ts';
import { inputsOf } from '../signature.ts';
import * as compose from './compose.ts';
import { foreignMade } from './foreign.ts';
import { NoReference, notHere, type Column, type Evaluate, type Evaluator, type Frame, type Made } from './frame.ts';
import * as linear from './linear.ts';
import * as meta from './meta.ts';
import * as numbers from './numbers.ts';
import * as others from './others.ts';
import { findProbes } from './probes.ts';
import * as project from './projections.ts';
import * as similar from './similar.ts';
import * as text from './text.ts';
import * as change from './transformers.ts';
import * as trees from './trees.ts';

const ROWS = new Map<string, Evaluate>();
const add = (names: string, evaluate: Evaluate) =>
  names
    .trim()
    .split(/\s+/)
    .forEach((n) => ROWS.set(n, evaluate));

/** One evaluator for each estimator that is converted; tests hold this table to the one in lower/index.ts. */
export const EVALUATORS: ReadonlyMap<string, Evaluate> = ROWS;

add(
  `LinearRegression Ridge RidgeCV Lasso LassoCV LassoLars LassoLarsCV LassoLarsIC Lars LarsCV ElasticNet ElasticNetCV
  MultiTaskLasso MultiTaskLassoCV MultiTaskElasticNet MultiTaskElasticNetCV OrthogonalMatchingPursuit
  OrthogonalMatchingPursuitCV BayesianRidge ARDRegression SGDRegressor PassiveAggressiveRegressor HuberRegressor
  TheilSenRegressor QuantileRegressor LinearSVR`,
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
add('RandomTreesEmbedding', trees.treesEmbedding);
add('GradientBoostingRegressor', trees.gradientBoostingRegressor);
add('GradientBoostingClassifier', trees.gradientBoostingClassifier);
add('HistGradientBoostingRegressor', trees.histRegressor);
add('HistGradientBoostingClassifier', trees.histClassifier);
add('SVC NuSVC', others.supportVectorClassifier);
add('SVR NuSVR', others.supportVectorRegressor);
add('OneClassSVM', others.oneClassSvm);
add('GaussianNB', others.gaussianNb);
add('MultinomialNB', others.multinomialNb);
add('KMeans MiniBatchKMeans MeanShift AffinityPropagation', others.kMeans);
add('DummyRegressor', others.dummyRegressor);
add('DummyClassifier', others.dummyClassifier);

add('KernelRidge', similar.kernelRidge);
add('KernelPCA', similar.kernelPca);
add('KernelCenterer', similar.kernelCenterer);
add('Nystroem', similar.nystroem);
add('Isomap', similar.isomap);
add('GaussianProcessRegressor', similar.gaussianProcessRegressor);
add('GaussianProcessClassifier', similar.gaussianProcessClassifier);
add('_BinaryGaussianProcessClassifierLaplace', similar.binaryGaussianProcess);
add('KNeighborsClassifier', similar.neighborsClassifier);
add('KNeighborsRegressor', similar.neighborsRegressor);
add('RadiusNeighborsClassifier', similar.radiusClassifier);
add('RadiusNeighborsRegressor', similar.radiusRegressor);
add('KNeighborsTransformer RadiusNeighborsTransformer', similar.neighborsGraph);
add('NearestCentroid', similar.nearestCentroid);
add('LocalOutlierFactor', similar.localOutlierFactor);
add('LabelPropagation LabelSpreading', similar.labelPropagation);
add('NeighborhoodComponentsAnalysis', similar.neighborhoodComponents);

add('PCA IncrementalPCA', change.pca);
add('TruncatedSVD GaussianRandomProjection SparseRandomProjection FastICA', project.byComponents);
add('FactorAnalysis', project.factorAnalysis);
add('RBFSampler', project.rbfSampler);
add('SkewedChi2Sampler', project.skewedChi2Sampler);
add('AdditiveChi2Sampler', project.additiveChi2Sampler);
add('PolynomialCountSketch', project.polynomialCountSketch);
add('BernoulliRBM', project.bernoulliRbm);
add('FeatureAgglomeration', project.featureAgglomeration);
add('EllipticEnvelope', project.ellipticEnvelope);
add('SGDOneClassSVM', project.sgdOneClass);
add('PLSRegression PLSCanonical CCA', project.partialLeastSquares);
add('PLSSVD', project.partialSvd);
add('QuadraticDiscriminantAnalysis', project.quadraticDiscriminant);
add('ComplementNB', project.complementNb);
add('BernoulliNB', project.bernoulliNb);
add('CategoricalNB', project.categoricalNb);
add('Birch', project.birch);
add('BisectingKMeans', project.bisectingKMeans);
add('GaussianMixture BayesianGaussianMixture', project.gaussianMixture);

add('StandardScaler', change.standardScaler);
add('RobustScaler', change.robustScaler);
add('MaxAbsScaler', change.maxAbsScaler);
add('MinMaxScaler', change.minMaxScaler);
add('Normalizer', change.normalizer);
add('Binarizer', change.binarizer);
add('PolynomialFeatures', change.polynomialFeatures);
add('VarianceThreshold', change.varianceThreshold);
add('SimpleImputer', change.simpleImputer);
add('OneHotEncoder', change.oneHotEncoder);
add('OrdinalEncoder', change.ordinalEncoder);
add('TargetEncoder', change.targetEncoder);
add('FunctionTransformer', numbers.functionTransformer);
add('KBinsDiscretizer', numbers.kBins);
add('PowerTransformer', numbers.powerTransformer);
add('QuantileTransformer', numbers.quantileTransformer);
add('SplineTransformer', numbers.splineTransformer);
add('MissingIndicator', numbers.missingIndicator);
add('KNNImputer', numbers.knnImputer);
add('IterativeImputer', numbers.iterativeImputer);
add('LabelEncoder', numbers.labelEncoder);
add('LabelBinarizer', numbers.labelBinarizer);
add('SelectKBest', numbers.selectKBest);
add('SelectPercentile', numbers.selectPercentile);
add('SelectFpr', numbers.selectFpr);
add('SelectFdr', numbers.selectFdr);
add('SelectFwe', numbers.selectFwe);
add('GenericUnivariateSelect', numbers.genericUnivariate);
add('RFE RFECV SequentialFeatureSelector', numbers.bySupport);
add('SelectFromModel', numbers.selectFromModel);
add('CountVectorizer', text.countVectorizer);
add('TfidfVectorizer', text.tfidfVectorizer);
add('TfidfTransformer', text.tfidfTransformer);

add('Pipeline', compose.pipeline);
add('ColumnTransformer', compose.columnTransformer);
add('FeatureUnion', compose.featureUnion);
add('GridSearchCV RandomizedSearchCV HalvingGridSearchCV HalvingRandomSearchCV', compose.search);
add('FrozenEstimator SelfTrainingClassifier RANSACRegressor', compose.byEstimator);
add('AdaBoostClassifier', meta.adaBoostClassifier);
add('AdaBoostRegressor', meta.adaBoostRegressor);
add('BaggingClassifier', meta.baggingClassifier);
add('BaggingRegressor', meta.baggingRegressor);
add('VotingClassifier', meta.votingClassifier);
add('VotingRegressor', meta.votingRegressor);
add('StackingClassifier', meta.stackingClassifier);
add('StackingRegressor', meta.stackingRegressor);
add('CalibratedClassifierCV', meta.calibratedClassifier);
add('IsotonicRegression', meta.isotonicRegression);
add('TunedThresholdClassifierCV FixedThresholdClassifier', meta.thresholdClassifier);
add('OneVsRestClassifier', meta.oneVsRest);
add('OneVsOneClassifier', meta.oneVsOne);
add('OutputCodeClassifier', meta.outputCode);
add('_ConstantPredictor', meta.constantPredictor);
add('MultiOutputClassifier', meta.multiOutputClassifier);
add('MultiOutputRegressor', meta.multiOutputRegressor);
add('ClassifierChain', meta.classifierChain);
add('RegressorChain', meta.regressorChain);
add('TransformedTargetRegressor', meta.transformedTarget);

/** Estimators of scikit-learn by the table, those of other libraries by their own evaluation. */
function evaluatorWith(readers: ReadonlyMap<string, ForeignReader>): Evaluator {
  const by: Evaluator = {
    evaluate: (e, x): Made => {
      const reader = e.object instanceof ForeignObject ? readers.get(e.object.node.domain) : undefined;
      if (e.object instanceof ForeignObject && reader) return foreignMade(e.object.node, reader, x);
      return (ROWS.get(e.name) ?? notHere(e.name))(by, e, x);
    },
  };
  return by;
}

/** Where an estimator of the model, or an option of it, is not evaluated: which. */
export async function sklearnReference(
  model: Model,
  libraries: readonly ForeignLibrary[],
): Promise<Reference | Unreferenced> {
  const root = Est.of(await decodeGraph(model, model.main));
  const by = evaluatorWith(await readersFor(model, libraries));
  const names = inputsOf(root).map((i) => i.name);
  const found = findProbes(root, names, inputsOf(root));
  const evaluate = (inputs: ReadonlyMap<string, DenseTensor>) => outputsOf(by, root, frameOfInputs(inputs, names));
  try {
    // Whether every estimator is known, and every option of it, shows on one row of nothing.
    evaluate(oneRow(model));
  } catch (error) {
    if (error instanceof NoReference)
      return { none: error.message === root.name ? root.name : `${root.name}: ${error.message}` };
    if (error instanceof FormatError) return { none: root.name };
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
function outputsOf(by: Evaluator, root: Est, x: Frame): Map<string, DenseTensor> {
  const made = by.evaluate(root, x);
  const out = new Map<string, DenseTensor>();
  const matrix = (rows: readonly (readonly number[])[]): DenseTensor => {
    const values = Float64Array.from(rows.flat());
    return { dtype: 'double', dims: [rows.length, values.length / Math.max(1, rows.length)], values };
  };
  if (made.predict) out.set('predictions', matrix(made.predict()));
  if (made.label) out.set('label', labelTensor(made.label(), [x.rows]));
  if (made.labels) {
    const rows = made.labels();
    out.set('label', labelTensor(rows.flat(), [x.rows, rows[0]?.length ?? 0]));
  }
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
