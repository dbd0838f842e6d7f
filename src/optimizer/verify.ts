/** Plans whose result must give the same outputs: a pass that changes them is found and undone. */
import type { Model } from '../graph-model/core/model.ts';
import { diagnostic } from '../graph-model/diagnostics.ts';
import type { JobContext } from '../graph-model/job.ts';
import { runPlan } from './plan.ts';
import type { PassHost, PassReport, Plan, PlanResult } from './rule.ts';

/**
 * Runs both models on the same seeded inputs. null: the outputs agree; else a sentence saying how they differ (or that
 * the new model does not run). Throws only where the old model cannot be run, when nothing can be proved.
 */
export type CompareModels = (before: Model, after: Model, job: JobContext) => Promise<string | null>;

/**
 * Runs a plan and proves it. Where outputs differ, the shortest beginning of the plan that differs names the guilty
 * pass, by bisection; it is taken out and the rest is tried again, until the outputs agree.
 */
export async function runVerifiedPlan(
  model: Model,
  plan: Plan,
  host: PassHost,
  compare: CompareModels,
  job: JobContext,
): Promise<PlanResult> {
  const undone: PassReport[] = [];
  for (let steps = plan; ;) {
    const result = await runPlan(model, steps, host, job);
    const why = result.after === model ? null : await compare(model, result.after, job);
    if (why === null) return { ...result, passes: [...result.passes, ...undone] };
    const guilty = await firstGuilty(model, steps, host, compare, job);
    const report = result.passes[guilty]!;
    job.report(diagnostic('optimize.undone', { pass: report.label, why }));
    undone.push({ ...report, applied: [], undone: why });
    steps = steps.filter((_, i) => i !== guilty);
  }
}

/** Index of the last step of the shortest beginning of the plan whose result differs; the whole plan is known to. */
async function firstGuilty(
  model: Model,
  plan: Plan,
  host: PassHost,
  compare: CompareModels,
  job: JobContext,
): Promise<number> {
  let good = 0;
  let bad = plan.length;
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    const { after } = await runPlan(model, plan.slice(0, middle), host, job);
    if (after === model || (await compare(model, after, job)) === null) good = middle;
    else bad = middle;
  }
  return bad - 1;
}
