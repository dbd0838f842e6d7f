/**
 * Walks protobuf wire format in memory. The bytes may be those of a whole file or a skimmed copy of it that leaves out
 * large payloads (`skim.ts`); positions are always offsets of the file, so that errors and byte ranges are the file's own.
 */
import { FormatError } from '../../../graph-model/diagnostics.ts';

export const VARINT = 0;
export const FIXED64 = 1;
export const LENGTH = 2;
const GROUP_BEGIN = 3;
const GROUP_END = 4;
export const FIXED32 = 5;

/** Groups nested deeper are refused; no format in use nests them at all. */
const GROUP_LIMIT = 64;

/** Ranges of the file that a skimmed copy leaves out, ascending. */
export interface Gaps {
  readonly begins: readonly number[];
  readonly lengths: readonly number[];
}

export const NO_GAPS: Gaps = { begins: [], lengths: [] };

const utf8 = new TextDecoder();
const strictUtf8 = new TextDecoder('utf-8', { fatal: true });

export class WireReader {
  /** Index into `bytes`. */
  at = 0;
  /** File bytes left out before `at`. */
  gone = 0;
  /** Wire type of the field whose tag was read last. */
  wire = 0;
  /** Number of that field. */
  field = 0;
  /** Low and high 32 bits of the varint read last by {@link varint64}. */
  lo = 0;
  hi = 0;
  /** Where the walk is, for messages: 'node 17'. */
  what = 'the model';
  index = -1;
  private gap = 0;
  /** Bytes left out before each gap. */
  private readonly goneBefore: readonly number[];

  constructor(
    readonly file: string,
    readonly bytes: Uint8Array,
    /** Size of the file. */
    readonly size: number,
    private readonly gaps: Gaps = NO_GAPS,
  ) {
    let sum = 0;
    this.goneBefore = [...gaps.lengths.map((n) => (sum += n) - n), sum];
  }

  /** Offset in the file. */
  get offset(): number {
    return this.at + this.gone;
  }

  seek(offset: number): void {
    const { begins } = this.gaps;
    let low = 0;
    for (let high = begins.length; low < high;) {
      const mid = (low + high) >> 1;
      if (begins[mid]! < offset) low = mid + 1;
      else high = mid;
    }
    this.gap = low;
    this.gone = this.goneBefore[low]!;
    this.at = offset - this.gone;
  }

  fail(why: string): never {
    throw new FormatError(
      'file.broken',
      { file: this.file, why, where: this.where(), byte: this.offset },
      { offset: this.offset },
    );
  }

  where(): string {
    return this.index < 0 ? this.what : `${this.what} ${this.index}`;
  }

  /** Says where the walk is from now on. */
  enter(what: string, index = -1): void {
    this.what = what;
    this.index = index;
  }

  /** Reads a tag, sets `wire`, gives the field number. */
  tag(): number {
    const byte = this.bytes[this.at]!;
    if (byte < 0x80) {
      this.at++;
      this.wire = byte & 7;
      if (byte >= 8) return (this.field = byte >>> 3);
      return this.fail('a field has number 0');
    }
    const tag = this.varint();
    if (tag > 0xffffffff || tag < 8) this.fail('a field number is out of range');
    this.wire = tag & 7;
    return (this.field = tag >>> 3);
  }

  /** An unsigned varint as a double: exact below 2^53. */
  varint(): number {
    const { bytes } = this;
    let byte = bytes[this.at++]!;
    if (byte < 0x80) return byte;
    let value = byte & 0x7f;
    for (let scale = 128, n = 1; n < 10; n++, scale *= 128) {
      if (this.at >= bytes.length) this.failEnd();
      byte = bytes[this.at++]!;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
    return this.fail('a number has more than 10 bytes');
  }

  /** A 64-bit varint into `lo` and `hi`, both as signed 32-bit numbers. */
  varint64(): void {
    const { bytes } = this;
    let lo = 0;
    let hi = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      if (this.at >= bytes.length) this.failEnd();
      const byte = bytes[this.at++]!;
      const bits = byte & 0x7f;
      if (shift < 28) lo |= bits << shift;
      else if (shift === 28) {
        lo |= bits << 28;
        hi = bits >>> 4;
      } else hi |= bits << (shift - 32);
      if (byte < 0x80) {
        this.lo = lo;
        this.hi = hi;
        return;
      }
    }
    this.fail('a number has more than 10 bytes');
  }

  /** int64 as a double: exact within 2^53. */
  int(): number {
    const byte = this.bytes[this.at]!;
    if (byte < 0x80) {
      this.at++;
      return byte;
    }
    this.varint64();
    return this.hi * 4294967296 + (this.lo >>> 0);
  }

