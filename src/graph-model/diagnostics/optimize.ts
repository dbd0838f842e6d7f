/** Passes and rules: what was refused, what was undone. */
import { entry as e } from './entry.ts';

export const OPTIMIZE = {
  'optimize.unknown-pass': e('error', 'There is no pass named {pass}.', 'Choose among: {known}.'),
  'optimize.unknown-preset': e('error', 'There is no preset named {preset}.', 'Choose among: {known}.'),
  'optimize.option': e('error', 'The pass {pass} has no option {option}.', 'Its options are: {known}.'),
  'optimize.rounds': e(
    'warning',
    'The passes still found something to do after {rounds} rounds, the most that are run.',
    'Run them again to go on from here.',
  ),
  'optimize.steps': e(
    'warning',
    'The pass {pass} was stopped after {steps} steps; what it did so far is kept.',
    'Run it again to go on from here; two rules may undo each other.',
  ),
  'optimize.failed': e(
    'warning',
    'The pass {pass} was left out: {why}',
    'The other passes ran; the model is as they left it.',
  ),
  'optimize.undone': e(
    'warning',
    "The pass {pass} was undone, because the model's outputs changed: {why}",
    'The result is without this pass. Please keep the model: it shows a mistake in the pass.',
  ),
  'optimize.too-large': e(
    'info',
    '{count} values were not computed beforehand: they would add more than {limit} MB to the file.',
    'Raise the growth limit of constant folding if the file may grow.',
  ),
  'optimize.not-verified': e(
    'warning',
    'The result could not be held against the original: {why}',
    'Run both yourself before you rely on it; the passes alone promise equal outputs.',
  ),
};
