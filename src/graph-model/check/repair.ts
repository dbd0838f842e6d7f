/** Repairs: what can be mended by an edit, offered with the problem and shown before it is applied. */
import { Draft, type Change } from '../core/draft.ts';
import { normalDomain, type Model, type ValueId } from '../core/model.ts';
import { sortNodes } from '../core/order.ts';
import type { Diagnostic, DiagnosticCode } from '../diagnostics.ts';
import { cutBefore, replaceByOperator } from '../edit/replace-node.ts';
import { orderView } from './graphs.ts';
import { defaultOpset, irNeeds } from './header.ts';
import { IR_FREE_INITIALIZERS, irForOpset } from './versions.ts';

export interface Repair {
  /** What the button says. */
  readonly label: string;
  make(model: Model, problem: Diagnostic): Change;
}

/** One row per problem that has a repair; each mends all problems of its kind. */
export const REPAIRS: Partial<Record<DiagnosticCode, Repair>> = {
  'check.unsorted': { label: 'Sort the nodes', make: (m) => edit(m, 'Sort the nodes', sortAll) },
  'check.no-opset': { label: 'Add the opset import', make: (m) => edit(m, 'Add the opset import', addOpset) },
  'check.opset-import-missing': {
    label: 'Add the missing imports',
    make: (m) => edit(m, 'Add missing opset imports', addImports),
  },
  'check.ir-missing': { label: 'Set the IR version', make: (m) => edit(m, 'Set the IR version', setIr) },
  'check.ir-low': { label: 'Raise the IR version', make: (m) => edit(m, 'Raise the IR version', setIr) },
  'check.initializer-not-input': {
    label: 'Raise the IR version to 4',
    make: (m) => edit(m, 'Raise the IR version', setIr),
  },
  'check.unused-initializer': { label: 'Remove them', make: (m) => edit(m, 'Remove unused initializers', dropUnused) },
  'check.duplicate-value': { label: 'Rename', make: (m) => edit(m, 'Rename duplicate values', renameDuplicates) },
  'check.duplicate-node-name': { label: 'Rename', make: (m) => edit(m, 'Rename duplicate nodes', renameNodes) },
  'check.shadowing': { label: 'Rename', make: (m) => edit(m, 'Rename hidden values', renameShadows) },
};

export function repairOf(problem: Diagnostic): Repair | null {
  return repairsOf(problem)[0] ?? null;
}

const UNSUPPORTED = /^(keras|tflite|tensorflow)\.unsupported(-layers)?$/;
/** For a node that has no ONNX form: what lies before it is converted, or the rest without it. */
const ABOUT_A_NODE: readonly Repair[] = [
  { label: 'Cut before it', make: (m, p) => cutBefore(m, p.node!) },
  {
    label: 'Pass its input on',
    make: (m, p) => replaceByOperator(m, p.node!, { domain: '', op: 'Identity', attributes: {} }),
  },
];

/** All that can be done about a problem, the likeliest first. */
export function repairsOf(problem: Diagnostic): readonly Repair[] {
  if (UNSUPPORTED.test(problem.code)) return problem.node === undefined ? [] : ABOUT_A_NODE;
  const known = REPAIRS[problem.code];
  return known ? [known] : [];
}

function edit(model: Model, text: string, make: (draft: Draft, model: Model) => void): Change {
  const draft = new Draft(model);
  make(draft, model);
  return draft.commit(text);
}

function sortAll(draft: Draft, model: Model): void {
  for (const graph of model.graphs.values()) {
    const order = sortNodes(orderView(model), graph);
    if (order) draft.setOrder(graph.id, order);
  }
}

function addOpset(draft: Draft, model: Model): void {
  draft.patchModel({ opsets: [{ domain: '', version: defaultOpset(model) }, ...model.opsets] });
}

function addImports(draft: Draft, model: Model): void {
  const have = new Set(model.opsets.map((o) => normalDomain(o.domain)));
  const opsets = [...model.opsets];
  for (const node of model.nodes.values()) {
    const domain = normalDomain(node.domain);
    if (have.has(domain)) continue;
    have.add(domain);
    opsets.push({ domain, version: domain === '' ? defaultOpset(model) : 1 });
  }
  draft.patchModel({ opsets });
}

function setIr(draft: Draft, model: Model): void {
  const opset = model.opsets.find((o) => normalDomain(o.domain) === '')?.version ?? 1;
  const needs = irNeeds(model).map((n) => n.want);
  const free = model.graphs.at(model.main).initializers.length > 0 ? IR_FREE_INITIALIZERS : 3;
  draft.patchModel({ irVersion: Math.max(...needs, free, model.irVersion ?? irForOpset(opset)) });
}

function dropUnused(draft: Draft, model: Model): void {
  for (const graph of model.graphs.values()) {
    const inputs = new Set(graph.inputs);
    for (const v of graph.initializers) if (draft.uses(v).length === 0 && !inputs.has(v)) draft.removeValue(v);
  }
}

/** Gives every later value of a name a new one; inputs and outputs of the main graph keep theirs. */
function renameDuplicates(draft: Draft, model: Model): void {
  const taken = new Set<string>([...model.values.values()].map((v) => v.name));
  const seen = new Set<string>();
  const keep = new Set<ValueId>([...model.graphs.at(model.main).inputs, ...model.graphs.at(model.main).outputs]);
  const values = [...model.values.values()].sort((a, b) => Number(keep.has(b.id)) - Number(keep.has(a.id)));
  for (const v of values) {
    if (v.name === '') continue;
    const key = `${v.graph} ${v.name}`;
    if (seen.has(key)) draft.patchValue(v.id, { name: freshName(v.name, taken) });
    seen.add(key);
  }
}

function renameShadows(draft: Draft, model: Model): void {
  const taken = new Set<string>([...model.values.values()].map((v) => v.name));
  for (const v of model.values.values()) {
    if (v.name === '' || v.graph === model.main || !hidden(model, v.id)) continue;
    draft.patchValue(v.id, { name: freshName(v.name, taken) });
  }
}

function hidden(model: Model, id: ValueId): boolean {
  const { name, graph } = model.values.at(id);
  let { parent } = model.graphs.at(graph);
  while (parent !== null) {
    const outer = model.nodes.at(parent).graph;
    for (const v of model.values.values()) if (v.graph === outer && v.name === name) return true;
    parent = model.graphs.at(outer).parent;
  }
  return false;
}

function renameNodes(draft: Draft, model: Model): void {
  for (const graph of model.graphs.values()) {
    const taken = new Set(graph.order.map((id) => model.nodes.at(id).name));
    const seen = new Set<string>();
    for (const id of graph.order) {
      const { name } = model.nodes.at(id);
      if (name && seen.has(name)) draft.patchNode(id, { name: freshName(name, taken) });
      seen.add(name);
    }
  }
}

/** `name_2`, `name_3` … the first that is free; it is taken from then on. */
export function freshName(name: string, taken: Set<string>): string {
  for (let i = 2; ; i++) {
    const candidate = `${name}_${i}`;
    if (taken.has(candidate)) continue;
    taken.add(candidate);
    return candidate;
  }
}
