/** What Keras has and ONNX has no words for: why, by layer and by function of keras.ops. The documentation shows both. */

const HASH = 'the bytes of a string are out of reach in ONNX, so no hash of it can be computed';
const PYTHON = 'it holds code of another framework, which is not run';

const all = (names: readonly string[], why: string): Record<string, string> =>
  Object.fromEntries(names.map((n) => [n, why]));

export const REFUSED: Readonly<Record<string, string>> = {
  Hashing: HASH,
  HashedCrossing: HASH,
  STFTSpectrogram: 'spectrograms other than those on the mel scale are not converted',
  ...all(
    ['Solarization', 'AutoContrast', 'Equalization', 'ContrastLimitedAdaptiveHistogramEqualization'],
    'changing the contrast by the content of an image is not converted',
  ),
  FlaxLayer: PYTHON,
  JaxLayer: PYTHON,
  TorchModuleWrapper: PYTHON,
  TFSMLayer: 'it refers to a SavedModel in another folder; convert that one',
};

const DECOMPOSITION = 'ONNX has no operator that decomposes matrices, and Graphwright writes no algorithm for it';
const TRAINING = 'it is a loss, for training alone';
const BODY = 'its body is Python code, which is not in the file';
const COMPLEX = 'ONNX Runtime has no kernels for complex numbers';

/** By the plain name of the class: lower case, without underscores. */
export const REFUSED_OPS: Readonly<Record<string, string>> = {
  ...all(['eig', 'eigh', 'svd', 'qr', 'lufactor', 'lstsq', 'pinv', 'matrixrank'], DECOMPOSITION),
  ...all(['binarycrossentropy', 'categoricalcrossentropy', 'sparsecategoricalcrossentropy', 'ctcloss'], TRAINING),
  ...all(
    ['associativescan', 'cond', 'foriloop', 'map', 'scan', 'switch', 'whileloop', 'vectorizedmap', 'vectorize'],
    BODY,
  ),
  ...all(['viewascomplex', 'viewasreal', 'polar'], COMPLEX),
  ctcdecode: 'decoding with a beam has no ONNX form',
  view: 'ONNX Runtime has no kernel that reads the bits of numbers as another type',
  ...all(
    ['inv', 'solve', 'solvetriangular', 'cholesky', 'choleskyinverse'],
    'ONNX has no operator for it, and Graphwright writes no elimination in its place',
  ),
  nextafter: 'ONNX has no operator for the neighbouring number, and ONNX Runtime none that reads the bits of one',
  unique: 'the options of Keras (a fixed size, a value to fill up with) are not converted',
  nonzero: 'a result whose length depends on the values is not converted',
};
