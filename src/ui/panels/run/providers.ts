/** Where a model can run in this browser, with what it means or why not. */
import { useSyncExternalStore } from 'react';
import type { Provider } from '../../../runtime/types.ts';

export interface ProviderChoice {
  readonly id: Provider;
  readonly label: string;
  readonly available: boolean;
  /** Why it is not there, or what choosing it means. */
  readonly note: string;
}

interface Gpu {
  requestAdapter(): Promise<unknown>;
}
export interface Device {
  readonly threads: number;
  readonly isolated: boolean;
  readonly gpu: 'unknown' | 'ready' | 'no interface' | 'no adapter';
  readonly ml: boolean;
}

export function providerChoices({ threads, isolated, gpu, ml }: Device): ProviderChoice[] {
  const wasm = isolated
    ? `Every operator, on ${threads} ${threads === 1 ? 'core' : 'cores'}. The reference for comparison.`
    : 'Every operator. One thread: the page is not cross-origin isolated.';
  const gpuNotes = {
    unknown: 'Asking the browser.',
    ready: 'On the graphics card. Operators it lacks run on the CPU.',
    'no interface': 'This browser has no WebGPU.',
    'no adapter': 'The browser has WebGPU, and no graphics card that it lets pages use.',
  };
  return [
    { id: 'wasm', label: 'WebAssembly', available: true, note: wasm },
    { id: 'webgpu', label: 'WebGPU', available: gpu === 'ready', note: gpuNotes[gpu] },
    ...(ml
      ? [
          {
            id: 'webnn',
            label: 'WebNN',
            available: true,
            note: "The system's own accelerator, where it has one.",
          } as const,
        ]
      : []),
  ];
}

/** What is known at once; whether there is a graphics card follows. */
let device: Device | null = null;
const listeners = new Set<() => void>();

function deviceNow(): Device {
  if (device === null) {
    const { gpu, ml } = navigator as Navigator & { gpu?: Gpu; ml?: object };
    const isolated = globalThis.crossOriginIsolated === true;
    const threads = isolated ? navigator.hardwareConcurrency : 1;
    device = { threads, isolated, gpu: gpu ? 'unknown' : 'no interface', ml: ml !== undefined };
    if (gpu) void askGpu(gpu);
  }
  return device;
}

async function askGpu(gpu: Gpu): Promise<void> {
  // A browser that has the interface and refuses to use it has no graphics card for us.
  const adapter = await gpu.requestAdapter().catch(() => null);
  device = { ...deviceNow(), gpu: adapter ? 'ready' : 'no adapter' };
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useProviders(): readonly ProviderChoice[] {
  return providerChoices(useSyncExternalStore(subscribe, deviceNow));
}
