/**
 * The one door through which a model changes. A draft is a private copy-on-write view of a model; `commit` gives a
 * {@link Change} that holds both snapshots, so undo keeps a pointer and nobody sees a half-made edit.
 */
import { bodiesOf, NO_ATTRIBUTES, type Attributes } from './attributes.ts';
import type { Graph, GraphId, Model, Node, NodeId, Origin, Use, Value, ValueId } from './model.ts';
import { GraphEdits } from './graph-edits.ts';
import { orderOf, type OrderView } from './order.ts';
import type { Tensor } from './tensor.ts';
import type { ValueType } from './types.ts';

export interface Change {
  /** What was done, as shown in the history: "Rename conv_1 to stem". */
  readonly label: string;
  readonly before: Model;
  readonly after: Model;
  /** Nodes added, changed or removed. */
  readonly touched: ReadonlySet<NodeId>;
}

/** An edit that would break a law of the model, said so that a person can act on it. */
export class EditError extends Error {
  override readonly name = 'EditError';
}

export interface NodeSpec {
  readonly op: string;
  readonly domain?: string;
  readonly overload?: string;
  readonly name?: string;
  readonly inputs: readonly (ValueId | null)[];
  /** How many new values it makes (default 1), or one entry for each: a name, '' to have it named at saving, null to leave it out. */
  readonly outputs?: number | readonly (string | null)[];
  readonly attributes?: Attributes;
  readonly origin?: Origin;
}

type NodePatch = Partial<Omit<Node, 'id' | 'graph' | 'outputs'>>;
type ValuePatch = Partial<Omit<Value, 'id' | 'graph' | 'producer'>>;
type GraphPatch = Partial<Omit<Graph, 'id' | 'parent' | 'order' | 'inputs' | 'outputs'>>;
type ModelPatch = Partial<Omit<Model, 'main' | 'graphs' | 'nodes' | 'values' | 'uses'>>;

export class Draft implements OrderView {
  private readonly graphs;
  private readonly nodes;
  private readonly values;
  private readonly useLists;
  private readonly ownUses = new Set<ValueId>();
  private readonly pending = new Map<GraphId, GraphEdits>();
  /** Nodes whose place in the order may have become wrong. */
  private readonly rewired = new Set<NodeId>();
  private readonly touched = new Set<NodeId>();
  private readonly nodeLog: NodeId[] = [];
  private readonly valueLog: ValueId[] = [];
  private fields: ModelPatch = {};

  constructor(readonly base: Model) {
    this.graphs = base.graphs.edit();
    this.nodes = base.nodes.edit();
    this.values = base.values.edit();
    this.useLists = base.uses.edit();
  }

  // ---- reading: always the edited state

  get main(): GraphId {
    return this.base.main;
  }

  /** The model's own fields (opsets, functions …) as edited so far; tables must be read through the draft. */
  get model(): Omit<Model, 'graphs' | 'nodes' | 'values' | 'uses'> {
    return { ...this.base, ...this.fields };
  }

  node(id: NodeId): Node {
    return this.nodes.at(id);
  }

  hasNode(id: NodeId): boolean {
    return this.nodes.has(id);
  }

  value(id: ValueId): Value {
    return this.values.at(id);
  }

  hasValue(id: ValueId): boolean {
    return this.values.has(id);
  }

  /** The graph with its order as edited so far. Costs O(order) after nodes were added or removed: don't call it per node. */
  graph(id: GraphId): Graph {
    this.flush(id);
    return this.graphs.at(id);
  }

  /** The inputs of a graph, without the cost of {@link graph}. */
  graphInputs(id: GraphId): readonly ValueId[] {
    return this.graphs.at(id).inputs;
  }

  /** The node that holds a body, or null for the main graph and functions, without the cost of {@link graph}. */
  graphParent(id: GraphId): NodeId | null {
    return this.graphs.at(id).parent;
  }

  /**
   * What was added, changed or removed so far, in order and with repetitions: who follows a draft remembers how far it
   * has read. Both lists only grow.
   */
  get edits(): { readonly nodes: readonly NodeId[]; readonly values: readonly ValueId[] } {
    return { nodes: this.nodeLog, values: this.valueLog };
  }

