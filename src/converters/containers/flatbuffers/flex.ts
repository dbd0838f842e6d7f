/** FlexBuffers, in which custom operators keep their options: maps, vectors, numbers and texts. Offsets are checked. */
import type { Failure } from '../failure.ts';

export type Flex = null | boolean | number | string | readonly Flex[] | { readonly [key: string]: Flex };

/** Values may point at one another; so many are read at most. */
const MOST = 100_000;
const DEEP = 32;

export function readFlex(bytes: Uint8Array, failure: Failure): Flex {
  if (bytes.length < 3) return null;
  const width = bytes[bytes.length - 1]!;
  const packed = bytes[bytes.length - 2]!;
  return new FlexReader(bytes, failure).value(bytes.length - 2 - width, width, packed, 0);
}

class FlexReader {
  private readonly view: DataView;
  private count = 0;

  constructor(
    private readonly bytes: Uint8Array,
    private readonly failure: Failure,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  private fail(): never {
    return this.failure.damaged('the options of a custom operator', 'an offset leads out of them');
  }

  private within(at: number, size: number): number {
    return at >= 0 && size >= 0 && at + size <= this.bytes.length ? at : this.fail();
  }

  private uint(at: number, width: number): number {
    this.within(at, width);
    if (width === 1) return this.view.getUint8(at);
    if (width === 2) return this.view.getUint16(at, true);
    if (width === 4) return this.view.getUint32(at, true);
    return width === 8 ? Number(this.view.getBigUint64(at, true)) : this.fail();
  }

  private int(at: number, width: number): number {
    this.within(at, width);
    if (width === 1) return this.view.getInt8(at);
    if (width === 2) return this.view.getInt16(at, true);
    if (width === 4) return this.view.getInt32(at, true);
    return width === 8 ? Number(this.view.getBigInt64(at, true)) : this.fail();
  }

  private float(at: number, width: number): number {
    this.within(at, width);
    if (width === 4) return this.view.getFloat32(at, true);
    return width === 8 ? this.view.getFloat64(at, true) : this.fail();
  }

  /** `packed`: the type in the upper six bits, the width of what an offset leads to in the lower two. */
  value(at: number, width: number, packed: number, depth: number): Flex {
    if (++this.count > MOST || depth > DEEP) this.fail();
    const type = packed >> 2;
    const inner = 1 << (packed & 3);
    if (type === 0) return null;
    if (type === 1) return this.int(at, width);
    if (type === 2) return this.uint(at, width);
    if (type === 3) return this.float(at, width);
    if (type === 26) return this.uint(at, width) !== 0;
    const to = at - this.uint(at, width);
    this.within(to, 1);
    if (type === 6) return this.int(to, inner);
    if (type === 7) return this.uint(to, inner);
    if (type === 8) return this.float(to, inner);
    return this.composite(type, to, inner, depth);
  }

  private composite(type: number, to: number, width: number, depth: number): Flex {
    if (type === 4) return this.key(to);
    if (type === 5 || type === 25) return this.text(to, width);
    if (type === 9) return this.map(to, width, depth);
    const length = type >= 16 && type <= 24 ? Math.floor((type - 16) / 3) + 2 : this.uint(to - width, width);
    if (length > MOST) this.fail();
    if (type === 10) return this.untyped(to, width, length, depth);
    const scalar = type === 36 ? 26 : type >= 16 ? ((type - 16) % 3) + 1 : type - 10;
    return Array.from({ length }, (_, i) => this.value(to + i * width, width, scalar << 2, depth + 1));
  }

  private untyped(to: number, width: number, length: number, depth: number): Flex[] {
    const types = to + length * width;
    return Array.from({ length }, (_, i) => this.value(to + i * width, width, this.uint(types + i, 1), depth + 1));
  }

  private map(to: number, width: number, depth: number): Flex {
    const length = this.uint(to - width, width);
    if (length > MOST) this.fail();
    const keyWidth = this.uint(to - 2 * width, width);
    const keys = to - 3 * width - this.uint(to - 3 * width, width);
    const values = this.untyped(to, width, length, depth);
    return Object.fromEntries(
      values.map((v, i) => {
        const at = keys + i * keyWidth;
        return [this.key(at - this.uint(at, keyWidth)), v];
      }),
    );
  }

  private key(at: number): string {
    const end = this.bytes.indexOf(0, this.within(at, 1));
    return new TextDecoder().decode(this.bytes.subarray(at, end < 0 ? this.fail() : end));
  }

  private text(at: number, width: number): string {
    const length = this.uint(at - width, width);
    return new TextDecoder().decode(this.bytes.subarray(this.within(at, length), at + length));
  }
}
