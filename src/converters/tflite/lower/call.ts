/** What a lowering is given: one operator of a TensorFlow Lite graph, its inputs in the result, its options. */
import {
  firstOf,
  Held,
  naturalOf,
  orderAtHand,
  shapeOf,
  type Order,
} from '../../../graph-model/builders/axis-orders.ts';
import type { TypedEmitter } from '../../../graph-model/builders/typed-emitter.ts';
import { getFloat, getFloats, getInt, getInts, getString } from '../../../graph-model/core/attributes.ts';
import type { GraphId, Node, ValueId } from '../../../graph-model/core/model.ts';
import { permuted } from '../../../graph-model/core/permute.ts';
import { toNumbers, type DenseTensor } from '../../../graph-model/core/tensor.ts';
import {
  dtypeInfo,
  tensorType,
  type Dim,
  type DType,
  type TensorType,
  type ValueType,
} from '../../../graph-model/core/types.ts';
import { FormatError } from '../../../graph-model/diagnostics.ts';
import { sameQuantization, type Quantization } from '../quantization.ts';
import { dequantize, Operand, quantize, realNumbers, type Resource } from './operand.ts';

/** What the conversion as a whole does for an operator. */
export interface Surroundings {
  /** The operators of a body, in this graph. */
  inline(graph: GraphId, inputs: readonly Operand[]): Operand[];
  /** The operators of a body, in a body of the result. */
  within(e: TypedEmitter, graph: GraphId, inputs: readonly Operand[]): Operand[];
  /** Which results of a body are its inputs as they are. */
  unchanged(graph: GraphId): readonly boolean[];
  typesIn(graph: GraphId): {
    readonly inputs: readonly (ValueType | null)[];
    readonly outputs: readonly (ValueType | null)[];
  };
  operatorsIn(graph: GraphId): readonly string[];
  /** Variables and tables by name, as they are at this point. */
  readonly resources: Map<string, Operand | Table>;
  /** False within bodies, where an assignment could not be seen outside. */
  readonly assignable: boolean;
}

export interface Table {
  readonly keys: DenseTensor;
  readonly values: DenseTensor;
}

export interface CallInput {
  readonly e: TypedEmitter;
  readonly node: Node;
  readonly inputs: readonly (Operand | null)[];
  readonly outputs: readonly { readonly type: ValueType | null; readonly quantization: Quantization | null }[];
  readonly inputTypes: readonly (ValueType | null)[];
  readonly around: Surroundings;
}

/** A result: real numbers, quantised by the caller where the tensor is; or an operand as it is stored. */
export type Made = Held | Operand;
/** One operator to ONNX: one tensor for each of its outputs. */
export type Lowering = (c: TfliteCall) => Made | readonly Made[];

export class TfliteCall {
  readonly e: TypedEmitter;
  readonly node: Node;

  constructor(readonly given: CallInput) {
    this.e = given.e;
    this.node = given.node;
  }

  refuse(why: string): never {
    throw new FormatError(
      'tflite.unsupported',
      { node: this.node.name, op: this.node.op, why },
      { node: this.node.id },
    );
  }

  // ---- options

  int(key: string, otherwise: number): number {
    return getInt(this.node, key, otherwise);
  }

  flag(key: string, otherwise = false): boolean {
    return this.int(key, otherwise ? 1 : 0) !== 0;
  }

  /** Also where the number is whole: options of custom operators have no types. */
  number(key: string, otherwise: number): number {
    return getFloat(this.node, key) ?? getInt(this.node, key) ?? otherwise;
  }

  text(key: string, otherwise: string): string {
    return getString(this.node, key, otherwise);
  }

  ints(key: string): number[] {
    return getInts(this.node, key) ?? [];
  }

  floats(key: string): number[] {
    return Array.from(getFloats(this.node, key) ?? []);
  }

  body(key: string): GraphId {
    const a = this.node.attributes.get(key);
    return a?.kind === 'graph' ? a.value : this.refuse(`its ${key} is missing`);
  }

  // ---- inputs

  get count(): number {
    return this.given.inputs.length;
  }

  has(index: number): boolean {
    return (this.given.inputs[index] ?? null) !== null;
  }

  operand(index: number): Operand {
    return this.given.inputs[index] ?? this.refuse(`its input ${index} is missing`);
  }

  resource(index: number): Resource {
    return this.operand(index).resource ?? this.refuse(`its input ${index} is no resource`);
  }

  /** The real numbers of an input. */
  real(index = 0): Held {
    return this.operand(index).real(this.e);
  }

  /** An input as it is stored. */
  stored(index = 0): Held {
    return this.operand(index).stored;
  }

  natural(t: Held = this.real()): ValueId {
    return naturalOf(this.e, t);
  }

  first(t: Held = this.real()): ValueId {
    return firstOf(this.e, t);
  }

  /** An input's dims in the source's order: inferred, else as the file declares them. */
  shape(index = 0): readonly Dim[] {
    return this.maybeShape(index) ?? this.refuse(`the number of dimensions of its input ${index} is not known`);
  }

  maybeShape(index: number): readonly Dim[] | null {
    const inferred = shapeOf(this.e, this.operand(index).stored);
    const declared = tensorTypeOf(this.given.inputTypes[index])?.shape ?? null;
    if (inferred === null || declared?.length !== inferred.length) return inferred ?? declared;
    return inferred.map((d, i) => (typeof d !== 'number' && typeof declared[i] === 'number' ? declared[i] : d));
  }

