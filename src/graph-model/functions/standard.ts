/** Operators as the functions by which the standard defines them. */
import type { Draft } from '../core/draft.ts';
import { opsetVersion, type FunctionDef, type Model, type NodeId } from '../core/model.ts';
import type { OperatorSchema } from '../operators/operator.ts';
import { parseModel } from '../text/parse.ts';
import { FUNCTION_BODIES } from './bodies.generated.ts';
import { replaceNode } from './connect.ts';
import { Copier } from './copy.ts';

export interface StandardBody {
  readonly model: Model;
  readonly def: FunctionDef;
  /** The opset in whose words it is written. */
  readonly opset: number;
}

const parsed = new Map<string, StandardBody>();

/** The definition of an operator that a schema row brought; null where it has none, or one that depends on the node. */
export function standardBody(schema: OperatorSchema): StandardBody | null {
  const key = `${schema.op}@${schema.since}`;
  if (schema.domain !== '' || !Object.hasOwn(FUNCTION_BODIES, key)) return null;
  let body = parsed.get(key);
  if (!body) {
    const model = parseModel(`<ir_version: 10, opset_import: ["" : 1]> g () => () {}\n${FUNCTION_BODIES[key]!}`);
    const def = model.functions[0]!;
    parsed.set(key, (body = { model, def, opset: opsetVersion(def.opsets, '')! }));
  }
  return body;
}

/** Puts the body in the place of a node; attributes that the node leaves out have the schema's defaults. */
export function replaceByBody(draft: Draft, id: NodeId, body: StandardBody, schema: OperatorSchema): void {
  const call = draft.node(id);
  const { model, def } = body;
  const source = {
    node: model.nodes.at.bind(model.nodes),
    value: model.values.at.bind(model.values),
    graph: model.graphs.at.bind(model.graphs),
  };
  let count = 0;
  const copier = new Copier(source, draft, {
    nodeName: (n) => (call.name ? `${call.name}/${n.op}_${count++}` : ''),
    valueName: () => '',
    resolve: (a) => call.attributes.get(a.name) ?? schema.attributes.get(a.name)?.default,
    origin: () => call.origin,
  });
  const graph = model.graphs.at(def.graph);
  graph.inputs.forEach((v, i) => copier.bind(v, call.inputs[i] ?? null));
  for (const n of graph.order) copier.node(n, call.graph);
  replaceNode(
    draft,
    call,
    graph.outputs.map((v) => copier.of(v)),
  );
}
