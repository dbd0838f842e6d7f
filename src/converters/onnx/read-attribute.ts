/** AttributeProto. Bodies are not read here: their place is given back, because they see names that come later. */
import type { Attribute, AttributeKind } from '../../graph-model/core/attributes.ts';
import type { GraphId } from '../../graph-model/core/ids.ts';
import { decodeLossy, decodeText, FIXED32, LENGTH, VARINT } from '../containers/protobuf/wire-reader.ts';
import { ATTRIBUTE, ATTRIBUTE_KINDS } from './fields.ts';
import { Extra, readName, readString, withExtra, type ReadContext } from './read-parts.ts';
import { readSparseTensor, readTensorProto, withName } from './read-tensor.ts';
import { readTypeField } from './read-type.ts';

const KIND_OF_CODE = new Map(ATTRIBUTE_KINDS.map((k) => [k.code, k.kind]));
const KIND_OF_FIELD = new Map(ATTRIBUTE_KINDS.filter((k) => k.field > 0).map((k) => [k.field, k.kind]));
const FIELD_OF_KIND = new Map(ATTRIBUTE_KINDS.map((k) => [k.kind, k.field]));

/** Where a body lies in the file. */
export interface BodyRange {
  readonly begin: number;
  readonly end: number;
}

/** Reserves the id of a body that will be read from a range. */
export type ReserveBody = (range: BodyRange) => GraphId;

/** What a first look at the fields tells. */
interface Outline {
  name: string;
  reference: string;
  /** -1: no type field. */
  code: number;
  doc: string | undefined;
  /** The first field that may hold a value. */
  valueField: number;
  /** Occurrences of the field that holds the value. */
  count: number;
}

/** Occurrences by field number, for one outline at a time. */
const counts = new Uint32Array(32);

/** An AttributeProto that ends at `end`. */
export function readAttribute(c: ReadContext, end: number, reserve: ReserveBody): [string, Attribute] {
  const { r } = c;
  const begin = r.offset;
  const outline = readOutline(c, end);
  const { name } = outline;
  const { kind, untyped } = kindOf(outline);
  if (kind !== 'reference') outline.count = counts[FIELD_OF_KIND.get(kind)!]!;
  r.seek(begin);
  const extra = new Extra();
  const values = new ValueReader(c, kind, outline, reserve);
  while (r.offset < end) readField(c, outline, kind, values, extra, end);
  r.close(end);
  const common = {
    ...(outline.doc === undefined ? {} : { doc: outline.doc }),
    ...(untyped ? { untyped } : {}),
  };
  return [name, { ...common, ...values.finish(), ...presence(values, extra) } as Attribute];
}

/**
 * A scalar's `extra` tells the writer whether the file spells its default out: no `extra`, as nearly always: it does; with
 * `extra`, if empty: only where the field is in there.
 */
function presence(values: ValueReader, extra: Extra): { extra?: Uint8Array } {
  if (values.absent && extra.bytes === undefined) return { extra: new Uint8Array(0) };
  if (values.spelled && extra.bytes !== undefined) extra.add(values.spelled);
  return withExtra(extra);
}

function readOutline(c: ReadContext, end: number): Outline {
  const { r } = c;
  const out: Outline = { name: '', reference: '', code: -1, doc: undefined, valueField: 0, count: 0 };
  counts.fill(0);
  while (r.offset < end) {
    const field = r.tag();
    if (field === ATTRIBUTE.name) out.name = readName(c, end);
    else if (field === ATTRIBUTE.reference) out.reference = readName(c, end);
    else if (field === ATTRIBUTE.doc) out.doc = readString(r, end) || undefined;
    else if (field === ATTRIBUTE.type && r.wire === VARINT) out.code = r.int();
    else {
      if (out.valueField === 0 && KIND_OF_FIELD.has(field)) out.valueField = field;
      if (field < counts.length) counts[field]!++;
      r.skip(field, end);
    }
  }
  r.close(end);
  return out;
}

