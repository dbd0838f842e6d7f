/**
 * External data that is read when onnxruntime asks for a part of it. The runtime copies weights into its own memory; with
 * this they never stand in the JavaScript heap as a whole as well.
 */
import { byteLength, MissingFileError, readBytes, type BlobLike, type ByteSource } from '../graph-model/core/bytes.ts';

/** Reads a whole blob without waiting: onnxruntime's loader cannot wait. */
type SyncRead = (blob: BlobLike, begin: number, end: number) => Uint8Array;

interface Piece {
  /** Offset in the whole. */
  readonly at: number;
  readonly size: number;
  readonly source: ByteSource;
}

/**
 * A Uint8Array whose bytes are the parts put end to end, read by `subarray`; that is all that onnxruntime's loader calls
 * (with `byteLength`). Its elements must not be indexed.
 */
class LazyBytes extends Uint8Array {
  // Declared, not initialised: the base constructor must not see fields.
  declare private pieces: readonly Piece[];
  declare private total: number;
  declare private read: SyncRead;

  static over(parts: readonly ByteSource[], read: SyncRead): LazyBytes {
    const lazy = new LazyBytes(0);
    const pieces: Piece[] = [];
    let at = 0;
    for (const source of parts) {
      const size = byteLength(source);
      pieces.push({ at, size, source });
      at += size;
    }
    lazy.pieces = pieces;
    lazy.total = at;
    lazy.read = read;
    return lazy;
  }

  override get byteLength(): number {
    return this.total;
  }

  override get length(): number {
    return this.total;
  }

  override subarray(begin = 0, end = this.total): Uint8Array<ArrayBuffer> {
    const first = this.pieceAt(begin);
    const whole = this.pieces[first];
    // The common case: one weight is one part. No copy.
    if (whole && end <= whole.at + whole.size) return this.part(whole, begin, end) as Uint8Array<ArrayBuffer>;
    const out = new Uint8Array(end - begin);
    for (let i = first; i < this.pieces.length && this.pieces[i]!.at < end; i++) {
      const piece = this.pieces[i]!;
      const from = Math.max(begin, piece.at);
      const to = Math.min(end, piece.at + piece.size);
      if (to > from) out.set(this.part(piece, from, to), from - begin);
    }
    return out;
  }

  /** The last piece that begins at or before `offset`. */
  private pieceAt(offset: number): number {
    let low = 0;
    let high = this.pieces.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.pieces[middle]!.at <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  private part(piece: Piece, begin: number, end: number): Uint8Array {
    const { source } = piece;
    const from = begin - piece.at;
    const to = end - piece.at;
    if (source.kind === 'bytes') return source.bytes.subarray(from, to);
    if (source.kind === 'missing') throw new MissingFileError(source.file);
    return this.read(source.blob, source.begin + from, source.begin + to);
  }
}

/**
 * The parts as one array for onnxruntime's `externalData`: lazily where the host can read at once (a worker's
 * FileReaderSync, a blob with `bytesSync`), else read now. Throws MissingFileError for a part of a file not given.
 */
export async function lazyBytes(parts: readonly ByteSource[], signal?: AbortSignal): Promise<Uint8Array> {
  const missing = parts.find((p) => p.kind === 'missing');
  if (missing?.kind === 'missing') throw new MissingFileError(missing.file);
  if (parts.length === 1 && parts[0]!.kind === 'bytes') return parts[0]!.bytes;
  const read = syncRead(parts);
  return read ? LazyBytes.over(parts, read) : joined(parts, signal);
}

/** All parts in one array. */
export async function joined(parts: readonly ByteSource[], signal?: AbortSignal): Promise<Uint8Array> {
  if (parts.length === 1) return readBytes(parts[0]!, signal);
  const out = new Uint8Array(parts.reduce((sum, p) => sum + byteLength(p), 0));
  let at = 0;
  for (const part of parts) {
    out.set(await readBytes(part, signal), at);
    at += byteLength(part);
  }
  return out;
}

/** How blobs among the parts are read at once; null where this host cannot. */
function syncRead(parts: readonly ByteSource[]): SyncRead | null {
  const blobs = parts.flatMap((p) => (p.kind === 'blob' ? [p.blob] : []));
  if (blobs.every((b) => b.bytesSync)) return (blob, begin, end) => blob.slice(begin, end).bytesSync!();
  if (typeof FileReaderSync === 'undefined' || !blobs.every((b) => b instanceof Blob || b.bytesSync)) return null;
  const reader = new FileReaderSync();
  return (blob, begin, end) => {
    const slice = blob.slice(begin, end);
    return slice.bytesSync?.() ?? new Uint8Array(reader.readAsArrayBuffer(slice as Blob));
  };
}
