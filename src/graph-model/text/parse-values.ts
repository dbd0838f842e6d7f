/** Parsing of annotations, types and tensors. */
import { bytesOf } from '../core/bytes.ts';
import { encodeElements, typedStorage } from '../core/tensor-encode.ts';
import { smallFloatBits } from '../core/small-float.ts';
import { elementArray, elementCount, type ExternalData, type SparseTensor, type Tensor } from '../core/tensor.ts';
import type { Elements, TensorStorage } from '../core/tensor.ts';
import {
  dtypeInfo,
  isDType,
  type Dim,
  type DType,
  type Shape,
  type TensorType,
  type ValueType,
} from '../core/types.ts';
import { Fields, NOTE_MARK, readExtra, readTensor, readType, type Subject, type TensorNote } from './notes.ts';
import { Scanner } from './scanner.ts';
import type { GraphSyntax } from './syntax.ts';

/** What no annotation says. */
const NOTHING = Object.freeze({});

/** Where the parser stands, and what rules the whole text. */
export class Source extends Scanner {
  /** From the model's annotation; null: each dtype's own typed field. */
  storage: TensorStorage | null = null;
  /** Set by the graph parser: bodies are attributes' values, and the two files must not import each other. */
  parseGraph: (s: Source) => GraphSyntax = () => {
    throw this.expected('a value that is not a graph');
  };

  /** Reads the annotation about `subject` if one stands next, else gives an empty record: every field of a note is optional. */
  noteOn<T extends object>(subject: Subject, read: (f: Fields) => T): T {
    const json = this.note();
    if (json === null) return NOTHING as T;
    const at = this.at - json.length - NOTE_MARK.length;
    const body = this.noteBody(json, subject);
    if (body) return read(new Fields(body, (problem) => this.fail('text.note', { problem }, at)));
    this.at = at;
    return NOTHING as T;
  }

  private noteBody(json: string, subject: Subject): Record<string, unknown> | null {
    let parsed: unknown;
    try {
      parsed = JSON.parse(json);
    } catch {
      throw this.fail('text.note', { problem: 'is not valid JSON' });
    }
    const body = (parsed as Record<string, unknown> | null)?.[subject];
    return typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : null;
  }
}

/** Items between commas up to `close`, which is consumed. */
export function parseList<T>(s: Source, close: string, item: (s: Source) => T): T[] {
  const out: T[] = [];
  if (s.matches(close)) return out;
  do out.push(item(s));
  while (s.matches(','));
  if (!s.matches(close)) throw s.expected(`"," or "${close}"`);
  return out;
}

// ---- types

const TYPE_WORDS = new Set(['seq', 'map', 'optional', 'sparse_tensor', 'opaque']);

export function seesType(s: Source): boolean {
  const word = s.peekIdentifier();
  return word === '' ? s.peek() === '?' : isDType(word) || TYPE_WORDS.has(word);
}

/** `?` is ours: a type that is not given, inside a sequence or as an attribute. */
export function parseType(s: Source): ValueType | null {
  if (s.matches('?')) return null;
  const type = s.nested(() => bareType(s));
  const note = s.noteOn('type', readType);
  const { dims, ...common } = note;
  return { ...type, ...common, ...(dims && 'shape' in type ? { dimDenotations: dims } : {}) };
}

function bareType(s: Source): ValueType {
  const word = s.peekIdentifier();
  if (isDType(word)) return parseTensorType(s, 'tensor');
  if (!TYPE_WORDS.has(word)) throw s.expected('a type');
  s.identifier();
  s.expect('(');
  const type = constructedType(s, word);
  s.expect(')');
  return type;
}

function constructedType(s: Source, word: string): ValueType {
  switch (word) {
    case 'seq':
      return { kind: 'sequence', element: parseType(s) };
    case 'optional':
      return { kind: 'optional', element: parseType(s) };
    case 'map': {
      const key = parseDType(s);
      s.expect(',');
      return { kind: 'map', key, value: parseType(s) };
    }
    case 'sparse_tensor':
      return parseTensorType(s, 'sparse_tensor');
    default:
      return parseOpaque(s);
  }
}

/** `opaque()`, `opaque(name)`, `opaque(domain, name)`; a lone dotted word is the name. */
function parseOpaque(s: Source): ValueType {
  if (s.peek() === ')') return { kind: 'opaque', domain: '', name: '' };
  const parts = [s.quotable()];
  while (s.matches('.')) parts.push(s.quotable());
  const first = parts.join('.');
  if (!s.matches(',')) return { kind: 'opaque', domain: '', name: first };
  return { kind: 'opaque', domain: first, name: s.peek() === ')' ? '' : s.quotable() };
}

