/** Giving nodes and values another name. */
import { edit, EditError, label, type Change } from '../core/draft.ts';
import type { Model, NodeId, TrainingInfo, ValueId } from '../core/model.ts';
import { clash, valueLabel } from './scope.ts';

/** Node names are labels: any text will do, an empty one too, and two nodes may share one. */
export function renameNode(model: Model, id: NodeId, name: string): Change {
  const node = model.nodes.at(id);
  refuseControl(name);
  return edit(model, name ? `Rename ${label(node)} to ${name}` : `Take the name off ${label(node)}`, (d) => {
    if (name !== node.name) d.patchNode(id, { name });
  });
}

/**
 * Renames a value wherever it is read, graph inputs and outputs too. Throws {@link EditError} for an empty name and for one
 * that another value in reach has.
 */
export function renameValue(model: Model, id: ValueId, name: string): Change {
  const value = model.values.at(id);
  if (name === '')
    throw new EditError(`${valueLabel(model, value)} needs a name: an empty one means "left out" in ONNX.`);
  refuseControl(name);
  const other = name === value.name ? null : clash(model, value.graph, name);
  if (other) throw new EditError(`The name ${name} is taken by ${what(model, other.id)}: choose another.`);
  return edit(model, `Rename ${valueLabel(model, value)} to ${name}`, (d) => {
    if (name === value.name) return;
    d.patchValue(id, { name });
    // Training bindings name values of the main graph by text.
    if (value.graph === model.main && model.training.length > 0)
      d.patchModel({ training: model.training.map((t) => rebind(t, value.name, name)) });
  });
}

function rebind(training: TrainingInfo, from: string, to: string): TrainingInfo {
  const swap = (pairs: TrainingInfo['updateBinding']) =>
    pairs.map(([a, b]) => [a === from ? to : a, b === from ? to : b] as const);
  return {
    ...training,
    initializationBinding: swap(training.initializationBinding),
    updateBinding: swap(training.updateBinding),
  };
}

function what(model: Model, id: ValueId): string {
  const value = model.values.at(id);
  if (value.producer !== null) return `an output of ${label(model.nodes.at(value.producer))}`;
  if (model.graphs.at(value.graph).inputs.includes(id)) return 'a graph input';
  return value.constant || value.sparse ? 'an initializer' : 'another value';
}

/** Line ends and other control characters would break every text that shows the name. */
function refuseControl(name: string): void {
  if (/[\u0000-\u001f\u007f]/.test(name)) throw new EditError('A name cannot hold line ends or control characters.');
}
