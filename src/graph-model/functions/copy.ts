/** Copying nodes, with their bodies, from any graph (of this model or of another one) into a graph of a draft. */
import type { Attribute, Attributes } from '../core/attributes.ts';
import type { Draft } from '../core/draft.ts';
import type { Graph, GraphId, Node, NodeId, Origin, Value, ValueId } from '../core/model.ts';

/** Where the originals are: a model's tables or a draft. */
export interface CopySource {
  node(id: NodeId): Node;
  value(id: ValueId): Value;
  graph(id: GraphId): Graph;
}

export interface CopyOptions {
  /** Names of copies by those of their originals; bodies keep theirs where no outer name is hidden. */
  nodeName(node: Node): string;
  valueName(name: string): string;
  /** The attribute that a reference stands for; undefined leaves the attribute out; the reference itself stays one. */
  resolve?(reference: Extract<Attribute, { kind: 'reference' }>): Attribute | undefined;
  origin?(node: Node): Origin | undefined;
}

export class Copier {
  private readonly copied = new Map<ValueId, ValueId | null>();
  readonly made: NodeId[] = [];

  constructor(
    private readonly source: CopySource,
    private readonly draft: Draft,
    private readonly options: CopyOptions,
  ) {}

  /** Says what stands for a value of the source; null: it is left out. */
  bind(from: ValueId, to: ValueId | null): void {
    this.copied.set(from, to);
  }

  /** What stands for a value: what was bound or copied, else the value itself (one captured from around). */
  of(id: ValueId): ValueId | null {
    const known = this.copied.get(id);
    return known === undefined ? id : known;
  }

  node(id: NodeId, into: GraphId): Node {
    const node = this.source.node(id);
    const origin = this.options.origin?.(node) ?? node.origin;
    const made = this.draft.addNode(into, {
      op: node.op,
      domain: node.domain,
      overload: node.overload,
      name: this.options.nodeName(node),
      inputs: trimmed(node.inputs.map((v) => (v === null ? null : this.of(v)))),
      outputs: node.outputs.map((v) => (v === null ? null : this.nameOf(v))),
      attributes: this.attributes(node),
      ...(origin ? { origin } : {}),
    });
    this.made.push(made.id);
    const { doc, metadata, extra } = node;
    if (doc !== undefined || metadata || extra)
      this.draft.patchNode(made.id, {
        ...(doc === undefined ? {} : { doc }),
        ...(metadata ? { metadata } : {}),
        ...(extra ? { extra } : {}),
      });
    node.outputs.forEach((v, i) => v !== null && this.bind(v, made.outputs[i]!));
    return made;
  }

  /** Copies initializers of a graph: bodies and functions of other models bring theirs along. */
  initializers(graph: Graph, into: GraphId): void {
    for (const v of graph.initializers) {
      if (this.copied.has(v)) continue;
      const { constant } = this.source.value(v);
      if (constant) this.bind(v, this.draft.constant(into, constant, this.nameOf(v)));
    }
  }

  attributes(node: Node): Attributes {
    const out = new Map<string, Attribute>();
    for (const [name, a] of node.attributes) {
      const copy = this.attribute(a);
      if (copy) out.set(name, copy);
    }
    return out;
  }

  private attribute(a: Attribute): Attribute | undefined {
    if (a.kind === 'graph') return { ...a, value: this.body(a.value) };
    if (a.kind === 'graphs') return { ...a, value: a.value.map((g) => this.body(g)) };
    if (a.kind === 'reference' && this.options.resolve) return this.options.resolve(a);
    return a;
  }

  private nameOf(id: ValueId): string {
    const { name } = this.source.value(id);
    return name ? this.options.valueName(name) : '';
  }

  private body(id: GraphId): GraphId {
    const { source, draft } = this;
    const from = source.graph(id);
    const to = draft.newGraph(from.name);
    for (const v of new Set([...from.inputs, ...from.initializers, ...from.sparseInitializers]))
      this.ownValue(source.value(v), to);
    const all = (list: readonly ValueId[]) => list.map((v) => this.of(v)).filter((v) => v !== null);
    draft.setGraphInputs(to, all(from.inputs));
    draft.patchGraph(to, {
      initializers: all(from.initializers),
      sparseInitializers: all(from.sparseInitializers),
      ...(from.doc === undefined ? {} : { doc: from.doc }),
      ...(from.metadata ? { metadata: from.metadata } : {}),
    });
    for (const n of from.order) this.node(n, to);
    draft.setGraphOutputs(to, all(from.outputs));
    for (const n of from.order) for (const v of source.node(n).outputs) if (v !== null) this.keepType(v);
    draft.patchGraph(to, { valueInfo: all(from.valueInfo) });
    return to;
  }

  private ownValue(value: Value, graph: GraphId): void {
    const { type, constant, sparse } = value;
    const part = { type, ...(constant ? { constant } : {}), ...(sparse ? { sparse } : {}) };
    this.bind(value.id, this.draft.newValue(graph, this.nameOf(value.id), null, part));
  }

  private keepType(id: ValueId): void {
    const { type } = this.source.value(id);
    const copy = this.of(id);
    if (type && copy !== null) this.draft.patchValue(copy, { type });
  }
}

/** Inputs left out at the end are not written. */
function trimmed(inputs: (ValueId | null)[]): (ValueId | null)[] {
  while (inputs.length > 0 && inputs[inputs.length - 1] === null) inputs.pop();
  return inputs;
}
