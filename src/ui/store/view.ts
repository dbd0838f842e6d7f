import type { ViewRequest, ViewSlice } from './state.ts';
import type { Get, PrefStorage, SetState } from './slice.ts';

const KEY = 'graphwright.view';
type Flag = 'outlineOpen' | 'inspectorOpen' | 'bottomOpen' | 'grouping' | 'traceHover' | 'edgeShapes';
type Kept = Pick<ViewSlice, Flag | 'direction' | 'trace' | 'fold'>;

export function viewSlice(set: SetState, get: Get, storage: PrefStorage | null): ViewSlice {
  const kept = readKept(storage);
  return {
    scope: null,
    collapsed: new Set(),
    expanded: new Set(),
    bottomTab: 'problems',
    paletteOpen: false,
    request: null,
    ...kept,
    enter: (scope) => {
      if (get().model?.graphs.has(scope)) set({ scope });
    },
    ask: (request) => set((s) => ({ request: { ...request, serial: (s.request?.serial ?? 0) + 1 } as ViewRequest })),
    setView: (part) => {
      set(part);
      const { outlineOpen, inspectorOpen, bottomOpen, direction, grouping, trace, traceHover, fold, edgeShapes } =
        get();
      const flags = { outlineOpen, inspectorOpen, bottomOpen, grouping, traceHover, edgeShapes };
      const now: Kept = { ...flags, direction, trace, fold };
      storage?.setItem(KEY, JSON.stringify(now));
    },
  };
}

function readKept(storage: PrefStorage | null): Kept {
  const usual: Kept = {
    outlineOpen: true,
    inspectorOpen: true,
    bottomOpen: false,
    direction: 'vertical',
    grouping: true,
    trace: 0,
    traceHover: false,
    edgeShapes: true,
    fold: 'auto',
  };
  const text = storage?.getItem(KEY);
  if (!text) return usual;
  try {
    const found = JSON.parse(text) as Partial<Record<keyof Kept, unknown>>;
    const flag = (name: Flag) => (typeof found[name] === 'boolean' ? found[name] : usual[name]);
    return {
      outlineOpen: flag('outlineOpen'),
      inspectorOpen: flag('inspectorOpen'),
      bottomOpen: flag('bottomOpen'),
      grouping: flag('grouping'),
      traceHover: flag('traceHover'),
      edgeShapes: flag('edgeShapes'),
      trace: typeof found.trace === 'number' ? found.trace : usual.trace,
      fold: found.fold === 'on' || found.fold === 'off' ? found.fold : 'auto',
      direction: found.direction === 'horizontal' ? 'horizontal' : 'vertical',
    };
  } catch {
    // Written by another version or by hand: the usual view is as good as any.
    return usual;
  }
}
