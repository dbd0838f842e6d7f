/**
 * Tensors: element type, dimensions and a place where the bytes are. Shape and size are answered without reading;
 * reading is a separate, awaited act that gives a {@link DenseTensor}.
 */
import { byteLength, bytesAtHand, bytesOf, readBytes, type ByteSource } from './bytes.ts';
import type { Carried } from './ids.ts';
import { smallFloatDecoder } from './small-float.ts';
import { dtypeInfo, type DType } from './types.ts';

/** Which field of TensorProto holds the elements; the writer uses the same one. */
export type TensorStorage =
  'raw_data' | 'float_data' | 'int32_data' | 'int64_data' | 'double_data' | 'uint64_data' | 'string_data' | 'external';

/** external_data as the file has it: key and value, in order (`location`, `offset`, `length`, `checksum` …). */
export type ExternalData = readonly (readonly [string, string])[];

export interface Tensor extends Carried {
  readonly dtype: DType;
  readonly dims: readonly number[];
  readonly storage: TensorStorage;
  /**
   * The elements as the storage field has them: little-endian for `raw_data`, `external`, `float_data` and `double_data`;
   * varints for `int32_data`, `int64_data` and `uint64_data`; a varint length and the bytes for each of `string_data`.
   */
  readonly data: ByteSource;
  readonly external?: ExternalData;
  /** TensorProto.name where it is not the value's own (an attribute's tensor). */
  readonly name?: string;
}

export interface SparseTensor {
  readonly dims: readonly number[];
  /** The non-zero elements, [nnz]; its name is the name of the whole. */
  readonly values: Tensor;
  /** int64: [nnz] linear, or [nnz, rank]. */
  readonly indices: Tensor;
  readonly extra?: Uint8Array;
}

export type Elements =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array
  | readonly string[];

/**
 * A tensor in memory, C order. 4- and 2-bit elements are unpacked to one byte each. float16, bfloat16, float8 and
 * float4 keep their bit patterns (see {@link toNumbers}); complex numbers are pairs.
 */
export interface DenseTensor {
  readonly dtype: DType;
  readonly dims: readonly number[];
  readonly values: Elements;
}

export function elementCount(dims: readonly number[]): number {
  let count = 1;
  for (const d of dims) count *= d;
  return count;
}

/** Bytes of a dense tensor in raw form; 0 for strings. */
export function denseByteLength(dtype: DType, dims: readonly number[]): number {
  return Math.ceil((elementCount(dims) * dtypeInfo(dtype).bits) / 8);
}

/** Bytes that a tensor takes in its file. */
export function storedByteLength(tensor: Tensor): number {
  return byteLength(tensor.data);
}

/** A tensor in `raw_data` (`string_data` for strings) form from elements in memory. */
export function tensorOf(dense: DenseTensor, name?: string): Tensor {
  const named = name === undefined ? {} : { name };
  const { dtype, dims } = dense;
  if (dtype === 'string') {
    return {
      dtype,
      dims,
      storage: 'string_data',
      data: bytesOf(packStrings(dense.values as readonly string[])),
      ...named,
    };
  }
  return { dtype, dims, storage: 'raw_data', data: bytesOf(rawBytes(dense)), ...named };
}

export const int64Tensor = (values: Iterable<number | bigint>, dims?: readonly number[]): Tensor => {
  const list = BigInt64Array.from(Array.from(values, BigInt));
  return tensorOf({ dtype: 'int64', dims: dims ?? [list.length], values: list });
};
export const floatTensor = (values: Iterable<number>, dims?: readonly number[]): Tensor => {
  const list = Float32Array.from(values);
  return tensorOf({ dtype: 'float', dims: dims ?? [list.length], values: list });
};

/** Reads the elements. Throws MissingFileError, or a RangeError when data and dimensions do not agree. */
export async function readTensor(tensor: Tensor, signal?: AbortSignal): Promise<DenseTensor> {
  return decodeTensor(tensor, await readBytes(tensor.data, signal));
}

