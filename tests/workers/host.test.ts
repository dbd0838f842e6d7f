/** Cancel, crash and respawn, against fake workers that speak the real protocol over message channels. */
import * as Comlink from 'comlink';
import { afterEach, describe, expect, it } from 'vitest';
import { FormatError } from '../../src/graph-model/diagnostics.ts';
import type { JobContext } from '../../src/graph-model/job.ts';
import { CancelledError, JobError, WorkerHost } from '../../src/workers/host.ts';
import { Jobs } from '../../src/workers/job.ts';
import type { JobEvent, OnEvent, Service, Settled } from '../../src/workers/protocol.ts';
import type { WorkerLike } from '../../src/workers/spawn.ts';

interface Fake extends Service {
  work(id: string, on: OnEvent, kind: string): Promise<Settled<string>>;
}

type Body = (job: JobContext) => Promise<string> | string;

const ports: MessagePort[] = [];
afterEach(() => ports.splice(0).forEach((p) => p.close()));

/** Starts fake workers; `die` is what the browser would report. */
function fakes(bodies: Record<string, Body>) {
  const started: { terminated: boolean; die(why: string): void }[] = [];
  const spawn = (): WorkerLike => {
    const { port1, port2 } = new MessageChannel();
    ports.push(port1, port2);
    const jobs = new Jobs();
    const service = {
      cancel: (id: string) => jobs.cancel(id),
      work: (id: string, on: OnEvent, kind: string) => jobs.run(id, on, kind, bodies[kind]!),
    };
    Comlink.expose(service, port2);
    port1.start();
    const listeners: ((why: string) => void)[] = [];
    const record = { terminated: false, die: (why: string) => listeners.forEach((l) => l(why)) };
    started.push(record);
    return {
      endpoint: port1,
      terminate: () => {
        record.terminated = true;
        port2.close();
      },
      onDeath: (l) => void listeners.push(l),
    };
  };
  const host = new WorkerHost<Fake>(spawn, 40);
  const start = (kind: string, on?: (e: JobEvent) => void) =>
    host.start<string>(kind, (s, id, e) => s.work(id, e, kind), on);
  return { host, start, started };
}

const untilAborted = (job: JobContext) =>
  new Promise<string>((_, reject) => job.signal.addEventListener('abort', () => reject(job.signal.reason as Error)));
const never = () => new Promise<string>(() => {});
const outcome = (p: Promise<unknown>) =>
  p.then(
    (v) => v,
    (e: unknown) => e,
  );

describe('a worker host', () => {
  it('starts its worker at the first job, and only one', async () => {
    const { start, started } = fakes({ a: () => 'A', b: () => 'B' });
    expect(started).toHaveLength(0);
    expect(await Promise.all([start('a').done, start('b').done])).toEqual(['A', 'B']);
    expect(started).toHaveLength(1);
  });

  it('tells progress and diagnostics', async () => {
    const events: JobEvent[] = [];
    const { start } = fakes({
      a: (job) => {
        job.progress(1, 2, 'half');
        return 'A';
      },
    });
    await start('a', (e) => events.push(e)).done;
    expect(events).toEqual([{ type: 'progress', done: 1, total: 2, label: 'half' }]);
  });

  it('carries a diagnostic across, and any other error in one line', async () => {
    const { start } = fakes({
      bad: () => {
        throw new FormatError('file.empty', { file: 'm.onnx' });
      },
      bug: () => {
        throw new Error('no such thing\n    at stack');
      },
    });
    const bad = (await outcome(start('bad').done)) as JobError;
    expect(bad).toBeInstanceOf(JobError);
    expect(bad.diagnostic.message).toBe('The file m.onnx is empty.');
    const bug = (await outcome(start('bug').done)) as JobError;
    expect(bug.diagnostic.message).toBe('Graphwright could not bug: no such thing.');
  });

  it('cancels a job that listens, and keeps its worker', async () => {
    const { start, started } = fakes({ slow: untilAborted, a: () => 'A' });
    const job = start('slow');
    job.cancel();
    expect(await outcome(job.done)).toBeInstanceOf(CancelledError);
    await new Promise((r) => setTimeout(r, 60));
    expect(started[0]!.terminated).toBe(false);
    expect(await start('a').done).toBe('A');
    expect(started).toHaveLength(1);
  });

  it('takes no result of a job that was done in the moment of cancelling', async () => {
    const { host } = fakes({});
    const job = host.start<string>('be done', () => Promise.resolve({ status: 'done', value: 'A' }));
    const ended = outcome(job.done);
    job.cancel();
    expect(await ended).toBeInstanceOf(CancelledError);
  });

  it('ends the worker of a job that does not listen, and gives its other jobs to a new one', async () => {
    let attempts = 0;
    const { start, started } = fakes({
      deaf: never,
      other: () => (++attempts === 1 ? never() : 'second try'),
    });
    const deaf = start('deaf');
    const other = start('other');
    await new Promise((r) => setTimeout(r, 10));
    const begun = performance.now();
    deaf.cancel();
    expect(await outcome(deaf.done)).toBeInstanceOf(CancelledError);
    expect(performance.now() - begun).toBeLessThan(200);
    expect(await other.done).toBe('second try');
    expect(started.map((w) => w.terminated)).toEqual([true, false]);
  });

  it('fails the jobs of a worker that died, saying so, and starts another for the next', async () => {
    const { start, started } = fakes({ slow: never, a: () => 'A' });
    const job = start('slow');
    await new Promise((r) => setTimeout(r, 5));
    started[0]!.die('out of memory');
    const error = (await outcome(job.done)) as JobError;
    expect(error.diagnostic.code).toBe('job.crashed');
    expect(error.diagnostic.message).toBe('The worker that was to slow ended unexpectedly (out of memory).');
    expect(await start('a').done).toBe('A');
    expect(started).toHaveLength(2);
  });

  it('ignores what a dead worker reports later', async () => {
    const { start, started } = fakes({ slow: never, a: () => 'A' });
    const first = start('slow');
    started[0]!.die('');
    await outcome(first.done);
    const second = start('a');
    started[0]!.die('again');
    expect(await second.done).toBe('A');
  });

  it('sends nothing to a job that was cancelled', async () => {
    const events: JobEvent[] = [];
    const { start } = fakes({
      chatty: async (job) => {
        await new Promise((r) => setTimeout(r, 10));
        job.progress(1, 1, 'late');
        return 'done anyway';
      },
    });
    const job = start('chatty', (e) => events.push(e));
    job.cancel();
    expect(await outcome(job.done)).toBeInstanceOf(CancelledError);
    expect(events).toEqual([]);
  });
});

describe('progress', () => {
  it('is thinned to 20 a second, but every step is told', async () => {
    let now = 0;
    const told: string[] = [];
    const on: OnEvent = (e) => e.type === 'progress' && told.push(`${e.label} ${e.done}`);
    await new Jobs(() => now).run('1', on, 'count', (job) => {
      for (let i = 0; i < 100; i++) {
        now = i * 10;
        job.progress(i, 100, i < 50 ? 'read' : 'check');
      }
    });
    expect(told).toHaveLength(20);
    expect(told[0]).toBe('read 0');
    expect(told).toContain('check 50');
  });
});
