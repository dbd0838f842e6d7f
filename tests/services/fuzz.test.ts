import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { fuzzOne, fuzzSeeds } from '../support/fuzz.ts';

const HANG_MS = 2000;

it('2,000 damaged files are inferred, checked, printed and written, or refused', async () => {
  const seeds = fuzzSeeds(fileURLToPath(new URL('../samples/onnx', import.meta.url)));
  let opened = 0;
  for (let seed = 0; seed < 2000; seed++) {
    const outcome = await fuzzOne(seeds, seed);
    if (outcome.opened) opened++;
    expect(outcome.ms, `seed ${seed}`).toBeLessThan(HANG_MS);
  }
  // Both ways must be walked, or the damage is too coarse or too fine to prove anything.
  expect(opened).toBeGreaterThan(200);
  expect(opened).toBeLessThan(1900);
}, 60_000);
