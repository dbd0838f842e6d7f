/** Scopes of nodes, read from their names: `/stages/0/attn/MatMul` lies in stages, 0, attn. */
import type { Graph, Model, Node, NodeId } from '../../../graph-model/core/model.ts';

export interface Scope {
  readonly name: string;
  /** The names from the root, joined by `/`: the scope's key. */
  readonly path: string;
  readonly scopes: Map<string, Scope>;
  readonly nodes: { readonly id: NodeId; readonly label: string }[];
  /** Nodes in it and in the scopes within. */
  count: number;
}

const newScope = (name: string, path: string): Scope => ({ name, path, scopes: new Map(), nodes: [], count: 0 });

/**
 * The scopes of one graph. Names are cut at `/` or, where those are rare, at `.`; a graph whose names have neither stays a
 * flat list. A scope that holds one node and nothing else becomes that node under the scope's name.
 */
export function scopesOfGraph(model: Model, graph: Graph): Scope {
  const nodes = graph.order.map((id) => model.nodes.at(id));
  const cut = separatorOf(nodes);
  const root = newScope('', '');
  for (const node of nodes) place(root, node, cut);
  foldSingles(root);
  return root;
}

/** '/' or '.' where at least a third of the named nodes have it inside their names; null for flat names. */
export function separatorOf(nodes: readonly Pick<Node, 'name'>[]): '/' | '.' | null {
  const named = nodes.filter((n) => n.name);
  const share = (s: string) => named.filter((n) => n.name.includes(s, 1)).length;
  for (const s of ['/', '.'] as const) if (named.length > 0 && share(s) * 3 >= named.length) return s;
  return null;
}

function place(root: Scope, node: Node, cut: '/' | '.' | null): void {
  const parts = cut === null ? [node.name] : node.name.split(cut).filter(Boolean);
  const label = parts.pop() || node.op;
  let scope = root;
  scope.count++;
  for (const name of parts) {
    let next = scope.scopes.get(name);
    if (!next) {
      next = newScope(name, scope.path ? `${scope.path}/${name}` : name);
      scope.scopes.set(name, next);
    }
    next.count++;
    scope = next;
  }
  scope.nodes.push({ id: node.id, label });
}

function foldSingles(scope: Scope): void {
  for (const [name, inner] of scope.scopes) {
    foldSingles(inner);
    const only = inner.nodes[0];
    if (inner.scopes.size > 0 || inner.nodes.length !== 1 || !only) continue;
    scope.scopes.delete(name);
    scope.nodes.push({ id: only.id, label: name });
  }
}
