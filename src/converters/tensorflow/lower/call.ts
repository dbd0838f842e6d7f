/** What a lowering is given: one node of a TensorFlow graph, its inputs in the result, its attributes read. */
import {
  Held,
  naturalOf,
  firstOf,
  orderAtHand,
  range,
  shapeOf,
  type Order,
} from '../../../graph-model/builders/axis-orders.ts';
import type { Plain, TypedEmitter } from '../../../graph-model/builders/typed-emitter.ts';
import { permuted } from '../../../graph-model/core/permute.ts';
import {
  getFloat,
  getFloats,
  getInt,
  getInts,
  getString,
  getStrings,
  getTensor,
} from '../../../graph-model/core/attributes.ts';
import type { Node, ValueId } from '../../../graph-model/core/model.ts';
import { tensorAtHand, toNumbers, type DenseTensor, type Tensor } from '../../../graph-model/core/tensor.ts';
import { isDType, type Dim, type DType } from '../../../graph-model/core/types.ts';
import { FormatError } from '../../../graph-model/diagnostics.ts';
import { int64Twin } from './int64-twin.ts';
import { castTo, computed } from './kernels.ts';
import { permutedQuantized } from './quantized-weights.ts';

/**
 * The dialect: nodes of the domain `tf`, named and attributed as in the file. Types are ONNX's names (`T: 'float'`, lists as
 * strings), shapes ints with -1 for an unknown length (absent: unknown rank), functions their names. Constants and the
 * variables with their values are constants of the model; control inputs are left out.
 */
export interface CallInput {
  readonly e: TypedEmitter;
  readonly node: Node;
  readonly inputs: readonly Held[];
  /** The elements of an input that is a constant of the source, of any size. */
  denseOf(t: Held): DenseTensor | null;
  /** The elements of a tensor that a constant of the result holds; null where they cannot be had. */
  elementsOf?(tensor: Tensor): DenseTensor | null;
  /** True where this node is all that reads the input in the source: what made it may be changed in place. */
  isOnlyReader?(index: number): boolean;
  /** True where something of the source reads the output; absent: all outputs are taken to be read. */
  isRead?(output: number): boolean;
}

/** Constants made from a tensor of the source, once for all that ask in the same words. */
const madeOf = new WeakMap<Held, Map<string, ValueId>>();

export class TfCall {
  readonly e: TypedEmitter;
  readonly node: Node;
  readonly inputs: readonly Held[];

  constructor(private readonly given: CallInput) {
    this.e = given.e;
    this.node = given.node;
    this.inputs = given.inputs;
  }

  refuse(why: string): never {
    throw new FormatError(
      'tensorflow.unsupported',
      { node: this.node.name, op: this.node.op, why },
      { node: this.node.id },
    );
  }

  input(index: number): Held {
    return this.inputs[index] ?? this.refuse(`its input ${index} is missing`);
  }

  get x(): Held {
    return this.input(0);
  }

  isOnlyReader(index = 0): boolean {
    return this.given.isOnlyReader?.(index) ?? false;
  }

  isRead(output: number): boolean {
    return output < this.node.outputs.length && (this.given.isRead?.(output) ?? true);
  }

  // ---- attributes

  int(key: string, otherwise: number): number {
    return getInt(this.node, key, otherwise);
  }

  flag(key: string, otherwise = false): boolean {
    return getInt(this.node, key, otherwise ? 1 : 0) !== 0;
  }

  float(key: string, otherwise: number): number {
    return getFloat(this.node, key, otherwise);
  }

  text(key: string, otherwise: string): string {
    return getString(this.node, key, otherwise);
  }

  ints(key: string): number[] | null {
    return getInts(this.node, key) ?? null;
  }

  floats(key: string): number[] | null {
    const list = getFloats(this.node, key) ?? getInts(this.node, key);
    return list ? Array.from(list) : null;
  }

  texts(key: string): readonly string[] | null {
    return getStrings(this.node, key) ?? null;
  }

  tensor(key: string): Tensor | null {
    return getTensor(this.node, key) ?? null;
  }

  /** An attribute that names an element type. */
  type(key: string, otherwise: DType | '' = ''): DType {
    // Quantised types hold the same bits as those without the q.
    const name = this.text(key, otherwise).replace(/^q(u?int)/, '$1');
    return isDType(name) ? name : this.refuse(`its ${key} is no element type that ONNX has`);
  }

