import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { classicSeeds, fuzzClassic } from '../support/fuzz-classic.ts';

/** Far above what any takes, so that a busy machine does not look like a hang; bench/fuzz.bench.ts gives the slowest. */
const HANG_MS = 10_000;

it('300 damaged files of other frameworks are converted, or refused in one sentence', async () => {
  const seeds = classicSeeds(fileURLToPath(new URL('../samples', import.meta.url)));
  expect(seeds.length).toBeGreaterThan(80);
  let opened = 0;
  for (let seed = 0; seed < 300; seed++) {
    const outcome = await fuzzClassic(seeds, seed);
    if (outcome.opened) opened++;
    expect(outcome.ms, `seed ${seed}`).toBeLessThan(HANG_MS);
  }
  expect(opened).toBeGreaterThan(25);
  expect(opened).toBeLessThan(290);
}, 120_000);
