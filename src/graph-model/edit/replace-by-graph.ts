/**
 * A piece of ONNX of the user's own takes the place of a node that has no ONNX form: it becomes a function of the source
 * model, which the node calls, and which a converter lays out in its result.
 */
import { edit, EditError, type Change } from '../core/draft.ts';
import { type FunctionDef, type Model, type NodeId, type ValueId } from '../core/model.ts';
import { Copier } from '../functions/copy.ts';

/** The domain of such functions. */
const DOMAIN = 'graphwright.replaced';
export const BY = 'replaced';

/**
 * The inputs of the piece are the node's, without constants, in their order; its outputs are the node's. Throws an
 * EditError where their numbers differ.
 */
export function replaceByGraph(model: Model, id: NodeId, piece: Model): Change {
  const node = model.nodes.at(id);
  const called = node.name || node.op;
  const given = node.inputs.filter((v): v is ValueId => v !== null && !model.values.at(v).constant);
  const main = piece.graphs.at(piece.main);
  const inputs = main.inputs.filter((v) => !piece.values.at(v).constant);
  refuseMisfit(called, inputs.length, given.length, main.outputs.length, node.outputs.length);
  return edit(model, `Replace ${called} by a function`, (draft) => {
    const graph = draft.newGraph(called);
    const copier = new Copier(sourceOf(piece), draft, { nodeName: (n) => n.name, valueName: (name) => name });
    const formal = inputs.map((v) => {
      const { name, type } = piece.values.at(v);
      const made = draft.newValue(graph, name, null, { type });
      copier.bind(v, made);
      return made;
    });
    copier.initializers(main, graph);
    for (const n of main.order) copier.node(n, graph);
    draft.setGraphInputs(graph, formal);
    draft.setGraphOutputs(
      graph,
      main.outputs.map((v) => copier.of(v)!),
    );
    const name = freeName(model, called.replace(/\W+/g, '_'));
    const def = { graph, domain: DOMAIN, name, overload: '', attributes: [], attributeDefaults: new Map() };
    draft.patchModel({ functions: [...model.functions, { ...def, opsets: piece.opsets } satisfies FunctionDef] });
    const origin = { dialect: node.domain, op: node.op, name: node.name, by: BY };
    draft.patchNode(id, { domain: DOMAIN, op: name, inputs: given, attributes: new Map(), origin });
  });
}

function refuseMisfit(called: string, inputs: number, given: number, outputs: number, wanted: number): void {
  if (inputs !== given)
    throw new EditError(`The replacement of ${called} takes ${inputs} inputs, and ${called} is given ${given}.`);
  if (outputs < wanted)
    throw new EditError(`The replacement of ${called} makes ${outputs} outputs, and ${wanted} are read.`);
}

function freeName(model: Model, wanted: string): string {
  const taken = new Set(model.functions.map((f) => f.name));
  let name = wanted;
  for (let n = 1; taken.has(name); n++) name = `${wanted}_${n}`;
  return name;
}

export function sourceOf(model: Model): ConstructorParameters<typeof Copier>[0] {
  return {
    node: (n) => model.nodes.at(n),
    value: (v) => model.values.at(v),
    graph: (g) => model.graphs.at(g),
  };
}
