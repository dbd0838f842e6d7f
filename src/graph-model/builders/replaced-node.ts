/** A node that the user put in the place of one without an ONNX form, written as it is. */
import type { Node, ValueId } from '../core/model.ts';
import type { TypedEmitter } from './typed-emitter.ts';

/** One value for each output of the node. */
export function emitReplaced(e: TypedEmitter, node: Node, inputs: readonly ValueId[]): ValueId[] {
  return e.ops(node.op, inputs, Object.fromEntries(node.attributes), node.outputs.length, node.domain);
}
