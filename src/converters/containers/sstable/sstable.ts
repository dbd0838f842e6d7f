/**
 * Sorted tables of LevelDB (doc/table_format.md): a footer names the index block, which names the data blocks. Blocks are
 * read one at a time; nothing but the table's own size says how much is read.
 */
import type { BlobLike } from '../../../graph-model/core/bytes.ts';
import { FormatError } from '../../../graph-model/diagnostics.ts';
import { varintAt } from '../protobuf/varint.ts';
import { maskedCrc32c } from './crc32c.ts';
import { snappyDecode } from './snappy.ts';

const FOOTER = 48;
const TRAILER = 5;
const MAGIC = [0x57, 0xfb, 0x80, 0x8b, 0x24, 0x75, 0x47, 0xdb];
/** Blocks are a few KB, or one entry. */
const BLOCK_LIMIT = 2 ** 31 - 1;

export interface TableEntry {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
  /** Where the value begins in the file; -1 where its block is packed. */
  readonly offset: number;
}

interface Handle {
  readonly offset: number;
  readonly size: number;
}

/** Whether the last bytes of a file are a table's. */
export function endsLikeTable(tail: Uint8Array): boolean {
  return tail.length >= 8 && MAGIC.every((b, i) => tail[tail.length - 8 + i] === b);
}

/** The entries in order of their keys. Throws a FormatError where the table is damaged. */
export async function* readTable(file: string, blob: BlobLike, signal: AbortSignal): AsyncIterable<TableEntry> {
  const table = new Table(file, blob);
  for await (const handle of table.blocks()) {
    signal.throwIfAborted();
    yield* table.entriesOf(await table.block(handle));
  }
}

interface Block {
  readonly bytes: Uint8Array;
  /** File offset of the first byte; -1 where it was packed. */
  readonly offset: number;
  readonly at: number;
}

class Table {
  constructor(
    private readonly file: string,
    private readonly blob: BlobLike,
  ) {}

  private fail(why: string, offset: number): never {
    const params = { file: this.file, why, where: 'the table', byte: offset };
    throw new FormatError('file.broken', params, { offset });
  }

  async *blocks(): AsyncIterable<Handle> {
    const { size } = this.blob;
    if (size < FOOTER) this.fail(`a table has a footer of ${FOOTER} bytes, and the file has ${size}`, 0);
    const footer = await this.bytes(size - FOOTER, FOOTER);
    if (!endsLikeTable(footer)) this.fail('it does not end as a table does', size - 8);
    const meta = this.handle(footer, 0, size - FOOTER);
    const index = this.handle(footer, meta.next, size - FOOTER);
    for (const { value, offset } of this.entriesOf(await this.block(index.handle)))
      yield this.handle(value, 0, offset).handle;
  }

  private async bytes(begin: number, length: number): Promise<Uint8Array> {
    return new Uint8Array(await this.blob.slice(begin, begin + length).arrayBuffer());
  }

  private handle(bytes: Uint8Array, at: number, where: number): { handle: Handle; next: number } {
    const offset = varintAt(bytes, at) ?? this.fail('a block has no place', where);
    const size = varintAt(bytes, offset.next) ?? this.fail('a block has no size', where);
    const end = offset.value + size.value + TRAILER;
    if (end > this.blob.size || size.value > BLOCK_LIMIT) {
      this.fail(`a block of ${size.value} bytes at byte ${offset.value} lies outside the file`, where);
    }
    return { handle: { offset: offset.value, size: size.value }, next: size.next };
  }

  async block({ offset, size }: Handle): Promise<Block> {
    const all = await this.bytes(offset, size + TRAILER);
    const view = new DataView(all.buffer, all.byteOffset, all.length);
    if (maskedCrc32c(all.subarray(0, size + 1)) !== view.getUint32(size + 1, true)) {
      this.fail('the checksum of a block is wrong', offset);
    }
    const bytes = all.subarray(0, size);
    if (all[size] === 0) return { bytes, offset, at: offset };
    const unpacked = all[size] === 1 ? snappyDecode(bytes) : null;
    if (unpacked === null) this.fail('a block is packed in a way that is not known', offset);
    return { bytes: unpacked, offset: -1, at: offset };
  }

  /** Each key shares a beginning with the key before it; the restarts at the end only serve searching. */
  *entriesOf({ bytes, offset, at: where }: Block): Iterable<TableEntry> {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const restarts = bytes.length < 4 ? -1 : view.getUint32(bytes.length - 4, true);
    const end = bytes.length - 4 - 4 * restarts;
    if (restarts < 0 || end < 0) this.fail('a block is shorter than its list of restarts', where);
    let key = new Uint8Array(0);
    for (let at = 0; at < end;) {
      const shared = varintAt(bytes, at) ?? this.fail('an entry is cut off', where);
      const own = varintAt(bytes, shared.next) ?? this.fail('an entry is cut off', where);
      const length = varintAt(bytes, own.next) ?? this.fail('an entry is cut off', where);
      const begin = length.next + own.value;
      if (shared.value > key.length || begin + length.value > end) this.fail('an entry passes its block', where);
      const next = new Uint8Array(shared.value + own.value);
      next.set(key.subarray(0, shared.value));
      next.set(bytes.subarray(length.next, begin), shared.value);
      key = next;
      at = begin + length.value;
      yield { key, value: bytes.subarray(begin, at), offset: offset < 0 ? -1 : offset + begin };
    }
  }
}
