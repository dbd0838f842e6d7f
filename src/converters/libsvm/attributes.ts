/** The arrays of a node of the dialect. */
import type { Node } from '../../graph-model/core/model.ts';
import { tensorAtHand, type Elements } from '../../graph-model/core/tensor.ts';

export function elementsOf(node: Node, name: string): Elements {
  const a = node.attributes.get(name);
  const dense = a?.kind === 'tensor' ? tensorAtHand(a.value) : null;
  if (!dense) throw new Error(`${node.op} has no ${name}`);
  return dense.values;
}

export function doublesOf(node: Node, name: string): Float64Array {
  return elementsOf(node, name) as Float64Array;
}
