/** Giving an open model the data files that were not opened with it. */
import type { Attribute } from '../core/attributes.ts';
import type { BlobLike, ByteSource } from '../core/bytes.ts';
import type { Model, Node, Value } from '../core/model.ts';
import { Table } from '../core/table.ts';
import { elementCount, type SparseTensor, type Tensor } from '../core/tensor.ts';
import { dtypeInfo } from '../core/types.ts';
import { diagnostic, type Diagnostic } from '../diagnostics.ts';

export interface Filler {
  /** The same model with the bytes of the given files in place; records that lack nothing keep their identity. */
  model(model: Model): Model;
  /** Files that end before what the model wants of them. Those tensors stay missing. */
  readonly problems: readonly Diagnostic[];
}

/**
 * Fills every state of a history alike: pages and records that two states share are shared afterwards too, so undo and
 * diff go on comparing references.
 *
 * @param files by base name
 */
export function fillMissing(files: ReadonlyMap<string, BlobLike>): Filler {
  const problems: Diagnostic[] = [];
  const short = new Set<string>();
  const fill = (source: ByteSource, tensor: Tensor): ByteSource => {
    if (source.kind !== 'missing') return source;
    const blob = files.get(baseName(source.file));
    if (!blob) return source;
    const end = source.end >= 0 ? source.end : source.begin + neededBytes(tensor, blob.size - source.begin);
    if (end <= blob.size) return { kind: 'blob', blob, begin: source.begin, end };
    if (!short.has(source.file)) problems.push(truncated(source.file, source.begin, end, blob.size));
    short.add(source.file);
    return source;
  };
  const walk = new Walk(fill);
  const values = remember((value: Value) => walk.value(value));
  const nodes = remember((node: Node) => walk.node(node));
  const valuePages = remember((page: readonly (Value | undefined)[]) => mapSame(page, values));
  const nodePages = remember((page: readonly (Node | undefined)[]) => mapSame(page, nodes));
  const models = remember((model: Model): Model => {
    const filledValues = mapTable(model.values, valuePages);
    const filledNodes = mapTable(model.nodes, nodePages);
    if (filledValues === model.values && filledNodes === model.nodes) return model;
    return { ...model, values: filledValues, nodes: filledNodes };
  });
  return { model: models, problems };
}

/** The files that tensors of the model still need, by name, in the order they are met. */
export function missingFiles(model: Model): string[] {
  const found = new Set<string>();
  const walk = new Walk((source) => {
    if (source.kind === 'missing') found.add(source.file);
    return source;
  });
  for (const value of model.values.values()) walk.value(value);
  for (const node of model.nodes.values()) walk.node(node);
  return [...found];
}

/** Visits every place that holds bytes; gives the same record back where nothing changed. */
class Walk {
  constructor(private readonly fill: (source: ByteSource, tensor: Tensor) => ByteSource) {}

  value(value: Value): Value {
    const constant = value.constant && this.tensor(value.constant);
    const sparse = value.sparse && this.sparse(value.sparse);
    if (constant === value.constant && sparse === value.sparse) return value;
    return { ...value, ...(constant ? { constant } : {}), ...(sparse ? { sparse } : {}) };
  }

  node(node: Node): Node {
    let changed: Map<string, Attribute> | null = null;
    for (const [name, before] of node.attributes) {
      const after = this.attribute(before);
      if (after === before) continue;
      changed ??= new Map(node.attributes);
      changed.set(name, after);
    }
    return changed ? { ...node, attributes: changed } : node;
  }

  private attribute(a: Attribute): Attribute {
    if (a.kind === 'tensor') {
      const value = this.tensor(a.value);
      return value === a.value ? a : { ...a, value };
    }
    if (a.kind === 'sparse_tensor') {
      const value = this.sparse(a.value);
      return value === a.value ? a : { ...a, value };
    }
    if (a.kind === 'tensors') {
      const value = mapSame(a.value, (t) => this.tensor(t));
      return value === a.value ? a : { ...a, value };
    }
    return a;
  }

  private tensor(tensor: Tensor): Tensor {
    const data = this.fill(tensor.data, tensor);
    return data === tensor.data ? tensor : { ...tensor, data };
  }

  private sparse(sparse: SparseTensor): SparseTensor {
    const values = this.tensor(sparse.values);
    const indices = this.tensor(sparse.indices);
    return values === sparse.values && indices === sparse.indices ? sparse : { ...sparse, values, indices };
  }
}

/** Bytes of a tensor whose file does not say where it ends: as many as its elements take, else all that is left. */
function neededBytes(tensor: Tensor, left: number): number {
  const { bits } = dtypeInfo(tensor.dtype);
  return bits === 0 ? left : Math.ceil((elementCount(tensor.dims) * bits) / 8);
}

function truncated(file: string, begin: number, end: number, size: number): Diagnostic {
  const have = Math.max(0, size - begin);
  return diagnostic(
    'file.truncated',
    { file, what: 'a tensor', need: end - begin, byte: begin, have },
    { offset: begin },
  );
}

const baseName = (path: string) => path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);

function remember<A extends object, B>(make: (a: A) => B): (a: A) => B {
  const made = new WeakMap<A, B>();
  return (a) => {
    const known = made.get(a);
    if (known !== undefined) return known;
    const b = make(a);
    made.set(a, b);
    return b;
  };
}

function mapSame<T>(list: readonly T[], map: (item: NonNullable<T>) => NonNullable<T>): readonly T[] {
  let out: T[] | null = null;
  for (let i = 0; i < list.length; i++) {
    const before = list[i];
    if (before === undefined || before === null) continue;
    const after = map(before);
    if (after === before) continue;
    out ??= [...list];
    out[i] = after;
  }
  return out ?? list;
}

function mapTable<K extends number, V>(
  table: Table<K, V>,
  page: (page: readonly (V | undefined)[]) => readonly (V | undefined)[],
): Table<K, V> {
  const pages = mapSame(table.pages, page);
  return pages === table.pages ? table : new Table<K, V>(pages, table.size, table.nextId);
}
