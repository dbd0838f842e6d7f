/** Finds a node that needs its own result. */
import type { Graph, Node, NodeId } from '../../graph-model/core/model.ts';
import { dependencies, type OrderView } from '../../graph-model/core/order.ts';

/** A node of a cycle of `graph`, or null where there is none. */
export function findCycle(view: OrderView, graph: Graph): Node | null {
  const done = new Set<NodeId>();
  const open = new Set<NodeId>();
  const enter = (id: NodeId) => {
    open.add(id);
    return { id, wants: dependencies(view, view.node(id), graph.id) };
  };
  for (const root of graph.order) {
    const stack = done.has(root) ? [] : [enter(root)];
    while (stack.length > 0) {
      const top = stack[stack.length - 1]!;
      const next = top.wants.next();
      if (next.done) {
        open.delete(top.id);
        done.add(top.id);
        stack.pop();
      } else if (open.has(next.value)) return view.node(next.value);
      else if (!done.has(next.value)) stack.push(enter(next.value));
    }
  }
  return null;
}
