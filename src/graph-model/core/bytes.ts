/**
 * Where bytes live. Nothing here is read until {@link readBytes} is called, so a model of any size opens from its
 * structure alone, and saving composes slices of the files that were opened.
 */

/** The part of `Blob` that Graphwright needs; the command backs it by a file descriptor, the page by a real `Blob`. */
export interface BlobLike {
  readonly size: number;
  slice(begin: number, end: number): BlobLike;
  arrayBuffer(): Promise<ArrayBuffer>;
  /** All bytes at once, where the host can (a file descriptor): onnxruntime asks for weights in a call that cannot wait. */
  bytesSync?(): Uint8Array;
}

export type ByteSource =
  | { readonly kind: 'blob'; readonly blob: BlobLike; readonly begin: number; readonly end: number }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  /** A file that was not given yet, asked for by name; `end` is -1 where the file's own end is meant. */
  | { readonly kind: 'missing'; readonly file: string; readonly begin: number; readonly end: number };

/** Thrown when bytes of a file that was not given are wanted. */
export class MissingFileError extends Error {
  constructor(readonly file: string) {
    super(`The file ${file} has not been opened: drop it together with the model.`);
    this.name = 'MissingFileError';
  }
}

export function bytesOf(bytes: Uint8Array): ByteSource {
  return { kind: 'bytes', bytes };
}

/** Length in bytes; 0 for a missing file whose length is not known. */
export function byteLength(source: ByteSource): number {
  if (source.kind === 'bytes') return source.bytes.byteLength;
  return Math.max(0, source.end - source.begin);
}

/** A part of a source, by offsets relative to it. */
export function sliceBytes(source: ByteSource, begin: number, end: number): ByteSource {
  if (source.kind === 'bytes') return bytesOf(source.bytes.subarray(begin, end));
  return { ...source, begin: source.begin + begin, end: source.begin + end };
}

/** The bytes when they are already in memory, else null: for code that must not wait. */
export function bytesAtHand(source: ByteSource): Uint8Array | null {
  return source.kind === 'bytes' ? source.bytes : null;
}

/** Reads the bytes. Throws {@link MissingFileError}, or an AbortError when `signal` fires. */
export async function readBytes(source: ByteSource, signal?: AbortSignal): Promise<Uint8Array> {
  signal?.throwIfAborted();
  if (source.kind === 'bytes') return source.bytes;
  if (source.kind === 'missing') throw new MissingFileError(source.file);
  const bytes = new Uint8Array(await source.blob.slice(source.begin, source.end).arrayBuffer());
  signal?.throwIfAborted();
  return bytes;
}
