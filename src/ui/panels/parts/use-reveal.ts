import type { NodeId, ValueId } from '../../../graph-model/core/model.ts';
import { isShown } from '../../store/shown.ts';
import { useStoreApi } from '../../store/store.ts';

/** Selects nodes, shows the graph that holds the first of them, and moves the canvas to them. */
export function useReveal(): (nodes: readonly NodeId[], value?: ValueId) => void {
  const store = useStoreApi();
  return (nodes, value) => {
    const { model, select, enter, ask } = store.getState();
    const there = nodes.filter((id) => model?.nodes.has(id));
    const first = there[0];
    if (first === undefined) {
      if (value !== undefined) select([], value);
      return;
    }
    const { graph } = model!.nodes.at(first);
    if (!isShown(store.getState(), graph)) enter(graph);
    if (value === undefined) select(there);
    else select([], value);
    ask({ kind: 'reveal', nodes: there });
  };
}
