/** onnxruntime's builds as the page ships them: loader and wasm are our own files, never fetched from elsewhere. */
import type { Ort, OrtBuild } from './builds.ts';

interface Source {
  readonly load: () => Promise<Ort>;
  readonly wasm: () => Promise<{ default: string }>;
  readonly mjs: () => Promise<{ default: string }>;
}

const SOURCES: Record<Exclude<OrtBuild, 'node'>, Source> = {
  wasm: {
    load: () => import('onnxruntime-web/wasm'),
    wasm: () => import('onnxruntime-web/ort-wasm-simd-threaded.wasm?url'),
    mjs: () => import('onnxruntime-web/ort-wasm-simd-threaded.mjs?url'),
  },
  jspi: {
    load: () => import('onnxruntime-web/jspi'),
    wasm: () => import('onnxruntime-web/ort-wasm-simd-threaded.jspi.wasm?url'),
    mjs: () => import('onnxruntime-web/ort-wasm-simd-threaded.jspi.mjs?url'),
  },
  asyncify: {
    load: () => import('onnxruntime-web/webgpu'),
    wasm: () => import('onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?url'),
    mjs: () => import('onnxruntime-web/ort-wasm-simd-threaded.asyncify.mjs?url'),
  },
};

/** Loads one build and points it at its files. */
export async function loadBuild(build: Exclude<OrtBuild, 'node'>): Promise<Ort> {
  const source = SOURCES[build];
  const [ort, wasm, mjs] = await Promise.all([source.load(), source.wasm(), source.mjs()]);
  // Absolute, because a worker's own address is not the page's.
  const absolute = (url: string) => new URL(url, globalThis.location.href).href;
  ort.env.wasm.wasmPaths = { wasm: absolute(wasm.default), mjs: absolute(mjs.default) };
  return ort;
}
