/** Element types that an older operator does not take: the work is done in a wider type that holds every element. */
import type { ValueId } from '../core/model.ts';
import type { DType } from '../core/types.ts';
import type { Schemas } from '../check/context.ts';
import { formalAt } from '../check/nodes.ts';
import type { OperatorSchema } from '../operators/operator.ts';
import { traitsOf } from '../operators/rows.ts';
import type { Step } from './step.ts';

/** Wider types that hold every element exactly, the shorter first. */
const WIDER: Partial<Readonly<Record<DType, readonly DType[]>>> = {
  float16: ['float', 'double'],
  bfloat16: ['float', 'double'],
  float: ['double'],
  int8: ['int16', 'int32', 'int64', 'float', 'double'],
  uint8: ['int16', 'int32', 'int64', 'uint32', 'uint64', 'float', 'double'],
  int16: ['int32', 'int64', 'float', 'double'],
  uint16: ['int32', 'int64', 'uint32', 'uint64', 'float', 'double'],
  int32: ['int64', 'double'],
  uint32: ['int64', 'uint64', 'double'],
  bool: ['uint8', 'int32', 'int64', 'float'],
};

/**
 * Operators whose result in the wider type, brought back, is the one in the type itself: comparisons and choices exactly,
 * sums and products of integers because casting back drops the same bits, roots and quotients of short floating-point
 * numbers because rounding twice is rounding once there.
 */
const SAFE = new Set(
  [
    ['Equal', 'Less', 'Greater', 'LessOrEqual', 'GreaterOrEqual', 'Where', 'Min', 'Max', 'Clip', 'Abs', 'Neg', 'Sign'],
    ['Add', 'Sub', 'Mul', 'Div', 'Sqrt', 'Reciprocal', 'Relu', 'PRelu', 'LeakyRelu', 'Floor', 'Ceil', 'Round', 'Mod'],
    ['ReduceMax', 'ReduceMin', 'ArgMax', 'ArgMin', 'TopK', 'OneHot', 'Unique', 'Compress', 'ReverseSequence', 'Range'],
    ['IsNaN', 'IsInf', 'NonZero', 'Trilu', 'MaxPool', 'CumSum', 'Sum', 'Mean', 'Pow'],
    ['Celu', 'Elu', 'Selu', 'Softplus', 'Softsign', 'HardSigmoid', 'ThresholdedRelu', 'Einsum', 'MatMul', 'Gemm'],
  ].flat(),
);

/** Rewrites the node with casts around it; false where that would change what it computes, or nothing wider is taken. */
export function widenNode(step: Step, there: OperatorSchema, schemas: Schemas): boolean {
  const { node } = step;
  const known = SAFE.has(node.op) || traitsOf('', node.op).includes('data-movement');
  if (!known || node.op === 'Cast' || node.op === 'CastLike') return false;
  const targets = new Map<string, { from: DType; to: DType }>();
  for (const [i, v] of node.inputs.entries()) {
    const constraint = formalAt(there.inputs, i)?.type;
    const from = v === null ? null : step.dtype(i);
    if (!constraint || from === null || targets.has(constraint) || takes(there, constraint, from)) continue;
    const to = WIDER[from]?.find((t) => takes(there, constraint, t) && canCast(schemas, step.opset, from, t));
    if (!to) return false;
    targets.set(constraint, { from, to });
  }
  if (targets.size === 0) return false;
  rewrite(step, there, targets);
  return true;
}

function rewrite(step: Step, there: OperatorSchema, targets: ReadonlyMap<string, { from: DType; to: DType }>): void {
  const { node } = step;
  const inputs = node.inputs.map((v, i) => {
    const target = targets.get(formalAt(there.inputs, i)?.type ?? '');
    return v === null || !target ? v : step.cast(v, target.to);
  });
  const made = step.addSeveral(node.op, inputs, Object.fromEntries(node.attributes), node.outputs.length);
  const results = node.outputs.map((v, i): ValueId | null => {
    if (v === null) return null;
    const target = targets.get(formalAt(there.outputs, i)?.type ?? '');
    return target ? step.cast(made[i]!, target.from) : made[i]!;
  });
  step.replaceAll(results);
}

const takes = (schema: OperatorSchema, constraint: string, dtype: DType): boolean =>
  (schema.constraints.get(constraint) ?? [constraint]).includes(`tensor(${dtype})`);

function canCast(schemas: Schemas, opset: number, from: DType, to: DType): boolean {
  const cast = schemas.schemaOf('', 'Cast', opset);
  if (!cast) return false;
  const [into, out] = [cast.inputs[0]!.type, cast.outputs[0]!.type];
  return [from, to].every((t) => takes(cast, into, t) && takes(cast, out, t));
}
