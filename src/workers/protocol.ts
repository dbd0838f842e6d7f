/**
 * What the page may ask of its workers. Services are coarse (one call for one act of the user), take plain data and give
 * plain data. Every call names its job, so that it can be cancelled, and reports through `on`.
 */
import type { InputLayout } from '../graph-model/edit/input-layout.ts';
import type { InputFile } from '../converters/converter.ts';
import type { NodeId, ValueId } from '../graph-model/core/ids.ts';
import type { Diagnostic, Refusal } from '../graph-model/diagnostics.ts';
import type { LayoutInput, LayoutResult } from '../layout/types.ts';
import type { PassReport, Plan } from '../optimizer/rule.ts';
import type { OutputDifference, RunOptions, RunResult } from '../runtime/types.ts';
import type { WireModel } from '../graph-model/wire/wire.ts';
import type { InputChoice } from '../services/inputs.ts';
import type { Proof } from '../services/optimise.ts';
import type { TrustReport } from '../services/trust/report.ts';

export type { InputFile } from '../converters/converter.ts';
export type { LayoutInput, LayoutResult } from '../layout/types.ts';
export type { WireModel } from '../graph-model/wire/wire.ts';
export type { InputChoice } from '../services/inputs.ts';
export type { Proof } from '../services/optimise.ts';
export type * from '../services/trust/report.ts';
export { jsonNumber } from '../services/trust/report.ts';

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

export interface Opened {
  readonly model: WireModel;
  /** What reading met: true of the file, whatever is edited afterwards. */
  readonly opening: readonly Diagnostic[];
  /** Names of files that tensors need and that were not given. */
  readonly missing: readonly string[];
}

export interface Analysis {
  /** Inferred types, declared ones where inference knows no better: see `wire/types.ts`. */
  readonly types: WireModel;
  readonly problems: readonly Diagnostic[];
}

/** As {@link Analysis}, of an edited model: `types` are those that changed, and what is not named is as it was before the edit. */
export interface AnalysedEdit extends Analysis {
  readonly removed: readonly ValueId[];
}

/** An edit to follow: numbers of the states before and after it, and the nodes that it touched. */
export interface EditStep {
  readonly base: number;
  readonly state: number;
  readonly touched: readonly NodeId[];
}

export interface LoadService extends Service {
  open(job: string, on: OnEvent, files: readonly InputFile[]): Promise<Settled<Opened>>;
  /** Types and problems of a model; `state` numbers it for {@link reanalyse}. */
  analyse(job: string, on: OnEvent, model: WireModel, state: number): Promise<Settled<Analysis>>;
  /** The same, once, for the model that the job `opened` read last, which need not be sent again; null where it is gone. */
  analyseOpened(job: string, on: OnEvent, opened: string, state: number): Promise<Settled<Analysis | null>>;
  /** Of a model after an edit, sent as changes; null where the state before it is no longer held. */
  reanalyse(job: string, on: OnEvent, changes: WireModel, step: EditStep): Promise<Settled<AnalysedEdit | null>>;
  /** From a source dialect to ONNX, and to another opset where one is given. */
  convert(job: string, on: OnEvent, model: WireModel, options: ConvertRequest): Promise<Settled<WireModel>>;
  /** All nodes that keep the model from being converted so; empty where it converts. */
  refusals(job: string, on: OnEvent, model: WireModel, options: ConvertRequest): Promise<Settled<readonly Refusal[]>>;
  /** Writing lives here too: it needs the same code, and no model is opened while one is saved. */
  write(job: string, on: OnEvent, model: WireModel, options: WriteOptions): Promise<Settled<Written>>;
}

export interface ConvertRequest {
  readonly opset?: number;
  /** Of a model with several signatures; absent: the default. */
  readonly signature?: string;
  /** What is done about nodes without an ONNX form, by name or `#` and number: see `applyReplacements`. */
  readonly replace?: Readonly<Record<string, string>>;
  /** Of a detector: boxes, classes and scores instead of its grid, with overlapping boxes left out. */
  readonly boxes?: boolean;
  /** Of inputs of pictures and volumes; absent: as the source has them. */
  readonly inputLayout?: InputLayout;
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
  /** Data files that were never opened and that the model goes on naming: they must lie beside it. */
  readonly refersTo: readonly string[];
}

export interface Optimised {
  readonly model: WireModel;
  readonly passes: readonly PassReport[];
  readonly rounds: number;
  readonly proof: Proof;
}

export interface OptimizeService extends Service {
  /** `plan` may name a preset. */
  run(job: string, on: OnEvent, model: WireModel, plan: Plan | string): Promise<Settled<Optimised>>;
}

export interface LayoutService extends Service {
  layout(job: string, on: OnEvent, input: LayoutInput): Promise<Settled<LayoutResult>>;
}

export interface RunPlan {
  readonly options: RunOptions;
  /** Generated inputs follow from it: the same seed gives the same numbers. */
  readonly seed: number;
  /** A length for each symbolic dimension, by its name (or `input.axis` where it has none). */
  readonly dims: Readonly<Record<string, number>>;
  /** By input name; what is not named is generated. */
  readonly inputs: Readonly<Record<string, InputChoice>>;
}

export interface Ran {
  /** null where only one model was run. */
  readonly original: RunResult | null;
  readonly current: RunResult;
  readonly differences: readonly OutputDifference[];
  /** One line each for people: "seeded normal, 1×3×224×224" or "cat.jpg, 1×3×224×224". */
  readonly inputs: readonly { readonly name: string; readonly description: string }[];
}

export interface RunService extends Service {
  /** Runs the model, and the original on the same inputs where one is given, and compares their outputs. */
  run(job: string, on: OnEvent, current: WireModel, original: WireModel | null, plan: RunPlan): Promise<Settled<Ran>>;
  /** Holds a converted model against its source: see `services/trust`. */
  trust(
    job: string,
    on: OnEvent,
    source: WireModel,
    onnx: WireModel,
    options: TrustRequest,
  ): Promise<Settled<TrustReport>>;
}

export interface TrustRequest {
  readonly seed: number;
  /** The framework's own inputs and outputs; none: a reference of the source, or its layers. */
  readonly files: readonly { readonly name: string; readonly blob: Blob }[];
}
