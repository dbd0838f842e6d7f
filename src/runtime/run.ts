/** Runs a model as the page and the command ask for it: once to warm up, then timed. */
import type { JobContext } from '../graph-model/job.ts';
import { locateFailure } from './locate.ts';
import { nodeTimes } from './profile.ts';
import { fallbackNote, openSession, type Session } from './session.ts';
import type { Feeds, RunOptions, RunResult, RunSource } from './types.ts';

/**
 * Opens the model, runs it once and then `options.runs` times more (default 0), and closes it. Outputs are those of the
 * first run. `timing.median` is that of the timed runs, or of the first where there are none. Throws FormatError.
 */
export async function runModel(
  source: RunSource,
  feeds: Feeds,
  options: RunOptions,
  job: JobContext,
): Promise<RunResult> {
  const session = await openSession(source, options, job);
  let failure: unknown;
  try {
    return await measure(session, feeds, options, job);
  } catch (error) {
    failure = error;
  } finally {
    // Before another session is opened: both would hold the weights.
    await session.release();
  }
  if (job.signal.aborted) throw failure;
  if (session.provider === 'wasm') throw await locateFailure(failure, source, feeds, job);
  const result = await runModel(source, feeds, { ...options, provider: 'wasm' }, job);
  return { ...result, providerNote: fallbackNote(session.provider, failure) };
}

async function measure(session: Session, feeds: Feeds, options: RunOptions, job: JobContext): Promise<RunResult> {
  const count = options.runs ?? 0;
  job.progress(0, count + 1, 'Running');
  const [first, outputs] = await timed(() => session.run(feeds));
  const runs: number[] = [];
  for (let i = 0; i < count; i++) {
    job.signal.throwIfAborted();
    job.progress(i + 1, count + 1, 'Running');
    runs.push((await timed(() => session.run(feeds)))[0]);
  }
  const { provider, providerNote, threads, createMs: create } = session;
  const timing = { create, first, runs, median: runs.length ? median(runs) : first };
  return { provider, providerNote, threads, outputs, timing, nodes: nodeTimes(session.endProfiling()) };
}

async function timed<T>(work: () => Promise<T>): Promise<[number, T]> {
  const started = performance.now();
  const result = await work();
  return [performance.now() - started, result];
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
