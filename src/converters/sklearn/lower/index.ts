/** The one table of estimators that Graphwright lowers; docs/support/sklearn.md is made from it. */
import * as approximation from './approximation.ts';
import * as boosting from './boosting.ts';
import * as cluster from './cluster.ts';
import * as compose from './compose.ts';
import * as decomposition from './decomposition.ts';
import * as encode from './encode.ts';
import * as ensemble from './ensemble.ts';
import * as gaussian from './gaussian.ts';
import * as impute from './impute.ts';
import * as linear from './linear.ts';
import type { Lowering } from './lowered.ts';
import * as meta from './meta.ts';
import * as bayes from './naive-bayes.ts';
import * as neighbors from './neighbors.ts';
import * as neural from './neural.ts';
import * as scale from './scale.ts';
import * as select from './select.ts';
import * as similar from './similar.ts';
import * as svm from './svm.ts';
import * as text from './text.ts';
import * as tree from './tree.ts';

/** classifier, regressor, transformer; outlier detector, cluster; refused: always, with the reason. */
export type Kind = 'classifier' | 'regressor' | 'transformer' | 'outlier' | 'cluster' | 'meta' | 'refused';

export interface EstimatorRow {
  readonly family: string;
  readonly kind: Kind;
  readonly lower: Lowering;
  /** For the table of supported estimators: what is left out. */
  readonly limits?: string;
}

/** Always refused, with the reason. */
const refuse =
  (why: string): Lowering =>
  (_, e) =>
    e.fail(why);

const ROWS = new Map<string, EstimatorRow>();

function add(family: string, kind: Kind, lower: Lowering, names: string, limits?: string): void {
  for (const name of names.trim().split(/\s+/)) ROWS.set(name, { family, kind, lower, ...(limits ? { limits } : {}) });
}

const LINEAR = 'Linear models';
add(
  LINEAR,
  'regressor',
  linear.linearRegressor,
  `LinearRegression Ridge RidgeCV Lasso LassoCV LassoLars LassoLarsCV LassoLarsIC Lars LarsCV
  ElasticNet ElasticNetCV MultiTaskLasso MultiTaskLassoCV MultiTaskElasticNet MultiTaskElasticNetCV OrthogonalMatchingPursuit
  OrthogonalMatchingPursuitCV BayesianRidge ARDRegression SGDRegressor PassiveAggressiveRegressor HuberRegressor
  TheilSenRegressor QuantileRegressor LinearSVR`,
);
add(LINEAR, 'regressor', linear.generalisedRegressor, 'PoissonRegressor GammaRegressor TweedieRegressor');
add(LINEAR, 'regressor', linear.throughEstimator, 'RANSACRegressor');
add(
  LINEAR,
  'regressor',
  similar.kernelRidge,
  'KernelRidge',
  'kernels that are functions, chi2 and additive_chi2 are refused',
);
add(LINEAR, 'transformer', similar.partialSvd, 'PLSSVD');
add(LINEAR, 'classifier', linear.logisticRegression, 'LogisticRegression LogisticRegressionCV');
add(LINEAR, 'classifier', linear.sgdClassifier, 'SGDClassifier Perceptron PassiveAggressiveClassifier');
add(LINEAR, 'classifier', linear.linearClassifier, 'LinearSVC RidgeClassifier RidgeClassifierCV');
add(LINEAR, 'regressor', linear.partialLeastSquares, 'PLSRegression PLSCanonical CCA');
add(LINEAR, 'classifier', linear.linearDiscriminant, 'LinearDiscriminantAnalysis');
add(LINEAR, 'classifier', linear.quadraticDiscriminant, 'QuadraticDiscriminantAnalysis');

const SVM = 'Support vector machines';
add(SVM, 'classifier', svm.supportVectorClassifier, 'SVC NuSVC', 'kernels that are functions are refused');
add(SVM, 'regressor', svm.supportVectorRegressor, 'SVR NuSVR', 'kernels that are functions are refused');
add(SVM, 'outlier', similar.sgdOneClass, 'SGDOneClassSVM');
add(SVM, 'outlier', svm.oneClassSvm, 'OneClassSVM', 'kernels that are functions are refused');

