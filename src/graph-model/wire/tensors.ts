/** Tensors, packed by hand: a third of a real graph's nodes are constants, each with one. */
import type { ByteSource } from '../core/bytes.ts';
import type { Tensor, TensorStorage } from '../core/tensor.ts';
import { DTYPES, dtypeInfo } from '../core/types.ts';
import { putAny, takeAny } from './any.ts';
import { putRest, withRest } from './rest.ts';
import type { WireReader, WireWriter } from './writer.ts';

const STORAGES = [
  'raw_data',
  'float_data',
  'int32_data',
  'int64_data',
  'double_data',
  'uint64_data',
  'string_data',
  'external',
] as const satisfies readonly TensorStorage[];

const FIELDS: ReadonlySet<string> = new Set<keyof Tensor>(['dtype', 'dims', 'storage', 'data']);

export function putTensor(w: WireWriter, tensor: Tensor): void {
  w.int(dtypeInfo(tensor.dtype).code);
  w.int(STORAGES.indexOf(tensor.storage));
  w.int(tensor.dims.length);
  for (const d of tensor.dims) putCount(w, d);
  putSource(w, tensor.data);
  putRest(w, tensor, FIELDS);
}

export function takeTensor(r: WireReader): Tensor {
  const dtype = DTYPES[r.int()]!.name;
  const storage = STORAGES[r.int()]!;
  const dims = new Array<number>(r.int());
  for (let i = 0; i < dims.length; i++) dims[i] = takeCount(r);
  return withRest(r, { dtype, dims, storage, data: takeSource(r) });
}

const LARGE = -1;

/** A size or offset: mostly small, at times beyond 32 bits. */
function putCount(w: WireWriter, n: number): void {
  if ((n | 0) === n && n >= 0) return w.int(n);
  w.int(LARGE);
  w.float(n);
}

function takeCount(r: WireReader): number {
  const n = r.int();
  return n === LARGE ? r.float() : n;
}

const BYTES = 0;
const BLOB = 1;
const OTHER = 2;

function putSource(w: WireWriter, source: ByteSource): void {
  if (source.kind === 'bytes') {
    w.int(BYTES);
    return w.bytes(source.bytes);
  }
  if (source.kind !== 'blob') {
    w.int(OTHER);
    return putAny(w, source);
  }
  w.int(BLOB);
  w.blob(source.blob);
  putCount(w, source.begin);
  putCount(w, source.end);
}

function takeSource(r: WireReader): ByteSource {
  const kind = r.int();
  if (kind === BYTES) return { kind: 'bytes', bytes: r.bytes() };
  if (kind === OTHER) return takeAny(r) as ByteSource;
  return { kind: 'blob', blob: r.blob(), begin: takeCount(r), end: takeCount(r) };
}
