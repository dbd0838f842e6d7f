/** Running models: what the page, the command and the optimiser ask of the runtime. */
import type { ByteSource } from '../graph-model/core/bytes.ts';
import type { DenseTensor } from '../graph-model/core/tensor.ts';
import type { Dim, DType } from '../graph-model/core/types.ts';

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

/** A model as the writer gives it: structure, and weights kept outside of it so that they are read only once, on demand. */
export interface RunSource {
  /** The ModelProto's bytes, in order. Its external tensors name one of `data` as their location. */
  readonly model: readonly ByteSource[];
  readonly data?: readonly ExternalFile[];
  /** Type strings of outputs that are no tensors (`seq(map(int64,tensor(float)))`), for messages. */
  readonly opaqueTypes?: ReadonlyMap<string, string>;
  /** Inputs and outputs without a declared rank, which the runtime does not tell from scalars. */
  readonly unranked?: ReadonlySet<string>;
  /** The main graph's nodes in the order of the file, to name the one that fails. */
  readonly nodes?: readonly SourceNode[];
}

export interface SourceNode {
  readonly op: string;
  readonly name: string;
  /** Places in the same list of the nodes whose results it reads, in its bodies too. */
  readonly after: readonly number[];
}

export interface ExternalFile {
  /** As the model's `location` says. */
  readonly path: string;
  /** The file's bytes, in order. */
  readonly parts: readonly ByteSource[];
}

/** An input or output as an opened session declares it. */
export interface SessionPort {
  readonly name: string;
  /** null: not a tensor, or a tensor of a type that the runtime cannot exchange (`kind` says which). */
  readonly dtype: DType | null;
  readonly dims: readonly Dim[];
  readonly kind: string;
  /** The model says nothing of its dims: any will do. */
  readonly unranked?: true;
}

/** Values by input name. */
export type Feeds = ReadonlyMap<string, DenseTensor>;

/** A value given to or made for an input, and how it is told to people. */
export interface InputValue {
  readonly name: string;
  readonly tensor: DenseTensor;
  /** `seeded normal, 1×3×224×224`, `photo.jpg, 1×3×224×224`. */
  readonly description: string;
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