const TREES = 'Trees and ensembles';
add(TREES, 'classifier', tree.treeClassifier, 'DecisionTreeClassifier ExtraTreeClassifier');
add(TREES, 'regressor', tree.treeRegressor, 'DecisionTreeRegressor ExtraTreeRegressor');
add(TREES, 'classifier', tree.forestClassifier, 'RandomForestClassifier ExtraTreesClassifier');
add(TREES, 'regressor', tree.forestRegressor, 'RandomForestRegressor ExtraTreesRegressor');
add(TREES, 'outlier', tree.isolationForest, 'IsolationForest');
add(TREES, 'transformer', tree.treesEmbedding, 'RandomTreesEmbedding');
add(TREES, 'classifier', boosting.gradientBoostingClassifier, 'GradientBoostingClassifier');
add(TREES, 'regressor', boosting.gradientBoostingRegressor, 'GradientBoostingRegressor');
add(TREES, 'classifier', boosting.histClassifier, 'HistGradientBoostingClassifier');
add(TREES, 'regressor', boosting.histRegressor, 'HistGradientBoostingRegressor');
add(TREES, 'classifier', boosting.adaBoostClassifier, 'AdaBoostClassifier');
add(TREES, 'regressor', boosting.adaBoostRegressor, 'AdaBoostRegressor');
add(TREES, 'classifier', ensemble.baggingClassifier, 'BaggingClassifier');
add(TREES, 'regressor', ensemble.baggingRegressor, 'BaggingRegressor');
add(TREES, 'classifier', ensemble.votingClassifier, 'VotingClassifier');
add(TREES, 'regressor', ensemble.votingRegressor, 'VotingRegressor');
add(TREES, 'classifier', ensemble.stackingClassifier, 'StackingClassifier');
add(TREES, 'regressor', ensemble.stackingRegressor, 'StackingRegressor');

const NEIGHBOURS = 'Neighbours';
add(
  NEIGHBOURS,
  'classifier',
  neighbors.neighborsClassifier,
  'KNeighborsClassifier',
  'metrics and weights that are functions are refused; of fitted rows at exactly the same distance the first count',
);
add(
  NEIGHBOURS,
  'regressor',
  neighbors.neighborsRegressor,
  'KNeighborsRegressor',
  'metrics and weights that are functions are refused; of fitted rows at exactly the same distance the first count',
);
add(NEIGHBOURS, 'classifier', neighbors.radiusClassifier, 'RadiusNeighborsClassifier');
add(NEIGHBOURS, 'regressor', neighbors.radiusRegressor, 'RadiusNeighborsRegressor');
add(NEIGHBOURS, 'classifier', neighbors.nearestCentroid, 'NearestCentroid', 'equal priors');
add(NEIGHBOURS, 'outlier', neighbors.localOutlierFactor, 'LocalOutlierFactor', 'novelty=True');
add(NEIGHBOURS, 'transformer', similar.neighborsGraph, 'KNeighborsTransformer RadiusNeighborsTransformer');
add(
  NEIGHBOURS,
  'classifier',
  similar.labelPropagation,
  'LabelPropagation LabelSpreading',
  'kernels that are functions are refused',
);
add(NEIGHBOURS, 'transformer', similar.isomap, 'Isomap', 'by a number of neighbours');
add(NEIGHBOURS, 'transformer', neighbors.neighborhoodComponents, 'NeighborhoodComponentsAnalysis');

const BAYES = 'Naive Bayes';
add(BAYES, 'classifier', bayes.gaussianNb, 'GaussianNB');
add(BAYES, 'classifier', bayes.multinomialNb, 'MultinomialNB');
add(BAYES, 'classifier', bayes.complementNb, 'ComplementNB');
add(BAYES, 'classifier', bayes.bernoulliNb, 'BernoulliNB');
add(BAYES, 'classifier', bayes.categoricalNb, 'CategoricalNB');

const CLUSTERS = 'Clusters and mixtures';
add(CLUSTERS, 'cluster', cluster.kMeans, 'KMeans MiniBatchKMeans MeanShift AffinityPropagation');
add(CLUSTERS, 'cluster', cluster.bisectingKMeans, 'BisectingKMeans');
add(CLUSTERS, 'cluster', cluster.birch, 'Birch');
add(CLUSTERS, 'cluster', cluster.gaussianMixture, 'GaussianMixture BayesianGaussianMixture');

const OTHER = 'Neural networks and Gaussian processes';
add(OTHER, 'classifier', neural.mlpClassifier, 'MLPClassifier');
add(OTHER, 'regressor', neural.mlpRegressor, 'MLPRegressor');
add(OTHER, 'transformer', neural.bernoulliRbm, 'BernoulliRBM');
add(
  OTHER,
  'regressor',
  gaussian.gaussianProcessRegressor,
  'GaussianProcessRegressor',
  'the mean; Matern with nu 0.5, 1.5, 2.5 or infinite',
);
add(
  OTHER,
  'classifier',
  gaussian.gaussianProcessClassifier,
  'GaussianProcessClassifier',
  'Matern with nu 0.5, 1.5, 2.5 or infinite',
);
add(OTHER, 'classifier', gaussian.binaryGaussianProcess, '_BinaryGaussianProcessClassifierLaplace');

