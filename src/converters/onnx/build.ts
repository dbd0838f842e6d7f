/** Records in the making: plain arrays while a file is read, tables at the end. */
import type { Graph, GraphId, Node, NodeId, Use, Value, ValueId } from '../../graph-model/core/model.ts';
import type { OrderView } from '../../graph-model/core/order.ts';
import { Table } from '../../graph-model/core/table.ts';

/** A value whose fields are still being found. */
export type OpenValue = { -readonly [K in keyof Value]: Value[K] };

export class Builder implements OrderView {
  readonly graphs: Graph[] = [];
  readonly nodes: Node[] = [];
  readonly values: OpenValue[] = [];
  readonly uses: (Use[] | undefined)[] = [];
  /** Where each value's declaration lies in the file: [begin, end), -1 where it has none. */
  readonly declared: [number, number][] = [];
  private nextGraph = 0;
  private nextNode = 0;

  reserveGraph(): GraphId {
    return this.nextGraph++ as GraphId;
  }

  reserveNode(): NodeId {
    return this.nextNode++ as NodeId;
  }

  addValue(graph: GraphId, name: string, producer: NodeId | null): ValueId {
    const id = this.values.length as ValueId;
    this.values.push({ id, graph, name, type: null, producer });
    return id;
  }

  use(value: ValueId, use: Use): void {
    const list = this.uses[value];
    if (list) list.push(use);
    else this.uses[value] = [use];
  }

  node(id: NodeId): Node {
    return this.nodes[id]!;
  }

  value(id: ValueId): Value {
    return this.values[id]!;
  }

  graph(id: GraphId): Graph {
    return this.graphs[id]!;
  }

  tables() {
    return {
      graphs: tableOf<GraphId, Graph>(this.graphs),
      nodes: tableOf<NodeId, Node>(this.nodes),
      values: tableOf<ValueId, Value>(this.values),
      uses: tableOf<ValueId, readonly Use[]>(this.uses, this.values.length),
    };
  }
}

/** A table whose ids are the places in a list. */
function tableOf<K extends number, V>(list: readonly (V | undefined)[], nextId = list.length): Table<K, V> {
  let size = 0;
  const pages: (V | undefined)[][] = [];
  for (let at = 0; at < list.length; at += 256) {
    const page = list.slice(at, at + 256);
    for (const record of page) if (record !== undefined) size++;
    pages.push(page);
  }
  return new Table<K, V>(pages, size, nextId);
}