  bigint(): bigint {
    this.varint64();
    return (BigInt(this.hi) << 32n) | BigInt(this.lo >>> 0);
  }

  float(): number {
    if (this.at + 4 > this.bytes.length) this.failEnd();
    const value = new DataView(this.bytes.buffer, this.bytes.byteOffset + this.at, 4).getFloat32(0, true);
    this.at += 4;
    return value;
  }

  /**
   * Reads the length of the field and gives the offset of its end. A length that passes `end` (that of the enclosing
   * message) is refused: nothing that a file merely claims is ever allocated or skipped.
   */
  length(end: number): number {
    const length = this.varint();
    const { offset } = this;
    if (offset + length > end) this.failLength(length, end);
    return offset + length;
  }

  private failLength(length: number, end: number): never {
    const { offset, file } = this;
    if (end < this.size)
      this.fail(`a field of ${length} bytes is longer than what holds it, where ${end - offset} are left`);
    const params = { file, what: this.where(), need: length, byte: offset, have: Math.max(0, end - offset) };
    throw new FormatError('file.truncated', params, { offset });
  }

  private failEnd(): never {
    const params = { file: this.file, what: this.where(), need: 1, byte: this.size, have: 0 };
    throw new FormatError('file.truncated', params, { offset: this.size });
  }

  /** Moves to an offset ahead, over gaps. */
  skipTo(offset: number): void {
    const { begins, lengths } = this.gaps;
    while (this.gap < begins.length && begins[this.gap]! < offset) this.gone += lengths[this.gap++]!;
    this.at = offset - this.gone;
  }

  /** Passes over the value of the field whose tag was just read. */
  skip(field: number, end: number, depth = 0): void {
    switch (this.wire) {
      case VARINT:
        this.varint64();
        break;
      case FIXED64:
        this.at += 8;
        break;
      case LENGTH:
        this.skipTo(this.length(end));
        break;
      case GROUP_BEGIN:
        this.skipGroup(field, end, depth);
        break;
      case FIXED32:
        this.at += 4;
        break;
      default:
        this.fail(`field ${field} has wire type ${this.wire}, which does not exist`);
    }
    if (this.offset > end) this.fail(`field ${field} passes the end of what holds it`);
  }

  private skipGroup(field: number, end: number, depth: number): void {
    if (depth > GROUP_LIMIT) this.fail('groups are nested too deeply');
    while (this.offset < end) {
      const inner = this.tag();
      if (this.wire !== GROUP_END) this.skip(inner, end, depth + 1);
      else if (inner === field) return;
      else this.fail('a group ends that was not begun');
    }
    this.fail('a group does not end');
  }

  /** After a message was walked: its last field must end where it ends. */
  close(end: number): void {
    if (this.offset !== end) this.fail('a field passes the end of what holds it');
  }

  /** Checks that the field whose tag was just read has its wire type. */
  expect(wire: number): void {
    if (this.wire !== wire) this.fail(`field ${this.field} has wire type ${this.wire} where ${wire} is due`);
  }

  /** A copy of the bytes from `begin` (an offset) to here. */
  copyFrom(begin: number): Uint8Array {
    const length = this.offset - begin;
    if (length > this.at || this.gapWithin(begin)) this.fail('data lie where a model holds none');
    return this.bytes.slice(this.at - length, this.at);
  }

  private gapWithin(begin: number): boolean {
    return this.gap > 0 && this.gaps.begins[this.gap - 1]! >= begin;
  }

  /** A length-delimited payload up to `end`: its index in `bytes`, or -1 where the copy leaves it out. Moves behind it. */
  payload(end: number): number {
    const { offset, at } = this;
    this.skipTo(end);
    return this.gapWithin(offset) ? -1 : at;
  }

  /** UTF-8 text up to `end`; null where it is not valid UTF-8. */
  text(end: number): string | null {
    const begin = this.payload(end);
    if (begin < 0) return this.fail('data lie where a model holds none');
    return decodeText(this.bytes, begin, this.at);
  }
}

/** The text; null where it is not valid UTF-8. */
export function decodeText(bytes: Uint8Array, begin: number, end: number): string | null {
  if (begin === end) return '';
  if (end - begin <= 64 && isAscii(bytes, begin, end))
    return String.fromCharCode.apply(null, bytes.subarray(begin, end) as unknown as number[]);
  try {
    return strictUtf8.decode(bytes.subarray(begin, end));
  } catch {
    return null;
  }
}

/** The text with U+FFFD for what is not UTF-8. */
export function decodeLossy(bytes: Uint8Array, begin: number, end: number): string {
  return utf8.decode(bytes.subarray(begin, end));
}

function isAscii(bytes: Uint8Array, begin: number, end: number): boolean {
  for (let i = begin; i < end; i++) if (bytes[i]! >= 0x80) return false;
  return true;
}