const PROJECTIONS = 'Decomposition and projections';
add(PROJECTIONS, 'transformer', decomposition.pca, 'PCA IncrementalPCA');
add(
  PROJECTIONS,
  'transformer',
  decomposition.byComponents,
  'TruncatedSVD GaussianRandomProjection SparseRandomProjection',
);
add(PROJECTIONS, 'transformer', decomposition.fastIca, 'FastICA');
add(PROJECTIONS, 'transformer', decomposition.factorAnalysis, 'FactorAnalysis');
add(PROJECTIONS, 'transformer', decomposition.kernelPca, 'KernelPCA', 'kernels that are functions are refused');
add(PROJECTIONS, 'transformer', decomposition.nystroem, 'Nystroem', 'kernels that are functions are refused');
add(PROJECTIONS, 'transformer', decomposition.rbfSampler, 'RBFSampler');
add(PROJECTIONS, 'transformer', approximation.additiveChi2Sampler, 'AdditiveChi2Sampler');
add(PROJECTIONS, 'transformer', approximation.skewedChi2Sampler, 'SkewedChi2Sampler');
add(PROJECTIONS, 'transformer', approximation.polynomialCountSketch, 'PolynomialCountSketch');
add(
  PROJECTIONS,
  'transformer',
  similar.featureAgglomeration,
  'FeatureAgglomeration',
  'pooling by mean, sum, min or max',
);
add(PROJECTIONS, 'outlier', decomposition.ellipticEnvelope, 'EllipticEnvelope');
add(
  PROJECTIONS,
  'refused',
  decomposition.refuseIterative,
  'NMF MiniBatchNMF LatentDirichletAllocation DictionaryLearning MiniBatchDictionaryLearning SparseCoder SparsePCA MiniBatchSparsePCA',
  'each row is an optimisation problem',
);

const NUMBERS = 'Scaling and transforming numbers';
add(NUMBERS, 'transformer', scale.standardScaler, 'StandardScaler');
add(NUMBERS, 'transformer', scale.minMaxScaler, 'MinMaxScaler');
add(NUMBERS, 'transformer', scale.maxAbsScaler, 'MaxAbsScaler');
add(NUMBERS, 'transformer', scale.robustScaler, 'RobustScaler');
add(NUMBERS, 'transformer', scale.normalizer, 'Normalizer');
add(NUMBERS, 'transformer', scale.binarizer, 'Binarizer');
add(NUMBERS, 'transformer', scale.polynomialFeatures, 'PolynomialFeatures', 'up to 20,000 columns');
add(NUMBERS, 'transformer', scale.splineTransformer, 'SplineTransformer', 'extrapolation constant or continue');
add(NUMBERS, 'transformer', scale.kBins, 'KBinsDiscretizer');
add(NUMBERS, 'transformer', scale.powerTransformer, 'PowerTransformer');
add(NUMBERS, 'transformer', scale.quantileTransformer, 'QuantileTransformer');
add(
  NUMBERS,
  'transformer',
  scale.functionTransformer,
  'FunctionTransformer',
  'the identity and functions of NumPy and SciPy by name',
);
add(NUMBERS, 'transformer', scale.kernelCenterer, 'KernelCenterer');

const ENCODERS = 'Encoding categories and labels';
add(
  ENCODERS,
  'transformer',
  encode.oneHotEncoder,
  'OneHotEncoder',
  'unknown categories are zeros where scikit-learn raises an error',
);
add(
  ENCODERS,
  'transformer',
  encode.ordinalEncoder,
  'OrdinalEncoder',
  'unknown categories are -1 where scikit-learn raises an error',
);
add(ENCODERS, 'transformer', encode.labelEncoder, 'LabelEncoder', 'unknown labels are -1');
add(ENCODERS, 'transformer', encode.labelBinarizer, 'LabelBinarizer');
add(ENCODERS, 'transformer', encode.targetEncoder, 'TargetEncoder');
add(ENCODERS, 'refused', encode.refuseSets, 'MultiLabelBinarizer', 'its input is a set a row');

const MISSING = 'Missing values';
add(MISSING, 'transformer', impute.simpleImputer, 'SimpleImputer');
add(MISSING, 'transformer', impute.missingIndicator, 'MissingIndicator');
add(MISSING, 'transformer', impute.knnImputer, 'KNNImputer', 'weights that are functions are refused');
add(MISSING, 'transformer', impute.iterativeImputer, 'IterativeImputer', 'sample_posterior=False');

