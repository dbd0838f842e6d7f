/** 20,000 damaged ONNX files (`FUZZ=n` for another number): what became of them, the slowest, and the memory at the end. */
import { fuzzOne, fuzzSeeds } from '../tests/support/fuzz.ts';

export async function run() {
  const count = Number(process.env.FUZZ ?? 20_000);
  const seeds = fuzzSeeds('tests/samples/onnx');
  const failures: string[] = [];
  let opened = 0;
  let slowest = { seed: -1, ms: 0 };
  let mostMb = 0;
  for (let seed = 0; seed < count; seed++) {
    try {
      const outcome = await fuzzOne(seeds, seed);
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
