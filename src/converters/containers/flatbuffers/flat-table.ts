/** Flatbuffers without generated code: a table's fields by their number in the schema. Every offset is held against the file. */
import type { Failure } from '../failure.ts';

/** Vectors may overlap, so a small file can claim any number of elements: all reads together may give so many. */
interface Budget {
  left: number;
}

const LEAST_BUDGET = 1_000_000;
const PER_BYTE = 4;

export class FlatTable {
  private constructor(
    private readonly view: DataView,
    private readonly at: number,
    private readonly failure: Failure,
    private readonly budget: Budget,
  ) {}

  /** The root table of a buffer. */
  static root(bytes: Uint8Array, failure: Failure): FlatTable {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (bytes.length < 8) failure.truncated(`${bytes.length} bytes hold no flatbuffer`);
    const budget = { left: LEAST_BUDGET + PER_BYTE * bytes.length };
    return new FlatTable(view, view.getUint32(0, true), failure, budget).checked();
  }

  private fail(at: number): never {
    return this.failure.damaged(`byte ${at} of its flatbuffer`, 'an offset leads out of it');
  }

  private within(at: number, size: number): number {
    return at >= 0 && size >= 0 && at + size <= this.view.byteLength ? at : this.fail(at);
  }

  private checked(): FlatTable {
    this.within(this.at, 4);
    const layout = this.layout();
    this.within(layout, 4);
    this.within(layout, this.view.getUint16(layout, true));
    return this;
  }

  private other(at: number): FlatTable {
    return new FlatTable(this.view, at, this.failure, this.budget).checked();
  }

  private layout(): number {
    return this.at - this.view.getInt32(this.at, true);
  }

  /** Where a field is; null where the table leaves it out. */
  private field(number: number, size: number): number | null {
    const layout = this.layout();
    const slot = 4 + 2 * number;
    if (slot + 2 > this.view.getUint16(layout, true)) return null;
    const offset = this.view.getUint16(this.within(layout + slot, 2), true);
    return offset === 0 ? null : this.within(this.at + offset, size);
  }

  private follow(at: number): number {
    return this.within(at + this.view.getUint32(this.within(at, 4), true), 4);
  }

  int(number: number, otherwise: number): number {
    const at = this.field(number, 4);
    return at === null ? otherwise : this.view.getInt32(at, true);
  }

  byte(number: number, otherwise: number): number {
    const at = this.field(number, 1);
    return at === null ? otherwise : this.view.getInt8(at);
  }

  flag(number: number, otherwise = false): boolean {
    return this.byte(number, otherwise ? 1 : 0) !== 0;
  }

  ubyte(number: number, otherwise: number): number {
    const at = this.field(number, 1);
    return at === null ? otherwise : this.view.getUint8(at);
  }

  uint(number: number, otherwise: number): number {
    const at = this.field(number, 4);
    return at === null ? otherwise : this.view.getUint32(at, true);
  }

  /** A 64-bit integer; exact below 2^53, as sizes and places in a file are. */
  long(number: number, otherwise: number): number {
    const at = this.field(number, 8);
    return at === null ? otherwise : Number(this.view.getBigInt64(at, true));
  }

  float(number: number, otherwise: number): number {
    const at = this.field(number, 4);
    return at === null ? otherwise : this.view.getFloat32(at, true);
  }

  double(number: number, otherwise: number): number {
    const at = this.field(number, 8);
    return at === null ? otherwise : this.view.getFloat64(at, true);
  }

  text(number: number): string | null {
    const at = this.field(number, 4);
    return at === null ? null : this.textAt(this.follow(at));
  }

  private textAt(at: number): string {
    const length = this.view.getUint32(at, true);
    this.within(at + 4, length);
    return new TextDecoder().decode(new Uint8Array(this.view.buffer, this.view.byteOffset + at + 4, length));
  }

  table(number: number): FlatTable | null {
    const at = this.field(number, 4);
    return at === null ? null : this.other(this.follow(at));
  }

  /** Where a vector's elements begin and how many there are, all of them within the file. */
  private vector(number: number, size: number): { begin: number; count: number } {
    const at = this.field(number, 4);
    if (at === null) return { begin: 0, count: 0 };
    const head = this.follow(at);
    const count = this.view.getUint32(head, true);
    return { begin: this.within(head + 4, count * size), count };
  }

  /** The same, for a vector that is going to be read. */
  private taken(number: number, size: number): { begin: number; count: number } {
    const found = this.vector(number, size);
    this.budget.left -= found.count;
    if (this.budget.left < 0) this.failure.damaged('its vectors', 'they claim more elements than the file can hold');
    return found;
  }

  /** Where a vector of bytes lies in the file, without reading it; null where the table leaves it out. */
  span(number: number): { readonly begin: number; readonly end: number } | null {
    if (this.field(number, 4) === null) return null;
    const { begin, count } = this.vector(number, 1);
    return { begin, end: begin + count };
  }

  ubytes(number: number): Uint8Array {
    const { begin, count } = this.taken(number, 1);
    return new Uint8Array(this.view.buffer, this.view.byteOffset + begin, count).slice();
  }

  tables(number: number): FlatTable[] {
    const { begin, count } = this.taken(number, 4);
    return Array.from({ length: count }, (_, i) => this.other(this.follow(begin + 4 * i)));
  }

  texts(number: number): string[] {
    const { begin, count } = this.taken(number, 4);
    return Array.from({ length: count }, (_, i) => this.textAt(this.follow(begin + 4 * i)));
  }

  ints(number: number): Int32Array {
    const { begin, count } = this.taken(number, 4);
    return Int32Array.from({ length: count }, (_, i) => this.view.getInt32(begin + 4 * i, true));
  }

  floats(number: number): Float32Array {
    const { begin, count } = this.taken(number, 4);
    return Float32Array.from({ length: count }, (_, i) => this.view.getFloat32(begin + 4 * i, true));
  }

  doubles(number: number): Float64Array {
    const { begin, count } = this.taken(number, 8);
    return Float64Array.from({ length: count }, (_, i) => this.view.getFloat64(begin + 8 * i, true));
  }

  /** A vector of structs of two uint16. */
  shortPairs(number: number): Uint16Array {
    const { begin, count } = this.taken(number, 4);
    return Uint16Array.from({ length: 2 * count }, (_, i) => this.view.getUint16(begin + 2 * i, true));
  }

  longs(number: number): BigInt64Array {
    const { begin, count } = this.taken(number, 8);
    return BigInt64Array.from({ length: count }, (_, i) => this.view.getBigInt64(begin + 8 * i, true));
  }

  uints(number: number): Uint32Array {
    const { begin, count } = this.taken(number, 4);
    return Uint32Array.from({ length: count }, (_, i) => this.view.getUint32(begin + 4 * i, true));
  }

  ushorts(number: number): Uint16Array {
    const { begin, count } = this.taken(number, 2);
    return Uint16Array.from({ length: count }, (_, i) => this.view.getUint16(begin + 2 * i, true));
  }
}
