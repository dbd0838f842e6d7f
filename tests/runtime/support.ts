/** The samples beside make.py. */
import { closeSync, existsSync, fstatSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bytesOf, type BlobLike, type ByteSource } from '../../src/graph-model/core/bytes.ts';
import type { DenseTensor } from '../../src/graph-model/core/tensor.ts';
import { readNpy } from '../../src/runtime/inputs/npy.ts';
import type { RunSource } from '../../src/runtime/types.ts';

export const SAMPLES = fileURLToPath(new URL('../samples/runtime/', import.meta.url));

export const bytesAt = (path: string): Uint8Array => new Uint8Array(readFileSync(join(SAMPLES, path)));

/** A model of the samples; its external data, where it has some, from a file descriptor. */
export function sourceOf(path: string, data?: ByteSource): RunSource {
  const external =
    data ?? (existsSync(join(SAMPLES, path, '../model.data')) ? fileSource(join(path, '../model.data')) : null);
  return {
    model: [bytesOf(bytesAt(path))],
    data: external ? [{ path: 'model.data', parts: [external] }] : [],
  };
}

export function arraysOf(sample: string, kind: 'in' | 'out'): Map<string, DenseTensor> {
  const suffix = `.${kind}.npy`;
  const files = readdirSync(join(SAMPLES, sample)).filter((f) => f.endsWith(suffix));
  return new Map(files.map((f) => [f.slice(0, -suffix.length), readNpy(bytesAt(join(sample, f)), f)]));
}

/** A file that is read as asked for, and counts how much that was. */
export class CountedFile implements BlobLike {
  static read = 0;
  constructor(
    private readonly path: string,
    private readonly begin = 0,
    private readonly end = sizeOf(path),
  ) {}
  get size(): number {
    return this.end - this.begin;
  }
  slice(begin: number, end: number): CountedFile {
    return new CountedFile(this.path, this.begin + begin, this.begin + end);
  }
  bytesSync(): Uint8Array {
    const fd = openSync(this.path, 'r');
    const out = new Uint8Array(this.size);
    CountedFile.read += readSync(fd, out, 0, this.size, this.begin);
    closeSync(fd);
    return out;
  }
  async arrayBuffer(): Promise<ArrayBuffer> {
    return this.bytesSync().buffer as ArrayBuffer;
  }
}

function sizeOf(path: string): number {
  const fd = openSync(path, 'r');
  const { size } = fstatSync(fd);
  closeSync(fd);
  return size;
}

export function fileSource(path: string): ByteSource {
  const blob = new CountedFile(join(SAMPLES, path));
  return { kind: 'blob', blob, begin: 0, end: blob.size };
}
