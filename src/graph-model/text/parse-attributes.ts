/** Parsing of attributes. */
import type { AttributeKind } from '../core/attributes.ts';
import type { SparseTensor, Tensor } from '../core/tensor.ts';
import type { ValueType } from '../core/types.ts';
import { readAttribute, type AttributeNote } from './notes.ts';
import {
  parseElements,
  parseList,
  parseSparseTensor,
  parseTensorAfterType,
  parseType,
  seesType,
} from './parse-values.ts';
import type { Source } from './parse-values.ts';
import type { AttributeSyntax, GraphSyntax } from './syntax.ts';

/** The text form's words for the kinds of attributes. */
export const KIND_OF_WORD: Readonly<Record<string, AttributeKind>> = {
  float: 'float',
  int: 'int',
  string: 'string',
  tensor: 'tensor',
  sparse_tensor: 'sparse_tensor',
  graph: 'graph',
  type_proto: 'type',
  floats: 'floats',
  ints: 'ints',
  strings: 'strings',
  tensors: 'tensors',
  sparse_tensors: 'sparse_tensors',
  graphs: 'graphs',
  type_protos: 'types',
  undefined: 'undefined',
};

const LIST_OF: Partial<Record<AttributeKind, AttributeKind>> = {
  tensor: 'tensors',
  sparse_tensor: 'sparse_tensors',
  graph: 'graphs',
  type: 'types',
  string: 'strings',
};

/** One value as it was written, before a list or a spelled kind gives it its attribute. */
type Item =
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'tensor'; readonly value: Tensor }
  | { readonly kind: 'sparse_tensor'; readonly value: SparseTensor }
  | { readonly kind: 'graph'; readonly value: GraphSyntax }
  | { readonly kind: 'type'; readonly value: ValueType | null };

export function parseAttribute(s: Source): readonly [string, AttributeSyntax] {
  const name = s.quotable("an attribute's name");
  return [name, parseAttributeRest(s)];
}

/** What follows the name. */
export function parseAttributeRest(s: Source): AttributeSyntax {
  const kind = s.matches(':') ? parseKind(s) : null;
  s.expect('=');
  const at = s.at;
  const bare = s.matches('[') ? parseListValue(s, kind) : parseSingle(s, kind);
  if (kind !== null && bare.kind !== kind && bare.kind !== 'reference')
    throw s.fail('text.literal', { problem: `the value is a ${bare.kind}, not a ${kind} as its type says` }, at);
  return withNote(bare, s.noteOn('attribute', readAttribute));
}

function parseKind(s: Source): AttributeKind {
  const kind = KIND_OF_WORD[s.peekIdentifier()];
  if (kind === undefined) throw s.expected('a kind of attribute (float, ints, tensor …)');
  s.identifier();
  return kind;
}

function withNote(bare: AttributeSyntax, { raw, raws, ...note }: AttributeNote): AttributeSyntax {
  const attribute: AttributeSyntax = { ...bare, ...note };
  if (attribute.kind === 'string' && raw) return { ...attribute, raw };
  if (attribute.kind === 'strings' && raws) return { ...attribute, raw: raws };
  if (attribute.kind === 'floats' && raw) return { ...attribute, value: new Float32Array(raw.slice().buffer) };
  return attribute;
}

function parseSingle(s: Source, kind: AttributeKind | null): AttributeSyntax {
  if (s.matches('@')) return { kind: 'reference', name: s.quotable(), type: kind ?? 'undefined' };
  if (kind === 'undefined') {
    s.expect('?');
    return { kind: 'undefined' };
  }
  if (seesNumber(s)) return parseNumber(s, kind);
  return parseItem(s);
}

function seesNumber(s: Source): boolean {
  return /[-0-9]/.test(s.peek()) || s.seesSpecialFloat();
}

function parseNumber(s: Source, kind: AttributeKind | null): AttributeSyntax {
  const { at } = s;
  const token = s.number();
  s.at = at;
  const float = token.kind === 'float' || kind === 'float';
  return float
    ? { kind: 'float', value: Number(parseElements(s, 'float', 1, 1)[0]) }
    : { kind: 'int', value: BigInt(parseElements(s, 'int64', 1, 1)[0]!) };
}

function parseItem(s: Source): Item {
  if (s.peek() === '"' && !s.ahead(() => (s.string(), s.peek() === '('))) return { kind: 'string', value: s.string() };
  if (s.ahead(() => s.matches('sparse_tensor') && s.peek() === '['))
    return { kind: 'sparse_tensor', value: parseSparseTensor(s) };
  if (s.peek() === '"' || !seesType(s)) return { kind: 'graph', value: s.nested(() => s.parseGraph(s)) };
  const type = parseType(s);
  const tensor = ['{', '=', '"'].includes(s.peek()) || s.peekIdentifier() !== '';
  return tensor ? { kind: 'tensor', value: parseTensorAfterType(s, type) } : { kind: 'type', value: type };
}

/** After `[`. Whole numbers among floats are floats. */
function parseListValue(s: Source, kind: AttributeKind | null): AttributeSyntax {
  if (s.peek() === ']') return emptyList(s, kind);
  if (seesNumber(s)) return parseNumberList(s, kind);
  const at = s.at;
  const items = parseList(s, ']', parseItem);
  const first = items[0]!.kind;
  if (items.some((i) => i.kind !== first))
    throw s.fail('text.literal', { problem: 'the values of a list are of several kinds' }, at);
  return { kind: LIST_OF[first], value: items.map((i) => i.value) } as AttributeSyntax;
}

function emptyList(s: Source, kind: AttributeKind | null): AttributeSyntax {
  s.expect(']');
  if (kind === null) throw s.fail('text.literal', { problem: 'an empty list needs its type, such as : ints' });
  if (kind === 'floats') return { kind, value: new Float32Array(0) };
  if (kind === 'ints') return { kind, value: new BigInt64Array(0) };
  if (!kind.endsWith('s')) throw s.fail('text.literal', { problem: `a ${kind} cannot be a list` });
  return { kind, value: [] } as unknown as AttributeSyntax;
}

function parseNumberList(s: Source, kind: AttributeKind | null): AttributeSyntax {
  const float = kind === 'floats' || (kind === null && s.ahead(() => hasFloat(s)));
  return float
    ? { kind: 'floats', value: parseElements(s, 'float', 16, Infinity, ']') as Float32Array }
    : { kind: 'ints', value: parseElements(s, 'int64', 16, Infinity, ']') as BigInt64Array };
}

function hasFloat(s: Source): boolean {
  do if (!seesNumber(s) || s.number().kind === 'float') return true;
  while (s.matches(','));
  return false;
}