function kindOf(outline: Outline): { kind: AttributeKind | 'reference'; untyped: boolean } {
  if (outline.reference !== '') return { kind: 'reference', untyped: false };
  if (outline.code < 0 && outline.valueField > 0)
    return { kind: KIND_OF_FIELD.get(outline.valueField)!, untyped: true };
  const kind = KIND_OF_CODE.get(outline.code) ?? 'undefined';
  return { kind: hasValue(kind) ? kind : 'undefined', untyped: false };
}

/** Kinds whose value has no default need their field; one that lacks it is carried as it is. */
function hasValue(kind: AttributeKind): boolean {
  if (kind !== 'tensor' && kind !== 'sparse_tensor' && kind !== 'graph') return true;
  return counts[FIELD_OF_KIND.get(kind)!] === 1;
}

function readField(
  c: ReadContext,
  outline: Outline,
  kind: AttributeKind | 'reference',
  values: ValueReader,
  extra: Extra,
  end: number,
): void {
  const { r } = c;
  const begin = r.offset;
  const field = r.tag();
  if (kind !== 'reference' && field === FIELD_OF_KIND.get(kind)) {
    if (!values.read(field, end)) extra.keep(r, begin);
    values.noteDefault(begin);
    return;
  }
  r.skip(field, end);
  if (!isModelled(field, kind, outline)) extra.keep(r, begin);
}

/** True for a field whose content the outline holds and the writer writes. */
function isModelled(field: number, kind: AttributeKind | 'reference', outline: Outline): boolean {
  if (field === ATTRIBUTE.name) return outline.name !== '';
  if (field === ATTRIBUTE.doc) return outline.doc !== undefined;
  if (field === ATTRIBUTE.reference) return outline.reference !== '';
  if (field !== ATTRIBUTE.type) return false;
  if (kind === 'reference') return KIND_OF_CODE.get(outline.code) !== undefined;
  return kind !== 'undefined' && outline.code > 0;
}

/** Collects the value of one attribute. */
class ValueReader {
  private scalar: unknown = undefined;
  private raw: Uint8Array | undefined;
  private raws: Uint8Array[] | undefined;
  private readonly items: unknown[] = [];
  private floats: Float32Array | undefined;
  private ints: BigInt64Array | undefined;
  private filled = 0;

  constructor(
    private readonly c: ReadContext,
    private readonly kind: AttributeKind | 'reference',
    private readonly outline: Outline,
    private readonly reserve: ReserveBody,
  ) {}

  /** The field of a float, int or string that the file sets to its default. */
  spelled: Uint8Array | null = null;

  noteDefault(begin: number): void {
    const { scalar } = this;
    const isDefault = scalar === 0n || scalar === '' || Object.is(scalar, 0);
    this.spelled = isDefault ? this.c.r.copyFrom(begin) : null;
  }

  /** A float, int or string that the file leaves at its default by leaving it out. */
  get absent(): boolean {
    const { kind } = this;
    return (kind === 'float' || kind === 'int' || kind === 'string') && this.scalar === undefined;
  }

  /** Reads the value field whose tag was just read. False: it says nothing, its bytes must be carried. */
  read(field: number, end: number): boolean {
    const { c, kind } = this;
    const { r } = c;
    switch (kind) {
      case 'float':
        r.expect(FIXED32);
        this.scalar = r.float();
        return true;
      case 'int':
        r.expect(VARINT);
        this.scalar = r.bigint();
        return true;
      case 'floats':
        return this.readFloats(end);
      case 'ints':
        return this.readInts(end);
      case 'type':
        this.scalar = readTypeField(c, end);
        return this.scalar !== null;
      case 'types':
        this.items.push(readTypeField(c, end));
        return true;
      default:
        r.expect(LENGTH);
        this.readMessage(r.length(end));
        return true;
    }
  }