  /** Every reader of a value, captured ones in nested bodies and graph outputs included. */
  uses(id: ValueId): readonly Use[] {
    return this.useLists.get(id) ?? [];
  }

  producer(id: ValueId): Node | null {
    const { producer } = this.values.at(id);
    return producer === null ? null : this.nodes.at(producer);
  }

  // ---- making

  /** Adds a node and the values it makes. Its place in the order is found at commit: before its first reader. */
  addNode(graph: GraphId, spec: NodeSpec): Node {
    const id = this.nodes.reserve();
    const names = typeof spec.outputs === 'object' ? spec.outputs : new Array<string>(spec.outputs ?? 1).fill('');
    const outputs = names.map((name) => (name === null ? null : this.newValue(graph, name, id)));
    const node: Node = {
      id,
      graph,
      domain: spec.domain ?? '',
      op: spec.op,
      overload: spec.overload ?? '',
      name: spec.name ?? '',
      inputs: [...spec.inputs],
      outputs,
      attributes: spec.attributes ?? NO_ATTRIBUTES,
      ...(spec.origin ? { origin: spec.origin } : {}),
    };
    this.nodes.set(id, node);
    node.inputs.forEach((v, index) => this.addUse(v, { node: id, graph, index }));
    this.adoptBodies(node);
    this.pendingOf(graph).added.add(id);
    this.rewired.add(id);
    this.touch(id);
    return node;
  }

  /** Adds nodes and gives back their first output: the common case of a builder. */
  add(graph: GraphId, op: string, inputs: readonly (ValueId | null)[], attributes?: Attributes, domain = ''): ValueId {
    return this.addNode(graph, { op, inputs, domain, ...(attributes ? { attributes } : {}) }).outputs[0]!;
  }

  /** Adds an initializer. */
  constant(graph: GraphId, tensor: Tensor, name = ''): ValueId {
    const id = this.newValue(graph, name, null, { constant: tensor });
    this.pendingOf(graph).initializers.push(id);
    return id;
  }

  /** Adds a value that nothing makes; the caller makes it an input or an initializer. */
  newValue(graph: GraphId, name: string, producer: NodeId | null = null, part: Partial<Value> = {}): ValueId {
    const id = this.values.reserve();
    this.values.set(id, { type: null, ...part, id, graph, name, producer });
    this.valueLog.push(id);
    return id;
  }

  /** Adds an empty graph: a body (give it to a node as an attribute, which sets its parent) or a function's. */
  newGraph(name: string): GraphId {
    const id = this.graphs.reserve();
    const none: never[] = [];
    this.graphs.set(id, {
      id,
      name,
      parent: null,
      inputs: none,
      outputs: none,
      order: none,
      initializers: none,
      sparseInitializers: none,
      valueInfo: none,
      quantization: none,
    });
    return id;
  }

  // ---- changing

  /** Changes fields of a node; `inputs` keeps the uses right. */
  patchNode(id: NodeId, part: NodePatch): void {
    const before = this.nodes.at(id);
    if (part.inputs) this.rewire(before, part.inputs);
    const after = { ...before, ...part, inputs: part.inputs ? [...part.inputs] : before.inputs };
    this.nodes.set(id, after);
    if (part.attributes) this.replaceBodies(before, after);
    this.touch(id);
  }

  /** Sets one input; slots in between become absent (null). */
  setInput(id: NodeId, index: number, value: ValueId | null): void {
    const inputs: (ValueId | null)[] = [...this.nodes.at(id).inputs];
    while (inputs.length <= index) inputs.push(null);
    inputs[index] = value;
    this.patchNode(id, { inputs });
  }

  /** Leaves out an output that nothing reads: the last ones are cut, others become null. */
  dropOutput(id: NodeId, index: number): void {
    const node = this.nodes.at(id);
    const value = node.outputs[index];
    if (value === null || value === undefined) return;
    this.refuseUsed(value, `Output ${index} of ${label(node)}`);
    this.deleteValue(value);
    const outputs = node.outputs.map((v, i) => (i === index ? null : v));
    while (outputs.length > 0 && outputs[outputs.length - 1] === null) outputs.pop();
    this.nodes.set(id, { ...node, outputs });
    this.touch(id);
  }

