/** The constants of a file as tensors: ranges of it, but for texts, packed, and sparse ones, which are made in memory. */
import { bytesOf, readBytes } from '../../../graph-model/core/bytes.ts';
import {
  decodeTensor,
  denseByteLength,
  elementArray,
  elementCount,
  tensorOf,
  type Elements,
  type Tensor,
} from '../../../graph-model/core/tensor.ts';
import type { DType } from '../../../graph-model/core/types.ts';
import { byteLength } from '../../../graph-model/core/bytes.ts';
import type { Failure } from '../../containers/failure.ts';
import { unpackStringBuffer } from './file.ts';
import type { FileRecord, TensorRecord } from './records.ts';
import { densePlaces } from './sparsity.ts';

const DTYPES: Readonly<Record<string, DType>> = {
  FLOAT32: 'float',
  FLOAT16: 'float16',
  INT32: 'int32',
  UINT8: 'uint8',
  INT64: 'int64',
  STRING: 'string',
  BOOL: 'bool',
  INT16: 'int16',
  COMPLEX64: 'complex64',
  INT8: 'int8',
  FLOAT64: 'double',
  COMPLEX128: 'complex128',
  UINT64: 'uint64',
  UINT32: 'uint32',
  UINT16: 'uint16',
  INT4: 'int4',
  BFLOAT16: 'bfloat16',
  INT2: 'int2',
  UINT4: 'uint4',
};

/** null: a resource or a variant, which no tensor type of ONNX is. */
export function dtypeOf(type: string): DType | null {
  return DTYPES[type] ?? null;
}

/** A sparse tensor is laid out up to so many elements, and a state made of zeros. */
const DENSE_LIMIT = 2 ** 28;

/** The tensors of the file that have elements of their own. */
export async function readConstants(
  file: FileRecord,
  failure: Failure,
  signal: AbortSignal,
): Promise<ReadonlyMap<TensorRecord, Tensor>> {
  const out = new Map<TensorRecord, Tensor>();
  for (const { tensors } of file.subgraphs)
    for (const t of tensors) if (t.data !== null) out.set(t, await constantOf(t, failure, signal));
  return out;
}

async function constantOf(t: TensorRecord, failure: Failure, signal: AbortSignal): Promise<Tensor> {
  const dtype = dtypeOf(t.type);
  const where = `the tensor ${t.name}`;
  if (dtype === null) return failure.damaged(where, `a constant cannot be of the type ${t.type}`);
  const dims = t.shape;
  if (dtype === 'string') {
    const values = unpackStringBuffer(await readBytes(t.data!, signal), failure, t.name);
    if (values.length !== elementCount(dims)) failure.damaged(where, `it holds ${values.length} texts`);
    return tensorOf({ dtype, dims, values });
  }
  if (t.sparsity) return densified(t, dtype, failure, signal);
  const [have, want] = [byteLength(t.data!), denseByteLength(dtype, dims)];
  if (have !== want) failure.damaged(where, `its shape asks for ${want} bytes and its buffer has ${have}`);
  return { dtype, dims, storage: 'raw_data', data: t.data! };
}

async function densified(t: TensorRecord, dtype: DType, failure: Failure, signal: AbortSignal): Promise<Tensor> {
  const count = elementCount(t.shape);
  if (!(count <= DENSE_LIMIT)) failure.refused(`the sparse tensor ${t.name} has ${count} elements`);
  const places = densePlaces(t.sparsity!, t.shape, failure, t.name);
  const bytes = await readBytes(t.data!, signal);
  if (bytes.byteLength !== denseByteLength(dtype, [places.length]))
    failure.damaged(`the sparse tensor ${t.name}`, `its parameters name ${places.length} elements`);
  const stored = decodeTensor({ dtype, dims: [places.length], storage: 'raw_data', data: bytesOf(bytes) }, bytes);
  const values = elementArray(dtype, count) as Exclude<Elements, readonly string[]>;
  const from = stored.values as typeof values;
  places.forEach((place, i) => (values[place] = from[i]!));
  return tensorOf({ dtype, dims: t.shape, values });
}

/** The zeros that a state begins with; null where they are too many, or of a type that has none. */
export function zerosOf(t: TensorRecord): Tensor | null {
  const dtype = dtypeOf(t.type);
  const count = elementCount(t.shape);
  if (dtype === null || dtype === 'string' || !(count <= DENSE_LIMIT / 16)) return null;
  return tensorOf({ dtype, dims: t.shape, values: elementArray(dtype, count) });
}
