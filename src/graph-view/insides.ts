/** Bodies of If, Loop and Scan, and functions, drawn in place: the boxes that hold them. */
import { bodiesOf, getString, getStrings } from '../graph-model/core/attributes.ts';
import { functionOf, type GraphId, type Model, type Node, type NodeId } from '../graph-model/core/model.ts';
import { groupTree, type Group, type GroupTree } from '../graph-model/groups/groups.ts';
import { scopesOfGraph, type Scope } from '../graph-model/groups/scopes.ts';
import { shortName } from './face.ts';

/** The graphs that a node holds inside: bodies, or the function it calls. */
export function insidesOf(model: Model, node: Node): GraphId[] {
  const bodies = bodiesOf(node);
  if (bodies.length > 0 || model.functions.length === 0) return bodies;
  const called = functionOf(model, node);
  return called === null ? namedInsides(model, node) : [called.graph];
}

/** Attributes by which nodes of TensorFlow name the functions that they call. */
const NAMING = ['f', 'then_branch', 'else_branch', 'cond', 'body', 'branches'];

function namedInsides(model: Model, node: Node): GraphId[] {
  const names = NAMING.flatMap((key) => getStrings(node, key) ?? getString(node, key) ?? []);
  const found = names.map((n) => model.functions.find((f) => f.name === n && f.domain === node.domain)?.graph);
  return [...new Set(found)].filter((g) => g !== undefined);
}

/** The key of the box around an expanded node; those of the bodies in it begin with it. */
export const insideKey = (node: NodeId): string => `x${node}`;

/** The node to which the key of such a box belongs; null for keys of other groups. */
export function nodeOfKey(key: string): NodeId | null {
  const id = /^x(\d+)/.exec(key)?.[1];
  return id === undefined ? null : (Number(id) as NodeId);
}

/** The groups of a graph with those of the graphs that are expanded in it. */
export class Insides {
  readonly tree: GroupTree;
  private readonly groups: Group[];
  private readonly of: Map<NodeId, number>;
  private readonly byKey: Map<string, number>;
  /** By graph, the group that stands for its box. */
  private readonly boxes = new Map<GraphId, number>();

  constructor(
    private readonly model: Model,
    tree: GroupTree | null,
    private readonly grouped: boolean,
  ) {
    this.groups = [...(tree?.groups ?? [])];
    this.of = new Map(tree?.of ?? []);
    this.byKey = new Map(tree?.byKey ?? []);
    this.tree = { groups: this.groups, of: this.of, byKey: this.byKey };
  }

  /** The group of the box that holds a graph; -1 for one that is not expanded. */
  around(graph: GraphId): number {
    return this.boxes.get(graph) ?? -1;
  }

  /** Makes the box of a node and, within it, one for each of several bodies; a single body shares the node's. */
  open(node: Node, graphs: readonly GraphId[], parent: number): { box: number; bodies: number[] } {
    const roots = graphs.map((g) => scopesOfGraph(this.model, this.model.graphs.at(g)));
    const key = insideKey(node.id);
    const names = graphs.map((g) => bodyName(this.model, node, g));
    const label = shortName(node) || node.op;
    const title = label.startsWith(node.op) ? label : `${node.op} ${label}`;
    const own = [{ id: node.id, label: node.op }];
    const whole: Scope = {
      name: graphs.length === 1 && names[0] ? `${title} · ${names[0]}` : title,
      path: key,
      scopes: new Map(roots.map((r, i) => [names[i] || String(i), r])),
      nodes: own,
      count: 1 + roots.reduce((n, r) => n + r.count, 0),
    };
    const box = this.add(key, whole, parent);
    const bodies = graphs.map((g, i) => {
      const group = graphs.length === 1 ? box : this.add(`${key}/${names[i]}`, { ...roots[i]!, name: names[i]! }, box);
      this.boxes.set(g, group);
      if (this.grouped) this.addGroups(g, group);
      return group;
    });
    return { box, bodies };
  }

  private add(key: string, scope: Scope, parent: number): number {
    const depth = parent < 0 ? 0 : this.groups[parent]!.depth + 1;
    const { name, count } = scope;
    const index = this.groups.push({ key, name, parent, depth, count, scope }) - 1;
    this.byKey.set(key, index);
    return index;
  }

  /** The groups within a body, below the box of the body. */
  private addGroups(graph: GraphId, around: number): void {
    const { groups, of } = groupTree(this.model, graph);
    const first = this.groups.length;
    const { depth } = this.groups[around]!;
    for (const g of groups) {
      const parent = g.parent < 0 ? around : first + g.parent;
      this.byKey.set(g.key, this.groups.push({ ...g, parent, depth: g.depth + depth + 1 }) - 1);
    }
    for (const [id, g] of of) this.of.set(id, first + g);
  }
}

/** `then`, `else`, `body`; '' for a function. */
export function bodyName(model: Model, node: Node, graph: GraphId): string {
  for (const [name, a] of node.attributes)
    if ((a.kind === 'graph' && a.value === graph) || (a.kind === 'graphs' && a.value.includes(graph)))
      return name.replace(/_branch$/, '');
  const called = model.functions.find((f) => f.graph === graph)?.name;
  const key = NAMING.find((k) => k !== 'f' && called !== undefined && getString(node, k) === called);
  return key?.replace(/_branch$/, '') ?? '';
}
