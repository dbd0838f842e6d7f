/** TensorProto and SparseTensorProto: where the elements are, never the elements themselves (small ones apart). */
import { byteLength, bytesOf, type ByteSource } from '../../graph-model/core/bytes.ts';
import { denseByteLength, elementCount } from '../../graph-model/core/tensor.ts';
import type { ExternalData, SparseTensor, Tensor, TensorStorage } from '../../graph-model/core/tensor.ts';
import { dtypeInfo, dtypeOfCode, type DType } from '../../graph-model/core/types.ts';
import { FormatError } from '../../graph-model/diagnostics.ts';
import { FIXED32, FIXED64, LENGTH, VARINT, type WireReader } from '../containers/protobuf/wire-reader.ts';
import { SPARSE, TENSOR } from './fields.ts';
import { Carrier, concat, Extra, readEntry, readNameId, withExtra, type ReadContext } from './read-parts.ts';

/** Tensors up to this many bytes are kept in memory: shape inference wants small constants at once. */
export const INLINE_LIMIT = 4096;

const STORAGE: Readonly<Record<number, TensorStorage>> = {
  [TENSOR.floatData]: 'float_data',
  [TENSOR.int32Data]: 'int32_data',
  [TENSOR.stringData]: 'string_data',
  [TENSOR.int64Data]: 'int64_data',
  [TENSOR.rawData]: 'raw_data',
  [TENSOR.doubleData]: 'double_data',
  [TENSOR.uint64Data]: 'uint64_data',
};

/** A tensor and the number of its name (0 for none). */
export interface NamedTensor {
  readonly tensor: Tensor;
  readonly name: number;
}

/** The parts of a tensor as they are found. */
class TensorParts {
  readonly carrier = new Carrier();
  readonly external: [string, string][] = [];
  dims: number[] = [];
  dtype: DType = 'undefined';
  known = false;
  name = 0;
  isExternal = false;
  storage: TensorStorage | null = null;
  pieces: ByteSource[] = [];
  /** Elements in the data fields, where counting them is cheap; -1 where it is not. */
  count = 0;
}

/** A TensorProto that ends at `end`. Throws where its data cannot be of its dimensions. */
export function readTensorProto(c: ReadContext, end: number): NamedTensor {
  const begin = c.r.offset;
  const parts = new TensorParts();
  while (c.r.offset < end) readField(c, parts, end);
  c.r.close(end);
  return { tensor: finish(c, parts, begin), name: parts.name };
}

function readField(c: ReadContext, p: TensorParts, end: number): void {
  const { r } = c;
  const begin = r.offset;
  const field = r.tag();
  switch (field) {
    case TENSOR.dims:
      return readDims(r, p.dims, end);
    case TENSOR.dtype:
      return readElementType(r, p, begin);
    case TENSOR.name:
      p.name = readNameId(c, end);
      return p.name === 0 ? p.carrier.extra.keep(r, begin) : undefined;
    case TENSOR.doc:
      return p.carrier.readDoc(r, begin, end);
    case TENSOR.metadata:
      return p.carrier.readMetadata(r, begin, end);
    case TENSOR.external:
      return readExternalEntry(r, p, begin, end);
    case TENSOR.location:
      r.expect(VARINT);
      p.isExternal = r.int() === 1;
      return p.isExternal ? undefined : p.carrier.extra.keep(r, begin);
    default:
      return STORAGE[field] ? readData(c, p, field, end) : p.carrier.extra.keepField(r, begin, field, end);
  }
}

/** Repeated integers, packed or not. */
export function readDims(r: WireReader, dims: number[], outer: number): void {
  if (r.wire === VARINT) {
    dims.push(r.int());
    return;
  }
  r.expect(LENGTH);
  const end = r.length(outer);
  while (r.offset < end) dims.push(r.int());
  r.close(end);
}

function readElementType(r: WireReader, p: TensorParts, begin: number): void {
  r.expect(VARINT);
  const dtype = dtypeOfCode(r.int());
  p.known = dtype !== null && dtype !== 'undefined';
  if (!p.known) p.carrier.extra.keep(r, begin);
  p.dtype = dtype ?? 'undefined';
}

