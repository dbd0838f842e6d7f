/** What the user put in the place of a node without an ONNX form: an operator as it is, or a piece of ONNX laid out. */
import { functionOf, type Model, type Node, type ValueId } from '../core/model.ts';
import { sourceOf } from '../edit/replace-by-graph.ts';
import { Copier } from '../functions/copy.ts';
import type { TypedEmitter } from './typed-emitter.ts';

/**
 * One value for each output of the node of `model`. What inference cannot tell of an operator that nobody knows is what the
 * source says of the output.
 */
export function emitReplaced(e: TypedEmitter, model: Model, node: Node, inputs: readonly ValueId[]): ValueId[] {
  const def = functionOf(model, node);
  const made = def
    ? laidOut(e, model, node, inputs)
    : e.ops(node.op, inputs, Object.fromEntries(node.attributes), node.outputs.length, node.domain);
  node.outputs.forEach((v, i) => {
    const declared = v === null ? null : model.values.at(v).type;
    if (declared && e.typeOf(made[i]!) === null) e.draft.patchValue(made[i]!, { type: declared });
  });
  return made;
}

function laidOut(e: TypedEmitter, model: Model, node: Node, inputs: readonly ValueId[]): ValueId[] {
  const def = functionOf(model, node)!;
  const { inputs: formal, order, outputs } = model.graphs.at(def.graph);
  const copier = new Copier(sourceOf(model), e.draft, {
    nodeName: (n) => e.freeName(`${node.name}/${n.name || n.op}`),
    valueName: (name) => e.freeName(`${node.name}/${name}`),
    origin: () => node.origin,
  });
  formal.forEach((v, i) => copier.bind(v, inputs[i] ?? null));
  copier.initializers(model.graphs.at(def.graph), e.draft.main);
  for (const id of order) copier.node(id, e.graph);
  for (const { domain, version } of def.opsets) e.imported(domain, version);
  return outputs.map((v) => copier.of(v)!);
}
