/** What every message reader shares: the walk, the names, and the fields that all records carry. */
import type { BlobLike } from '../../graph-model/core/bytes.ts';
import type { Carried } from '../../graph-model/core/ids.ts';
import type { JobContext } from '../../graph-model/job.ts';
import type { Interner } from '../containers/protobuf/interner.ts';
import { LENGTH, type WireReader } from '../containers/protobuf/wire-reader.ts';
import type { ExternalFiles } from './external-files.ts';
import { ENTRY } from './fields.ts';

/** The walk and its names. */
export interface NameContext {
  readonly r: WireReader;
  readonly names: Interner;
}

export interface ReadContext extends NameContext {
  readonly pool: SmallCopies;
  readonly blob: BlobLike;
  readonly external: ExternalFiles;
  readonly job: JobContext;
}

/**
 * Copies of small byte ranges, many to a buffer: a buffer for each of ten thousand tensors costs far more than the bytes.
 * Whole buffers of the file are never kept alive by them.
 */
export class SmallCopies {
  private chunk = new Uint8Array(0);
  private used = 0;

  copy(bytes: Uint8Array, begin: number, end: number): Uint8Array {
    const length = end - begin;
    if (length > this.chunk.length - this.used) {
      this.chunk = new Uint8Array(Math.max(CHUNK, length));
      this.used = 0;
    }
    const out = this.chunk.subarray(this.used, this.used + length);
    out.set(bytes.subarray(begin, end));
    this.used += length;
    return out;
  }
}

const CHUNK = 16 * 1024;

/**
 * Collects the wire bytes that a record carries untouched: unknown fields, and fields present with their default value
 * (onnx.proto is proto2, where that is not the same as absent).
 */
export class Extra {
  private parts: Uint8Array[] | null = null;

  add(part: Uint8Array): void {
    (this.parts ??= []).push(part);
  }

  /** Passes over the field whose tag began at `begin` and keeps it. */
  keepField(r: WireReader, begin: number, field: number, end: number): void {
    r.skip(field, end);
    this.add(r.copyFrom(begin));
  }

  /** Keeps the field just read, which began at `begin`. */
  keep(r: WireReader, begin: number): void {
    this.add(r.copyFrom(begin));
  }

  get bytes(): Uint8Array | undefined {
    if (this.parts === null) return undefined;
    if (this.parts.length === 1) return this.parts[0];
    return concat(this.parts);
  }
}

export function concat(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, p) => sum + p.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** `{extra}` where there is any: records have no undefined fields. */
export function withExtra(extra: Extra): { extra?: Uint8Array } {
  const { bytes } = extra;
  return bytes === undefined ? {} : { extra: bytes };
}

/** What most records carry. */
const NOTHING: Carried = {};

/** doc, metadata and extra of a record in the making. */
export class Carrier {
  private kept: Extra | undefined;
  private doc: string | undefined;
  private metadata: Map<string, string> | undefined;

  get extra(): Extra {
    return (this.kept ??= new Extra());
  }

  /** A doc_string field. One that is empty or not UTF-8 is carried as bytes. */
  readDoc(r: WireReader, begin: number, end: number): void {
    const text = readString(r, end);
    if (text === null || text === '') this.extra.keep(r, begin);
    else this.doc = text;
  }

  /** A metadata_props entry. One without its two strings, or whose key came before, is carried as bytes. */
  readMetadata(r: WireReader, begin: number, end: number): void {
    const pair = readEntry(r, end);
    if (pair === null || this.metadata?.has(pair[0])) this.extra.keep(r, begin);
    else (this.metadata ??= new Map()).set(pair[0], pair[1]);
  }

  get fields(): Carried {
    const { doc, metadata, kept } = this;
    if (doc === undefined && !metadata && !kept) return NOTHING;
    const extra = kept ? withExtra(kept) : NOTHING;
    return { ...(doc === undefined ? {} : { doc }), ...(metadata ? { metadata } : {}), ...extra };
  }
}

/** A string field; null where it is not valid UTF-8. */
export function readString(r: WireReader, end: number): string | null {
  r.expect(LENGTH);
  return r.text(r.length(end));
}

/** A string field as a name: interned, and readable however it is encoded. */
export function readName(c: NameContext, end: number): string {
  return c.names.texts[readNameId(c, end)]!;
}

/** A string field as the number of its name. */
export function readNameId(c: NameContext, end: number): number {
  const { r } = c;
  r.expect(LENGTH);
  const at = r.payload(r.length(end));
  if (at < 0) r.fail('data lie where a name is due');
  return c.names.id(at, r.at);
}

/** A StringStringEntryProto; null where it is not exactly a key and a value. */
export function readEntry(r: WireReader, outer: number): [string, string] | null {
  r.expect(LENGTH);
  const end = r.length(outer);
  let key: string | null = null;
  let value: string | null = null;
  let odd = false;
  while (r.offset < end) {
    const field = r.tag();
    if (field === ENTRY.key && r.wire === LENGTH && key === null) key = r.text(r.length(end));
    else if (field === ENTRY.value && r.wire === LENGTH && value === null) value = r.text(r.length(end));
    else {
      odd = true;
      r.skip(field, end);
    }
  }
  return odd || key === null || value === null ? null : [key, value];
}
