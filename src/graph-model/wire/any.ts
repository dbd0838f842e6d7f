/**
 * Any plain data, field by field: what is rare in a model goes this way, and so does every field that a record gains
 * later, so that nothing is lost when the records grow.
 */
import type { BlobLike } from '../core/bytes.ts';
import type { WireReader, WireWriter } from './writer.ts';

const UNDEFINED = 0;
const NULL = 1;
const TRUE = 2;
const FALSE = 3;
const INT = 4;
const FLOAT = 5;
const BIGINT = 6;
const STRING = 7;
const LIST = 8;
const RECORD = 9;
const MAP = 10;
const BLOB = 11;
const LARGE_BIGINT = 12;
const ARRAYS = 16;

const ARRAY_TYPES = [
  Uint8Array,
  Int8Array,
  Uint16Array,
  Int16Array,
  Uint32Array,
  Int32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
] as const;
export type TypedArray = ArrayBufferView & { readonly length: number };

/** Throws where a value is no plain data: a function, a class instance. */
export function putAny(w: WireWriter, value: unknown): void {
  switch (typeof value) {
    case 'undefined':
      return w.int(UNDEFINED);
    case 'boolean':
      return w.int(value ? TRUE : FALSE);
    case 'number':
      return putNumber(w, value);
    case 'bigint':
      return putBigint(w, value);
    case 'string':
      w.int(STRING);
      return w.string(value);
    case 'object':
      return value === null ? w.int(NULL) : putObject(w, value);
    default:
      throw new Error(`Wire: a ${typeof value} is not data`);
  }
}

function putNumber(w: WireWriter, value: number): void {
  const isInt = (value | 0) === value && !Object.is(value, -0);
  w.int(isInt ? INT : FLOAT);
  if (isInt) w.int(value);
  else w.float(value);
}

function putBigint(w: WireWriter, value: bigint): void {
  const fits = BigInt.asIntN(64, value) === value;
  w.int(fits ? BIGINT : LARGE_BIGINT);
  if (fits) w.bigint(value);
  else w.string(String(value));
}

function putObject(w: WireWriter, value: object): void {
  if (Array.isArray(value)) return putItems(w, LIST, value);
  if (value instanceof Map) return putItems(w, MAP, [...value].flat(1));
  const array = ARRAY_TYPES.findIndex((type) => value instanceof type);
  if (array >= 0) {
    w.int(ARRAYS + array);
    return putArray(w, value as TypedArray);
  }
  if (isBlob(value)) {
    w.int(BLOB);
    return w.blob(value);
  }
  putRecord(w, value as Readonly<Record<string, unknown>>);
}

function putItems(w: WireWriter, tag: number, items: readonly unknown[]): void {
  w.int(tag);
  w.int(items.length);
  for (const item of items) putAny(w, item);
}

export function putArray(w: WireWriter, value: TypedArray): void {
  w.bytes(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
}

function isBlob(value: object): value is BlobLike {
  return typeof (value as Partial<BlobLike>).arrayBuffer === 'function';
}

/** Fields that hold undefined are left out. */
function putRecord(w: WireWriter, record: Readonly<Record<string, unknown>>): void {
  w.int(RECORD);
  const count = w.reserve();
  let n = 0;
  for (const key in record) {
    const value = record[key];
    if (value === undefined) continue;
    w.string(key);
    putAny(w, value);
    n++;
  }
  w.setAt(count, n);
}

export function takeAny(r: WireReader): unknown {
  const tag = r.int();
  switch (tag) {
    case UNDEFINED:
      return undefined;
    case NULL:
      return null;
    case TRUE:
      return true;
    case FALSE:
      return false;
    case INT:
      return r.int();
    case FLOAT:
      return r.float();
    case BIGINT:
      return r.bigint();
    case LARGE_BIGINT:
      return BigInt(r.string());
    case STRING:
      return r.string();
    case LIST:
      return takeItems(r);
    case MAP:
      return takeMap(r);
    case RECORD:
      return takeRecord(r);
    case BLOB:
      return r.blob();
    default:
      return takeArray(r, ARRAY_TYPES[tag - ARRAYS] as unknown as ArrayMaker<TypedArray>);
  }
}

function takeItems(r: WireReader): unknown[] {
  const out = new Array<unknown>(r.int());
  for (let i = 0; i < out.length; i++) out[i] = takeAny(r);
  return out;
}

function takeMap(r: WireReader): Map<unknown, unknown> {
  const out = new Map<unknown, unknown>();
  for (let n = r.int(); n > 0; n -= 2) {
    const key = takeAny(r);
    out.set(key, takeAny(r));
  }
  return out;
}

function takeRecord(r: WireReader): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  for (let n = r.int(); n > 0; n--) {
    const key = r.string();
    out[key] = takeAny(r);
  }
  return out;
}

interface ArrayMaker<T extends TypedArray> {
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBuffer, byteOffset: number, length: number): T;
}

/** A view into the message's pool. */
export function takeArray<T extends TypedArray>(r: WireReader, type: ArrayMaker<T>): T {
  const bytes = r.bytes() as Uint8Array<ArrayBuffer>;
  return new type(bytes.buffer, bytes.byteOffset, bytes.byteLength / type.BYTES_PER_ELEMENT);
}