function readExternalEntry(r: WireReader, p: TensorParts, begin: number, end: number): void {
  const entry = readEntry(r, end);
  if (entry) p.external.push(entry);
  else p.carrier.extra.keep(r, begin);
}

function readData(c: ReadContext, p: TensorParts, field: number, outer: number): void {
  const { r } = c;
  const storage = STORAGE[field]!;
  const begin = r.offset;
  // Two data fields make no sense; the one that says something wins, raw data above all.
  if (p.storage !== null && p.storage !== storage) {
    r.fail('a tensor holds its elements in two ways');
  }
  p.storage = storage;
  if (storage === 'raw_data') {
    r.expect(LENGTH);
    p.pieces = [blobOrBytes(c, r.length(outer))];
  } else if (storage === 'string_data') readString(r, p, outer);
  else if (r.wire === LENGTH) p.pieces.push(blobOrBytes(c, r.length(outer), p, storage));
  else readUnpacked(r, p, storage, begin);
}

/** The payload up to `end`: a copy when small, a range of the file when large. */
function blobOrBytes(c: ReadContext, end: number, p?: TensorParts, storage?: TensorStorage): ByteSource {
  const { r } = c;
  const begin = r.offset;
  const at = r.payload(end);
  if (p && isVarints(storage!)) p.count = at < 0 || p.count < 0 ? -1 : p.count + countVarints(r.bytes, at, r.at);
  if (at >= 0 && end - begin <= INLINE_LIMIT) return bytesOf(c.pool.copy(r.bytes, at, r.at));
  return { kind: 'blob', blob: c.blob, begin, end };
}

function isVarints(storage: TensorStorage): boolean {
  return storage === 'int32_data' || storage === 'int64_data' || storage === 'uint64_data';
}

function countVarints(bytes: Uint8Array, begin: number, end: number): number {
  let count = 0;
  for (let i = begin; i < end; i++) if (bytes[i]! < 0x80) count++;
  return count;
}

/** One of string_data: kept with its length in front. */
function readString(r: WireReader, p: TensorParts, outer: number): void {
  r.expect(LENGTH);
  const begin = r.offset;
  r.skipTo(r.length(outer));
  p.pieces.push(bytesOf(r.copyFrom(begin)));
  p.count++;
}

/** One element of a repeated field that was not packed. */
function readUnpacked(r: WireReader, p: TensorParts, storage: TensorStorage, begin: number): void {
  const wire = storage === 'float_data' ? FIXED32 : storage === 'double_data' ? FIXED64 : VARINT;
  r.expect(wire);
  r.skip(0, r.size);
  p.pieces.push(bytesOf(r.copyFrom(begin)));
  p.count++;
}

function finish(c: ReadContext, p: TensorParts, offset: number): Tensor {
  const name = c.names.texts[p.name]!;
  checkDims(c, p, name, offset);
  const shared = { dtype: p.dtype, dims: p.dims, ...p.carrier.fields };
  if (p.isExternal) return { ...shared, ...externalData(c, p, name, offset) };
  const storage = p.storage ?? 'raw_data';
  const data = joined(c, p);
  if (p.known) checkData(c, p, storage, byteLength(data), offset);
  const external = p.external.length > 0 ? { external: p.external } : {};
  // No field at all: a list that is empty anyway, so that nothing is written back.
  const empty = p.storage === null ? emptyStorage(p.dtype) : storage;
  return { ...shared, storage: empty, data, ...external };
}

function emptyStorage(dtype: DType): TensorStorage {
  return dtype === 'string' ? 'string_data' : 'float_data';
}

function joined(c: ReadContext, p: TensorParts): ByteSource {
  if (p.pieces.length === 1) return p.pieces[0]!;
  const bytes = p.pieces.map((piece) => (piece.kind === 'bytes' ? piece.bytes : null));
  if (bytes.some((b) => b === null)) c.r.fail('a large tensor holds its elements in several pieces');
  return bytesOf(concat(bytes as Uint8Array[]));
}

function checkDims(c: ReadContext, p: TensorParts, tensor: string, offset: number): void {
  const bad = p.dims.find((d) => d < 0 || !Number.isSafeInteger(d));
  if (bad !== undefined) refuse(c, p, tensor, offset, `${bad} is no dimension`);
  if (!Number.isSafeInteger(elementCount(p.dims))) refuse(c, p, tensor, offset, 'no file can hold so many elements');
}

