/** What an adapter of one node for one step of the opset is given, and the helpers that all of them share. */
import { attribute, float, getInts, type Attribute, type AttributeLike, type Attributes } from '../core/attributes.ts';
import type { Draft } from '../core/draft.ts';
import { label } from '../core/draft.ts';
import type { GraphId, Node, NodeId, ValueId } from '../core/model.ts';
import { smallFloatBits } from '../core/small-float.ts';
import { elementArray, int64Tensor, tensorAtHand, tensorOf, type DenseTensor, type Tensor } from '../core/tensor.ts';
import { DTYPES, type DType, type ValueType } from '../core/types.ts';
import { replaceNode } from '../functions/connect.ts';
import type { TypeTable } from '../operators/operator.ts';

/** Rewrites a node for the next opset; a sentence part says why it cannot. */
export type Adapter = (step: Step) => string | void;

/** The number by which attributes such as Cast's `to` name an element type. */
export const codeOf = (dtype: DType): number => DTYPES.find((d) => d.name === dtype)!.code;

export class Step {
  constructor(
    readonly draft: Draft,
    readonly id: NodeId,
    private readonly types: TypeTable,
    /** The opset in whose words new nodes are written. */
    readonly opset: number,
    /** The body that new nodes go into; null: beside the node. */
    private readonly body: GraphId | null = null,
    private readonly made = new Map<string, number>(),
  ) {}

  /** The graph that new nodes go into. */
  get place(): GraphId {
    return this.body ?? this.node.graph;
  }

  /**
   * A new body of `count` inputs. `fill` gets them, and a step whose new nodes lie in the body, and gives the outputs;
   * values from outside may be read in it.
   */
  newBody(name: string, count: number, fill: (inner: Step, inputs: readonly ValueId[]) => readonly ValueId[]): GraphId {
    const body = this.draft.newGraph(name);
    const inputs = Array.from({ length: count }, (_, i) => this.draft.newValue(body, `${name}_in_${this.id}_${i}`));
    this.draft.setGraphInputs(body, inputs);
    const inner = new Step(this.draft, this.id, this.types, this.opset, body, this.made);
    this.draft.setGraphOutputs(body, fill(inner, inputs));
    return body;
  }

  get node(): Node {
    return this.draft.node(this.id);
  }

  get title(): string {
    return label(this.node);
  }

  input(index: number): ValueId | null {
    return this.node.inputs[index] ?? null;
  }

  /** The elements of an input that is a constant at hand, else null. */
  constant(index: number): DenseTensor | null {
    const id = this.input(index);
    if (id === null) return null;
    const known = this.draft.base.values.has(id) ? this.types.constantOf(id) : null;
    if (known) return known;
    const value = this.draft.value(id);
    const maker = this.draft.producer(id);
    const held = value.constant ?? (maker?.op === 'Constant' ? tensorAttribute(maker) : undefined);
    return held ? tensorAtHand(held) : null;
  }

  /** A constant input of integers as numbers. */
  integers(index: number): number[] | null {
    const dense = this.constant(index);
    return dense ? Array.from(dense.values as ArrayLike<number | bigint>, Number) : null;
  }

  dtype(index: number): DType | null {
    const type = this.typeOf(this.input(index));
    return type?.kind === 'tensor' ? type.dtype : null;
  }

  private typeOf(id: ValueId | null): ValueType | null {
    return id !== null && this.draft.base.values.has(id) ? this.types.typeOf(id) : null;
  }

  isSequence(index: number): boolean {
    return this.typeOf(this.input(index))?.kind === 'sequence';
  }

  isOptional(index: number): boolean {
    return this.typeOf(this.input(index))?.kind === 'optional';
  }

  /** A constant of type bool. */
  truth(value: boolean): ValueId {
    return this.draft.constant(this.place, tensorOf({ dtype: 'bool', dims: [], values: Uint8Array.of(value ? 1 : 0) }));
  }

  /** What an output that is a sequence holds. */
  elementOfOutput(index: number): ValueType | null {
    const type = this.typeOf(this.node.outputs[index] ?? null);
    return type?.kind === 'sequence' ? type.element : null;
  }

  /** Dimensions of an input, null each where not a number; null where the rank is unknown. */
  dims(index: number): (number | null)[] | null {
    return this.dimsOf(this.input(index));
  }

