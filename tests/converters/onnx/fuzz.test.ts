import { expect, it } from 'vitest';
import { readOnnx } from '../../../src/converters/onnx/read.ts';
import { fileBytes, writeOnnx } from '../../../src/converters/onnx/write.ts';
import { openModel } from '../../../src/converters/open.ts';
import { brokenLaws } from '../../../src/graph-model/core/validate.ts';
import { FormatError } from '../../../src/graph-model/diagnostics.ts';
import { quietJob } from '../../../src/graph-model/job.ts';
import { mutate } from '../../support/mutate.ts';
import { inputFile, sample } from '../../support/onnx-samples.ts';

const NAMES = ['everything', 'if_nested', 'local_functions', 'quant_qdq', 'sparse_initializer'];
/** A hang is far above this; a damaged file of a few kilobytes is done in milliseconds. */
const HANG_MS = 2000;

/** What becomes of one damaged file: true when it opens and can be written, false when it is refused. */
async function survives(seed: number): Promise<boolean> {
  const bytes = mutate(sample(NAMES[seed % NAMES.length]!).bytes, seed);
  const main = inputFile('model.onnx', bytes);
  try {
    const windows = seed % 3 === 0;
    const model = windows
      ? await readOnnx(main, [], quietJob(), { wholeLimit: 0 })
      : (await openModel([main], quietJob())).model;
    expect(brokenLaws(model), `seed ${seed}`).toEqual([]);
    const written = inputFile('model.onnx', await fileBytes(writeOnnx(model).files[0]!));
    await readOnnx(written, [], quietJob());
    return true;
  } catch (error) {
    if (!(error instanceof FormatError)) throw new Error(`seed ${seed}`, { cause: error });
    return false;
  }
}

it('500 damaged files open or are refused, and none hangs or breaks anything else', async () => {
  let opened = 0;
  for (let seed = 0; seed < 500; seed++) {
    const begin = performance.now();
    if (await survives(seed)) opened++;
    expect(performance.now() - begin, `seed ${seed}`).toBeLessThan(HANG_MS);
  }
  // Both ways must be walked, or the damage is too coarse or too fine to prove anything.
  expect(opened).toBeGreaterThan(25);
  expect(opened).toBeLessThan(475);
});
