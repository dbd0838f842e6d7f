/** Conversion to ONNX and between opsets. */
import { entry as e } from './entry.ts';

export const CONVERT = {
  'convert.no-lowering': e(
    'error',
    'The {format} model can be looked at and not yet be written as ONNX.',
    'Export it to ONNX with its own framework.',
  ),
  'convert.replace': e(
    'error',
    'The replacement cannot be made: {why}',
    'Name a node that inspect shows, with cut or an operator.',
  ),
  'opset.attribute': e(
    'error',
    '{node}: {attribute} = {value} cannot be said at opset {opset}.',
    'Choose opset {since} or later, or set the attribute to its default.',
  ),
  'opset.input': e('error', '{node}: {op} of opset {opset} has no input {input}.', 'Choose opset {since} or later.'),
  'opset.operator': e(
    'error',
    '{node}: opset {opset} has no {op} and no way to say it with other operators.',
    'Choose opset {since} or later.',
  ),
  'opset.range': e(
    'error',
    'Opset {opset} is not one Graphwright converts to; it knows {least} to {most}.',
    'Choose one in that range.',
  ),
  'opset.refused': e(
    'error',
    '{node}: {op} cannot be written for opset {opset}: {reason}.',
    'Choose another opset, or edit the node.',
  ),
  'opset.type': e(
    'error',
    '{node}: {op} of opset {opset} does not take {type}.',
    'Choose a later opset, or cast the input.',
  ),
} as const;
