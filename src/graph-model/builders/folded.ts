/** What nodes over constants come to, worked out once at conversion: weights that a graph turns and scales stay weights. */
import type { TypedEmitter } from './typed-emitter.ts';
import type { ValueId } from '../core/model.ts';
import type { DenseTensor, Tensor } from '../core/tensor.ts';
import { foldNode, hasFold } from '../operators/fold/fold.ts';

const DEEPEST = 16;

/** null: a node on the way is not worked out here. */
export function folded(
  e: TypedEmitter,
  value: ValueId,
  elementsOf: (tensor: Tensor) => DenseTensor,
  depth = DEEPEST,
): DenseTensor | null {
  const { constant } = e.draft.value(value);
  if (constant) return elementsOf(constant);
  const node = e.draft.producer(value);
  if (!node || depth === 0 || !hasFold(node.domain, node.op)) return null;
  const inputs = node.inputs.map((v) => (v === null ? null : folded(e, v, elementsOf, depth - 1)));
  if (node.inputs.some((v, i) => v !== null && inputs[i] === null)) return null;
  return foldNode(node, inputs, e.opset)?.[node.outputs.indexOf(value)] ?? null;
}
