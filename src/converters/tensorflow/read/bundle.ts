/**
 * Checkpoints: the tensor bundle (`.index` and `.data-00000-of-00001`), and the single file of TensorFlow before 0.12. The
 * index is read; the data stay ranges of their files.
 */
import { bytesOf, readBytes, type ByteSource } from '../../../graph-model/core/bytes.ts';
import { denseByteLength, elementCount, type Tensor } from '../../../graph-model/core/tensor.ts';
import { dtypeInfo } from '../../../graph-model/core/types.ts';
import { FormatError } from '../../../graph-model/diagnostics.ts';
import type { JobContext } from '../../../graph-model/job.ts';
import { BytesBlob } from '../../containers/bytes-blob.ts';
import { WireReader } from '../../containers/protobuf/wire-reader.ts';
import { readTable } from '../../containers/sstable/sstable.ts';
import type { InputFile } from '../../converter.ts';
import { storedType, typeOfCode } from './dtype.ts';
import type { TfType } from './records.ts';
import { parseSliceKey, rangesOf, sameSlice, type Slice } from './slice.ts';
import { readShape, readTensorProto } from './tensor-proto.ts';
import { integer, message, text, walk, type Source } from './walk.ts';

const HEADER = { shards: 1, endianness: 2 } as const;
const ENTRY = { dtype: 1, shape: 2, shard: 3, offset: 4, size: 5, slices: 7 } as const;
const EXTENT = { start: 1, length: 2 } as const;

interface Entry {
  readonly type: TfType | null;
  readonly dims: readonly number[];
  readonly data: ByteSource;
  /** The parts that hold the data, where the tensor was partitioned. */
  readonly slices: readonly Slice[];
}

interface Part {
  readonly slice: Slice;
  readonly entry: Entry;
}

export class Checkpoint {
  constructor(
    readonly file: string,
    private readonly entries: ReadonlyMap<string, Entry>,
    private readonly parts: ReadonlyMap<string, readonly Part[]>,
  ) {}

  get keys(): string[] {
    return [...this.entries.keys()];
  }

  /** What a tensor is, without its data. */
  describe(key: string): { readonly type: TfType | null; readonly dims: readonly number[] } | null {
    return this.entries.get(key) ?? null;
  }

  /** A tensor, or a part of it; null: the checkpoint has none of that name. */
  async tensor(key: string, slice: Slice | null, signal: AbortSignal): Promise<Tensor | null> {
    const entry = this.entries.get(key);
    if (!entry) return null;
    const ranges = rangesOf(slice ?? [], entry.dims);
    const dims = ranges.map(([, length]) => length);
    if (entry.slices.length === 0 && sameSlice(slice ?? [], [], entry.dims)) return this.tensorOf(key, entry);
    const all = this.parts.get(key) ?? [];
    const exact = all.find((p) => sameSlice(p.slice, slice ?? [], entry.dims));
    if (exact) return this.tensorOf(key, { ...exact.entry, dims });
    const from = all.length > 0 ? all : [{ slice: [], entry }];
    return this.assembled(key, entry, ranges, from, signal);
  }

  private tensorOf(key: string, entry: Entry): Tensor | null {
    const dtype = entry.type === null ? null : storedType(entry.type);
    if (dtype === null || dtype === 'string') return null;
    const want = denseByteLength(dtype, entry.dims);
    const { data } = entry;
    const have = data.kind === 'bytes' ? data.bytes.length : data.end - data.begin;
    if (have !== want) this.fail(`the tensor ${key} of ${want} bytes is said to take ${have}`);
    return { dtype, dims: entry.dims, storage: 'raw_data', data };
  }

  /** A range of a tensor put together in memory from the parts that the checkpoint has. */
  private async assembled(
    key: string,
    whole: Entry,
    ranges: readonly (readonly [number, number])[],
    parts: readonly Part[],
    signal: AbortSignal,
  ): Promise<Tensor | null> {
    const dtype = whole.type === null ? null : storedType(whole.type);
    if (dtype === null || dtype === 'string' || dtypeInfo(dtype).bits < 8) return null;
    const width = dtypeInfo(dtype).bits / 8;
    const dims = ranges.map(([, length]) => length);
    const held = parts.reduce((sum, p) => sum + elementCount(rangesOf(p.slice, whole.dims).map(([, n]) => n)), 0);
    if (elementCount(dims) > held) this.fail(`the parts of ${key} hold fewer elements than the whole`);
    const out = new Uint8Array(elementCount(dims) * width);
    for (const part of parts) {
      const own = rangesOf(part.slice, whole.dims);
      const from = this.tensorOf(key, { ...part.entry, dims: own.map(([, n]) => n) });
      if (!from) continue;
      if (from.data.kind === 'missing') return { ...from, dims };
      copyBox(out, ranges, await readBytes(from.data, signal), own, width);
    }
    return { dtype, dims, storage: 'raw_data', data: bytesOf(out) };
  }

