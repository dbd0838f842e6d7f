/** Copying nodes within a model, with their bodies. */
import type { Attribute, Attributes } from '../core/attributes.ts';
import { Draft, EditError, label, type Change } from '../core/draft.ts';
import type { GraphId, Model, Node, NodeId, ValueId } from '../core/model.ts';
import { freeName } from './scope.ts';

export interface Duplicated {
  readonly change: Change;
  /** The copies, in the order of what they copy. */
  readonly copies: readonly NodeId[];
}

/**
 * Copies nodes into the graphs they are in. Between the copies the edges are copied too; from outside they read what
 * their originals read. Nothing reads them yet.
 */
export function duplicateNodes(model: Model, ids: Iterable<NodeId>): Duplicated {
  const chosen = new Set([...ids].filter((id) => model.nodes.has(id)));
  if (chosen.size === 0) throw new EditError('Nothing is selected to be duplicated.');
  const draft = new Draft(model);
  const copier = new Copier(model, draft);
  const copies: NodeId[] = [];
  for (const graph of model.graphs.values())
    for (const id of graph.order) if (chosen.has(id)) copies.push(copier.node(id, graph.id, true));
  const one = chosen.size === 1 ? label(model.nodes.at([...chosen][0]!)) : `${chosen.size} nodes`;
  return { change: draft.commit(`Duplicate ${one}`), copies };
}

class Copier {
  private readonly copied = new Map<ValueId, ValueId>();
  private readonly names: Set<string>;

  constructor(
    private readonly model: Model,
    private readonly draft: Draft,
  ) {
    this.names = new Set([...model.nodes.values()].map((n) => n.name));
  }

  /** @param fresh give the copy a name of its own; in bodies names are free to repeat */
  node(id: NodeId, graph: GraphId, fresh: boolean): NodeId {
    const node = this.model.nodes.at(id);
    const name = fresh && node.name ? freeName(this.names, `${node.name}_copy`) : node.name;
    this.names.add(name);
    const made = this.draft.addNode(graph, {
      op: node.op,
      domain: node.domain,
      overload: node.overload,
      name,
      inputs: node.inputs.map((v) => (v === null ? null : this.value(v))),
      outputs: node.outputs.map((v) => (v === null ? null : '')),
      attributes: this.attributes(node),
      ...(node.origin ? { origin: node.origin } : {}),
    });
    const { doc, metadata, extra } = node;
    if (doc !== undefined || metadata || extra) this.draft.patchNode(made.id, { doc, metadata, extra });
    node.outputs.forEach((v, i) => {
      if (v !== null) this.copied.set(v, made.outputs[i]!);
    });
    return made.id;
  }

  private value(id: ValueId): ValueId {
    return this.copied.get(id) ?? id;
  }

  private attributes(node: Node): Attributes {
    return new Map([...node.attributes].map(([name, a]) => [name, this.attribute(a)]));
  }

  private attribute(a: Attribute): Attribute {
    if (a.kind === 'graph') return { ...a, value: this.body(a.value) };
    if (a.kind === 'graphs') return { ...a, value: a.value.map((g) => this.body(g)) };
    return a;
  }

  private body(id: GraphId): GraphId {
    const { model, draft } = this;
    const from = model.graphs.at(id);
    const to = draft.newGraph(from.name);
    const own = new Set([...from.inputs, ...from.initializers, ...from.sparseInitializers]);
    for (const v of own) this.ownValue(v, to);
    const all = (list: readonly ValueId[]) => list.map((v) => this.value(v));
    draft.setGraphInputs(to, all(from.inputs));
    draft.patchGraph(to, {
      initializers: all(from.initializers),
      sparseInitializers: all(from.sparseInitializers),
      ...(from.doc === undefined ? {} : { doc: from.doc }),
      ...(from.metadata ? { metadata: from.metadata } : {}),
    });
    for (const n of from.order) this.node(n, to, false);
    draft.setGraphOutputs(to, all(from.outputs));
    // The names that a body gives are part of it; those of its nodes' outputs were left open above.
    for (const n of from.order) for (const v of model.nodes.at(n).outputs) if (v !== null) this.keepRecord(v);
    draft.patchGraph(to, { valueInfo: all(from.valueInfo) });
    return to;
  }

  private ownValue(id: ValueId, graph: GraphId): void {
    const { name, type, constant, sparse } = this.model.values.at(id);
    const part = { type, ...(constant ? { constant } : {}), ...(sparse ? { sparse } : {}) };
    this.copied.set(id, this.draft.newValue(graph, name, null, part));
  }

  private keepRecord(id: ValueId): void {
    const { name, type } = this.model.values.at(id);
    this.draft.patchValue(this.value(id), { name, type });
  }
}
