/** What a lowering is given: one node of a TensorFlow graph, its inputs in the result, its attributes read. */
import {
  Held,
  naturalOf,
  firstOf,
  orderAtHand,
  shapeOf,
  type Order,
} from '../../../graph-model/builders/axis-orders.ts';
import type { TypedEmitter } from '../../../graph-model/builders/typed-emitter.ts';
import { getFloat, getInt, getInts, getString, getStrings, getTensor } from '../../../graph-model/core/attributes.ts';
import type { Node, ValueId } from '../../../graph-model/core/model.ts';
import { toNumbers, type DenseTensor, type Tensor } from '../../../graph-model/core/tensor.ts';
import { isDType, type Dim, type DType } from '../../../graph-model/core/types.ts';
import { FormatError } from '../../../graph-model/diagnostics.ts';

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
}

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
    throw new FormatError('tensorflow.unsupported', { node: this.node.name, op: this.node.op, why });
  }

  input(index: number): Held {
    return this.inputs[index] ?? this.refuse(`its input ${index} is missing`);
  }

  get x(): Held {
    return this.input(0);
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

  texts(key: string): readonly string[] | null {
    return getStrings(this.node, key) ?? null;
  }

  tensor(key: string): Tensor | null {
    return getTensor(this.node, key) ?? null;
  }

  /** An attribute that names an element type. */
  type(key: string): DType {
    const name = this.text(key, '');
    return isDType(name) ? name : this.refuse(`its ${key} is no element type that ONNX has`);
  }

  // ---- tensors

  natural(t: Held = this.x): ValueId {
    return naturalOf(this.e, t);
  }

  first(t: Held = this.x): ValueId {
    return firstOf(this.e, t);
  }

  /** The dims in TensorFlow's order. */
  shape(t: Held = this.x): readonly Dim[] {
    return shapeOf(this.e, t) ?? this.refuse('the number of dimensions of its input is not known');
  }

  rank(t: Held = this.x): number {
    return this.shape(t).length;
  }

  dtype(t: Held = this.x): DType {
    const dense = this.given.denseOf(t);
    return dense ? dense.dtype : this.e.dtype(t[orderAtHand(t)]!);
  }

  /** The elements where the conversion knows them: constants of the source and what shape computations come to. */
  dense(t: Held): DenseTensor | null {
    return this.given.denseOf(t) ?? (t.natural === null ? null : this.e.known(t.natural));
  }

  /** As numbers; null where they are not known. */
  numbers(t: Held): number[] | null {
    const dense = this.dense(t);
    return dense && Array.from(toNumbers(dense));
  }

  /** The numbers of input `index`, which must be known. */
  known(index: number, what: string): number[] {
    return this.numbers(this.input(index)) ?? this.refuse(`its ${what} is computed by the graph`);
  }

  /** Elementwise: in whatever order the tensor is at hand. */
  map(t: Held, make: (value: ValueId) => ValueId): Held {
    const order = orderAtHand(t);
    return Held.of(make(order === 'natural' ? this.natural(t) : t[order]!), order);
  }

  keep(value: ValueId, order: Order = 'natural'): Held {
    return Held.of(value, order);
  }
}

/** One TensorFlow operator to ONNX: one tensor for each of its outputs. */
export type Lowering = (c: TfCall) => Held | readonly Held[];
