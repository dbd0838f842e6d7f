/** What the panels ask of the page beyond its store. The page gives it once, through `PanelProvider`. */
import type { Attribute } from '../../graph-model/core/attributes.ts';
import type { BlobLike } from '../../graph-model/core/bytes.ts';
import type { Change } from '../../graph-model/core/draft.ts';
import type { Model, Node, NodeId, ValueId } from '../../graph-model/core/model.ts';
import type { DenseTensor, Tensor } from '../../graph-model/core/tensor.ts';
import type { ValueType } from '../../graph-model/core/types.ts';
import type { OperatorSchema } from '../../graph-model/operators/operator.ts';
import type { Provider } from '../../runtime/types.ts';

/** Where the elements of one model input come from. */
export type InputChoice =
  | { readonly kind: 'generated' }
  /** .npy, .npz, .pb, .json or an image, read and fitted to the input by the runtime. */
  | { readonly kind: 'file'; readonly file: File }
  | { readonly kind: 'values'; readonly tensor: DenseTensor; readonly description: string };

export interface RunSettings {
  readonly provider: Provider;
  /** Timed runs after the warm-up. */
  readonly runs: number;
  readonly seed: number;
  /** A length for each symbolic dimension, by its name. */
  readonly dims: Readonly<Record<string, number>>;
  /** By input name; an input that is not named is generated. */
  readonly inputs: Readonly<Record<string, InputChoice>>;
  /** Times every node as well, which slows the whole. */
  readonly profile: boolean;
}

export interface ProviderChoice {
  readonly id: Provider;
  readonly label: string;
  readonly available: boolean;
  /** Why it is not there, or what choosing it means. */
  readonly note: string;
}

/** Each gives the change, or throws an EditError whose message is shown under the field. */
export interface PanelEdits {
  renameNode(model: Model, node: NodeId, name: string): Change;
  renameValue(model: Model, value: ValueId, name: string): Change;
  setAttribute(model: Model, node: NodeId, name: string, attribute: Attribute): Change;
  removeAttribute(model: Model, node: NodeId, name: string): Change;
  deleteNodes(model: Model, nodes: readonly NodeId[]): Change;
  setInputType(model: Model, input: ValueId, type: ValueType): Change;
}

export interface PanelActions {
  readonly edits: PanelEdits;
  /** Runs the default plan; the result lands in `state.optimise`. */
  optimise(): void;
  /** Reads the inputs and runs; the result lands in `state.run`. Rejects with a sentence when an input cannot be read. */
  run(settings: RunSettings): Promise<void>;
  providers(): readonly ProviderChoice[];
  /** Hands a file to the reader as a download, composed of its parts. */
  save(name: string, parts: readonly (Uint8Array | BlobLike)[]): Promise<void>;
  /** Opens the file dialog: for weights that are missing. */
  openFiles(): void;
  /** Elements `begin` to `end` of a tensor, flat. */
  readTensorSlice(tensor: Tensor, begin: number, end: number, signal?: AbortSignal): Promise<DenseTensor>;
  /** The signature of a node's operator at the version its model asks for; null for operators of other domains. */
  schemaOf(model: Model, node: Node): OperatorSchema | null;
}
