/** Ids of records: branded numbers, unique in the whole model, never reused in a session. */

declare const brand: unique symbol;
export type NodeId = number & { readonly [brand]: 'node' };
export type ValueId = number & { readonly [brand]: 'value' };
export type GraphId = number & { readonly [brand]: 'graph' };

/** metadata_props: ordered, names are unique. */
export type Metadata = ReadonlyMap<string, string>;

/** What every record carries through from its file. */
export interface Carried {
  readonly doc?: string;
  readonly metadata?: Metadata;
  /** Wire bytes (protobuf fields) that belong to this record and are written back untouched. */
  readonly extra?: Uint8Array;
}
