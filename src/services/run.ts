/** Running a model, and comparing two that should compute the same. */
import type { Model } from '../graph-model/core/model.ts';
import type { JobContext } from '../graph-model/job.ts';
import { compareOutputs } from '../runtime/compare.ts';
import { runModel } from '../runtime/run.ts';
import type { Feeds, OutputDifference, RunOptions, RunResult } from '../runtime/types.ts';
import { runSource } from '../runtime/source.ts';

export interface Compared {
  readonly original: RunResult;
  readonly current: RunResult;
  readonly differences: readonly OutputDifference[];
}

/** Runs a model on inputs by name. Throws FormatError. */
export function runOne(model: Model, feeds: Feeds, options: RunOptions, job: JobContext): Promise<RunResult> {
  return runModel(runSource(model), feeds, options, job);
}

/**
 * Runs both models on the same inputs, one after the other, so that only one holds its weights. Inputs that a model no
 * longer has are not given to it.
 */
export async function runBoth(
  before: Model,
  after: Model,
  feeds: Feeds,
  options: RunOptions,
  job: JobContext,
): Promise<Compared> {
  const original = await runOne(before, feedsOf(before, feeds), options, job);
  const current = await runOne(after, feedsOf(after, feeds), options, job);
  return { original, current, differences: compareOutputs(original.outputs, current.outputs) };
}

/** The inputs that a model still has. */
export function feedsOf(model: Model, feeds: Feeds): Feeds {
  const names = new Set(model.graphs.at(model.main).inputs.map((v) => model.values.at(v).name));
  return new Map([...feeds].filter(([name]) => names.has(name)));
}

/** The worst difference as a sentence where it passes its limit; null where the outputs agree. */
export function disagreement(differences: readonly OutputDifference[]): string | null {
  const bad = differences.find((d) => d.verdict === 'differs');
  if (!bad) return null;
  const by = Number.isFinite(bad.maxAbs)
    ? `by up to ${bad.maxAbs.toPrecision(3)}`
    : 'in shape, type or where it is not a number';
  return `output ${bad.name} differs ${by}`;
}
