/** Setting and removing attributes, and the text in which people write them. */
import type { Attribute, AttributeKind } from '../core/attributes.ts';
import { float, floats, int } from '../core/attributes.ts';
import { edit, EditError, label, type Change } from '../core/draft.ts';
import type { Model, NodeId } from '../core/model.ts';

export function setAttribute(model: Model, id: NodeId, name: string, value: Attribute): Change {
  const node = model.nodes.at(id);
  if (name === '') throw new EditError('An attribute needs a name.');
  if (value.kind === 'graph' || value.kind === 'graphs')
    throw new EditError(`${name} is a body: its nodes are edited one by one.`);
  const text = attributeText(value);
  return edit(model, `Set ${name} of ${label(node)}${text === null ? '' : ` to ${short(text)}`}`, (d) => {
    const before = node.attributes.get(name);
    const doc = before?.doc === undefined ? {} : { doc: before.doc };
    d.patchNode(id, { attributes: new Map(node.attributes).set(name, { ...doc, ...value }) });
  });
}

export function removeAttribute(model: Model, id: NodeId, name: string): Change {
  const node = model.nodes.at(id);
  const attribute = node.attributes.get(name);
  if (!attribute) throw new EditError(`${label(node)} has no attribute ${name}.`);
  if (attribute.kind === 'graph' || attribute.kind === 'graphs')
    throw new EditError(`${name} is a body of ${label(node)}, which cannot be without it.`);
  return edit(model, `Remove ${name} from ${label(node)}`, (d) => {
    const attributes = new Map(node.attributes);
    attributes.delete(name);
    d.patchNode(id, { attributes });
  });
}

/** The kinds that can be written as text. */
export type TextKind = Extract<AttributeKind, 'int' | 'ints' | 'float' | 'floats' | 'string' | 'strings'>;
export const TEXT_KINDS: readonly TextKind[] = ['int', 'ints', 'float', 'floats', 'string', 'strings'];

export const isTextKind = (kind: string): kind is TextKind => (TEXT_KINDS as readonly string[]).includes(kind);

/** The value as people write it: `1, 2, 3`; strings in a list are quoted. null for tensors, bodies and types. */
export function attributeText(a: Attribute): string | null {
  switch (a.kind) {
    case 'int':
      return a.value.toString();
    case 'float':
      return floatText(a.value);
    case 'string':
      return a.value;
    case 'ints':
      return Array.from(a.value, String).join(', ');
    case 'floats':
      return Array.from(a.value, floatText).join(', ');
    case 'strings':
      return a.value.map((s) => JSON.stringify(s)).join(', ');
    default:
      return null;
  }
}

/** Reads what {@link attributeText} writes, and lists with spaces or brackets. Throws {@link EditError}. */
export function parseAttribute(kind: TextKind, text: string): Attribute {
  switch (kind) {
    case 'int':
      return int(parseInteger(text));
    case 'float':
      return float(parseFloat32(text));
    case 'string':
      return { kind, value: text };
    case 'ints':
      return { kind, value: BigInt64Array.from(listItems(text), parseInteger) };
    case 'floats':
      return floats(listItems(text).map(parseFloat32));
    case 'strings':
      return { kind, value: parseStrings(text) };
  }
}

const MAX = 2n ** 63n;

function parseInteger(text: string): bigint {
  const trimmed = text.trim();
  if (!/^[+-]?\d+$/.test(trimmed)) throw new EditError(`${quoted(trimmed)} is not a whole number.`);
  const value = BigInt(trimmed.replace(/^\+/, ''));
  if (value >= MAX || value < -MAX) throw new EditError(`${trimmed} does not fit in 64 bits.`);
  return value;
}

const WORDS: Readonly<Record<string, number>> = { nan: NaN, inf: Infinity, '+inf': Infinity, '-inf': -Infinity };

function parseFloat32(text: string): number {
  const trimmed = text.trim().toLowerCase();
  const word = WORDS[trimmed.replace('infinity', 'inf')];
  if (word !== undefined) return word;
  const value = Number(trimmed);
  if (trimmed === '' || Number.isNaN(value)) throw new EditError(`${quoted(text.trim())} is not a number.`);
  if (Math.abs(value) !== Infinity && !Number.isFinite(Math.fround(value)))
    throw new EditError(`${trimmed} is too large for float32.`);
  return value;
}

function listItems(text: string): string[] {
  const inner = text
    .trim()
    .replace(/^\[(.*)\]$/s, '$1')
    .trim();
  return inner === '' ? [] : inner.split(/\s*,\s*|\s+/).filter((item) => item !== '');
}

function parseStrings(text: string): string[] {
  const inner = text
    .trim()
    .replace(/^\[(.*)\]$/s, '$1')
    .trim();
  if (inner === '') return [];
  if (!inner.includes('"')) return inner.split(',').map((item) => item.trim());
  try {
    const list: unknown = JSON.parse(`[${inner}]`);
    if (Array.isArray(list) && list.every((s) => typeof s === 'string')) return list;
  } catch {
    // Told below: half-quoted text has no reading that could be guessed.
  }
  throw new EditError('Write texts in double quotes with commas between them: "a", "b".');
}

/** The shortest decimal that reads back as the same float32. */
function floatText(value: number): string {
  for (let digits = 1; digits <= 9; digits++) {
    const text = value.toPrecision(digits);
    if (Math.fround(Number(text)) === value) return String(Number(text));
  }
  return String(value);
}

const quoted = (text: string) => (text === '' ? 'Nothing' : `"${short(text)}"`);
const short = (text: string) => (text.length > 40 ? `${text.slice(0, 39)}…` : text);
