/** Cuts out of a model what computes some of its values from constants alone, as a model of its own. */
import { bodiesOf } from '../graph-model/core/attributes.ts';
import {
  functionOf,
  opsetsOf,
  type FunctionDef,
  type Graph,
  type GraphId,
  type Model,
  type Node,
  type NodeId,
  type Use,
  type Value,
  type ValueId,
} from '../graph-model/core/model.ts';
import { Table } from '../graph-model/core/table.ts';
import { scopesOf } from '../graph-model/core/traverse.ts';
import { rebuildUses } from '../graph-model/core/validate.ts';

/** A value that cannot be computed from constants, and what it depends on. */
export interface Dependent {
  readonly output: ValueId;
  /** `the input x`, `the loop variable i`. */
  readonly on: string;
}

export interface Fragment {
  /** Keeps the ids; its outputs are named `0`, `1` … in the order of `outputs`. */
  readonly model: Model;
  readonly outputs: readonly ValueId[];
}

/** The outermost graph around a value: the main graph, or a function's. Values of one root can share a fragment. */
export function rootOf(model: Model, value: ValueId): GraphId {
  let root = model.values.at(value).graph;
  for (const g of scopesOf(model, root)) root = g.id;
  return root;
}

/**
 * What a value needs, bodies included, or the name of an input that it depends on. `seen` is shared between outputs so
 * that common parts are walked once.
 */
class Needs {
  readonly nodes = new Set<NodeId>();
  readonly constants = new Set<ValueId>();
  /** What is known not to be constant, and why. */
  private readonly dependent = new Map<ValueId, string>();

  constructor(private readonly model: Model) {}

  /** null where the value is computed from constants alone; else what it depends on. */
  add(output: ValueId): string | null {
    const nodes = new Set<NodeId>();
    const constants = new Set<ValueId>();
    const todo = [output];
    while (todo.length) {
      const id = todo.pop()!;
      const on = this.dependent.get(id) ?? this.step(id, nodes, constants, todo);
      if (on === null) continue;
      this.dependent.set(output, on);
      return on;
    }
    for (const n of nodes) this.nodes.add(n);
    for (const c of constants) this.constants.add(c);
    return null;
  }

  private step(id: ValueId, nodes: Set<NodeId>, constants: Set<ValueId>, todo: ValueId[]): string | null {
    const value = this.model.values.at(id);
    if (value.producer !== null) {
      if (nodes.has(value.producer) || this.nodes.has(value.producer)) return null;
      nodes.add(value.producer);
      todo.push(...readBy(this.model, this.model.nodes.at(value.producer)));
      return null;
    }
    const isInput = this.model.graphs.at(value.graph).inputs.includes(id);
    if (isInput || (!value.constant && !value.sparse)) return `the input ${value.name || '(without a name)'}`;
    constants.add(id);
    return null;
  }
}

/** What a node reads: its inputs, and what its bodies capture from outside of it. */
function readBy(model: Model, node: Node): ValueId[] {
  const out = node.inputs.filter((v) => v !== null);
  for (const body of bodiesOf(node)) {
    const inside = new Set<GraphId>();
    for (const g of graphsIn(model, body)) inside.add(g);
    for (const g of inside) {
      const graph = model.graphs.at(g);
      const read = [...graph.outputs, ...graph.order.flatMap((n) => model.nodes.at(n).inputs)];
      for (const v of read) if (v !== null && !inside.has(model.values.at(v).graph)) out.push(v);
    }
  }
  return out;
}

function* graphsIn(model: Model, root: GraphId): IterableIterator<GraphId> {
  yield root;
  for (const n of model.graphs.at(root).order)
    for (const body of bodiesOf(model.nodes.at(n))) yield* graphsIn(model, body);
}

/**
 * A model that computes `outputs` (all of one root, see {@link rootOf}) without inputs. What depends on an input is left
 * out and told in the second part. `fragment` is null where nothing is left.
 */
export function extractConstants(
  model: Model,
  outputs: readonly ValueId[],
): { readonly fragment: Fragment | null; readonly dependent: readonly Dependent[] } {
  const needs = new Needs(model);
  const dependent: Dependent[] = [];
  const kept: ValueId[] = [];
  for (const output of new Set(outputs)) {
    const on = needs.add(output);
    if (on === null) kept.push(output);
    else dependent.push({ output, on });
  }
  return { fragment: kept.length ? { model: assemble(model, needs, kept), outputs: kept } : null, dependent };
}

