/** Parsing of nodes, graphs, functions and models into the tree of syntax.ts. */
import type { OpsetImport } from '../core/model.ts';
import type { TensorType, ValueType } from '../core/types.ts';
import { readCarried, readExtra, readGraph, readModel, readNode } from './notes.ts';
import { parseAttribute, parseAttributeRest } from './parse-attributes.ts';
import {
  parseList,
  parsePair,
  parseSparseData,
  parseSparseDims,
  parseTensorData,
  parseType,
  seesType,
} from './parse-values.ts';
import { Source } from './parse-values.ts';
import type { AttributeSyntax, Decl, FunctionSyntax, GraphSyntax, Header, ModelSyntax, NodeSyntax } from './syntax.ts';

/** A source that knows how to parse the bodies that attributes hold. */
export function sourceOf(text: string): Source {
  const s = new Source(text);
  s.parseGraph = parseGraph;
  return s;
}

// ---- model and function

export function parseModelSyntax(s: Source): ModelSyntax {
  const header = parseHeader(s);
  const note = s.noteOn('model', readModel);
  s.storage = note.storage ?? null;
  const graph = parseGraph(s);
  const functions: FunctionSyntax[] = [];
  while (!s.atEnd()) functions.push(parseFunction(s));
  return { header, note, graph, functions };
}

const HEADER_KEYS: Readonly<Record<string, (s: Source) => Header>> = {
  ir_version: (s) => ({ irVersion: s.integer() }),
  opset_import: (s) => ({ opsets: parseOpsets(s) }),
  producer_name: (s) => ({ producerName: s.string() }),
  producer_version: (s) => ({ producerVersion: s.string() }),
  domain: (s) => ({ domain: s.string() }),
  model_version: (s) => ({ modelVersion: parseVersion(s) }),
  doc_string: (s) => ({ doc: s.string() }),
  overload: (s) => ({ overload: s.string() }),
  metadata_props: (s) => ({ metadata: parsePairs(s) }),
};

export function seesHeader(s: Source): boolean {
  return s.ahead(() => s.matches('<') && s.peekIdentifier() in HEADER_KEYS && (s.identifier(), s.peek() === ':'));
}

export function parseHeader(s: Source): Header {
  if (!s.matches('<')) return {};
  const entries = parseList(s, '>', (p) => {
    const read = HEADER_KEYS[p.peekIdentifier()];
    if (!read) throw p.expected('ir_version, opset_import, producer_name or another field of the header');
    p.identifier();
    p.expect(':');
    return read(p);
  });
  return Object.assign({}, ...entries) as Header;
}

function parseVersion(s: Source): number | bigint {
  const version = s.bigInteger();
  const value = Number(version);
  return Number.isSafeInteger(value) ? value : version;
}

function parseOpsets(s: Source): OpsetImport[] {
  s.expect('[');
  return parseList(s, ']', (p) => {
    const domain = p.string();
    p.expect(':');
    return { domain, version: p.integer(), ...p.noteOn('opset', readExtra) };
  });
}

function parsePairs(s: Source): ReadonlyMap<string, string> {
  s.expect('[');
  return new Map(parseList(s, ']', parsePair));
}

function parseFunction(s: Source): FunctionSyntax {
  const header = parseHeader(s);
  const name = s.quotable("a function's name");
  const { plain, defaults } = parseFormals(s);
  const infos: Decl[] = [];
  const inputs = parseParameters(s, infos);
  s.expect('=>');
  const outputs = parseParameters(s, infos);
  if (s.matches('<')) infos.push(...parseList(s, '>', parseDecl));
  const nodes = parseNodes(s);
  const note = s.noteOn('function', readCarried);
  const body = { name, inputs, outputs, infos, nodes, note: s.noteOn('graph', readGraph) };
  return { header, attributes: plain, attributeDefaults: defaults, note, body };
}

/** `<alpha, beta : float = 1.0>`: names without and with a default. */
function parseFormals(s: Source) {
  const plain: string[] = [];
  const defaults = new Map<string, AttributeSyntax>();
  if (s.matches('<'))
    parseList(s, '>', (p) => {
      const name = p.quotable("an attribute's name");
      if (p.peek() === ':' || p.peek() === '=') defaults.set(name, parseAttributeRest(p));
      else plain.push(name);
    });
  return { plain, defaults };
}

