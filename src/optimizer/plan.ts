/** Runs plans: every step once a round, until a round changes nothing. */
import type { Model } from '../graph-model/core/model.ts';
import { diagnostic, FormatError } from '../graph-model/diagnostics.ts';
import type { JobContext } from '../graph-model/job.ts';
import { mergeRefused } from './engine/refusals.ts';
import { findPass, PASSES } from './passes.ts';
import type { Applied, Pass, PassHost, PassOptions, PassReport, Plan, PlanResult, PlanStep, Refused } from './rule.ts';

/** Rounds after which a plan ends even if something is left to do; said in a diagnostic. */
export const MOST_ROUNDS = 20;

interface Step {
  readonly pass: Pass;
  readonly options: PassOptions;
  readonly applied: Applied[];
  /** Of the last round: what was refused before may have been done since. */
  refused: readonly Refused[];
  ms: number;
}

/**
 * Runs a plan to a fixed point. A pass that fails is left out with a diagnostic; the rest goes on. Throws FormatError for
 * a plan that names an unknown pass or option, and an AbortError when the job is stopped.
 */
export async function runPlan(model: Model, plan: Plan, given: PassHost, job: JobContext): Promise<PlanResult> {
  const host: PassHost = { ...given, ledger: { grown: 0 } };
  const steps = plan.map(toStep);
  let after = model;
  let rounds = 0;
  for (; rounds < MOST_ROUNDS;) {
    rounds++;
    const before = after;
    for (const [i, step] of steps.entries()) {
      job.signal.throwIfAborted();
      job.progress(i, steps.length, step.pass.label);
      after = await runStep(after, step, host, job);
    }
    if (after === before || steps.length <= 1) break;
  }
  if (rounds === MOST_ROUNDS) job.report(diagnostic('optimize.rounds', { rounds }));
  after = settled(model, after);
  return { before: model, after, passes: steps.map(toReport), rounds };
}

/** New initializers that are no inputs need IR version 4 at least. */
function settled(before: Model, after: Model): Model {
  if (after === before || after.irVersion === null || after.irVersion >= 4) return after;
  return { ...after, irVersion: 4 };
}

function toStep({ pass: id, options = {} }: PlanStep): Step {
  const pass = findPass(id);
  if (!pass) throw new FormatError('optimize.unknown-pass', { pass: id, known: PASSES.map((p) => p.id).join(', ') });
  for (const option of Object.keys(options)) {
    if (option in pass.defaults) continue;
    const known = Object.keys(pass.defaults).join(', ') || 'none';
    throw new FormatError('optimize.option', { pass: id, option, known });
  }
  return { pass, options: { ...pass.defaults, ...options }, applied: [], refused: [], ms: 0 };
}

async function runStep(model: Model, step: Step, host: PassHost, job: JobContext): Promise<Model> {
  const start = performance.now();
  try {
    const outcome = await step.pass.run(model, step.options, host, job);
    step.applied.push(...outcome.applied);
    step.refused = outcome.refused;
    return outcome.after;
  } catch (error) {
    // A stop is for the caller; any other failure costs this pass only, and it is said.
    if (job.signal.aborted) throw error;
    const why = error instanceof Error ? error.message : String(error);
    job.report(diagnostic('optimize.failed', { pass: step.pass.label, why }));
    return model;
  } finally {
    step.ms += performance.now() - start;
  }
}

function toReport({ pass, applied, refused, ms }: Step): PassReport {
  return { pass: pass.id, label: pass.label, applied, refused: mergeRefused([refused]), ms: Math.round(ms) };
}
