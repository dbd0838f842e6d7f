/** Optimising and running: what the reports show. */
import type { Change } from '../../graph-model/core/draft.ts';
import { isOnnx, type Model } from '../../graph-model/core/model.ts';
import { changedIds } from '../../graph-model/core/table.ts';
import { formatCount, formatDuration } from '../../graph-model/format.ts';
import type { Diagnostic } from '../../graph-model/diagnostics.ts';
import type { Plan } from '../../optimizer/rule.ts';
import { JobError, type OptimisedModel } from '../../workers/client.ts';
import { track } from './jobs.ts';
import type { ReportsSlice, RunReport, RunRequest, State } from './state.ts';
import type { Get, SetState, StoreDeps } from './slice.ts';

export const USUAL_RUN: RunRequest = {
  provider: 'wasm',
  threads: 0,
  runs: 10,
  seed: 1,
  dims: {},
  inputs: {},
  compare: true,
  profile: false,
};

export function reportsSlice(set: SetState, get: Get, deps: StoreDeps): ReportsSlice {
  return {
    optimise: null,
    run: null,
    optimiseFailure: null,
    runFailure: null,
    lastRun: USUAL_RUN,
    optimiseWith: async (plan) => {
      const { model } = get();
      if (model === null) return;
      get().cancelJobs('optimise');
      set({ optimiseFailure: null });
      get().setView({ bottomOpen: true, bottomTab: 'optimise' });
      const failed = (d: Diagnostic) => set({ optimiseFailure: d, announcement: d.message });
      const result = await settled(optimised(set, deps, model, plan), failed);
      if (result) applyOptimised(set, get, model, result);
    },
    runWith: async (request) => {
      const { model, original } = get();
      if (model === null || original === null) return;
      get().cancelJobs('run');
      set({ runFailure: null, lastRun: request });
      get().setView({ bottomOpen: true, bottomTab: 'run' });
      const failed = (d: Diagnostic) => set({ runFailure: d, announcement: d.message });
      const report = await settled(runReport(set, deps, model, reference(get(), original), request), failed);
      if (report && get().original === original) set({ run: report, announcement: runSentence(report) });
    },
  };
}

/** What a run is compared with: the model as opened, or as converted where another framework wrote it. */
function reference({ history }: Pick<State, 'history'>, original: Model): Model | null {
  if (isOnnx(original)) return original;
  return history.map((c) => c.after).find(isOnnx) ?? null;
}

/** What the run says in one line. */
function runSentence({ differences, current }: RunReport): string {
  const took = `Run in ${formatDuration(current.timing.median)}`;
  const bad = differences.filter((d) => d.verdict === 'differs').map((d) => d.name);
  if (bad.length > 0) return `${took}. Differs from the original in ${bad.slice(0, 3).join(', ')}.`;
  return differences.length > 0 ? `${took}. All outputs agree with the original.` : `${took}.`;
}

/** null where the job was cancelled or failed; a failure is told. */
async function settled<T>(work: Promise<T>, failed: (d: Diagnostic) => void): Promise<T | null> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof JobError) failed(error.diagnostic);
    else if (!(error instanceof Error && error.name === 'CancelledError')) throw error;
    return null;
  }
}

function optimised(set: SetState, deps: StoreDeps, model: Model, plan: Plan | string): Promise<OptimisedModel> {
  const what = { kind: 'optimise', label: 'Optimising', cancelled: 'Optimising was cancelled; nothing is changed.' };
  return track(set, what, (on) => deps.workers.optimise(model, plan, on));
}

function applyOptimised(set: SetState, get: Get, before: Model, result: OptimisedModel): void {
  if (get().model !== before) {
    set({ announcement: 'The model was edited while it was optimised: the result was set aside. Optimise again.' });
    return;
  }
  const after = result.model;
  const touched = new Set(changedIds(before.nodes, after.nodes));
  const change: Change = { label: 'Optimise', before, after: touched.size === 0 ? before : after, touched };
  get().push(change);
  const counts = `${formatCount(before.nodes.size)} nodes before, ${formatCount(after.nodes.size)} after`;
  set({
    optimise: {
      result: { before, after, passes: result.passes, rounds: result.rounds },
      model: change.after,
      proof: result.proof,
    },
    announcement: touched.size === 0 ? 'Nothing to optimise was found.' : `Optimised: ${counts}.`,
  });
}

async function runReport(
  set: SetState,
  deps: StoreDeps,
  model: Model,
  original: Model | null,
  request: RunRequest,
): Promise<RunReport> {
  const { provider, threads, runs, profile, seed, dims, inputs } = request;
  const other = request.compare && original !== model ? original : null;
  const plan = { options: { provider, threads, runs, profile }, seed, dims, inputs };
  const label = other ? 'Running original and result' : 'Running';
  const what = { kind: 'run', label, cancelled: 'The run was cancelled.' };
  const ran = await track(set, what, (on) => deps.workers.run(model, other, plan, on));
  return { model, provider: ran.current.provider, ...ran, request };
}
