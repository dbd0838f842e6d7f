/** XGBoost's Booster to ONNX: a tree ensemble, or a product with the weights of a linear booster. */
import { forestOf } from '../../graph-model/builders/forest-attributes.ts';
import { lowerForest } from '../../graph-model/builders/forest-lower.ts';
import { headOf } from '../../graph-model/builders/dialect-model.ts';
import type { Emitter } from '../../graph-model/builders/emitter.ts';
import { emitHead } from '../../graph-model/builders/heads.ts';
import type { Attribute } from '../../graph-model/core/attributes.ts';
import type { Node, ValueId } from '../../graph-model/core/model.ts';
import { tensorAtHand, type DenseTensor } from '../../graph-model/core/tensor.ts';

export function lowerBooster(e: Emitter, node: Node): ValueId[] {
  const scores = boosterScores(e, node, node.inputs[0]!);
  return emitHead(e, scores, outputsOf(node), headOf(node));
}

/** [N, outputs] of `x` [N, columns], float32, before the link. */
export function boosterScores(e: Emitter, node: Node, x: ValueId): ValueId {
  const missing = node.attributes.get('missing');
  const seen =
    missing?.kind === 'float' ? e.op('Where', [e.op('Equal', [x, e.floats([missing.value])]), e.floats([NaN]), x]) : x;
  const forest = forestOf(node);
  return forest ? lowerForest(e, forest, seen) : linearScores(e, node, seen);
}

export const outputsOf = (node: Node) => forestOf(node)?.outputs ?? weightsOf(node).dims[1]!;
const weightsOf = (node: Node) => dense(node.attributes.get('weights'));

/** A missing value adds nothing. */
function linearScores(e: Emitter, node: Node, x: ValueId): ValueId {
  const weights = weightsOf(node);
  const base = dense(node.attributes.get('base_margin'));
  const [rows, outputs] = [weights.dims[0]! - 1, weights.dims[1]!];
  const values = weights.values as Float32Array;
  const bias = Float32Array.from(base.values as Float32Array, (b, k) => b + values[rows * outputs + k]!);
  const present = e.op('Where', [e.op('IsNaN', [x]), e.floats([0]), x]);
  const product = e.op('MatMul', [present, e.floats(values.subarray(0, rows * outputs), [rows, outputs])]);
  return e.op('Add', [product, e.floats(bias, [1, outputs])]);
}

function dense(attribute: Attribute | undefined): DenseTensor {
  const read = attribute?.kind === 'tensor' ? tensorAtHand(attribute.value) : null;
  if (!read) throw new Error('The booster holds no weights');
  return read;
}
