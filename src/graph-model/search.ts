/**
 * Finding nodes and named values by a small query, fast enough to run at every key press on 100,000 nodes.
 *
 *   conv relu          both words in the name or the operator (any case)
 *   "layer 1"          a phrase
 *   /attn.*proj/       a regular expression over the name and the operator
 *   op:Conv            the operator, whole; op:Conv* for a prefix
 *   name:stem in:x out:y domain:com.microsoft
 *   dtype:float16      an input or output of that element type
 *   shape:1x64         an input or output whose shape holds these dimensions in a row; * stands for any
 *   kernel_shape:3,3   an attribute by name (or the start of its name) and value; group:>1 compares
 *   attr:3,3           any attribute of that value
 *   -op:Constant       not
 */
import type { Attribute } from './core/attributes.ts';
import { normalDomain, type Model, type Node, type NodeId, type Value, type ValueId } from './core/model.ts';
import { DTYPES, shapeLabel, type Dim, type ValueType } from './core/types.ts';

export interface SearchResult {
  readonly nodes: readonly NodeId[];
  /** Named inputs and initializers; only searched by words, phrases and expressions, `name:`, `dtype:` and `shape:`. */
  readonly values: readonly ValueId[];
  /** What is wrong with the query ("/(/ is not a regular expression"), or null. The rest of the query still counts. */
  readonly problem: string | null;
}

export type TypeOf = (id: ValueId) => ValueType | null;

/** One condition of a query; all of them must hold. */
export interface Term {
  readonly not: boolean;
  readonly key: string;
  readonly text: string;
  readonly pattern?: RegExp;
}

const KEYS = new Set(['op', 'name', 'in', 'out', 'domain', 'dtype', 'shape']);
const VALUE_KEYS = new Set(['', 'name', 'dtype', 'shape']);

/** Splits a query into its terms. Never throws: a broken regular expression is reported and left out. */
export function parseQuery(query: string): { terms: Term[]; problem: string | null } {
  const terms: Term[] = [];
  let problem: string | null = null;
  for (const match of query.matchAll(
    /(-?)(?:\/((?:[^/\\]|\\.)+)\/(?=\s|$)|(?:([\w.]+):(?!:))?(?:"([^"]*)"?|(\S+)))/gu,
  )) {
    const [, minus, expression, key = '', phrase, word] = match;
    const not = minus === '-';
    if (expression !== undefined) {
      const pattern = expressionOf(expression);
      if (pattern) terms.push({ not, key: '', text: '', pattern });
      else problem = `/${expression}/ is not a regular expression.`;
    } else terms.push({ not, key, text: (phrase ?? word ?? '').toLowerCase() });
  }
  return { terms: terms.filter((t) => t.pattern ?? t.text), problem };
}

function expressionOf(text: string): RegExp | null {
  try {
    return new RegExp(text, 'iu');
  } catch {
    return null;
  }
}