  /** As {@link dims}, of an output. */
  outputDims(index: number): (number | null)[] | null {
    return this.dimsOf(this.node.outputs[index] ?? null);
  }

  private dimsOf(id: ValueId | null): (number | null)[] | null {
    const type = this.typeOf(id);
    if (type?.kind !== 'tensor' || type.shape === null) return null;
    return type.shape.map((d) => (typeof d === 'number' ? d : null));
  }

  rank(index: number): number | null {
    return this.dims(index)?.length ?? null;
  }

  int64(values: readonly number[], dims?: readonly number[]): ValueId {
    return this.draft.constant(this.place, int64Tensor(values, dims));
  }

  scalar(dtype: DType, value: number): ValueId | null {
    const tensor = scalarTensor(dtype, value);
    return tensor && this.draft.constant(this.place, tensor);
  }

  /** A constant of ones, for types that hold numbers as they are. */
  ones(dtype: DType, dims: readonly number[]): ValueId {
    const values = elementArray(
      dtype,
      dims.reduce((a, b) => a * b, 1),
    );
    (values as { fill(v: number | bigint): unknown }).fill(values instanceof BigInt64Array ? 1n : 1);
    return this.draft.constant(this.place, tensorOf({ dtype, dims, values }));
  }

  /** Sets attributes; undefined removes. */
  set(changes: Readonly<Record<string, AttributeLike | undefined>>): void {
    this.draft.patchNode(this.id, { attributes: withAttributes(this.node.attributes, changes) });
  }

  setInputs(inputs: readonly (ValueId | null)[]): void {
    const trimmed = [...inputs];
    while (trimmed.length > 0 && trimmed[trimmed.length - 1] === null) trimmed.pop();
    this.draft.patchNode(this.id, { inputs: trimmed });
  }

  /** A new node beside this one; its first output. */
  add(
    op: string,
    inputs: readonly (ValueId | null)[],
    attributes: Readonly<Record<string, AttributeLike | undefined>> = {},
  ): ValueId {
    return this.addSeveral(op, inputs, attributes, 1)[0]!;
  }

  /** As {@link add}, all of its outputs. */
  addSeveral(
    op: string,
    inputs: readonly (ValueId | null)[],
    attributes: Readonly<Record<string, AttributeLike | undefined>>,
    outputs: number,
  ): readonly ValueId[] {
    const spec = { op, inputs, attributes: withAttributes(new Map(), attributes), name: this.nameFor(op), outputs };
    return this.draft.addNode(this.place, spec).outputs as readonly ValueId[];
  }

  cast(value: ValueId | null, to: DType): ValueId {
    return this.add('Cast', [value], { to: codeOf(to) });
  }

  /** Runtimes refuse two nodes of one name. */
  private nameFor(op: string): string {
    const { name } = this.node;
    if (!name) return '';
    const times = (this.made.get(op) ?? 0) + 1;
    this.made.set(op, times);
    return times === 1 ? `${name}/${op}` : `${name}/${op}_${times}`;
  }

  /** Ends this node: `value` takes the place of its first output, under the output's name. */
  replaceBy(value: ValueId): void {
    const out = this.node.outputs[0];
    const { producer } = this.draft.value(value);
    if (out !== null && out !== undefined) {
      if (producer === null) this.draft.replaceUses(out, value);
      else this.draft.moveOutput(out, producer, this.draft.node(producer).outputs.indexOf(value));
    }
    this.draft.removeNode(this.id);
  }

  /** Ends this node: each of its outputs is made by what stands in its place; null for one that nothing reads. */
  replaceAll(values: readonly (ValueId | null)[]): void {
    replaceNode(this.draft, this.node, values);
  }

  /** A reduction over axes that are known, in the words of the opset; `ReduceSum` has taken them as an input since 13. */
  reduce(op: string, value: ValueId | null, axes: readonly number[], keepdims: 0 | 1): ValueId {
    const asInput = this.opset >= (op === 'ReduceSum' ? 13 : 18);
    return asInput
      ? this.add(op, [value, this.int64(axes)], { keepdims })
      : this.add(op, [value], { axes: [...axes], keepdims });
  }

