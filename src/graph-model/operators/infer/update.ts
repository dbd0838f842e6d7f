/** Does again only what depends on an edit: nodes in order, as long as their results differ from before. */
import type { GraphId, Node, NodeId, ValueId } from '../../core/model.ts';
import type { ValueType } from '../../core/types.ts';
import { sameElements, type Elements } from './elements.ts';
import { Engine } from './engine.ts';
import type { Facts, ModelView } from './facts.ts';
import { sameType } from './merge.ts';

/** What an edit touched: nodes and values that were added, changed or removed. */
export interface Touched {
  readonly nodes: Iterable<NodeId>;
  readonly values: Iterable<ValueId>;
}

/** A place in the execution order; unknown for new nodes. */
export type PlaceOf = (node: NodeId) => number | undefined;

const MOST_VISITS = 60;

/** False: more than an update can follow was edited, and everything has to be inferred anew. */
export function update(facts: Facts, touched: Touched, placeOf: PlaceOf): boolean {
  return new Update(facts, placeOf).run(touched);
}

/** Whether a graph is a body in the making: no node holds it yet. */
export function isLoose(view: ModelView, graph: GraphId): boolean {
  if (graph === view.main || view.graph(graph).parent !== null) return false;
  return !view.fields.functions.some((f) => f.graph === graph);
}

class Update {
  private readonly engine: Engine;
  private readonly waiting = new Map<NodeId, number>();
  private readonly visits = new Map<NodeId, number>();
  private readonly newPlaces = new Map<NodeId, number>();

  constructor(
    private readonly facts: Facts,
    private readonly placeOf: PlaceOf,
  ) {
    this.engine = new Engine(facts);
  }

  run(touched: Touched): boolean {
    const nodes = new Set(touched.nodes);
    for (const { node } of this.facts.equalities.values()) if (nodes.has(node)) return false;
    for (const v of new Set(touched.values)) if (!this.reseed(v)) return false;
    for (const n of nodes) {
      if (!this.facts.view.hasNode(n)) this.facts.problems.delete(n);
      else if (!this.wake(n)) return false;
    }
    return this.work();
  }

  private work(): boolean {
    const frame = this.engine.topFrame();
    for (let node = this.next(); node; node = this.next()) {
      const count = (this.visits.get(node.id) ?? 0) + 1;
      if (count > MOST_VISITS) return false;
      this.visits.set(node.id, count);
      const before = this.resultsOf(node);
      this.engine.visit(node, frame);
      for (const [v, type, elements] of before) if (this.differs(v, type, elements)) this.wakeReaders(v);
    }
    return true;
  }

  private resultsOf(node: Node): [ValueId, ValueType | null, Elements | null][] {
    const out: [ValueId, ValueType | null, Elements | null][] = [];
    for (const v of node.outputs)
      if (v !== null) out.push([v, this.facts.types.get(v) ?? null, this.facts.elements.get(v) ?? null]);
    return out;
  }

  private differs(v: ValueId, type: ValueType | null, elements: Elements | null): boolean {
    const now = this.facts.types.get(v) ?? null;
    return !sameType(type, now) || !sameElements(elements, this.facts.elements.get(v) ?? null);
  }

  /** Takes in a changed value that no node makes; what reads it waits. */
  private reseed(id: ValueId): boolean {
    const { view, types, elements } = this.facts;
    if (!view.has(id)) {
      types.delete(id);
      elements.delete(id);
      return true;
    }
    const value = view.value(id);
    if (value.producer !== null) return this.wake(value.producer);
    const before = types.get(id) ?? null;
    types.delete(id);
    elements.delete(id);
    const { parent } = view.graph(value.graph);
    const loose = isLoose(view, value.graph);
    if (parent !== null) this.wake(parent);
    else if (value.graph !== view.main && !loose) return false;
    if (value.constant || value.sparse) this.engine.seedConstant(id);
    else if (loose || (parent === null && view.graph(view.main).inputs.includes(id))) this.engine.seedDeclared(id);
    // Equal types may still hold other elements.
    if (value.constant || !sameType(before, types.get(id) ?? null)) this.wakeReaders(id);
    return true;
  }

  private wakeReaders(id: ValueId): void {
    for (const use of this.facts.view.uses(id)) if (use.node !== null) this.wake(use.node);
  }

  /**
   * Puts the node on the list that is or holds `id` in the main graph, or in a body that no node holds yet; false for
   * nodes of functions.
   */
  private wake(id: NodeId): boolean {
    const { view } = this.facts;
    let node = view.node(id);
    for (let graph: GraphId = node.graph; graph !== view.main; graph = node.graph) {
      const { parent } = view.graph(graph);
      if (parent === null && isLoose(view, graph)) break;
      if (parent === null) return false;
      node = view.node(parent);
    }
    this.waiting.set(node.id, this.place(node, 0));
    return true;
  }

  /** Where a node stands; a new one stands behind what it reads. */
  private place(node: Node, depth: number): number {
    const known = this.placeOf(node.id) ?? this.newPlaces.get(node.id);
    if (known !== undefined) return known;
    let place = -1;
    for (const v of depth > 200 ? [] : node.inputs) {
      const producer = v === null ? null : this.facts.view.value(v).producer;
      if (producer !== null) place = Math.max(place, this.place(this.facts.view.node(producer), depth + 1));
    }
    this.newPlaces.set(node.id, place + 1e-6);
    return place + 1e-6;
  }

  /** The waiting node that stands first. */
  private next(): Node | null {
    let first: NodeId | null = null;
    let least = Infinity;
    for (const [id, place] of this.waiting) {
      if (place < least) [first, least] = [id, place];
    }
    if (first === null) return null;
    this.waiting.delete(first);
    return this.facts.view.node(first);
  }
}