  private readMessage(end: number): void {
    const { c, kind } = this;
    if (kind === 'string' || kind === 'strings') this.readBytes(end);
    else if (kind === 'tensor' || kind === 'tensors') this.items.push(withName(c, readTensorProto(c, end)));
    else if (kind === 'sparse_tensor' || kind === 'sparse_tensors') this.items.push(readSparseTensor(c, end).sparse);
    else {
      this.items.push(this.reserve({ begin: c.r.offset, end }));
      c.r.skipTo(end);
    }
  }

  private readBytes(end: number): void {
    const { r } = this.c;
    const at = r.payload(end);
    if (at < 0) r.fail('data lie where a string is due');
    const text = decodeText(r.bytes, at, r.at);
    const raw = text === null ? r.bytes.slice(at, r.at) : undefined;
    const value = text ?? decodeLossy(r.bytes, at, r.at);
    if (this.kind === 'string') {
      this.scalar = value;
      this.raw = raw;
      return;
    }
    if (raw && !this.raws) this.raws = this.items.map((s) => new TextEncoder().encode(s as string));
    this.raws?.push(raw ?? new TextEncoder().encode(value));
    this.items.push(value);
  }

  private readFloats(outer: number): boolean {
    const { r } = this.c;
    if (r.wire === FIXED32) {
      this.floats ??= new Float32Array(this.outline.count);
      if (this.filled >= this.floats.length) r.fail('a list of floats is packed in part');
      this.floats[this.filled++] = r.float();
      return true;
    }
    r.expect(LENGTH);
    const end = r.length(outer);
    const more = new Float32Array((end - r.offset) >> 2);
    for (let i = 0; i < more.length; i++) more[i] = r.float();
    r.close(end);
    this.floats = this.floats ? joinFloats(this.floats.subarray(0, this.filled), more) : more;
    this.filled = this.floats.length;
    return true;
  }

  private readInts(outer: number): boolean {
    const { r } = this.c;
    if (r.wire === VARINT) {
      this.ints ??= new BigInt64Array(this.outline.count);
      this.putInt();
      return true;
    }
    r.expect(LENGTH);
    const end = r.length(outer);
    const room = new BigInt64Array(this.filled + (end - r.offset));
    if (this.ints) room.set(this.ints.subarray(0, this.filled));
    this.ints = room;
    while (r.offset < end) this.putInt();
    r.close(end);
    this.ints = this.ints.slice(0, this.filled);
    return true;
  }

  /** Two 32-bit halves: no bigint is made for each of millions. */
  private putInt(): void {
    const { r } = this.c;
    r.varint64();
    const ints = this.ints!;
    if (this.filled >= ints.length) r.fail('a list of integers is packed in part');
    const halves = new Int32Array(ints.buffer, ints.byteOffset + this.filled * 8, 2);
    halves[0] = r.lo;
    halves[1] = r.hi;
    this.filled++;
  }

  finish(): Record<string, unknown> {
    const { kind, outline } = this;
    switch (kind) {
      case 'reference':
        return { kind, name: outline.reference, type: KIND_OF_CODE.get(outline.code) ?? 'undefined' };
      case 'undefined':
        return { kind };
      case 'float':
        return { kind, value: this.scalar ?? 0 };
      case 'int':
        return { kind, value: this.scalar ?? 0n };
      case 'string':
        return { kind, value: this.scalar ?? '', ...(this.raw ? { raw: this.raw } : {}) };
      case 'type':
        return { kind, value: this.scalar ?? null };
      case 'floats':
        return { kind, value: this.floats ?? new Float32Array(0) };
      case 'ints':
        return { kind, value: this.ints ?? new BigInt64Array(0) };
      case 'strings':
        return { kind, value: this.items, ...(this.raws ? { raw: this.raws } : {}) };
      case 'tensor':
      case 'sparse_tensor':
      case 'graph':
        return { kind, value: this.items[0] };
      default:
        return { kind, value: this.items };
    }
  }
}

function joinFloats(a: Float32Array, b: Float32Array): Float32Array {
  const out = new Float32Array(a.length + b.length);
  out.set(a);
  out.set(b, a.length);
  return out;
}
