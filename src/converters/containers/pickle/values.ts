/**
 * What a pickle holds, as inert values. Python's None, bool, str and bytes are null, boolean, string and Uint8Array; int
 * and float are numbers (a bigint beyond 2^53); list and tuple are arrays; dict is a Map, set and frozenset a Set. All
 * other objects stay descriptions: nothing that a pickle names is ever looked up, imported or called.
 */
export type PyValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | PyValue[]
  | Map<PyValue, PyValue>
  | Set<PyValue>
  | PyGlobal
  | PyObject
  | NdArray
  | NumpyDtype;

/** A class or function, by name. */
export class PyGlobal {
  constructor(
    readonly module: string,
    readonly name: string,
  ) {}

  get path(): string {
    return `${this.module}.${this.name}`;
  }
}

/** An instance of a class that Graphwright has no own form for: its class, what it was made from, and its state. */
export class PyObject {
  /** The state by attribute name, where the state is a dict. */
  readonly attrs = new Map<string, PyValue>();
  /** State that is not a dict (a tuple, a list of bytes …). */
  state: PyValue | undefined;
  /** What was appended to it, for subclasses of list. */
  readonly items: PyValue[] = [];

  constructor(
    readonly cls: PyGlobal,
    readonly args: readonly PyValue[] = [],
  ) {}

  get(name: string): PyValue | undefined {
    return this.attrs.get(name);
  }
}

// NumPy's element types and arrays as they are pickled (numpy/_core/src/multiarray/descriptor.c, methods.c)

/** f float, i int, u unsigned, b bool, c complex, O object, U unicode, S bytes, V record or void, M and m date and time. */
export type Kind = 'f' | 'i' | 'u' | 'b' | 'c' | 'O' | 'U' | 'S' | 'V' | 'M' | 'm';

export interface RecordField {
  readonly name: string;
  readonly dtype: NumpyDtype;
  /** Bytes from the start of the record. */
  readonly offset: number;
}

const KINDS = 'fiubcOUSVMm';
const ALIASES: Readonly<Record<string, string>> = { '?': 'b1', bool: 'b1', a: 'S', d: 'f8', l: 'i8', q: 'i8' };

export class NumpyDtype {
  little = true;
  fields: readonly RecordField[] | null = null;
  constructor(
    readonly kind: Kind,
    /** Bytes of one element. */
    public size: number,
  ) {}

  /** From `f8`, `<U5`, `|O`, `V64`; null for what NumPy does not write. */
  static parse(text: string): NumpyDtype | null {
    const plain = text.replace(/^[<>=|]/, '');
    const match = /^([a-zA-Z?])(\d*)(\[.*\])?$/.exec(ALIASES[plain] ?? plain);
    if (!match || !KINDS.includes(match[1]!)) return null;
    const kind = match[1] as Kind;
    const count = Number(match[2] || (kind === 'O' || kind === 'M' || kind === 'm' ? 8 : 0));
    const dtype = new NumpyDtype(kind, kind === 'U' ? 4 * count : count);
    dtype.little = !text.startsWith('>');
    return dtype;
  }
}

/** An array in C order; `data` holds raw elements, or values where the type is object. */
export class NdArray {
  constructor(
    readonly dtype: NumpyDtype,
    readonly shape: readonly number[],
    readonly data: Uint8Array | readonly PyValue[],
  ) {}

  get size(): number {
    return this.shape.reduce((a, b) => a * b, 1);
  }

  get isText(): boolean {
    if (this.dtype.kind === 'U' || this.dtype.kind === 'S') return true;
    return Array.isArray(this.data) && this.data.length > 0 && this.data.every((v) => typeof v === 'string');
  }

  /** The elements as doubles; NaN for what is no number. */
  numbers(): Float64Array {
    if (!(this.data instanceof Uint8Array)) return Float64Array.from(this.data, toNumber);
    const { kind, size } = this.dtype;
    const read = numberReader(kind, size);
    const view = new DataView(this.data.buffer, this.data.byteOffset, this.data.byteLength);
    const out = new Float64Array(this.size);
    if (!read) return out.fill(NaN);
    const little = this.dtype.little;
    for (let i = 0; i < out.length; i++) out[i] = read(view, i * size, little);
    return out;
  }

  /** The elements as Python would print them; what is no text is printed as a number or word. */
  strings(): string[] {
    return this.values().map((v) => (typeof v === 'string' ? v : v === null ? 'None' : String(v)));
  }

  /** The elements one by one. 64-bit integers beyond 2^53 are rounded. */
  values(): PyValue[] {
    if (!(this.data instanceof Uint8Array)) return [...this.data];
    const { kind, size, little } = this.dtype;
    if (kind === 'U') return texts(this.data, size, this.size, little);
    if (kind === 'S') return byteTexts(this.data, size, this.size);
    const numbers = Array.from(this.numbers());
    return kind === 'b' ? numbers.map((n) => n !== 0) : numbers;
  }