function parseDType(s: Source): DType {
  const word = s.peekIdentifier();
  if (!isDType(word)) throw s.expected('an element type');
  s.identifier();
  return word;
}

function parseTensorType(s: Source, kind: TensorType['kind']): TensorType {
  return { kind, dtype: parseDType(s), shape: parseShape(s) };
}

/** Nothing: a scalar; `[]`: unknown rank; else one dimension or more. */
function parseShape(s: Source): Shape {
  if (!s.matches('[')) return [];
  const dims = parseList(s, ']', parseDim);
  return dims.length === 0 ? null : dims;
}

function parseDim(s: Source): Dim {
  if (s.matches('?')) return null;
  if (s.peek() === '"') return s.string();
  return s.peekIdentifier() === '' ? Number(s.bigInteger('a dimension')) : s.identifier();
}

// ---- tensors

/**
 * The data that follow a tensor's type (and name): `{1, 2}`, external `["location": "w.bin"]`, or `{...}` where the
 * printer left the elements out, which is read as a tensor whose file is missing.
 */
export function parseTensorData(s: Source, type: ValueType | null, name?: string): Tensor {
  s.skip();
  const { at } = s;
  const dims = tensorDims(s, type);
  const { dtype } = type as TensorType;
  if (s.peek() === '[') return externalTensor(s, dtype, dims, name);
  s.expect('{');
  if (s.matches('...')) return elidedTensor(s, dtype, dims, name);
  const values = elementsInBraces(s, dtype, elementCount(dims));
  const note = s.noteOn('tensor', readTensor);
  const storage = note.storage ?? (dtype === 'string' ? null : s.storage) ?? typedStorage(dtype);
  const data = note.data ?? encode(s, at, dtype, dims, values, storage);
  return tensorRecord(dtype, dims, storage, data, note, name);
}

function tensorRecord(
  dtype: DType,
  dims: readonly number[],
  storage: TensorStorage,
  data: Uint8Array,
  { data: _, storage: __, ...note }: TensorNote,
  name?: string,
): Tensor {
  return { dtype, dims, storage, data: bytesOf(data), ...(name === undefined ? {} : { name }), ...note };
}

function tensorDims(s: Source, type: ValueType | null): number[] {
  if (type?.kind !== 'tensor') throw s.fail('text.tensor', { problem: 'needs a tensor type such as float[2]' });
  if (type.shape === null)
    throw s.fail('text.tensor', { problem: 'needs its dimensions: [] says that they are unknown' });
  for (const d of type.shape)
    if (typeof d !== 'number') throw s.fail('text.tensor', { problem: `cannot have the dimension ${d ?? '?'}` });
  return type.shape as number[];
}

function encode(
  s: Source,
  at: number,
  dtype: DType,
  dims: readonly number[],
  values: Elements,
  storage: TensorStorage,
): Uint8Array {
  const per = dtype.startsWith('complex') ? 2 : 1;
  const want = elementCount(dims) * per;
  if (values.length !== want)
    throw s.fail('text.tensor', { problem: `has dimensions for ${want} elements and ${values.length} of them` }, at);
  try {
    return encodeElements({ dtype, dims, values }, storage);
  } catch {
    throw s.fail('text.tensor', { problem: `of ${dtype} cannot be kept in ${storage}` }, at);
  }
}

function externalTensor(s: Source, dtype: DType, dims: readonly number[], name?: string): Tensor {
  s.expect('[');
  const external = parseList(s, ']', parsePair);
  const { data: _, storage: __, ...note } = s.noteOn('tensor', readTensor);
  const data = { kind: 'missing' as const, ...externalRange(external) };
  return { dtype, dims, storage: 'external', data, external, ...(name === undefined ? {} : { name }), ...note };
}

function externalRange(external: ExternalData): { file: string; begin: number; end: number } {
  const fields = new Map(external);
  const begin = Number(fields.get('offset') ?? 0);
  const length = fields.get('length');
  return { file: fields.get('location') ?? '', begin, end: length === undefined ? -1 : begin + Number(length) };
}

function elidedTensor(s: Source, dtype: DType, dims: readonly number[], name?: string): Tensor {
  s.expect('}');
  const { data: _, storage, ...note } = s.noteOn('tensor', readTensor);
  const end = Math.ceil((elementCount(dims) * dtypeInfo(dtype).bits) / 8);
  const data = { kind: 'missing' as const, file: '', begin: 0, end };
  return { dtype, dims, storage: storage ?? 'raw_data', data, ...(name === undefined ? {} : { name }), ...note };
}

export function parsePair(s: Source): readonly [string, string] {
  const key = s.string('a key in quotes');
  s.expect(':');
  return [key, s.string('a text in quotes')];
}

