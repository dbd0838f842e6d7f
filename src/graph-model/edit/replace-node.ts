/**
 * What is done about a node of a source dialect that has no ONNX form, before the rest is converted: the model is cut
 * before it or after it, its input is passed on, or an operator of the user's own choice takes its place.
 */
import { attributes, type AttributeLike } from '../core/attributes.ts';
import { edit, EditError, label, type Change } from '../core/draft.ts';
import type { Metadata, Model, Node, NodeId, ValueId } from '../core/model.ts';
import type { ValueType } from '../core/types.ts';
import { callsTo, layOpen, pathOf } from '../functions/lay-open.ts';
import { signatureMetadata, signaturesOf } from '../signatures.ts';
import { parseFragment } from '../text/parse.ts';
import { parseTypeText } from '../text/parse-type.ts';
import { dropUnread } from './cut-outputs.ts';
import { NEW_INPUT } from './new-inputs.ts';
import { BY, replaceByGraph } from './replace-by-graph.ts';

/** True for a node that a replacement stands in: a converter writes it as it is. */
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
      origin: replacedOrigin(node),
    });
  });
}

/**
 * The node's results become inputs of the converted model, of the types that the source declares, or of `type`; what it was
 * given is left out. The converter writes a mark in its place, which {@link openNewInputs} makes inputs of.
 */
export function cutAfter(model: Model, id: NodeId, type: ValueType | null = null): Change {
  const node = model.nodes.at(id);
  return edit(model, `Cut after ${node.name || node.op}`, (draft) => {
    draft.patchNode(id, { ...NEW_INPUT, inputs: [], attributes: attributes({}), origin: replacedOrigin(node) });
    if (type !== null) for (const v of node.outputs) if (v !== null) draft.patchValue(v, { type });
  });
}

/** The first thing that the node computes with takes the place of its result. Throws an EditError where that is not enough. */
export function passOn(model: Model, id: NodeId): Change {
  const node = model.nodes.at(id);
  const given = node.inputs.find((v) => v !== null && !model.values.at(v).constant);
  const read = node.outputs.filter((v) => v !== null && (model.uses.get(v)?.length ?? 0) > 0);
  if (given === undefined) throw new EditError(`${label(node)} is given nothing that could be passed on.`);
  if (read.length > 1) throw new EditError(`${label(node)} has ${read.length} results, and one input to pass on.`);
  return edit(model, `Pass the input of ${label(node)} on`, (draft) => {
    const none = { domain: '', op: 'Identity', attributes: attributes({}) };
    draft.patchNode(id, { ...none, inputs: [given], origin: replacedOrigin(node) });
  });
}

const replacedOrigin = (node: Node) => ({ dialect: node.domain, op: node.op, name: node.name, by: BY });

/**
 * The node of a name (those of the main graph first), of the names of the calls that lead to it and its own joined by `/`, or
 * of `#` and its number. Throws an EditError.
 */
function nodeNamed(model: Model, name: string): Node {
  const number = /^#(\d+)$/.exec(name);
  const all = [...model.nodes.values()];
  const node = number
    ? all.find((n) => n.id === Number(number[1]))
    : (all.find((n) => n.name === name && n.graph === model.main) ?? all.find((n) => isNamed(model, n, name)));
  if (!node) throw new EditError(`The model has no node named ${name}.`);
  return node;
}

function isNamed(model: Model, node: Node, name: string): boolean {
  if (node.name === name) return true;
  if (node.name === '' || !name.endsWith(`/${node.name}`)) return false;
  return [...callsTo(model, node.graph)].some((calls) => pathOf(calls, node) === name);
}

/** What is done about a node: in words (see {@link applyReplacements}), or a model that takes its place. */
export type Replacement = string | Model;

/** Opset of a piece of ONNX text that does not say it: what converters write for. */
const OPSET = 17;

/** ONNX text begins with its options, its inputs or its first result; an operator alone does none of these. */
const isText = (what: string) => /^\s*([<(]|[\w.]+\s*(,\s*[\w.]+\s*)*=)/.test(what);

/**
 * What is done about each node, by its name or `#` and its number: `cut` (before it); `cut-after` (with a type, as
 * `cut-after float[N, 16]`, where the source declares none); `pass` (its input on); an operator, `LeakyRelu(alpha=0.1)`; a
 * piece of ONNX in the text form, `(x) => (y) { a = Sigmoid(x)  y = Mul(x, a) }`; or a model. A node that a cut leaves out
 * needs nothing more. Throws an EditError, and a FormatError for text that is not ONNX.
 */
export function applyReplacements(model: Model, replace: Readonly<Record<string, Replacement>>): Model {
  const all = Object.entries(replace).map(([name, what]) => ({ id: nodeNamed(model, name).id, what }));
  const isCut = ({ what }: { readonly what: Replacement }) => what === 'cut';
  // Cuts come last: what lies below them is gone then.
  const ordered = [...all.filter((r) => !isCut(r)), ...all.filter(isCut)];
  return ordered.reduce((m, { id, what }) => (m.nodes.has(id) ? replacement(m, id, what).after : m), model);
}

function replacement(model: Model, id: NodeId, what: Replacement): Change {
  if (typeof what !== 'string') return replaceByGraph(model, id, what);
  const [, after, type = ''] = /^\s*(cut-after)(?:\s+(.+))?$/s.exec(what) ?? [];
  if (after) return cutAfter(model, id, type === '' ? null : parseTypeText(type));
  if (what === 'cut') return cutBefore(model, id);
  if (what === 'pass') return passOn(model, id);
  if (!isText(what)) return replaceByOperator(model, id, parseOperator(what));
  return replaceByGraph(model, id, parseFragment(what, { opsets: [{ domain: '', version: OPSET }] }));
}
