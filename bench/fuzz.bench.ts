/**
 * Damaged files (`FUZZ=n` for another number): 20,000 of ONNX, 5,000 of the formats that are converted. `FUZZ_ONLY=onnx` and
 * `FUZZ_ONLY=others` run one of the two, `FUZZ_ONLY=tflite,tfjs` 5,000 of each folder that it names. What became of them, the
 * slowest, and the memory at the end.
 */
import { classicSeeds, fuzzClassic } from '../tests/support/fuzz-classic.ts';
import { fuzzOne, fuzzSeeds, type FuzzOutcome } from '../tests/support/fuzz.ts';

export async function run() {
  const folders = process.env.FUZZ_ONLY?.split(',').filter((name) => name !== 'onnx' && name !== 'others') ?? [];
  if (folders.length > 0) return fuzzFolders(folders);
  const onnx = fuzzSeeds('tests/samples/onnx');
  const others = classicSeeds('tests/samples');
  const only = process.env.FUZZ_ONLY;
  return {
    ...(only === 'others' ? {} : { onnx: await fuzz(count(20_000), (seed) => fuzzOne(onnx, seed)) }),
    ...(only === 'onnx' ? {} : { others: await fuzz(count(5000), (seed) => fuzzClassic(others, seed)) }),
  };
}

const count = (otherwise: number) => Number(process.env.FUZZ ?? otherwise);

async function fuzzFolders(names: readonly string[]) {
  const out: Record<string, unknown> = {};
  for (const name of names) {
    const seeds = classicSeeds(process.env.FUZZ_SAMPLES ?? 'tests/samples', [name]);
    out[name] = { models: seeds.length, ...(await fuzz(count(5000), (seed) => fuzzClassic(seeds, seed))) };
  }
  return out;
}

async function fuzz(total: number, one: (seed: number) => Promise<FuzzOutcome>) {
  const failures: string[] = [];
  let opened = 0;
  let slowest = { seed: -1, ms: 0 };
  let mostMb = 0;
  for (let seed = 0; seed < total; seed++) {
    try {
      const outcome = await one(seed);
      if (outcome.opened) opened++;
      if (outcome.ms > slowest.ms) slowest = { seed, ms: Math.round(outcome.ms) };
    } catch (error) {
      const { message, cause } = error as Error;
      failures.push(`${message}: ${cause instanceof Error ? cause.stack?.slice(0, 400) : String(cause)}`);
    }
    if (seed % 100 === 0) mostMb = Math.max(mostMb, Math.round(process.memoryUsage().rss / 2 ** 20));
  }
  return {
    count: total,
    opened,
    refused: total - opened - failures.length,
    failed: failures.length,
    slowest,
    mostMb,
    failures: failures.slice(0, 20),
  };
}
