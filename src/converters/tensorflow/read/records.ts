/** A TensorFlow graph as its file has it, whatever the file: binary or text protobuf, JSON of TF.js. */
import type { Tensor } from '../../../graph-model/core/tensor.ts';
import type { DType } from '../../../graph-model/core/types.ts';

/** Element types that ONNX lacks: `resource`, `variant`, quantised types and the like keep TensorFlow's name. */
export type TfType = DType | (string & { readonly brand?: 'tf' });

/** null: unknown rank; -1: unknown length. */
export type TfShape = readonly number[] | null;

/** AttrValue. */
export type TfAttr =
  | { readonly kind: 's'; readonly value: string; readonly raw?: Uint8Array }
  | { readonly kind: 'i'; readonly value: bigint }
  | { readonly kind: 'f'; readonly value: number }
  | { readonly kind: 'b'; readonly value: boolean }
  | { readonly kind: 'type'; readonly value: TfType }
  | { readonly kind: 'shape'; readonly value: TfShape }
  | { readonly kind: 'tensor'; readonly value: Tensor }
  | { readonly kind: 'func'; readonly value: string }
  /** The attribute of that name of the function that the node is in. */
  | { readonly kind: 'placeholder'; readonly value: string }
  | { readonly kind: 'list'; readonly value: readonly TfAttr[] };

export type TfAttrs = ReadonlyMap<string, TfAttr>;

/** NodeDef. Inputs are `node`, `node:1`, `^node` (control), and in functions `node:output:0`. */
export interface TfNode {
  readonly name: string;
  readonly op: string;
  readonly inputs: readonly string[];
  readonly attrs: TfAttrs;
}

/** OpDef.ArgDef of a function. */
export interface TfArg {
  readonly name: string;
  readonly type: TfType | null;
  /** From arg_attr: what the tracer knew about the argument. */
  readonly shape: TfShape | undefined;
}

export interface TfFunction {
  readonly name: string;
  readonly inputs: readonly TfArg[];
  readonly outputs: readonly TfArg[];
  readonly nodes: readonly TfNode[];
  /** Output argument to the tensor of the body that it is. */
  readonly ret: ReadonlyMap<string, string>;
}

export interface TfGraph {
  readonly nodes: readonly TfNode[];
  readonly functions: readonly TfFunction[];
}

export interface TfTensorInfo {
  readonly key: string;
  /** `node:0`. */
  readonly tensor: string;
  readonly type: TfType | null;
  readonly shape: TfShape | undefined;
}

export interface TfSignature {
  readonly name: string;
  readonly inputs: readonly TfTensorInfo[];
  readonly outputs: readonly TfTensorInfo[];
}

/** A MetaGraphDef as far as a conversion needs it. */
export interface TfMetaGraph {
  readonly tags: readonly string[];
  readonly version: string;
  readonly graph: TfGraph;
  readonly signatures: readonly TfSignature[];
  /** Files beside the graph, by the tensor that is given their path (`assets/vocabulary.txt`). */
  readonly assets: readonly { readonly tensor: string; readonly file: string }[];
  /** The nodes that initialise tables, from the collections. */
  readonly initializers: readonly string[];
}

/** A file with one GraphDef or more. */
export interface TfFile {
  readonly kind: 'saved_model' | 'graph' | 'meta_graph';
  readonly metaGraphs: readonly TfMetaGraph[];
}
