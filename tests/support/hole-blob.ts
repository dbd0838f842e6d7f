/** A blob of any size whose bytes are zero, but for the pieces given. Counts what is read of it. */
import type { BlobLike } from '../../src/graph-model/core/bytes.ts';

export class HoleBlob implements BlobLike {
  constructor(
    private readonly pieces: readonly { readonly at: number; readonly bytes: Uint8Array }[],
    readonly size: number,
    private readonly begin = 0,
    readonly count = { bytes: 0 },
  ) {}

  slice(begin: number, end: number): HoleBlob {
    const from = Math.min(begin, this.size);
    return new HoleBlob(this.pieces, Math.min(end, this.size) - from, this.begin + from, this.count);
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    if (this.size > 64 * 1024 * 1024) throw new RangeError('HoleBlob: too much at once');
    this.count.bytes += this.size;
    const out = new Uint8Array(this.size);
    for (const { at, bytes } of this.pieces) {
      const begin = Math.max(at, this.begin);
      const end = Math.min(at + bytes.length, this.begin + this.size);
      if (begin < end) out.set(bytes.subarray(begin - at, end - at), begin - this.begin);
    }
    return out.buffer;
  }
}
