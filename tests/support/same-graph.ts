/** Structural equality of models: what the outputs compute, whatever the names of values and the order of nodes. */
import type { Attribute } from '../../src/graph-model/core/attributes.ts';
import type { GraphId, Model, Node, ValueId } from '../../src/graph-model/core/model.ts';
import { normalDomain } from '../../src/graph-model/core/model.ts';
import { tensorAtHand, toNumbers, type Tensor } from '../../src/graph-model/core/tensor.ts';

/** The graph as one expression for each output: equal texts, equal computations. Constants are written by value. */
export function expressionsOf(model: Model, graph: GraphId = model.main): string[] {
  const g = model.graphs.at(graph);
  return g.outputs.map((v) => `${model.values.at(v).name} = ${expression(model, v, new Set(g.inputs))}`);
}

/** How many nodes the model has. */
export const nodeCount = (model: Model): number => model.nodes.size;

function expression(model: Model, id: ValueId, inputs: ReadonlySet<ValueId>): string {
  const value = model.values.at(id);
  if (value.constant && !inputs.has(id)) return tensorText(value.constant);
  if (value.producer === null) return value.name;
  const node = model.nodes.at(value.producer);
  const at = node.outputs.indexOf(id);
  const read = node.inputs.map((v) => (v === null ? '-' : expression(model, v, inputs)));
  return `${opText(model, node)}(${read.join(', ')})${at > 0 ? `#${at}` : ''}`;
}

function opText(model: Model, node: Node): string {
  const attributes = [...node.attributes].map(([name, a]) => `${name}=${attributeText(model, a)}`).sort();
  return `${normalDomain(node.domain)}${node.op}${attributes.length ? `<${attributes.join(', ')}>` : ''}`;
}

function attributeText(model: Model, a: Attribute): string {
  switch (a.kind) {
    case 'tensor':
      return tensorText(a.value);
    case 'ints':
    case 'floats':
      return `[${a.value.join()}]`;
    case 'graph':
      return `{${expressionsOf(model, a.value).join('; ')}}`;
    case 'reference':
      return `@${a.name}`;
    case 'undefined':
      return '';
    default:
      return String(a.value);
  }
}

function tensorText(tensor: Tensor): string {
  const dense = tensorAtHand(tensor)!;
  const list: (string | number)[] = Array.isArray(dense.values) ? dense.values : [...toNumbers(dense)];
  return `${tensor.dtype}[${tensor.dims.join()}]{${list.join()}}`;
}
