/**
 * The weights of a TF.js model (tfjs-core, io/types.ts). The tensors of a group of the manifest follow one another in the
 * bytes of its shards, which break anywhere. Weights that lie in one shard as they are stay ranges of it; those that are
 * small, quantised, or lie across two shards, are made in memory.
 */
import { bytesOf, readBytes, type ByteSource } from '../../../graph-model/core/bytes.ts';
import { denseByteLength, elementCount, tensorOf, type Tensor } from '../../../graph-model/core/tensor.ts';
import { smallFloatDecoder } from '../../../graph-model/core/small-float.ts';
import type { DType } from '../../../graph-model/core/types.ts';
import { diagnostic, FormatError, type Diagnostic } from '../../../graph-model/diagnostics.ts';
import type { Failure } from '../failure.ts';
import type { JsonCursor } from '../json/json.ts';
import type { GivenFile } from './given-file.ts';

/** Weights up to this many bytes are kept in memory: loops and shape computations want small constants at once. */
const INLINE_LIMIT = 4096;

export interface ManifestInput {
  readonly main: GivenFile;
  readonly files: readonly GivenFile[];
  readonly failure: Failure;
  readonly signal: AbortSignal;
  report(d: Diagnostic): void;
}

const DTYPES: Readonly<Record<string, DType>> = {
  float32: 'float',
  float16: 'float16',
  int32: 'int32',
  bool: 'bool',
  uint8: 'uint8',
  int8: 'int8',
  int16: 'int16',
  uint16: 'uint16',
  int64: 'int64',
  complex64: 'complex64',
  string: 'string',
};

export async function readManifest(manifest: JsonCursor, input: ManifestInput): Promise<Map<string, Tensor>> {
  const out = new Map<string, Tensor>();
  for (const group of manifest.items()) {
    const paths = group.get('paths').texts();
    const reader = new GroupReader(paths, input);
    for (const entry of group.get('weights').items()) {
      input.signal.throwIfAborted();
      out.set(entry.get('name').text(), await reader.next(entry));
    }
    reader.reportMissing();
  }
  return out;
}

interface Shard {
  readonly path: string;
  readonly file: GivenFile | null;
}

interface Spec {
  readonly name: string;
  readonly dtype: DType;
  readonly dims: readonly number[];
  /** As the bytes are, where that is another type than the tensor's. */
  readonly packed: { readonly dtype: DType; readonly scale: number; readonly min: number } | null;
}

class GroupReader {
  private readonly shards: readonly Shard[];
  private at = 0;
  private readonly wanting = new Map<string, number>();

