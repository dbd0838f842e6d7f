/** A worker is started before there is anybody to hear that it died. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { firstOf, PAGE_SPAWNERS } from '../../src/workers/spawn.ts';

class FakeWorker extends EventTarget {
  static made: FakeWorker[] = [];
  constructor() {
    super();
    FakeWorker.made.push(this);
  }
  terminate(): void {}
  fail(message: string): void {
    this.dispatchEvent(Object.assign(new Event('error'), { message }));
  }
}

describe('workers of the page', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
    FakeWorker.made = [];
  });

  it('tells of a death that came before the listener', async () => {
    vi.stubGlobal('Worker', FakeWorker);
    const worker = PAGE_SPAWNERS.load();
    FakeWorker.made[0]!.fail('no such file');
    const heard: string[] = [];
    worker.onDeath((why) => heard.push(why));
    await Promise.resolve();
    expect(heard).toEqual(['no such file']);
    FakeWorker.made[0]!.fail('again');
    expect(heard).toEqual(['no such file', 'again']);
  });

  it('hands out the one already started first, then new ones', () => {
    let started = 0;
    const spawn = firstOf(() => ({ endpoint: null!, terminate: () => {}, onDeath: () => {}, number: ++started }));
    expect(started).toBe(1);
    expect([spawn(), spawn(), spawn()].map((w) => (w as unknown as { number: number }).number)).toEqual([1, 2, 3]);
  });
});
