/** Running models: what the page, the command and the optimiser ask of the runtime. */
import type { DenseTensor } from '../graph-model/core/tensor.ts';

export type Provider = 'wasm' | 'webgpu' | 'webnn';

export interface RunOptions {
  readonly provider: Provider;
  /** 0: as many as the device has (wasm only; 1 where the page is not cross-origin isolated). */
  readonly threads?: number;
  readonly graphOptimization?: 'disabled' | 'basic' | 'extended' | 'all';
  /** Timed runs after one warm-up. */
  readonly runs?: number;
  readonly profile?: boolean;
}

/** An output that the runtime computes but cannot hand over (sequence, map, optional). */
export interface OpaqueOutput {
  readonly opaque: string;
}

export interface Timing {
  /** Milliseconds. */
  readonly create: number;
  readonly first: number;
  readonly runs: readonly number[];
  readonly median: number;
}

export interface NodeTime {
  readonly node: string;
  readonly op: string;
  readonly provider: string;
  readonly ms: number;
}

export interface RunResult {
  readonly provider: Provider;
  /** Why another provider than the one asked for ran; '' when it is the one asked for. */
  readonly providerNote: string;
  readonly threads: number;
  readonly outputs: ReadonlyMap<string, DenseTensor | OpaqueOutput>;
  readonly timing: Timing;
  readonly nodes: readonly NodeTime[];
}

export interface OutputDifference {
  readonly name: string;
  readonly dtype: string;
  readonly dims: readonly number[];
  /** Largest absolute difference; 0 for equal strings and integers, Infinity where shapes or NaNs disagree. */
  readonly maxAbs: number;
  /** Largest |a - b| / max(|a|, tiny). */
  readonly maxRel: number;
  readonly mean: number;
  readonly cosine: number;
  /** By the tolerance of the dtype (one table). */
  readonly verdict: 'equal' | 'pass' | 'near limit' | 'differs' | 'not comparable';
  readonly limit: number;
}
