/** Nodes of another model, or of a text, put into a graph. */
import { Draft, EditError, type Change } from '../core/draft.ts';
import type { GraphId, Model, NodeId, ValueId } from '../core/model.ts';
import { findValue } from '../core/traverse.ts';
import { Copier } from '../functions/copy.ts';
import { freeName } from './scope.ts';

export interface Pasted {
  readonly change: Change;
  readonly copies: readonly NodeId[];
}

/**
 * Copies the nodes of `fragment` into `graph`. What they read by a name that can be seen there is read from there; other
 * names become inputs of the main graph, and cannot be read in a body. Names that are taken are given anew.
 */
export function pasteNodes(model: Model, graph: GraphId, fragment: Model): Pasted {
  const source = fragment.graphs.at(fragment.main);
  if (source.order.length === 0) throw new EditError('The text holds no nodes.');
  const draft = new Draft(model);
  const names = new Set([...model.nodes.values()].map((n) => n.name));
  const values = new Set([...model.values.values()].map((v) => v.name));
  const copier = new Copier(
    {
      node: (id) => fragment.nodes.at(id),
      value: (id) => fragment.values.at(id),
      graph: (id) => fragment.graphs.at(id),
    },
    draft,
    {
      nodeName: (n) => {
        const name = n.name === '' ? '' : freeName(names, n.name);
        names.add(name);
        return name;
      },
      valueName: (name) => (values.has(name) ? '' : name),
    },
  );
  const held = new Set(source.initializers);
  const added: ValueId[] = [];
  for (const v of source.inputs) {
    if (held.has(v)) continue;
    const { name, type } = fragment.values.at(v);
    const here = findValue(model, name, graph);
    if (here === null && graph !== model.main)
      throw new EditError(`The text reads ${name}, which this body cannot see. Paste it into the main graph.`);
    const bound = here?.id ?? draft.newValue(graph, name, null, { type });
    if (here === null) added.push(bound);
    copier.bind(v, bound);
  }
  if (added.length > 0) draft.setGraphInputs(graph, [...draft.graphInputs(graph), ...added]);
  copier.initializers(source, graph);
  const copies = source.order.map((id) => copier.node(id, graph).id);
  const what = copies.length === 1 ? source.order.map((id) => fragment.nodes.at(id).op)[0]! : `${copies.length} nodes`;
  return { change: draft.commit(`Paste ${what}`), copies };
}
