import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readOnnx } from '../../../src/converters/onnx/read.ts';
import { fileBytes, writeOnnx } from '../../../src/converters/onnx/write.ts';
import { brokenLaws } from '../../../src/graph-model/core/validate.ts';
import { quietJob } from '../../../src/graph-model/job.ts';
import { decodeModel, hasShared, inputFile, sample, sampleNames, SHARED } from '../../support/onnx-samples.ts';

const opens = sampleNames().filter((name) => !sample(name).expect.includes('refuse'));

async function roundTrip(bytes: Uint8Array, wholeLimit?: number): Promise<Uint8Array> {
  const main = inputFile('model.onnx', bytes);
  const model = await readOnnx(main, [main], quietJob(), { wholeLimit });
  expect(brokenLaws(model)).toEqual([]);
  return fileBytes(writeOnnx(model).files[0]!);
}

describe('reading and writing loses nothing', () => {
  it.each(opens)('%s', async (name) => {
    const { bytes } = sample(name);
    const wanted = decodeModel(bytes);
    expect(decodeModel(await roundTrip(bytes))).toEqual(wanted);
    expect(decodeModel(await roundTrip(bytes, 0)), 'through windows').toEqual(wanted);
  });

  it('keeps unknown fields and every presence in "everything": the same bytes again', async () => {
    const { bytes } = sample('everything');
    const once = await roundTrip(bytes);
    expect(once.length).toBe(bytes.length);
    expect(await roundTrip(once)).toEqual(once);
  });
});

if (!hasShared) console.warn('The full ONNX suite is not beside this clone: its round trips are skipped.');
describe.skipIf(!hasShared)('the full operator suite (skipped where ../shared is absent)', () => {
  it('loses nothing in any operator test', { timeout: 60_000 }, async () => {
    const folder = `${SHARED}onnx-suite/node/`;
    const names = readdirSync(folder).filter((_, i) => i % 5 === 0);
    expect(names.length).toBeGreaterThan(200);
    for (const name of names) {
      const bytes = new Uint8Array(readFileSync(`${folder}${name}/model.onnx`));
      expect(decodeModel(await roundTrip(bytes)), name).toEqual(decodeModel(bytes));
    }
  });

  it.each(['dag_10k', 'llama7b_shape', 'gpt2_small'])('loses nothing in %s', async (name) => {
    const bytes = new Uint8Array(readFileSync(`${SHARED}graphs/${name}.onnx`));
    expect(decodeModel(await roundTrip(bytes))).toEqual(decodeModel(bytes));
  });
});
