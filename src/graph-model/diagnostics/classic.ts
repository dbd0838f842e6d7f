/** Classical models: trees, linear models, support vectors. */
import { entry as e } from './entry.ts';

export const CLASSIC = {
  'classic.damaged': e(
    'error',
    'The {format} model {file} is damaged at {where}: {why}.',
    'Save it again with the framework, or download it again.',
  ),
  'classic.truncated': e('error', 'The {format} model {file} ends early: {why}.', 'Save or download it again.'),
  'classic.refused': e(
    'error',
    'The {format} model {file} cannot be converted to ONNX: {why}.',
    'It can be looked at; to convert it, save it without that.',
  ),
  'classic.unreadable': e('error', 'The {format} model {file} cannot be read: {why}.', '{what}'),
  'classic.objective': e(
    'warning',
    'The {format} model {file} has the objective {objective}, which Graphwright does not know: it gives raw scores.',
    'Apply the link of that objective to the scores yourself.',
  ),
} as const;