  /** The strings of a tensor (the object graph is one). */
  async strings(key: string, signal: AbortSignal): Promise<Uint8Array[] | null> {
    const entry = this.entries.get(key);
    if (entry?.type !== 'string' || entry.data.kind === 'missing') return null;
    const bytes = await readBytes(entry.data, signal);
    return splitStrings(bytes, elementCount(entry.dims));
  }

  private fail(why: string): never {
    throw new FormatError('file.broken', { file: this.file, why, where: 'the checkpoint', byte: 0 });
  }
}

/** Copies what two boxes of the same tensor have in common. */
function copyBox(
  out: Uint8Array,
  to: readonly (readonly [number, number])[],
  bytes: Uint8Array,
  from: readonly (readonly [number, number])[],
  width: number,
): void {
  const rank = to.length;
  const common = to.map(([b, n], i) => {
    const [c, m] = from[i]!;
    return [Math.max(b, c), Math.min(b + n, c + m)] as const;
  });
  if (common.some(([begin, end]) => end <= begin)) return;
  const place = (box: typeof to, index: readonly number[]) =>
    box.reduce((at, [begin, length], i) => at * length + index[i]! - begin, 0) * width;
  const [first, last] = rank === 0 ? [0, 1] : common[rank - 1]!;
  const run = (last - first) * width;
  const index = common.map(([begin]) => begin);
  for (;;) {
    const source = place(from, index);
    out.set(bytes.subarray(source, source + run), place(to, index));
    let axis = rank - 2;
    for (; axis >= 0 && ++index[axis]! >= common[axis]![1]; axis--) index[axis] = common[axis]![0];
    if (axis < 0) return;
  }
}

/** A string tensor of a bundle: the lengths as varints, a checksum of four bytes, the bytes. */
function splitStrings(bytes: Uint8Array, count: number): Uint8Array[] | null {
  const lengths: number[] = [];
  let at = 0;
  for (let i = 0; i < count && at < bytes.length; i++) {
    let length = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = bytes[at++] ?? 0;
      length += (byte & 0x7f) * scale;
      if (byte < 0x80) break;
    }
    lengths.push(length);
  }
  at += 4;
  if (lengths.length < count || lengths.reduce((a, b) => a + b, at) > bytes.length) return null;
  return lengths.map((length) => bytes.subarray(at, (at += length)));
}

// ---- the bundle

/** Finds a data file by its name; null: it was not given. */
export type FindFile = (name: string) => InputFile | null;

/** A tensor bundle from its index. */
export async function readBundle(index: InputFile, find: FindFile, job: JobContext): Promise<Checkpoint> {
  const reader = new BundleReader(index, find);
  for await (const { key, value } of readTable(index.name, index.blob, job.signal)) reader.add(key, value);
  return reader.checkpoint();
}

const utf8 = new TextDecoder();

class BundleReader {
  private shards = 1;
  private readonly entries = new Map<string, Entry>();
  private readonly parts = new Map<string, Part[]>();

  constructor(
    private readonly index: InputFile,
    private readonly find: FindFile,
  ) {}

  checkpoint(): Checkpoint {
    return new Checkpoint(this.index.name, this.entries, this.parts);
  }

  add(key: Uint8Array, value: Uint8Array): void {
    const r = new WireReader(this.index.name, value, value.length);
    r.enter('the entry', this.entries.size);
    const s = { r, blob: this.index.blob };
    if (key.length === 0) return this.header(s);
    const part = parseSliceKey(key);
    const entry = this.entry(s);
    if (part === null) this.entries.set(utf8.decode(key), entry);
    else this.parts.set(part.name, [...(this.parts.get(part.name) ?? []), { slice: part.slice, entry }]);
  }

  private header({ r }: Source): void {
    let big = 0;
    walk(r, r.size, {
      [HEADER.shards]: () => (this.shards = integer(r)),
      [HEADER.endianness]: () => (big = integer(r)),
    });
    if (big !== 0) r.fail('its numbers are big-endian');
    if (this.shards < 0 || this.shards > 99_999) r.fail(`it claims ${this.shards} data files`);
  }

