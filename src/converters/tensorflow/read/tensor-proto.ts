/** TensorProto: where the elements are, and the elements themselves where they are few or repeated. */
import { bytesOf, type ByteSource } from '../../../graph-model/core/bytes.ts';
import {
  denseByteLength,
  elementArray,
  elementCount,
  packStrings,
  rawBytes,
  type Elements,
  type Tensor,
  type TensorStorage,
} from '../../../graph-model/core/tensor.ts';
import type { DType } from '../../../graph-model/core/types.ts';
import { FIXED32, FIXED64, LENGTH, VARINT } from '../../containers/protobuf/wire-reader.ts';
import { storedType, typeOfCode } from './dtype.ts';
import { DIM, SHAPE, TENSOR } from './fields.ts';
import type { TfShape, TfType } from './records.ts';
import { integer, message, walk, type Source } from './walk.ts';

/** Tensors up to this many bytes are kept in memory: shape computations want small constants at once. */
const INLINE_LIMIT = 4096;
/** A tensor of one repeated value is written out; a file of a few bytes must not ask for more than this. */
const SPLAT_LIMIT = 256 * 1024 * 1024;

/** TensorShapeProto that ends at `end`. */
export function readShape({ r }: Source, end: number): TfShape {
  const dims: number[] = [];
  let unknown = false;
  walk(r, end, {
    [SHAPE.dim]: (e) => {
      let size = 0;
      walk(r, message(r, e), { [DIM.size]: () => (size = integer(r)) });
      dims.push(size);
    },
    [SHAPE.unknownRank]: () => (unknown = integer(r) !== 0),
  });
  return unknown ? null : dims;
}

interface Parts {
  type: TfType | null;
  dims: TfShape;
  content: ByteSource | null;
  /** Elements of the typed fields, in the order of the file. */
  numbers: (number | bigint)[];
  /** A packed list of floats or doubles as raw bytes, where it is the only piece. */
  packed: { source: ByteSource; storage: TensorStorage; width: number } | null;
  strings: Uint8Array[];
}

/** Type and dims of a tensor, where they stand elsewhere. */
export interface KnownType {
  readonly type: TfType | null;
  readonly dims: readonly number[];
}

/** null: a handle, or another type that holds no elements. Throws where the data cannot be of its dimensions. */
export function readTensorProto(s: Source, end: number, known?: KnownType): Tensor | null {
  const { r } = s;
  const p: Parts = { type: null, dims: [], content: null, numbers: [], packed: null, strings: [] };
  const varints = (e: number) => readList(s, p, e, VARINT);
  const floats = (e: number) => readList(s, p, e, FIXED32);
  const doubles = (e: number) => readList(s, p, e, FIXED64);
  walk(r, end, {
    [TENSOR.dtype]: () => (p.type = typeOfCode(integer(r))),
    [TENSOR.shape]: (e) => (p.dims = readShape(s, message(r, e))),
    [TENSOR.content]: (e) => (p.content = payload(s, message(r, e))),
    [TENSOR.float]: floats,
    [TENSOR.complex]: floats,
    [TENSOR.double]: doubles,
    [TENSOR.doubleComplex]: doubles,
    [TENSOR.int]: varints,
    [TENSOR.int64]: varints,
    [TENSOR.bool]: varints,
    [TENSOR.half]: varints,
    [TENSOR.uint32]: varints,
    [TENSOR.uint64]: varints,
    [TENSOR.float8]: (e) => (p.content = payload(s, message(r, e))),
    [TENSOR.string]: (e) => readString(s, p, e),
  });
  const type = known?.type ?? p.type;
  const dtype = type === null ? null : storedType(type);
  if (dtype === null) return null;
  const dims = known?.dims ?? p.dims ?? [];
  if (dims.some((d) => d < 0)) r.fail('a tensor has a negative dimension');
  return { dtype, dims, ...dataOf(s, p, dtype, dims) };
}

function payload({ r, blob }: Source, end: number): ByteSource {
  const begin = r.offset;
  const at = r.payload(end);
  if (at >= 0 && end - begin <= INLINE_LIMIT) return bytesOf(r.bytes.slice(at, r.at));
  return { kind: 'blob', blob, begin, end };
}

