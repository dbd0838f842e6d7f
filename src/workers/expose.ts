/** Puts a service behind the worker's message port, with the cancel that every service has. */
import * as Comlink from 'comlink';
import { Jobs } from './job.ts';
import type { Service } from './protocol.ts';

export function expose<S extends Service>(make: (jobs: Jobs) => Omit<S, keyof Service>): void {
  const jobs = new Jobs();
  Comlink.expose({ cancel: (id: string) => jobs.cancel(id), ...make(jobs) });
}
