/** Edits that rules and passes share: giving a value another maker, and sweeping away what nobody reads. */
import { label, type Draft } from '../../graph-model/core/draft.ts';
import type { GraphId, NodeId, ValueId } from '../../graph-model/core/model.ts';

/**
 * Why the readers of `old` cannot be given `by` instead, or null when they can. Graph outputs keep their names, so the
 * maker of `by` must be able to pass the name of `old` on.
 */
export function refusalToReplace(draft: Draft, old: ValueId, by: ValueId): string | null {
  if (!isGraphOutput(draft, old)) return null;
  const { name } = draft.value(old);
  const maker = draft.producer(by);
  if (maker === null) return `${name} is an output of the graph and would be an input or a constant itself.`;
  if (draft.value(old).graph !== maker.graph) return `${name} is an output of a body and would come from outside it.`;
  if (isGraphOutput(draft, by)) return `Both ${name} and ${draft.value(by).name} are outputs of the graph.`;
  return null;
}

/** Gives the readers of `old` the value `by`. Where `old` is a graph output, its name goes to the maker of `by`. */
export function replaceValue(draft: Draft, old: ValueId, by: ValueId): void {
  const maker = draft.producer(by);
  const fresh = maker !== null && draft.uses(by).length === 0 && maker.graph === draft.value(old).graph;
  if (fresh) return draft.moveOutput(old, maker.id, maker.outputs.indexOf(by));
  if (!isGraphOutput(draft, old)) return draft.replaceUses(old, by);
  if (refusalToReplace(draft, old, by) !== null) {
    const copy = draft.addNode(draft.value(old).graph, { op: 'Identity', inputs: [by] });
    return draft.moveOutput(old, copy.id, 0);
  }
  draft.replaceUses(by, old);
  draft.moveOutput(old, maker!.id, maker!.outputs.indexOf(by));
}

export function isGraphOutput(draft: Draft, value: ValueId): boolean {
  return draft.uses(value).some((u) => u.node === null);
}

/** Removes the node when nothing reads it, then the makers and initializers that only it read. Gives the removed nodes. */
export function sweep(draft: Draft, start: Iterable<NodeId>): NodeId[] {
  const removed: NodeId[] = [];
  const stack = [...start];
  while (stack.length > 0) {
    const id = stack.pop()!;
    if (!draft.hasNode(id)) continue;
    const node = draft.node(id);
    if (node.outputs.some((v) => v !== null && draft.uses(v).length > 0)) continue;
    const read = readWithin(draft, id);
    draft.removeNode(id);
    removed.push(id);
    for (const v of read) {
      if (!draft.hasValue(v)) continue;
      const { producer } = draft.value(v);
      if (producer !== null) stack.push(producer);
      else dropUnread(draft, v);
    }
  }
  return removed;
}

/** Removes an initializer that nothing reads, unless it is an input's default. */
export function dropUnread(draft: Draft, value: ValueId): boolean {
  if (!draft.hasValue(value) || draft.uses(value).length > 0) return false;
  const v = draft.value(value);
  if (v.producer !== null || (v.constant === undefined && v.sparse === undefined)) return false;
  if (inputsOf(draft, v.graph).has(value)) return false;
  draft.removeValue(value);
  return true;
}

const inputSets = new WeakMap<readonly ValueId[], ReadonlySet<ValueId>>();

/** The inputs of a graph as a set, without the cost of its order. */
export function inputsOf(draft: Draft, graph: GraphId): ReadonlySet<ValueId> {
  const list = draft.graphInputs(graph);
  let set = inputSets.get(list);
  if (!set) inputSets.set(list, (set = new Set(list)));
  return set;
}

/** What a node and its bodies read. */
function readWithin(draft: Draft, id: NodeId): ValueId[] {
  const node = draft.node(id);
  const out = node.inputs.filter((v) => v !== null);
  for (const a of node.attributes.values()) {
    const bodies = a.kind === 'graph' ? [a.value] : a.kind === 'graphs' ? a.value : [];
    for (const body of bodies) {
      const g = draft.graph(body);
      out.push(...g.outputs, ...g.order.flatMap((n) => readWithin(draft, n)));
    }
  }
  return out;
}

/** How a report names nodes: the root and how many more. */
export function placeOf(draft: Draft, nodes: readonly NodeId[]): string {
  const names = nodes.filter((n) => draft.hasNode(n)).map((n) => label(draft.node(n)));
  return names.length > 4 ? `${names.slice(0, 4).join(', ')} and ${names.length - 4} more` : names.join(', ');
}
