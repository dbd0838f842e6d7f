/** Composite operators said with simpler ones, within the opset that they are in. */
import type { Draft } from '../core/draft.ts';
import { functionOf, normalDomain, opsetsOf, opsetVersion, type Model, type Node } from '../core/model.ts';
import { nodesWithin } from '../core/traverse.ts';
import type { Schemas } from '../check/context.ts';
import { DOWN } from '../opset/down.ts';
import { EXPAND } from '../opset/expand.ts';
import { Step } from '../opset/step.ts';
import { UP } from '../opset/up.ts';
import type { OperatorSchema, TypeTable } from '../operators/operator.ts';
import { replaceByBody, standardBody, type StandardBody } from './standard.ts';

/** Operators that runtimes have as one kernel everywhere: they are expanded only where they are asked for by name. */
const ELEMENTARY = new Set(
  [
    ['Clip', 'Elu', 'HardSigmoid', 'LeakyRelu', 'PRelu', 'Range', 'Relu', 'Selu', 'Softplus', 'Softsign', 'CastLike'],
    ['ConstantOfShape', 'Trilu', 'GreaterOrEqual', 'LessOrEqual', 'ThresholdedRelu', 'Bernoulli', 'Shrink'],
    ['GridSample', 'Col2Im', 'TensorScatter', 'CenterCropPad'],
    ['ReduceL1', 'ReduceL2', 'ReduceLogSum', 'ReduceLogSumExp', 'ReduceSumSquare'],
  ].flat(),
);

/** True for an operator that {@link expandNode} takes apart unasked. */
export const isComposite = (op: string): boolean => !ELEMENTARY.has(op);

/** Every node of the standard's own domain for which there is a way to say it with others, outer before inner. */
export function expandable(model: Model, schemas: Schemas): Node[] {
  const roots = [model.main, ...model.functions.map((f) => f.graph)];
  const found: Node[] = [];
  for (const root of roots)
    for (const node of nodesWithin(model, root)) {
      const opset = opsetVersion(opsetsOf(model, node.graph), '');
      if (opset === null || normalDomain(node.domain) !== '' || functionOf(model, node)) continue;
      const schema = schemas.schemaOf('', node.op, opset);
      if (schema && (adapterOf(node.op, opset) || standardBody(schema))) found.push(node);
    }
  return found;
}

/** Takes one node apart; a sentence part says why it cannot be. */
export function expandNode(draft: Draft, node: Node, opset: number, schemas: Schemas, types: TypeTable): string | null {
  const schema = schemas.schemaOf('', node.op, opset);
  const adapter = adapterOf(node.op, opset);
  if (adapter) return adapter(new Step(draft, node.id, types, opset)) ?? null;
  const body = schema && standardBody(schema);
  if (!schema || !body) return 'it is not defined by other operators';
  const foreign = foreignOperator(body, opset, schemas);
  if (foreign)
    return `its definition is in the words of opset ${body.opset}, where ${foreign} is another than at ${opset}`;
  replaceByBody(draft, node.id, body, schema);
  return null;
}

/** The newest way to say an operator with others; those that say it only in part (`Attention@24`) follow the first. */
function adapterOf(op: string, opset: number): ((s: Step) => string | void) | null {
  if (op === 'Attention') return EXPAND['Attention@23']!;
  for (let v = opset; v > 0; v--) if (Object.hasOwn(EXPAND, `${op}@${v}`)) return EXPAND[`${op}@${v}`]!;
  return null;
}

/** An operator of a body that means something else at `opset`, or is not there. */
function foreignOperator(body: StandardBody, opset: number, schemas: Schemas): string | null {
  for (const { op } of nodesWithin(body.model, body.def.graph)) {
    const [here, there] = [schemas.schemaOf('', op, opset), schemas.schemaOf('', op, body.opset)];
    if (here?.since === there?.since) continue;
    if (here === null || adaptedBetween(op, body.opset, opset, here, there)) return op;
  }
  return null;
}

function adaptedBetween(op: string, from: number, to: number, here: OperatorSchema, there: OperatorSchema | null) {
  if (there === null || here.maxInputs < there.minInputs) return true;
  for (let v = from + 1; v <= to; v++) if (Object.hasOwn(UP, `${op}@${v}`)) return true;
  for (let v = to + 1; v <= from; v++) if (Object.hasOwn(DOWN, `${op}@${v}`)) return true;
  return false;
}
