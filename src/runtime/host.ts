/** The one place that knows where onnxruntime comes from: our own copy in a page, the package's Node build elsewhere. */
import { FormatError } from '../graph-model/diagnostics.ts';
import type { Ort, OrtBuild } from './host/builds.ts';
import { tapConsole } from './host/printed.ts';
import type { Provider } from './types.ts';

export interface LoadedOrt {
  readonly ort: Ort;
  readonly build: OrtBuild;
  /** The provider that will be asked for: the wanted one, or wasm where the device has no other. */
  readonly provider: Provider;
  /** Why it is not the wanted one; '' where it is. */
  readonly note: string;
  readonly threads: number;
}

const inNode = typeof process !== 'undefined' && typeof process.versions?.node === 'string';

/** Each build is started once, with the threads that its first caller asked for: the runtime cannot change them later. */
const started = new Map<OrtBuild, Promise<{ ort: Ort; threads: number }>>();

/**
 * Loads onnxruntime for a provider. Falls back to plain wasm, with a sentence saying why, where the device has no such
 * provider. `threads` 0: as many as the device has, at most 8; 1 where the page is not cross-origin isolated.
 */
export async function loadOrt(wanted: Provider, threads = 0): Promise<LoadedOrt> {
  const note = await whyNot(wanted);
  const provider = note === '' ? wanted : 'wasm';
  const build = buildFor(provider);
  let loading = started.get(build);
  if (!loading) {
    loading = start(build, threadCount(threads));
    started.set(build, loading);
  }
  try {
    return { ...(await loading), build, provider, note };
  } catch (error) {
    started.delete(build);
    throw new FormatError('run.loader', { why: error instanceof Error ? error.message : String(error) });
  }
}

function buildFor(provider: Provider): OrtBuild {
  if (inNode) return 'node';
  if (provider === 'wasm') return 'wasm';
  return 'Suspending' in WebAssembly ? 'jspi' : 'asyncify';
}

/** One sentence why a provider cannot be had on this device; '' when it can. */
async function whyNot(provider: Provider): Promise<string> {
  if (provider === 'wasm') return '';
  if (inNode) return `${LABELS[provider]} is a browser's: the model ran on the CPU (WebAssembly).`;
  return provider === 'webgpu' ? whyNoGpu() : whyNoWebNN();
}

const LABELS: Record<Provider, string> = { wasm: 'WebAssembly', webgpu: 'WebGPU', webnn: 'WebNN' };

interface Adapters {
  readonly gpu?: { requestAdapter(): Promise<object | null> };
  readonly ml?: { createContext(options?: object): Promise<object> };
}

async function whyNoGpu(): Promise<string> {
  const { gpu } = navigator as Adapters;
  if (!gpu) return 'This browser has no WebGPU: the model ran on the CPU (WebAssembly).';
  const adapter = await gpu.requestAdapter().catch(() => null);
  return adapter ? '' : 'The browser offers no WebGPU adapter for this device: the model ran on the CPU (WebAssembly).';
}

async function whyNoWebNN(): Promise<string> {
  const { ml } = navigator as Adapters;
  if (!ml) return 'This browser has no WebNN: the model ran on the CPU (WebAssembly).';
  try {
    await ml.createContext();
    return '';
  } catch (error) {
    const why = error instanceof Error ? error.message.replace(/\.$/, '') : String(error);
    return `WebNN gave no device (${why}): the model ran on the CPU (WebAssembly).`;
  }
}

function threadCount(wanted: number): number {
  // Threads need SharedArrayBuffer, and the Node build starts none.
  if (inNode || !globalThis.crossOriginIsolated) return 1;
  return wanted > 0 ? wanted : Math.min(8, navigator.hardwareConcurrency || 1);
}

async function start(build: OrtBuild, threads: number): Promise<{ ort: Ort; threads: number }> {
  tapConsole();
  const ort = build === 'node' ? await fromPackage() : await (await import('./host/browser.ts')).loadBuild(build);
  ort.env.wasm.numThreads = threads;
  ort.env.logLevel = 'error';
  // The wasm starts with the first session: here, so that a failure is told apart and no model's time includes it.
  const first = await ort.InferenceSession.create(Uint8Array.from(IDENTITY), { executionProviders: ['wasm'] });
  await first.release();
  return { ort, threads };
}

/** The smallest model: y = Identity(x), float[1], opset 13. */
const IDENTITY = [
  8, 7, 58, 55, 10, 16, 10, 1, 120, 18, 1, 121, 34, 8, 73, 100, 101, 110, 116, 105, 116, 121, 18, 1, 103, 90, 15, 10, 1,
  120, 18, 10, 10, 8, 8, 1, 18, 4, 10, 2, 8, 1, 98, 15, 10, 1, 121, 18, 10, 10, 8, 8, 1, 18, 4, 10, 2, 8, 1, 66, 4, 10,
  0, 16, 13,
];

/** Named through a variable, so that no bundler puts the Node entry into the page. */
async function fromPackage(): Promise<Ort> {
  const name = 'onnxruntime-web';
  return (await import(/* @vite-ignore */ name)) as Ort;
}
