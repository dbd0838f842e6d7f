/** Timing of one thing, run often enough to trust its median. */
export interface Measured {
  readonly minMs: number;
  readonly medianMs: number;
  readonly p95Ms: number;
  readonly runs: number;
}

/** `setup` makes the fresh input of each run and is not timed. The first runs warm the code up and do not count. */
export function measure<T>(setup: () => T, run: (input: T) => unknown, runs = 15, warmUp = 5): Measured {
  const times: number[] = [];
  for (let i = 0; i < warmUp + runs; i++) {
    const input = setup();
    const begin = performance.now();
    run(input);
    const time = performance.now() - begin;
    if (i >= warmUp) times.push(time);
  }
  times.sort((a, b) => a - b);
  const round = (ms: number) => Math.round(ms * 10000) / 10000;
  return {
    minMs: round(times[0]!),
    medianMs: round(times[Math.floor(times.length / 2)]!),
    p95Ms: round(times[Math.floor(times.length * 0.95)]!),
    runs,
  };
}