/** Everything the needed nodes lie in becomes one main graph; bodies and functions come along as they are. */
function assemble(model: Model, needs: Needs, outputs: readonly ValueId[]): Model {
  const { main } = model;
  const nodes = new Map<NodeId, Node>();
  const values = new Map<ValueId, Value>();
  const graphs = new Map<GraphId, Graph>();
  const functions = new Set<FunctionDef>();
  const copyGraph = (root: GraphId): void => {
    for (const g of graphsIn(model, root)) {
      const graph = model.graphs.at(g);
      graphs.set(g, graph);
      for (const v of valuesOf(graph)) values.set(v, model.values.at(v));
      for (const n of graph.order) copyNode(model.nodes.at(n), null);
    }
  };
  const copyNode = (node: Node, home: GraphId | null): void => {
    nodes.set(node.id, home === null ? node : { ...node, graph: home });
    for (const v of node.outputs) if (v !== null) values.set(v, rehomed(model.values.at(v), home));
    const called = functionOf(model, node);
    if (!called || functions.has(called)) return;
    functions.add(called);
    copyGraph(called.graph);
  };
  for (const c of needs.constants) values.set(c, rehomed(model.values.at(c), main));
  const order = inOrder(model, needs.nodes);
  for (const id of order) {
    copyNode(model.nodes.at(id), main);
    for (const body of bodiesOf(model.nodes.at(id))) copyGraph(body);
  }
  outputs.forEach((v, i) => values.set(v, { ...values.get(v)!, name: String(i) }));
  graphs.set(main, mainGraph(model, order, [...needs.constants], outputs));
  const opsets = opsetsOf(model, model.values.at(outputs[0]!).graph);
  const tables = { graphs: Table.from(graphs), nodes: Table.from(nodes), values: Table.from(values) };
  const whole: Model = {
    ...model,
    ...tables,
    opsets,
    uses: Table.empty<ValueId, readonly Use[]>(),
    functions: [...functions],
    training: [],
  };
  return { ...whole, uses: Table.from(rebuildUses(whole)) };
}

/** Values that no node makes: the writer finds them by graph lists. Those that nodes make are copied with their nodes. */
const valuesOf = (graph: Graph): ValueId[] => [...graph.inputs, ...graph.initializers, ...graph.sparseInitializers];

/** Names of one scope may clash with those of another once they share a graph: the writer makes new ones. */
function rehomed(value: Value, home: GraphId | null): Value {
  return home === null ? value : { ...value, graph: home, name: '' };
}

function mainGraph(
  model: Model,
  order: readonly NodeId[],
  constants: readonly ValueId[],
  outputs: readonly ValueId[],
): Graph {
  const sparse = (v: ValueId) => model.values.at(v).sparse !== undefined;
  return {
    id: model.main,
    name: 'constants',
    parent: null,
    inputs: [],
    outputs: [...outputs],
    order,
    initializers: constants.filter((v) => !sparse(v)),
    sparseInitializers: constants.filter(sparse),
    valueInfo: [],
    quantization: [],
  };
}

/** Makers before readers; a node that reads a body's capture comes after what makes it. */
function inOrder(model: Model, nodes: ReadonlySet<NodeId>): NodeId[] {
  const order: NodeId[] = [];
  const done = new Set<NodeId>();
  // An explicit stack: fragments can be thousands of nodes deep.
  for (const first of nodes) {
    const stack = [first];
    while (stack.length) {
      const id = stack.at(-1)!;
      const waiting = done.has(id) ? [] : makersOf(model, id).filter((m) => nodes.has(m) && !done.has(m));
      if (waiting.length) stack.push(...waiting);
      else {
        stack.pop();
        if (!done.has(id)) order.push(id);
        done.add(id);
      }
    }
  }
  return order;
}

/** The nodes that make what a node and its bodies read from around it. */
export function makersOf(model: Model, id: NodeId): NodeId[] {
  return readBy(model, model.nodes.at(id)).flatMap((v) => model.values.at(v).producer ?? []);
}
