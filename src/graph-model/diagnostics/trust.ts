/** Checking a converted model against its framework. */
import { entry as e } from './entry.ts';

export const TRUST = {
  'trust.no-input': e(
    'error',
    'The rows in {files} cannot be run: {why}.',
    'Give a table with one column for each column of the model, or the inputs as .npy or .npz beside the outputs.',
  ),
  'trust.no-output': e(
    'error',
    '{files} holds no values that fit an output of the model ({outputs}).',
    'Name the columns or arrays like the outputs: label, probability_0, probability_1, predictions.',
  ),
  'trust.no-evaluation': e(
    'error',
    'The source model cannot be evaluated here: {what}.',
    'Give rows with the outputs that the framework computed.',
  ),
} as const;