/** A repeated number, packed or not. */
function readList(s: Source, p: Parts, outer: number, wire: number): void {
  const { r } = s;
  if (r.wire !== LENGTH) {
    r.expect(wire);
    p.numbers.push(one(s, wire));
    return;
  }
  const end = r.length(outer);
  const begin = r.offset;
  const length = end - begin;
  if (wire !== VARINT && length > INLINE_LIMIT && p.packed === null && p.numbers.length === 0) {
    p.packed = { source: payload(s, end), storage: 'raw_data', width: length };
    return;
  }
  if (r.payload(end) < 0) r.fail('a list of elements is too long to be repeated');
  r.seek(begin);
  while (r.offset < end) p.numbers.push(one(s, wire));
  r.close(end);
}

function one({ r }: Source, wire: number): number | bigint {
  if (wire === VARINT) return r.bigint();
  const view = new DataView(r.bytes.buffer, r.bytes.byteOffset + r.at);
  const width = wire === FIXED32 ? 4 : 8;
  if (view.byteLength < width) r.fail('a number is cut off');
  r.at += width;
  return wire === FIXED32 ? view.getFloat32(0, true) : view.getFloat64(0, true);
}

function readString({ r }: Source, p: Parts, outer: number): void {
  const end = message(r, outer);
  const at = r.payload(end);
  if (at < 0) r.fail('a string is longer than 4 KB');
  p.strings.push(r.bytes.slice(at, r.at));
}

type Data = Pick<Tensor, 'storage' | 'data'>;

function dataOf(s: Source, p: Parts, dtype: DType, dims: readonly number[]): Data {
  const { r } = s;
  const count = elementCount(dims);
  if (dtype === 'string') return stringData(s, p, count);
  const want = denseByteLength(dtype, dims);
  const raw = p.content ?? p.packed?.source ?? null;
  if (raw !== null) {
    const have = raw.kind === 'bytes' ? raw.bytes.length : raw.kind === 'blob' ? raw.end - raw.begin : 0;
    if (have !== want) r.fail(`a tensor of ${want} bytes holds ${have}`);
    return { storage: 'raw_data', data: raw };
  }
  return { storage: 'raw_data', data: bytesOf(repeated(s, p.numbers, dtype, count, want)) };
}

/** The elements written out: the last one given stands for all that are left out. */
function repeated(
  s: Source,
  given: readonly (number | bigint)[],
  dtype: DType,
  count: number,
  want: number,
): Uint8Array {
  const width = dtype.startsWith('complex') ? 2 : 1;
  if (given.length > count * width) s.r.fail(`a tensor of ${count} elements holds ${given.length}`);
  if (want > SPLAT_LIMIT) s.r.fail(`a repeated value asks for ${want} bytes`);
  const values = elementArray(dtype, count);
  const put = setterOf(values, dtype);
  const last = Math.max(0, given.length - width);
  for (let i = 0; i < count * width; i++) {
    const v = i < given.length ? given[i] : given[last + (i % width)];
    if (typeof v === 'number' && dtype.endsWith('int64') && !Number.isInteger(v))
      s.r.fail(`an element of ${dtype} is ${v}`);
    if (v !== undefined) put(i, v);
  }
  return rawBytes({ dtype, dims: [count], values });
}

function setterOf(values: Elements, dtype: DType): (i: number, v: number | bigint) => void {
  if (dtype === 'int64') return (i, v) => ((values as BigInt64Array)[i] = BigInt.asIntN(64, BigInt(v)));
  if (dtype === 'uint64') return (i, v) => ((values as BigUint64Array)[i] = BigInt.asUintN(64, BigInt(v)));
  const list = values as Float32Array;
  return (i, v) => (list[i] = typeof v === 'bigint' ? Number(BigInt.asIntN(64, v)) : v);
}

const utf8 = new TextDecoder();

function stringData(s: Source, p: Parts, count: number): Data {
  const { strings } = p;
  if (strings.length > count) s.r.fail(`a tensor of ${count} strings holds ${strings.length}`);
  const last = strings.length > 0 ? utf8.decode(strings[strings.length - 1]) : '';
  if (count > 1_000_000 + strings.length) s.r.fail(`a repeated string asks for ${count} copies`);
  const all = Array.from({ length: count }, (_, i) => (i < strings.length ? utf8.decode(strings[i]) : last));
  return { storage: 'string_data', data: bytesOf(packStrings(all)) };
}
