/** Types of values, in ONNX's own words. */

/** Element types, named as in ONNX type strings (`tensor(float)`). The table of their codes and sizes is `DTYPES`. */
export type DType =
  | 'float'
  | 'uint8'
  | 'int8'
  | 'uint16'
  | 'int16'
  | 'int32'
  | 'int64'
  | 'string'
  | 'bool'
  | 'float16'
  | 'double'
  | 'uint32'
  | 'uint64'
  | 'complex64'
  | 'complex128'
  | 'bfloat16'
  | 'float8e4m3fn'
  | 'float8e4m3fnuz'
  | 'float8e5m2'
  | 'float8e5m2fnuz'
  | 'uint4'
  | 'int4'
  | 'float4e2m1'
  | 'float8e8m0'
  | 'uint2'
  | 'int2'
  | 'undefined';

export interface DTypeInfo {
  readonly name: DType;
  /** TensorProto.DataType. */
  readonly code: number;
  /** Bits of one element; 0 for strings, which have no fixed width. Elements under 8 bits are packed, low bits first. */
  readonly bits: number;
  /** How the app names it to people: float32, not float. */
  readonly label: string;
  /** For narrow places: f32, i64. */
  readonly short: string;
}

const row = (name: DType, code: number, bits: number, label: string, short: string): DTypeInfo => ({
  name,
  code,
  bits,
  label,
  short,
});

/** Every element type of ONNX 1.23, by its TensorProto.DataType code. */
export const DTYPES: readonly DTypeInfo[] = [
  row('undefined', 0, 0, 'undefined', '?'),
  row('float', 1, 32, 'float32', 'f32'),
  row('uint8', 2, 8, 'uint8', 'u8'),
  row('int8', 3, 8, 'int8', 'i8'),
  row('uint16', 4, 16, 'uint16', 'u16'),
  row('int16', 5, 16, 'int16', 'i16'),
  row('int32', 6, 32, 'int32', 'i32'),
  row('int64', 7, 64, 'int64', 'i64'),
  row('string', 8, 0, 'string', 'str'),
  row('bool', 9, 8, 'bool', 'bool'),
  row('float16', 10, 16, 'float16', 'f16'),
  row('double', 11, 64, 'float64', 'f64'),
  row('uint32', 12, 32, 'uint32', 'u32'),
  row('uint64', 13, 64, 'uint64', 'u64'),
  row('complex64', 14, 64, 'complex64', 'c64'),
  row('complex128', 15, 128, 'complex128', 'c128'),
  row('bfloat16', 16, 16, 'bfloat16', 'bf16'),
  row('float8e4m3fn', 17, 8, 'float8e4m3fn', 'f8e4m3'),
  row('float8e4m3fnuz', 18, 8, 'float8e4m3fnuz', 'f8e4m3u'),
  row('float8e5m2', 19, 8, 'float8e5m2', 'f8e5m2'),
  row('float8e5m2fnuz', 20, 8, 'float8e5m2fnuz', 'f8e5m2u'),
  row('uint4', 21, 4, 'uint4', 'u4'),
  row('int4', 22, 4, 'int4', 'i4'),
  row('float4e2m1', 23, 4, 'float4e2m1', 'f4'),
  row('float8e8m0', 24, 8, 'float8e8m0', 'f8e8m0'),
  row('uint2', 25, 2, 'uint2', 'u2'),
  row('int2', 26, 2, 'int2', 'i2'),
];

const byName = new Map<string, DTypeInfo>(DTYPES.map((d) => [d.name, d]));

export function dtypeInfo(dtype: DType): DTypeInfo {
  return byName.get(dtype)!;
}

/** The dtype of a TensorProto.DataType code; null for a code that this table does not know. */
export function dtypeOfCode(code: number): DType | null {
  return DTYPES[code]?.name ?? null;
}

export function isDType(name: string): name is DType {
  return byName.has(name);
}

/**
 * One dimension: a length, a name or arithmetic over names (`batch*heads`, see `dims.ts` for the expressions), or null
 * where nothing is known.
 */
export type Dim = number | string | null;
/** null: even the rank is unknown; []: a scalar. */
export type Shape = readonly Dim[] | null;

export interface TensorType {
  readonly kind: 'tensor' | 'sparse_tensor';
  readonly dtype: DType;
  readonly shape: Shape;
  /** Per dimension, as in TensorShapeProto.Dimension.denotation (`DATA_BATCH`). */
  readonly dimDenotations?: readonly (string | undefined)[];
  readonly denotation?: string;
  /** Wire bytes of fields that are carried through untouched. */
  readonly extra?: Uint8Array;
}
export interface SequenceType {
  readonly kind: 'sequence';
  readonly element: ValueType | null;
  readonly denotation?: string;
  readonly extra?: Uint8Array;
}
export interface OptionalType {
  readonly kind: 'optional';
  readonly element: ValueType | null;
  readonly denotation?: string;
  readonly extra?: Uint8Array;
}
export interface MapType {
  readonly kind: 'map';
  readonly key: DType;
  readonly value: ValueType | null;
  readonly denotation?: string;
  readonly extra?: Uint8Array;
}
export interface OpaqueType {
  readonly kind: 'opaque';
  readonly domain: string;
  readonly name: string;
  readonly denotation?: string;
  readonly extra?: Uint8Array;
}
export type ValueType = TensorType | SequenceType | OptionalType | MapType | OpaqueType;

export function tensorType(dtype: DType, shape: Shape): TensorType {
  return { kind: 'tensor', dtype, shape };
}

/** ONNX's type string: `tensor(float)`, `seq(map(int64,tensor(float)))`. */
export function typeString(type: ValueType | null): string {
  if (type === null) return '?';
  switch (type.kind) {
    case 'tensor':
      return `tensor(${type.dtype})`;
    case 'sparse_tensor':
      return `sparse_tensor(${type.dtype})`;
    case 'sequence':
      return `seq(${typeString(type.element)})`;
    case 'optional':
      return `optional(${typeString(type.element)})`;
    case 'map':
      return `map(${type.key},${typeString(type.value)})`;
    case 'opaque':
      return `opaque(${type.domain},${type.name})`;
  }
}

/** What people read: `float32 1×3×224×224`, `seq(int64)`. Unknown dimensions are `?`. */
export function typeLabel(type: ValueType | null): string {
  if (type === null) return 'unknown type';
  if (type.kind !== 'tensor') return typeString(type);
  const { label } = dtypeInfo(type.dtype);
  return type.shape === null ? label : `${label} ${shapeLabel(type.shape)}`;
}

export function shapeLabel(shape: Shape): string {
  if (shape === null) return '?';
  return shape.length === 0 ? 'scalar' : shape.map((d) => d ?? '?').join('×');
}
