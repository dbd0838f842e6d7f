/** Versions and imports of the model and its functions. */
import { label } from '../core/draft.ts';
import {
  functionOf,
  normalDomain,
  opsetsOf,
  opsetVersion,
  type Model,
  type Node,
  type OpsetImport,
} from '../core/model.ts';
import type { DType, ValueType } from '../core/types.ts';
import { nodesWithin } from '../core/traverse.ts';
import { diagnostic } from '../diagnostics.ts';
import type { CheckContext } from './context.ts';
import { IR_FREE_INITIALIZERS, IR_FUNCTIONS, irForDType, irForOpset, NEWEST_IR, NEWEST_OPSET } from './versions.ts';

export function checkHeader(c: CheckContext): void {
  checkIr(c);
  checkImports(c);
  checkFunctions(c);
  checkFunctionNames(c);
}

/** The opset that the model's IR version came with: the default when no import is there. */
export function defaultOpset(model: Model): number {
  const ir = model.irVersion ?? NEWEST_IR;
  let best = 1;
  for (let opset = 1; opset <= NEWEST_OPSET; opset++) if (irForOpset(opset) <= ir) best = opset;
  return best;
}

function checkIr(c: CheckContext): void {
  const { model } = c;
  const ir = model.irVersion;
  const needs = irNeeds(model);
  const most = needs.reduce((a, b) => (b.want > a.want ? b : a));
  if (ir === null || ir < 1) c.add(diagnostic('check.ir-missing', { want: most.want }));
  else if (ir > NEWEST_IR) c.add(diagnostic('check.ir-unknown', { ir, newest: NEWEST_IR }));
  else for (const { what, want } of needs) if (ir < want) c.add(diagnostic('check.ir-low', { ir, what, want }));
  if (ir !== null && ir < IR_FREE_INITIALIZERS) checkOldInitializers(c, ir);
}

/** What in the model asks for which IR version. */
export function irNeeds(model: Model): { what: string; want: number }[] {
  const needs = [{ what: 'any model', want: 3 }];
  const dtypes = new Set<DType>();
  for (const v of model.values.values()) {
    if (v.constant) dtypes.add(v.constant.dtype);
    if (v.type) collectDTypes(v.type, dtypes);
  }
  for (const dtype of dtypes) if (irForDType(dtype) > 3) needs.push({ what: dtype, want: irForDType(dtype) });
  if (model.functions.length > 0) needs.push({ what: 'a model-local function', want: IR_FUNCTIONS });
  return needs;
}

function collectDTypes(type: ValueType, into: Set<DType>): void {
  if (type.kind === 'tensor' || type.kind === 'sparse_tensor') into.add(type.dtype);
  else if (type.kind === 'sequence' || type.kind === 'optional') type.element && collectDTypes(type.element, into);
  else if (type.kind === 'map' && type.value) collectDTypes(type.value, into);
}

function checkOldInitializers(c: CheckContext, ir: number): void {
  const main = c.model.graphs.at(c.model.main);
  const inputs = new Set(main.inputs);
  const free = main.initializers.filter((v) => !inputs.has(v));
  if (free.length === 0) return;
  const value = c.model.values.at(free[0]!).name;
  c.add(diagnostic('check.initializer-not-input', { ir, count: free.length, value }, { value: free[0]! }));
}

function checkImports(c: CheckContext): void {
  const { model } = c;
  const uses = domainsUsed(model);
  for (const [domain, { node, count }] of uses) {
    if (opsetVersion(model.opsets, domain) !== null) continue;
    if (domain === '') c.add(diagnostic('check.no-opset', { want: defaultOpset(model) }));
    else c.add(diagnostic('check.opset-import-missing', { domain, count, node: label(node) }, { node: node.id }));
  }
  if (!uses.has('') && model.opsets.length === 0) c.add(diagnostic('check.no-opset', { want: defaultOpset(model) }));
  for (const o of model.opsets) checkVersion(c, o);
}

function checkVersion(c: CheckContext, o: OpsetImport): void {
  if (normalDomain(o.domain) !== '' || o.version <= NEWEST_OPSET) return;
  c.add(diagnostic('check.opset-unknown', { version: o.version, domain: 'ai.onnx', newest: NEWEST_OPSET }));
}

/** Domains of nodes outside functions, with the first node of each; '' is ONNX's own. */
function domainsUsed(model: Model): Map<string, { node: Node; count: number }> {
  const out = new Map<string, { node: Node; count: number }>();
  for (const node of nodesWithin(model, model.main)) {
    const domain = normalDomain(node.domain);
    const seen = out.get(domain);
    if (seen) seen.count++;
    else out.set(domain, { node, count: 1 });
  }
  return out;
}

function checkFunctions(c: CheckContext): void {
  const { model } = c;
  for (const f of model.functions) {
    const imports = opsetsOf(model, f.graph);
    const missing = new Set<string>();
    for (const node of nodesWithin(model, f.graph)) {
      const domain = normalDomain(node.domain);
      if (opsetVersion(imports, domain) === null) missing.add(domain);
      if (reaches(model, node, f.graph))
        c.add(diagnostic('check.function-recursive', { function: f.name, node: label(node) }, { node: node.id }));
    }
    for (const domain of missing)
      c.add(diagnostic('check.function-opset', { function: f.name, domain: domain || 'ai.onnx' }));
  }
}

function checkFunctionNames(c: CheckContext): void {
  const counts = new Map<string, number>();
  for (const { domain, name, overload } of c.model.functions) {
    const title = [normalDomain(domain), name, overload].filter(Boolean).join('.');
    counts.set(title, (counts.get(title) ?? 0) + 1);
  }
  for (const [title, count] of counts)
    if (count > 1) c.add(diagnostic('check.function-twice', { count, function: title }));
}

/** True when calling `node` leads back to the body `target`. */
function reaches(model: Model, node: Node, target: number, seen = new Set<number>()): boolean {
  const f = functionOf(model, node);
  if (!f || seen.has(f.graph)) return false;
  if (f.graph === target) return true;
  seen.add(f.graph);
  for (const inner of nodesWithin(model, f.graph)) if (reaches(model, inner, target, seen)) return true;
  return false;
}
