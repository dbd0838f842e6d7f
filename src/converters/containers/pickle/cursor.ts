/** Reads a pickle's bytes forward; every read is checked against the end. */
import { FormatError } from '../../../graph-model/diagnostics.ts';

export class Cursor {
  at = 0;
  private readonly view: DataView;

  constructor(
    readonly file: string,
    readonly bytes: Uint8Array,
    /** Told now and then where the reading is. */
    readonly told: (at: number) => void = () => {},
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get left(): number {
    return this.bytes.length - this.at;
  }

  /** The next `count` bytes, shared with the file. */
  take(count: number, what = 'data'): Uint8Array {
    if (!(count >= 0) || count > this.left)
      throw this.broken(`${what} of ${count} bytes is announced, and ${this.left} are left`);
    const out = this.bytes.subarray(this.at, this.at + count);
    this.at += count;
    return out;
  }

  u1(): number {
    return this.bytes[this.skip(1)]!;
  }
  u2(): number {
    return this.view.getUint16(this.skip(2), true);
  }
  u4(): number {
    return this.view.getUint32(this.skip(4), true);
  }
  i4(): number {
    return this.view.getInt32(this.skip(4), true);
  }
  u8(): number {
    return Number(this.view.getBigUint64(this.skip(8), true));
  }
  f8(): number {
    return this.view.getFloat64(this.skip(8), false);
  }

  /** Text up to the next line feed, which is passed over. Protocol 0 writes one character a byte (raw-unicode-escape). */
  line(): string {
    const end = this.bytes.indexOf(10, this.at);
    if (end < 0) throw this.broken('a line does not end');
    let out = '';
    for (const byte of this.take(end - this.at)) out += String.fromCharCode(byte);
    this.at++;
    return out;
  }

  broken(why: string): FormatError {
    return new FormatError('pickle.broken', { file: this.file, byte: this.at, why }, { offset: this.at });
  }

  private skip(count: number): number {
    if (count > this.left) throw this.broken('it ends early');
    this.at += count;
    return this.at - count;
  }
}
