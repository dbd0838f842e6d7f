/** The workers of the page. Small on purpose: this runs before the code of the page is there (first-script.ts). */
import type { Endpoint } from 'comlink';

/** The part of `Worker` that is needed; tests give a fake. */
export interface WorkerLike {
  readonly endpoint: Endpoint;
  terminate(): void;
  /** Called once when the worker dies or sends what cannot be read. */
  onDeath(listener: (why: string) => void): void;
}

/** A real worker as the host sees it. One that dies before anybody listens is told of when somebody does. */
function webWorker(worker: Worker): WorkerLike {
  let died: string | null = null;
  let heard: ((why: string) => void) | null = null;
  const die = (why: string) => {
    died ??= why;
    heard?.(why);
  };
  worker.addEventListener('error', (event) => {
    event.preventDefault();
    die(event.message ?? '');
  });
  worker.addEventListener('messageerror', () => die('a message could not be read'));
  return {
    endpoint: worker,
    terminate: () => worker.terminate(),
    onDeath: (listener) => {
      heard = listener;
      const before = died;
      if (before !== null) queueMicrotask(() => listener(before));
    },
  };
}

export interface Spawners {
  readonly load: () => WorkerLike;
  readonly optimize: () => WorkerLike;
  readonly layout: () => WorkerLike;
  readonly run: () => WorkerLike;
}

/** Written out, because the bundler finds workers by this very form. */
export const PAGE_SPAWNERS: Spawners = {
  load: () => webWorker(new Worker(new URL('./load.worker.ts', import.meta.url), { type: 'module', name: 'load' })),
  optimize: () =>
    webWorker(new Worker(new URL('./optimize.worker.ts', import.meta.url), { type: 'module', name: 'optimize' })),
  layout: () =>
    webWorker(new Worker(new URL('./layout.worker.ts', import.meta.url), { type: 'module', name: 'layout' })),
  run: () => webWorker(new Worker(new URL('./run.worker.ts', import.meta.url), { type: 'module', name: 'run' })),
};

/** Starts one at once, and gives that out first. */
export function firstOf(spawn: () => WorkerLike): () => WorkerLike {
  let first: WorkerLike | null = spawn();
  return () => {
    const worker = first ?? spawn();
    first = null;
    return worker;
  };
}
