/** Groups that a person makes: kept as metadata of their nodes, so that they are saved with the model. */
import { edit, EditError, type Change } from '../core/draft.ts';
import type { GraphId, Metadata, Model, Node, NodeId } from '../core/model.ts';
import { groupTree, nodesWithin, type Group } from '../groups/groups.ts';
import { OWN_GROUP, ownPath, scopesOfGraph, type Scope } from '../groups/scopes.ts';

/**
 * Puts nodes of one graph into a group of that name, within the innermost scope that holds them all; into the group that is
 * called so where there is one. Scopes inside stay. Throws {@link EditError} for a name that cannot be and for nodes of
 * several graphs.
 */
export function groupNodes(model: Model, ids: Iterable<NodeId>, name: string): Change {
  const nodes = [...new Set(ids)].map((id) => model.nodes.at(id));
  const [first] = nodes;
  if (!first) throw new EditError('Nothing is selected to make a group of.');
  if (nodes.some((n) => n.graph !== first.graph))
    throw new EditError('The nodes of a group must lie in one graph: some are in a body of others.');
  const group = [...commonScope(model, nodes), checked(name)].join('/');
  return edit(model, `Group ${nodes.length === 1 ? '1 node' : `${nodes.length} nodes`} as ${name.trim()}`, (d) => {
    for (const node of nodes) d.patchNode(node.id, { metadata: withGroup(node, group) });
  });
}

/** Takes a group apart; the groups and scopes inside stay. Throws {@link EditError} for a group that nobody made. */
export function ungroup(model: Model, graph: GraphId, key: string): Change {
  const group = ownGroup(model, graph, key);
  const path = group.scope.path.split('/');
  const outer = path.slice(0, -1);
  const stays = isOwn(model, graph, outer);
  return edit(model, `Ungroup ${group.name}`, (d) => {
    for (const node of nodesOf(model, group)) {
      const rest = (ownPath(node) ?? []).slice(path.length);
      const now = rest.length === 0 && !stays ? null : [...outer, ...rest].join('/');
      d.patchNode(node.id, { metadata: withGroup(node, now) });
    }
  });
}

export function renameGroup(model: Model, graph: GraphId, key: string, name: string): Change {
  const group = ownGroup(model, graph, key);
  const path = group.scope.path.split('/');
  const start = [...path.slice(0, -1), checked(name)];
  return edit(model, `Rename the group ${group.name} to ${name.trim()}`, (d) => {
    for (const node of nodesOf(model, group)) {
      const now = [...start, ...(ownPath(node) ?? []).slice(path.length)].join('/');
      d.patchNode(node.id, { metadata: withGroup(node, now) });
    }
  });
}

function checked(name: string): string {
  const text = name.trim();
  if (text === '') throw new EditError('A group needs a name.');
  if (text.includes('/')) throw new EditError('The name of a group cannot hold "/": it parts the names of groups.');
  if (/[\u0000-\u001f\u007f]/.test(text))
    throw new EditError('The name of a group cannot hold line ends or control characters.');
  return text;
}

function ownGroup(model: Model, graph: GraphId, key: string): Group {
  const tree = groupTree(model, graph);
  const index = tree.byKey.get(key);
  if (index === undefined) throw new EditError('There is no such group any more.');
  const group = tree.groups[index]!;
  if (!group.scope.own)
    throw new EditError(`${group.name} comes from the names in the file, not from you: rename its nodes to change it.`);
  return group;
}

/** Nodes of the group that carry its path; others could only be there by a scope of the same name. */
const nodesOf = (model: Model, group: Group): Node[] =>
  nodesWithin(group.scope)
    .map((id) => model.nodes.at(id))
    .filter((n) => n.metadata?.get(OWN_GROUP)?.startsWith(group.scope.path));

function isOwn(model: Model, graph: GraphId, path: readonly string[]): boolean {
  let scope: Scope | undefined = scopesOfGraph(model, model.graphs.at(graph));
  for (const name of path) scope = scope?.scopes.get(name);
  return scope?.own === true;
}

function withGroup(node: Node, group: string | null): Metadata {
  const metadata = new Map(node.metadata);
  if (group === null) metadata.delete(OWN_GROUP);
  else metadata.set(OWN_GROUP, group);
  return metadata;
}

/** The names of the innermost scope around all of them. */
function commonScope(model: Model, nodes: readonly Node[]): string[] {
  const wanted = new Set(nodes.map((n) => n.id));
  let common: string[] | null = null;
  const visit = (scope: Scope) => {
    if (scope.nodes.some((n) => wanted.has(n.id))) {
      const path = scope.path === '' ? [] : scope.path.split('/');
      common = common === null ? path : path.slice(0, sharedLength(common, path));
    }
    for (const s of scope.scopes.values()) visit(s);
  };
  visit(scopesOfGraph(model, model.graphs.at(nodes[0]!.graph)));
  return common ?? [];
}

function sharedLength(a: readonly string[], b: readonly string[]): number {
  let n = 0;
  while (n < a.length && n < b.length && a[n] === b[n]) n++;
  return n;
}
