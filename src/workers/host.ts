/**
 * The page's half: starts workers when they are first needed, gives a handle for each job, cancels, and survives the
 * death of a worker. Models are encoded here and nowhere else.
 */
import * as Comlink from 'comlink';
import { diagnostic, type Diagnostic } from '../graph-model/diagnostics.ts';
import type { JobEvent, OnEvent, Service, Settled } from './protocol.ts';
import type { WorkerLike } from './spawn.ts';

/** A job that is cancelled has this long to stop by itself before its worker is ended, in milliseconds. */
export const CANCEL_GRACE = 200;

/** The job was cancelled; nothing to show but that. */
export class CancelledError extends Error {
  override readonly name = 'CancelledError';
}

/** The job failed; `diagnostic` says what and what to do. */
export class JobError extends Error {
  override readonly name = 'JobError';
  constructor(readonly diagnostic: Diagnostic) {
    super(diagnostic.message);
  }
}

export interface Job<T> {
  readonly id: string;
  /** Rejects with {@link CancelledError} or {@link JobError}, never with anything else. */
  readonly done: Promise<T>;
  cancel(): void;
}

/** One call of a service; must be repeatable, because a worker may be replaced under a job that was not cancelled. */
export type Call<S extends Service, T> = (
  service: Comlink.Remote<S>,
  id: string,
  on: OnEvent & Comlink.ProxyMarked,
) => Promise<Settled<T>>;

interface Running {
  readonly id: string;
  cancelled: boolean;
  settle(result: Settled<unknown>): void;
  restart(): void;
  readonly what: string;
}

let serial = 0;

/** One worker, started when first used and again after its end. */
export class WorkerHost<S extends Service> {
  private worker: WorkerLike | null = null;
  private service: Comlink.Remote<S> | null = null;
  private readonly running = new Map<string, Running>();

  constructor(
    private readonly spawn: () => WorkerLike,
    private readonly grace = CANCEL_GRACE,
  ) {}

  /** @param what completes "The worker that was to …", as in "open model.onnx" */
  start<T>(what: string, call: Call<S, T>, on: (event: JobEvent) => void = () => {}): Job<T> {
    const id = `job-${++serial}`;
    const done = new Promise<T>((resolve, reject) => {
      const settle = (result: Settled<unknown>) => {
        const job = this.running.get(id);
        if (!this.running.delete(id)) return;
        // What was done in the moment of cancelling is not wanted any more.
        if (job?.cancelled || result.status === 'cancelled') reject(new CancelledError('cancelled'));
        else if (result.status === 'done') resolve(result.value as T);
        else reject(new JobError(result.diagnostic));
      };
      const begin = () => this.call(id, call, on, settle, what);
      this.running.set(id, { id, cancelled: false, settle, restart: begin, what });
      begin();
    });
    // Whoever awaits `done` sees the rejection; a job that nobody awaits must not become an unhandled one.
    done.catch(() => {});
    return { id, done, cancel: () => this.cancel(id) };
  }

  /** Ends the worker and fails what runs in it as cancelled. */
  stop(): void {
    this.discard();
    for (const job of [...this.running.values()]) job.settle({ status: 'cancelled' });
  }

  private call<T>(
    id: string,
    call: Call<S, T>,
    on: (event: JobEvent) => void,
    settle: (result: Settled<unknown>) => void,
    what: string,
  ): void {
    const heard = (event: JobEvent) => {
      if (this.running.get(id)?.cancelled === false) on(event);
    };
    const worker = this.ensure();
    const failed = (error: unknown) => {
      // The answer of a worker that was replaced meanwhile belongs to nobody.
      if (worker !== this.service) return;
      const why = error instanceof Error ? error.message : String(error);
      settle({ status: 'failed', diagnostic: diagnostic('job.failed', { what, why }) });
    };
    try {
      call(worker, id, Comlink.proxy(heard)).then((result) => {
        if (worker === this.service) settle(result);
      }, failed);
    } catch (error) {
      failed(error);
    }
  }

  private cancel(id: string): void {
    const job = this.running.get(id);
    if (!job || job.cancelled) return;
    job.cancelled = true;
    // A worker that is already dead or deaf is dealt with by the timer.
    (this.service as unknown as Comlink.Remote<Service> | null)?.cancel(id).catch(() => {});
    setTimeout(() => {
      if (this.running.has(id)) this.replace(id);
    }, this.grace);
  }

  /** Ends a worker that does not stop; the other jobs in it begin anew in the next one. */
  private replace(deaf: string): void {
    this.discard();
    this.running.get(deaf)?.settle({ status: 'cancelled' });
    for (const job of [...this.running.values()]) {
      if (job.cancelled) job.settle({ status: 'cancelled' });
      else job.restart();
    }
  }

  private ensure(): Comlink.Remote<S> {
    if (this.service) return this.service;
    const worker = this.spawn();
    worker.onDeath((why) => {
      if (worker === this.worker) this.died(why);
    });
    this.worker = worker;
    this.service = Comlink.wrap<S>(worker.endpoint);
    return this.service;
  }

  private died(why: string): void {
    this.discard();
    for (const job of [...this.running.values()]) {
      const reason = why === '' ? '' : ` (${why})`;
      const settled: Settled<never> = job.cancelled
        ? { status: 'cancelled' }
        : { status: 'failed', diagnostic: diagnostic('job.crashed', { what: job.what, why: reason }) };
      job.settle(settled);
    }
  }

  private discard(): void {
    this.worker?.terminate();
    this.worker = null;
    this.service = null;
  }
}
