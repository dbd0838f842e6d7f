/**
 * Reads zip archives from their central directory (APPNOTE 6.3, zip64 included): entries that are stored are slices of
 * the archive, entries that are deflated are unpacked on demand. Sizes in the archive are claims: what is unpacked is
 * counted, and stopped where it passes its claim or any sensible ratio.
 */
import type { BlobLike } from '../../../graph-model/core/bytes.ts';
import { FormatError } from '../../../graph-model/diagnostics.ts';

const END_SIGNATURE = 0x06054b50;
const END64_SIGNATURE = 0x06064b50;
const LOCATOR64_SIGNATURE = 0x07064b50;
const ENTRY_SIGNATURE = 0x02014b50;
const LOCAL_SIGNATURE = 0x04034b50;
const STORED = 0;
const DEFLATED = 8;
/** An entry that unpacks to more than this is refused where it is this many times its packed size. */
const SUSPICIOUS_SIZE = 64 * 1024 * 1024;
const SUSPICIOUS_RATIO = 400;
/** The most that one entry may unpack to in memory. */
const UNPACK_LIMIT = 1024 * 1024 * 1024;
const DIRECTORY_LIMIT = 256 * 1024 * 1024;

export interface ZipEntry {
  /** As in the archive, with `/`. */
  readonly path: string;
  /** Claimed size when unpacked. */
  readonly size: number;
  readonly packedSize: number;
  readonly method: number;
  readonly encrypted: boolean;
  /** Offset of the entry's local header in the archive. */
  readonly offset: number;
}

/** True when the first bytes are those of a zip archive, an empty one included. */
export function isZip(head: Uint8Array): boolean {
  return head[0] === 0x50 && head[1] === 0x4b && ((head[2] === 3 && head[3] === 4) || (head[2] === 5 && head[3] === 6));
}

