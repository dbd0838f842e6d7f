import { CancelledError, type Job } from '../../workers/client.ts';
import type { JobEvent } from '../../workers/protocol.ts';
import type { JobsSlice, JobView } from './state.ts';
import type { Get, SetState } from './slice.ts';

export function jobsSlice(set: SetState, get: Get): JobsSlice {
  return {
    jobs: [],
    announcement: '',
    announce: (announcement) => set({ announcement }),
    cancelJobs: (kind) => {
      for (const job of get().jobs) if (job.kind === kind) job.cancel();
    },
  };
}

export interface Tracked {
  readonly kind: string;
  /** While it runs: "Reading model.onnx". */
  readonly label: string;
  /** Told when it was cancelled; '' for no word. */
  readonly cancelled: string;
}

/** Shows a job in the list from its start to its end, with its progress; gives what the job gives. */
export async function track<T>(
  set: SetState,
  what: Tracked,
  start: (on: (event: JobEvent) => void) => Job<T>,
): Promise<T> {
  let id = '';
  const update = (part: Partial<JobView>) =>
    set((s) => ({ jobs: s.jobs.map((j) => (j.id === id ? { ...j, ...part } : j)) }));
  const job = start((event) => {
    if (event.type === 'progress') update({ done: event.done, total: event.total, label: event.label || what.label });
  });
  id = job.id;
  const view: JobView = { id, kind: what.kind, label: what.label, done: 0, total: 0, cancel: job.cancel };
  set((s) => ({ jobs: [...s.jobs, view] }));
  try {
    return await job.done;
  } catch (error) {
    if (error instanceof CancelledError && what.cancelled) set({ announcement: what.cancelled });
    throw error;
  } finally {
    set((s) => ({ jobs: s.jobs.filter((j) => j.id !== id) }));
  }
}