  rank(index = 0): number {
    return this.shape(index).length;
  }

  /** The length of an axis, which must be known. */
  length(index: number, axis: number): number {
    const dim = this.shape(index)[axis];
    return typeof dim === 'number'
      ? dim
      : this.refuse(`the length of its input ${index} along axis ${axis} is not known`);
  }

  axis(axis: number, rank: number): number {
    const at = axis < 0 ? axis + rank : axis;
    return at >= 0 && at < rank ? at : this.refuse(`its axis ${axis} does not exist in ${rank} dimensions`);
  }

  /** The element type as stored. */
  dtype(index = 0): DType {
    const { dense, stored } = this.operand(index);
    if (dense) return dense.dtype;
    return stored.constant === null
      ? this.e.dtype(stored[orderAtHand(stored)]!)
      : (tensorTypeOf(this.given.inputTypes[index])?.dtype ?? 'float');
  }

  isQuantized(index = 0): boolean {
    return this.operand(index).quantization !== null;
  }

  /** The real numbers where they are known: constants, and what shape computations come to. */
  numbers(index: number): number[] | null {
    const { dense, quantization, stored } = this.operand(index);
    if (dense) return Array.from(toNumbers(quantization ? realNumbers(dense, quantization) : dense));
    if (quantization !== null || stored.constant !== null || stored.natural === null) return null;
    const known = this.e.known(stored.natural);
    return known && Array.from(toNumbers(known));
  }

  known(index: number, what: string): number[] {
    return this.numbers(index) ?? this.refuse(`its ${what} is computed by the graph`);
  }

  /** An input of whole numbers as int64, which ONNX takes for shapes, axes and places. */
  int64(index: number): ValueId {
    const numbers = this.numbers(index);
    if (numbers) return this.e.ints(numbers, this.operand(index).dense?.dims ?? shapeDims(this.shape(index), numbers));
    return this.e.cast(this.natural(this.stored(index)), 'int64', 7);
  }

  /**
   * A weight with its axes in another order (and in another shape), as real numbers: made in memory where it is constant;
   * what is quantised stays so, with a DequantizeLinear along `axis`, the place that its own axis has come to.
   */
  arranged(index: number, perm: readonly number[], dims?: readonly number[], axis = 0): ValueId {
    const { dense, quantization: q } = this.operand(index);
    if (!dense) {
      const moved = this.e.transpose(this.natural(this.real(index)), perm);
      return dims ? this.e.reshape(moved, dims) : moved;
    }
    const moved = permuted(dense, perm, dims);
    const name = this.node.inputs[index] === undefined ? '' : `${this.node.name}/weights_${index}`;
    if (q === null) return this.e.constant(moved, name);
    if (dense.dtype === 'int64')
      return this.e.constant({ ...realNumbers(moved, { ...q, axis }), dims: moved.dims }, name);
    return dequantize(this.e, this.e.constant(moved, name), q, axis);
  }

  // ---- results

  outputType(index = 0): TensorType | null {
    return tensorTypeOf(this.given.outputs[index]?.type);
  }

  outputDtype(index = 0): DType {
    return this.outputType(index)?.dtype ?? 'float';
  }

  quantizationOf(index = 0): Quantization | null {
    return this.given.outputs[index]?.quantization ?? null;
  }

  /** True where a result may be the input's stored elements, moved about. */
  keepsSteps(input = 0, output = 0): boolean {
    return sameQuantization(this.operand(input).quantization, this.quantizationOf(output));
  }

  /** Moves elements about without computing: on the stored ones where input and output are quantised alike. */
  moved(index: number, make: (t: Held) => Held): Made {
    if (!this.keepsSteps(index)) return make(this.real(index));
    return Operand.of(make(this.stored(index)), this.quantizationOf());
  }

  /** Elementwise: in whatever order the tensor is at hand. */
  map(t: Held, make: (value: ValueId) => ValueId): Held {
    const order = orderAtHand(t);
    return Held.of(make(order === 'natural' ? this.natural(t) : t[order]!), order);
  }

  keep(value: ValueId, order: Order = 'natural'): Held {
    return Held.of(value, order);
  }

  /** A result as the operand that the file says it is: quantised, or of its declared element type. */
  finished(made: Made, index: number): Operand {
    if (made instanceof Operand) return this.ranked(made, index);
    const q = this.quantizationOf(index);
    if (q === null || made.constant !== null) return this.ranked(Operand.of(made), index);
    const dtype = this.outputDtype(index);
    const stored = this.map(made, (v) => quantize(this.e, v, q, dtype));
    return this.ranked(Operand.of(stored, q), index);
  }

  /** Where inference does not know a rank, the file's word is taken for it. */
  private ranked(made: Operand, index: number): Operand {
    const { natural } = made.stored;
    const rank = this.outputType(index)?.shape?.length;
    if (natural === null || rank === undefined || this.e.dims(natural) !== null) return made;
    const type = tensorType(this.e.dtype(natural), new Array<null>(rank).fill(null));
    this.e.draft.patchValue(natural, { type });
    return made;
  }

  code(dtype: DType): number {
    return dtypeInfo(dtype).code;
  }
}

function tensorTypeOf(type: ValueType | null | undefined): TensorType | null {
  return type?.kind === 'tensor' ? type : null;
}

function shapeDims(shape: readonly Dim[], numbers: readonly number[]): number[] {
  return shape.length === 0 ? [] : [numbers.length];
}
