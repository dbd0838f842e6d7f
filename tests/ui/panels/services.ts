/** A store for panels without workers: what would start a job fails loudly, unless a test gives it. */
import type { Workers } from '../../../src/workers/client.ts';
import type { Files } from '../../../src/ui/files/files.ts';
import { createAppStore, type Services } from '../../../src/ui/store/store.ts';

export function pageServices(files: Partial<Files> = {}, workers: Partial<Workers> = {}): Services {
  const refuse = (): never => {
    throw new Error('No worker here');
  };
  const stand = (given: object) =>
    new Proxy(given, { get: (target, key) => (target as Record<string | symbol, unknown>)[key] ?? refuse });
  const store = createAppStore({
    workers: stand(workers) as Workers,
    analyse: () => new Promise(() => {}),
    storage: null,
  });
  return { store, workers: stand(workers) as Workers, files: stand(files) as Files };
}