  /** Adds an output to the end of a node, or at `index` where it is left out, and gives its value. */
  addOutput(id: NodeId, name = '', index = this.nodes.at(id).outputs.length): ValueId {
    const node = this.nodes.at(id);
    if (node.outputs[index]) throw new EditError(`${label(node)} already makes output ${index}.`);
    const outputs: (ValueId | null)[] = [...node.outputs];
    while (outputs.length < index) outputs.push(null);
    const value = this.newValue(node.graph, name, id);
    outputs[index] = value;
    this.nodes.set(id, { ...node, outputs });
    this.touch(id);
    return value;
  }

  /**
   * Makes a value the output of another node, or of none: for a rewrite whose result must keep the name of what it
   * replaces (a graph output). The slot it leaves becomes null; the value that `to` had there must be unused.
   */
  moveOutput(value: ValueId, to: NodeId, index: number): void {
    const { producer } = this.values.at(value);
    if (producer !== null) {
      const from = this.nodes.at(producer);
      this.nodes.set(producer, { ...from, outputs: from.outputs.map((v) => (v === value ? null : v)) });
      this.touch(producer);
    }
    const target = this.nodes.at(to);
    const previous = target.outputs[index];
    if (previous !== null && previous !== undefined && previous !== value) {
      this.refuseUsed(previous, `Output ${index} of ${label(target)}`);
      this.deleteValue(previous);
    }
    const outputs: (ValueId | null)[] = [...target.outputs];
    while (outputs.length <= index) outputs.push(null);
    outputs[index] = value;
    this.nodes.set(to, { ...target, outputs });
    this.values.set(value, { ...this.values.at(value), graph: target.graph, producer: to });
    for (const use of this.uses(value)) this.rewireReader(use);
    this.rewired.add(to);
    this.touch(to);
  }

  patchValue(id: ValueId, part: ValuePatch): void {
    const before = this.values.at(id);
    this.values.set(id, { ...before, ...part });
    this.valueLog.push(id);
    if (before.producer !== null) this.touch(before.producer);
  }

  /** Declares the type of a value in value_info (inputs and outputs carry theirs anyway). */
  declare(id: ValueId, type: ValueType): void {
    const value = this.values.at(id);
    this.patchValue(id, { type });
    const g = this.graphs.at(value.graph);
    if (g.inputs.includes(id) || g.outputs.includes(id)) return;
    const edits = this.pendingOf(g.id);
    if (!edits.declares(g, id)) edits.declare(id);
  }

  patchGraph(id: GraphId, part: GraphPatch): void {
    this.graphs.set(id, { ...this.graph(id), ...part });
  }

  setGraphInputs(id: GraphId, inputs: readonly ValueId[]): void {
    this.valueLog.push(...this.graphs.at(id).inputs, ...inputs);
    this.graphs.set(id, { ...this.graphs.at(id), inputs: [...inputs] });
  }

  setGraphOutputs(id: GraphId, outputs: readonly ValueId[]): void {
    const g = this.graphs.at(id);
    g.outputs.forEach((v, index) => this.removeUse(v, { node: null, graph: id, index }));
    outputs.forEach((v, index) => this.addUse(v, { node: null, graph: id, index }));
    this.graphs.set(id, { ...g, outputs: [...outputs] });
    this.rewireHolder(g);
  }

  /** Puts the nodes of a graph into another order; it must hold the same nodes. */
  setOrder(id: GraphId, order: readonly NodeId[]): void {
    const g = this.graph(id);
    if (order.length !== g.order.length || new Set([...order, ...g.order]).size !== order.length) {
      throw new Error('Draft: setOrder must keep the nodes of the graph');
    }
    if (order.some((n, i) => n !== g.order[i])) this.graphs.set(id, { ...g, order: [...order] });
  }

  patchModel(part: ModelPatch): void {
    this.fields = { ...this.fields, ...part };
  }