/** The files of an archive; folders are left out. */
export async function readZip(name: string, blob: BlobLike): Promise<ZipEntry[]> {
  const { count, begin, size } = await findDirectory(name, blob);
  if (begin + size > blob.size || size > DIRECTORY_LIMIT) throw broken(name, 'its directory lies outside the file');
  const bytes = await read(blob, begin, begin + size);
  const view = viewOf(bytes);
  const entries: ZipEntry[] = [];
  for (let at = 0, n = 0; n < count; n++) {
    if (at + 46 > bytes.length || view.getUint32(at, true) !== ENTRY_SIGNATURE)
      throw broken(name, `entry ${n} of its directory is not one`);
    const entry = readEntry(view, bytes, at);
    if (!entry.path.endsWith('/')) entries.push(entry);
    at += 46 + view.getUint16(at + 28, true) + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  return entries;
}

interface Directory {
  readonly count: number;
  readonly begin: number;
  readonly size: number;
}

async function findDirectory(name: string, blob: BlobLike): Promise<Directory> {
  const from = Math.max(0, blob.size - 65557);
  const tail = await read(blob, from, blob.size);
  const view = viewOf(tail);
  for (let at = tail.length - 22; at >= 0; at--) {
    if (view.getUint32(at, true) !== END_SIGNATURE) continue;
    const plain = {
      count: view.getUint16(at + 10, true),
      size: view.getUint32(at + 12, true),
      begin: view.getUint32(at + 16, true),
    };
    const needs64 = plain.count === 0xffff || plain.size === 0xffffffff || plain.begin === 0xffffffff;
    return needs64 ? findDirectory64(name, blob, from + at) : plain;
  }
  throw broken(name, 'it has no directory at its end, so it is cut off');
}

async function findDirectory64(name: string, blob: BlobLike, end: number): Promise<Directory> {
  if (end < 20) throw broken(name, 'its zip64 directory is missing');
  const locator = viewOf(await read(blob, end - 20, end));
  if (locator.getUint32(0, true) !== LOCATOR64_SIGNATURE) throw broken(name, 'its zip64 directory is missing');
  const at = Number(locator.getBigUint64(8, true));
  if (at + 56 > blob.size) throw broken(name, 'its zip64 directory lies outside the file');
  const view = viewOf(await read(blob, at, at + 56));
  if (view.getUint32(0, true) !== END64_SIGNATURE) throw broken(name, 'its zip64 directory is missing');
  const number = (offset: number) => Number(view.getBigUint64(offset, true));
  return { count: number(32), size: number(40), begin: number(48) };
}

function readEntry(view: DataView, bytes: Uint8Array, at: number): ZipEntry {
  const nameLength = view.getUint16(at + 28, true);
  const extraLength = view.getUint16(at + 30, true);
  const nameEnd = at + 46 + nameLength;
  const [size, packedSize, offset] = widen(view, nameEnd, Math.min(nameEnd + extraLength, bytes.length), [
    view.getUint32(at + 24, true),
    view.getUint32(at + 20, true),
    view.getUint32(at + 42, true),
  ]);
  const path = new TextDecoder().decode(bytes.subarray(at + 46, nameEnd)).replaceAll('\\', '/');
  const encrypted = (view.getUint16(at + 8, true) & 1) !== 0;
  return {
    path,
    size: size!,
    packedSize: packedSize!,
    offset: offset!,
    method: view.getUint16(at + 10, true),
    encrypted,
  };
}

/** Numbers that did not fit into 32 bits stand in extra field 1, in the order size, packed size, offset. */
function widen(view: DataView, begin: number, end: number, plain: readonly number[]): number[] {
  let at = begin;
  while (at + 4 <= end && view.getUint16(at, true) !== 1) at += 4 + view.getUint16(at + 2, true);
  at += 4;
  return plain.map((value) => {
    if (value !== 0xffffffff || at + 8 > end) return value;
    at += 8;
    return Number(view.getBigUint64(at - 8, true));
  });
}

/** Where the bytes of an entry lie in the archive, packed as they are. */
export async function entryRange(
  name: string,
  blob: BlobLike,
  entry: ZipEntry,
): Promise<{ begin: number; end: number }> {
  if (entry.offset + 30 > blob.size) throw broken(name, `${entry.path} lies outside the file`);
  const view = viewOf(await read(blob, entry.offset, entry.offset + 30));
  if (view.getUint32(0, true) !== LOCAL_SIGNATURE) throw broken(name, `${entry.path} does not begin where it should`);
  const begin = entry.offset + 30 + view.getUint16(26, true) + view.getUint16(28, true);
  const end = begin + entry.packedSize;
  if (end > blob.size) throw broken(name, `${entry.path} lies outside the file`);
  return { begin, end };
}

/**
 * The content of an entry. Stored entries are slices, not read; deflated ones are unpacked into memory, at most `limit`
 * bytes of them (the first ones) where a limit is given.
 */
export async function openEntry(name: string, blob: BlobLike, entry: ZipEntry, limit = Infinity): Promise<BlobLike> {
  if (entry.encrypted) throw broken(name, `${entry.path} is encrypted`);
  const { begin, end } = await entryRange(name, blob, entry);
  if (entry.method === STORED) return blob.slice(begin, Math.min(end, begin + limit));
  if (entry.method !== DEFLATED) throw broken(name, `${entry.path} is packed by method ${entry.method}, not deflate`);
  if (limit === Infinity) refuseBomb(name, entry.packedSize, entry.size, UNPACK_LIMIT);
  // A true Blob: a model that refers to it can be handed to a worker and saved.
  return new Blob([(await inflate(name, blob.slice(begin, end), entry, limit)) as Uint8Array<ArrayBuffer>]);
}

/** Throws where an archive or entry claims to unpack to what no model does. */
export function refuseBomb(name: string, packed: number, unpacked: number, limit = Infinity): void {
  const suspicious = unpacked > SUSPICIOUS_SIZE && unpacked > packed * SUSPICIOUS_RATIO;
  if (suspicious || unpacked > limit) throw new FormatError('file.zip-bomb', { file: name, size: packed, unpacked });
}

/** Unpacks as the count goes, and stops where it passes the limit or the claim. */
async function inflate(name: string, packed: BlobLike, entry: ZipEntry, limit: number): Promise<Uint8Array> {
  const stream = new DecompressionStream('deflate-raw');
  const stop = new AbortController();
  const failed = new Promise<never>((_, reject) => {
    feed(packed, stream.writable.getWriter(), stop.signal).catch(reject);
  });
  const reader = stream.readable.getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    while (size < limit) {
      const { done, value } = await Promise.race([reader.read(), failed]);
      if (done) break;
      chunks.push(value);
      size += value.length;
      if (size > entry.size) throw broken(name, `${entry.path} unpacks to more than the ${entry.size} bytes it claims`);
    }
  } catch (error) {
    if (error instanceof FormatError) throw error;
    throw broken(name, `${entry.path} cannot be unpacked`);
  } finally {
    stop.abort();
    // Not awaited: in some runtimes a stream that is given up half-way never says that it is done, or fails late.
    reader.cancel().catch(() => undefined);
    failed.catch(() => undefined);
  }
  if (size < Math.min(entry.size, limit)) throw broken(name, `${entry.path} unpacks to less than it claims`);
  return join(chunks, Math.min(size, limit));
}

/** Writes the packed bytes in small pieces, so that little is unpacked ahead of the count. */
async function feed(
  packed: BlobLike,
  writer: WritableStreamDefaultWriter<BufferSource>,
  stop: AbortSignal,
): Promise<void> {
  const step = 64 * 1024;
  for (let at = 0; at < packed.size && !stop.aborted; at += step)
    await writer.write(new Uint8Array(await packed.slice(at, Math.min(packed.size, at + step)).arrayBuffer()));
  await (stop.aborted ? writer.abort() : writer.close());
}

function join(chunks: readonly Uint8Array[], size: number): Uint8Array {
  const out = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    out.set(chunk.subarray(0, size - at), at);
    at += chunk.length;
    if (at >= size) break;
  }
  return out;
}

async function read(blob: BlobLike, begin: number, end: number): Promise<Uint8Array> {
  return new Uint8Array(await blob.slice(begin, end).arrayBuffer());
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function broken(file: string, why: string): FormatError {
  return new FormatError('file.zip-broken', { file, why });
}
