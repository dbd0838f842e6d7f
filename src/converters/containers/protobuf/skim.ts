/**
 * Reads the structure of a protobuf file through windows and leaves out its large payloads, so that a file of any size
 * costs what its structure costs. Offsets are doubles: right beyond 2^32.
 */
import type { BlobLike } from '../../../graph-model/core/bytes.ts';
import { FormatError } from '../../../graph-model/diagnostics.ts';
import { WireReader } from './wire-reader.ts';

/** Which fields of a message lead on to payloads, and which are payloads. */
export interface SkimSchema {
  readonly messages: Readonly<Record<number, SkimSchema>>;
  readonly payloads: readonly number[];
}

const MIN_WINDOW = 64 * 1024;
const MAX_WINDOW = 4 * 1024 * 1024;
/** A structure larger than this is no model of any framework; it would not fit in a page's memory. */
const STRUCTURE_LIMIT = 1024 * 1024 * 1024;

interface Level {
  readonly schema: SkimSchema;
  readonly end: number;
}

/** A reader over the structure of `blob`; payloads longer than `limit` bytes are gaps. */
export async function skim(
  file: string,
  blob: BlobLike,
  schema: SkimSchema,
  limit: number,
  signal?: AbortSignal,
): Promise<WireReader> {
  const skimmer = new Skimmer(file, blob, limit, signal);
  await skimmer.run(schema);
  return skimmer.reader();
}

class Skimmer {
  private readonly chunks: Uint8Array[] = [];
  private kept = 0;
  private readonly begins: number[] = [];
  private readonly lengths: number[] = [];
  private window: WireReader;
  private windowSize = MIN_WINDOW;
  /** File offset of the window's first byte. */
  private base = 0;
  /** File offset up to which bytes were kept or left out. */
  private done = 0;

  constructor(
    private readonly file: string,
    private readonly blob: BlobLike,
    private readonly limit: number,
    private readonly signal?: AbortSignal,
  ) {
    this.window = new WireReader(file, new Uint8Array(0), blob.size);
  }

  reader(): WireReader {
    const bytes = new Uint8Array(this.kept);
    let at = 0;
    for (const chunk of this.chunks) {
      bytes.set(chunk, at);
      at += chunk.length;
    }
    return new WireReader(this.file, bytes, this.blob.size, { begins: this.begins, lengths: this.lengths });
  }

  async run(schema: SkimSchema): Promise<void> {
    const levels: Level[] = [{ schema, end: this.blob.size }];
    let pos = 0;
    while (levels.length > 0) {
      const top = levels[levels.length - 1]!;
      if (pos >= top.end) {
        levels.pop();
        continue;
      }
      // A tag and a length take 20 bytes at most.
      await this.see(pos, 20);
      pos = this.step(levels, top);
    }
    await this.keepTo(this.blob.size);
  }

  /** One field: descends, notes a gap, or passes over it. Gives the offset to go on from. */
  private step(levels: Level[], top: Level): number {
    const w = this.window;
    const field = w.tag();
    if (w.wire !== 2) {
      w.skip(field, top.end);
      return w.offset;
    }
    const end = w.length(top.end);
    if (end - w.offset <= this.limit) return end;
    const inner = top.schema.messages[field];
    if (inner) {
      if (levels.length > 1000) w.fail('messages are nested too deeply');
      levels.push({ schema: inner, end });
      return w.offset;
    }
    if (top.schema.payloads.includes(field)) this.leaveOut(w.offset, end);
    return end;
  }

  private leaveOut(begin: number, end: number): void {
    this.keep(begin);
    this.begins.push(begin);
    this.lengths.push(end - begin);
    this.done = end;
  }

  /** Keeps what is between `done` and `to`, all of which the window holds. */
  private keep(to: number): void {
    if (to <= this.done) return;
    const part = this.window.bytes.slice(this.done - this.base, to - this.base);
    this.kept += part.length;
    if (this.kept > STRUCTURE_LIMIT) throw new FormatError('file.too-large', { file: this.file, what: 'structure' });
    this.chunks.push(part);
    this.done = to;
  }

  private async keepTo(to: number): Promise<void> {
    while (this.done < to) {
      await this.load(this.done);
      this.keep(Math.min(to, this.base + this.window.bytes.length));
    }
  }

  /** Makes `count` bytes from `pos` visible and puts the window's reader there. */
  private async see(pos: number, count: number): Promise<void> {
    const windowEnd = this.base + this.window.bytes.length;
    if (pos < this.base || Math.min(pos + count, this.blob.size) > windowEnd) {
      this.keep(Math.min(pos, windowEnd));
      await this.keepTo(pos);
      await this.load(pos);
    }
    this.window.at = pos - this.base;
    this.window.gone = this.base;
  }

  /** Windows grow while reading goes on without a gap, and shrink behind a large one. */
  private async load(pos: number): Promise<void> {
    const windowEnd = this.base + this.window.bytes.length;
    if (pos === this.base && windowEnd > pos && this.window.bytes.length > 20) return;
    this.windowSize = pos - windowEnd > this.windowSize ? MIN_WINDOW : Math.min(MAX_WINDOW, this.windowSize * 2);
    this.signal?.throwIfAborted();
    const end = Math.min(this.blob.size, pos + this.windowSize);
    const bytes = new Uint8Array(await this.blob.slice(pos, end).arrayBuffer());
    if (bytes.length < end - pos) {
      const params = { file: this.file, what: 'the file', need: end - pos, byte: pos, have: bytes.length };
      throw new FormatError('file.truncated', params, { offset: pos });
    }
    this.window = new WireReader(this.file, bytes, this.blob.size);
    this.window.gone = pos;
    this.base = pos;
  }
}