  constructor(
    paths: readonly string[],
    private readonly input: ManifestInput,
  ) {
    this.shards = paths.map((path) => ({ path: path.replace(/^\.\//, ''), file: fileAt(path, input) }));
  }

  reportMissing(): void {
    for (const [file, count] of this.wanting) this.input.report(diagnostic('file.missing', { file, count }));
  }

  async next(entry: JsonCursor): Promise<Tensor> {
    const spec = this.specOf(entry);
    if (spec.dtype === 'string') return this.strings(spec);
    const begin = this.at;
    this.at += denseByteLength(spec.packed?.dtype ?? spec.dtype, spec.dims);
    const source = await this.range(begin, this.at, spec);
    if (!spec.packed) return { dtype: spec.dtype, dims: spec.dims, storage: 'raw_data', data: await this.kept(source) };
    if (source.kind === 'missing') throw new FormatError('file.missing', { file: source.file, count: 1 });
    return tensorOf({
      dtype: spec.dtype,
      dims: spec.dims,
      values: unpacked(spec, await readBytes(source, this.input.signal)),
    });
  }

  private async kept(source: ByteSource): Promise<ByteSource> {
    if (source.kind !== 'blob' || source.end - source.begin > INLINE_LIMIT) return source;
    return bytesOf(await readBytes(source, this.input.signal));
  }

  private specOf(entry: JsonCursor): Spec {
    const name = entry.get('name').text();
    const dtype = DTYPES[entry.get('dtype').text()] ?? entry.fail(`its dtype is not one that TF.js has`);
    const dims = entry
      .get('shape')
      .items()
      .map((d) => d.count());
    if (!(elementCount(dims) <= 2 ** 40)) entry.fail('its shape is too large');
    const q = entry.maybe('quantization');
    if (!q) return { name, dtype, dims, packed: null };
    const packed = DTYPES[q.get('dtype').text()];
    if (packed !== 'uint8' && packed !== 'uint16' && packed !== 'float16')
      return q.fail('its dtype is not one that TF.js packs');
    const of = (key: string, otherwise: number) => q.maybe(key)?.number() ?? otherwise;
    return { name, dtype, dims, packed: { dtype: packed, scale: of('scale', 1), min: of('min', 0) } };
  }

  /** Bytes of the group, from the shard that they lie in, or joined from several. */
  private async range(begin: number, end: number, spec: Spec): Promise<ByteSource> {
    const parts: ByteSource[] = [];
    let from = 0;
    for (const [index, shard] of this.shards.entries()) {
      if (parts.length > 0 && from >= end) break;
      const size = shard.file?.blob.size ?? this.sizeOf(index, from);
      const [a, b] = [Math.max(begin, from), Math.min(end, from + size)];
      if (a < b || (begin === end && begin >= from && begin <= from + size))
        parts.push(this.part(shard, a - from, b - from));
      from += size;
    }
    const missing = parts.find((p) => p.kind === 'missing');
    if (missing && parts.length === 1) return missing;
    if (missing) throw new FormatError('file.missing', { file: (missing as { file: string }).file, count: 1 });
    return this.joined(parts, end - begin, spec);
  }

  private async joined(parts: readonly ByteSource[], length: number, spec: Spec): Promise<ByteSource> {
    const have = parts.reduce((sum, p) => sum + (p.kind === 'blob' ? p.end - p.begin : 0), 0);
    if (have !== length)
      this.input.failure.truncated(`the weight ${spec.name} ends beyond ${this.shards.map((s) => s.path).join(', ')}`);
    if (parts.length === 1) return parts[0]!;
    const bytes = new Uint8Array(length);
    let at = 0;
    for (const part of parts) {
      const piece = await readBytes(part, this.input.signal);
      bytes.set(piece, at);
      at += piece.length;
    }
    return bytesOf(bytes);
  }

  /** Shards are of one size but for the last; one that is missing is as long as those that are there, or without end. */
  private sizeOf(index: number, from: number): number {
    const given = this.shards.slice(0, -1).find((s) => s.file);
    return index < this.shards.length - 1 && given ? given.file!.blob.size : Number.MAX_SAFE_INTEGER - from;
  }

  private part(shard: Shard, begin: number, end: number): ByteSource {
    if (shard.file) return { kind: 'blob', blob: shard.file.blob, begin, end };
    this.wanting.set(shard.path, (this.wanting.get(shard.path) ?? 0) + 1);
    return { kind: 'missing', file: shard.path, begin, end };
  }

  /** Each text is its length (32 bits) and its UTF-8. */
  private async strings(spec: Spec): Promise<Tensor> {
    const count = elementCount(spec.dims);
    const values: string[] = [];
    for (let i = 0; i < count; i++) {
      const head = await this.bytes(4, spec);
      const length = new DataView(head.buffer, head.byteOffset).getUint32(0, true);
      values.push(new TextDecoder().decode(await this.bytes(length, spec)));
    }
    return tensorOf({ dtype: 'string', dims: spec.dims, values });
  }

  private async bytes(length: number, spec: Spec): Promise<Uint8Array> {
    this.at += length;
    const source = await this.range(this.at - length, this.at, spec);
    if (source.kind === 'missing') throw new FormatError('file.missing', { file: source.file, count: 1 });
    return readBytes(source, this.input.signal);
  }
}

/** uint8 and uint16 stand for `min + scale · stored`; float16 for itself. */
function unpacked(spec: Spec, bytes: Uint8Array): Float32Array | Int32Array {
  const { dtype, scale, min } = spec.packed!;
  const copy = bytes.slice().buffer;
  const stored = dtype === 'uint8' ? new Uint8Array(copy) : new Uint16Array(copy);
  const half = dtype === 'float16' ? smallFloatDecoder('float16')! : null;
  if (spec.dtype === 'int32') return Int32Array.from(stored, (v) => Math.round(v * scale + min));
  return Float32Array.from(stored, half ?? ((v) => v * scale + min));
}

/** By its path beside the model, else by its name alone. */
function fileAt(path: string, { main, files }: ManifestInput): GivenFile | null {
  const plain = path.replace(/^\.\//, '');
  const folder = main.path.slice(0, main.path.length - main.name.length);
  const name = plain.slice(plain.lastIndexOf('/') + 1);
  return files.find((f) => f.path === folder + plain) ?? files.find((f) => f !== main && f.name === name) ?? null;
}
