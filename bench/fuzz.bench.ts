/**
 * Damaged files (`FUZZ=n` for another number): 20,000 of ONNX, 5,000 of the formats that are converted. What became of them,
 * the slowest, and the memory at the end.
 */
import { classicSeeds, fuzzClassic } from '../tests/support/fuzz-classic.ts';
import { fuzzOne, fuzzSeeds, type FuzzOutcome } from '../tests/support/fuzz.ts';

export async function run() {
  const onnx = fuzzSeeds('tests/samples/onnx');
  const others = classicSeeds('tests/samples');
  const only = process.env.FUZZ_ONLY;
  const count = (otherwise: number) => Number(process.env.FUZZ ?? otherwise);
  return {
    ...(only === 'others' ? {} : { onnx: await fuzz(count(20_000), (seed) => fuzzOne(onnx, seed)) }),
    ...(only === 'onnx' ? {} : { others: await fuzz(count(5000), (seed) => fuzzClassic(others, seed)) }),
  };
}

async function fuzz(count: number, one: (seed: number) => Promise<FuzzOutcome>) {
  const failures: string[] = [];
  let opened = 0;
  let slowest = { seed: -1, ms: 0 };
  let mostMb = 0;
  for (let seed = 0; seed < count; seed++) {
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
    count,
    opened,
    refused: count - opened - failures.length,
    failed: failures.length,
    slowest,
    mostMb,
    failures: failures.slice(0, 20),
  };
}
