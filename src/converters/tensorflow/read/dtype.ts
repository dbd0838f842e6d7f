/** DataType of types.proto in ONNX's names. */
import type { DType } from '../../../graph-model/core/types.ts';
import type { TfType } from './records.ts';

const BY_CODE: readonly (TfType | null)[] = [
  null,
  'float',
  'double',
  'int32',
  'uint8',
  'int16',
  'int8',
  'string',
  'complex64',
  'int64',
  'bool',
  'qint8',
  'quint8',
  'qint32',
  'bfloat16',
  'qint16',
  'quint16',
  'uint16',
  'complex128',
  'float16',
  'resource',
  'variant',
  'uint32',
  'uint64',
  'float8e5m2',
  'float8e4m3fn',
  'float8e4m3fnuz',
  'float8e4m3b11fnuz',
  'float8e5m2fnuz',
  'int4',
  'uint4',
  'int2',
  'uint2',
  'float4e2m1',
];

/** Names as `DT_…` has them, in lower case, where ONNX says otherwise. */
const BY_NAME: Readonly<Record<string, TfType>> = {
  half: 'float16',
  float8_e5m2: 'float8e5m2',
  float8_e4m3fn: 'float8e4m3fn',
  float8_e4m3fnuz: 'float8e4m3fnuz',
  float8_e4m3b11fnuz: 'float8e4m3b11fnuz',
  float8_e5m2fnuz: 'float8e5m2fnuz',
  float4_e2m1fn: 'float4e2m1',
};

/** A reference type (code + 100, `_ref`) is its type. null: DT_INVALID, or a number that no type has. */
export function typeOfCode(code: number): TfType | null {
  return BY_CODE[code > 100 ? code - 100 : code] ?? null;
}

/** Of `DT_FLOAT`, `float`, `DT_FLOAT_REF`. */
export function typeOfName(name: string): TfType | null {
  const plain = name.replace(/^DT_/, '').replace(/_REF$/, '').toLowerCase();
  const type = BY_NAME[plain] ?? plain;
  return BY_CODE.includes(type) ? type : null;
}

export function codeOfName(name: string): number | null {
  const type = typeOfName(name);
  const code = type === null ? -1 : BY_CODE.indexOf(type);
  return code < 0 ? null : name.endsWith('_REF') ? code + 100 : code;
}

/** The quantised types hold the same bits as these. */
const STORED_AS: Readonly<Record<string, DType>> = {
  qint8: 'int8',
  quint8: 'uint8',
  qint16: 'int16',
  quint16: 'uint16',
  qint32: 'int32',
};

/** The type of ONNX that holds the elements; null where none does. */
export function storedType(type: TfType): DType | null {
  const own = STORED_AS[type];
  if (own) return own;
  return ['resource', 'variant', 'float8e4m3b11fnuz'].includes(type) ? null : (type as DType);
}
