import { layoutNow, type LayoutInput } from '../../../src/layout/layout.ts';

self.onmessage = (e: MessageEvent<LayoutInput>) => {
  const start = performance.now();
  const result = layoutNow(e.data);
  self.postMessage({ result, ms: performance.now() - start });
};
