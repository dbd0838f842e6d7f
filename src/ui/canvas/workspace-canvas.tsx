/** The canvas as the workspace shows it: laid out by the layout worker, telling the store when it is drawn. */
import { useCallback } from 'react';
import type { LayoutInput, LayoutResult } from '../../layout/types.ts';
import { useStoreApi, useWorkers } from '../store/store.ts';
import { GraphCanvas } from './graph-canvas.tsx';

export function WorkspaceCanvas({ tools }: { tools: boolean }) {
  const store = useStoreApi();
  const workers = useWorkers();
  const layout = useCallback(
    (input: LayoutInput, signal: AbortSignal): Promise<LayoutResult> => {
      const job = workers.layout(input);
      signal.addEventListener('abort', () => job.cancel(), { once: true });
      return job.done;
    },
    [workers],
  );
  return <GraphCanvas tools={tools} layout={layout} onDrawn={(model) => store.getState().markDrawn(model)} />;
}
