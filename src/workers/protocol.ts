/**
 * What the page may ask of its workers. Services are coarse (one call for one act of the user), take plain data and give
 * plain data. Every call names its job, so that it can be cancelled, and reports through `on`.
 */
import type { InputFile } from '../converters/converter.ts';
import type { ValueId } from '../graph-model/core/ids.ts';
import type { DenseTensor, Tensor } from '../graph-model/core/tensor.ts';
import type { DType, Shape, ValueType } from '../graph-model/core/types.ts';
import type { Diagnostic } from '../graph-model/diagnostics.ts';
import type { LayoutInput, LayoutResult } from '../layout/types.ts';
import type { PassReport, Plan } from '../optimizer/rule.ts';
import type { OutputDifference, RunOptions, RunResult } from '../runtime/types.ts';
import type { WireModel } from './wire.ts';

export type { InputFile } from '../converters/converter.ts';
export type { LayoutInput, LayoutResult } from '../layout/types.ts';
export type { WireModel } from './wire.ts';

export type JobEvent =
  | { readonly type: 'progress'; readonly done: number; readonly total: number; readonly label: string }
  | { readonly type: 'diagnostic'; readonly diagnostic: Diagnostic };

/** Comes as a `Comlink.proxy`: called at most 20 times a second for progress, once for each diagnostic. */
export type OnEvent = (event: JobEvent) => void;

/** How a job ended. Errors do not cross as exceptions: their diagnostic would be lost on the way. */
export type Settled<T> =
  | { readonly status: 'done'; readonly value: T }
  | { readonly status: 'failed'; readonly diagnostic: Diagnostic }
  | { readonly status: 'cancelled' };

export interface Service {
  /** Fires the job's AbortSignal. A job that does not heed it is ended together with its worker by the client. */
  cancel(job: string): void;
}

export type Types = readonly (readonly [ValueId, ValueType])[];

export interface Opened {
  readonly model: WireModel;
  /** Inferred types; declared ones where inference knows no better. */
  readonly types: Types;
  readonly problems: readonly Diagnostic[];
  /** Names of files that tensors need and that were not given. */
  readonly missing: readonly string[];
}

export interface Analysis {
  readonly types: Types;
  readonly problems: readonly Diagnostic[];
}

export interface LoadService extends Service {
  open(job: string, on: OnEvent, files: readonly InputFile[]): Promise<Settled<Opened>>;
  /** Types and problems of an edited model. */
  analyse(job: string, on: OnEvent, model: WireModel): Promise<Settled<Analysis>>;
  /** Writing lives here too: it needs the same code, and no model is opened while one is saved. */
  write(job: string, on: OnEvent, model: WireModel, options: WriteOptions): Promise<Settled<Written>>;
}

export interface WriteOptions {
  /** With extension; the data file is `<fileName>_data`. */
  readonly fileName: string;
  /** `auto`: one file up to 2 GB, else weights beside it. */
  readonly weights: 'auto' | 'inside' | 'external';
}

export interface Written {
  /** The model first, then its data files. The Blobs refer to the opened files: nothing is copied. */
  readonly files: readonly { readonly name: string; readonly blob: Blob }[];
}

export interface Optimised {
  readonly model: WireModel;
  readonly passes: readonly PassReport[];
  readonly rounds: number;
}

export interface OptimizeService extends Service {
  run(job: string, on: OnEvent, model: WireModel, plan: Plan): Promise<Settled<Optimised>>;
}

export interface LayoutService extends Service {
  layout(job: string, on: OnEvent, input: LayoutInput): Promise<Settled<LayoutResult>>;
}

/** Inputs by name, in memory. */
export type Inputs = ReadonlyMap<string, DenseTensor>;

export interface PreparedInputs {
  readonly inputs: Inputs;
  /** One line each for people: "generated, seed 1, float32 1×3×224×224" or "cat.jpg, resized to 224×224". */
  readonly descriptions: readonly { readonly name: string; readonly description: string }[];
}

export interface GenerateOptions {
  readonly seed: number;
  /** Lengths for symbolic dimensions, by their name. */
  readonly dims?: Readonly<Record<string, number>>;
}

export interface Compared {
  readonly original: RunResult;
  readonly current: RunResult;
  readonly differences: readonly OutputDifference[];
}

export interface TensorStatistics {
  readonly count: number;
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  readonly std: number;
  readonly zeros: number;
  readonly nans: number;
  readonly infinities: number;
  /** Equal bins from min to max. */
  readonly histogram: readonly number[];
  /** The first elements, as numbers or texts. */
  readonly first: readonly (number | string)[];
}

export interface RunService extends Service {
  run(job: string, on: OnEvent, model: WireModel, inputs: Inputs, options: RunOptions): Promise<Settled<RunResult>>;
  compare(
    job: string,
    on: OnEvent,
    original: WireModel,
    current: WireModel,
    inputs: Inputs,
    options: RunOptions,
  ): Promise<Settled<Compared>>;
  /** Files of the user: .npy, .npz, .pb, an image, JSON; matched to the model's inputs by name, then by order. */
  readInputs(
    job: string,
    on: OnEvent,
    model: WireModel,
    files: readonly InputFile[],
    options: GenerateOptions,
  ): Promise<Settled<PreparedInputs>>;
  generateInputs(
    job: string,
    on: OnEvent,
    model: WireModel,
    options: GenerateOptions,
  ): Promise<Settled<PreparedInputs>>;
  statistics(job: string, on: OnEvent, tensor: Tensor): Promise<Settled<TensorStatistics>>;
  /** Elements `from .. from + count` in C order, for tables of values. */
  elements(
    job: string,
    on: OnEvent,
    tensor: Tensor,
    from: number,
    count: number,
  ): Promise<Settled<readonly (number | bigint | string)[]>>;
  /** The whole tensor as an .npy file. */
  npy(job: string, on: OnEvent, tensor: Tensor): Promise<Settled<Blob>>;
}

export interface InputSpec {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: Shape;
}
