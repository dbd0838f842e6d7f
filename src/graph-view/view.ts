/** What a drawing of a graph is made of, before it has places. */
import type { GraphId, Model, NodeId, ValueId } from '../graph-model/core/model.ts';
import type { Group, GroupTree } from '../graph-model/groups/groups.ts';

/** What a vertex stands for: an operator, an input or output of the graph, a value of the graph around it, a closed group. */
export const KIND = { node: 0, input: 1, output: 2, outer: 3, group: 4, constant: 5 } as const;

/** An open group: a box around vertices. */
export interface ViewBox {
  /** Index in the tree's groups. */
  readonly group: number;
  /** Index of the box around it; -1 for none. */
  readonly parent: number;
}

export interface ViewGraph {
  readonly model: Model;
  readonly scope: GraphId;
  readonly count: number;
  readonly kinds: Uint8Array;
  /** A NodeId where the kind is `node`, an index in `tree.groups` where it is `group`, else a ValueId. */
  readonly refs: Int32Array;
  /** Index into CATEGORIES. */
  readonly categories: Uint8Array;
  readonly widths: Float32Array;
  readonly heights: Float32Array;
  /** Edges in CSR form by source, in the order of {@link LayoutInput}. */
  readonly offsets: Int32Array;
  readonly targets: Int32Array;
  readonly sources: Int32Array;
  readonly edgeValues: Int32Array;
  /** 1 where the edge carries only a shape or an index computed from shapes. */
  readonly edgeShapes: Uint8Array;
  /** The vertex of a node: its own, or that of the closed group that holds it. */
  readonly ofNode: ReadonlyMap<NodeId, number>;
  /** The groups of the graph; null where they are not shown. */
  readonly tree: GroupTree | null;
  /** Open groups that hold vertices, outer ones first; and by vertex the innermost one around it, or -1. */
  readonly boxes: readonly ViewBox[];
  readonly boxOf: Int32Array;
  /** Inputs and values of the graph around, by value. */
  readonly ofInput: ReadonlyMap<ValueId, number>;
  readonly ofOutput: ReadonlyMap<ValueId, number>;
}

/** Keys of closed groups; null draws no groups at all. */
export type Collapsed = ReadonlySet<string> | null;

/** The group of a vertex that stands for one; null for others. */
export function groupAt(view: ViewGraph, i: number): Group | null {
  return view.kinds[i] === KIND.group ? view.tree!.groups[view.refs[i]!]! : null;
}
