/** What Keras has and ONNX has no words for: why, by layer and by function of keras.ops. The documentation shows both. */

const HASH = 'the bytes of a string are out of reach in ONNX, so no hash of it can be computed';
const PYTHON = 'it holds code of another framework, which is not run';

export const REFUSED: Readonly<Record<string, string>> = {
  Hashing: HASH,
  HashedCrossing: HASH,
  FlaxLayer: PYTHON,
  JaxLayer: PYTHON,
  TorchModuleWrapper: PYTHON,
  TFSMLayer: 'it refers to a SavedModel in another folder; convert that one',
};

const DECOMPOSITION = 'ONNX has no decomposition of matrices';
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
  ...all(['viewascomplex', 'viewasreal', 'conj', 'conjugate', 'imag', 'angle', 'polar', 'fft2', 'ifft2'], COMPLEX),
  ctcdecode: 'decoding with a beam has no ONNX form',
  view: 'ONNX Runtime has no kernel that reads the bits of numbers as another type',
  nextafter: 'ONNX has no way to step between neighbouring floats',
  unique: 'the length of its result depends on the values',
  nonzero: 'the length of its result depends on the values',
};

function all(names: readonly string[], why: string): Record<string, string> {
  return Object.fromEntries(names.map((n) => [n, why]));
}
