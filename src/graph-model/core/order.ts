/** Execution order: a stable topological sort that moves only what has to move. */
import { bodiesOf } from './attributes.ts';
import type { Graph, GraphId, Node, NodeId, Value, ValueId } from './model.ts';

/** What sorting needs to see; a draft and a committed model both give it. */
export interface OrderView {
  node(id: NodeId): Node;
  value(id: ValueId): Value;
  graph(id: GraphId): Graph;
}

/** The nodes of `graph` that must run before `node`: makers of its inputs and of what its bodies capture. */
export function* dependencies(view: OrderView, node: Node, graph: GraphId): IterableIterator<NodeId> {
  for (const v of node.inputs) yield* makerIn(view, v, graph);
  for (const body of bodiesOf(node)) {
    const g = view.graph(body);
    for (const inner of g.order) yield* dependencies(view, view.node(inner), graph);
    for (const v of g.outputs) yield* makerIn(view, v, graph);
  }
}

function* makerIn(view: OrderView, value: ValueId | null, graph: GraphId): IterableIterator<NodeId> {
  if (value === null) return;
  const v = view.value(value);
  if (v.graph === graph && v.producer !== null) yield v.producer;
}

/** Numbers of nodes, by id. */
export interface Positions {
  get(id: NodeId): number | undefined;
}

/** Ids are dense, so a flat array answers; ids that are spread far over a short order go into a map. */
class FlatPositions implements Positions {
  private readonly places: Int32Array;

  constructor(order: readonly NodeId[], largest: number) {
    this.places = new Int32Array(largest + 1).fill(-1);
    for (let i = 0; i < order.length; i++) this.places[order[i]!] = i;
  }

  get(id: NodeId): number | undefined {
    const at = this.places[id];
    return at === -1 ? undefined : at;
  }
}

const positions = new WeakMap<readonly NodeId[], Positions>();
const ranks = new WeakMap<readonly NodeId[], Positions>();

/** Where each node stands in an order; kept as long as that order lives. */
export function positionsIn(order: readonly NodeId[]): Positions {
  let found = positions.get(order);
  if (!found) {
    let largest = 0;
    for (const id of order) if (id > largest) largest = id;
    const spread = largest > 64 && largest > order.length * 8;
    found = spread ? new Map(order.map((id, i) => [id, i])) : new FlatPositions(order, largest);
    positions.set(order, found);
  }
  return found;
}

/**
 * Numbers that compare as the nodes' places do, for the nodes of `order` alone: it may answer for other nodes too. They
 * outlive a removal, which changes places but not who comes first.
 */
export function ranksIn(order: readonly NodeId[]): Positions {
  return ranks.get(order) ?? positionsIn(order);
}

/** Says that `shorter` is `order` with nodes taken out. */
export function inheritRanks(order: readonly NodeId[], shorter: readonly NodeId[]): void {
  const known = ranks.get(order) ?? positions.get(order);
  if (known) ranks.set(shorter, known);
}

/** True when every node of `some` (all nodes where left out) stands behind what it depends on. */
export function isOrdered(view: OrderView, graph: Graph, some: Iterable<NodeId> = graph.order): boolean {
  const at = ranksIn(graph.order);
  for (const id of some) {
    const here = at.get(id);
    if (here === undefined) continue;
    for (const before of dependencies(view, view.node(id), graph.id)) if ((at.get(before) ?? -1) >= here) return false;
  }
  return true;
}

/**
 * The order of `graph` when only `rewired` nodes may be out of place: the same array when nothing has to move, null when
 * there is a cycle. A node that has to move is put right before its first reader.
 */
export function orderOf(view: OrderView, graph: Graph, rewired: Iterable<NodeId>): readonly NodeId[] | null {
  return isOrdered(view, graph, rewired) ? graph.order : sortNodes(view, graph);
}

/** Depth first in the present order, so that an ordered graph comes out as it was. null: there is a cycle. */
export function sortNodes(view: OrderView, graph: Graph): readonly NodeId[] | null {
  const done = new Set<NodeId>();
  const open = new Set<NodeId>();
  const out: NodeId[] = [];
  for (const root of graph.order) {
    const stack = done.has(root) ? [] : [enter(view, root, graph.id, open)];
    while (stack.length > 0) {
      const top = stack[stack.length - 1]!;
      const next = top.wants.next();
      if (next.done) {
        open.delete(top.id);
        done.add(top.id);
        out.push(top.id);
        stack.pop();
      } else if (open.has(next.value)) return null;
      else if (!done.has(next.value)) stack.push(enter(view, next.value, graph.id, open));
    }
  }
  return out;
}

function enter(view: OrderView, id: NodeId, graph: GraphId, open: Set<NodeId>) {
  open.add(id);
  return { id, wants: dependencies(view, view.node(id), graph) };
}