function refuse(c: ReadContext, p: TensorParts, tensor: string, offset: number, why: string): never {
  const type = dtypeInfo(p.dtype).label;
  const params = { tensor: tensor || '(unnamed)', type, dims: `[${p.dims.join(', ')}]`, why };
  throw new FormatError('onnx.bad-dims', params, { offset });
}

/** Holds the length of the data against the dimensions, without reading them. */
function checkData(c: ReadContext, p: TensorParts, storage: TensorStorage, bytes: number, offset: number): void {
  const name = c.names.texts[p.name]!;
  const wrong = (need: number, have: number, unit: string) =>
    refuse(c, p, name, offset, `they ask for ${need} ${unit}, and the data holds ${have}`);
  if (storage === 'raw_data' && p.storage !== null) {
    const need = denseByteLength(p.dtype, p.dims);
    if (need !== bytes || p.dtype === 'string') wrong(need, bytes, 'bytes');
    return;
  }
  const need = listLength(p.dtype, storage, elementCount(p.dims));
  const have = p.storage === null ? 0 : listEntries(p, storage, bytes);
  if (have >= 0 ? have !== need : need > bytes || need * 10 < bytes) wrong(need, Math.max(have, 0), 'elements');
}

/** Entries of a typed data field for a number of elements: complex ones take two, those under a byte share one. */
function listLength(dtype: DType, storage: TensorStorage, count: number): number {
  const { bits } = dtypeInfo(dtype);
  if (storage === 'int32_data' && bits < 8) return Math.ceil((count * bits) / 8);
  return dtype.startsWith('complex') ? 2 * count : count;
}

/** Entries that the field holds; -1 where they were not counted. */
function listEntries(p: TensorParts, storage: TensorStorage, bytes: number): number {
  if (storage === 'float_data') return bytes / 4;
  if (storage === 'double_data') return bytes / 8;
  return p.count;
}

function externalData(
  c: ReadContext,
  p: TensorParts,
  name: string,
  begin: number,
): { storage: TensorStorage; data: ByteSource; external: ExternalData } {
  const entry = (key: string) => p.external.find(([k]) => k === key)?.[1];
  const location = entry('location') ?? '';
  const offset = wholeNumber(entry('offset')) ?? 0;
  const expected = p.known && p.dtype !== 'string' ? denseByteLength(p.dtype, p.dims) : -1;
  const length = wholeNumber(entry('length')) ?? expected;
  if (expected >= 0 && length !== expected)
    refuse(c, p, name, begin, `they ask for ${expected} bytes, and ${length} of ${location} are named`);
  return { storage: 'external', data: c.external.source(name, location, offset, length), external: p.external };
}

function wholeNumber(text: string | undefined): number | null {
  return text !== undefined && /^\d{1,15}$/.test(text.trim()) ? Number(text) : null;
}

/** A SparseTensorProto that ends at `end`, and the number of its name, which is that of its values. */
export function readSparseTensor(c: ReadContext, end: number): { sparse: SparseTensor; name: number } {
  const { r } = c;
  const start = r.offset;
  const extra = new Extra();
  const dims: number[] = [];
  let values: NamedTensor | null = null;
  let indices: NamedTensor | null = null;
  while (r.offset < end) {
    const begin = r.offset;
    const field = r.tag();
    if (field === SPARSE.values && r.wire === LENGTH && !values) values = readTensorProto(c, r.length(end));
    else if (field === SPARSE.indices && r.wire === LENGTH && !indices) indices = readTensorProto(c, r.length(end));
    else if (field === SPARSE.dims) readDims(r, dims, end);
    else extra.keepField(r, begin, field, end);
  }
  r.close(end);
  if (!values || !indices) return r.fail(`the sparse tensor at byte ${start} lacks its values or its indices`);
  const sparse = { dims, values: withName(c, values), indices: withName(c, indices), ...withExtra(extra) };
  return { sparse, name: values.name };
}

/** The tensor with its name, for one whose name is not a value's. */
export function withName(c: ReadContext, { tensor, name }: NamedTensor): Tensor {
  return name === 0 ? tensor : { ...tensor, name: c.names.texts[name]! };
}
