/** The flatbuffer of a TensorFlow Lite model, read into records; elements of tensors stay where they are in the file. */
import type { BlobLike, ByteSource } from '../../../graph-model/core/bytes.ts';
import { FlatTable } from '../../containers/flatbuffers/flat-table.ts';
import type { Failure } from '../../containers/failure.ts';
import type { Quantization } from '../quantization.ts';
import { ENUMS, OPERATORS, OPTIONS, OPTIONS_2 } from '../schema.generated.ts';
import { readOptions } from './options.ts';
import type { FileRecord, OperatorRecord, SignatureRecord, SubgraphRecord, TensorRecord } from './records.ts';
import { readSparsity } from './sparsity.ts';

/** Flatbuffers end here; what a larger file holds beyond is the data of buffers. */
const FLATBUFFER_LIMIT = 2 ** 31 - 1;

interface OperatorCode {
  readonly op: string;
  readonly custom: boolean;
  readonly version: number;
}

export async function readFlatFile(blob: BlobLike, failure: Failure, signal: AbortSignal): Promise<FileRecord> {
  const bytes = new Uint8Array(await blob.slice(0, Math.min(blob.size, FLATBUFFER_LIMIT)).arrayBuffer());
  signal.throwIfAborted();
  return new Reader(blob, failure).read(FlatTable.root(bytes, failure));
}

class Reader {
  private buffers: readonly (ByteSource | null)[] = [];
  private codes: readonly OperatorCode[] = [];

  constructor(
    private readonly blob: BlobLike,
    private readonly failure: Failure,
  ) {}

  read(root: FlatTable): FileRecord {
    this.buffers = root.tables(4).map((b, i) => this.buffer(b, i));
    this.codes = root.tables(1).map(operatorCode);
    const subgraphs = root.tables(2).map((s) => this.subgraph(s));
    const metadata = root.tables(6).flatMap((m) => {
      const data = this.buffers[m.uint(1, 0)];
      return data ? [[m.text(0) ?? '', data] as const] : [];
    });
    const signatures = root.tables(7).map((s) => this.signature(s, subgraphs));
    const [version, description] = [root.uint(0, 0), root.text(3) ?? ''];
    return { version, description, subgraphs, signatures, metadata: new Map(metadata) };
  }

  /** Bytes within the flatbuffer, or, of files beyond 2 GB, at an offset of the file. Offsets 0 and 1 mean none. */
  private buffer(b: FlatTable, index: number): ByteSource | null {
    const [offset, size] = [b.long(1, 0), b.long(2, 0)];
    if (offset > 1) return this.range(offset, offset + size, index);
    const span = b.span(0);
    return span === null || span.end === span.begin ? null : this.range(span.begin, span.end, index);
  }

  private range(begin: number, end: number, index: number): ByteSource {
    if (end < begin || end > this.blob.size)
      this.failure.truncated(`its buffer ${index} ends at byte ${end} of ${this.blob.size}`);
    return { kind: 'blob', blob: this.blob, begin, end };
  }

  private subgraph(s: FlatTable): SubgraphRecord {
    return {
      name: s.text(4) ?? '',
      tensors: s.tables(0).map((t) => this.tensor(t)),
      inputs: s.ints(1),
      outputs: s.ints(2),
      operators: s.tables(3).map((o) => this.operator(o)),
    };
  }

  private tensor(t: FlatTable): TensorRecord {
    const code = t.byte(1, 0);
    const name = t.text(3) ?? '';
    const type = ENUMS['TensorType']?.[code];
    if (type === undefined) return this.failure.damaged(`the tensor ${name}`, `it has the unknown type ${code}`);
    const at = t.uint(2, 0);
    if (at > 0 && at >= this.buffers.length)
      this.failure.damaged(`the tensor ${name}`, `its buffer ${at} is none of the ${this.buffers.length} in the file`);
    if (t.uint(10, 0) > 0) this.failure.refused(`the tensor ${name} lies in another file, which is not supported`);
    const signature = t.ints(7);
    const sparsity = t.table(6);
    return {
      ...{ name, type, shape: [...t.ints(0)], signature: signature.length > 0 ? [...signature] : null },
      ...{ hasRank: t.flag(8), isVariable: t.flag(5), quantization: this.quantization(t.table(4), name) },
      ...{ sparsity: sparsity && readSparsity(sparsity), data: this.buffers[at] ?? null },
    };
  }

  private quantization(q: FlatTable | null, name: string): Quantization | null {
    if (q === null) return null;
    if (q.ubyte(4, 0) !== 0) this.failure.refused(`the tensor ${name} is quantised in blocks, which is not supported`);
    const scale = [...q.floats(2)];
    const zeros = Array.from(q.longs(3), Number);
    if (scale.length === 0 || scale.every((s) => s === 0)) return null;
    return {
      scale,
      zeroPoint: zeros.length === scale.length ? zeros : scale.map(() => zeros[0] ?? 0),
      axis: q.int(6, 0),
    };
  }

  private operator(o: FlatTable): OperatorRecord {
    const code = this.codes[o.uint(0, 0)];
    if (!code) return this.failure.damaged('an operator', `its code ${o.uint(0, 0)} is none of the file's`);
    const [first, second] = [o.table(4), o.table(12)];
    const options = {
      ...(first ? readOptions(first, OPTIONS[o.ubyte(3, 0)] ?? '') : {}),
      ...(second ? readOptions(second, OPTIONS_2[o.ubyte(11, 0)] ?? '') : {}),
    };
    return { ...code, inputs: o.ints(1), outputs: o.ints(2), options, customOptions: o.ubytes(5) };
  }

  private signature(s: FlatTable, subgraphs: readonly SubgraphRecord[]): SignatureRecord {
    const key = s.text(2) ?? '';
    const subgraph = s.uint(4, 0);
    if (subgraph >= subgraphs.length)
      this.failure.damaged(`the signature ${key}`, `its subgraph ${subgraph} does not exist`);
    const names = (number: number) => s.tables(number).map((m) => [m.text(0) ?? '', m.uint(1, 0)] as const);
    return { key, subgraph, inputs: names(0), outputs: names(1) };
  }
}

/** Codes beyond 127 are in a second field, of which old files have none. */
function operatorCode(c: FlatTable): OperatorCode {
  const code = Math.max(c.byte(0, 0), c.int(3, 0));
  const custom = OPERATORS[code] === 'CUSTOM';
  const op = custom ? (c.text(1) ?? 'CUSTOM') : (OPERATORS[code] ?? `OPERATOR_${code}`);
  return { op, custom, version: c.int(2, 1) };
}

/** The strings of a tensor: their count, the places where they begin and end, and their UTF-8. */
export function unpackStringBuffer(bytes: Uint8Array, failure: Failure, name: string): string[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const damaged = (): never => failure.damaged(`the tensor ${name}`, 'its texts lead out of their buffer');
  const at = (i: number) => (4 * i + 4 <= bytes.length ? view.getInt32(4 * i, true) : damaged());
  const count = bytes.length < 4 ? 0 : at(0);
  if (count < 0 || 4 * (count + 2) > bytes.length) damaged();
  return Array.from({ length: count }, (_, i) => {
    const [begin, end] = [at(i + 1), at(i + 2)];
    if (begin < 0 || end < begin || end > bytes.length) damaged();
    return new TextDecoder().decode(bytes.subarray(begin, end));
  });
}
