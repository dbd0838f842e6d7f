/** Classical models (ai.onnx.ml) and texts: labels, trees, vectorizers. */
import { getFloats, getInts, getStrings, getTensor } from '../../core/attributes.ts';
import type { Dim, DType, ValueType } from '../../core/types.ts';
import { addDim, productDim } from '../symbolic.ts';
import type { InferRule, NodeContext } from './context.ts';
import { likeInput, shapeOfInput } from './elementwise.ts';
import { rowsFor, withTraits, type Rows } from './row.ts';

/** How many rows input 0 has: a vector is one row. */
function rowsOf(c: NodeContext): Dim {
  const shape = c.shape(0);
  if (shape === null) return null;
  return shape.length < 2 ? 1 : shape[0]!;
}

interface Labels {
  readonly dtype: DType;
  readonly count: number | null;
}

function labelsOf(c: NodeContext, strings: string, integers: string): Labels {
  const words = getStrings(c.node, strings);
  if (words?.length) return { dtype: 'string', count: words.length };
  return { dtype: 'int64', count: getInts(c.node, integers)?.length ?? null };
}

/** Label [N] and scores [N, classes]. */
function setClasses(c: NodeContext, labels: Labels, columns: Dim): void {
  c.setTensor(0, labels.dtype, [rowsOf(c)]);
  c.setTensor(1, 'float', [rowsOf(c), columns]);
}

const linearClassifier: InferRule = (c) => {
  const labels = labelsOf(c, 'classlabels_strings', 'classlabels_ints');
  const rows = getFloats(c.node, 'intercepts')?.length ?? null;
  setClasses(c, labels, labels.count ?? (rows === 1 ? 2 : rows));
};

/** Without probabilities a vector machine scores every pair of classes (ONNX Runtime). */
const svmClassifier: InferRule = (c) => {
  const labels = labelsOf(c, 'classlabels_strings', 'classlabels_ints');
  const n = labels.count;
  const pairs = !getFloats(c.node, 'prob_a')?.length && (getInts(c.node, 'vectors_per_class')?.length ?? 0) > 0;
  setClasses(c, labels, n !== null && pairs && n > 2 ? (n * (n - 1)) / 2 : n);
};

const treeClassifier: InferRule = (c) => {
  const labels = labelsOf(c, 'classlabels_strings', 'classlabels_int64s');
  setClasses(c, labels, labels.count);
};

const regressor =
  (targets: (c: NodeContext) => number): InferRule =>
  (c) =>
    c.setTensor(0, 'float', [rowsOf(c), targets(c)]);

const labelEncoder: InferRule = (c) => c.setTensor(0, encodedType(c), c.shape(0));

function encodedType(c: NodeContext): DType | null {
  if (c.version < 2) return c.dtype(0) === 'string' ? 'int64' : 'string';
  const tensor = getTensor(c.node, 'values_tensor') ?? getTensor(c.node, 'default_tensor');
  if (tensor) return tensor.dtype;
  if (c.attribute('values_strings')) return 'string';
  if (c.attribute('values_int64s')) return 'int64';
  return c.attribute('values_floats') ? 'float' : null;
}

const categoryMapper: InferRule = (c) => c.setTensor(0, c.dtype(0) === 'string' ? 'int64' : 'string', c.shape(0));

const oneHotEncoder: InferRule = (c) => {
  const count = getInts(c.node, 'cats_int64s')?.length || getStrings(c.node, 'cats_strings')?.length || null;
  const shape = c.shape(0);
  c.setTensor(0, 'float', shape && [...shape, count]);
};

const featureExtractor: InferRule = (c) => {
  const shape = c.shape(0);
  const indices = c.shape(1);
  const picked = indices && productDim(indices);
  if (!shape) return c.setTensor(0, c.dtype(0), null);
  c.setTensor(0, c.dtype(0), shape.length === 1 ? [1, picked] : [...shape.slice(0, -1), picked]);
};

