/** What every message writer shares. */
import type { Carried, GraphId, Model, ValueId } from '../../graph-model/core/model.ts';
import type { WireWriter } from '../containers/protobuf/wire-writer.ts';
import { ENTRY } from './fields.ts';
import type { TensorPlan } from './tensor-plan.ts';

export interface WriteContext {
  readonly w: WireWriter;
  readonly model: Model;
  readonly plan: TensorPlan;
  /** The name a value has in the file. */
  nameOf(id: ValueId): string;
  /** Writes a graph as a message field; here so that attributes need not know how. */
  graph(field: number, id: GraphId): void;
}

/** A string field where there is something to say. What a file said with an empty string is in `extra`. */
export function writeText(w: WireWriter, field: number, text: string | undefined): void {
  if (text) w.string(field, text);
}

/** Carried bytes go first: fields that are written later win over them. */
export function writeExtra(w: WireWriter, extra: Uint8Array | undefined): void {
  if (extra) w.raw(extra);
}

export function writeEntry(w: WireWriter, field: number, key: string, value: string): void {
  w.message(field, () => {
    w.string(ENTRY.key, key);
    w.string(ENTRY.value, value);
  });
}

/** doc_string and metadata_props under the field numbers of their message. */
export function writeCarried(w: WireWriter, carried: Carried, fields: { doc: number; metadata: number }): void {
  writeText(w, fields.doc, carried.doc);
  for (const [key, value] of carried.metadata ?? []) writeEntry(w, fields.metadata, key, value);
}
