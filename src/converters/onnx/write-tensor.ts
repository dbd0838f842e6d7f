/** TensorProto and SparseTensorProto. */
import { byteLength, bytesAtHand } from '../../graph-model/core/bytes.ts';
import type { ExternalData, SparseTensor, Tensor, TensorStorage } from '../../graph-model/core/tensor.ts';
import { dtypeInfo } from '../../graph-model/core/types.ts';
import type { WireWriter } from '../containers/protobuf/wire-writer.ts';
import { SPARSE, TENSOR } from './fields.ts';
import { writeCarried, writeEntry, writeExtra, writeText, type WriteContext } from './write-parts.ts';

const FIELD: Readonly<Record<Exclude<TensorStorage, 'external' | 'string_data' | 'raw_data'>, number>> = {
  float_data: TENSOR.floatData,
  int32_data: TENSOR.int32Data,
  int64_data: TENSOR.int64Data,
  double_data: TENSOR.doubleData,
  uint64_data: TENSOR.uint64Data,
};

/** A tensor as a message field. `name` where it is the name of a value. */
export function writeTensor(c: WriteContext, field: number, tensor: Tensor, name = tensor.name ?? ''): void {
  const { w } = c;
  w.message(field, () => {
    writeExtra(w, tensor.extra);
    for (const dim of tensor.dims) w.int(TENSOR.dims, dim);
    if (tensor.dtype !== 'undefined') w.int(TENSOR.dtype, dtypeInfo(tensor.dtype).code);
    writeText(w, TENSOR.name, name);
    const external = c.plan.external(tensor);
    if (external) writeExternal(w, external);
    else writeData(w, tensor);
    writeCarried(w, tensor, TENSOR);
  });
}

function writeExternal(w: WireWriter, entries: ExternalData): void {
  for (const [key, value] of entries) writeEntry(w, TENSOR.external, key, value);
  w.int(TENSOR.location, 1);
}

function writeData(w: WireWriter, tensor: Tensor): void {
  const { storage, data } = tensor;
  // Entries that stand beside embedded data say nothing, and are kept; those of data that is embedded now are not.
  if (storage !== 'external')
    for (const [key, value] of tensor.external ?? []) writeEntry(w, TENSOR.external, key, value);
  if (storage === 'raw_data' || storage === 'external') w.source(TENSOR.rawData, data);
  else if (storage === 'string_data') writeStrings(w, tensor);
  else if (byteLength(data) > 0) w.source(FIELD[storage], data);
}

/** Each string has its length in front already; a tag before each makes them fields. */
function writeStrings(w: WireWriter, tensor: Tensor): void {
  const bytes = bytesAtHand(tensor.data);
  if (bytes === null) throw new Error('writeTensor: string tensors are kept in memory');
  for (let at = 0; at < bytes.length;) {
    let next = at;
    let length = 0;
    let scale = 1;
    for (; bytes[next]! >= 0x80; next++, scale *= 128) length += (bytes[next]! & 0x7f) * scale;
    length += bytes[next++]! * scale;
    w.tag(TENSOR.stringData, 2);
    w.raw(bytes.subarray(at, next + length));
    at = next + length;
  }
}

/** A sparse tensor as a message field. `name` where it is the name of a value: that of its elements. */
export function writeSparseTensor(c: WriteContext, field: number, sparse: SparseTensor, name?: string): void {
  const { w } = c;
  w.message(field, () => {
    writeExtra(w, sparse.extra);
    writeTensor(c, SPARSE.values, sparse.values, name ?? sparse.values.name);
    writeTensor(c, SPARSE.indices, sparse.indices);
    for (const dim of sparse.dims) w.int(SPARSE.dims, dim);
  });
}
