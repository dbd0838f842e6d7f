/** Between our tensors and onnxruntime's. */
import type { Tensor as OrtTensor } from 'onnxruntime-web';
import type { DenseTensor, Elements } from '../graph-model/core/tensor.ts';
import { dtypeInfo, type DType } from '../graph-model/core/types.ts';
import { FormatError } from '../graph-model/diagnostics.ts';
import type { Ort } from './host/builds.ts';

/** The element types that a page's runtime exchanges, by our name. Every other type stays inside the model. */
const EXCHANGED: ReadonlyMap<DType, OrtTensor.Type> = new Map([
  ['float', 'float32'],
  ['double', 'float64'],
  ['float16', 'float16'],
  ['int8', 'int8'],
  ['uint8', 'uint8'],
  ['int16', 'int16'],
  ['uint16', 'uint16'],
  ['int32', 'int32'],
  ['uint32', 'uint32'],
  ['int64', 'int64'],
  ['uint64', 'uint64'],
  ['bool', 'bool'],
  ['string', 'string'],
]);

const BACK = new Map([...EXCHANGED].map(([ours, theirs]) => [theirs as string, ours]));

/** True for the types that {@link toOrt} and {@link fromOrt} take. */
export function isExchanged(dtype: DType): boolean {
  return EXCHANGED.has(dtype);
}

/** Our name of a type of onnxruntime's that can be exchanged, else null. */
export function dtypeOfOrt(type: string): DType | null {
  return BACK.get(type) ?? null;
}

/** Throws FormatError for a type that the runtime cannot be given. The tensor shares the elements' memory. */
export function toOrt(ort: Ort, input: string, dense: DenseTensor): OrtTensor {
  const type = EXCHANGED.get(dense.dtype);
  if (!type) throw new FormatError('run.input-dtype', { input, dtype: dtypeInfo(dense.dtype).label });
  return new ort.Tensor(type, containerFor(type, dense.values) as OrtTensor.DataType, dense.dims) as OrtTensor;
}

/** float16 travels as bit patterns: as Float16Array where the browser has one, which the runtime then insists on. */
function containerFor(type: OrtTensor.Type, values: Elements): unknown {
  if (type !== 'float16') return values;
  const Float16 = (globalThis as { Float16Array?: new (b: ArrayBufferLike, o: number, l: number) => unknown })
    .Float16Array;
  const bits = values as Uint16Array;
  return Float16 ? new Float16(bits.buffer, bits.byteOffset, bits.length) : bits;
}

/** The elements of an output, brought over from the device where it is there, in memory of their own. */
export async function fromOrt(tensor: OrtTensor): Promise<DenseTensor> {
  const dtype = BACK.get(tensor.type);
  if (!dtype) throw new RangeError(`onnxruntime gave a tensor of ${tensor.type}.`);
  const data: unknown = await tensor.getData();
  return { dtype, dims: [...tensor.dims], values: bitsOf(data) };
}

function bitsOf(data: unknown): Elements {
  if (Array.isArray(data)) return data as string[];
  const view = data as Uint8Array;
  const isHalf = view.constructor.name === 'Float16Array';
  return isHalf ? new Uint16Array(view.buffer, view.byteOffset, view.length) : (view as Elements);
}
