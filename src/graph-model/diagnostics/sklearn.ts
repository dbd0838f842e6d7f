/** Python pickles and scikit-learn models. */
import { entry as e } from './entry.ts';

export const SKLEARN = {
  'pickle.broken': e(
    'error',
    'The file {file} is damaged at byte {byte}: {why}.',
    'Save the model again, or download it again.',
  ),
  'pickle.unsafe': e(
    'error',
    'The file {file} asks Python to call {callable} when it is loaded, which no model needs; nothing was run, and the file is not opened.',
    'Do not load this file with Python either unless you know where it comes from.',
  ),
  'pickle.compression': e(
    'error',
    'The file {file} is compressed with {method}, which is not read here.',
    'Save the model again with zlib compression: `joblib.dump(model, path, compress=3)`.',
  ),
  'pickle.too-large': e(
    'error',
    'The file {file} unpacks to more than {limit}; it is not unpacked further.',
    'Save the model without compression.',
  ),
  'sklearn.no-estimator': e(
    'error',
    'The file {file} holds {what}, not a fitted scikit-learn estimator.',
    'Save the fitted estimator or pipeline itself with joblib.dump or pickle.dump.',
  ),
  'sklearn.not-fitted': e(
    'error',
    '{step} has not been fitted: {missing} is missing.',
    'Call fit before saving the model.',
  ),
  'sklearn.unsupported': e(
    'error',
    '{step} cannot be converted to ONNX: {why}.',
    'See the table of supported estimators.',
  ),
  'sklearn.too-complex': e(
    'error',
    'The file {file} nests {what} more than {limit} deep or wide.',
    'No model needs this; the file is damaged or hostile.',
  ),
} as const;
