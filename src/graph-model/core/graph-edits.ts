/**
 * What a draft wants changed in the lists of one graph, kept aside until somebody looks: so that ten thousand edits of a
 * list of ten thousand cost one pass over it.
 */
import type { Graph, GraphId, Node, NodeId, Use, ValueId } from './model.ts';
import { inheritRanks, ranksIn } from './order.ts';

/** Up to this many changes are spliced into a copy; more are merged in one walk. */
const FEW = 16;
/** From this many questions on, a set answers them. */
const ASKED_OFTEN = 4;

export class GraphEdits {
  readonly added = new Set<NodeId>();
  readonly removed = new Set<NodeId>();
  readonly gone = new Set<ValueId>();
  readonly initializers: ValueId[] = [];
  readonly infos: ValueId[] = [];
  private asked = 0;
  private declared: Set<ValueId> | null = null;

  /** Whether value_info lists a value, in constant time when asked often. */
  declares(graph: Graph, id: ValueId): boolean {
    if (++this.asked <= ASKED_OFTEN) return graph.valueInfo.includes(id) || this.infos.includes(id);
    this.declared ??= new Set([...graph.valueInfo, ...this.infos]);
    return this.declared.has(id);
  }

  declare(id: ValueId): void {
    this.infos.push(id);
    this.declared?.add(id);
  }

  /** The graph with all of it done. */
  apply(graph: Graph, view: ReadersView): Graph {
    const { gone } = this;
    return {
      ...graph,
      order: reordered(graph, this, view),
      inputs: without(graph.inputs, gone),
      initializers: extended(without(graph.initializers, gone), this.initializers, gone),
      sparseInitializers: without(graph.sparseInitializers, gone),
      valueInfo: extended(without(graph.valueInfo, gone), this.infos, gone),
      quantization: graph.quantization.some((q) => q.value !== null && gone.has(q.value))
        ? graph.quantization.filter((q) => q.value === null || !gone.has(q.value))
        : graph.quantization,
    };
  }
}

/** What placing a node needs to see. */
export interface ReadersView {
  node(id: NodeId): Node;
  uses(id: ValueId): readonly Use[];
  graphParent(id: GraphId): NodeId | null;
}

/** The list itself when it holds none of them. */
function without<T>(list: readonly T[], gone: ReadonlySet<T>): readonly T[] {
  if (gone.size === 0 || list.length === 0) return list;
  if (gone.size > FEW) return list.some((v) => gone.has(v)) ? list.filter((v) => !gone.has(v)) : list;
  let out: T[] | null = null;
  for (const v of gone) {
    const at = (out ?? list).indexOf(v);
    if (at >= 0) (out ??= list.slice()).splice(at, 1);
  }
  return out ?? list;
}

function extended(list: readonly ValueId[], more: readonly ValueId[], gone: ReadonlySet<ValueId>): readonly ValueId[] {
  const present = more.filter((v) => !gone.has(v));
  return present.length === 0 ? list : list.concat(present);
}

/** One change of the order: nodes put in before `at`, or the one at `at` taken out. */
interface Change {
  readonly at: number;
  readonly insert: readonly NodeId[];
}

/** The order without the removed nodes, and each added one right before its first reader (at the end without any). */
function reordered(graph: Graph, { added, removed }: GraphEdits, view: ReadersView): readonly NodeId[] {
  const { order } = graph;
  if (added.size + removed.size === 0) return order;
  const changes: Change[] = [];
  if (removed.size > 0) for (const at of placesOf(order, removed)) changes.push({ at, insert: [] });
  for (const [at, insert] of slots(graph, added, view)) changes.push({ at, insert });
  changes.sort((a, b) => a.at - b.at || b.insert.length - a.insert.length);
  const out = changes.length <= FEW ? spliced(order, changes) : merged(order, changes);
  if (added.size === 0) inheritRanks(order, out);
  return out;
}

/** Where nodes stand in an order. */
function placesOf(order: readonly NodeId[], nodes: ReadonlySet<NodeId>): number[] {
  const places: number[] = [];
  if (nodes.size <= FEW) {
    for (const id of nodes) places.push(order.indexOf(id));
    return places.filter((at) => at >= 0);
  }
  order.forEach((id, at) => {
    if (nodes.has(id)) places.push(at);
  });
  return places;
}

function spliced(order: readonly NodeId[], changes: readonly Change[]): NodeId[] {
  const out = order.slice();
  for (const { at, insert } of changes.toReversed()) out.splice(at, insert.length > 0 ? 0 : 1, ...insert);
  return out;
}

function merged(order: readonly NodeId[], changes: readonly Change[]): NodeId[] {
  const out: NodeId[] = [];
  let from = 0;
  for (const { at, insert } of changes) {
    for (; from < at; from++) out.push(order[from]!);
    for (const id of insert) out.push(id);
    if (insert.length === 0) from++;
  }
  for (; from < order.length; from++) out.push(order[from]!);
  return out;
}

/** Added nodes by the place of the node they go before. Readers are mostly added later, so the last comes first. */
function slots(graph: Graph, added: ReadonlySet<NodeId>, view: ReadersView): Map<number, NodeId[]> {
  const bySlot = new Map<number, NodeId[]>();
  if (added.size === 0) return bySlot;
  const slot = new Map<NodeId, number>();
  const at = ranksIn(graph.order);
  const length = graph.order.length;
  const index = lazyIndex(graph.order);
  for (const id of [...added].reverse()) {
    let first = length;
    for (const v of view.node(id).outputs) {
      if (v === null) continue;
      for (const use of view.uses(v)) {
        const reader = readerIn(graph.id, use, view);
        if (reader === null) continue;
        const place = slot.get(reader) ?? (at.get(reader) === undefined ? length : index(reader));
        if (place < first) first = place;
      }
    }
    slot.set(id, first);
  }
  for (const id of added) {
    const place = slot.get(id)!;
    const list = bySlot.get(place);
    if (list) list.push(id);
    else bySlot.set(place, [id]);
  }
  return bySlot;
}

/** Ranks may be inherited, so only say what comes first; places are found by search. */
function lazyIndex(order: readonly NodeId[]): (id: NodeId) => number {
  const known = new Map<NodeId, number>();
  return (id) => {
    let at = known.get(id);
    if (at === undefined) known.set(id, (at = rankSearch(order, id)));
    return at;
  };
}

/** Binary search by rank. */
function rankSearch(order: readonly NodeId[], id: NodeId): number {
  const ranks = ranksIn(order);
  const wanted = ranks.get(id)!;
  let low = 0;
  let high = order.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ranks.get(order[middle]!)! < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The node of `graph` that reads: the reader itself, or the one that holds the body in which the reader stands. */
function readerIn(graph: GraphId, use: Use, view: ReadersView): NodeId | null {
  let { node, graph: at } = use;
  while (at !== graph) {
    node = view.graphParent(at);
    if (node === null) return null;
    at = view.node(node).graph;
  }
  return node;
}
