/**
 * Opset conversion: one version at a time, each node by its adapter or, where there is none, by comparing the two
 * signatures. All or nothing: what cannot be said at the target is a diagnostic and the model is left as it was.
 */
import { attribute, type Attribute } from '../core/attributes.ts';
import { Draft, label, type Change } from '../core/draft.ts';
import {
  functionOf,
  normalDomain,
  opsetVersion,
  type GraphId,
  type Model,
  type Node,
  type OpsetImport,
} from '../core/model.ts';
import { typeString } from '../core/types.ts';
import { bodiesOf } from '../core/attributes.ts';
import { diagnostic, type Diagnostic } from '../diagnostics.ts';
import type { Schemas } from '../check/context.ts';
import { formalAt } from '../check/nodes.ts';
import { irForOpset, NEWEST_OPSET } from '../check/versions.ts';
import type { OperatorSchema, TypeTable } from '../operators/operator.ts';
import { replaceByBody, standardBody } from '../functions/standard.ts';
import { DOWN } from './down.ts';
import { Step } from './step.ts';
import { UP } from './up.ts';
import { widenNode } from './widen.ts';

export const LEAST_OPSET = 7;

export interface OpsetContext {
  readonly schemas: Schemas;
  /** Types of a draft as edited so far; asked anew after every version in which something was rewritten. */
  types(draft: Draft): TypeTable;
}

export type OpsetResult =
  | { readonly change: Change; readonly problems: readonly [] }
  | { readonly change: null; readonly problems: readonly Diagnostic[] };

/** Converts ONNX's own operators to `target` (7 to the newest); other domains stay as they are. */
export function convertOpset(model: Model, target: number, context: OpsetContext): OpsetResult {
  if (!Number.isInteger(target) || target < LEAST_OPSET || target > NEWEST_OPSET) {
    return {
      change: null,
      problems: [diagnostic('opset.range', { opset: target, least: LEAST_OPSET, most: NEWEST_OPSET })],
    };
  }
  const problems: Diagnostic[] = [];
  let current = model;
  const roots = [{ graph: model.main, from: opsetVersion(model.opsets, '') }];
  for (const f of model.functions) roots.push({ graph: f.graph, from: opsetVersion(f.opsets, '') });
  for (const { graph, from } of roots) {
    if (from === null || from === target) continue;
    const way = Math.sign(target - from);
    for (let version = from; version !== target && problems.length === 0; version += way) {
      if (way < 0) current = expandGraph(current, graph, version, context.schemas);
      current = stepGraph(current, graph, version, version + way, context, problems);
    }
  }
  if (problems.length > 0) return { change: null, problems };
  const draft = new Draft(current);
  setVersions(draft, current, target);
  const { after } = draft.commit('');
  const touched = new Set(
    [...current.nodes.keys(), ...model.nodes.keys()].filter((id) => model.nodes.get(id) !== after.nodes.get(id)),
  );
  return { change: { label: `Convert to opset ${target}`, before: model, after, touched }, problems: [] };
}

/** All nodes of a graph and its bodies, one version on. */
function stepGraph(
  model: Model,
  root: GraphId,
  from: number,
  to: number,
  context: OpsetContext,
  problems: Diagnostic[],
): Model {
  const changed = [...nodesOf(model, root)].filter((node) => needsStep(model, node, from, to, context.schemas));
  if (changed.length === 0) return model;
  const draft = new Draft(model);
  const types = context.types(draft);
  for (const node of changed) {
    const problem = stepNode(new Step(draft, node.id, types, to), from, to, context.schemas, types);
    if (problem) problems.push(problem);
  }
  return problems.length > 0 ? model : draft.commit(`Opset ${to}`).after;
}

/** Operators that the opset before does not have and that no adapter knows become the functions that define them. */
function expandGraph(model: Model, root: GraphId, version: number, schemas: Schemas): Model {
  const draft = new Draft(model);
  let count = 0;
  for (const node of [...nodesOf(model, root)]) {
    if (!needsStep(model, node, version, version - 1, schemas) || DOWN[`${node.op}@${version}`]) continue;
    const schema = schemas.schemaOf('', node.op, version)!;
    if (schemas.schemaOf('', node.op, version - 1) !== null) continue;
    const body = standardBody(schema);
    if (body === null || body.opset !== version) continue;
    replaceByBody(draft, node.id, body, schema);
    count++;
  }
  return count === 0 ? model : draft.commit('Expand').after;
}

function* nodesOf(model: Model, graph: GraphId): IterableIterator<Node> {
  for (const id of model.graphs.at(graph).order) {
    const node = model.nodes.at(id);
    yield node;
    for (const body of bodiesOf(node)) yield* nodesOf(model, body);
  }
}

