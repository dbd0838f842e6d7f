/** The other direction of tensor.ts: elements in memory to the bytes of one of TensorProto's storage fields. */
import { rawBytes, packStrings, type DenseTensor, type Elements, type TensorStorage } from './tensor.ts';
import { dtypeInfo, type DType } from './types.ts';

/** The typed field that TensorProto has for a dtype (onnx.proto, "TensorProto"). */
export function typedStorage(dtype: DType): TensorStorage {
  switch (dtype) {
    case 'float':
    case 'complex64':
      return 'float_data';
    case 'double':
    case 'complex128':
      return 'double_data';
    case 'int64':
      return 'int64_data';
    case 'uint32':
    case 'uint64':
      return 'uint64_data';
    case 'string':
      return 'string_data';
    default:
      return 'int32_data';
  }
}

/** The bytes of `dense` as `storage` holds them. Throws a RangeError where that field cannot hold the dtype. */
export function encodeElements(dense: DenseTensor, storage: TensorStorage): Uint8Array {
  if (storage === 'raw_data' || storage === 'external') return rawBytes(dense);
  if (storage !== typedStorage(dense.dtype)) throw new RangeError(`${storage} cannot hold ${dense.dtype}.`);
  if (storage === 'string_data') return packStrings(dense.values as readonly string[]);
  if (storage === 'float_data' || storage === 'double_data') return rawBytes(dense);
  return packVarints(storage === 'int32_data' ? int32Words(dense) : (dense.values as Integers));
}

type Integers = Exclude<Elements, readonly string[]>;

/** 4- and 2-bit elements go several to a word, packed as in raw form. */
function int32Words(dense: DenseTensor): Integers {
  return dtypeInfo(dense.dtype).bits < 8 ? rawBytes(dense) : (dense.values as Integers);
}

/** Protobuf varints; negative numbers are sign-extended to 64 bits, so take ten bytes. */
function packVarints(values: Integers): Uint8Array {
  let out = new Uint8Array(values.length * 2 + 16);
  let at = 0;
  for (let i = 0; i < values.length; i++) {
    if (at + 10 > out.length) out = grown(out);
    at = putVarint(out, at, values[i]!);
  }
  return out.slice(0, at);
}

function grown(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const next = new Uint8Array(bytes.length * 2);
  next.set(bytes);
  return next;
}

function putVarint(out: Uint8Array, at: number, value: number | bigint): number {
  if (value < 0 || value > 0x7fffffff) return putBig(out, at, BigInt.asUintN(64, BigInt(value)));
  let n = Number(value);
  for (; n >= 0x80; n >>>= 7) out[at++] = (n & 0x7f) | 0x80;
  out[at++] = n;
  return at;
}

function putBig(out: Uint8Array, at: number, value: bigint): number {
  let n = value;
  for (; n >= 0x80n; n >>= 7n) out[at++] = Number(n & 0x7fn) | 0x80;
  out[at++] = Number(n);
  return at;
}
