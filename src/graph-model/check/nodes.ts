/** Every node against its operator's signature: arity, attributes, types, bodies. */
import { bodiesOf } from '../core/attributes.ts';
import { label } from '../core/draft.ts';
import {
  functionOf,
  isOnnx,
  normalDomain,
  opsetsOf,
  opsetVersion,
  type FunctionDef,
  type Node,
  type ValueId,
} from '../core/model.ts';
import { typeString, type ValueType } from '../core/types.ts';
import { diagnostic } from '../diagnostics.ts';
import type { Formal, OperatorSchema } from '../operators/operator.ts';
import type { CheckContext } from './context.ts';
import { checkMeaning } from './meaning.ts';
import { NEWEST_OPSET } from './versions.ts';

export function checkNodes(c: CheckContext): void {
  for (const graph of c.model.graphs.values()) {
    const imports = opsetsOf(c.model, graph.id);
    for (const id of graph.order) {
      const node = c.model.nodes.at(id);
      const version = opsetVersion(imports, node.domain);
      checkNode(c, node, version);
    }
  }
}

function checkNode(c: CheckContext, node: Node, version: number | null): void {
  const f = functionOf(c.model, node);
  if (f) return checkCall(c, node, f);
  const domain = normalDomain(node.domain);
  const title = domain || 'ai.onnx';
  // The operators of the framework that the model came from: shown as they are until the model is converted.
  if (domain !== '' && !isOnnx(c.model)) return;
  if (!c.schemas.knows(domain)) {
    return c.add(
      diagnostic('check.operator-foreign', { node: label(node), domain: title, op: node.op }, { node: node.id }),
    );
  }
  if (version === null) return;
  const asked = domain === '' ? Math.min(version, NEWEST_OPSET) : version;
  const schema = c.schemas.schemaOf(domain, node.op, asked);
  if (!schema) {
    const params = { node: label(node), op: node.op, domain: title, version };
    return c.add(diagnostic('check.operator-unknown', params, { node: node.id }));
  }
  if (schema.deprecated)
    c.add(diagnostic('check.deprecated', { node: label(node), op: node.op, since: schema.since }, { node: node.id }));
  checkInputs(c, node, schema);
  checkOutputs(c, node, schema);
  checkAttributes(c, node, schema);
  checkTypes(c, node, schema);
  checkMeaning(c, node, version);
  checkBodies(c, node);
}

function checkCall(c: CheckContext, node: Node, f: FunctionDef): void {
  const body = c.model.graphs.at(f.graph);
  const at = { node: node.id };
  if (node.inputs.length > body.inputs.length) {
    c.add(
      diagnostic(
        'check.inputs-extra',
        { node: label(node), op: f.name, most: body.inputs.length, have: node.inputs.length },
        at,
      ),
    );
  }
  if (node.outputs.length > body.outputs.length) {
    c.add(
      diagnostic(
        'check.output-extra',
        { node: label(node), op: f.name, most: body.outputs.length, have: node.outputs.length },
        at,
      ),
    );
  }
  for (const attribute of f.attributes) {
    if (!node.attributes.has(attribute))
      c.add(diagnostic('check.attribute-missing', { node: label(node), op: f.name, attribute }, at));
  }
}

/** The formal parameter at a position; the last one again where it is variadic. */
export function formalAt(formals: readonly Formal[], index: number): Formal | null {
  const last = formals[formals.length - 1];
  return formals[index] ?? (last?.option === 'variadic' ? last : null);
}

function checkInputs(c: CheckContext, node: Node, schema: OperatorSchema): void {
  const at = { node: node.id };
  const have = node.inputs.length;
  if (have > schema.maxInputs) {
    c.add(diagnostic('check.inputs-extra', { node: label(node), op: node.op, most: schema.maxInputs, have }, at));
  }
  schema.inputs.forEach((formal, i) => {
    const needed = formal.option === 'single' || (formal.option === 'variadic' && formal.minArity > 0 && i >= have);
    if (!needed || (node.inputs[i] ?? null) !== null) return;
    c.add(diagnostic('check.input-missing', { node: label(node), op: node.op, input: formal.name }, at));
  });
}

function checkOutputs(c: CheckContext, node: Node, schema: OperatorSchema): void {
  const at = { node: node.id };
  const have = node.outputs.length;
  if (have > schema.maxOutputs) {
    c.add(diagnostic('check.output-extra', { node: label(node), op: node.op, most: schema.maxOutputs, have }, at));
  }
  if (have < schema.minOutputs) {
    const output = schema.outputs[have]?.name ?? String(have);
    c.add(diagnostic('check.output-missing', { node: label(node), op: node.op, output }, at));
  }
}

