/** The tree that the parser makes and the builder turns into a model: names are still names. */
import type { Attribute } from '../core/attributes.ts';
import type { OpsetImport } from '../core/model.ts';
import type { SparseTensor, Tensor } from '../core/tensor.ts';
import type { ValueType } from '../core/types.ts';
import type { FunctionNote, GraphNote, ModelNote, NodeNote, ValueNote } from './notes.ts';

export interface Decl {
  readonly name: string;
  /** null: only a name was written. */
  readonly type: ValueType | null;
  readonly note: ValueNote;
  readonly tensor?: Tensor;
  readonly sparse?: SparseTensor;
  readonly at: number;
}

/** As `Attribute`, but a body is a tree. */
export type AttributeSyntax =
  | Exclude<Attribute, { kind: 'graph' | 'graphs' }>
  | (Pick<Attribute, 'doc' | 'untyped' | 'extra'> &
      (
        | { readonly kind: 'graph'; readonly value: GraphSyntax }
        | { readonly kind: 'graphs'; readonly value: readonly GraphSyntax[] }
      ));

export interface NodeSyntax {
  readonly name: string;
  readonly domain: string;
  readonly op: string;
  readonly overload: string;
  /** '': left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, AttributeSyntax>;
  readonly note: NodeNote;
  readonly at: number;
}

export interface GraphSyntax {
  readonly name: string;
  readonly inputs: readonly Decl[];
  readonly outputs: readonly Decl[];
  /** Initializers and value_info, as they come. */
  readonly infos: readonly Decl[];
  readonly nodes: readonly NodeSyntax[];
  readonly note: GraphNote;
}

export interface FunctionSyntax {
  readonly header: Header;
  readonly attributes: readonly string[];
  readonly attributeDefaults: ReadonlyMap<string, AttributeSyntax>;
  readonly note: FunctionNote;
  readonly body: GraphSyntax;
}

/** The `<key: value>` block before a model or a function. */
export interface Header {
  readonly irVersion?: number;
  readonly opsets?: readonly OpsetImport[];
  readonly producerName?: string;
  readonly producerVersion?: string;
  readonly domain?: string;
  readonly modelVersion?: number | bigint;
  readonly doc?: string;
  readonly overload?: string;
  readonly metadata?: ReadonlyMap<string, string>;
}

export interface ModelSyntax {
  readonly header: Header;
  readonly note: ModelNote;
  readonly graph: GraphSyntax;
  readonly functions: readonly FunctionSyntax[];
}
