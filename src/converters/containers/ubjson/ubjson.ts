/**
 * UBJSON (draft 12) as XGBoost writes it: objects, arrays, typed arrays with a big-endian payload. Gives what JSON.parse
 * would, with typed arrays where the file has them. Declared lengths are held against what is left of the file.
 */
import type { Failure } from '../failure.ts';

const DEEPEST = 256;
const utf8 = new TextDecoder();

/** Bytes of one element by its marker. */
const SIZES: Readonly<Record<string, number>> = { i: 1, U: 1, I: 2, l: 4, L: 8, d: 4, D: 8 };

export function readUbjson(bytes: Uint8Array, failure: Failure): unknown {
  return new UbjsonReader(bytes, failure).value(0);
}

class UbjsonReader {
  private at = 0;
  private readonly view: DataView;

  constructor(
    private readonly bytes: Uint8Array,
    private readonly failure: Failure,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  private fail(why: string): never {
    return this.failure.damaged(`byte ${this.at}`, why);
  }

  /** Moves on by `size` bytes and gives where they begin. */
  private take(size: number): number {
    if (!(size >= 0 && size <= this.bytes.length - this.at))
      this.failure.truncated(`${size} bytes are needed at byte ${this.at} and ${this.bytes.length - this.at} are left`);
    const begin = this.at;
    this.at += size;
    return begin;
  }

  /** The next marker; N means nothing and is passed over. */
  private marker(): string {
    for (;;) {
      const marker = String.fromCharCode(this.bytes[this.take(1)]!);
      if (marker !== 'N') return marker;
    }
  }

  private peek(): string {
    return String.fromCharCode(this.bytes[this.at] ?? 0);
  }

  value(depth: number, marker = this.marker()): unknown {
    if (depth > DEEPEST) this.fail(`it is nested more than ${DEEPEST} deep`);
    if (marker in SIZES) return this.number(marker);
    switch (marker) {
      case '{':
        return this.object(depth);
      case '[':
        return this.array(depth);
      case 'S':
        return this.text();
      case 'H':
        return Number(this.text());
      case 'C':
        return String.fromCharCode(this.bytes[this.take(1)]!);
      case 'T':
        return true;
      case 'F':
        return false;
      case 'Z':
        return null;
      default:
        this.at--;
        return this.fail(`the marker ${JSON.stringify(marker)} means nothing`);
    }
  }

  private number(marker: string): number {
    const at = this.take(SIZES[marker]!);
    const { view } = this;
    switch (marker) {
      case 'i':
        return view.getInt8(at);
      case 'U':
        return view.getUint8(at);
      case 'I':
        return view.getInt16(at);
      case 'l':
        return view.getInt32(at);
      case 'L':
        return Number(view.getBigInt64(at));
      case 'd':
        return view.getFloat32(at);
      default:
        return view.getFloat64(at);
    }
  }

  private length(): number {
    const marker = this.marker();
    if (!'iUIlL'.includes(marker)) this.fail(`a length should be here, not the marker ${JSON.stringify(marker)}`);
    const n = this.number(marker);
    return n >= 0 ? n : this.fail(`the length ${n} is negative`);
  }

  private text(): string {
    const length = this.length();
    const at = this.take(length);
    return utf8.decode(this.bytes.subarray(at, at + length));
  }

  /** `$` and the type of all elements, `#` and their number; each may be absent. */
  private header(): { type: string | null; count: number | null } {
    let type: string | null = null;
    if (this.peek() === '$') {
      this.at++;
      type = this.marker();
      if (this.peek() !== '#') this.fail('a typed container needs its count');
    }
    if (this.peek() !== '#') return { type, count: null };
    this.at++;
    return { type, count: this.length() };
  }

  private object(depth: number): Record<string, unknown> {
    const { type, count } = this.header();
    // Without a prototype: a key may have any name.
    const out = Object.create(null) as Record<string, unknown>;
    for (let n = 0; count === null ? this.peek() !== '}' : n < count; n++) {
      if (this.peek() === 'N' && count === null) this.at++;
      else {
        const key = this.text();
        out[key] = this.value(depth + 1, type ?? this.marker());
      }
    }
    if (count === null) this.take(1);
    return out;
  }

  private array(depth: number): unknown {
    const { type, count } = this.header();
    if (type !== null) return this.typed(type, count!, depth);
    const out: unknown[] = [];
    if (count !== null && count > this.bytes.length - this.at) this.take(count);
    for (let n = 0; count === null ? this.peek() !== ']' : n < count; n++) out.push(this.value(depth + 1));
    if (count === null) this.take(1);
    return out;
  }

  private typed(type: string, count: number, depth: number): unknown {
    const size = SIZES[type];
    if (size === undefined) {
      if (!'SC[{H'.includes(type)) this.fail(`an array cannot be of the type ${JSON.stringify(type)}`);
      if (count > this.bytes.length - this.at) this.take(count);
      return Array.from({ length: count }, () => this.value(depth + 1, type));
    }
    const begin = this.take(count * size);
    const out = type === 'd' ? new Float32Array(count) : type === 'l' ? new Int32Array(count) : new Float64Array(count);
    const end = this.at;
    this.at = begin;
    for (let i = 0; i < count; i++) out[i] = this.number(type);
    this.at = end;
    return out;
  }
}
