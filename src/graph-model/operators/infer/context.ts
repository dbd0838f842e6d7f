/** What a rule of inference sees of one node, and how it says what the node makes. */
import { getFloat, getInt, getInts, getString, type Attribute } from '../../core/attributes.ts';
import { normalAxis } from '../../core/dims.ts';
import { label } from '../../core/draft.ts';
import type { Graph, GraphId, Node } from '../../core/model.ts';
import type { Dim, DType, Shape, TensorType, ValueType } from '../../core/types.ts';
import { typeLabel } from '../../core/types.ts';
import { diagnostic, type DiagnosticCode, type Params } from '../../diagnostics.ts';
import { maxDim } from '../symbolic.ts';
import { MOST_ELEMENTS, numbersOf, type Elements } from './elements.ts';
import type { Facts, Frame } from './facts.ts';

/** Runs a nested body and answers the types and elements of its outputs; given by the engine. */
export type RunBody = (body: GraphId, inputs: readonly BodyInput[], frame: Frame) => readonly BodyOutput[];
export interface BodyInput {
  readonly type: ValueType | null;
  readonly elements?: Elements | null;
}
export interface BodyOutput {
  readonly type: ValueType | null;
  readonly elements: Elements | null;
}

export class NodeContext {
  private mintedHere = 0;

  constructor(
    readonly facts: Facts,
    /** Attribute references are resolved already. */
    readonly node: Node,
    /** The opset version that rules the node's domain here. */
    readonly version: number,
    readonly frame: Frame,
    private readonly runBody: RunBody,
  ) {}

  // ---- inputs

  get inputCount(): number {
    return this.node.inputs.length;
  }
  get outputCount(): number {
    return this.node.outputs.length;
  }
  has(i: number): boolean {
    return (this.node.inputs[i] ?? null) !== null;
  }
  wants(i: number): boolean {
    return (this.node.outputs[i] ?? null) !== null;
  }

  type(i: number): ValueType | null {
    const v = this.node.inputs[i] ?? null;
    return v === null ? null : this.facts.typeOf(v);
  }
  tensor(i: number): TensorType | null {
    const t = this.type(i);
    return t?.kind === 'tensor' || t?.kind === 'sparse_tensor' ? t : null;
  }
  dtype(i: number): DType | null {
    return this.tensor(i)?.dtype ?? null;
  }
  shape(i: number): Shape {
    return this.tensor(i)?.shape ?? null;
  }
  rank(i: number): number | null {
    return this.shape(i)?.length ?? null;
  }
  /** One dimension, counted from the end where negative; null where it is not known. */
  dim(i: number, axis: number): Dim {
    const shape = this.shape(i);
    return shape?.at(axis) ?? null;
  }

  /** The elements of an input as far as known. */
  elements(i: number): Elements | null {
    const v = this.node.inputs[i] ?? null;
    return v === null ? null : this.facts.elementsOf(v);
  }
  /** The elements of an input when all are numbers. */
  numbers(i: number): number[] | null {
    return numbersOf(this.elements(i));
  }

  // ---- attributes

  attribute(name: string): Attribute | undefined {
    return this.node.attributes.get(name);
  }
  int(name: string, otherwise: number): number {
    return getInt(this.node, name, otherwise);
  }
  optionalInt(name: string): number | undefined {
    return getInt(this.node, name);
  }
  float(name: string, otherwise: number): number {
    return getFloat(this.node, name, otherwise);
  }
  string(name: string, otherwise: string): string {
    return getString(this.node, name, otherwise);
  }
  ints(name: string): number[] | undefined {
    return getInts(this.node, name);
  }

  /** An axis counted from the front; null and a report where it is out of range. */
  axis(value: number, rank: number): number | null {
    const axis = normalAxis(value, rank);
    if (axis === null) this.report('infer.axis', { axis: value, rank });
    return axis;
  }

  // ---- results

  set(i: number, type: ValueType | null, elements: Elements | null = null): void {
    const v = this.node.outputs[i] ?? null;
    if (v === null) return;
    if (type === null) this.facts.types.delete(v);
    else this.facts.types.set(v, this.named(type));
    const small = elements !== null && elements.values.length <= MOST_ELEMENTS ? elements : null;
    this.facts.elements.set(v, small);
  }

