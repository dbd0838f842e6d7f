/** The walk over a message's fields that all readers of TensorFlow's protobufs share. */
import type { BlobLike } from '../../../graph-model/core/bytes.ts';
import { LENGTH, VARINT, type WireReader, decodeLossy } from '../../containers/protobuf/wire-reader.ts';

/** The walk, and the blob that ranges of large payloads are of. */
export interface Source {
  readonly r: WireReader;
  readonly blob: BlobLike;
}

/** Reads the value of a field; what ends at `end` is the message that holds it. */
export type FieldReader = (end: number) => void;

/** Walks the fields up to `end`; those without a reader are passed over. */
export function walk(r: WireReader, end: number, fields: Readonly<Record<number, FieldReader>>): void {
  while (r.offset < end) {
    const field = r.tag();
    const read = fields[field];
    if (read) read(end);
    else r.skip(field, end);
  }
  r.close(end);
}

/** A field that is a message: gives the offset of its end. */
export function message(r: WireReader, end: number): number {
  r.expect(LENGTH);
  return r.length(end);
}

/** A string field; bytes that are no UTF-8 become U+FFFD. */
export function text(r: WireReader, end: number): string {
  const to = message(r, end);
  const begin = r.at;
  const { offset } = r;
  const found = r.text(to);
  if (found !== null) return found;
  r.seek(offset);
  const lossy = decodeLossy(r.bytes, begin, begin + to - offset);
  r.skipTo(to);
  return lossy;
}

export function integer(r: WireReader): number {
  r.expect(VARINT);
  return r.int();
}

/** A map entry: `read` is given the key and the end of the value's message. */
export function entry(r: WireReader, end: number, read: (key: string, end: number) => void): void {
  const to = message(r, end);
  let key = '';
  const value = { begin: -1, end: -1 };
  walk(r, to, {
    1: (e) => (key = text(r, e)),
    2: (e) => {
      value.end = message(r, e);
      value.begin = r.offset;
      r.skipTo(value.end);
    },
  });
  if (value.begin < 0) return;
  r.seek(value.begin);
  read(key, value.end);
  r.seek(to);
}
