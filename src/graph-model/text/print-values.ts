/** Printing of names, numbers, types and tensors. */
import { bytesAtHand } from '../core/bytes.ts';
import { encodeElements, typedStorage } from '../core/tensor-encode.ts';
import { decodeTensor, elementCount, type DenseTensor, type SparseTensor, type Tensor } from '../core/tensor.ts';
import type { TensorStorage } from '../core/tensor.ts';
import { isDType, type Dim, type OpaqueType, type TensorType, type ValueType } from '../core/types.ts';
import { clean, NOTE_MARK, noteText, type Subject } from './notes.ts';

export interface PrintOptions {
  /**
   * Which elements of tensors to print: `all` that are in memory, those of `small` tensors (64 elements at most), or
   * `none`. The others print as `{...}`, which parses to a tensor whose file is missing.
   */
  readonly weights?: 'all' | 'small' | 'none';
  /** Whether to print what the ONNX text form has no words for, as annotations (`#@{…}` at the end of a line). */
  readonly annotations?: boolean;
}

const SMALL = 64;
const INDENT = '   ';

/** Collects text. An annotation reaches to the end of its line, so whatever follows one begins a new line. */
export class Printer {
  readonly weights: 'all' | 'small' | 'none';
  private readonly annotations: boolean;
  /** The storage that needs no annotation; null: each dtype's typed field. */
  storage: TensorStorage | null = null;
  private readonly parts: string[] = [];
  private depth = 0;
  private lineIsOver = false;

  constructor(options: PrintOptions) {
    this.weights = options.weights ?? 'all';
    this.annotations = options.annotations ?? true;
  }

  write(text: string): void {
    if (this.lineIsOver) this.line();
    this.parts.push(text);
  }

  line(): void {
    this.lineIsOver = false;
    this.parts.push('\n', INDENT.repeat(this.depth));
  }

  indented(body: () => void): void {
    this.depth++;
    body();
    this.depth--;
  }

  list<T>(items: readonly T[], separator: string, print: (item: T, index: number) => void): void {
    items.forEach((item, i) => {
      if (i > 0) this.write(separator);
      print(item, i);
    });
  }

  note(subject: Subject, note: object): void {
    const text = this.annotations ? noteText(subject, note) : null;
    if (text === null) return;
    this.write(` ${NOTE_MARK}${text}`);
    this.lineIsOver = true;
  }

  toString(): string {
    return this.parts.join('');
  }
}

// ---- names

const IDENTIFIER = /^[A-Za-z_][A-Za-z0-9_]*$/;
/** Identifiers that mean something else where a name may stand. */
const RESERVED = /^(seq|map|optional|sparse_tensor|opaque|inf|infinity|nan)$/i;

export function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}

export function nameText(name: string): string {
  return IDENTIFIER.test(name) && !RESERVED.test(name) && !isDType(name) ? name : quoted(name);
}

/** `a.b.c` where each part is an identifier, else the whole in quotes. */
export function dottedText(name: string): string {
  return name.split('.').every((part) => IDENTIFIER.test(part)) ? name : quoted(name);
}

// ---- numbers

/** The shortest decimal that gives this float32 again. */
export function float32Text(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e7) return Object.is(value, -0) ? '-0' : String(value);
  if (!Number.isFinite(value)) return specialText(value);
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return String(short);
  }
  return String(Number(value.toPrecision(9)));
}

export function float64Text(value: number): string {
  if (!Number.isFinite(value)) return specialText(value);
  return Object.is(value, -0) ? '-0' : String(value);
}

function specialText(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  return value > 0 ? 'inf' : '-inf';
}

/** With a point or an exponent, so that it reads as a float where an integer could stand. */
export function floatLiteral(value: number): string {
  const text = float32Text(value);
  return /^-?\d+$/.test(text) ? `${text}.0` : text;
}

// ---- types

export function printType(p: Printer, type: ValueType | null): void {
  if (type === null) return p.write('?');
  printBareType(p, type);
  const dims = 'dimDenotations' in type ? type.dimDenotations?.map((d) => d ?? null) : undefined;
  p.note('type', { denotation: type.denotation, dims, extra: type.extra });
}

function printBareType(p: Printer, type: ValueType): void {
  switch (type.kind) {
    case 'tensor':
      return p.write(tensorTypeText(type));
    case 'sparse_tensor':
      return p.write(`sparse_tensor(${tensorTypeText(type)})`);
    case 'sequence':
      return wrapped(p, 'seq(', type.element);
    case 'optional':
      return wrapped(p, 'optional(', type.element);
    case 'map':
      return wrapped(p, `map(${type.key}, `, type.value);
    case 'opaque':
      return p.write(opaqueText(type));
  }
}

function wrapped(p: Printer, open: string, inner: ValueType | null): void {
  p.write(open);
  printType(p, inner);
  p.write(')');
}