/** The elements when their bytes are in memory already, else null. */
export function tensorAtHand(tensor: Tensor): DenseTensor | null {
  const bytes = bytesAtHand(tensor.data);
  return bytes === null ? null : decodeTensor(tensor, bytes);
}

/** Elements from the bytes of a tensor's storage field. */
export function decodeTensor(tensor: Tensor, bytes: Uint8Array): DenseTensor {
  const { dtype, dims } = tensor;
  const count = elementCount(dims);
  const values = decodeElements(tensor, bytes, dtype.startsWith('complex') ? 2 * count : count);
  return { dtype, dims, values };
}

function decodeElements(tensor: Tensor, bytes: Uint8Array, count: number): Elements {
  switch (tensor.storage) {
    case 'raw_data':
    case 'external':
      return rawElements(tensor.dtype, bytes, count);
    case 'float_data':
      return exactly(new Float32Array(aligned(bytes, 4)), count);
    case 'double_data':
      return exactly(new Float64Array(aligned(bytes, 8)), count);
    case 'int64_data':
      return exactly(
        BigInt64Array.from(varints(bytes), (v) => BigInt.asIntN(64, v)),
        count,
      );
    case 'uint64_data':
      return tensor.dtype === 'uint32'
        ? exactly(Uint32Array.from(varints(bytes), Number), count)
        : exactly(BigUint64Array.from(varints(bytes)), count);
    case 'string_data':
      return exactly(unpackStrings(bytes), count);
    case 'int32_data':
      return int32Elements(tensor.dtype, bytes, count);
  }
}

/** int32_data holds one element an entry, but packed bytes for the 4- and 2-bit types; float16 as its bit pattern. */
function int32Elements(dtype: DType, bytes: Uint8Array, count: number): Elements {
  const words = Int32Array.from(varints(bytes), (v) => Number(BigInt.asIntN(32, v)));
  if (dtypeInfo(dtype).bits < 8) return unpackBits(dtype, Uint8Array.from(words), count);
  return exactly((emptyElements(dtype).constructor as Int32ArrayConstructor).from(words), count);
}

function rawElements(dtype: DType, bytes: Uint8Array, count: number): Elements {
  const { bits } = dtypeInfo(dtype);
  if (bits === 0) throw new RangeError(`A tensor of ${dtype} cannot be held as raw bytes.`);
  if (bits < 8) return unpackBits(dtype, bytes, count);
  const make = emptyElements(dtype).constructor as { new (b: ArrayBuffer): Elements };
  const width = (emptyElements(dtype) as Uint8Array).BYTES_PER_ELEMENT;
  return exactly(new make(aligned(bytes, width)), count);
}

/** An empty array of the element container of a dtype. */
export function emptyElements(dtype: DType): Elements {
  return elementArray(dtype, 0);
}

/** A zero-filled container for `count` elements (complex: pairs, so twice as long). */
export function elementArray(dtype: DType, count: number): Elements {
  switch (dtype) {
    case 'float':
      return new Float32Array(count);
    case 'double':
      return new Float64Array(count);
    case 'complex64':
      return new Float32Array(2 * count);
    case 'complex128':
      return new Float64Array(2 * count);
    case 'int8':
    case 'int4':
    case 'int2':
      return new Int8Array(count);
    case 'int16':
      return new Int16Array(count);
    case 'uint16':
    case 'float16':
    case 'bfloat16':
      return new Uint16Array(count);
    case 'int32':
      return new Int32Array(count);
    case 'uint32':
      return new Uint32Array(count);
    case 'int64':
      return new BigInt64Array(count);
    case 'uint64':
      return new BigUint64Array(count);
    case 'string':
      return new Array<string>(count).fill('');
    default:
      return new Uint8Array(count);
  }
}

