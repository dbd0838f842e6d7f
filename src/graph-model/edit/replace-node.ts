/**
 * What is done about a node of a source dialect that has no ONNX form, before the rest is converted: the model is cut
 * before it, or an operator of the user's own choice takes its place.
 */
import { attributes, type AttributeLike } from '../core/attributes.ts';
import { edit, EditError, type Change } from '../core/draft.ts';
import type { Metadata, Model, Node, NodeId, ValueId } from '../core/model.ts';
import { signatureMetadata, signaturesOf } from '../signatures.ts';
import { callsTo, layOpen, pathOf } from '../functions/lay-open.ts';
import { dropUnread } from './cut-outputs.ts';

const BY = 'replaced';

/** True for a node that {@link replaceByOperator} made: a converter writes it as it is. */
export function isReplaced(node: Node): boolean {
  return node.origin?.by === BY;
}

/** The node of the main graph that is or holds `id`. Throws an EditError where it lies in a function. */
function mainNode(model: Model, id: NodeId): Node {
  let node = model.nodes.at(id);
  for (;;) {
    if (node.graph === model.main) return node;
    const { parent } = model.graphs.at(node.graph);
    if (parent === null)
      throw new EditError(`${node.name} lies in a function that nothing calls plainly: choose the node that names it.`);
    node = model.nodes.at(parent);
  }
}

/**
 * What the node is given become outputs in the place of those that depend on it; inputs and constants of the model are
 * none. Throws an EditError where nothing is left.
 */
export function cutBefore(model: Model, id: NodeId): Change {
  const [calls] = callsTo(model, model.nodes.at(id).graph);
  return calls ? cutWithin(model, calls, id) : cutInMain(model, id);
}

/** Of a function's node: what leads to it is laid open first. */
function cutWithin(model: Model, calls: readonly Node[], id: NodeId): Change {
  const opened = layOpen(model, calls, id);
  return { ...cutInMain(opened.model, opened.id), before: model };
}

function cutInMain(model: Model, id: NodeId): Change {
  const node = mainNode(model, id);
  const below = dependents(model, node);
  const { outputs } = model.graphs.at(model.main);
  const kept = outputs.filter((v) => !below.has(v));
  const given = node.inputs.filter((v): v is ValueId => v !== null && model.values.at(v).producer !== null);
  const after = [...new Set([...kept, ...given])];
  if (after.length === 0) throw new EditError(`Nothing is computed before ${node.name || node.op}.`);
  return edit(model, `Cut before ${node.name || node.op}`, (draft) => {
    draft.setGraphOutputs(model.main, after);
    dropUnread(draft, model.main);
    if (model.metadata) draft.patchModel({ metadata: signaturesAfter(model, given, below) });
  });
}

/** Signatures that lose outputs get what the cut node was given instead. */
function signaturesAfter(model: Model, given: readonly ValueId[], gone: ReadonlySet<ValueId>): Metadata {
  const made = new Map<string, ValueId>();
  for (const id of model.graphs.at(model.main).order) {
    const node = model.nodes.at(id);
    node.outputs.forEach((v, i) => v !== null && made.set(`${node.name}:${i}`, v));
  }
  const tensors = new Map([...made].map(([tensor, v]) => [v, tensor]));
  const cut = given.map((v) => [tensors.get(v)!.replace(/:0$/, ''), tensors.get(v)!] as const);
  // Those of TensorFlow Lite map keys to names of their own, and outputs are asked for by the graph there.
  const listed = signaturesOf(model).filter((s) => Array.isArray(s.outputs));
  const after = listed.map((s) => {
    const kept = s.outputs.filter(([, tensor]) => !made.has(tensor) || !gone.has(made.get(tensor)!));
    return { ...s, outputs: kept.length < s.outputs.length ? [...kept, ...cut] : kept };
  });
  return new Map([...model.metadata!, ...signatureMetadata(after)]);
}

