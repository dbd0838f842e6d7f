/** A node that the user put in the place of one without an ONNX form, written as it is. */
import type { Model, Node, ValueId } from '../core/model.ts';
import type { ValueType } from '../core/types.ts';
import type { TypedEmitter } from './typed-emitter.ts';

/**
 * One value for each output of the node. Where inference does not know the operator, the values are of the types that the
 * source declares (`types`), so that what reads them can be converted.
 */
export function emitReplaced(
  e: TypedEmitter,
  node: Node,
  inputs: readonly ValueId[],
  types: readonly (ValueType | null)[],
): ValueId[] {
  const made = e.ops(node.op, inputs, Object.fromEntries(node.attributes), node.outputs.length, node.domain);
  made.forEach((v, i) => {
    const type = types[i] ?? null;
    if (type !== null && e.typeOf(v) === null) e.draft.declare(v, type);
  });
  return made;
}

/** What the source says of the results of a node. */
export const typesOfOutputs = (model: Model, node: Node): (ValueType | null)[] =>
  node.outputs.map((v) => (v === null ? null : model.values.at(v).type));
