/** What the panels ask of the rest of the page. The page gives it once, through `PanelProvider`. */
import type { BlobLike } from '../../graph-model/core/bytes.ts';
import type { Model, Node } from '../../graph-model/core/model.ts';
import type { DenseTensor, Tensor } from '../../graph-model/core/tensor.ts';
import type { OperatorSchema } from '../../graph-model/operators/operator.ts';
import type { Plan } from '../../optimizer/rule.ts';
import type { Provider } from '../../runtime/types.ts';

/** Where the elements of one model input come from. */
export type InputChoice =
  | { readonly kind: 'generated' }
  /** .npy, .npz, .pb, .json or an image, read and fitted to the input by the runtime. */
  | { readonly kind: 'file'; readonly file: File }
  | { readonly kind: 'values'; readonly tensor: DenseTensor; readonly description: string };

export interface RunRequest {
  readonly provider: Provider;
  /** 0: as many as the device gives. */
  readonly threads: number;
  /** Timed runs after the warm-up. */
  readonly runs: number;
  readonly seed: number;
  /** A length for each symbolic dimension, by its name (or `input.axis` where it has none). */
  readonly dims: Readonly<Record<string, number>>;
  readonly inputs: Readonly<Record<string, InputChoice>>;
  /** Runs the model as opened too, and compares. */
  readonly compare: boolean;
  readonly profile: boolean;
}

export interface ProviderChoice {
  readonly id: Provider;
  readonly label: string;
  readonly available: boolean;
  /** Why it is not there, or what it means to choose it. */
  readonly note: string;
}

export interface PanelActions {
  /** Runs a plan (the default one where none is given); the result lands in `state.optimise`. */
  optimise(plan?: Plan): Promise<void>;
  /** The result lands in `state.run`; what goes wrong lands in `state.problems`, or is thrown as a sentence. */
  run(request: RunRequest): Promise<void>;
  providers(): readonly ProviderChoice[];
  /** Hands a file to the reader as a download, composed of its parts. */
  save(name: string, parts: readonly (Uint8Array | BlobLike)[]): Promise<void>;
  /** Opens the file dialog. */
  openFiles(): void;
  /** Elements `begin` to `end` of a tensor, flat. */
  readTensorSlice(tensor: Tensor, begin: number, end: number, signal?: AbortSignal): Promise<DenseTensor>;
  /** The signature of a node's operator at the version its model asks for; null for operators of other domains. */
  schemaOf(model: Model, node: Node): OperatorSchema | null;
}