function checkAttributes(c: CheckContext, node: Node, schema: OperatorSchema): void {
  const at = { node: node.id };
  const common = { node: label(node), op: node.op };
  for (const [attribute, value] of node.attributes) {
    const formal = schema.attributes.get(attribute);
    if (!formal) {
      // Private attributes by convention start with an underscore.
      if (!attribute.startsWith('_'))
        c.add(diagnostic('check.attribute-unknown', { ...common, attribute, since: schema.since }, at));
      continue;
    }
    const have = value.kind === 'reference' ? value.type : value.kind;
    if (have !== formal.kind && have !== 'undefined') {
      c.add(diagnostic('check.attribute-kind', { ...common, attribute, have, want: formal.kind }, at));
    }
  }
  for (const formal of schema.attributes.values()) {
    if (formal.required && !node.attributes.has(formal.name))
      c.add(diagnostic('check.attribute-missing', { ...common, attribute: formal.name }, at));
  }
}

/** Types of inputs against the constraints, and against each other where they share a type variable. */
function checkTypes(c: CheckContext, node: Node, schema: OperatorSchema): void {
  if (!c.types) return;
  const bound = new Map<string, { type: string; input: string }>();
  node.inputs.forEach((v, i) => {
    const formal = formalAt(schema.inputs, i);
    const type = v === null ? null : c.types!.typeOf(v);
    if (!formal || !type || !isComplete(type)) return;
    const have = typeString(type);
    const allowed = schema.constraints.get(formal.type) ?? [formal.type];
    const input = formal.option === 'variadic' ? `${formal.name} ${i}` : formal.name;
    if (!allowed.includes(have)) {
      if (isDeclaredAs(c, v!, allowed)) return;
      const params = { node: label(node), op: node.op, input, have, want: sayTypes(allowed) };
      return c.add(diagnostic('check.type-mismatch', params, { node: node.id, value: v! }));
    }
    if (!schema.constraints.has(formal.type) || (formal.option === 'variadic' && !formal.homogeneous)) return;
    const first = bound.get(formal.type);
    if (!first) bound.set(formal.type, { type: have, input });
    else if (first.type !== have) {
      const params = { node: label(node), op: node.op, a: first.input, typeA: first.type, b: input, typeB: have };
      c.add(diagnostic('check.type-variable', params, { node: node.id, value: v! }));
    }
  });
}

/**
 * A carried value of a Loop may go in as an optional and come back as what it holds: the body's input is then inferred as
 * the latter and declared as the former, and both are right.
 */
function isDeclaredAs(c: CheckContext, id: ValueId, allowed: readonly string[]): boolean {
  const { producer, type, graph } = c.model.values.at(id);
  return producer === null && graph !== c.model.main && type?.kind === 'optional' && allowed.includes(typeString(type));
}

function isComplete(type: ValueType): boolean {
  return !typeString(type).includes('?') && !typeString(type).includes('undefined');
}

function sayTypes(types: readonly string[]): string {
  const shown = types.slice(0, 6).join(', ');
  return types.length > 6 ? `${shown} and ${types.length - 6} more` : shown;
}

function checkBodies(c: CheckContext, node: Node): void {
  if (normalDomain(node.domain) !== '' || bodiesOf(node).length === 0) return;
  checkBranches(c, node);
  for (const [name, attribute] of node.attributes) {
    if (attribute.kind !== 'graph') continue;
    const body = c.model.graphs.at(attribute.value);
    const what = bodyFault(node, name, body.inputs.length, body.outputs.length);
    if (what) c.add(diagnostic('check.body-arity', { node: label(node), what }, { node: node.id }));
  }
}

/** The two branches of an If make one type for each output. */
function checkBranches(c: CheckContext, node: Node): void {
  const [a, b] = bodiesOf(node).map((g) => c.model.graphs.at(g).outputs);
  if (node.op !== 'If' || !a || !b || !c.types) return;
  a.forEach((v, i) => {
    const [x, y] = [v, b[i]].map((o) => (o === undefined ? null : c.types!.typeOf(o)));
    if (!x || !y || !isComplete(x) || !isComplete(y) || typeString(x) === typeString(y)) return;
    const what = `its branches make ${typeString(x)} and ${typeString(y)} as output ${i}`;
    c.add(diagnostic('check.body-arity', { node: label(node), what }, { node: node.id }));
  });
}

/** What is wrong with the arity of a body of If, Loop or (since opset 9) Scan; null where all is well. */
function bodyFault(node: Node, name: string, inputs: number, outputs: number): string | null {
  if (node.op === 'If') {
    if (inputs > 0) return `${name} must not have inputs, it has ${inputs}`;
    return outputs === node.outputs.length
      ? null
      : `${name} makes ${outputs} outputs, the node names ${node.outputs.length}`;
  }
  if (node.op === 'Loop') {
    const carried = Math.max(0, node.inputs.length - 2);
    if (inputs !== carried + 2)
      return `the body takes ${inputs} inputs, ${carried + 2} are given (iteration, condition, ${carried} carried)`;
    return outputs === node.outputs.length + 1 || outputs > node.outputs.length
      ? null
      : `the body makes ${outputs} outputs, ${node.outputs.length + 1} are needed`;
  }
  return null;
}
