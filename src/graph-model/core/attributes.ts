/** Attributes of nodes: a union by kind, as AttributeProto has it. */
import type { GraphId } from './ids.ts';
import type { SparseTensor, Tensor } from './tensor.ts';
import type { ValueType } from './types.ts';

interface Common {
  readonly doc?: string;
  /** The file gives the value without the `type` field, as the first ONNX versions did. */
  readonly untyped?: true;
  /** Wire bytes of fields that are carried through untouched. */
  readonly extra?: Uint8Array;
}

/**
 * Integers are bigints: files hold INT64_MAX. Lists are typed arrays, because tree ensembles hold millions; they are
 * never written to. Strings that are not valid UTF-8 keep their bytes in `raw`.
 */
export type Attribute = Common &
  (
    | { readonly kind: 'float'; readonly value: number }
    | { readonly kind: 'int'; readonly value: bigint }
    | { readonly kind: 'string'; readonly value: string; readonly raw?: Uint8Array }
    | { readonly kind: 'tensor'; readonly value: Tensor }
    | { readonly kind: 'sparse_tensor'; readonly value: SparseTensor }
    | { readonly kind: 'graph'; readonly value: GraphId }
    | { readonly kind: 'type'; readonly value: ValueType | null }
    | { readonly kind: 'floats'; readonly value: Float32Array }
    | { readonly kind: 'ints'; readonly value: BigInt64Array }
    | { readonly kind: 'strings'; readonly value: readonly string[]; readonly raw?: readonly Uint8Array[] }
    | { readonly kind: 'tensors'; readonly value: readonly Tensor[] }
    | { readonly kind: 'sparse_tensors'; readonly value: readonly SparseTensor[] }
    | { readonly kind: 'graphs'; readonly value: readonly GraphId[] }
    | { readonly kind: 'types'; readonly value: readonly (ValueType | null)[] }
    /** Inside a function: the caller's attribute of that name, of the AttributeProto.AttributeType word `type`. */
    | { readonly kind: 'reference'; readonly name: string; readonly type: AttributeKind }
    /** No type and no value: kept as found. */
    | { readonly kind: 'undefined' }
  );
export type AttributeKind =
  | 'float'
  | 'int'
  | 'string'
  | 'tensor'
  | 'sparse_tensor'
  | 'graph'
  | 'type'
  | 'floats'
  | 'ints'
  | 'strings'
  | 'tensors'
  | 'sparse_tensors'
  | 'graphs'
  | 'types'
  | 'undefined';
export type Attributes = ReadonlyMap<string, Attribute>;

export const NO_ATTRIBUTES: Attributes = new Map();

/** What the builder of a node may write instead of a tagged attribute. */
export type AttributeLike =
  Attribute | number | bigint | string | boolean | readonly number[] | readonly bigint[] | readonly string[];

/**
 * Attributes from plain values: integers (and booleans) become `int`, other numbers `float`, lists alike. A number that
 * is whole but meant as a float needs {@link float} or {@link floats}.
 */
export function attributes(plain: Readonly<Record<string, AttributeLike | undefined>>): Attributes {
  const out = new Map<string, Attribute>();
  for (const [name, value] of Object.entries(plain)) if (value !== undefined) out.set(name, attribute(value));
  return out;
}

export function attribute(value: AttributeLike): Attribute {
  if (typeof value === 'number') return Number.isInteger(value) ? int(value) : float(value);
  if (typeof value === 'bigint' || typeof value === 'boolean') return int(Number(value) === 0 ? 0n : BigInt(value));
  if (typeof value === 'string') return { kind: 'string', value };
  if (!Array.isArray(value)) return value as Attribute;
  if (value.every((v) => typeof v === 'string')) return { kind: 'strings', value: value as string[] };
  const whole = value.every((v) => typeof v === 'bigint' || Number.isInteger(v));
  return whole ? ints(value as (number | bigint)[]) : floats(value as number[]);
}

export const int = (value: number | bigint): Attribute => ({ kind: 'int', value: BigInt(value) });
export const float = (value: number): Attribute => ({ kind: 'float', value: Math.fround(value) });
export const floats = (value: Iterable<number>): Attribute => ({ kind: 'floats', value: Float32Array.from(value) });
export const ints = (value: Iterable<number | bigint>): Attribute => ({ kind: 'ints', value: bigInts(value) });

/** Small numbers are written as words: a bigint for each of millions of tree nodes would take seconds. */
function bigInts(value: Iterable<number | bigint>): BigInt64Array {
  const list = ArrayBuffer.isView(value) || Array.isArray(value) ? (value as ArrayLike<number | bigint>) : [...value];
  const out = new BigInt64Array(list.length);
  const words = new Int32Array(out.buffer);
  for (let i = 0; i < list.length; i++) {
    const v = list[i]!;
    if (typeof v !== 'number' || (v | 0) !== v) out[i] = BigInt(v);
    else {
      words[2 * i] = v;
      words[2 * i + 1] = v < 0 ? -1 : 0;
    }
  }
  return out;
}

interface HasAttributes {
  readonly attributes: Attributes;
}

/** Readers that give the default when the attribute is absent or of another kind. */
export function getInt(node: HasAttributes, name: string, otherwise: number): number;
export function getInt(node: HasAttributes, name: string, otherwise?: undefined): number | undefined;
export function getInt(node: HasAttributes, name: string, otherwise?: number): number | undefined {
  const a = node.attributes.get(name);
  return a?.kind === 'int' ? Number(a.value) : otherwise;
}

export function getFloat(node: HasAttributes, name: string, otherwise: number): number;
export function getFloat(node: HasAttributes, name: string, otherwise?: undefined): number | undefined;
export function getFloat(node: HasAttributes, name: string, otherwise?: number): number | undefined {
  const a = node.attributes.get(name);
  return a?.kind === 'float' ? a.value : otherwise;
}

export function getString(node: HasAttributes, name: string, otherwise: string): string;
export function getString(node: HasAttributes, name: string, otherwise?: undefined): string | undefined;
export function getString(node: HasAttributes, name: string, otherwise?: string): string | undefined {
  const a = node.attributes.get(name);
  return a?.kind === 'string' ? a.value : otherwise;
}

/** The list as numbers; exact below 2^53, which covers every use but "to the end" markers, which stay huge. */
export function getInts(node: HasAttributes, name: string): number[] | undefined {
  const a = node.attributes.get(name);
  return a?.kind === 'ints' ? Array.from(a.value, Number) : undefined;
}

export function getFloats(node: HasAttributes, name: string): Float32Array | undefined {
  const a = node.attributes.get(name);
  return a?.kind === 'floats' ? a.value : undefined;
}

export function getStrings(node: HasAttributes, name: string): readonly string[] | undefined {
  const a = node.attributes.get(name);
  return a?.kind === 'strings' ? a.value : undefined;
}

export function getTensor(node: HasAttributes, name: string): Tensor | undefined {
  const a = node.attributes.get(name);
  return a?.kind === 'tensor' ? a.value : undefined;
}

/** The bodies that a node holds, in the order of its attributes. */
export function bodiesOf(node: HasAttributes): GraphId[] {
  const out: GraphId[] = [];
  for (const a of node.attributes.values()) {
    if (a.kind === 'graph') out.push(a.value);
    else if (a.kind === 'graphs') out.push(...a.value);
  }
  return out;
}
