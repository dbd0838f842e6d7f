/** What a rule sees and builds with: types, constants and new nodes at the place of its match. */
import { attributes, type AttributeLike } from '../../graph-model/core/attributes.ts';
import { isStatic, sameShape } from '../../graph-model/core/dims.ts';
import type { Draft } from '../../graph-model/core/draft.ts';
import { opsetVersion, type GraphId, type Node, type NodeId, type ValueId } from '../../graph-model/core/model.ts';
import {
  int64Tensor,
  readTensor,
  tensorOf,
  toNumbers,
  type DenseTensor,
  type Tensor,
} from '../../graph-model/core/tensor.ts';
import type { DType, Shape, TensorType } from '../../graph-model/core/types.ts';
import type { JobContext } from '../../graph-model/job.ts';
import type { TypeTable } from '../../graph-model/operators/operator.ts';
import { constantOfNode, smallElements } from './constants.ts';
import { inputsOf } from './edits.ts';
import type { MatchScope } from './match.ts';

export class RuleScope implements MatchScope {
  /** The node whose place new nodes take; set by the driver before each rule. */
  private root!: Node;
  private rule = '';
  /** Nodes made since the driver last took them. */
  private made: NodeId[] = [];
  private readonly known = new Map<ValueId, TensorType>();
  private readonly top: ReadonlyMap<GraphId, boolean>;

  constructor(
    readonly draft: Draft,
    private readonly table: TypeTable,
    private readonly job: JobContext,
  ) {
    this.top = new Map(draft.model.functions.map((f) => [f.graph, true]));
  }

  // ---- looking

  get graph(): GraphId {
    return this.root.graph;
  }

  /** The version of a domain that rules the match; 0 where it is not imported. */
  opset(domain = ''): number {
    const owner = this.outermost(this.root.graph);
    const { functions, opsets } = this.draft.model;
    return opsetVersion(functions.find((f) => f.graph === owner)?.opsets ?? opsets, domain) ?? 0;
  }

  /** Functions have no initializers: their constants are Constant nodes. */
  inFunction(graph: GraphId): boolean {
    return this.top.has(this.outermost(graph));
  }

  type(value: ValueId): TensorType | null {
    const known = this.known.get(value);
    if (known) return known;
    const constant = this.tensor(value);
    if (constant) return { kind: 'tensor', dtype: constant.dtype, shape: constant.dims };
    const type = this.table.typeOf(value);
    return type?.kind === 'tensor' ? type : null;
  }

  shape(value: ValueId): Shape {
    return this.type(value)?.shape ?? null;
  }

  /** The dimensions when all of them are numbers. */
  dims(value: ValueId): readonly number[] | null {
    const shape = this.shape(value);
    return isStatic(shape) ? shape : null;
  }

  rank(value: ValueId): number | null {
    return this.shape(value)?.length ?? null;
  }

  dtype(value: ValueId): DType | null {
    return this.type(value)?.dtype ?? null;
  }

  /** True when both are known to have one dtype and one shape. */
  sameType(a: ValueId, b: ValueId): boolean {
    const left = this.type(a);
    const right = this.type(b);
    return left !== null && right !== null && left.dtype === right.dtype && sameShape(left.shape, right.shape);
  }

  isConstant(value: ValueId): boolean {
    return this.tensor(value) !== null;
  }

  /** The tensor of a value that is fixed: an initializer that is no input, or a Constant node's. */
  tensor(value: ValueId): Tensor | null {
    const v = this.draft.value(value);
    if (v.producer !== null) return constantOfNode(this.draft.node(v.producer));
    return v.constant && !inputsOf(this.draft, v.graph).has(value) ? v.constant : null;
  }

  /** The elements, when they are few and known: a small constant, or computed from shapes. */
  elements(value: ValueId): DenseTensor | null {
    const tensor = this.tensor(value);
    return tensor ? smallElements(tensor) : this.table.constantOf(value);
  }

  /** {@link elements} as numbers. */
  numbers(value: ValueId | null | undefined): number[] | null {
    if (value === null || value === undefined) return null;
    const dense = this.elements(value);
    return dense && dense.dtype !== 'string' ? Array.from(toNumbers(dense)) : null;
  }

  /** The one number that all elements of a small constant are, else null. */
  uniform(value: ValueId | null | undefined): number | null {
    const list = this.numbers(value);
    return list && list.length > 0 && list.every((x) => Object.is(x, list[0])) ? list[0]! : null;
  }

  /** The number in a tensor of one element, where it is at hand. */
  fill(tensor: Tensor): number | null {
    const dense = smallElements(tensor);
    return dense ? (toNumbers(dense)[0] ?? null) : null;
  }

  /** Reads a constant of any size; null when its file was not given. */
  async read(value: ValueId): Promise<DenseTensor> {
    const tensor = this.tensor(value)!;
    return smallElements(tensor) ?? readTensor(tensor, this.job.signal);
  }

  // ---- building

  /** Adds a node in the place of the match and gives its first output. */
  add(
    op: string,
    inputs: readonly (ValueId | null)[],
    plain: Readonly<Record<string, AttributeLike | undefined>> = {},
    domain = '',
  ): ValueId {
    const node = this.draft.addNode(this.graph, {
      op,
      domain,
      inputs: trimmed(inputs),
      attributes: attributes(plain),
      origin: { dialect: 'onnx', op: this.root.op, name: this.root.name, by: this.rule },
    });
    this.made.push(node.id);
    return node.outputs[0]!;
  }

  /** A copy of a node with other inputs, and with the attributes given changed (undefined: taken away). */
  copy(
    node: Node,
    inputs: readonly (ValueId | null)[],
    change: Readonly<Record<string, AttributeLike | undefined>> = {},
  ): ValueId {
    const merged = new Map(node.attributes);
    for (const name of Object.keys(change)) merged.delete(name);
    for (const [name, value] of attributes(change)) merged.set(name, value);
    return this.add(node.op, inputs, Object.fromEntries(merged), node.domain);
  }

  /** Makes a constant at the place of the match. */
  constant(tensor: Tensor, name = ''): ValueId {
    const value = this.inFunction(this.graph)
      ? this.add('Constant', [], { value: { kind: 'tensor', value: tensor } })
      : this.draft.constant(this.graph, tensor, name);
    this.known.set(value, { kind: 'tensor', dtype: tensor.dtype, shape: tensor.dims });
    return value;
  }

  dense(dense: DenseTensor, name = ''): ValueId {
    return this.constant(tensorOf(dense), name);
  }

  ints(values: readonly (number | bigint)[], dims?: readonly number[]): ValueId {
    return this.constant(int64Tensor(values, dims));
  }

  /** Says the type of a value that a rule made, so that later rules need not wait for inference. */
  learn(value: ValueId, type: TensorType | null): ValueId {
    if (type) this.known.set(value, type);
    return value;
  }

  // ---- for the driver

  enter(root: Node, rule: string): void {
    this.root = root;
    this.rule = rule;
  }

  takeMade(): NodeId[] {
    const made = this.made;
    this.made = [];
    return made;
  }

  private outermost(graph: GraphId): GraphId {
    let at = graph;
    for (;;) {
      const parent = this.draft.graphParent(at);
      if (parent === null) return at;
      at = this.draft.node(parent).graph;
    }
  }
}

function trimmed(inputs: readonly (ValueId | null)[]): (ValueId | null)[] {
  const out = [...inputs];
  while (out.length > 0 && out[out.length - 1] === null) out.pop();
  return out;
}
