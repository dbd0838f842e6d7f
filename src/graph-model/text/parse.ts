/**
 * The ONNX text form to models. The syntax is ONNX's own (onnx/docs/Syntax.md and the parser beside it) with a few
 * additions, which docs/text-form.md lists.
 */
import type { Graph, Model, OpsetImport, ValueId } from '../core/model.ts';
import { normalDomain } from '../core/model.ts';
import { nodesWithin } from '../core/traverse.ts';
import type { ValueType } from '../core/types.ts';
import { build, type BuildHost, type Built } from './build.ts';
import {
  parseDecl,
  parseGraph,
  parseHeader,
  parseModelSyntax,
  parseNodesUntil,
  seesHeader,
  sourceOf,
} from './parse-graph.ts';
import { parseList, type Source } from './parse-values.ts';
import type { Decl, GraphSyntax, Header } from './syntax.ts';

/**
 * A whole model. Throws a FormatError that names line and column. A name that nothing makes becomes a value without a
 * producer, for the checker to complain about.
 */
export function parseModel(text: string): Model {
  const s = sourceOf(text);
  return build(parseModelSyntax(s), hostOf(s)).model;
}

function hostOf(s: Source): BuildHost {
  return {
    parseTraining: (text) => parseGraph(sourceOf(text)),
    fail: (code, params, at) => s.fail(code, params, at),
  };
}

export interface FragmentOptions {
  /** Types of names that nothing in the fragment makes. */
  readonly inputs?: Readonly<Record<string, ValueType>>;
  /** Where the fragment does not say: ONNX 21, and version 1 of every other domain that a node names. */
  readonly opsets?: readonly OpsetImport[];
  readonly irVersion?: number;
}

/**
 * A model from its essential part: `a = Relu(x)  y = Relu(a)`. Names that nothing makes become inputs, results that
 * nothing reads become outputs. Each part of a whole model may be given too, in its usual order:
 * `<opset_import: ["" : 13]> (float[N, 4] x) => (y) <float[4] b = {1, 2, 3, 4}> y = Add(x, b)`; a whole model is fine.
 */
export function parseFragment(text: string, options: FragmentOptions = {}): Model {
  const s = sourceOf(text);
  const header = seesHeader(s) ? parseHeader(s) : {};
  if (seesGraph(s)) {
    const whole = build(parseModelSyntax(s), hostOf(s)).model;
    return Object.keys(header).length === 0 ? whole : parseModel(text);
  }
  const graph = parseOpenGraph(s);
  const built = build({ header, note: {}, graph, functions: [] }, hostOf(s));
  return completed(built, header, graph, options);
}

/** A graph with its name and signature, as in a whole model. */
function seesGraph(s: Source): boolean {
  return s.ahead(() => {
    if (s.peek() !== '"' && s.peekIdentifier() === '') return false;
    s.quotable();
    return s.peek() === '(';
  });
}

/** A graph each of whose parts may be missing. */
function parseOpenGraph(s: Source): GraphSyntax {
  const list = (open: string, close: string): Decl[] => (s.matches(open) ? parseList(s, close, parseDecl) : []);
  const inputs = list('(', ')');
  const outputs = s.matches('=>') ? list('(', ')') : [];
  const infos = list('<', '>');
  const braces = s.matches('{');
  const nodes = parseNodesUntil(s, braces ? '}' : '');
  if (!s.atEnd()) throw s.expected('the end of the text');
  return { name: 'fragment', inputs, outputs, infos, nodes, note: {} };
}

function completed({ model, free }: Built, header: Header, syntax: GraphSyntax, options: FragmentOptions): Model {
  const graph = model.graphs.at(model.main);
  const values = model.values.edit();
  for (const id of free) {
    const value = values.at(id);
    values.set(id, { ...value, type: options.inputs?.[value.name] ?? value.type });
  }
  const outputs = syntax.outputs.length > 0 ? graph.outputs : unread(model, graph);
  const uses = model.uses.edit();
  if (syntax.outputs.length === 0)
    outputs.forEach((v, index) => uses.set(v, [...(uses.get(v) ?? []), { node: null, graph: graph.id, index }]));
  const graphs = model.graphs.edit();
  graphs.set(graph.id, { ...graph, inputs: [...graph.inputs, ...free], outputs });
  return {
    ...model,
    graphs: graphs.commit(),
    values: values.commit(),
    uses: uses.commit(),
    opsets: header.opsets ?? options.opsets ?? defaultOpsets(model),
    irVersion: header.irVersion ?? options.irVersion ?? 10,
  };
}

function unread(model: Model, graph: Graph): ValueId[] {
  const made = graph.order.flatMap((n) => model.nodes.at(n).outputs);
  return made.filter((v): v is ValueId => v !== null && !model.uses.get(v)?.length);
}

function defaultOpsets(model: Model): OpsetImport[] {
  const domains = new Set<string>(['']);
  for (const node of nodesWithin(model, model.main)) domains.add(normalDomain(node.domain));
  return [...domains].map((domain) => ({ domain, version: domain === '' ? 21 : 1 }));
}