  // ---- tensors

  natural(t: Held = this.x): ValueId {
    return naturalOf(this.e, t);
  }

  first(t: Held = this.x): ValueId {
    const dense = t.first === null ? this.dense(t) : null;
    if (dense) return (t.first = this.permuted(t, [0, dense.dims.length - 1, ...range(1, dense.dims.length - 1)]));
    return firstOf(this.e, t);
  }

  /** The dims in TensorFlow's order. */
  shape(t: Held = this.x): readonly Dim[] {
    return shapeOf(this.e, t) ?? this.refuse('the number of dimensions of its input is not known');
  }

  /** null where the rank is not known. */
  shapeOrNull(t: Held = this.x): readonly Dim[] | null {
    return shapeOf(this.e, t);
  }

  rank(t: Held = this.x): number {
    return this.shape(t).length;
  }

  /** The length of an axis, which must be known. */
  length(axis: number, t: Held = this.x): number {
    const dim = this.shape(t).at(axis);
    return typeof dim === 'number' ? dim : this.refuse(`the length of its input along axis ${axis} is not known`);
  }

  axis(axis: number, rank: number = this.rank()): number {
    const at = axis < 0 ? axis + rank : axis;
    return at >= 0 && at < rank ? at : this.refuse(`its axis ${axis} does not exist in ${rank} dimensions`);
  }

  dtype(t: Held = this.x): DType {
    const dense = this.given.denseOf(t);
    return dense ? dense.dtype : this.e.dtype(t[orderAtHand(t)] ?? this.natural(t));
  }

  /** The elements where the conversion knows them: constants of the source and what shape computations come to. */
  dense(t: Held): DenseTensor | null {
    const own = this.given.denseOf(t);
    if (own || t.natural === null) return own;
    return this.elementsOf(t.natural) ?? this.e.known(t.natural);
  }

  /** As numbers; null where they are not known. */
  numbers(t: Held): number[] | null {
    const dense = this.dense(t);
    return dense && dense.dtype !== 'string' ? Array.from(toNumbers(dense)) : null;
  }

  /** The numbers of input `index`, which must be known. */
  known(index: number, what: string): number[] {
    return this.numbers(this.input(index)) ?? this.refuse(`its ${what} is computed by the graph`);
  }

  /** The one number of input `index`, which must be known. */
  knownNumber(index: number, what: string): number {
    return this.known(index, what)[0] ?? this.refuse(`its ${what} is empty`);
  }

  /** Elements of a vector of sizes as far as known: numbers, expressions over dimensions, null; null where none is. */
  parts(t: Held): readonly Dim[] | null {
    return this.numbers(t) ?? (t.natural === null ? null : this.e.partly(t.natural));
  }

  /** A constant made from a constant of the source, once. */
  made(t: Held, key: string, make: () => ValueId): ValueId {
    const known = madeOf.get(t) ?? new Map<string, ValueId>();
    madeOf.set(t, known);
    const found = known.get(key);
    if (found !== undefined && this.e.draft.hasValue(found)) return found;
    const value = make();
    known.set(key, value);
    return value;
  }

  /** A tensor with its axes in another order: in memory where it is a constant, else by a Transpose. */
  permuted(t: Held, perm: readonly number[], dims?: readonly number[]): ValueId {
    const dense = this.dense(t);
    if (dense)
      return this.made(t, `${perm.join()} ${dims?.join() ?? ''}`, () => this.e.constant(permuted(dense, perm, dims)));
    const weights = permutedQuantized(this.e, t, perm, dims);
    if (weights !== null) return weights;
    const moved = this.transpose(this.natural(t), perm);
    return dims ? this.e.reshape(moved, dims) : moved;
  }

  /** A Transpose; one of a Transpose is one, and one that moves axes of length 1 alone is a Reshape. */
  transpose(value: ValueId, perm: readonly number[]): ValueId {
    const maker = this.e.draft.producer(value);
    const before = maker?.op === 'Transpose' && maker.domain === '' ? getInts(maker, 'perm') : undefined;
    const [from, whole] = before ? [maker!.inputs[0]!, perm.map((p) => before[p]!)] : [value, perm];
    const shape = shapeAfter(this.e.dims(from), whole);
    return shape ? this.e.reshape(from, shape) : this.e.transpose(from, whole);
  }

