/** TypeProto. */
import { dtypeInfo, type Dim, type DType, type TensorType, type ValueType } from '../../graph-model/core/types.ts';
import { Interner } from '../containers/protobuf/interner.ts';
import { WireReader } from '../containers/protobuf/wire-reader.ts';
import type { WireWriter } from '../containers/protobuf/wire-writer.ts';
import { BESIDE, DIM, TENSOR_TYPE, TYPE } from './fields.ts';
import { readShape } from './read-type.ts';
import { writeExtra, writeText } from './write-parts.ts';

/** A type as a message field; null writes an empty TypeProto. */
export function writeType(w: WireWriter, field: number, type: ValueType | null): void {
  w.message(field, () => {
    if (type === null) return;
    const { within, beside } = splitExtra(type.extra);
    writeExtra(w, beside);
    writeKind(w, type, within);
    writeText(w, TYPE.denotation, type.denotation);
  });
}

function writeKind(w: WireWriter, type: ValueType, extra: Uint8Array | undefined): void {
  switch (type.kind) {
    case 'tensor':
    case 'sparse_tensor':
      return w.message(type.kind === 'tensor' ? TYPE.tensor : TYPE.sparse, () => writeTensorType(w, type, extra));
    case 'sequence':
    case 'optional':
      return w.message(type.kind === 'sequence' ? TYPE.sequence : TYPE.optional, () => {
        writeExtra(w, extra);
        if (type.element !== null) writeType(w, 1, type.element);
      });
    case 'map':
      return w.message(TYPE.map, () => {
        writeExtra(w, extra);
        writeDtype(w, 1, type.key);
        if (type.value !== null) writeType(w, 2, type.value);
      });
    case 'opaque':
      return w.message(TYPE.opaque, () => {
        writeExtra(w, extra);
        writeText(w, 1, type.domain);
        writeText(w, 2, type.name);
      });
  }
}

function writeDtype(w: WireWriter, field: number, dtype: DType): void {
  if (dtype !== 'undefined') w.int(field, dtypeInfo(dtype).code);
}

function writeTensorType(w: WireWriter, type: TensorType, extra: Uint8Array | undefined): void {
  const { kept, shape } = splitShape(extra);
  writeExtra(w, kept);
  writeDtype(w, TENSOR_TYPE.element, type.dtype);
  // The carried shape says more than the record can, as long as no edit made it say something else.
  if (shape && saysTheSame(shape, type)) w.raw(shape);
  else if (type.shape !== null) writeShape(w, type.shape, type.dimDenotations);
}

function writeShape(
  w: WireWriter,
  shape: readonly Dim[],
  denotations: readonly (string | undefined)[] | undefined,
): void {
  w.message(TENSOR_TYPE.shape, () => {
    shape.forEach((dim, i) =>
      w.message(1, () => {
        if (typeof dim === 'number') w.int(DIM.value, dim);
        else if (dim !== null) w.string(DIM.param, dim);
        writeText(w, DIM.denotation, denotations?.[i]);
      }),
    );
  });
}

/** One wire field of carried bytes. */
interface Piece {
  readonly field: number;
  readonly bytes: Uint8Array;
  /** Index of the payload, for length-delimited fields. */
  readonly payload: number;
}

function pieces(extra: Uint8Array): Piece[] {
  const r = new WireReader('', extra, extra.length);
  const out: Piece[] = [];
  while (r.offset < r.size) {
    const begin = r.offset;
    const field = r.tag();
    const before = r.offset;
    const payload = r.wire === 2 ? (r.length(r.size), r.offset - begin) : 0;
    r.seek(before);
    r.skip(field, r.size);
    out.push({ field, bytes: extra.subarray(begin, r.offset), payload });
  }
  return out;
}

function splitExtra(extra: Uint8Array | undefined): { within?: Uint8Array; beside?: Uint8Array } {
  if (!extra) return {};
  const wrapper = pieces(extra).find((p) => p.field === BESIDE);
  if (!wrapper) return { within: extra };
  return {
    within: extra.subarray(0, extra.length - wrapper.bytes.length),
    beside: wrapper.bytes.subarray(wrapper.payload),
  };
}

function splitShape(extra: Uint8Array | undefined): { kept?: Uint8Array; shape?: Uint8Array } {
  if (!extra) return {};
  const all = pieces(extra);
  const shape = all.find((p) => p.field === TENSOR_TYPE.shape)?.bytes;
  if (!shape) return { kept: extra };
  const rest = all.filter((p) => p.bytes !== shape);
  const kept = new Uint8Array(rest.reduce((sum, p) => sum + p.bytes.length, 0));
  rest.reduce((at, p) => (kept.set(p.bytes, at), at + p.bytes.length), 0);
  return { kept, shape };
}

function saysTheSame(bytes: Uint8Array, type: TensorType): boolean {
  const r = new WireReader('', bytes, bytes.length);
  r.tag();
  const { shape } = readShape({ r, names: new Interner(bytes) }, bytes.length);
  return type.shape !== null && shape.length === type.shape.length && shape.every((d, i) => d === type.shape![i]);
}