/** A function's inputs or outputs; a type written there is a value_info of the body. */
function parseParameters(s: Source, infos: Decl[]): Decl[] {
  s.expect('(');
  return parseList(s, ')', (p) => {
    const decl = parseDecl(p);
    if (decl.type !== null) infos.push(decl);
    return { ...decl, type: null, note: {} };
  });
}

// ---- graph

export function parseGraph(s: Source): GraphSyntax {
  const name = s.quotable("a graph's name");
  s.expect('(');
  const inputs = parseList(s, ')', parseDecl);
  s.expect('=>');
  s.expect('(');
  const outputs = parseList(s, ')', parseDecl);
  const infos = s.matches('<') ? parseList(s, '>', parseDecl) : [];
  const nodes = parseNodes(s);
  return { name, inputs, outputs, infos, nodes, note: s.noteOn('graph', readGraph) };
}

/** `float[2] x`, `x`, or with data: `float[2] w = {1, 2}`. */
export function parseDecl(s: Source): Decl {
  s.skip();
  const { at } = s;
  if (s.ahead(() => s.matches('sparse_tensor') && s.peek() === '[')) return parseSparseDecl(s, at);
  const type = seesType(s) ? parseType(s) : null;
  const name = s.quotable();
  const tensor = !s.sees('=>') && s.matches('=') ? { tensor: parseTensorData(s, type) } : {};
  return { name, type, at, ...tensor, note: s.noteOn('value', readCarried) };
}

function parseSparseDecl(s: Source, at: number): Decl {
  s.expect('sparse_tensor');
  const dims = parseSparseDims(s);
  const name = s.quotable();
  s.expect('=');
  const sparse = parseSparseData(s, dims);
  const type: ValueType = { kind: 'sparse_tensor', dtype: sparse.values.dtype, shape: dims } satisfies TensorType;
  return { name, type, at, sparse, note: s.noteOn('value', readCarried) };
}

function parseNodes(s: Source): NodeSyntax[] {
  s.expect('{');
  return parseNodesUntil(s, '}');
}

/** Nodes up to `close`; '' is the end of the text. */
export function parseNodesUntil(s: Source, close: string): NodeSyntax[] {
  const nodes: NodeSyntax[] = [];
  while (close === '' ? !s.atEnd() : !s.matches(close)) nodes.push(parseNode(s));
  return nodes;
}

// ---- node

export function parseNode(s: Source): NodeSyntax {
  s.skip();
  const { at } = s;
  const name = s.matches('[') ? parseLabel(s) : '';
  const outputs = parseOperands(s);
  s.expect('=');
  const { domain, op } = parseOperator(s);
  const overload = s.matches(':') ? s.quotable('an overload') : '';
  const before = s.peek() === '<' ? parseAttributes(s) : null;
  s.expect('(');
  const inputs = parseOperands(s);
  s.expect(')');
  const attributes = before ?? (s.peek() === '<' ? parseAttributes(s) : new Map<string, AttributeSyntax>());
  return { name, domain, op, overload, inputs, outputs, attributes, note: s.noteOn('node', readNode), at };
}

function parseLabel(s: Source): string {
  const name = s.peek() === ']' ? '' : s.quotable("a node's name");
  s.expect(']');
  return name;
}

/** Names between commas, some left out; `''` stands for those. */
function parseOperands(s: Source): string[] {
  const out: string[] = [];
  for (let id = s.optionalQuotable(); id !== null; id = s.optionalQuotable()) {
    out.push(id);
    if (!s.matches(',')) break;
  }
  return out;
}

/** `domain.Op`. Quotes are ours, for domains and operators that are not identifiers: `aten."_softmax.int"`. */
function parseOperator(s: Source): { domain: string; op: string } {
  const parts = [s.quotable('an operator')];
  while (s.matches('.')) parts.push(s.quotable('an operator'));
  return { domain: parts.slice(0, -1).join('.'), op: parts[parts.length - 1]! };
}

function parseAttributes(s: Source): ReadonlyMap<string, AttributeSyntax> {
  s.expect('<');
  const out = new Map<string, AttributeSyntax>();
  parseList(s, '>', (p) => {
    const { at } = p;
    const [name, value] = parseAttribute(p);
    if (out.has(name)) throw p.fail('text.duplicate', { what: `the attribute ${name} is given` }, at);
    out.set(name, value);
  });
  return out;
}
