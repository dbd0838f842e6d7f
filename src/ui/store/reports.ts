/** Optimising and running: what the reports show. */
import type { Change } from '../../graph-model/core/draft.ts';
import type { Model } from '../../graph-model/core/model.ts';
import { changedIds } from '../../graph-model/core/table.ts';
import type { Diagnostic } from '../../graph-model/diagnostics.ts';
import type { Plan } from '../../optimizer/rule.ts';
import { JobError, type OptimisedModel } from '../../workers/client.ts';
import type { PreparedInputs } from '../../workers/protocol.ts';
import { track } from './jobs.ts';
import type { ReportsSlice, RunReport, RunRequest } from './state.ts';
import type { Get, SetState, StoreDeps } from './slice.ts';

export function reportsSlice(set: SetState, get: Get, deps: StoreDeps): ReportsSlice {
  return {
    optimise: null,
    run: null,
    optimiseFailure: null,
    runFailure: null,
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
      set({ runFailure: null });
      get().setView({ bottomOpen: true, bottomTab: 'run' });
      const failed = (d: Diagnostic) => set({ runFailure: d, announcement: d.message });
      const report = await settled(runReport(set, deps, model, original, request), failed);
      if (report && get().original === original) set({ run: report, announcement: 'The run has ended.' });
    },
  };
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

function optimised(set: SetState, deps: StoreDeps, model: Model, plan: Plan): Promise<OptimisedModel> {
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
  const counts = `${before.nodes.size} nodes before, ${after.nodes.size} after`;
  set({
    optimise: { result: { before, after, passes: result.passes, rounds: result.rounds }, model: change.after },
    announcement: touched.size === 0 ? 'Nothing to optimise was found.' : `Optimised: ${counts}.`,
  });
}

async function runReport(
  set: SetState,
  deps: StoreDeps,
  model: Model,
  original: Model,
  request: RunRequest,
): Promise<RunReport> {
  const tracked = (label: string) => ({ kind: 'run', label, cancelled: 'The run was cancelled.' });
  const generate = { seed: request.seed ?? 1, ...(request.dims ? { dims: request.dims } : {}) };
  const prepared: PreparedInputs =
    request.inputs ??
    (await track(set, tracked('Making inputs'), (on) => deps.workers.generateInputs(original, generate, on)));
  const { options } = request;
  const about = { model, inputs: prepared.descriptions };
  if (model === original) {
    const current = await track(set, tracked('Running'), (on) => deps.workers.run(model, prepared.inputs, options, on));
    return { ...about, provider: current.provider, original: null, current, differences: [] };
  }
  const both = await track(set, tracked('Running original and result'), (on) =>
    deps.workers.compare(original, model, prepared.inputs, options, on),
  );
  return { ...about, provider: both.current.provider, ...both };
}
