/** Converting: what comes back is one change, so that undo leads back to the source's own graph. */
import type { Change } from '../../graph-model/core/draft.ts';
import type { Model } from '../../graph-model/core/model.ts';
import { changedIds } from '../../graph-model/core/table.ts';
import type { Diagnostic, Refusal } from '../../graph-model/diagnostics.ts';
import { formatCount } from '../../graph-model/format.ts';
import { CancelledError, JobError } from '../../workers/client.ts';
import type { ConvertRequest } from '../../workers/protocol.ts';
import { track } from './jobs.ts';
import { trustedWithoutAsking } from './trust.ts';
import type { Get, SetState, StoreDeps } from './slice.ts';
import type { ConvertSlice } from './state.ts';

export function convertSlice(set: SetState, get: Get, deps: StoreDeps): ConvertSlice {
  return {
    convertFailure: null,
    refused: null,
    choose: (choices) => set(({ refused }) => ({ refused: refused && { ...refused, choices } })),
    convertWith: async (options) => {
      const { model } = get();
      if (model === null) return;
      get().cancelJobs('convert');
      set({ convertFailure: null });
      const label = labelOf(options);
      const what = { kind: 'convert', label, cancelled: 'Converting was cancelled; nothing is changed.' };
      try {
        const after = await track(set, what, (on) => deps.workers.convert(model, options, on));
        set({ refused: null });
        apply(set, get, label, model, after);
        if (get().model === after && trustedWithoutAsking(after)) void get().checkTrust();
      } catch (error) {
        if (error instanceof JobError) await refuse(set, get, deps, model, options, error.diagnostic);
        else if (!(error instanceof CancelledError)) throw error;
      }
    },
  };
}

function labelOf({ opset, boxes }: ConvertRequest): string {
  if (boxes) return 'Convert to ONNX, with boxes';
  return opset === undefined ? 'Convert to ONNX' : `Convert to opset ${opset}`;
}

/** The reason stands among the problems, where it can be read again; what can be settled node by node is asked at once. */
async function refuse(
  set: SetState,
  get: Get,
  deps: StoreDeps,
  model: Model,
  options: ConvertRequest,
  diagnostic: Diagnostic,
): Promise<void> {
  set((s) => ({
    convertFailure: diagnostic,
    announcement: diagnostic.message,
    problems: [diagnostic, ...s.problems.filter((p) => p !== s.convertFailure)],
  }));
  get().setView({ bottomOpen: true, bottomTab: 'problems' });
  const found = await refusalsOf(set, deps, model, options, diagnostic);
  const { refused, model: now } = get();
  if (now !== model) return;
  const before = refused?.model === model ? refused : null;
  const known = new Set(before?.refusals.map((r) => r.node));
  const refusals = [...(before?.refusals ?? []), ...found.filter((r) => !known.has(r.node))];
  if (refusals.length === 0) return;
  const { replace: _, ...rest } = options;
  const why = options.replace && found.length === 0 ? diagnostic.message : '';
  set({ refused: { model, refusals, choices: before?.choices ?? new Map(), options: rest, why } });
  get().showDialog({ kind: 'refused' });
}

const ABOUT_NODES = /\.unsupported(-layers)?$/;

async function refusalsOf(
  set: SetState,
  deps: StoreDeps,
  model: Model,
  options: ConvertRequest,
  { code, node, refused }: Diagnostic,
): Promise<readonly Refusal[]> {
  if (!ABOUT_NODES.test(code) || (node === undefined && !refused)) return [];
  const what = { kind: 'convert', label: 'Looking for all nodes without an ONNX form', cancelled: '' };
  try {
    return await track(set, what, (on) => deps.workers.refusals(model, options, on));
  } catch (error) {
    // What is known stands among the problems.
    if (error instanceof CancelledError || error instanceof JobError) return refused ?? [];
    throw error;
  }
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
