/** Every sample converts to the framework's own numbers, within the case's tolerance, or is refused in one sentence. */
import { describe, expect, it } from 'vitest';
import { brokenLaws } from '../../../src/graph-model/core/validate.ts';
import { FormatError } from '../../../src/graph-model/diagnostics.ts';
import {
  convert,
  hasKerasShared,
  KERAS_SAMPLES,
  KERAS_SHARED,
  kerasCase,
  kerasCases,
  wrongOutputs,
} from './keras-cases.ts';

async function verify(root: string, name: string): Promise<void> {
  const c = kerasCase(root, name);
  if (c.expect === 'refuse') {
    const failed = await convert(c.files).catch((e: unknown) => e);
    expect(failed).toBeInstanceOf(FormatError);
    return;
  }
  const model = await convert(c.files);
  expect(brokenLaws(model)).toEqual([]);
  expect([...model.nodes.values()].filter((n) => n.domain === 'keras')).toEqual([]);
  expect(await wrongOutputs(c, model)).toEqual([]);
}

const own = kerasCases(KERAS_SAMPLES);

describe('Keras samples', () => {
  it.each(own)('%s', (name) => verify(KERAS_SAMPLES, name));
});

if (!hasKerasShared) console.warn('skipped: the full set of Keras models is not beside the project');
describe.skipIf(!hasKerasShared)('Keras models beside the project', () => {
  const rest = hasKerasShared ? kerasCases(KERAS_SHARED).filter((n) => !own.includes(n)) : [];
  it.each(rest)('%s', (name) => verify(KERAS_SHARED, name));
});
