/** What this browser can do, for the status bar. Asked once; each note appears when its answer is there. */

type Listener = () => void;

interface Gpu {
  requestAdapter(): Promise<unknown>;
}

class DeviceNotes {
  private notes: readonly string[] = [];
  private readonly listeners = new Set<Listener>();
  private asked = false;

  get = (): readonly string[] => this.notes;

  subscribe = (listener: Listener): (() => void) => {
    this.listeners.add(listener);
    if (!this.asked) void this.ask();
    return () => this.listeners.delete(listener);
  };

  private async ask(): Promise<void> {
    this.asked = true;
    const threads = globalThis.crossOriginIsolated ? navigator.hardwareConcurrency : 1;
    this.say(threads === 1 ? '1 thread' : `${threads} threads`);
    const gpu = (navigator as Navigator & { gpu?: Gpu }).gpu;
    if (await adapter(gpu)) this.say('WebGPU ready');
  }

  private say(note: string): void {
    this.notes = [...this.notes, note];
    for (const listener of this.listeners) listener();
  }
}

async function adapter(gpu: Gpu | undefined): Promise<boolean> {
  try {
    return Boolean(await gpu?.requestAdapter());
  } catch {
    // A browser that has the interface and refuses to use it has no WebGPU.
    return false;
  }
}

export const deviceNotes = new DeviceNotes();