/** Nodes in the order of the file, bodies and functions included. `typeOf` gives inferred or declared types. */
export function search(model: Model, query: string, typeOf: TypeOf): SearchResult {
  const steps = searchSteps(model, query, typeOf);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

/** As {@link search}, pausing after each page of the tables: between two steps others can be served, or the search be left. */
export function* searchSteps(model: Model, query: string, typeOf: TypeOf): Generator<void, SearchResult> {
  const { terms, problem } = parseQuery(query);
  const nodes: NodeId[] = [];
  const values: ValueId[] = [];
  if (terms.length === 0) return { nodes, values, problem };
  const fitsNode = allOf(terms.map((t) => nodeTest(t, model, typeOf)));
  for (const page of model.nodes.pages) {
    const entries = cached(nodePages, page, () => page.flatMap(nodeEntries));
    for (const entry of entries) if (fitsNode(entry)) nodes.push(entry.node.id);
    yield;
  }
  if (!terms.every((t) => VALUE_KEYS.has(t.key))) return { nodes, values, problem };
  const fitsValue = allOf(terms.map((t) => valueTest(t, typeOf)));
  for (const page of model.values.pages) {
    const entries = cached(valuePages, page, () => page.flatMap(valueEntries));
    for (const entry of entries) if (fitsValue(entry)) values.push(entry.value.id);
    yield;
  }
  return { nodes, values, problem };
}

type Test<E> = (entry: E) => boolean;

const allOf = <E>(tests: readonly Test<E>[]): Test<E> =>
  tests.length === 1 ? tests[0]! : (entry) => tests.every((test) => test(entry));

function valueTest(term: Term, typeOf: TypeOf): Test<ValueEntry> {
  const test = plainValueTest(term, typeOf);
  return term.not ? (entry) => !test(entry) : test;
}

function plainValueTest({ key, text, pattern }: Term, typeOf: TypeOf): Test<ValueEntry> {
  if (key === 'dtype' || key === 'shape') {
    const holds = key === 'dtype' ? dtypeTest(text) : shapeTest(text);
    return ({ value }) => holds(typeOf(value.id));
  }
  return pattern ? ({ value }) => pattern.test(value.name) : (entry) => entry.lower.includes(text);
}

interface NodeEntry {
  readonly node: Node;
  /** Name and operator in lower case, with a line break between: no word spans it. */
  readonly lower: string;
  readonly op: string;
}
interface ValueEntry {
  readonly value: Value;
  readonly lower: string;
}
/** Entries by page of the tables: an edit copies one page, so that the next key press builds only that page anew. */
const nodePages = new WeakMap<object, NodeEntry[]>();
const valuePages = new WeakMap<object, ValueEntry[]>();

function cached<T>(cache: WeakMap<object, T>, key: object, make: () => T): T {
  let value = cache.get(key);
  if (value === undefined) {
    value = make();
    cache.set(key, value);
  }
  return value;
}

function nodeEntries(node: Node | undefined): NodeEntry[] {
  if (!node) return [];
  const op = node.op.toLowerCase();
  return [{ node, op, lower: `${node.name.toLowerCase()}\n${op}` }];
}

function valueEntries(value: Value | undefined): ValueEntry[] {
  return value && value.producer === null && value.name ? [{ value, lower: value.name.toLowerCase() }] : [];
}

type NodeTest = Test<NodeEntry>;

function nodeTest(term: Term, model: Model, typeOf: TypeOf): NodeTest {
  const test = KEYS.has(term.key) ? keyTest(term, model, typeOf) : wordOrAttributeTest(term);
  return term.not ? (entry) => !test(entry) : test;
}

function wordOrAttributeTest(term: Term): NodeTest {
  const { key, text, pattern } = term;
  // Every name starts with nothing.
  if (key) return ({ node }) => hasAttribute(node, key === 'attr' ? '' : key.toLowerCase(), text);
  if (pattern) return ({ node }) => pattern.test(node.name) || pattern.test(node.op);
  return (entry) => entry.lower.includes(text);
}

function keyTest({ key, text }: Term, model: Model, typeOf: TypeOf): NodeTest {
  const anyType = (holds: (type: ValueType | null) => boolean): NodeTest => {
    return ({ node }) =>
      node.outputs.some((v) => v !== null && holds(typeOf(v))) ||
      node.inputs.some((v) => v !== null && holds(typeOf(v)));
  };
  const anyName = (ids: readonly (ValueId | null)[]) =>
    ids.some((v) => v !== null && model.values.at(v).name.toLowerCase().includes(text));
  switch (key) {
    case 'op':
      return text.endsWith('*') ? (e) => e.op.startsWith(text.slice(0, -1)) : (e) => e.op === text;
    case 'name':
      return (e) => e.node.name.toLowerCase().includes(text);
    case 'in':
      return (e) => anyName(e.node.inputs);
    case 'out':
      return (e) => anyName(e.node.outputs);
    case 'domain':
      return (e) => (normalDomain(e.node.domain) || 'ai.onnx').toLowerCase() === text;
    case 'dtype':
      return anyType(dtypeTest(text));
    default:
      return anyType(shapeTest(text));
  }
}

type TypeTest = (type: ValueType | null) => boolean;

function dtypeTest(text: string): TypeTest {
  const wanted = new Set<string>(DTYPES.filter((d) => [d.name, d.label, d.short].includes(text)).map((d) => d.name));
  return (type) => type?.kind === 'tensor' && wanted.has(type.dtype);
}

/** `1x64`, `1×64`, `1,64` and `1*64` are lists of dimensions; `?` and `*` alone stand for any. */
function dimsOf(text: string): string[] {
  return text.replace(/[[\]]/g, '').split(/[x×,]/u).filter(Boolean);
}

function shapeTest(text: string): TypeTest {
  const wanted = dimsOf(text);
  const numbers = wanted.map(Number);
  const any = wanted.map((w) => w === '*' || w === '?');
  const fits = (d: Dim, i: number) =>
    any[i]! || (typeof d === 'number' ? d === numbers[i] : String(d).toLowerCase() === wanted[i]);
  return (type) => {
    if (type?.kind !== 'tensor' || type.shape === null) return false;
    const { shape } = type;
    if (wanted.length === 1 && wanted[0] === 'scalar') return shape.length === 0;
    for (let at = 0; at + wanted.length <= shape.length; at++) {
      let i = 0;
      while (i < wanted.length && fits(shape[at + i]!, i)) i++;
      if (i === wanted.length) return true;
    }
    return false;
  };
}

function hasAttribute(node: Node, key: string, text: string): boolean {
  for (const [name, attribute] of node.attributes) {
    const lower = name.toLowerCase();
    if ((lower === key || lower.startsWith(key)) && attributeFits(attribute, text)) return true;
  }
  return false;
}

function attributeFits(attribute: Attribute, text: string): boolean {
  if (text === '*') return true;
  switch (attribute.kind) {
    case 'int':
    case 'float':
      return numberFits(Number(attribute.value), text);
    case 'string':
      return attribute.value.toLowerCase() === text;
    case 'ints':
    case 'floats':
      return listFits(Array.from<number | bigint, number>(attribute.value, Number), text);
    case 'strings':
      return attribute.value.some((v) => v.toLowerCase() === text);
    case 'tensor':
      return shapeLabel(attribute.value.dims) === text.replace(/[x,]/g, '×');
    default:
      return false;
  }
}

/** Equal to float32 precision, or a comparison: `>1`, `<=0.5`. */
function numberFits(value: number, text: string): boolean {
  const [, sign = '', digits = ''] = /^(<=|>=|<|>)?(.+)$/.exec(text) ?? [];
  const wanted = Number(digits.replace('−', '-'));
  if (Number.isNaN(wanted)) return false;
  if (sign === '<') return value < wanted;
  if (sign === '>') return value > wanted;
  const equal = value === wanted || Math.fround(value) === Math.fround(wanted);
  return equal || (sign === '<=' && value < wanted) || (sign === '>=' && value > wanted);
}

function listFits(values: readonly number[], text: string): boolean {
  const parts = text.replace(/[[\]]/g, '').split(/[x×,]/u).filter(Boolean);
  return parts.length === values.length && parts.every((p, i) => p === '*' || numberFits(values[i]!, p));
}
