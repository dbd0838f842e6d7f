/** Reading what a dialect's node holds, whatever kind of attribute it is kept in. */
import { getStrings, type Attribute } from '../core/attributes.ts';
import type { GraphId, Node } from '../core/model.ts';
import { tensorAtHand, toNumbers, type DenseTensor } from '../core/tensor.ts';

type Holder = Pick<Node, 'attributes'>;

export function denseOf(node: Holder, name: string): DenseTensor | null {
  const a = node.attributes.get(name);
  return a?.kind === 'tensor' ? tensorAtHand(a.value) : null;
}

/** A list of numbers; null where there is none of that name. */
export function numbersOf(node: Holder, name: string): ArrayLike<number> | null {
  const a = node.attributes.get(name);
  if (a?.kind === 'floats') return a.value;
  if (a?.kind === 'ints') return plainNumbers(a.value);
  const dense = denseOf(node, name);
  if (!dense || dense.dtype === 'string') return null;
  if (dense.values instanceof BigInt64Array) return plainNumbers(dense.values);
  return dense.dtype === 'uint64' || dense.dtype === 'float16' ? toNumbers(dense) : (dense.values as Float64Array);
}

/** The numbers from one place to another of a long list, without reading the rest; none where there is no such list. */
export function numbersBetween(node: Holder, name: string, begin: number, end: number): Float64Array {
  const a = node.attributes.get(name);
  if (a?.kind === 'ints') return plainNumbers(a.value.subarray(begin, end));
  const all = numbersOf(node, name);
  return all ? Float64Array.from(Array.prototype.slice.call(all, begin, end)) : new Float64Array(0);
}

/** By words: of millions of tree nodes a bigint each would take seconds. */
function plainNumbers(values: BigInt64Array): Float64Array {
  const words = new Int32Array(values.buffer, values.byteOffset, 2 * values.length);
  const out = new Float64Array(values.length);
  for (let i = 0; i < out.length; i++) out[i] = words[2 * i + 1]! * 2 ** 32 + (words[2 * i]! >>> 0);
  return out;
}

/** A number, or the one number of a tensor. */
export function numberOf(node: Holder, name: string): number | null {
  const a = node.attributes.get(name);
  if (a?.kind === 'int') return Number(a.value);
  if (a?.kind === 'float') return a.value;
  return numbersOf(node, name)?.[0] ?? null;
}

/** Texts: strings, a tensor of strings, or an array of objects that are texts. */
export function textsOf(node: Holder, name: string): readonly string[] | null {
  const own = getStrings(node, name);
  if (own) return own;
  const dense = denseOf(node, name);
  if (dense?.dtype === 'string') return dense.values as readonly string[];
  return node.attributes.has(`${name}.items`) ? textsOf(node, `${name}.items`) : null;
}

export function textOf(node: Holder, name: string): string | null {
  const a: Attribute | undefined = node.attributes.get(name);
  return a?.kind === 'string' && a.doc !== 'None' ? a.value : null;
}

/** The bodies that an attribute holds. */
export function bodiesAt(node: Holder, name: string): readonly GraphId[] {
  const a = node.attributes.get(name);
  if (a?.kind === 'graphs') return a.value;
  return a?.kind === 'graph' ? [a.value] : [];
}

/** Classes as texts, whatever they are. */
export function classesOf(node: Holder): readonly string[] | null {
  for (const name of ['classes_', 'classes_strings', 'classlabels_strings', 'labels']) {
    const texts = textsOf(node, name);
    if (texts && texts.length > 0) return texts;
  }
  for (const name of ['classes_', 'classes_int64s', 'classlabels_ints', 'classlabels_int64s']) {
    const numbers = numbersOf(node, name);
    if (numbers && numbers.length > 0) return Array.from(numbers, String);
  }
  return null;
}