function needsStep(model: Model, node: Node, from: number, to: number, schemas: Schemas): boolean {
  if (normalDomain(node.domain) !== '' || functionOf(model, node)) return false;
  const [a, b] = [schemas.schemaOf('', node.op, from), schemas.schemaOf('', node.op, to)];
  return a !== null && (b === null || a.since !== b.since || b.deprecated);
}

function stepNode(step: Step, from: number, to: number, schemas: Schemas, types: TypeTable): Diagnostic | null {
  const { node } = step;
  const here = schemas.schemaOf('', node.op, from)!;
  const there = schemas.schemaOf('', node.op, to);
  const adapter = to > from ? UP[`${node.op}@${to}`] : DOWN[`${node.op}@${from}`];
  const place = { node: node.id };
  if (adapter) {
    const reason = adapter(step);
    if (reason) return diagnostic('opset.refused', { node: label(node), op: node.op, opset: to, reason }, place);
  } else if (there === null || (there.deprecated && to > from)) {
    return diagnostic('opset.operator', { node: label(node), op: node.op, opset: to, since: here.since }, place);
  }
  if (!step.draft.hasNode(node.id)) return null;
  const now = step.node;
  const target = schemas.schemaOf('', now.op, to);
  if (!target)
    return diagnostic('opset.operator', { node: label(node), op: now.op, opset: to, since: here.since }, place);
  return (
    fitAttributes(step, here, target, to) ??
    fitInputs(step, target, to, here) ??
    fitTypes(step, target, to, types, schemas)
  );
}

/** Defaults that changed are written out; attributes at their default that the target lacks are dropped. */
function fitAttributes(step: Step, here: OperatorSchema, there: OperatorSchema, opset: number): Diagnostic | null {
  const changes: Record<string, Attribute | undefined> = {};
  for (const [name, formal] of here.attributes) {
    const target = there.attributes.get(name);
    const set = step.node.attributes.get(name);
    if (target && !set && formal.default && target.default && !sameAttribute(formal.default, target.default))
      changes[name] = attribute(formal.default);
    if (target || !set) continue;
    if (!formal.default || !sameAttribute(set, formal.default)) {
      const params = { node: step.title, attribute: name, value: sayAttribute(set), opset, since: here.since };
      return diagnostic('opset.attribute', params, { node: step.id });
    }
    changes[name] = undefined;
  }
  if (Object.keys(changes).length > 0) step.set(changes);
  return null;
}

function fitInputs(step: Step, there: OperatorSchema, opset: number, here: OperatorSchema): Diagnostic | null {
  const inputs = step.node.inputs;
  for (let i = there.maxInputs; i < inputs.length; i++) {
    if (inputs[i] === null) continue;
    const input = formalAt(here.inputs, i)?.name ?? String(i);
    return diagnostic(
      'opset.input',
      { node: step.title, op: step.node.op, opset, input, since: here.since },
      { node: step.id },
    );
  }
  return null;
}

/** Types that the target does not take are widened around the node where that keeps what it computes. */
function fitTypes(
  step: Step,
  there: OperatorSchema,
  opset: number,
  types: TypeTable,
  schemas: Schemas,
): Diagnostic | null {
  const { node } = step;
  for (const [i, v] of node.inputs.entries()) {
    const formal = formalAt(there.inputs, i);
    const type = v !== null && step.draft.base.values.has(v) ? types.typeOf(v) : null;
    if (!formal || !type || (type.kind === 'tensor' && type.dtype === 'undefined')) continue;
    const allowed = there.constraints.get(formal.type) ?? [formal.type];
    if (allowed.includes(typeString(type))) continue;
    if (widenNode(step, there, schemas)) return null;
    return diagnostic(
      'opset.type',
      { node: step.title, op: node.op, opset, type: typeString(type) },
      { node: node.id },
    );
  }
  return null;
}

function setVersions(draft: Draft, model: Model, target: number): void {
  const moved = (opsets: readonly OpsetImport[]) =>
    opsets.map((o) => (normalDomain(o.domain) === '' ? { ...o, version: target } : o));
  const irVersion = Math.max(model.irVersion ?? 0, irForOpset(target));
  draft.patchModel({
    opsets: moved(model.opsets),
    functions: model.functions.map((f) => ({ ...f, opsets: moved(f.opsets) })),
    irVersion,
  });
}

function sameAttribute(a: Attribute, b: Attribute): boolean {
  return a.kind === b.kind && sayAttribute(a) === sayAttribute(b);
}

function sayAttribute(a: Attribute): string {
  if (a.kind === 'ints' || a.kind === 'floats' || a.kind === 'strings')
    return `[${Array.from<unknown>(a.value).join(', ')}]`;
  return 'value' in a ? String(a.value) : a.kind;
}