const TEXT = 'Text';
add(
  TEXT,
  'transformer',
  text.countVectorizer,
  'CountVectorizer',
  'analyzer word, char or char_wb; no strip_accents, no functions',
);
add(
  TEXT,
  'transformer',
  text.tfidfVectorizer,
  'TfidfVectorizer',
  'analyzer word, char or char_wb; no strip_accents, no functions',
);
add(TEXT, 'transformer', text.tfidfTransformer, 'TfidfTransformer');
add(TEXT, 'refused', text.refuseHashing, 'HashingVectorizer FeatureHasher', 'MurmurHash3 is no ONNX operator');
add(TEXT, 'refused', text.refuseDicts, 'DictVectorizer', 'its input is a dict a row');

const SELECT = 'Selecting features';
add(SELECT, 'transformer', select.selectKBest, 'SelectKBest');
add(SELECT, 'transformer', select.selectPercentile, 'SelectPercentile');
add(SELECT, 'transformer', select.selectFpr, 'SelectFpr');
add(SELECT, 'transformer', select.selectFdr, 'SelectFdr');
add(SELECT, 'transformer', select.selectFwe, 'SelectFwe');
add(SELECT, 'transformer', select.genericUnivariate, 'GenericUnivariateSelect');
add(SELECT, 'transformer', select.varianceThreshold, 'VarianceThreshold');
add(SELECT, 'transformer', select.bySupport, 'RFE RFECV SequentialFeatureSelector');
add(SELECT, 'transformer', select.selectFromModel, 'SelectFromModel', 'by coefficients, trees and forests');

const AROUND = 'Pipelines and estimators around others';
add(AROUND, 'meta', compose.pipeline, 'Pipeline');
add(AROUND, 'transformer', compose.columnTransformer, 'ColumnTransformer');
add(AROUND, 'transformer', compose.featureUnion, 'FeatureUnion');
add(AROUND, 'regressor', meta.transformedTarget, 'TransformedTargetRegressor');
add(AROUND, 'classifier', meta.calibratedClassifier, 'CalibratedClassifierCV');
add(AROUND, 'regressor', meta.isotonicRegression, 'IsotonicRegression');
add(AROUND, 'classifier', meta.oneVsRest, 'OneVsRestClassifier');
add(AROUND, 'classifier', meta.oneVsOne, 'OneVsOneClassifier');
add(AROUND, 'classifier', meta.outputCode, 'OutputCodeClassifier');
add(AROUND, 'classifier', meta.constantPredictor, '_ConstantPredictor');
add(AROUND, 'classifier', meta.multiOutputClassifier, 'MultiOutputClassifier');
add(AROUND, 'regressor', meta.multiOutputRegressor, 'MultiOutputRegressor');
add(AROUND, 'classifier', meta.classifierChain, 'ClassifierChain');
add(AROUND, 'regressor', meta.regressorChain, 'RegressorChain');
add(AROUND, 'meta', meta.search, 'GridSearchCV RandomizedSearchCV HalvingGridSearchCV HalvingRandomSearchCV');
add(AROUND, 'meta', meta.byEstimator, 'FrozenEstimator');
add(AROUND, 'classifier', meta.byEstimator, 'SelfTrainingClassifier');
add(AROUND, 'classifier', meta.thresholdClassifier, 'TunedThresholdClassifierCV FixedThresholdClassifier');
add(AROUND, 'regressor', meta.dummyRegressor, 'DummyRegressor');
add(AROUND, 'classifier', meta.dummyClassifier, 'DummyClassifier', 'no random strategies');

const UNABLE = 'Not for new rows';
add(
  UNABLE,
  'refused',
  refuse('it answers for the rows that it was fitted on alone: scikit-learn gives it neither predict nor transform'),
  `AgglomerativeClustering DBSCAN HDBSCAN OPTICS SpectralClustering SpectralBiclustering SpectralCoclustering TSNE MDS
  ClassicalMDS SpectralEmbedding`,
  'neither predict nor transform',
);
add(
  UNABLE,
  'refused',
  refuse('it describes data and predicts nothing'),
  `EmpiricalCovariance ShrunkCovariance LedoitWolf OAS MinCovDet GraphicalLasso GraphicalLassoCV KernelDensity
  NearestNeighbors`,
  'neither predict nor transform',
);
add(
  UNABLE,
  'refused',
  refuse('transforming solves a system of equations for each row, which ONNX operators do not express'),
  'LocallyLinearEmbedding',
  'each row is a system of equations',
);
add(UNABLE, 'refused', refuse('it cuts images at random places'), 'PatchExtractor', 'cuts at random');

/** The row of an estimator's class; null where it is not known. */
export function estimatorRow(name: string): EstimatorRow | null {
  return ROWS.get(name) ?? null;
}

export const ESTIMATORS: ReadonlyMap<string, EstimatorRow> = ROWS;
