/** Tells TensorFlow's files by their first bytes: SavedModel, GraphDef and MetaGraphDef, binary or as text; checkpoints. */
import { varintAt } from '../containers/protobuf/varint.ts';
import type { Score, SniffInput } from '../converter.ts';

export type TfKind = 'saved_model' | 'graph' | 'meta_graph';

export function sniffTensorflow({ file, head }: SniffInput): Score {
  const name = file.name.toLowerCase();
  const kind = binaryKind(head) ?? textKind(head);
  if (kind === 'saved_model') return 3;
  if (kind !== null) return /\.(pb|pbtxt|meta|graphdef|prototxt|txt)$/.test(name) ? 3 : 2;
  if (name.endsWith('.index') && isBundleIndex(head)) return 2;
  return /^saved_model\.(pb|pbtxt)$|\.data-\d{5}-of-\d{5}$/.test(name) || /\.(meta|index|pb|pbtxt)$/.test(name) ? 1 : 0;
}

/** What a binary protobuf begins as; null where it is none of TensorFlow's. */
export function binaryKind(head: Uint8Array): TfKind | null {
  if (head[0] === 0x08 && head[1] === 0x01 && head[2] === 0x12) return beginsMetaGraph(head, 2) ? 'saved_model' : null;
  if (head[0] !== 0x0a) return null;
  if (beginsNode(head)) return 'graph';
  return beginsMetaInfo(head) ? 'meta_graph' : null;
}

/** A field of the message type that a MetaGraphDef is, at `at`: its first field is the MetaInfoDef. */
function beginsMetaGraph(head: Uint8Array, at: number): boolean {
  const inner = varintAt(head, at + 1);
  return inner !== null && head[inner.next] === 0x0a;
}

/** `node { name: "…" op: "…"`: a name that is text, an operator that is a word. */
function beginsNode(head: Uint8Array): boolean {
  const node = varintAt(head, 1);
  if (node === null || head[node.next] !== 0x0a) return false;
  const name = varintAt(head, node.next + 1);
  if (name === null || name.value > 2000) return false;
  const at = name.next + name.value;
  const op = head[at] === 0x12 ? varintAt(head, at + 1) : null;
  if (op === null || op.value === 0 || op.value > 200) return false;
  return isPrintable(head, name.next, at) && isWord(head, op.next, op.next + op.value);
}

/** MetaInfoDef: strings, the operators' definitions (field 2), the version. */
function beginsMetaInfo(head: Uint8Array): boolean {
  const info = varintAt(head, 1);
  if (info === null) return false;
  const tag = head[info.next];
  const first = varintAt(head, info.next + 1);
  if (first === null) return false;
  // stripped_op_list { op { name
  if (tag === 0x12) return head[first.next] === 0x0a;
  return (tag === 0x0a || tag === 0x22 || tag === 0x2a) && isPrintable(head, first.next, first.next + first.value);
}

/** The first entry of a tensor bundle: the empty key with a BundleHeaderProto. */
function isBundleIndex(head: Uint8Array): boolean {
  return head[0] === 0 && head[1] === 0 && head[3] === 0x08;
}

const FIELDS =
  /^(?:\s|#[^\n]*\n)*(node|library|versions|saved_model_schema_version|meta_graphs|meta_info_def|graph_def)\s*[:{]/;

/** What protobuf text begins as. */
export function textKind(head: Uint8Array): TfKind | null {
  const text = new TextDecoder('latin1').decode(head);
  const first = FIELDS.exec(text)?.[1];
  if (first === undefined) return null;
  if (first === 'saved_model_schema_version' || first === 'meta_graphs') return 'saved_model';
  if (first === 'meta_info_def' || first === 'graph_def') return 'meta_graph';
  return first !== 'node' || /\bop\s*:\s*["']/.test(text) ? 'graph' : null;
}

function isPrintable(bytes: Uint8Array, begin: number, end: number): boolean {
  for (let i = begin; i < Math.min(end, bytes.length); i++) if (bytes[i]! < 0x20) return false;
  return true;
}

function isWord(bytes: Uint8Array, begin: number, end: number): boolean {
  return /^[A-Za-z_][\w>]*$/.test(new TextDecoder('latin1').decode(bytes.subarray(begin, Math.min(end, bytes.length))));
}
