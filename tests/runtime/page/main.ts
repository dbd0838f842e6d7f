/** Hands what the test asks for to a worker, as the real page does. */
const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });

declare global {
  interface Window {
    ask(request: object): Promise<unknown>;
  }
}

let last = 0;
window.ask = (request) =>
  new Promise((resolve, reject) => {
    const id = ++last;
    worker.addEventListener('message', function answer({ data }: MessageEvent<{ id: number; result: unknown }>) {
      if (data.id !== id) return;
      worker.removeEventListener('message', answer);
      resolve(data.result);
    });
    worker.addEventListener('error', (e) => reject(new Error(e.message)), { once: true });
    worker.postMessage({ id, request });
  });
document.documentElement.dataset.ready = 'true';
