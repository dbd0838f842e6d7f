/** The trust report: a converted model held against what it was converted from. */
import { isOnnx, type Model } from '../../graph-model/core/model.ts';
import { weightBytes } from '../../graph-model/stats/weight-bytes.ts';
import { CancelledError, JobError } from '../../workers/client.ts';
import { track } from './jobs.ts';
import type { Get, SetState, StoreDeps } from './slice.ts';
import type { State, TrustSlice } from './state.ts';

const SEED = 1;

export function trustSlice(set: SetState, get: Get, deps: StoreDeps): TrustSlice {
  return {
    trust: null,
    trustFailure: null,
    checkTrust: async (files = []) => {
      const { model } = get();
      const source = convertedFrom(get());
      if (model === null || source === null) return;
      get().cancelJobs('trust');
      set({ trustFailure: null });
      get().setView({ bottomOpen: true, bottomTab: 'trust' });
      const given = files.map((f) => ({ name: f.name, blob: f }));
      const what = { kind: 'trust', label: 'Checking the converted model', cancelled: 'The check was cancelled.' };
      try {
        const request = { seed: SEED, files: given };
        const report = await track(set, what, (on) => deps.workers.trust(source, model, request, on));
        if (get().history.some((c) => c.after === model))
          set({ trust: { report, source, model }, announcement: report.sentence });
      } catch (error) {
        if (error instanceof JobError) set({ trustFailure: error.diagnostic, announcement: error.diagnostic.message });
        else if (!(error instanceof CancelledError)) throw error;
      }
    },
  };
}

/** The model in another framework's dialect that the present ONNX model was made from; null where there is none. */
export function convertedFrom({ model, history, at }: Pick<State, 'model' | 'history' | 'at'>): Model | null {
  if (model === null || !isOnnx(model)) return null;
  const step = history.slice(0, at).findLast((c) => !isOnnx(c.before) && isOnnx(c.after));
  return step?.before ?? null;
}

/** Weights up to which a model is checked as soon as it is converted. */
const LIGHT = 300_000_000;

/** Larger models would hold up the machine unasked; their check is a button. */
export function trustedWithoutAsking(model: Model): boolean {
  return weightBytes(model) <= LIGHT;
}
