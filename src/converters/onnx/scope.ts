/** Names of one graph while it is read, and the scopes around it. */
import type { GraphId, ValueId } from '../../graph-model/core/ids.ts';

export class Scope {
  /** By name number. */
  readonly values = new Map<number, ValueId>();
  /** Where each value's producer stands in the order; absent: not made by a node of this graph. */
  readonly position = new Map<ValueId, number>();
  /** Place in the order of the node being resolved. */
  current = 0;
  /** A node reads what a later node makes. */
  unordered = false;
  /** Set when the graph's own name is read. */
  name = '';

  constructor(
    readonly graph: GraphId,
    readonly outer: Scope | null,
    /** Bodies within bodies; the main graph is 0. */
    readonly depth: number,
  ) {}

  /** The value that a name means here: innermost scope first. */
  resolve(name: number): ValueId | null {
    let scope: Scope | null = this as Scope;
    for (; scope; scope = scope.outer) {
      const value = scope.values.get(name);
      if (value === undefined) continue;
      const position = scope.position.get(value);
      if (position !== undefined && position >= scope.current) scope.unordered = true;
      return value;
    }
    return null;
  }
}