  private entry(s: Source): Entry {
    const { r } = s;
    const e = { type: null as TfType | null, dims: [] as readonly number[], shard: 0, offset: 0, size: 0 };
    const slices: Slice[] = [];
    walk(r, r.size, {
      [ENTRY.dtype]: () => (e.type = typeOfCode(integer(r))),
      [ENTRY.shape]: (end) => (e.dims = readShape(s, message(r, end)) ?? []),
      [ENTRY.shard]: () => (e.shard = integer(r)),
      [ENTRY.offset]: () => (e.offset = integer(r)),
      [ENTRY.size]: () => (e.size = integer(r)),
      [ENTRY.slices]: (end) => void slices.push(readSlice(s, message(r, end))),
    });
    if (e.dims.some((d) => d < 0)) r.fail('a tensor has a negative dimension');
    const empty = slices.length > 0 || e.size === 0;
    return { type: e.type, dims: e.dims, slices, data: empty ? bytesOf(new Uint8Array(0)) : this.data(r, e) };
  }

  private data(r: WireReader, e: { shard: number; offset: number; size: number }): ByteSource {
    const name = this.shardName(e.shard);
    const range = { begin: e.offset, end: e.offset + e.size };
    if (e.offset < 0 || e.size < 0) r.fail('a tensor lies before its file');
    const file = this.find(name);
    if (!file) return { kind: 'missing', file: name, ...range };
    if (range.end > file.blob.size) {
      const params = { file: file.name, have: file.blob.size, tensor: 'of the checkpoint', ...range };
      throw new FormatError('file.short', params);
    }
    return { kind: 'blob', blob: file.blob, ...range };
  }

  private shardName(shard: number): string {
    const number = (n: number) => String(n).padStart(5, '0');
    return `${this.index.name.replace(/\.index$/, '')}.data-${number(shard)}-of-${number(this.shards)}`;
  }
}

/** TensorSliceProto. */
function readSlice({ r }: Source, end: number): Slice {
  const slice: (readonly [number, number])[] = [];
  walk(r, end, {
    1: (e) => {
      const extent = { begin: 0, length: -1 };
      walk(r, message(r, e), {
        [EXTENT.start]: () => (extent.begin = integer(r)),
        [EXTENT.length]: () => (extent.length = integer(r)),
      });
      slice.push([extent.begin, extent.length]);
    },
  });
  return slice;
}

// ---- the first format

/** The single file that `tf.train.Saver` wrote before TensorFlow 0.12 (and with `write_version=V1` after). */
export async function readCheckpointV1(file: InputFile, job: JobContext): Promise<Checkpoint> {
  const entries = new Map<string, Entry>();
  const parts = new Map<string, Part[]>();
  for await (const { key, value, offset } of readTable(file.name, file.blob, job.signal)) {
    const r = new WireReader(file.name, value, value.length);
    const s = { r, blob: offset < 0 ? new BytesBlob(value) : file.blob.slice(offset, offset + value.length) };
    if (key.length === 0) readMetaV1(s, entries);
    else readDataV1(s, entries, parts);
  }
  return new Checkpoint(file.name, entries, parts);
}

/** SavedTensorSliceMeta: name, shape, type and slices of every tensor. */
function readMetaV1(s: Source, entries: Map<string, Entry>): void {
  const { r } = s;
  const tensor = (end: number) => {
    let name = '';
    let type: TfType | null = null;
    let dims: readonly number[] = [];
    walk(r, message(r, end), {
      1: (e) => (name = text(r, e)),
      2: (e) => (dims = readShape(s, message(r, e)) ?? []),
      3: () => (type = typeOfCode(integer(r))),
    });
    entries.set(name, { type, dims, slices: [[]], data: bytesOf(new Uint8Array(0)) });
  };
  walk(r, r.size, { 1: (end) => walk(r, message(r, end), { 1: tensor }) });
}

function readDataV1(s: Source, entries: Map<string, Entry>, parts: Map<string, Part[]>): void {
  const { r } = s;
  walk(r, r.size, {
    2: (end) => {
      let name = '';
      let slice: Slice = [];
      let tensor: Tensor | null = null;
      walk(r, message(r, end), {
        1: (e) => (name = text(r, e)),
        2: (e) => (slice = readSlice(s, message(r, e))),
        3: (e) => {
          const to = message(r, e);
          const meta = entries.get(name);
          const dims = rangesOf(slice, meta?.dims ?? []).map(([, n]) => n);
          tensor = readTensorProto(s, to, { type: meta?.type ?? null, dims });
        },
      });
      const found = tensor as Tensor | null;
      if (!found) return;
      const entry: Entry = {
        type: entries.get(name)?.type ?? found.dtype,
        dims: found.dims,
        slices: [],
        data: found.data,
      };
      parts.set(name, [...(parts.get(name) ?? []), { slice, entry }]);
    },
  });
}