  /** For the inputs of ONNX that take int64: sizes, axes, places. */
  int64(t: Held): ValueId {
    const numbers = this.numbers(t);
    if (numbers) return this.e.ints(numbers, this.shape(t) as number[]);
    return this.int64Of(this.natural(t));
  }

  int64Of(value: ValueId): ValueId {
    return int64Twin(this.e, value) ?? castTo(this.e, value, 'int64');
  }

  /** As int64 in one dimension. */
  int64Vector(t: Held): ValueId {
    const numbers = this.numbers(t);
    if (numbers) return this.e.ints(numbers);
    const value = this.int64(t);
    return this.shapeOrNull(t)?.length === 1 ? value : this.e.reshape(value, [-1]);
  }

  /** The elements of a constant of the result; null where it is none, or lies elsewhere. */
  elementsOf(value: ValueId): DenseTensor | null {
    const tensor = this.e.draft.value(value).constant;
    if (!tensor) return null;
    return this.given.elementsOf ? this.given.elementsOf(tensor) : tensorAtHand(tensor);
  }

  // ---- making

  /** One ONNX node, computed in a type that runtimes have. */
  op(op: string, inputs: readonly (ValueId | null)[], plain: Plain = {}): ValueId {
    return computed(this.e, op, inputs, plain)[0]!;
  }

  ops(op: string, inputs: readonly (ValueId | null)[], plain: Plain, outputs: number): ValueId[] {
    return computed(this.e, op, inputs, plain, outputs);
  }

  cast(value: ValueId, dtype: DType): ValueId {
    return castTo(this.e, value, dtype);
  }

  /** A scalar of the element type of `like`. */
  scalar(value: number, like: DType): ValueId {
    return this.e.numbers(like, [value]);
  }

  /** Elementwise: in whatever order the tensor is at hand. */
  map(t: Held, make: (value: ValueId) => ValueId): Held {
    const order = orderAtHand(t);
    return Held.of(make(order === 'natural' ? this.natural(t) : t[order]!), order);
  }

  keep(value: ValueId, order: Order = 'natural'): Held {
    return Held.of(value, order);
  }

  /** int64 lengths of a value that is known to lie in an order: numbers where they are, else Shape. */
  lengths(value: ValueId): ValueId {
    const dims = this.e.dims(value);
    if (dims?.every((d) => typeof d === 'number')) return this.e.ints(dims as number[]);
    return this.e.op('Shape', [value]);
  }

  /** One length as an int64 vector of one element. */
  lengthOf(value: ValueId, axis: number): ValueId {
    const dim = this.e.dims(value)?.at(axis);
    if (typeof dim === 'number') return this.e.ints([dim]);
    return this.e.op('Shape', [value], axis === -1 ? { start: -1 } : { start: axis, end: axis + 1 });
  }

  /** A vector of int64 from numbers and vectors. */
  sizes(parts: readonly (number | { readonly value: ValueId })[]): ValueId {
    if (parts.every((p) => typeof p === 'number')) return this.e.ints(parts);
    const values = parts.map((p) => (typeof p === 'object' ? p.value : this.e.ints([p])));
    return values.length === 1 ? values[0]! : this.e.op('Concat', values, { axis: 0 });
  }
}

/** What a Reshape is told in place of a Transpose, where the axes that are longer than 1 keep their order; else null. */
function shapeAfter(dims: readonly Dim[] | null, perm: readonly number[]): number[] | null {
  if (!dims || perm.every((p, i) => p === i)) return null;
  const long = perm.filter((p) => dims[p] !== 1);
  if (long.some((p, i) => i > 0 && p < long[i - 1]!)) return null;
  const target = perm.map((p, i) => (typeof dims[p] === 'number' ? (dims[p] as number) : p === i ? 0 : -1));
  const isPlain = target.filter((n) => n === -1).length <= 1 && !perm.some((p) => dims[p] === 0);
  return isPlain ? target : null;
}

/** One TensorFlow operator to ONNX: one tensor for each of its outputs. */
export type Lowering = (c: TfCall) => Held | readonly Held[];
export type Lowerings = Readonly<Record<string, Lowering>>;

/** Whether channels come last, as `data_format` says (NHWC unless told otherwise). */
export function channelsLast(c: TfCall): boolean {
  return !/^NC/.test(c.text('data_format', 'NHWC'));
}
