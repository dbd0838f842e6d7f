/** Output of a decompressor: grows as it is written, with a limit, and can be copied from. */
export class Growing {
  private bytes = new Uint8Array(65536);
  length = 0;

  constructor(private readonly limit: number) {}

  /** False where the limit is passed. */
  get fits(): boolean {
    return this.length <= this.limit;
  }

  push(byte: number): void {
    if (this.length === this.bytes.length) this.grow(this.length + 1);
    this.bytes[this.length++] = byte;
  }

  append(part: Uint8Array): void {
    if (this.length + part.length > this.bytes.length) this.grow(this.length + part.length);
    this.bytes.set(part, this.length);
    this.length += part.length;
  }

  /** The byte `distance` back; distance 1 is the last one. */
  back(distance: number): number {
    if (distance > this.length) throw new Error('a copy reaches before the beginning');
    return this.bytes[this.length - distance]!;
  }

  /** Copies `count` bytes from `distance` back, byte by byte as overlapping copies need. */
  copy(distance: number, count: number): void {
    if (distance <= 0 || distance > this.length) throw new Error('a copy reaches before the beginning');
    if (this.length + count > this.bytes.length) this.grow(this.length + count);
    for (let i = 0; i < count; i++) this.bytes[this.length + i] = this.bytes[this.length + i - distance]!;
    this.length += count;
  }

  done(): Uint8Array {
    return this.bytes.subarray(0, this.length);
  }

  private grow(least: number): void {
    const bytes = new Uint8Array(Math.max(least, this.bytes.length * 2));
    bytes.set(this.bytes.subarray(0, this.length));
    this.bytes = bytes;
  }
}
