/** Changing what a node reads, putting a node on a value, and the types of graph inputs. */
import type { Attributes } from '../core/attributes.ts';
import { edit, EditError, label, type Change } from '../core/draft.ts';
import type { Model, NodeId, ValueId } from '../core/model.ts';
import { shapeLabel, tensorType, typeLabel, type Dim, type ValueType } from '../core/types.ts';
import { isVisible, valueLabel } from './scope.ts';

/** Input `index` of a node reads `value`; null leaves an optional input out. Throws {@link EditError} for a cycle. */
export function replaceInput(model: Model, id: NodeId, index: number, value: ValueId | null): Change {
  const node = model.nodes.at(id);
  if (index < 0 || index > node.inputs.length) throw new EditError(`${label(node)} has no input ${index}.`);
  if (value === null)
    return edit(model, `Leave out input ${index} of ${label(node)}`, (d) => d.setInput(id, index, null));
  const wanted = model.values.at(value);
  if (!isVisible(model, wanted, node.graph))
    throw new EditError(`${label(node)} cannot read ${valueLabel(model, wanted)}, which lives in another graph.`);
  return edit(model, `Connect ${valueLabel(model, wanted)} to ${label(node)}`, (d) => d.setInput(id, index, value));
}

/** Puts a node with one input and one output behind a value: the value's readers read the new node, graph outputs don't. */
export function insertAfter(model: Model, value: ValueId, op: string, attributes?: Attributes): Change {
  const target = model.values.at(value);
  const readers = (model.uses.get(value) ?? []).filter((use) => use.node !== null);
  if (readers.length === 0)
    throw new EditError(`No node reads ${valueLabel(model, target)}: there is nowhere to put ${op}.`);
  return edit(model, `Insert ${op} after ${valueLabel(model, target)}`, (d) => {
    const node = d.addNode(target.graph, { op, inputs: [value], ...(attributes ? { attributes } : {}) });
    for (const use of readers) d.setInput(use.node!, use.index, node.outputs[0]!);
  });
}

/** The type of a graph input. */
export function setInputType(model: Model, id: ValueId, type: ValueType): Change {
  const value = model.values.at(id);
  if (!model.graphs.at(value.graph).inputs.includes(id))
    throw new EditError(`${valueLabel(model, value)} is not an input: its type follows from what makes it.`);
  return edit(model, `Set ${valueLabel(model, value)} to ${typeLabel(type)}`, (d) => d.patchValue(id, { type }));
}

/** The dimensions of a graph input: numbers, names, or null for unknown. */
export function setInputDims(model: Model, id: ValueId, dims: readonly Dim[]): Change {
  const { type, name } = model.values.at(id);
  if (type !== null && type.kind !== 'tensor') throw new EditError(`${name} is not a tensor: it has no dimensions.`);
  for (const d of dims)
    if (typeof d === 'number' && (!Number.isSafeInteger(d) || d < 0))
      throw new EditError(`${d} cannot be a dimension: write a whole number, a name, or ? for unknown.`);
  const base = type ?? tensorType('float', null);
  const denotations = base.shape?.length === dims.length ? {} : { dimDenotations: undefined };
  const change = setInputType(model, id, { ...base, ...denotations, shape: dims });
  return { ...change, label: `Set ${name} to ${shapeLabel(dims)}` };
}

/** `1, 3, H, W`, `1×3×224×224`, `[N, 4]`, `?` for unknown; nothing at all is a scalar. Throws {@link EditError}. */
export function parseDims(text: string): Dim[] {
  const inner = text
    .trim()
    .replace(/^\[(.*)\]$/s, '$1')
    .trim();
  if (inner === '' || inner === 'scalar') return [];
  return inner.split(/\s*[,×]\s*|\s+/).map((part) => {
    if (part === '?' || part === '') return null;
    if (/^\d+$/.test(part)) return Number(part);
    if (/^-\d/.test(part)) throw new EditError(`${part} cannot be a dimension: write ? where the length is not known.`);
    return part;
  });
}
