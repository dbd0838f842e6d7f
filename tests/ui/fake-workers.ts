/** Workers that answer when the test says so. */
import type { Model } from '../../src/graph-model/core/model.ts';
import type { Job, OpenedModel, Workers } from '../../src/workers/client.ts';
import { CancelledError } from '../../src/workers/client.ts';

export interface Deferred<T> {
  readonly job: Job<T>;
  resolve(value: T): void;
  reject(error: Error): void;
  cancelled: boolean;
}

export function deferred<T>(): Deferred<T> {
  let resolve!: (value: T) => void;
  let reject!: (error: Error) => void;
  const done = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  done.catch(() => {});
  const out: Deferred<T> = {
    job: {
      id: `fake-${++count}`,
      done,
      cancel: () => {
        out.cancelled = true;
        reject(new CancelledError('cancelled'));
      },
    },
    resolve,
    reject,
    cancelled: false,
  };
  return out;
}
let count = 0;

export const openedAs = (model: Model, part: Partial<OpenedModel> = {}): OpenedModel => ({
  model,
  opening: [],
  missing: [],
  ...part,
});

/** Only what the test gives may be called. */
export function fakeWorkers(part: Partial<Workers>): Workers {
  return new Proxy(part as Workers, {
    get: (target, name: keyof Workers) =>
      target[name] ??
      (() => {
        throw new Error(`the test did not expect ${String(name)}`);
      }),
  });
}
