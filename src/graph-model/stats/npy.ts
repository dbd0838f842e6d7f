/** A tensor as a NumPy .npy file (format version 1.0, or 2.0 for very long shapes). */
import { readBytes, type BlobLike } from '../core/bytes.ts';
import { elementCount, rawBytes, readTensor, type DenseTensor, type Tensor } from '../core/tensor.ts';
import type { DType } from '../core/types.ts';
import { numbersOf } from './numbers.ts';
import { checkLength } from './slice.ts';

/** NumPy's own types. What NumPy lacks is widened: bfloat16 and float8 to float32, 4- and 2-bit integers to 8 bits. */
const DESCR: Partial<Record<DType, string>> = {
  float: '<f4',
  double: '<f8',
  float16: '<f2',
  int8: '|i1',
  int16: '<i2',
  int32: '<i4',
  int64: '<i8',
  uint8: '|u1',
  uint16: '<u2',
  uint32: '<u4',
  uint64: '<u8',
  bool: '|b1',
  complex64: '<c8',
  complex128: '<c16',
};

export type NpyPart = Uint8Array | BlobLike;

/** The parts of the file, in order: the header, then the data, as a slice of the opened file where that is possible. */
export async function npyParts(tensor: Tensor, signal?: AbortSignal): Promise<NpyPart[]> {
  const descr = DESCR[tensor.dtype];
  const raw = tensor.storage === 'raw_data' || tensor.storage === 'external';
  if (!descr || !raw) return npyOfDense(await readTensor(tensor, signal));
  checkLength(tensor);
  const header = npyHeader(descr, tensor.dims);
  const { data } = tensor;
  if (data.kind === 'blob') return [header, data.blob.slice(data.begin, data.end)];
  return [header, await readBytes(data, signal)];
}

/** The same for a tensor in memory. */
export function npyOfDense(dense: DenseTensor): Uint8Array[] {
  const { dtype, dims } = dense;
  if (dtype === 'string') return stringParts(dense.values as readonly string[], dims);
  const descr = DESCR[dtype];
  if (descr) return [npyHeader(descr, dims), rawBytes(dense)];
  if (dtype.startsWith('int') || dtype.startsWith('uint')) {
    const values = dense.values as Int8Array;
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    return [npyHeader(dtype.startsWith('int') ? '|i1' : '|u1', dims), bytes];
  }
  const wide = Float32Array.from(numbersOf(dense));
  return [npyHeader('<f4', dims), new Uint8Array(wide.buffer)];
}

/** Strings as NumPy's fixed-width UTF-32. */
function stringParts(values: readonly string[], dims: readonly number[]): Uint8Array[] {
  const points = values.map((v) => Array.from(v, (c) => c.codePointAt(0)!));
  const width = points.reduce((most, p) => Math.max(most, p.length), 1);
  const out = new Uint32Array(width * elementCount(dims));
  points.forEach((p, i) => out.set(p, i * width));
  return [npyHeader(`<U${width}`, dims), new Uint8Array(out.buffer)];
}

function npyHeader(descr: string, dims: readonly number[]): Uint8Array {
  const shape = dims.length === 1 ? `${dims[0]},` : dims.join(', ');
  const text = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${shape}), }`;
  const wide = text.length + 11 > 65_535;
  const prefix = wide ? 12 : 10;
  const length = Math.ceil((prefix + text.length + 1) / 64) * 64 - prefix;
  const out = new Uint8Array(prefix + length).fill(0x20);
  out.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, wide ? 2 : 1, 0]);
  const view = new DataView(out.buffer);
  if (wide) view.setUint32(8, length, true);
  else view.setUint16(8, length, true);
  out.set(new TextEncoder().encode(text), prefix);
  out[out.length - 1] = 0x0a;
  return out;
}