  /** Every reader of `from` (graph outputs too, unless told otherwise) reads `to` instead. */
  replaceUses(from: ValueId, to: ValueId, options: { graphOutputs?: boolean } = {}): void {
    if (from === to) return;
    if (!this.values.has(to)) throw new Error(`Draft: value ${to} does not exist`);
    const moved: Use[] = [];
    const kept: Use[] = [];
    for (const use of this.uses(from)) (use.node === null && options.graphOutputs === false ? kept : moved).push(use);
    if (moved.length === 0) return;
    const swap = <T>(v: T): T | ValueId => ((v as unknown) === from ? to : v);
    for (const id of new Set(moved.map((u) => u.node))) {
      if (id === null) continue;
      const node = this.nodes.at(id);
      this.nodes.set(id, { ...node, inputs: node.inputs.map(swap) });
      this.rewired.add(id);
      this.touch(id);
    }
    for (const id of new Set(moved.filter((u) => u.node === null).map((u) => u.graph))) {
      const g = this.graphs.at(id);
      this.graphs.set(id, { ...g, outputs: g.outputs.map(swap) });
      this.rewireHolder(g);
    }
    this.ownUses.add(from);
    this.useLists.set(from, kept);
    const list = this.ownList(to);
    for (const use of moved) list.push(use);
  }

  // ---- removing

  /** Removes a node with its values and bodies; throws while one of its outputs is read. */
  removeNode(id: NodeId): void {
    const node = this.nodes.at(id);
    for (const v of node.outputs) if (v !== null) this.refuseUsed(v, label(node));
    this.forgetNode(node);
  }

  /** Removes an initializer or a name that nothing makes; throws while it is read or an input. */
  removeValue(id: ValueId): void {
    const value = this.values.at(id);
    if (value.producer !== null) throw new EditError(`${value.name} is made by a node: remove the node.`);
    this.refuseUsed(id, value.name || 'The value');
    if (this.graphs.at(value.graph).inputs.includes(id))
      throw new EditError(`${value.name} is an input: take it out of the inputs first.`);
    this.deleteValue(id);
  }

  /** Removes the graph of a function with all that is in it; the caller takes the function out of the model's list. */
  removeGraph(id: GraphId): void {
    if (id === this.main || this.graphs.at(id).parent !== null)
      throw new Error('Draft: only the graph of a function can be removed');
    this.forgetGraph(id);
  }

  /** Ends the draft. The same draft must not be used afterwards. */
  commit(text: string): Change {
    for (const id of [...this.pending.keys()]) this.flush(id);
    this.sortWhereNeeded();
    const after: Model = {
      ...this.base,
      ...this.fields,
      graphs: this.graphs.commit(),
      nodes: this.nodes.commit(),
      values: this.values.commit(),
      uses: this.useLists.commit(),
    };
    return { label: text, before: this.base, after, touched: this.touched };
  }

  // ---- inside

  private touch(id: NodeId): void {
    this.touched.add(id);
    this.nodeLog.push(id);
  }

  private refuseUsed(value: ValueId, what: string): void {
    const use = this.uses(value)[0];
    if (!use) return;
    const reader = use.node === null ? `graph output ${use.index}` : label(this.nodes.at(use.node));
    throw new EditError(`${what} cannot be removed: ${reader} reads ${this.values.at(value).name || 'its output'}.`);
  }

  private forgetNode(node: Node): void {
    node.inputs.forEach((v, index) => this.removeUse(v, { node: node.id, graph: node.graph, index }));
    for (const v of node.outputs) if (v !== null) this.deleteValue(v);
    for (const body of bodiesOf(node)) this.forgetBody(body, node.id);
    this.nodes.delete(node.id);
    const edits = this.pendingOf(node.graph);
    if (!edits.added.delete(node.id)) edits.removed.add(node.id);
    this.rewired.delete(node.id);
    this.touch(node.id);
  }

  /** A body that was given to another node meanwhile stays. */
  private forgetBody(id: GraphId, parent: NodeId): void {
    if (this.graphs.get(id)?.parent === parent) this.forgetGraph(id);
  }

  private forgetGraph(id: GraphId): void {
    const g = this.graph(id);
    const own = this.looseValues(g);
    g.outputs.forEach((v, index) => this.removeUse(v, { node: null, graph: id, index }));
    for (const n of g.order.slice().reverse()) this.forgetNode(this.nodes.at(n));
    for (const v of own) if (this.values.has(v)) this.deleteValue(v);
    this.graphs.delete(id);
    this.pending.delete(id);
  }

