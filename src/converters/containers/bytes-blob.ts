/** Bytes in memory as a blob. */
import type { BlobLike } from '../../graph-model/core/bytes.ts';

export class BytesBlob implements BlobLike {
  constructor(private readonly bytes: Uint8Array) {}

  get size(): number {
    return this.bytes.length;
  }

  slice(begin: number, end: number): BytesBlob {
    return new BytesBlob(this.bytes.subarray(begin, end));
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    return this.bytes.slice().buffer;
  }

  bytesSync(): Uint8Array {
    return this.bytes;
  }
}
