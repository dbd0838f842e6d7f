/** Files of the disk as blobs, for the command. */
import { closeSync, fstatSync, openSync, read, readSync } from 'node:fs';
import { promisify } from 'node:util';
import type { BlobLike } from '../graph-model/core/bytes.ts';

const readFd = promisify(read);

/** One call reads at most 2^31 - 1 bytes. */
const MOST_AT_ONCE = 0x40000000;

/**
 * A range of an open file. Offsets are right beyond 4 GB, where the runtime's own file-backed blobs report sizes modulo
 * 2^32. Bytes are read when asked for; the file must stay open as long as any slice is in use.
 */
export class FileBlob implements BlobLike {
  private constructor(
    private readonly fd: number,
    private readonly begin: number,
    readonly size: number,
  ) {}

  /** Opens a file for reading. Throws the system's error where it cannot. */
  static open(path: string): FileBlob {
    const fd = openSync(path, 'r');
    return new FileBlob(fd, 0, fstatSync(fd).size);
  }

  slice(begin: number, end: number): FileBlob {
    const from = Math.min(Math.max(0, begin), this.size);
    const to = Math.min(Math.max(from, end), this.size);
    return new FileBlob(this.fd, this.begin + from, to - from);
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    const bytes = new Uint8Array(this.size);
    for (let at = 0; at < bytes.length;) {
      const want = Math.min(bytes.length - at, MOST_AT_ONCE);
      const { bytesRead } = await readFd(this.fd, bytes, at, want, this.begin + at);
      if (bytesRead === 0) return bytes.buffer.slice(0, at);
      at += bytesRead;
    }
    return bytes.buffer;
  }

  bytesSync(): Uint8Array {
    const bytes = new Uint8Array(this.size);
    for (let at = 0; at < bytes.length;) {
      const want = Math.min(bytes.length - at, MOST_AT_ONCE);
      const read = readSync(this.fd, bytes, at, want, this.begin + at);
      if (read === 0) return bytes.subarray(0, at);
      at += read;
    }
    return bytes;
  }

  /** Closes the file, for all slices of it. */
  close(): void {
    closeSync(this.fd);
  }
}
