/**
 * Writes protobuf wire format around byte sources: what is in memory goes into one buffer, large payloads are only named,
 * and every length is right because it is known when its message ends.
 */
import { byteLength, type ByteSource } from '../../../graph-model/core/bytes.ts';

const utf8 = new TextEncoder();

interface Insert {
  /** Where in the buffer the source belongs. */
  at: number;
  readonly source: ByteSource;
}

export class WireWriter {
  private buffer = new Uint8Array(1024);
  private view = new DataView(this.buffer.buffer);
  private at = 0;
  private readonly inserts: Insert[] = [];
  private inserted = 0;

  /** Bytes written so far, sources included. */
  get size(): number {
    return this.at + this.inserted;
  }

  /** A message field: `write` writes its fields. */
  message(field: number, write: () => void): void {
    this.tag(field, 2);
    const start = this.at;
    const first = this.inserts.length;
    const before = this.size;
    write();
    const length = this.size - before;
    const prefix = varintSize(length);
    this.room(prefix);
    this.buffer.copyWithin(start + prefix, start, this.at);
    for (let i = first; i < this.inserts.length; i++) this.inserts[i]!.at += prefix;
    const end = this.at + prefix;
    this.at = start;
    this.varint(length);
    this.at = end;
  }

  string(field: number, text: string): void {
    this.tag(field, 2);
    this.room(5 + 3 * text.length);
    const start = this.at;
    // The length is written in front afterwards; one byte does for most.
    const { written } = utf8.encodeInto(text, this.buffer.subarray(start + 1));
    const prefix = varintSize(written);
    if (prefix > 1) this.buffer.copyWithin(start + prefix, start + 1, start + 1 + written);
    this.varint(written);
    this.at = start + prefix + written;
  }

  bytes(field: number, bytes: Uint8Array): void {
    this.tag(field, 2);
    this.varint(bytes.length);
    this.raw(bytes);
  }

  /** A bytes field whose content is a source; sources that are not in memory are not read. */
  source(field: number, source: ByteSource): void {
    if (source.kind === 'bytes' && source.bytes.length < 65536) return this.bytes(field, source.bytes);
    this.tag(field, 2);
    const length = byteLength(source);
    this.varint(length);
    this.inserts.push({ at: this.at, source });
    this.inserted += length;
  }

  /** A varint field of a whole number, negative ones as int64. */
  int(field: number, value: number | bigint): void {
    this.tag(field, 0);
    this.int64(value);
  }

  /** A varint field for each: most are small, and no bigint is made for those. */
  ints(field: number, values: BigInt64Array): void {
    const words = new Int32Array(values.buffer, values.byteOffset, 2 * values.length);
    for (let i = 0; i < values.length; i++) {
      const low = words[2 * i]!;
      this.int(field, low >= 0 && words[2 * i + 1] === 0 ? low : values[i]!);
    }
  }

  float(field: number, value: number): void {
    this.tag(field, 5);
    this.room(4);
    this.view.setFloat32(this.at, value, true);
    this.at += 4;
  }

  /** Wire bytes as they are. */
  raw(bytes: Uint8Array): void {
    this.room(bytes.length);
    this.buffer.set(bytes, this.at);
    this.at += bytes.length;
  }

  tag(field: number, wire: number): void {
    this.varint(field * 8 + wire);
  }

  varint(value: number): void {
    this.room(10);
    let v = value;
    for (; v >= 0x80; v = Math.floor(v / 128)) this.buffer[this.at++] = (v % 128) | 0x80;
    this.buffer[this.at++] = v;
  }

  private int64(value: number | bigint): void {
    if (typeof value === 'number' && value >= 0) return this.varint(value);
    this.room(10);
    let v = BigInt.asUintN(64, BigInt(value));
    for (; v >= 0x80n; v >>= 7n) this.buffer[this.at++] = Number(v & 0x7fn) | 0x80;
    this.buffer[this.at++] = Number(v);
  }

  /** What was written, in pieces: bytes, and sources that are still to be read. */
  parts(): (Uint8Array | ByteSource)[] {
    const out: (Uint8Array | ByteSource)[] = [];
    let from = 0;
    for (const { at, source } of this.inserts) {
      if (at > from) out.push(this.buffer.subarray(from, at));
      out.push(source.kind === 'bytes' ? source.bytes : source);
      from = at;
    }
    if (this.at > from) out.push(this.buffer.subarray(from, this.at));
    return out;
  }

  /** All bytes; only where every source is in memory. */
  toBytes(): Uint8Array {
    if (this.inserts.length === 0) return this.buffer.slice(0, this.at);
    const out = new Uint8Array(this.size);
    let at = 0;
    for (const part of this.parts()) {
      if (!(part instanceof Uint8Array)) throw new Error('WireWriter: a source is not in memory');
      out.set(part, at);
      at += part.length;
    }
    return out;
  }

  private room(count: number): void {
    if (this.at + count <= this.buffer.length) return;
    const buffer = new Uint8Array(Math.max(this.buffer.length * 2, this.at + count));
    // All of it: a length is written in front of content that lies beyond `at` already.
    buffer.set(this.buffer);
    this.buffer = buffer;
    this.view = new DataView(buffer.buffer);
  }
}

export function varintSize(value: number): number {
  let size = 1;
  for (let v = value; v >= 128; v = Math.floor(v / 128)) size++;
  return size;
}
