/**
 * Scopes of nodes: what a graph is made of, by name. `/stages/0/attn/MatMul` lies in stages, 0, attn. Where names say
 * nothing, blocks that repeat are found by their structure (blocks.ts).
 */
import type { Graph, Model, Node, NodeId } from '../core/model.ts';
import { repeatedBlocks } from './blocks.ts';

export interface Scope {
  readonly name: string;
  /** The names from the root, joined by `/`: the scope's key in its graph. */
  readonly path: string;
  readonly scopes: Map<string, Scope>;
  readonly nodes: { readonly id: NodeId; readonly label: string }[];
  /** Nodes in it and in the scopes within. */
  count: number;
  /** A person made it: it stays a group whatever its size. */
  own?: true;
}

/** Metadata of a node: the path of the group that a person put it in, `layers.0/my group`. Kept in the file. */
export const OWN_GROUP = 'graphwright.group';

const newScope = (name: string, path: string): Scope => ({ name, path, scopes: new Map(), nodes: [], count: 0 });

const cache = new WeakMap<Graph, { nodes: Model['nodes']; scope: Scope }>();

/**
 * The scopes of one graph, by (in this order) the module names that exporters write into the metadata, node names cut at
 * `/` or `.`, repeated blocks. A graph with none of them stays a flat list. A scope that holds one node and nothing else
 * becomes that node under the scope's name; a scope that holds one scope and nothing else becomes one with it.
 */
export function scopesOfGraph(model: Model, graph: Graph): Scope {
  const known = cache.get(graph);
  if (known?.nodes === model.nodes) return known.scope;
  const nodes = graph.order.map((id) => model.nodes.at(id));
  const root = newScope('', '');
  const pathOf = pathReader(model, nodes);
  nodes.forEach((node, i) => {
    const own = ownPath(node);
    if (own === null) place(root, node, pathOf(node, i));
    else place(root, node, throughGroup(pathOf(node, i), own), own.length);
  });
  tidy(root);
  cache.set(graph, { nodes: model.nodes, scope: root });
  return root;
}

/** Scope names of a node from the outside in, and its own name last. */
type PathOf = (node: Node, index: number) => readonly string[];

function pathReader(model: Model, nodes: readonly Node[]): PathOf {
  const cut = separatorOf(nodes);
  const split = cut === null ? null : splitter(cut);
  const byName: PathOf = (node) => (split === null ? [node.name] : split(node.name));
  const tagged = nodes.filter((n) => moduleNames(n) !== null).length;
  if (tagged * 3 >= nodes.length && tagged > 0) return (node, i) => taggedPath(node) ?? byName(node, i);
  if (cut !== null) return byName;
  const blocks = repeatedBlocks(model, nodes);
  if (blocks === null) return byName;
  return (node, i) => (blocks[i] === '' ? [node.name] : [blocks[i]!, node.name]);
}

/** '/' or '.' where at least a third of the named nodes have it inside their names; null for flat names. */
export function separatorOf(nodes: readonly Pick<Node, 'name'>[]): '/' | '.' | null {
  const named = nodes.filter((n) => n.name);
  const share = (s: string) => named.filter((n) => n.name.includes(s, 1)).length;
  for (const s of ['/', '.'] as const) if (named.length > 0 && share(s) * 3 >= named.length) return s;
  return null;
}

/** Cuts names; the part before a node's own name is cut once for all nodes that share it. */
function splitter(cut: '/' | '.'): (name: string) => string[] {
  const scopes = new Map<string, string[]>();
  return (name) => {
    const at = name.lastIndexOf(cut);
    if (at < 0 || at === name.length - 1) return splitName(name, cut);
    const prefix = name.slice(0, at);
    let scope = scopes.get(prefix);
    if (!scope) scopes.set(prefix, (scope = withNumbers(prefix.split(cut).filter(Boolean))));
    return [...scope, name.slice(at + 1)];
  };
}

function splitName(name: string, cut: '/' | '.'): string[] {
  const parts = name.split(cut).filter(Boolean);
  const own = parts.pop() ?? '';
  return [...withNumbers(parts), own];
}

/** `layers`, `0` is one scope `layers.0`: the list around it would hold nothing but its members. */
function withNumbers(parts: readonly string[]): string[] {
  const out: string[] = [];
  for (const part of parts) {
    const last = out.at(-1);
    if (/^\d+$/.test(part) && last !== undefined && !/\.\d+$/.test(last)) out[out.length - 1] = `${last}.${part}`;
    else out.push(part);
  }
  return out;
}

const MODULES = 'pkg.torch.onnx.name_scopes';

/** What an exporter says of the modules around a node: `['', 'layers.0', 'layers.0.attn', 'linear']`; null where it says nothing. */
function moduleNames(node: Node): string | null {
  return node.metadata?.get(MODULES) ?? node.metadata?.get('namespace') ?? null;
}

/** The node's module by its full dotted name, then the node's own name. */
function taggedPath(node: Node): string[] | null {
  const scopes = node.metadata?.get(MODULES);
  const namespace = node.metadata?.get('namespace');
  const list =
    scopes !== undefined
      ? [...scopes.matchAll(/'([^']*)'|"([^"]*)"/g)].map((m) => m[1] ?? m[2] ?? '')
      : namespace?.split('/').map((part) => part.split(':')[0]!.trim());
  if (list === undefined || list.length === 0) return null;
  const module = list.length > 1 ? list[list.length - 2]! : '';
  return [...withNumbers(module.split('.').filter(Boolean)), node.name || list[list.length - 1]!];
}

export function ownPath(node: Node): readonly string[] | null {
  const own = node.metadata?.get(OWN_GROUP);
  return own === undefined || own === '' ? null : own.split('/');
}

/** The node's own path, with the group between what both have in common and the rest. */
function throughGroup(path: readonly string[], group: readonly string[]): string[] {
  let shared = 0;
  while (shared < path.length - 1 && shared < group.length && path[shared] === group[shared]) shared++;
  return [...group, ...path.slice(shared)];
}

/** `own`: so many names of the path lead to a group that a person made. */
function place(root: Scope, node: Node, path: readonly string[], own = 0): void {
  let scope = root;
  scope.count++;
  for (let i = 0; i + 1 < path.length; i++) {
    const name = path[i]!;
    let next = scope.scopes.get(name);
    if (!next) {
      next = newScope(name, scope.path ? `${scope.path}/${name}` : name);
      scope.scopes.set(name, next);
    }
    next.count++;
    if (i === own - 1) next.own = true;
    scope = next;
  }
  scope.nodes.push({ id: node.id, label: path.at(-1) || node.op });
}

function tidy(scope: Scope): void {
  for (const [name, inner] of scope.scopes) {
    tidy(inner);
    if (inner.own) continue;
    const only = inner.nodes[0];
    if (inner.scopes.size === 0 && inner.nodes.length === 1 && only) {
      scope.scopes.delete(name);
      scope.nodes.push({ id: only.id, label: name });
    } else if (inner.scopes.size === 1 && inner.nodes.length === 0) {
      const [single] = inner.scopes.values();
      if (single!.own) continue;
      scope.scopes.set(name, { ...single!, name: `${name}/${single!.name}` });
    }
  }
}
