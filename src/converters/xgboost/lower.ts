/** XGBoost's Booster to ONNX: a tree ensemble, or a product with the weights of a linear booster. */
import { lowerForestNode } from '../../graph-model/builders/forest-node.ts';
import { headOf } from '../../graph-model/builders/dialect-model.ts';
import type { Emitter } from '../../graph-model/builders/emitter.ts';
import { emitHead } from '../../graph-model/builders/heads.ts';
import type { Attribute } from '../../graph-model/core/attributes.ts';
import type { Node, ValueId } from '../../graph-model/core/model.ts';
import { tensorAtHand, type DenseTensor } from '../../graph-model/core/tensor.ts';

export function lowerBooster(e: Emitter, node: Node): ValueId[] {
  return node.attributes.has('weights') ? lowerLinear(e, node) : lowerForestNode(e, node);
}

/** A missing value adds nothing. */
function lowerLinear(e: Emitter, node: Node): ValueId[] {
  const weights = dense(node.attributes.get('weights'));
  const base = dense(node.attributes.get('base_margin'));
  const [rows, outputs] = [weights.dims[0]! - 1, weights.dims[1]!];
  const values = weights.values as Float32Array;
  const bias = Float32Array.from(base.values as Float32Array, (b, k) => b + values[rows * outputs + k]!);
  const x = node.inputs[0]!;
  const present = e.op('Where', [e.op('IsNaN', [x]), e.floats([0]), x]);
  const product = e.op('MatMul', [present, e.floats(values.subarray(0, rows * outputs), [rows, outputs])]);
  return emitHead(e, e.op('Add', [product, e.floats(bias, [1, outputs])]), outputs, headOf(node));
}

function dense(attribute: Attribute | undefined): DenseTensor {
  const read = attribute?.kind === 'tensor' ? tensorAtHand(attribute.value) : null;
  if (!read) throw new Error('The booster holds no weights');
  return read;
}
