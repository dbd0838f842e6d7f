/** The scopes of a graph as groups that a drawing can collapse. */
import type { GraphId, Model, NodeId } from '../core/model.ts';
import { scopesOfGraph, type Scope } from './scopes.ts';

export interface Group {
  /** `g<graph>/<path>`: stays the same over edits, and is the key of the outline's row. */
  readonly key: string;
  readonly name: string;
  /** Index of the group around it; -1 at the top. */
  readonly parent: number;
  /** 0 at the top. */
  readonly depth: number;
  /** Nodes in it, those of inner groups included. */
  readonly count: number;
  readonly scope: Scope;
}

export interface GroupTree {
  /** A group stands before the groups within it. */
  readonly groups: readonly Group[];
  /** The innermost group of a node; nodes at the top are not in it. */
  readonly of: ReadonlyMap<NodeId, number>;
  readonly byKey: ReadonlyMap<string, number>;
}

const cache = new WeakMap<Scope, GroupTree>();

export function groupTree(model: Model, graph: GraphId): GroupTree {
  const root = scopesOfGraph(model, model.graphs.at(graph));
  let tree = cache.get(root);
  if (!tree) cache.set(root, (tree = flatten(model, root, graph)));
  return tree;
}

/** A scope with more than this share of the graph is a wrapper: a box around (nearly) everything tells nothing. */
const WRAPPER = 0.6;

/**
 * Constants are drawn as part of what reads them: scopes with fewer than two other nodes make no group, and neither do
 * wrappers.
 */
function flatten(model: Model, root: Scope, graph: GraphId): GroupTree {
  const groups: Group[] = [];
  const of = new Map<NodeId, number>();
  const drawn = drawnCounts(model, root);
  const visit = (scope: Scope, parent: number, depth: number) => {
    for (const inner of scope.scopes.values()) {
      if (!inner.own && drawn.get(inner)! < 2) {
        if (parent >= 0) for (const id of nodesWithin(inner)) of.set(id, parent);
        continue;
      }
      if (!inner.own && parent < 0 && drawn.get(inner)! > WRAPPER * drawn.get(root)!) {
        visit(inner, parent, depth);
        continue;
      }
      const index = groups.length;
      const { name, count, path } = inner;
      groups.push({ key: `g${graph}/${path}`, name, parent, depth, count, scope: inner });
      for (const { id } of inner.nodes) of.set(id, index);
      visit(inner, index, depth + 1);
    }
  };
  visit(root, -1, 0);
  return { groups, of, byKey: new Map(groups.map((g, i) => [g.key, i])) };
}

function drawnCounts(model: Model, root: Scope): Map<Scope, number> {
  const counts = new Map<Scope, number>();
  const visit = (scope: Scope): number => {
    let n = 0;
    for (const { id } of scope.nodes) n += model.nodes.at(id).op === 'Constant' ? 0 : 1;
    for (const inner of scope.scopes.values()) n += visit(inner);
    counts.set(scope, n);
    return n;
  };
  visit(root);
  return counts;
}

/** Keys of the groups around a node, the outermost first. */
export function groupsAround(tree: GroupTree, node: NodeId): string[] {
  const keys: string[] = [];
  for (let g = tree.of.get(node) ?? -1; g >= 0; g = tree.groups[g]!.parent) keys.unshift(tree.groups[g]!.key);
  return keys;
}

/** The group that is made of exactly these nodes, the innermost where several are; null where none is. */
export function groupOfNodes(model: Model, nodes: readonly NodeId[]): Group | null {
  const first = nodes[0];
  if (first === undefined) return null;
  const tree = groupTree(model, model.nodes.at(first).graph);
  const given = new Set(nodes);
  for (let g = tree.of.get(first) ?? -1; g >= 0; g = tree.groups[g]!.parent) {
    const group = tree.groups[g]!;
    if (group.count === given.size && nodesWithin(group.scope).every((id) => given.has(id))) return group;
  }
  return null;
}

/** All nodes of a group, inner groups included. */
export function nodesWithin(scope: Scope): NodeId[] {
  return [...scope.nodes.map((n) => n.id), ...[...scope.scopes.values()].flatMap(nodesWithin)];
}

/** What must be collapsed so that groups deeper than `depth` are closed: 0 closes all, Infinity none. */
export function collapsedTo(tree: GroupTree, depth: number): Set<string> {
  return new Set(tree.groups.filter((g) => g.depth >= depth).map((g) => g.key));
}

/** A graph of more nodes than this opens collapsed where it has groups. */
export const MOST_EXPANDED = 2000;
const READABLE = 150;

/** What is collapsed when a model is opened: nothing in most; in a very large one as much as leaves a readable number. */
export function firstCollapsed(model: Model): Set<string> {
  const { order } = model.graphs.at(model.main);
  if (order.length <= MOST_EXPANDED) return new Set();
  const tree = groupTree(model, model.main);
  if (tree.groups.length === 0) return new Set();
  let depth = 0;
  while (shownAt(tree, order.length, depth + 1) <= READABLE && tree.groups.some((g) => g.depth > depth)) depth++;
  return collapsedTo(tree, depth);
}

/** How many nodes and closed groups are on show when groups from `depth` on are closed. */
function shownAt(tree: GroupTree, nodes: number, depth: number): number {
  let shown = nodes;
  for (const g of tree.groups) if (g.depth === depth) shown += 1 - g.count;
  return shown;
}
