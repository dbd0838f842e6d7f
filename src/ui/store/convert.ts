/** Converting: what comes back is one change, so that undo leads back to the source's own graph. */
import type { Change } from '../../graph-model/core/draft.ts';
import type { Model } from '../../graph-model/core/model.ts';
import { changedIds } from '../../graph-model/core/table.ts';
import type { Diagnostic } from '../../graph-model/diagnostics.ts';
import { formatCount } from '../../graph-model/format.ts';
import { CancelledError, JobError } from '../../workers/client.ts';
import { track } from './jobs.ts';
import { trustedWithoutAsking } from './trust.ts';
import type { Get, SetState, StoreDeps } from './slice.ts';
import type { ConvertSlice } from './state.ts';

export function convertSlice(set: SetState, get: Get, deps: StoreDeps): ConvertSlice {
  return {
    convertFailure: null,
    convertWith: async (options) => {
      const { model } = get();
      if (model === null) return;
      get().cancelJobs('convert');
      set({ convertFailure: null });
      const label = options.opset === undefined ? 'Convert to ONNX' : `Convert to opset ${options.opset}`;
      const what = { kind: 'convert', label, cancelled: 'Converting was cancelled; nothing is changed.' };
      try {
        const after = await track(set, what, (on) => deps.workers.convert(model, options, on));
        apply(set, get, label, model, after);
        if (get().model === after && trustedWithoutAsking(after)) void get().checkTrust();
      } catch (error) {
        if (error instanceof JobError) refuse(set, get, error.diagnostic);
        else if (!(error instanceof CancelledError)) throw error;
      }
    },
  };
}

/** The reason stands among the problems, where it can be read again and leads to its node. */
function refuse(set: SetState, get: Get, diagnostic: Diagnostic): void {
  set((s) => ({ convertFailure: diagnostic, announcement: diagnostic.message, problems: [diagnostic, ...s.problems] }));
  get().setView({ bottomOpen: true, bottomTab: 'problems' });
}

function apply(set: SetState, get: Get, label: string, before: Model, after: Model): void {
  if (get().model !== before)
    return set({ announcement: 'The model was edited meanwhile: the conversion was set aside.' });
  const change: Change = { label, before, after, touched: new Set(changedIds(before.nodes, after.nodes)) };
  get().push(change);
  set({
    announcement: `${label}: ${formatCount(before.nodes.size)} nodes before, ${formatCount(after.nodes.size)} after.`,
  });
}