/** Raw little-endian bytes of a dense tensor, sub-byte types packed. Strings have none. */
export function rawBytes(dense: DenseTensor): Uint8Array {
  if (Array.isArray(dense.values)) throw new RangeError('Strings have no raw form.');
  const values = dense.values as Exclude<Elements, readonly string[]>;
  const { bits } = dtypeInfo(dense.dtype);
  if (bits >= 8) return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return packBits(values as Uint8Array | Int8Array, bits);
}

function packBits(values: Uint8Array | Int8Array, bits: number): Uint8Array {
  const out = new Uint8Array(Math.ceil((values.length * bits) / 8));
  const perByte = 8 / bits;
  const mask = (1 << bits) - 1;
  for (let i = 0; i < values.length; i++) out[(i / perByte) | 0]! |= (values[i]! & mask) << ((i % perByte) * bits);
  return out;
}

function unpackBits(dtype: DType, bytes: Uint8Array, count: number): Elements {
  const { bits } = dtypeInfo(dtype);
  if (bytes.byteLength !== Math.ceil((count * bits) / 8))
    throw mismatch(Math.floor((bytes.byteLength * 8) / bits), count);
  const perByte = 8 / bits;
  const mask = (1 << bits) - 1;
  const signed = dtype === 'int4' || dtype === 'int2';
  const out = signed ? new Int8Array(count) : new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    const v = (bytes[(i / perByte) | 0]! >> ((i % perByte) * bits)) & mask;
    out[i] = signed && v > mask >> 1 ? v - mask - 1 : v;
  }
  return out;
}

/** The bytes in a buffer of their own that a typed array of `width` can view, whole elements only. */
function aligned(bytes: Uint8Array, width: number): ArrayBuffer {
  if (bytes.byteLength % width !== 0)
    throw new RangeError(`${bytes.byteLength} bytes do not divide into elements of ${width} bytes.`);
  return bytes.slice().buffer as ArrayBuffer;
}

function exactly<E extends Elements>(values: E, count: number): E {
  if (values.length !== count) throw mismatch(values.length, count);
  return values;
}

function mismatch(have: number, want: number): RangeError {
  return new RangeError(`The dimensions ask for ${want} elements and the data holds ${have}.`);
}

function* varints(bytes: Uint8Array): IterableIterator<bigint> {
  let value = 0n;
  let shift = 0n;
  for (const byte of bytes) {
    value |= BigInt(byte & 0x7f) << shift;
    if (byte < 0x80) {
      yield BigInt.asUintN(64, value);
      value = 0n;
      shift = 0n;
    } else shift += 7n;
  }
}

const utf8 = new TextDecoder();

function unpackStrings(bytes: Uint8Array): string[] {
  const out: string[] = [];
  for (let at = 0; at < bytes.length;) {
    let length = 0;
    let scale = 1;
    for (; bytes[at]! >= 0x80; at++, scale *= 128) length += (bytes[at]! & 0x7f) * scale;
    length += bytes[at++]! * scale;
    out.push(utf8.decode(bytes.subarray(at, at + length)));
    at += length;
  }
  return out;
}

/** `string_data`: for each string a varint length and its UTF-8 bytes. */
export function packStrings(strings: readonly string[]): Uint8Array {
  const out: number[] = [];
  for (const s of strings) {
    const bytes = new TextEncoder().encode(s);
    let n = bytes.length;
    for (; n >= 0x80; n = Math.floor(n / 128)) out.push((n % 128) | 0x80);
    out.push(n);
    for (const b of bytes) out.push(b);
  }
  return Uint8Array.from(out);
}

/** The elements as JavaScript numbers (64-bit integers rounded, complex as pairs); NaN for strings. */
export function toNumbers(dense: DenseTensor): Float64Array | Float32Array {
  const { dtype, values } = dense;
  if (values instanceof Float32Array || values instanceof Float64Array) return values;
  const decode = dtype === 'string' ? () => NaN : smallFloatDecoder(dtype);
  const out = new Float64Array(values.length);
  for (let i = 0; i < out.length; i++) out[i] = decode ? decode(values[i] as number) : Number(values[i]);
  return out;
}