const featureVectorizer: InferRule = (c) => {
  const sizes = c.ints('inputdimensions');
  const columns = sizes
    ? sizes.reduce((a, b) => a + b, 0)
    : c.node.inputs.reduce<Dim>((n, _, i) => addDim(n, c.rank(i) === 1 ? 1 : c.dim(i, 1)), 0);
  c.setTensor(0, 'float', [rowsOf(c), columns]);
};

const dictVectorizer: InferRule = (c) => {
  const words = getStrings(c.node, 'string_vocabulary')?.length || getInts(c.node, 'int64_vocabulary')?.length || null;
  const type = c.type(0);
  const value = type?.kind === 'map' ? type.value : null;
  c.setTensor(0, value?.kind === 'tensor' ? value.dtype : null, [1, words]);
};

const castMap: InferRule = (c) => {
  const dtype = { TO_STRING: 'string', TO_INT64: 'int64' }[c.string('cast_to', 'TO_FLOAT')] as DType | undefined;
  c.setTensor(0, dtype ?? 'float', [1, c.string('map_form', 'DENSE') === 'DENSE' ? null : c.int('max_map', 1)]);
};

const zipMap: InferRule = (c) => {
  const key = labelsOf(c, 'classlabels_strings', 'classlabels_int64s').dtype;
  const map: ValueType = { kind: 'map', key, value: { kind: 'tensor', dtype: 'float', shape: [] } };
  c.set(0, { kind: 'sequence', element: map });
};

export const CLASSICAL: Rows = {
  ...rowsFor(['Scaler', 'Normalizer'], { infer: shapeOfInput('float'), traits: [] }),
  ...rowsFor(['Binarizer', 'Imputer'], { infer: likeInput(), traits: ['elementwise'] }),
  ...withTraits(['elementwise'], { LabelEncoder: labelEncoder, CategoryMapper: categoryMapper }),
  ...withTraits([], {
    LinearClassifier: linearClassifier,
    SVMClassifier: svmClassifier,
    TreeEnsembleClassifier: treeClassifier,
    LinearRegressor: regressor((c) => c.int('targets', 1)),
    SVMRegressor: regressor(() => 1),
    TreeEnsembleRegressor: regressor((c) => c.int('n_targets', 1)),
    TreeEnsemble: (c) => c.setTensor(0, c.dtype(0), [rowsOf(c), c.int('n_targets', 1)]),
    OneHotEncoder: oneHotEncoder,
    ArrayFeatureExtractor: featureExtractor,
    FeatureVectorizer: featureVectorizer,
    DictVectorizer: dictVectorizer,
    CastMap: castMap,
    ZipMap: zipMap,
  }),
};

// ---- texts and pictures in ONNX's own domain

const stringNormalizer: InferRule = (c) => {
  const shape = c.shape(0);
  const drops = (getStrings(c.node, 'stopwords')?.length ?? 0) > 0;
  c.setTensor(0, 'string', shape && drops ? [...shape.slice(0, -1), null] : shape);
};

const stringSplit: InferRule = (c) => {
  const shape = c.shape(0);
  c.setTensor(0, 'string', shape && [...shape, null]);
  c.setTensor(1, 'int64', shape);
};

const tfIdf: InferRule = (c) => {
  const shape = c.shape(0);
  const columns = Math.max(-1, ...(getInts(c.node, 'ngram_indexes') ?? [])) + 1;
  c.setTensor(0, 'float', shape && [...shape.slice(0, -1), columns]);
};

const imageDecoder: InferRule = (c) =>
  c.setTensor(0, 'uint8', [null, null, c.string('pixel_format', 'RGB') === 'Grayscale' ? 1 : 3]);

export const TEXTS: Rows = withTraits([], {
  StringNormalizer: stringNormalizer,
  StringSplit: stringSplit,
  TfIdfVectorizer: tfIdf,
  ImageDecoder: imageDecoder,
});
