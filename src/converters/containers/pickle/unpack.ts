/** Takes the compression off a joblib or pickle file; its first bytes say which it has. */
import { FormatError } from '../../../graph-model/diagnostics.ts';
import { unpackBzip2 } from './bzip2.ts';
import { unpackLz4 } from './lz4.ts';
import { unpackLzmaAlone, unpackXz } from './xz.ts';

/** The most that a file may unpack to. */
const LIMIT = 1024 * 1024 * 1024;
/** Files that unpack to more than this are refused where it is `RATIO` times their size. */
const SUSPICIOUS = 128 * 1024 * 1024;
const RATIO = 1000;

export type Compression = 'none' | 'zlib' | 'gzip' | 'bzip2' | 'xz' | 'lzma' | 'lz4' | 'zstd' | 'lzo' | 'old-joblib';

const MAGICS: readonly (readonly [Compression, readonly number[]])[] = [
  ['gzip', [0x1f, 0x8b]],
  ['bzip2', [0x42, 0x5a, 0x68]],
  ['xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]],
  ['lzma', [0x5d, 0x00]],
  ['lz4', [0x04, 0x22, 0x4d, 0x18]],
  ['zstd', [0x28, 0xb5, 0x2f, 0xfd]],
  ['old-joblib', [0x5a, 0x46]],
];

export function compressionOf(head: Uint8Array): Compression {
  const found = MAGICS.find(([, bytes]) => bytes.every((b, i) => head[i] === b));
  if (found) return found[0];
  // RFC 1950: method 8, window at most 32 KB, and the two bytes divide by 31.
  return head[0] === 0x78 && ((head[0] << 8) | head[1]!) % 31 === 0 ? 'zlib' : 'none';
}

/** Gives the bytes as they were before compression. Throws FormatError where they are damaged or grow beyond all bounds. */
export async function unpack(file: string, bytes: Uint8Array): Promise<Uint8Array> {
  const method = compressionOf(bytes);
  const limit = Math.min(LIMIT, Math.max(SUSPICIOUS, bytes.length * RATIO));
  const tooLarge = () => new FormatError('pickle.too-large', { file, limit: `${Math.round(limit / 2 ** 20)} MB` });
  if (method === 'none') return bytes;
  const own = READERS[method];
  if (!own && method !== 'zlib' && method !== 'gzip') throw new FormatError('pickle.compression', { file, method });
  try {
    const out = own ? own(bytes, limit) : await inflate(bytes, method === 'zlib' ? 'deflate' : 'gzip', limit);
    if (out === null) throw tooLarge();
    return out;
  } catch (error) {
    if (error instanceof FormatError) throw error;
    const why = `its ${method} compression cannot be undone (${error instanceof Error ? error.message : 'unknown reason'})`;
    throw new FormatError('pickle.broken', { file, byte: 0, why });
  }
}

/** Unpacks, or gives null where the result passes the limit; throws an Error on damaged bytes. */
type Unpack = (bytes: Uint8Array, limit: number) => Uint8Array | null;

const READERS: Partial<Record<Compression, Unpack>> = {
  bzip2: unpackBzip2,
  xz: unpackXz,
  lzma: unpackLzmaAlone,
  lz4: unpackLz4,
};

async function inflate(bytes: Uint8Array, format: 'deflate' | 'gzip', limit: number): Promise<Uint8Array | null> {
  const stream = new DecompressionStream(format);
  const writer = stream.writable.getWriter();
  const fed = feed(writer, bytes);
  fed.catch(() => undefined);
  const reader = stream.readable.getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    chunks.push(value);
    size += value.length;
    if (size > limit) {
      reader.cancel().catch(() => undefined);
      return null;
    }
  }
  await fed;
  return joined(chunks, size);
}

/** In small pieces, so that little is unpacked ahead of the count. */
async function feed(writer: WritableStreamDefaultWriter<BufferSource>, bytes: Uint8Array): Promise<void> {
  const step = 64 * 1024;
  for (let at = 0; at < bytes.length; at += step) await writer.write(bytes.slice(at, at + step));
  await writer.close();
}

function joined(chunks: readonly Uint8Array[], size: number): Uint8Array {
  const out = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    out.set(chunk, at);
    at += chunk.length;
  }
  return out;
}