/**
 * Numbers between commas: up to `close`, or `most` of them. `hint` is how many there should be; it is not believed for
 * allocation beyond the text's length.
 */
export function parseElements(s: Source, dtype: DType, hint: number, most = Infinity, close?: string): Numbers {
  const read = elementReader(dtype);
  const room = Math.min(Math.max(hint, 1), s.text.length - s.at + 1);
  let out = elementArray(dtype, room) as Numbers;
  let n = 0;
  do {
    if (n === out.length) out = grown(out);
    out[n++] = read(s) as never;
  } while (n < most && s.matches(','));
  if (close !== undefined && !s.matches(close)) throw s.expected(`"," or "${close}"`);
  return n === out.length ? out : out.slice(0, n);
}

function elementsInBraces(s: Source, dtype: DType, hint: number): Elements {
  if (dtype === 'string') return parseList(s, '}', (p) => p.string());
  return s.matches('}') ? elementArray(dtype, 0) : parseElements(s, dtype, hint, Infinity, '}');
}

export type Numbers = Exclude<Elements, readonly string[]>;

function grown(values: Numbers): Numbers {
  const bigger = new (values.constructor as { new (n: number): Numbers })(values.length * 2);
  (bigger as Float32Array).set(values as Float32Array);
  return bigger;
}

function elementReader(dtype: DType): (s: Source) => number | bigint {
  if (dtype === 'float' || dtype === 'complex64') return (s) => parseFloat32(s);
  if (dtype === 'double' || dtype === 'complex128') return (s) => toNumber(s.number().text);
  const { low, high } = integerRange(dtype);
  if (dtype === 'int64' || dtype === 'uint64') return (s) => checkedBig(s, low, high);
  return (s) => checkedInt(s, dtype, Number(low), Number(high));
}

/** The bounds of an integer dtype; for small floats those of their bit pattern. */
function integerRange(dtype: DType): { low: bigint; high: bigint } {
  if (dtype === 'bool') return { low: 0n, high: 1n };
  const bits = BigInt(Math.max(dtypeInfo(dtype).bits, 1));
  const signed = /^int/.test(dtype);
  return signed ? { low: -(1n << (bits - 1n)), high: (1n << (bits - 1n)) - 1n } : { low: 0n, high: (1n << bits) - 1n };
}

function checkedBig(s: Source, low: bigint, high: bigint): bigint {
  const at = s.at;
  const value = s.bigInteger();
  if (value < low || value > high) throw outOfRange(s, String(value), at);
  return value;
}

/** An integer of the dtype's range. Small floats are written as bit patterns, as in ONNX; `1.5` (with a point) is ours. */
function checkedInt(s: Source, dtype: DType, low: number, high: number): number {
  const token = s.number();
  if (token.kind === 'float') {
    const bits = smallFloatBits(dtype, toNumber(token.text));
    if (bits === null) throw s.fail('text.literal', { problem: `${token.text} is not a whole number` }, token.at);
    return bits;
  }
  const value = Number(token.text);
  if (value < low || value > high) throw outOfRange(s, token.text, token.at);
  return value;
}

function outOfRange(s: Source, text: string, at: number) {
  return s.fail('text.literal', { problem: `${text} is out of the range of its type` }, at);
}

export function parseFloat32(s: Source): number {
  return Math.fround(toNumber(s.number().text));
}

function toNumber(text: string): number {
  const word = text.toLowerCase().replace('-', '');
  if (word === 'nan') return NaN;
  if (word === 'inf' || word === 'infinity') return text[0] === '-' ? -Infinity : Infinity;
  return Number(text);
}

/** `sparse_tensor[3, 4] name = {values, indices}`, two tensors: ours, ONNX has no text for it. */
export function parseSparseTensor(s: Source): SparseTensor {
  s.expect('sparse_tensor');
  return parseSparseData(s, parseSparseDims(s));
}

export function parseSparseDims(s: Source): number[] {
  s.expect('[');
  return parseList(s, ']', (p) => Number(p.bigInteger('a dimension')));
}

export function parseSparseData(s: Source, dims: readonly number[]): SparseTensor {
  s.expect('{');
  const values = parseTensorAfterType(s, parseType(s));
  s.expect(',');
  const indices = parseTensorAfterType(s, parseType(s));
  s.expect('}');
  return { dims, values, indices, ...s.noteOn('sparse', readExtra) };
}

/** A tensor whose type has been read: its name if it has one, and its data. */
export function parseTensorAfterType(s: Source, type: ValueType | null): Tensor {
  const name = s.peek() === '"' || s.peekIdentifier() !== '' ? s.quotable() : undefined;
  s.matches('=');
  return parseTensorData(s, type, name);
}
