/** Removing nodes, with what flows through them joined where that makes sense. */
import { edit, EditError, label, type Change, type Draft } from '../core/draft.ts';
import type { Model, Node, NodeId, Value, ValueId } from '../core/model.ts';
import { typeLabel, typeString, type ValueType } from '../core/types.ts';

export interface DeleteOptions {
  /** Inferred types; what a value declares is used where this says nothing. */
  readonly types?: ReadonlyMap<ValueId, ValueType>;
  /** Join even where the shapes contradict: the user means to mend what follows. */
  readonly anyShape?: boolean;
}

/**
 * Removes nodes. What reads a removed node then reads that node's own input: the first one, not a constant, whose type
 * fits. A graph output keeps its name. Throws {@link EditError} saying which node cannot go, and why.
 */
export function deleteNodes(model: Model, ids: Iterable<NodeId>, options: DeleteOptions = {}): Change {
  const going = [...new Set(ids)].filter((id) => model.nodes.has(id));
  if (going.length === 0) throw new EditError('Nothing is selected to be deleted.');
  const text = going.length === 1 ? `Delete ${label(model.nodes.at(going[0]!))}` : `Delete ${going.length} nodes`;
  return edit(model, text, (draft) => {
    // Readers before what they read, so that a run of deleted nodes is joined from end to end.
    for (const id of readersFirst(model, going)) if (draft.hasNode(id)) removeOne(model, draft, id, options);
  });
}

/** Why these nodes cannot be deleted, or null when they can. */
export function whyNotDelete(model: Model, ids: Iterable<NodeId>, options: DeleteOptions = {}): string | null {
  try {
    deleteNodes(model, ids, options);
    return null;
  } catch (error) {
    if (error instanceof EditError) return error.message;
    throw error;
  }
}

function readersFirst(model: Model, ids: readonly NodeId[]): NodeId[] {
  const places = new Map<NodeId, number>();
  for (const graph of model.graphs.values()) graph.order.forEach((id, at) => places.set(id, at));
  return [...ids].sort((a, b) => places.get(b)! - places.get(a)!);
}

function removeOne(model: Model, draft: Draft, id: NodeId, options: DeleteOptions): void {
  const node = draft.node(id);
  const used = node.outputs.filter((v): v is ValueId => v !== null && draft.uses(v).length > 0);
  if (used.length > 1) {
    const names = used.map((v) => draft.value(v).name || 'one without a name').join(', ');
    throw new EditError(
      `${label(node)} has ${used.length} outputs that are read (${names}): one input cannot stand for them.`,
    );
  }
  if (used.length === 1) join(model, draft, node, draft.value(used[0]!), options);
  else draft.removeNode(id);
}

function join(model: Model, draft: Draft, node: Node, output: Value, options: DeleteOptions): void {
  const input = draft.value(throughput(draft, node, output, options));
  const isOutput = draft.uses(output.id).some((use) => use.node === null);
  if (!isOutput) {
    draft.replaceUses(output.id, input.id);
    return draft.removeNode(node.id);
  }
  // A graph output must be made in its graph under its own name.
  const alreadyOutput = draft.uses(input.id).some((use) => use.node === null);
  const maker = draft.producer(input.id);
  if (maker === null || maker.graph !== node.graph || alreadyOutput) return becomeIdentity(draft, node, output, input);
  draft.replaceUses(output.id, input.id);
  draft.removeNode(node.id);
  draft.patchValue(input.id, { name: output.name, ...(output.type ? { type: output.type } : {}) });
}

function becomeIdentity(draft: Draft, node: Node, output: Value, input: Value): void {
  if (node.op === 'Identity' && node.domain === '')
    throw new EditError(`${label(node)} must stay: it gives the graph output ${output.name} its name.`);
  const made = draft.addNode(node.graph, { op: 'Identity', inputs: [input.id] });
  draft.moveOutput(output.id, made.id, 0);
  draft.removeNode(node.id);
}

/** The input that shall stand for the output. */
function throughput(draft: Draft, node: Node, output: Value, options: DeleteOptions): ValueId {
  const inputs = node.inputs.filter((v): v is ValueId => v !== null);
  const flowing = inputs.filter((v) => draft.value(v).constant === undefined && draft.value(v).sparse === undefined);
  if (flowing.length === 0) {
    const reader = draft.uses(output.id).find((use) => use.node !== null);
    const by = reader ? label(draft.node(reader.node!)) : `graph output ${output.name}`;
    throw new EditError(`${label(node)} has no input that could stand for its output, which ${by} reads.`);
  }
  const reasons = flowing.map((v) => mismatch(typeOf(draft, v, options), typeOf(draft, output.id, options), options));
  const fits = reasons.indexOf(null);
  if (fits < 0) throw new EditError(`${label(node)} ${reasons[0]}, so its input cannot stand for its output.`);
  return flowing[fits]!;
}

const typeOf = (draft: Draft, id: ValueId, options: DeleteOptions): ValueType | null =>
  options.types?.get(id) ?? draft.value(id).type;

/** What makes two types unlike, as in "turns … into …"; null where nothing known speaks against joining them. */
function mismatch(from: ValueType | null, to: ValueType | null, options: DeleteOptions): string | null {
  if (from === null || to === null) return null;
  const unlike = `turns ${typeLabel(from)} into ${typeLabel(to)}`;
  if (typeString(from) !== typeString(to)) return unlike;
  if (options.anyShape || from.kind !== 'tensor' || to.kind !== 'tensor') return null;
  if (from.shape === null || to.shape === null) return null;
  const b = to.shape;
  const same = from.shape.length === b.length && from.shape.every((d, i) => agrees(d, b[i]!));
  return same ? null : unlike;
}

/** Names and unknowns may turn out equal; two numbers may not. */
function agrees(a: number | string | null, b: number | string | null): boolean {
  return typeof a !== 'number' || typeof b !== 'number' || a === b;
}
