/** Which graphs are on show: the one that is entered, and those drawn in place inside it. */
import type { GraphId, Model, NodeId } from '../../graph-model/core/model.ts';
import { insidesOf } from '../../graph-view/insides.ts';
import type { State } from './state.ts';

type Source = Pick<State, 'model' | 'scope' | 'expanded'>;

/** The expanded node that holds a graph; null where none does. */
function holderOf(model: Model, expanded: ReadonlySet<NodeId>, graph: GraphId): NodeId | null {
  const { parent } = model.graphs.at(graph);
  if (parent !== null) return expanded.has(parent) ? parent : null;
  for (const id of expanded) {
    const node = model.nodes.get(id);
    if (node && insidesOf(model, node).includes(graph)) return id;
  }
  return null;
}

/** The node in whose box, drawn in place, a node lies, or which is such a node itself; null where it lies in none. */
export function expandedAround({ model, expanded }: Source, id: NodeId): NodeId | null {
  const node = model?.nodes.get(id);
  if (!model || !node || expanded.size === 0) return null;
  return expanded.has(id) ? id : holderOf(model, expanded, node.graph);
}

export function isShown({ model, scope, expanded }: Source, graph: GraphId): boolean {
  const seen = new Set<GraphId>();
  for (let g = graph; g !== scope;) {
    const holder = model === null || seen.has(g) ? null : holderOf(model, expanded, g);
    if (holder === null) return false;
    seen.add(g);
    g = model!.nodes.at(holder).graph;
  }
  return true;
}