function opaqueText({ domain, name }: OpaqueType): string {
  if (domain === '') return name === '' ? 'opaque()' : `opaque(${dottedText(name)})`;
  return `opaque(${dottedText(domain)},${name === '' ? '' : nameText(name)})`;
}

function tensorTypeText({ dtype, shape }: TensorType): string {
  if (shape === null) return `${dtype}[]`;
  return shape.length === 0 ? dtype : `${dtype}[${shape.map(dimText).join(',')}]`;
}

function dimText(dim: Dim): string {
  if (dim === null) return '?';
  if (typeof dim === 'number') return String(dim);
  return IDENTIFIER.test(dim) ? dim : quoted(dim);
}

// ---- tensors

/** `float[2] name = {1,2}`; a name of its own is printed where the value has none. */
export function printTensor(p: Printer, tensor: Tensor, name: string | null): void {
  const { dtype, dims, storage } = tensor;
  p.write(dims.length === 0 ? dtype : `${dtype}[${dims.join(',')}]`);
  const shown = name ?? tensor.name ?? '';
  if (shown !== '') p.write(` ${nameText(shown)}`);
  p.write(name !== null || storage === 'external' ? ' = ' : ' ');
  const { text, data } = tensorData(p, tensor);
  p.write(text);
  const usual = p.storage !== null && dtype !== 'string' ? p.storage : typedStorage(dtype);
  p.note('tensor', {
    storage: storage === usual || storage === 'external' ? undefined : storage,
    data,
    name: tensor.name === (name === null && shown !== '' ? shown : undefined) ? undefined : tensor.name,
    external: storage === 'external' ? undefined : tensor.external,
    doc: tensor.doc,
    metadata: tensor.metadata,
    extra: tensor.extra,
  });
}

/** The elements as text, and the stored bytes where the text would not give them again. */
function tensorData(p: Printer, tensor: Tensor): { text: string; data?: Uint8Array } {
  if (tensor.storage === 'external') return { text: externalText(tensor) };
  const bytes = bytesAtHand(tensor.data);
  const small = elementCount(tensor.dims) <= SMALL;
  const wanted = p.weights === 'all' || (p.weights === 'small' && small);
  if (bytes === null || !wanted) return { text: '{...}' };
  const dense = decoded(tensor, bytes);
  if (dense === null) return { text: '{}', data: bytes };
  return { text: elementsText(dense), ...(survives(dense, tensor.storage, bytes) ? {} : { data: bytes }) };
}

function externalText({ external = [] }: Tensor): string {
  return `[${external.map(([k, v]) => `${quoted(k)}: ${quoted(v)}`).join(', ')}]`;
}

/** null: the bytes are not what the type and the dimensions say. */
function decoded(tensor: Tensor, bytes: Uint8Array): DenseTensor | null {
  try {
    const dense = decodeTensor(tensor, bytes);
    const bad = tensor.dtype === 'bool' && (dense.values as Uint8Array).some((v) => v > 1);
    return bad || tensor.dtype === 'undefined' ? null : dense;
  } catch (e) {
    if (e instanceof RangeError) return null;
    throw e;
  }
}

/** Whether elements that were printed and parsed make the same bytes: no odd NaN, no broken UTF-8, no odd varint. */
function survives(dense: DenseTensor, storage: TensorStorage, bytes: Uint8Array): boolean {
  const { values } = dense;
  const floats = values instanceof Float32Array || values instanceof Float64Array;
  const plain = floats && values.some(Number.isNaN) ? { ...dense, values: values.map((v) => v) } : dense;
  if (plain !== dense) canonicalNaNs(plain.values as Float32Array);
  try {
    return sameBytes(encodeElements(plain, storage), bytes);
  } catch (e) {
    if (e instanceof RangeError) return false;
    throw e;
  }
}

function canonicalNaNs(values: Float32Array | Float64Array): void {
  for (let i = 0; i < values.length; i++) if (Number.isNaN(values[i])) values[i] = NaN;
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

function elementsText({ values }: DenseTensor): string {
  return `{${Array.from(values as ArrayLike<unknown>, elementPrinter(values)).join(', ')}}`;
}

function elementPrinter(values: DenseTensor['values']): (v: unknown) => string {
  if (values instanceof Float32Array) return (v) => float32Text(v as number);
  if (values instanceof Float64Array) return (v) => float64Text(v as number);
  return Array.isArray(values) ? (v) => quoted(v as string) : String;
}

/** Ours: ONNX has no text for sparse tensors. */
export function printSparse(p: Printer, sparse: SparseTensor, name: string | null): void {
  p.write(`sparse_tensor[${sparse.dims.join(',')}]${name === null ? '' : ` ${nameText(name)} =`} {`);
  printTensor(p, sparse.values, null);
  p.write(', ');
  printTensor(p, sparse.indices, null);
  p.write('}');
  p.note('sparse', clean({ extra: sparse.extra }));
}
