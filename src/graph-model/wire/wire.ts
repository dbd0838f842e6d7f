/** Models across the border of a worker. */
import type { Graph, GraphId, Model, Node, NodeId, Use, Value, ValueId } from '../core/model.ts';
import { changedIds, Table } from '../core/table.ts';
import { putAny, takeAny } from './any.ts';
import { putGraph, putNode, putUses, putValue, takeGraph, takeNode, takeUses, takeValue } from './records.ts';
import { WireReader, WireWriter, type WireModel } from './writer.ts';

export { transferables, type WireModel } from './writer.ts';

const WHOLE = 0;
const CHANGES = 1;

interface Codec<K extends number, V> {
  readonly table: (m: Model) => Table<K, V>;
  readonly put: (w: WireWriter, record: V) => void;
  readonly take: (r: WireReader) => V;
}

const GRAPHS: Codec<GraphId, Graph> = { table: (m) => m.graphs, put: putGraph, take: takeGraph };
const NODES: Codec<NodeId, Node> = { table: (m) => m.nodes, put: putNode, take: takeNode };
const VALUES: Codec<ValueId, Value> = { table: (m) => m.values, put: putValue, take: takeValue };
const USES: Codec<ValueId, readonly Use[]> = { table: (m) => m.uses, put: putUses, take: takeUses };

/** The whole model. */
export function encodeModel(model: Model): WireModel {
  const w = new WireWriter(1024 + model.nodes.size * 24 + model.values.size * 24);
  w.int(WHOLE);
  const { graphs, nodes, values, uses, ...fields } = model;
  putAny(w, fields);
  putTable(w, graphs, putGraph);
  putTable(w, nodes, putNode);
  putTable(w, values, putValue);
  putTable(w, uses, putUses);
  return w.finish();
}

/** What `after` has other than `before`: small after a small edit, whatever the size of the model. */
export function encodeChanges(before: Model, after: Model): WireModel {
  const w = new WireWriter();
  w.int(CHANGES);
  const changed: Record<string, unknown> = {};
  const tables = new Set(['graphs', 'nodes', 'values', 'uses']);
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]) as Set<keyof Model>;
  for (const key of keys)
    if (!tables.has(key) && before[key] !== after[key]) changed[key] = after[key] === undefined ? GONE : after[key];
  putAny(w, changed);
  for (const codec of [GRAPHS, NODES, VALUES, USES] as unknown as Codec<number, unknown>[])
    putChanges(w, codec.table(before), codec.table(after), codec.put);
  return w.finish();
}

/** Marks a field of the model that `after` no longer has. */
const GONE = false;

/**
 * The model of a message. A message of changes needs the model that they were made from (or one with the same ids) as
 * `base`: its untouched records, and its pages and tables without any, come back as the very same objects.
 */
export function decodeModel(wire: WireModel, base?: Model): Model {
  const r = new WireReader(wire);
  if (r.int() === WHOLE) {
    const fields = takeAny(r) as Omit<Model, 'graphs' | 'nodes' | 'values' | 'uses'>;
    return {
      ...fields,
      graphs: takeTable(r, takeGraph),
      nodes: takeTable(r, takeNode),
      values: takeTable(r, takeValue),
      uses: takeTable(r, takeUses),
    };
  }
  if (!base) throw new Error('Wire: a message of changes needs the model that they were made from');
  return applyChanges(r, base);
}

function applyChanges(r: WireReader, base: Model): Model {
  const fields = Object.entries(takeAny(r) as Record<string, unknown>);
  const model: Model = {
    ...base,
    ...(Object.fromEntries(fields.filter(([, v]) => v !== GONE)) as Partial<Model>),
    graphs: takeChanges(r, base.graphs, takeGraph),
    nodes: takeChanges(r, base.nodes, takeNode),
    values: takeChanges(r, base.values, takeValue),
    uses: takeChanges(r, base.uses, takeUses),
  };
  for (const [key, v] of fields) if (v === GONE) delete (model as unknown as Record<string, unknown>)[key];
  return model;
}

function putTable<K extends number, V>(w: WireWriter, table: Table<K, V>, put: Codec<K, V>['put']): void {
  w.int(table.nextId);
  w.int(table.pages.length);
  for (const page of table.pages) {
    w.int(page.length);
    for (const record of page) {
      w.int(record === undefined ? 0 : 1);
      if (record !== undefined) put(w, record);
    }
  }
}

function takeTable<K extends number, V>(r: WireReader, take: Codec<K, V>['take']): Table<K, V> {
  const nextId = r.int();
  const pages: (V | undefined)[][] = [];
  let size = 0;
  for (let left = r.int(); left > 0; left--) {
    const page = new Array<V | undefined>(r.int());
    for (let i = 0; i < page.length; i++) {
      const present = r.int() === 1;
      if (present) size++;
      page[i] = present ? take(r) : undefined;
    }
    pages.push(page);
  }
  return new Table<K, V>(pages, size, nextId);
}

function putChanges<K extends number, V>(
  w: WireWriter,
  before: Table<K, V>,
  after: Table<K, V>,
  put: Codec<K, V>['put'],
): void {
  w.int(after.nextId);
  const count = w.reserve();
  let n = 0;
  for (const id of changedIds(before, after)) {
    const record = after.get(id);
    w.int(id);
    w.int(record === undefined ? 0 : 1);
    if (record !== undefined) put(w, record);
    n++;
  }
  w.setAt(count, n);
}

function takeChanges<K extends number, V>(r: WireReader, base: Table<K, V>, take: Codec<K, V>['take']): Table<K, V> {
  const nextId = r.int();
  const draft = base.edit();
  for (let n = r.int(); n > 0; n--) {
    const id = r.int() as K;
    if (r.int() === 1) draft.set(id, take(r));
    else draft.delete(id);
  }
  draft.reserveUpTo(nextId);
  return draft.commit();
}
