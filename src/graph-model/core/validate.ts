/**
 * The laws of the tables themselves: every id that is named exists, uses are what a rebuild would give, bodies know their
 * parent. A broken law is a bug in Graphwright. (What ONNX asks of a model is the checker's job.)
 */
import { bodiesOf } from './attributes.ts';
import type { GraphId, Model, Use, ValueId } from './model.ts';

/** One sentence for each broken law; empty for a sound model. */
export function brokenLaws(model: Model): string[] {
  return [...nodeLaws(model), ...graphLaws(model), ...lawsOfUses(model)];
}

function* nodeLaws(model: Model): IterableIterator<string> {
  for (const [id, node] of model.nodes.entries()) {
    if (node.id !== id) yield `node ${id} says its id is ${node.id}`;
    if (!model.graphs.has(node.graph)) yield `node ${id} is in graph ${node.graph}, which does not exist`;
    else if (!model.graphs.at(node.graph).order.includes(id)) yield `node ${id} is not in the order of its graph`;
    for (const v of node.inputs)
      if (v !== null && !model.values.has(v)) yield `node ${id} reads value ${v}, which does not exist`;
    for (const v of node.outputs) {
      if (v !== null && model.values.get(v)?.producer !== id)
        yield `value ${v} does not name node ${id} as its producer`;
    }
    for (const g of bodiesOf(node))
      if (model.graphs.get(g)?.parent !== id) yield `body ${g} does not name node ${id} as its parent`;
  }
  for (const [id, value] of model.values.entries()) {
    if (value.producer !== null && !model.nodes.get(value.producer)?.outputs.includes(id))
      yield `value ${id} is not an output of its producer`;
    if (!model.graphs.has(value.graph)) yield `value ${id} is in graph ${value.graph}, which does not exist`;
  }
}

function* graphLaws(model: Model): IterableIterator<string> {
  for (const [id, graph] of model.graphs.entries()) {
    for (const n of graph.order)
      if (model.nodes.get(n)?.graph !== id) yield `graph ${id} orders node ${n}, which is not its own`;
    if (new Set(graph.order).size !== graph.order.length) yield `graph ${id} orders a node twice`;
    const named = [
      ...graph.inputs,
      ...graph.outputs,
      ...graph.initializers,
      ...graph.sparseInitializers,
      ...graph.valueInfo,
    ];
    for (const v of named) if (!model.values.has(v)) yield `graph ${id} names value ${v}, which does not exist`;
    if (graph.parent !== null && !model.nodes.has(graph.parent))
      yield `graph ${id} has parent ${graph.parent}, which does not exist`;
  }
  for (const f of model.functions) if (!model.graphs.has(f.graph)) yield `function ${f.name} has no graph`;
}

/** The uses table made anew from nodes and graph outputs. */
export function rebuildUses(model: Model): Map<ValueId, Use[]> {
  const uses = new Map<ValueId, Use[]>();
  const note = (value: ValueId | null, use: Use) => {
    if (value === null) return;
    const list = uses.get(value);
    if (list) list.push(use);
    else uses.set(value, [use]);
  };
  for (const node of model.nodes.values())
    node.inputs.forEach((v, index) => note(v, { node: node.id, graph: node.graph, index }));
  for (const g of model.graphs.values()) g.outputs.forEach((v, index) => note(v, { node: null, graph: g.id, index }));
  return uses;
}

function* lawsOfUses(model: Model): IterableIterator<string> {
  const rebuilt = rebuildUses(model);
  const key = (u: Use) => `${u.node ?? 'out'}@${u.graph as GraphId}#${u.index}`;
  const sorted = (list: readonly Use[]) => list.map(key).sort().join(' ');
  for (const id of new Set([...rebuilt.keys(), ...model.uses.keys()])) {
    const want = sorted(rebuilt.get(id) ?? []);
    const have = sorted(model.uses.get(id) ?? []);
    if (want !== have) yield `uses of value ${id} are [${have}], rebuilt [${want}]`;
  }
}
