/**
 * Values saved as protobuf, as the ONNX test suites and `onnx.numpy_helper` write them: TensorProto, and SequenceProto of
 * tensors. The reader of models is another part; this one needs a dozen fields.
 */
import { bytesOf } from '../../graph-model/core/bytes.ts';
import { decodeTensor, type DenseTensor, type Tensor, type TensorStorage } from '../../graph-model/core/tensor.ts';
import { dtypeOfCode } from '../../graph-model/core/types.ts';
import { FormatError } from '../../graph-model/diagnostics.ts';

export interface ProtoValue {
  /** '' where the file names none. */
  readonly name: string;
  /** One for a TensorProto; the elements of a SequenceProto. */
  readonly tensors: readonly DenseTensor[];
  readonly kind: 'tensor' | 'sequence';
}

interface Field {
  readonly number: number;
  readonly wire: number;
  /** The varint, or 0. */
  readonly value: number;
  readonly bytes: Uint8Array;
}

class Damaged extends Error {}

const NOTHING = new Uint8Array(0);

/** The fields of a message in file order. Throws {@link Damaged} at a length that runs over the end. */
function* fieldsOf(bytes: Uint8Array): IterableIterator<Field> {
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let scale = 1, i = 0; i < 10; i++, scale *= 128) {
      const b = bytes[at++];
      if (b === undefined) throw new Damaged(`it ends within a number at byte ${at}`);
      value += (b & 0x7f) * scale;
      if (b < 128) return value;
    }
    throw new Damaged(`a number at byte ${at} does not end`);
  };
  const take = (length: number): Uint8Array => {
    if (at + length > bytes.length)
      throw new Damaged(`a field at byte ${at} needs ${length} bytes and ${bytes.length - at} are left`);
    at += length;
    return bytes.subarray(at - length, at);
  };
  while (at < bytes.length) {
    const key = varint();
    const field = { number: Math.floor(key / 8), wire: key % 8 };
    if (field.wire === 0) yield { ...field, value: varint(), bytes: NOTHING };
    else if (field.wire === 2) yield { ...field, value: 0, bytes: take(varint()) };
    else if (field.wire === 1 || field.wire === 5) yield { ...field, value: 0, bytes: take(field.wire === 1 ? 8 : 4) };
    else throw new Damaged(`byte ${at} is no field of a protobuf`);
  }
}

/** TensorProto's element fields: number -> the storage of our tensors. */
const STORAGE: Readonly<Record<number, TensorStorage>> = {
  4: 'float_data',
  5: 'int32_data',
  6: 'string_data',
  7: 'int64_data',
  9: 'raw_data',
  10: 'double_data',
  11: 'uint64_data',
};

const text = new TextDecoder();

function readTensorProto(bytes: Uint8Array): { name: string; tensor: DenseTensor } {
  const dims: number[] = [];
  let name = '';
  let code = 0;
  let storage: TensorStorage | null = null;
  const chunks: Uint8Array[] = [];
  for (const f of fieldsOf(bytes)) {
    if (f.number === 1) dims.push(...(f.wire === 2 ? varints(f.bytes) : [f.value]));
    else if (f.number === 2 && f.wire === 0) code = f.value;
    else if (f.number === 8 && f.wire === 2) name = text.decode(f.bytes);
    else if (f.number === 13 || f.number === 14) throw new Damaged('its elements are in another file');
    else if (STORAGE[f.number]) {
      storage = STORAGE[f.number]!;
      chunks.push(elementBytes(f, storage));
    }
  }
  const dtype = dtypeOfCode(code);
  if (!dtype || dtype === 'undefined') throw new Damaged('it is no TensorProto: it names no element type');
  if (!dims.every((d) => Number.isSafeInteger(d) && d >= 0))
    throw new Damaged(`its shape (${dims.join(', ')}) is not one`);
  const data = concat(chunks);
  const tensor: Tensor = {
    dtype,
    dims,
    storage: storage ?? (dtype === 'string' ? 'string_data' : 'raw_data'),
    data: bytesOf(data),
  };
  return { name, tensor: decodeTensor(tensor, data) };
}

/** A field's part of the storage: strings keep their length in front, an unpacked number is a list of one. */
function elementBytes(f: Field, storage: TensorStorage): Uint8Array {
  if (storage === 'string_data') return concat([varintOf(f.bytes.length), f.bytes]);
  return f.wire === 0 ? varintOf(f.value) : f.bytes;
}

function varintOf(value: number): Uint8Array {
  const out: number[] = [];
  for (; value >= 128; value = Math.floor(value / 128)) out.push((value % 128) | 128);
  return Uint8Array.from([...out, value]);
}

function varints(bytes: Uint8Array): number[] {
  const out: number[] = [];
  for (let at = 0, value = 0, scale = 1; at < bytes.length; at++) {
    value += (bytes[at]! & 0x7f) * scale;
    scale *= 128;
    if (bytes[at]! < 128) {
      out.push(value);
      value = 0;
      scale = 1;
    }
  }
  return out;
}

function concat(chunks: readonly Uint8Array[]): Uint8Array {
  if (chunks.length === 1) return chunks[0]!;
  const out = new Uint8Array(chunks.reduce((n, c) => n + c.length, 0));
  let at = 0;
  for (const c of chunks) {
    out.set(c, at);
    at += c.length;
  }
  return out;
}

/** SequenceProto: name 1, elem_type 2, tensor_values 3. A TensorProto has no length-delimited field 3. */
function readSequence(bytes: Uint8Array): ProtoValue | null {
  let name = '';
  let isSequence = false;
  const tensors: DenseTensor[] = [];
  for (const f of fieldsOf(bytes)) {
    if (f.number === 1 && f.wire === 2) name = text.decode(f.bytes);
    if (f.number !== 3 || f.wire !== 2) continue;
    isSequence = true;
    tensors.push(readTensorProto(f.bytes).tensor);
  }
  return isSequence ? { name, tensors, kind: 'sequence' } : null;
}

/** Throws FormatError (`run.file-format`). */
export function readProto(bytes: Uint8Array, file: string): ProtoValue {
  try {
    const sequence = readSequence(bytes);
    if (sequence) return sequence;
    const { name, tensor } = readTensorProto(bytes);
    return { name, tensors: [tensor], kind: 'tensor' };
  } catch (error) {
    if (!(error instanceof Damaged || error instanceof RangeError)) throw error;
    throw new FormatError('run.file-format', { file, why: error.message.replace(/\.$/, '') });
  }
}
