/** The worker's half of the job protocol: a job's AbortController, thinned progress, and errors turned into diagnostics. */
import { MissingFileError } from '../graph-model/core/bytes.ts';
import { EditError } from '../graph-model/core/draft.ts';
import { diagnostic, FormatError, type Diagnostic } from '../graph-model/diagnostics.ts';
import type { JobContext } from '../graph-model/job.ts';
import type { OnEvent, Settled } from './protocol.ts';
import { withTransfersOf } from './transfer.ts';

/** Progress events are at least this far apart, in milliseconds. */
export const PROGRESS_INTERVAL = 50;

/** The jobs running in this worker. */
export class Jobs {
  private readonly running = new Map<string, AbortController>();

  /** @param now a clock in milliseconds, injected by tests */
  constructor(private readonly now: () => number = () => performance.now()) {}

  /** Runs one job to its end; never rejects. `what` completes "Graphwright could not …". */
  async run<T>(id: string, on: OnEvent, what: string, body: (job: JobContext) => Promise<T> | T): Promise<Settled<T>> {
    const controller = new AbortController();
    this.running.set(id, controller);
    try {
      const value = await body(this.context(controller.signal, on));
      if (controller.signal.aborted) return { status: 'cancelled' };
      return withTransfersOf({ status: 'done', value }, value);
    } catch (error) {
      if (controller.signal.aborted) return { status: 'cancelled' };
      return { status: 'failed', diagnostic: toDiagnostic(error, what) };
    } finally {
      this.running.delete(id);
    }
  }

  cancel(id: string): void {
    this.running.get(id)?.abort();
  }

  private context(signal: AbortSignal, on: OnEvent): JobContext {
    let last = -Infinity;
    let lastLabel = '';
    return {
      signal,
      progress: (done, total, label) => {
        const now = this.now();
        // A new step is always told; steps themselves are few.
        if (label === lastLabel && now - last < PROGRESS_INTERVAL) return;
        last = now;
        lastLabel = label;
        on({ type: 'progress', done, total, label });
      },
      report: (found) => on({ type: 'diagnostic', diagnostic: found }),
    };
  }
}

/** What went wrong, as something to show. A bug keeps its own words but never its stack. */
export function toDiagnostic(error: unknown, what: string): Diagnostic {
  if (error instanceof FormatError) return error.diagnostic;
  if (error instanceof MissingFileError) return diagnostic('file.missing', { file: error.file, count: 'some' });
  if (error instanceof EditError) return { ...diagnostic('job.failed', { what, why: '' }), message: error.message };
  const why = error instanceof Error ? error.message : String(error);
  return diagnostic('job.failed', { what, why: firstLine(why) });
}

function firstLine(text: string): string {
  const line = text.split('\n', 1)[0]!.trim().replace(/\.$/, '');
  return line === '' ? 'no reason was given' : line.slice(0, 300);
}
