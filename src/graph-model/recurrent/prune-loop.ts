/** Takes variables and scan outputs out of a Loop that nothing outside reads and the other variables do not need. */
import { bodiesOf } from '../core/attributes.ts';
import type { Draft } from '../core/draft.ts';
import type { Graph, GraphId, Node, ValueId } from '../core/model.ts';

/** The Loop that stands for it afterwards: itself where nothing is to be taken out. */
export function pruneLoop(draft: Draft, loop: Node): Node {
  const body = bodiesOf(loop)[0];
  if (loop.op !== 'Loop' || loop.domain !== '' || body === undefined) return loop;
  const graph = draft.graph(body);
  const count = graph.inputs.length - 2;
  const live = liveOutputs(draft, loop, graph, count);
  if (live.size === loop.outputs.length) return loop;
  return rebuilt(draft, loop, graph, count, live);
}

/** The places of the outputs that are read, or that make what is read. */
function liveOutputs(draft: Draft, loop: Node, graph: Graph, count: number): ReadonlySet<number> {
  const live = new Set<number>();
  loop.outputs.forEach((v, i) => v !== null && draft.uses(v).length > 0 && live.add(i));
  const waiting: ValueId[] = [graph.outputs[0]!];
  for (const i of live) waiting.push(graph.outputs[i + 1]!);
  const seen = new Set(waiting);
  while (waiting.length > 0) {
    const id = waiting.pop()!;
    const place = graph.inputs.indexOf(id) - 2;
    if (place >= 0 && place < count && !live.has(place)) {
      live.add(place);
      waiting.push(graph.outputs[place + 1]!);
    }
    const maker = draft.producer(id);
    if (maker === null) continue;
    for (const v of readBy(draft, maker)) {
      if (seen.has(v)) continue;
      seen.add(v);
      waiting.push(v);
    }
  }
  return live;
}

/** What a node reads, in its bodies too. */
function readBy(draft: Draft, node: Node): ValueId[] {
  const own = node.inputs.filter((v) => v !== null);
  const within = bodiesOf(node).flatMap((body) => readIn(draft, body));
  return [...own, ...within];
}

function readIn(draft: Draft, body: GraphId): ValueId[] {
  const graph = draft.graph(body);
  return [...graph.outputs, ...graph.order.flatMap((n) => readBy(draft, draft.node(n)))];
}

function rebuilt(draft: Draft, loop: Node, graph: Graph, count: number, live: ReadonlySet<number>): Node {
  const kept = loop.outputs.map((_, i) => i).filter((i) => live.has(i));
  const states = kept.filter((i) => i < count);
  draft.setGraphOutputs(graph.id, [graph.outputs[0]!, ...kept.map((i) => graph.outputs[i + 1]!)]);
  // What computed the variables that go reads them; it goes first.
  removeUnread(draft, graph.id);
  draft.setGraphInputs(graph.id, [...graph.inputs.slice(0, 2), ...states.map((i) => graph.inputs[i + 2]!)]);
  for (let i = 0; i < count; i++) if (!live.has(i)) draft.removeValue(graph.inputs[i + 2]!);
  const made = draft.addNode(loop.graph, {
    op: 'Loop',
    name: loop.name,
    inputs: [...loop.inputs.slice(0, 2), ...states.map((i) => loop.inputs[i + 2]!)],
    outputs: kept.length,
    attributes: loop.attributes,
    ...(loop.origin ? { origin: loop.origin } : {}),
  });
  kept.forEach((i, k) => {
    const { name, type } = draft.value(loop.outputs[i]!);
    draft.replaceUses(loop.outputs[i]!, made.outputs[k]!);
    draft.patchValue(made.outputs[k]!, { name, type });
  });
  draft.removeNode(loop.id);
  return made;
}

/** Nodes of a graph whose outputs nothing reads, the last first. */
export function removeUnread(draft: Draft, graph: GraphId): void {
  for (const id of [...draft.graph(graph).order].sort((a, b) => b - a)) {
    const node = draft.node(id);
    if (node.outputs.every((v) => v === null || draft.uses(v).length === 0)) draft.removeNode(id);
  }
}
