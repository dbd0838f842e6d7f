/** Types and shapes that contradict. */
import { entry as e } from './entry.ts';

export const INFER = {
  'infer.declared': e(
    'warning',
    'The value {value} is declared as {declared}, but {node} makes {inferred}.',
    'Correct or remove the declaration: the shape that follows from the inputs is used.',
  ),
  'infer.mismatch': e(
    'error',
    '{node}: {what} do not agree: {left} against {right}.',
    'Check the shapes of its inputs and its attributes.',
  ),
  'infer.rank': e(
    'error',
    '{node}: {what} differ in rank: {left} against {right} dimensions.',
    'Check the shapes of its inputs.',
  ),
  'infer.broadcast': e(
    'error',
    '{node}: inputs cannot be broadcast together: {left} against {right} at axis {axis}.',
    'Two dimensions must be equal, or one of them 1.',
  ),
  'infer.axis': e(
    'error',
    '{node}: axis {axis} is outside a tensor of rank {rank}.',
    'An axis lies between -rank and rank-1.',
  ),
  'infer.dtype': e(
    'error',
    '{node}: inputs {left} and {right} must have one element type, and have {leftType} and {rightType}.',
    'Insert a Cast, or correct the input.',
  ),
  'infer.reshape': e(
    'error',
    '{node}: a tensor of {have} elements cannot be reshaped to {shape}.',
    'The numbers of elements must be equal.',
  ),
  'infer.length': e(
    'error',
    '{node}: a dimension of its output would have the length {length}.',
    'Check its attributes against the shapes of its inputs: a kernel or a cut may be larger than the input.',
  ),
  'infer.attribute': e(
    'error',
    '{node}: the attribute {attribute} is wrong: {why}.',
    'See the operator’s description.',
  ),
  'infer.unknown-operator': e(
    'info',
    '{node}: the operator {op} of the domain {domain} is not known; the types of its outputs are taken as declared.',
    'Declare the types of its outputs where later operators need them.',
  ),
  'infer.recursion': e(
    'error',
    '{node}: the function {op} calls itself.',
    'ONNX functions must not be recursive: remove the call.',
  ),
  'infer.rule': e(
    'warning',
    '{node}: its types could not be worked out ({why}); they are taken as declared.',
    'Check its inputs and attributes.',
  ),
};
