/** The builds of onnxruntime. */
import type * as ortModule from 'onnxruntime-web';

export type Ort = typeof ortModule;

/** Which build is in use. `wasm` has every operator; the two WebGPU builds lack ai.onnx.ml, strings, float64 and more. */
export type OrtBuild = 'wasm' | 'jspi' | 'asyncify' | 'node';
