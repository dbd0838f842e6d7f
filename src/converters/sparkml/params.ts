/** What a stage's node carries, params and learned data alike, read back with Spark's own defaults. */
import { attribute, getStrings, type Attribute, type Attributes } from '../../graph-model/core/attributes.ts';
import type { Node } from '../../graph-model/core/model.ts';
import { tensorAtHand, tensorOf, toNumbers } from '../../graph-model/core/tensor.ts';
import { record } from './folder.ts';
import { damaged, matrixOf, vectorOf, type Matrix } from './values.ts';

/** Doubles as a tensor, since attributes of ONNX hold float32 only. */
export function doubles(values: ArrayLike<number>, dims: readonly number[] = [values.length]): Attribute {
  const tensor = tensorOf({ dtype: 'double', dims, values: Float64Array.from(values) });
  return { kind: 'tensor', value: tensor };
}

export const matrix = (m: Matrix): Attribute => doubles(m.values, [m.rows, m.columns]);

/** Whole numbers as a tensor: lists of attributes take a bigint each. */
export function wholes(values: ArrayLike<number>): Attribute {
  const list = Int32Array.from(values);
  return { kind: 'tensor', value: tensorOf({ dtype: 'int32', dims: [list.length], values: list }) };
}

const WORD = /^(NaN|-?Inf(inity)?)$/;

/** A param of the metadata as an attribute; null where it is of no kind that a node holds. */
export function paramAttribute(value: unknown, where: string): Attribute | null {
  if (typeof value === 'boolean' || typeof value === 'string')
    return typeof value === 'string' && WORD.test(value) ? doubles([Number(longWord(value))], []) : attribute(value);
  if (typeof value === 'number') return numberAttribute(value);
  if (Array.isArray(value)) return listAttribute(value, where);
  const object = record(value);
  if ('numRows' in object) return matrix(matrixOf(object, where));
  return 'values' in object ? doubles(vectorOf(object, where)) : null;
}

const longWord = (word: string) => word.replace(/Inf$/, 'Infinity');

function numberAttribute(value: number): Attribute {
  const plain = Number.isSafeInteger(value) || Math.fround(value) === value;
  return plain && !Object.is(value, -0) && Math.abs(value) < 2 ** 63 ? attribute(value) : doubles([value], []);
}

function listAttribute(list: readonly unknown[], where: string): Attribute | null {
  const word = (v: unknown) => typeof v === 'string' && WORD.test(v);
  const isNumber = (v: unknown) => typeof v === 'number' || word(v);
  if (list.length > 0 && list.every(isNumber) && !list.every(word))
    return doubles(list.map((v) => Number(typeof v === 'string' ? longWord(v) : v)));
  if (list.every((v) => typeof v === 'string')) return attribute(list as string[]);
  // A list of lists (splitsArray): one after the other, with their lengths in front.
  if (!list.every((v) => Array.isArray(v) && v.every(isNumber))) return null;
  const lists = list as unknown[][];
  const flat = lists.flat().map((v) => Number(typeof v === 'string' ? longWord(v) : v));
  if (flat.some((v) => Number.isNaN(v))) damaged(where, 'a list of numbers holds NaN');
  return doubles([lists.length, ...lists.map((l) => l.length), ...flat]);
}

export class Params {
  private readonly attributes: Attributes;

  constructor(node: Pick<Node, 'attributes'>) {
    this.attributes = node.attributes;
  }

  has(name: string): boolean {
    return this.attributes.has(name);
  }

  number(name: string): number | undefined;
  number(name: string, otherwise: number): number;
  number(name: string, otherwise?: number): number | undefined {
    const a = this.attributes.get(name);
    if (a?.kind === 'int') return Number(a.value);
    if (a?.kind === 'float') return a.value;
    return this.numbers(name)?.[0] ?? otherwise;
  }

  flag(name: string, otherwise: boolean): boolean {
    const n = this.number(name);
    return n === undefined ? otherwise : n !== 0;
  }

  text(name: string, otherwise: string): string {
    const a = this.attributes.get(name);
    return a?.kind === 'string' ? a.value : otherwise;
  }

  strings(name: string): readonly string[] | undefined {
    return getStrings({ attributes: this.attributes }, name);
  }

  /** A list of numbers, or a tensor's, row by row. */
  numbers(name: string): Float64Array | undefined {
    const a = this.attributes.get(name);
    if (a?.kind === 'ints' || a?.kind === 'floats') return Float64Array.from(a.value as ArrayLike<number>, Number);
    const dense = a?.kind === 'tensor' ? tensorAtHand(a.value) : null;
    return dense ? Float64Array.from(toNumbers(dense)) : undefined;
  }

  /** Learned numbers that must be there. */
  learned(name: string): Float64Array {
    return this.numbers(name) ?? damaged(name, 'the model does not hold it');
  }

  /** Learned numbers of a length that the rest of the model asks for. */
  sized(name: string, length: number): Float64Array {
    const values = this.learned(name);
    return values.length === length
      ? values
      : damaged(name, `${length} numbers are wanted, ${values.length} are there`);
  }

  matrix(name: string): Matrix {
    const a = this.attributes.get(name);
    const dims = a?.kind === 'tensor' ? a.value.dims : [];
    if (dims.length !== 2) return damaged(name, 'a matrix is wanted');
    return { rows: dims[0]!, columns: dims[1]!, values: this.learned(name) };
  }

  /** A list of lists, as {@link paramAttribute} packs it. */
  lists(name: string): number[][] | undefined {
    const flat = this.numbers(name);
    if (!flat) return undefined;
    const count = flat[0]!;
    let at = count + 1;
    return Array.from({ length: count }, (_, i) => Array.from(flat.subarray(at, (at += flat[i + 1]!))));
  }

  /** `inputCols` where that is given, else `inputCol`. */
  inputColumns(): readonly string[] {
    return this.strings('inputCols') ?? (this.has('inputCol') ? [this.text('inputCol', '')] : []);
  }

  /** As many outputs as inputs. */
  outputColumns(): readonly string[] {
    if (this.strings('inputCols') && this.strings('outputCols')) return this.strings('outputCols')!;
    return [this.text('outputCol', 'output')];
  }
}
