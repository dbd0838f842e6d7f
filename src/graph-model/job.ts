/** What long work is given: a way to be stopped, to say how far it is, and to report. */
import type { Diagnostic } from './diagnostics.ts';

export interface JobContext {
  readonly signal: AbortSignal;
  /** `total` 0 where it is not known. Cheap to call: the receiver thins it out. */
  progress(done: number, total: number, label: string): void;
  report(diagnostic: Diagnostic): void;
}

export type Progress = JobContext['progress'];

/** A context for callers that want no progress; diagnostics are collected where a list is given. */
export function quietJob(
  diagnostics: Diagnostic[] = [],
  signal: AbortSignal = new AbortController().signal,
): JobContext {
  return { signal, progress: () => {}, report: (d) => void diagnostics.push(d) };
}
