/** What a TensorFlow Lite file says, as plain records: the tables of the schema with their fields read. */
import type { ByteSource } from '../../../graph-model/core/bytes.ts';
import type { AttributeLike } from '../../../graph-model/core/attributes.ts';
import type { Quantization } from '../quantization.ts';
import type { Sparsity } from './sparsity.ts';

export interface TensorRecord {
  readonly name: string;
  /** The name of the TensorType: FLOAT32. */
  readonly type: string;
  readonly shape: readonly number[];
  /** With -1 where a length is open; null where the file has none. */
  readonly signature: readonly number[] | null;
  readonly hasRank: boolean;
  readonly isVariable: boolean;
  readonly quantization: Quantization | null;
  readonly sparsity: Sparsity | null;
  /** Where the elements are; null for a tensor that is computed. */
  readonly data: ByteSource | null;
}

export interface OperatorRecord {
  /** As in the schema, or the name of the custom operator. */
  readonly op: string;
  readonly custom: boolean;
  readonly version: number;
  /** Tensors by number; -1 for one that is left out. */
  readonly inputs: Int32Array;
  readonly outputs: Int32Array;
  /** The options by their names in the schema. */
  readonly options: Readonly<Record<string, AttributeLike>>;
  readonly customOptions: Uint8Array;
}

export interface SubgraphRecord {
  readonly name: string;
  readonly tensors: readonly TensorRecord[];
  readonly inputs: Int32Array;
  readonly outputs: Int32Array;
  readonly operators: readonly OperatorRecord[];
}

export interface SignatureRecord {
  readonly key: string;
  readonly subgraph: number;
  /** The names that the signature gives to tensors. */
  readonly inputs: readonly (readonly [string, number])[];
  readonly outputs: readonly (readonly [string, number])[];
}

export interface FileRecord {
  readonly version: number;
  readonly description: string;
  readonly subgraphs: readonly SubgraphRecord[];
  readonly signatures: readonly SignatureRecord[];
  /** Named buffers. */
  readonly metadata: ReadonlyMap<string, ByteSource>;
}
