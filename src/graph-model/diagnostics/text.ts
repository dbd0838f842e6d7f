/** The ONNX text form. */
import { entry as e } from './entry.ts';

export const TEXT = {
  'text.syntax': e(
    'error',
    'Line {at}: expected {what}, found {found}.',
    'Correct the text there; the syntax is that of the ONNX text form.',
  ),
  'text.literal': e('error', 'Line {at}: {problem}.', 'Correct the literal.'),
  'text.tensor': e('error', 'Line {at}: the tensor {problem}.', 'Make the type and the elements agree.'),
  'text.duplicate': e('error', 'Line {at}: {what} twice.', 'Remove one of the two.'),
  'text.cycle': e(
    'error',
    'Line {at}: the nodes of {what} form a cycle: one of them would read its own result.',
    'Break the cycle.',
  ),
  'text.note': e(
    'error',
    'Line {at}: the annotation after #@ {problem}.',
    'Remove the annotation, or print the model again.',
  ),
  'text.too-deep': e(
    'error',
    'Line {at}: types, graphs or annotations are nested deeper than {limit} levels.',
    'Nest them less deeply.',
  ),
};