  /** One field of an array of records, null where it has none of that name. */
  field(name: string): NdArray | null {
    const found = this.dtype.fields?.find((f) => f.name === name);
    if (!found || !(this.data instanceof Uint8Array)) return null;
    const width = found.dtype.size;
    const step = this.dtype.size;
    const out = new Uint8Array(width * this.size);
    const { buffer, byteOffset, byteLength } = this.data;
    if (width === 8 && [step, byteOffset, found.offset].every((n) => n % 8 === 0)) {
      const words = new Float64Array(buffer, byteOffset, Math.floor(byteLength / 8));
      copyWords(words, found.offset / 8, step / 8, out);
      return new NdArray(found.dtype, this.shape, out);
    }
    for (let i = 0, n = this.size; i < n; i++)
      for (let k = 0; k < width; k++) out[i * width + k] = this.data[i * step + found.offset + k]!;
    return new NdArray(found.dtype, this.shape, out);
  }
}

/** Every `step`th word from `offset` on; as 32-bit halves, so that no pattern of a NaN is lost. */
function copyWords(words: Float64Array, offset: number, step: number, out: Uint8Array): void {
  const from = new Int32Array(words.buffer, words.byteOffset, 2 * words.length);
  const to = new Int32Array(out.buffer, out.byteOffset, out.byteLength / 4);
  for (let i = 0, at = 2 * offset; i < to.length; i += 2, at += 2 * step) {
    to[i] = from[at]!;
    to[i + 1] = from[at + 1]!;
  }
}

/** Column-major elements put into row-major order. `width` is the bytes of one, or 0 for a list of values. */
export function toRowMajor<D extends Uint8Array | readonly PyValue[]>(
  data: D,
  shape: readonly number[],
  width: number,
): D {
  const count = shape.reduce((a, b) => a * b, 1);
  const source = new Uint32Array(count);
  const strides = shape.map((_, i) => shape.slice(0, i).reduce((a, b) => a * b, 1));
  const at = shape.map(() => 0);
  for (let i = 0; i < count; i++) {
    source[i] = at.reduce((sum, a, d) => sum + a * strides[d]!, 0);
    for (let d = shape.length - 1; d >= 0 && ++at[d]! === shape[d]; d--) at[d] = 0;
  }
  if (!(data instanceof Uint8Array)) return Array.from(source, (s) => data[s]!) as unknown as D;
  const out = new Uint8Array(data.length);
  for (let i = 0; i < count; i++) out.set(data.subarray(source[i]! * width, (source[i]! + 1) * width), i * width);
  return out as D;
}

function toNumber(v: PyValue): number {
  if (typeof v === 'number' || typeof v === 'bigint' || typeof v === 'boolean') return Number(v);
  return NaN;
}

type Read = (view: DataView, at: number, little: boolean) => number;

function numberReader(kind: Kind, size: number): Read | null {
  return READERS[`${kind}${size}`] ?? null;
}

const READERS: Readonly<Record<string, Read>> = {
  f8: (v, a, l) => v.getFloat64(a, l),
  f4: (v, a, l) => v.getFloat32(a, l),
  f2: (v, a, l) => half(v.getUint16(a, l)),
  f16: (v, a) => extended(v, a),
  // By words: trees hold millions of them, and a bigint for each would take seconds.
  i8: (v, a, l) => v.getInt32(l ? a + 4 : a, l) * 2 ** 32 + v.getUint32(l ? a : a + 4, l),
  i4: (v, a, l) => v.getInt32(a, l),
  i2: (v, a, l) => v.getInt16(a, l),
  i1: (v, a) => v.getInt8(a),
  u8: (v, a, l) => Number(v.getBigUint64(a, l)),
  u4: (v, a, l) => v.getUint32(a, l),
  u2: (v, a, l) => v.getUint16(a, l),
  u1: (v, a) => v.getUint8(a),
  b1: (v, a) => v.getUint8(a),
};

function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** 80-bit x87 numbers in 16 bytes, as numpy.longdouble is kept on x86. */
function extended(view: DataView, at: number): number {
  const mantissa = Number(view.getBigUint64(at, true));
  const word = view.getUint16(at + 8, true);
  const sign = word & 0x8000 ? -1 : 1;
  const exponent = word & 0x7fff;
  if (exponent === 0x7fff) return view.getBigUint64(at, true) << 1n ? NaN : sign * Infinity;
  return sign * mantissa * 2 ** (exponent - 16383 - 63);
}

function texts(bytes: Uint8Array, width: number, count: number, little: boolean): string[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const out: string[] = [];
  for (let i = 0; i < count; i++) {
    let text = '';
    for (let k = 0; k < width; k += 4) {
      const code = view.getUint32(i * width + k, little);
      if (code > 0x10ffff) break;
      text += String.fromCodePoint(code);
    }
    out.push(text.replace(/\0+$/, ''));
  }
  return out;
}

function byteTexts(bytes: Uint8Array, width: number, count: number): string[] {
  const decoder = new TextDecoder();
  return Array.from({ length: count }, (_, i) =>
    decoder.decode(bytes.subarray(i * width, (i + 1) * width)).replace(/\0+$/, ''),
  );
}
