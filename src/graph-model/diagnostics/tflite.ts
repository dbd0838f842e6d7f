/** TensorFlow Lite models. */
import { entry as e } from './entry.ts';

export const TFLITE = {
  'tflite.unsupported': e(
    'error',
    'The operator {node} ({op}) cannot be converted: {why}.',
    'Cut the model before it with --outputs, or convert the model that it was made from.',
  ),
  'tflite.no-signature': e(
    'error',
    'The model has no signature {name}; it has {known}.',
    'Choose one of these with --signature.',
  ),
  'tflite.no-output': e(
    'error',
    'The model has no operator or tensor {name} to be an output.',
    'Choose one of the names that inspect and the graph show.',
  ),
  'tflite.state': e(
    'warning',
    'The model keeps variables from one run to the next, and the ONNX model begins every run from their first values.',
    'Run the whole sequence at once, or keep the states yourself between runs.',
  ),
} as const;