  setTensor(i: number, dtype: DType | null, shape: Shape, elements: Elements | null = null): void {
    this.set(i, dtype === null ? null : { kind: 'tensor', dtype, shape }, elements);
  }

  /** Known elements as an output: its type says the same. */
  setElements(i: number, elements: Elements): void {
    this.setTensor(i, elements.dtype, elements.dims, elements);
  }

  /** Dimensions that nothing tells get a name of their own, so that what depends on them can be said. */
  private named(type: ValueType): ValueType {
    if (type.kind !== 'tensor' || !type.shape || type.shape.every(isLength)) return type;
    return { ...type, shape: type.shape.map((d) => (isLength(d) ? d : this.unknown(d))) };
  }

  private unknown(dim: Dim | undefined): string {
    if (typeof dim === 'number') this.report('infer.length', { length: dim });
    return this.fresh();
  }

  /** A new name for a length; the same one each time the node is inferred. */
  fresh(): string {
    const { op, id } = this.node;
    const name = `${op.toLowerCase()}_${id}${this.frame.path}_${this.mintedHere++}`;
    this.facts.minted.add(name);
    this.facts.recent.add(name);
    return name;
  }

  report(code: DiagnosticCode, params: Params = {}): void {
    const list = this.facts.problems.get(this.node.id) ?? [];
    const d = diagnostic(code, { node: label(this.node), ...params }, { node: this.node.id });
    if (!list.some((p) => p.message === d.message)) this.facts.problems.set(this.node.id, [...list, d]);
  }

  // ---- meeting dimensions

  /** Two dimensions that must be equal. */
  same(a: Dim, b: Dim, what: string): Dim {
    const dim = this.facts.unify(a, b, this.node.id);
    if (dim !== undefined) return dim;
    this.report('infer.mismatch', { what, left: String(a), right: String(b) });
    return a;
  }

  /** Two shapes that must be equal. */
  sameShapes(a: Shape, b: Shape, what: string): Shape {
    if (a === null || b === null) return a ?? b;
    if (a.length !== b.length) {
      this.report('infer.rank', { what, left: a.length, right: b.length });
      return a;
    }
    return a.map((d, i) => this.same(d, b[i]!, `${what} along axis ${i}`));
  }

  /** Multidirectional (numpy) broadcasting. null where a rank is unknown. */
  broadcast(shapes: readonly Shape[]): Shape {
    if (shapes.some((s) => s === null)) return null;
    const rank = Math.max(0, ...shapes.map((s) => s!.length));
    return Array.from({ length: rank }, (_, i) =>
      shapes.reduce<Dim>((d, s) => {
        const at = i - rank + s!.length;
        return at < 0 ? d : this.broadcastDim(d, s![at]!, i - rank);
      }, 1),
    );
  }

  private broadcastDim(a: Dim, b: Dim, axis: number): Dim {
    if (a === b || b === 1) return a;
    if (a === 1) return b;
    if (typeof a === 'number' && typeof b === 'number') {
      this.report('infer.broadcast', { left: a, right: b, axis });
      return a;
    }
    if (typeof a === 'number') return a;
    if (typeof b === 'number') return b;
    // Either they are equal or one of them is 1: the larger of the two in every case.
    return maxDim(a, b);
  }

  // ---- bodies

  body(name: string): Graph | null {
    const a = this.attribute(name);
    return a?.kind === 'graph' ? this.facts.view.graph(a.value) : null;
  }

  run(body: Graph, inputs: readonly BodyInput[]): readonly BodyOutput[] {
    return this.runBody(body.id, inputs, this.frame);
  }

  describe(type: ValueType | null): string {
    return typeLabel(type);
  }
}

const isLength = (d: Dim | undefined): boolean =>
  typeof d === 'string' || (typeof d === 'number' && d >= 0 && Number.isInteger(d));

/** Infers one operator: reads inputs and attributes of the context, sets its outputs. */
export type InferRule = (c: NodeContext) => void;
