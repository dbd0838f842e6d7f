/** Reading a part of a tensor: what makes a 10 GB weight readable a screenful at a time. */
import { byteLength, readBytes, sliceBytes } from '../core/bytes.ts';
import {
  decodeTensor,
  elementCount,
  readTensor,
  type DenseTensor,
  type Elements,
  type Tensor,
} from '../core/tensor.ts';
import { dtypeInfo } from '../core/types.ts';

/**
 * Bits that one element takes in the file, where every element takes the same, so that a range of elements is a range of
 * bytes; null for varints and strings, which can only be read from the start.
 */
export function elementBits(tensor: Tensor): number | null {
  switch (tensor.storage) {
    case 'raw_data':
    case 'external':
      return dtypeInfo(tensor.dtype).bits || null;
    case 'float_data':
      return tensor.dtype === 'complex64' ? 64 : 32;
    case 'double_data':
      return tensor.dtype === 'complex128' ? 128 : 64;
    default:
      return null;
  }
}

/** Throws a RangeError when the bytes at hand are fewer or more than the dimensions ask for. */
export function checkLength(tensor: Tensor): void {
  const bits = elementBits(tensor);
  if (bits === null || tensor.data.kind === 'missing') return;
  const want = Math.ceil((elementCount(tensor.dims) * bits) / 8);
  const have = byteLength(tensor.data);
  if (want !== have)
    throw new RangeError(`The dimensions ask for ${want} bytes of ${tensor.dtype} and the file holds ${have}.`);
}

/**
 * Elements `begin` to `end` (flat, C order) as a one-dimensional tensor; the range is cut to what there is. Reads only
 * those bytes where the storage allows. Throws MissingFileError, RangeError or an AbortError.
 */
export async function readTensorSlice(
  tensor: Tensor,
  begin: number,
  end: number,
  signal?: AbortSignal,
): Promise<DenseTensor> {
  const count = elementCount(tensor.dims);
  const from = Math.max(0, Math.min(begin, count));
  const to = Math.max(from, Math.min(end, count));
  const bits = elementBits(tensor);
  if (bits === null) return sliceDense(await readTensor(tensor, signal), from, to);
  checkLength(tensor);
  const perByte = bits < 8 ? 8 / bits : 1;
  const aligned = from - (from % perByte);
  const firstByte = (aligned * bits) / 8;
  const lastByte = Math.ceil((to * bits) / 8);
  const bytes = await readBytes(sliceBytes(tensor.data, firstByte, lastByte), signal);
  const read = Math.min((bytes.byteLength * 8) / bits, count - aligned);
  const dense = decodeTensor({ ...tensor, dims: [read] }, bytes);
  return sliceDense(dense, from - aligned, to - aligned);
}

/** Elements of a tensor in memory, by flat index. */
export function sliceDense(dense: DenseTensor, begin: number, end: number): DenseTensor {
  const width = dense.dtype.startsWith('complex') ? 2 : 1;
  const values = dense.values.slice(begin * width, end * width) as Elements;
  return { dtype: dense.dtype, dims: [values.length / width], values };
}