  unsqueeze(value: ValueId | null, axes: readonly number[]): ValueId {
    return this.opset >= 13
      ? this.add('Unsqueeze', [value, this.int64(axes)])
      : this.add('Unsqueeze', [value], { axes: [...axes] });
  }

  squeeze(value: ValueId | null, axes: readonly number[]): ValueId {
    return this.opset >= 13
      ? this.add('Squeeze', [value, this.int64(axes)])
      : this.add('Squeeze', [value], { axes: [...axes] });
  }

  /** `value[begin:end:step]` along one axis; inputs since opset 10. */
  slice(value: ValueId | null, axis: number, begin: number, end: number, step = 1): ValueId {
    return this.add('Slice', [value, ...[begin, end, axis, step].map((v) => this.int64([v]))]);
  }

  isUsed(output: number): boolean {
    const v = this.node.outputs[output];
    return v !== null && v !== undefined && this.draft.uses(v).length > 0;
  }

  /** Drops outputs from `first` on; false when one of them is read. */
  dropOutputs(first: number): boolean {
    for (let i = this.node.outputs.length - 1; i >= first; i--) {
      if (this.isUsed(i)) return false;
      this.draft.dropOutput(this.id, i);
    }
    return true;
  }

  /** An attribute of integers becomes an int64 input; absent stays absent. */
  moveToInput(name: string, index: number): void {
    const values = getInts(this.node, name);
    if (values) {
      const inputs = [...this.node.inputs];
      while (inputs.length < index) inputs.push(null);
      inputs[index] = this.int64(values);
      this.setInputs(inputs);
    }
    this.set({ [name]: undefined });
  }

  /** A constant integer input becomes an attribute; a reason when it is not constant. */
  moveToAttribute(index: number, name: string): string | void {
    if (this.input(index) === null) return;
    const values = this.integers(index);
    if (!values) return `its input ${name} is computed, and there it is an attribute`;
    this.setInputs(this.node.inputs.map((v, i) => (i === index ? null : v)));
    this.set({ [name]: { kind: 'ints', value: BigInt64Array.from(values, BigInt) } });
  }
}

export function withAttributes(
  base: Attributes,
  changes: Readonly<Record<string, AttributeLike | undefined>>,
): Attributes {
  const out = new Map(base);
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined) out.delete(name);
    else out.set(name, single(attribute(value)));
  }
  return out;
}

/** A float attribute holds a float32, as it will be when it is read back. */
const single = (a: Attribute): Attribute => (a.kind === 'float' ? float(a.value) : a);

function tensorAttribute(node: Node): Tensor | undefined {
  const a: Attribute | undefined = node.attributes.get('value');
  return a?.kind === 'tensor' ? a.value : undefined;
}

/** A scalar of a numeric type; null for types that have no plain numbers here. */
export function scalarTensor(dtype: DType, value: number): Tensor | null {
  switch (dtype) {
    case 'float':
      return tensorOf({ dtype, dims: [], values: Float32Array.of(value) });
    case 'double':
      return tensorOf({ dtype, dims: [], values: Float64Array.of(value) });
    case 'float16':
      return tensorOf({ dtype, dims: [], values: Uint16Array.of(smallFloatBits('float16', Math.fround(value))!) });
    case 'int32':
      return tensorOf({ dtype, dims: [], values: Int32Array.of(value) });
    case 'int64':
      return tensorOf({ dtype, dims: [], values: BigInt64Array.of(BigInt(Math.trunc(value))) });
    case 'uint32':
      return tensorOf({ dtype, dims: [], values: Uint32Array.of(value) });
    case 'uint64':
      return tensorOf({ dtype, dims: [], values: BigUint64Array.of(BigInt(Math.trunc(value))) });
    case 'int16':
      return tensorOf({ dtype, dims: [], values: Int16Array.of(value) });
    case 'uint16':
      return tensorOf({ dtype, dims: [], values: Uint16Array.of(value) });
    case 'int8':
      return tensorOf({ dtype, dims: [], values: Int8Array.of(value) });
    case 'uint8':
      return tensorOf({ dtype, dims: [], values: Uint8Array.of(value) });
    case 'bfloat16':
      return tensorOf({ dtype, dims: [], values: Uint16Array.of(smallFloatBits('bfloat16', Math.fround(value))!) });
    default:
      return null;
  }
}