  /** The values of a graph that no node makes: inputs, initializers, declared names and names that are only read. */
  private looseValues(g: Graph): Set<ValueId> {
    const named = [...g.inputs, ...g.outputs, ...g.initializers, ...g.sparseInitializers, ...g.valueInfo];
    const read = g.order.flatMap((n) => this.nodes.at(n).inputs.filter((v) => v !== null));
    const mine = (v: ValueId) => this.values.get(v)?.graph === g.id && this.values.at(v).producer === null;
    return new Set([...named, ...read].filter(mine));
  }

  private deleteValue(id: ValueId): void {
    this.pendingOf(this.values.at(id).graph).gone.add(id);
    this.values.delete(id);
    this.valueLog.push(id);
    this.useLists.delete(id);
  }

  private rewire(node: Node, inputs: readonly (ValueId | null)[]): void {
    const length = Math.max(node.inputs.length, inputs.length);
    for (let index = 0; index < length; index++) {
      const was = node.inputs[index] ?? null;
      const is = inputs[index] ?? null;
      if (was === is) continue;
      this.removeUse(was, { node: node.id, graph: node.graph, index });
      this.addUse(is, { node: node.id, graph: node.graph, index });
    }
    this.rewired.add(node.id);
  }

  /** A body's output may be a value from outside, which must be made before the node that holds the body. */
  private rewireHolder(g: Graph): void {
    if (g.parent !== null) this.rewired.add(g.parent);
  }

  private rewireReader(use: Use): void {
    if (use.node !== null) this.rewired.add(use.node);
    else this.rewireHolder(this.graphs.at(use.graph));
  }

  private replaceBodies(before: Node, after: Node): void {
    const kept = new Set(bodiesOf(after));
    for (const body of bodiesOf(before)) if (!kept.has(body)) this.forgetBody(body, before.id);
    this.adoptBodies(after);
    this.rewired.add(after.id);
  }

  private adoptBodies(node: Node): void {
    for (const body of bodiesOf(node)) {
      const g = this.graphs.at(body);
      if (g.parent !== node.id) this.graphs.set(body, { ...g, parent: node.id });
    }
  }

  private ownList(value: ValueId): Use[] {
    if (this.ownUses.has(value)) return this.useLists.get(value) as Use[];
    const list = [...this.uses(value)];
    this.ownUses.add(value);
    this.useLists.set(value, list);
    return list;
  }

  private addUse(value: ValueId | null, use: Use): void {
    if (value === null) return;
    if (!this.values.has(value)) throw new Error(`Draft: value ${value} does not exist`);
    this.ownList(value).push(use);
  }

  private removeUse(value: ValueId | null, use: Use): void {
    if (value === null || !this.values.has(value)) return;
    const list = this.ownList(value);
    const at = list.findIndex((u) => u.node === use.node && u.index === use.index && u.graph === use.graph);
    if (at >= 0) list.splice(at, 1);
  }

  private pendingOf(graph: GraphId): GraphEdits {
    let edits = this.pending.get(graph);
    if (!edits) this.pending.set(graph, (edits = new GraphEdits()));
    return edits;
  }

  private flush(id: GraphId): void {
    const edits = this.pending.get(id);
    if (!edits) return;
    this.pending.delete(id);
    if (this.graphs.has(id)) this.graphs.set(id, edits.apply(this.graphs.at(id), this));
  }

  private sortWhereNeeded(): void {
    const graphs = new Set<GraphId>();
    for (const id of this.rewired) {
      if (!this.nodes.has(id)) continue;
      const { graph } = this.nodes.at(id);
      graphs.add(graph);
      // A body may now capture a value that is made behind the node that holds the body.
      const { parent } = this.graphs.at(graph);
      if (parent !== null) this.rewired.add(parent);
    }
    for (const id of graphs) {
      const g = this.graphs.at(id);
      const order = orderOf(this, g, this.rewired);
      if (order === null) throw new EditError('This edit would make a cycle: a node would read its own result.');
      if (order !== g.order) this.graphs.set(id, { ...g, order });
    }
  }
}

/** Runs one edit and commits it. */
export function edit(model: Model, text: string, make: (draft: Draft) => void): Change {
  const draft = new Draft(model);
  make(draft);
  return draft.commit(text);
}

/** How messages name a node. */
export function label(node: Pick<Node, 'op' | 'name'>): string {
  return node.name ? `${node.op} ${node.name}` : node.op;
}
