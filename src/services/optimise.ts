/** Optimising with proof: the plan runs on drafts, and original and result run on the same seeded inputs. */
import type { Model } from '../graph-model/core/model.ts';
import { diagnostic } from '../graph-model/diagnostics.ts';
import type { JobContext } from '../graph-model/job.ts';
import { loadOperators } from '../graph-model/operators/schemas.ts';
import { passHost } from '../optimizer/host.ts';
import { runPlan } from '../optimizer/plan.ts';
import type { PassHost, Plan, PlanResult } from '../optimizer/rule.ts';
import { runVerifiedPlan } from '../optimizer/verify.ts';
import { evaluateFragment } from '../runtime/evaluate.ts';
import { compareOutputs } from '../runtime/compare.ts';
import { generateInputs } from '../runtime/inputs/generate.ts';
import type { Feeds, OutputDifference, RunResult } from '../runtime/types.ts';
import { disagreement, feedsOf, runOne } from './run.ts';

export interface OptimiseOptions {
  /** Run original and result and undo a pass that changes the outputs. */
  readonly verify: boolean;
  readonly seed?: number;
}

/** How the result was held against the original. */
export type Proof =
  | { readonly kind: 'verified'; readonly differences: readonly OutputDifference[] }
  /** Nothing changed, or it was not asked for, or the original itself does not run: then nothing can be proved. */
  | { readonly kind: 'not verified'; readonly reason: string };

export interface Optimised extends PlanResult {
  readonly proof: Proof;
}

/** Throws what the job throws; a model that cannot be run here is optimised all the same, and the proof says so. */
export async function optimise(
  model: Model,
  plan: Plan,
  options: OptimiseOptions,
  job: JobContext,
): Promise<Optimised> {
  await loadOperators();
  const host = passHost((m, outputs, j) => evaluateFragment(m, outputs, j));
  if (!options.verify) return unproved(await runPlan(model, plan, host, job), 'verification was turned off');
  const ready = await referenceOf(model, options.seed ?? 0, job);
  if (typeof ready === 'string') {
    job.report(diagnostic('optimize.not-verified', { why: ready }));
    return unproved(await runPlan(model, plan, host, job), ready);
  }
  return verified(model, plan, host, ready, job);
}

const unproved = (result: PlanResult, reason: string): Optimised => ({
  ...result,
  proof: { kind: 'not verified', reason },
});

async function verified(
  model: Model,
  plan: Plan,
  host: PassHost,
  reference: Reference,
  job: JobContext,
): Promise<Optimised> {
  let differences: readonly OutputDifference[] = [];
  const compare = async (_before: Model, after: Model) => {
    try {
      const { outputs } = await runOne(after, feedsOf(after, reference.feeds), RUN, job);
      differences = compareOutputs(reference.outputs, outputs);
      return disagreement(differences);
    } catch (error) {
      if (job.signal.aborted) throw error;
      return `the result does not run: ${error instanceof Error ? error.message : String(error)}`;
    }
  };
  const result = await runVerifiedPlan(model, plan, host, compare, job);
  if (result.after === model) return unproved(result, 'nothing was changed');
  return { ...result, proof: { kind: 'verified', differences } };
}

/** The models themselves are compared, not what the runtime makes of them. */
const RUN = { provider: 'wasm', graphOptimization: 'disabled' } as const;

/** What the original makes of seeded inputs; the same for every candidate. */
interface Reference {
  readonly feeds: Feeds;
  readonly outputs: RunResult['outputs'];
}

/** The reference, or why there is none. */
async function referenceOf(model: Model, seed: number, job: JobContext): Promise<Reference | string> {
  try {
    const { values, problems } = generateInputs(model, { seed });
    if (problems.length > 0) return problems[0]!.message;
    const feeds = new Map(values.map((v) => [v.name, v.tensor]));
    const { outputs } = await runOne(model, feeds, RUN, job);
    return { feeds, outputs };
  } catch (error) {
    if (job.signal.aborted) throw error;
    return error instanceof Error ? error.message : String(error);
  }
}
