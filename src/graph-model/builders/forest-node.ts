/** The lowering of any dialect's node that holds a forest and a head: LightGBM, XGBoost, CatBoost. */
import type { Node, ValueId } from '../core/model.ts';
import type { Emitter } from './emitter.ts';
import { headOf } from './dialect-model.ts';
import { forestOf } from './forest-attributes.ts';
import { lowerForest } from './forest-lower.ts';
import { emitHead } from './heads.ts';

/** @param x the matrix [N, columns] that the trees read: the node's first input where it is not given */
export function lowerForestNode(e: Emitter, node: Node, x: ValueId = node.inputs[0]!): ValueId[] {
  const forest = forestOf(node);
  if (!forest) throw new Error(`${node.op} holds no trees`);
  return emitHead(e, lowerForest(e, forest, x), forest.outputs, headOf(node));
}
