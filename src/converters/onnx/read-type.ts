/** TypeProto and ValueInfoProto. */
import { dtypeOfCode, type Dim, type DType, type Shape, type ValueType } from '../../graph-model/core/types.ts';
import { FormatError } from '../../graph-model/diagnostics.ts';
import { LENGTH, VARINT } from '../containers/protobuf/wire-reader.ts';
import { WireWriter } from '../containers/protobuf/wire-writer.ts';
import { BESIDE, DIM, TENSOR_TYPE, TYPE, VALUE_INFO } from './fields.ts';
import { Carrier, Extra, readName, readNameId, withExtra, type NameContext, type ReadContext } from './read-parts.ts';

const DEPTH_LIMIT = 100;

/** A declared value: its name's number and what is said of it. */
export interface ValueInfo {
  readonly name: number;
  readonly type: ValueType | null;
  readonly carried: Carrier['fields'];
}

/** A ValueInfoProto that ends at `end`. */
export function readValueInfo(c: ReadContext, end: number): ValueInfo {
  const { r } = c;
  const carrier = new Carrier();
  let name = 0;
  let type: ValueType | null = null;
  while (r.offset < end) {
    const begin = r.offset;
    const field = r.tag();
    if (field === VALUE_INFO.name) {
      name = readNameId(c, end);
      if (name === 0) carrier.extra.keep(r, begin);
    } else if (field === VALUE_INFO.type) {
      type = readTypeField(c, end);
      if (type === null) carrier.extra.keep(r, begin);
    } else if (field === VALUE_INFO.doc) carrier.readDoc(r, begin, end);
    else if (field === VALUE_INFO.metadata) carrier.readMetadata(r, begin, end);
    else carrier.extra.keepField(r, begin, field, end);
  }
  r.close(end);
  return { name, type, carried: carrier.fields };
}

/** A field that holds a TypeProto; null for one that says nothing (its caller keeps the bytes). */
export function readTypeField(c: ReadContext, outer: number, depth = 0): ValueType | null {
  const { r } = c;
  r.expect(LENGTH);
  const end = r.length(outer);
  if (depth > DEPTH_LIMIT)
    throw new FormatError('onnx.too-deep', { file: r.file, what: 'types', limit: DEPTH_LIMIT }, { offset: r.offset });
  const extra = new Extra();
  let type: ValueType | null = null;
  let denotation = '';
  while (r.offset < end) {
    const begin = r.offset;
    const field = r.tag();
    const inner: ValueType | null = type === null && r.wire === LENGTH ? readKind(c, field, end, depth) : null;
    if (inner) type = inner;
    else if (field === TYPE.denotation && r.wire === LENGTH) {
      denotation = readName(c, end);
      if (denotation === '') extra.keep(r, begin);
    } else extra.keepField(r, begin, field, end);
  }
  r.close(end);
  if (type === null) return null;
  return { ...type, ...(denotation ? { denotation } : {}), ...joinExtras(type.extra, extra.bytes) };
}

/** A type keeps one `extra`; what stands beside its kind, not within it, is wrapped in a field number of its own. */
function joinExtras(inner: Uint8Array | undefined, outer: Uint8Array | undefined): { extra?: Uint8Array } {
  if (outer === undefined) return {};
  const wire = new WireWriter();
  if (inner) wire.raw(inner);
  wire.bytes(BESIDE, outer);
  return { extra: wire.toBytes() };
}

function readKind(c: ReadContext, field: number, outer: number, depth: number): ValueType | null {
  switch (field) {
    case TYPE.tensor:
      return readTensorType(c, 'tensor', outer);
    case TYPE.sparse:
      return readTensorType(c, 'sparse_tensor', outer);
    case TYPE.sequence:
      return readElementType(c, 'sequence', outer, depth);
    case TYPE.optional:
      return readElementType(c, 'optional', outer, depth);
    case TYPE.map:
      return readMapType(c, outer, depth);
    case TYPE.opaque:
      return readOpaqueType(c, outer);
    default:
      return null;
  }
}

/** An element type; one that is 0 or unknown is kept as bytes. */
function readDtype(c: ReadContext, begin: number, extra: Extra): DType {
  const { r } = c;
  r.expect(VARINT);
  const code = r.int();
  const dtype = dtypeOfCode(code);
  if (dtype !== null && dtype !== 'undefined') return dtype;
  extra.keep(r, begin);
  return 'undefined';
}