/** The values of the main graph that come of a node. */
function dependents(model: Model, from: Node): ReadonlySet<ValueId> {
  const made = (node: Node) => node.outputs.filter((v) => v !== null);
  const out = new Set<ValueId>(made(from));
  for (const v of out) {
    for (const use of model.uses.get(v) ?? []) {
      const reader = use.node === null ? null : mainNode(model, use.node);
      // IdentityN gives each of its inputs on by itself.
      const own = reader?.op === 'IdentityN' ? [reader.outputs[use.index]!] : reader ? made(reader) : [];
      for (const next of own) out.add(next);
    }
  }
  return out;
}

export interface OperatorSpec {
  readonly domain: string;
  readonly op: string;
  readonly attributes: Readonly<Record<string, AttributeLike>>;
}

/** `Relu`, `LeakyRelu(alpha=0.1)`, `com.microsoft::FastGelu`. Throws an EditError. */
export function parseOperator(text: string): OperatorSpec {
  const found = /^(?:([\w.]+)::)?([A-Za-z_]\w*)(?:\((.*)\))?$/s.exec(text.trim());
  if (!found) throw new EditError(`“${text}” is no operator: write Relu, or LeakyRelu(alpha=0.1).`);
  const [, domain = '', op = '', inner = ''] = found;
  const given = inner.trim() === '' ? [] : inner.split(',').map((part) => attributeOf(part));
  return { domain, op, attributes: Object.fromEntries(given) };
}

function attributeOf(part: string): [string, AttributeLike] {
  const [name, value] = part.split('=').map((s) => s.trim());
  if (!name || value === undefined || value === '')
    throw new EditError(`“${part.trim()}” is no attribute: write axis=1.`);
  const number = Number(value);
  if (Number.isNaN(number)) return [name, value];
  // As written: 1 is whole, 1.0 is not.
  return [name, /[.eE]/.test(value) ? { kind: 'float', value: Math.fround(number) } : number];
}

/** The operator gets what the node computes with; constants of the node (weights) are left out. */
export function replaceByOperator(model: Model, id: NodeId, spec: OperatorSpec): Change {
  const node = model.nodes.at(id);
  const isGiven = (v: ValueId | null) => v !== null && !model.values.at(v).constant;
  const label = `Replace ${node.name || node.op} by ${spec.op}`;
  return edit(model, label, (draft) => {
    draft.patchNode(id, {
      ...{ domain: spec.domain, op: spec.op, inputs: node.inputs.filter(isGiven) },
      attributes: attributes(spec.attributes),
      origin: { dialect: node.domain, op: node.op, name: node.name, by: BY },
    });
  });
}

/** `cut`, or an operator, for the node of that name. Throws an EditError. */
export function applyReplacement(model: Model, name: string, what: string): Model {
  const { node, calls } = nodeNamed(model, name);
  if (what !== 'cut') return replaceByOperator(model, node.id, parseOperator(what)).after;
  return (calls.length > 0 ? cutWithin(model, calls, node.id) : cutBefore(model, node.id)).after;
}

interface Named {
  readonly node: Node;
  /** The calls that lead to it; none for a node of the main graph. */
  readonly calls: readonly Node[];
}

/** By name, or by the names of the calls that lead to it and its own, joined by `/`. */
function nodeNamed(model: Model, name: string): Named {
  const ends = [...model.nodes.values()].filter((n) => n.name === name || (n.name && name.endsWith(`/${n.name}`)));
  const exact = ends.filter((n) => n.name === name);
  const main = exact.find((n) => n.graph === model.main);
  if (main) return { node: main, calls: [] };
  for (const node of ends)
    for (const calls of callsTo(model, node.graph)) if (pathOf(calls, node) === name) return { node, calls };
  const [node] = exact;
  return node ? { node, calls: [] } : fail(name);
}

function fail(name: string): never {
  throw new EditError(`The model has no node named ${name}.`);
}
