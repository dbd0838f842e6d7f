/** The canvas alone on a page, for looking at it and for measuring: `dev.html?file=address of an .onnx file&theme=dark`. */
import { createRoot } from 'react-dom/client';
import { openModel } from '../../../src/converters/open.ts';
import type { LayoutInput, LayoutResult } from '../../../src/layout/types.ts';
import { quietJob } from '../../../src/graph-model/job.ts';
import { GraphCanvas } from '../../../src/ui/canvas/graph-canvas.tsx';
import { TooltipRoot } from '../../../src/ui/kit/tooltip.tsx';
import { declaredTypes } from '../../../src/ui/store/analysis.ts';
import { createAppStore, ServicesContext, type Services } from '../../../src/ui/store/store.ts';
import '../../../src/ui/theme/tokens.css';
import '../../../src/ui/theme/base.css';
import '../../../src/ui/theme/frame.css';
import '../../../src/ui/theme/panel.css';

const query = new URLSearchParams(location.search);
document.documentElement.dataset['theme'] = query.get('theme') ?? 'light';
const workers = {} as Services['workers'];
const files = {} as Services['files'];
const store = createAppStore({ workers, analyse: () => new Promise(() => {}), storage: null });
const times: Record<string, number> = {};
Object.assign(window, { store, times });

function layout(input: LayoutInput, signal: AbortSignal): Promise<LayoutResult> {
  const worker = new Worker(new URL('./dev-layout.ts', import.meta.url), { type: 'module' });
  signal.addEventListener('abort', () => worker.terminate());
  return new Promise((resolve) => {
    worker.onmessage = (e: MessageEvent<{ result: LayoutResult; ms: number }>) => {
      times['layout'] = e.data.ms;
      worker.terminate();
      resolve(e.data.result);
    };
    worker.postMessage(input);
  });
}

async function open(address: string): Promise<void> {
  const blob = await (await fetch(address)).blob();
  const name = address.slice(address.lastIndexOf('/') + 1);
  const start = performance.now();
  const { model } = await openModel([{ name, path: name, blob }], quietJob());
  times['read'] = performance.now() - start;
  times['start'] = start;
  store.setState({ model, original: model, scope: model.main, types: declaredTypes(model), graphState: 'opening' });
}

function drawn(): void {
  times['drawn'] ??= performance.now() - times['start']!;
  document.documentElement.dataset['graphState'] = 'drawn';
}

createRoot(document.getElementById('root')!).render(
  <ServicesContext.Provider value={{ store, workers, files }}>
    <TooltipRoot>
      <GraphCanvas tools layout={layout} onDrawn={drawn} />
    </TooltipRoot>
  </ServicesContext.Provider>,
);
const file = query.get('file');
if (file) void open(file);