function readTensorType(c: ReadContext, kind: 'tensor' | 'sparse_tensor', outer: number): ValueType {
  const { r } = c;
  const end = r.length(outer);
  const extra = new Extra();
  let dtype: DType = 'undefined';
  let shape: Shape = null;
  let dims: ReadShape | null = null;
  while (r.offset < end) {
    const begin = r.offset;
    const field = r.tag();
    if (field === TENSOR_TYPE.element) dtype = readDtype(c, begin, extra);
    else if (field === TENSOR_TYPE.shape && dims === null) {
      dims = readShape(c, end);
      shape = dims.shape;
      if (dims.odd) extra.keep(r, begin);
    } else extra.keepField(r, begin, field, end);
  }
  r.close(end);
  const denotations = dims?.denotations;
  return { kind, dtype, shape, ...(denotations ? { dimDenotations: denotations } : {}), ...withExtra(extra) };
}

interface ReadShape {
  readonly shape: readonly Dim[];
  readonly denotations: readonly (string | undefined)[] | undefined;
  /** It says something that a Dim cannot hold: the bytes are kept too. */
  readonly odd: boolean;
}

/** A TensorShapeProto field. */
export function readShape(c: NameContext, outer: number): ReadShape {
  const { r } = c;
  r.expect(LENGTH);
  const end = r.length(outer);
  const shape: Dim[] = [];
  let denotations: (string | undefined)[] | undefined;
  let odd = false;
  while (r.offset < end) {
    const field = r.tag();
    if (field !== 1 || r.wire !== LENGTH) {
      odd = true;
      r.skip(field, end);
      continue;
    }
    const dim = readDim(c, r.length(end));
    if (dim.denotation) (denotations ??= [])[shape.length] = dim.denotation;
    shape.push(dim.dim);
    odd ||= dim.odd;
  }
  r.close(end);
  if (denotations) denotations = Array.from({ length: shape.length }, (_, i) => denotations![i]);
  return { shape, denotations, odd };
}

function readDim(c: NameContext, end: number): { dim: Dim; denotation: string; odd: boolean } {
  const { r } = c;
  let dim: Dim = null;
  let denotation = '';
  let odd = false;
  while (r.offset < end) {
    const field = r.tag();
    if (field === DIM.value && r.wire === VARINT) {
      dim = r.int();
      odd ||= !Number.isSafeInteger(dim);
    } else if (field === DIM.param && r.wire === LENGTH) {
      dim = readName(c, end) || null;
      odd ||= dim === null;
    } else if (field === DIM.denotation && r.wire === LENGTH) {
      denotation = readName(c, end);
      odd ||= denotation === '';
    } else {
      odd = true;
      r.skip(field, end);
    }
  }
  r.close(end);
  return { dim, denotation, odd };
}

function readElementType(c: ReadContext, kind: 'sequence' | 'optional', outer: number, depth: number): ValueType {
  const { r } = c;
  const end = r.length(outer);
  const extra = new Extra();
  let element: ValueType | null = null;
  while (r.offset < end) {
    const begin = r.offset;
    const field = r.tag();
    if (field === 1 && r.wire === LENGTH) {
      element = readTypeField(c, end, depth + 1);
      if (element === null) extra.keep(r, begin);
    } else extra.keepField(r, begin, field, end);
  }
  r.close(end);
  return { kind, element, ...withExtra(extra) };
}

function readMapType(c: ReadContext, outer: number, depth: number): ValueType {
  const { r } = c;
  const end = r.length(outer);
  const extra = new Extra();
  let key: DType = 'undefined';
  let value: ValueType | null = null;
  while (r.offset < end) {
    const begin = r.offset;
    const field = r.tag();
    if (field === 1) key = readDtype(c, begin, extra);
    else if (field === 2 && r.wire === LENGTH) {
      value = readTypeField(c, end, depth + 1);
      if (value === null) extra.keep(r, begin);
    } else extra.keepField(r, begin, field, end);
  }
  r.close(end);
  return { kind: 'map', key, value, ...withExtra(extra) };
}

function readOpaqueType(c: ReadContext, outer: number): ValueType {
  const { r } = c;
  const end = r.length(outer);
  const extra = new Extra();
  let domain = '';
  let name = '';
  while (r.offset < end) {
    const begin = r.offset;
    const field = r.tag();
    if (field > 2 || r.wire !== LENGTH) {
      extra.keepField(r, begin, field, end);
      continue;
    }
    const text = readName(c, end);
    if (text === '') extra.keep(r, begin);
    if (field === 1) domain = text;
    else name = text;
  }
  r.close(end);
  return { kind: 'opaque', domain, name, ...withExtra(extra) };
}
