/** The outline as the flat list of its visible rows: cheap to virtualise, and what the keyboard walks over. */
import { bodiesOf } from '../../../graph-model/core/attributes.ts';
import type { GraphId, Model, NodeId, ValueId } from '../../../graph-model/core/model.ts';
import { foldsAway } from '../../../graph-view/face.ts';
import { scopesOfGraph, type Scope } from '../../../graph-model/groups/scopes.ts';

export interface Row {
  readonly key: string;
  readonly depth: number;
  readonly label: string;
  /** Where the row leads. */
  readonly target:
    | { readonly kind: 'group' }
    | { readonly kind: 'node'; readonly node: NodeId }
    | { readonly kind: 'value'; readonly value: ValueId; readonly role: 'input' | 'output' | 'initializer' }
    | { readonly kind: 'graph'; readonly graph: GraphId };
  /** What may be opened: open or not; undefined for a leaf. */
  readonly open?: boolean;
  readonly count?: number;
  /** Place among its siblings, from 1, and how many they are: for screen readers. */
  readonly place: number;
  readonly siblings: number;
}

type Draft = Omit<Row, 'place' | 'siblings' | 'depth'> & { readonly inside?: () => Draft[] };

const scopeOf = (model: Model, id: GraphId): Scope => scopesOfGraph(model, model.graphs.at(id));

/** All visible rows. `open` holds the keys of opened rows. Cost follows what is open. */
export function outlineRows(model: Model, open: ReadonlySet<string>): Row[] {
  const rows: Row[] = [];
  emit(topRows(model, open), 0, rows);
  return rows;
}

function emit(drafts: readonly Draft[], depth: number, out: Row[]): void {
  drafts.forEach(({ inside, ...row }, i) => {
    out.push({ ...row, depth, place: i + 1, siblings: drafts.length });
    if (row.open && inside) emit(inside(), depth + 1, out);
  });
}

function topRows(model: Model, open: ReadonlySet<string>): Draft[] {
  const main = model.graphs.at(model.main);
  const isWeight = (id: ValueId) => model.values.at(id).constant !== undefined;
  const inputs = main.inputs.filter((id) => !isWeight(id));
  const weights = [...main.initializers, ...main.sparseInitializers];
  const values = (role: 'input' | 'output' | 'initializer', ids: readonly ValueId[]) => () =>
    ids.map((id, i): Draft => {
      const label = model.values.at(id).name || `output ${i}`;
      return { key: `${role}:${id}`, label, target: { kind: 'value', value: id, role } };
    });
  return [
    group('inputs', 'Inputs', inputs.length, open, values('input', inputs)),
    ...scopeRows(model, scopeOf(model, model.main), `g${model.main}`, open),
    group('outputs', 'Outputs', main.outputs.length, open, values('output', main.outputs)),
    group('initializers', 'Initializers', weights.length, open, values('initializer', weights)),
    group('functions', 'Functions', model.functions.length, open, () => functionRows(model, open)),
  ].filter((row) => row.target.kind !== 'group' || row.count !== 0);
}

function group(key: string, label: string, count: number, open: ReadonlySet<string>, inside: () => Draft[]): Draft {
  return { key, label, count, open: open.has(key), target: { kind: 'group' }, inside };
}

function scopeRows(model: Model, scope: Scope, prefix: string, open: ReadonlySet<string>): Draft[] {
  const scopes = [...scope.scopes.values()].map((s) =>
    group(`${prefix}/${s.path}`, s.name, s.count, open, () => scopeRows(model, s, prefix, open)),
  );
  const row = (n: Scope['nodes'][number]) => nodeRow(model, n.id, n.label, open);
  const folded = scope.nodes.filter((n) => foldsAway(model, model.nodes.at(n.id)));
  if (folded.length < LEAST_FOLDED) return [...scopes, ...scope.nodes.map(row)];
  const other = scope.nodes.filter((n) => !foldsAway(model, model.nodes.at(n.id)));
  const key = constantsKey(prefix, scope);
  return [...scopes, ...other.map(row), group(key, 'Constants', folded.length, open, () => folded.map(row))];
}

/** So many constants of one scope stand in a row of their own: exporters write hundreds between the operators. */
const LEAST_FOLDED = 4;

const constantsKey = (prefix: string, { path }: Pick<Scope, 'path'>): string => `${prefix}/${path}#constants`;

function nodeRow(model: Model, id: NodeId, label: string, open: ReadonlySet<string>): Draft {
  const row = { key: `n${id}`, label, target: { kind: 'node', node: id } } as const;
  const node = model.nodes.at(id);
  if (bodiesOf(node).length === 0) return row;
  const bodies = [...node.attributes].flatMap(([name, a]) =>
    a.kind === 'graph' ? [[name, a.value] as const] : a.kind === 'graphs' ? a.value.map((g) => [name, g] as const) : [],
  );
  return { ...row, open: open.has(row.key), inside: () => bodies.map(([name, g]) => graphRow(model, g, name, open)) };
}

function functionRows(model: Model, open: ReadonlySet<string>): Draft[] {
  return model.functions.map((f) => graphRow(model, f.graph, f.overload ? `${f.name}:${f.overload}` : f.name, open));
}

function graphRow(model: Model, graph: GraphId, label: string, open: ReadonlySet<string>): Draft {
  const key = `g${graph}`;
  const inside = () => scopeRows(model, scopeOf(model, graph), key, open);
  const count = model.graphs.at(graph).order.length;
  return { key, label, count, open: open.has(key), target: { kind: 'graph', graph }, inside };
}

/** The keys that must be open for a node's row to be visible; empty where the node does not exist. */
export function keysTo(model: Model, id: NodeId): string[] {
  const node = model.nodes.get(id);
  if (!node) return [];
  const { parent } = model.graphs.at(node.graph);
  const isMain = node.graph === model.main;
  const outer = isMain ? [] : parent === null ? ['functions'] : [...keysTo(model, parent), `n${parent}`];
  const prefix = `g${node.graph}`;
  return [
    ...outer,
    ...(isMain ? [] : [prefix]),
    ...scopePathTo(scopeOf(model, node.graph), id).map((p) => `${prefix}/${p}`),
    ...(foldsAway(model, node) ? [constantsKey(prefix, { path: innermostPath(scopeOf(model, node.graph), id) })] : []),
  ];
}

function scopePathTo(scope: Scope, id: NodeId): string[] {
  if (scope.nodes.some((n) => n.id === id)) return scope.path ? pathPrefixes(scope.path) : [];
  for (const inner of scope.scopes.values()) {
    const found = scopePathTo(inner, id);
    if (found.length > 0) return found;
  }
  return [];
}

const innermostPath = (scope: Scope, id: NodeId): string => scopePathTo(scope, id).at(-1) ?? '';

function pathPrefixes(path: string): string[] {
  const parts = path.split('/');
  return parts.map((_, i) => parts.slice(0, i + 1).join('/'));
}

/** What is open at first: the inputs, and the scopes of a model that has one outermost scope. */
export function firstOpen(model: Model): Set<string> {
  const open = new Set(['inputs', 'outputs']);
  let scope = scopeOf(model, model.main);
  while (scope.scopes.size === 1 && scope.nodes.length === 0) {
    scope = [...scope.scopes.values()][0]!;
    open.add(`g${model.main}/${scope.path}`);
  }
  return open;
}
