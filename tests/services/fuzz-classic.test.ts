import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { classicSeeds, fuzzClassic } from '../support/fuzz-classic.ts';

const HANG_MS = 2000;

it('600 damaged files of other frameworks are converted, or refused in one sentence', async () => {
  const seeds = classicSeeds(fileURLToPath(new URL('../samples', import.meta.url)));
  expect(seeds.length).toBeGreaterThan(80);
  let opened = 0;
  for (let seed = 0; seed < 600; seed++) {
    const outcome = await fuzzClassic(seeds, seed);
    if (outcome.opened) opened++;
    expect(outcome.ms, `seed ${seed}`).toBeLessThan(HANG_MS);
  }
  expect(opened).toBeGreaterThan(50);
  expect(opened).toBeLessThan(580);
}, 60_000);
