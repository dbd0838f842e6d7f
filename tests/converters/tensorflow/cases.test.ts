/** Every sample converts to the framework's own numbers, within the case's tolerance, or is refused in one sentence. */
import { describe, expect, it } from 'vitest';
import { brokenLaws } from '../../../src/graph-model/core/validate.ts';
import { FormatError } from '../../../src/graph-model/diagnostics.ts';
import { convert, hasTfShared, TF_SAMPLES, TF_SHARED, tfCase, tfCases, wrongOutputs } from './tensorflow-cases.ts';

async function verify(root: string, name: string): Promise<void> {
  const c = tfCase(root, name);
  const made = await convert(c.files, c.options).catch((e: unknown) => e as Error);
  if (c.expect === 'refuse' || (c.expect === 'convert-or-refuse' && made instanceof Error)) {
    expect(made).toBeInstanceOf(FormatError);
    return;
  }
  if (made instanceof Error) throw made;
  expect(brokenLaws(made)).toEqual([]);
  expect([...made.nodes.values()].filter((n) => n.domain === 'tf')).toEqual([]);
  for (const run of [c, ...c.more]) expect(await wrongOutputs(c, run, made)).toEqual([]);
  for (const other of c.alternatives) {
    const model = await convert(c.files, { signature: other.signature });
    expect(await wrongOutputs(c, other, model)).toEqual([]);
  }
}

const own = tfCases(TF_SAMPLES);

describe('TensorFlow samples', () => {
  it.each(own)('%s', (name) => verify(TF_SAMPLES, name));
});

/** These say nothing of reading and control flow that the samples do not, and take long. */
const SLOW = new Set(['ssd_detector_mini_sm', 'bert_mini_sm', 'nms_sm', 'maskrcnn_mini_sm']);

if (!hasTfShared) console.warn('skipped: the full set of TensorFlow models is not beside the project');
describe.skipIf(!hasTfShared)('TensorFlow models beside the project', () => {
  const rest = hasTfShared ? tfCases(TF_SHARED).filter((n) => !own.includes(n) && !SLOW.has(n)) : [];
  it.each(rest)('%s', (name) => verify(TF_SHARED, name));
});
