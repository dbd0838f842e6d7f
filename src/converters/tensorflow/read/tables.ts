/**
 * What lookup tables hold: the graph's own initialisation says it, from tensors, from a text file among the assets, or
 * from the checkpoint. Table nodes get it as the attributes `keys` and `values`.
 */
import { elementCount, packStrings, tensorAtHand, tensorOf, type Tensor } from '../../../graph-model/core/tensor.ts';
import { bytesOf } from '../../../graph-model/core/bytes.ts';
import { FormatError } from '../../../graph-model/diagnostics.ts';
import type { JobContext } from '../../../graph-model/job.ts';
import type { InputFile } from '../../converter.ts';
import type { Checkpoint } from './bundle.ts';
import type { TfAttr, TfGraph, TfMetaGraph, TfNode } from './records.ts';
import { Tracer, type Origin, type Place } from './trace.ts';
import { restoredKey } from './variables.ts';

const TABLE = /^(Mutable(Dense)?HashTable(OfTensors)?|HashTable|AnonymousHashTable|AnonymousMutableHashTable)(V2)?$/;
const FROM_TENSORS = /^(InitializeTable|LookupTableImport)(V2)?$/;
const FROM_FILE = /^InitializeTableFromTextFile(V2)?$/;
/** A vocabulary is read whole. */
const FILE_LIMIT = 256 * 1024 * 1024;

export const isTable = (node: Pick<TfNode, 'op'>) => TABLE.test(node.op);

export interface TableFiles {
  readonly main: InputFile;
  readonly files: readonly InputFile[];
  readonly checkpoint: Checkpoint | null;
  readonly job: JobContext;
}

interface Contents {
  readonly keys: Tensor;
  readonly values: Tensor;
}

/** The graph with its table nodes filled. */
export async function fillTables(meta: TfMetaGraph, graph: TfGraph, given: TableFiles): Promise<TfGraph> {
  const all = [graph.nodes, ...graph.functions.map((f) => f.nodes)];
  if (!all.some((nodes) => nodes.some(isTable))) return graph;
  const contents = await new TableReader(meta, given).read();
  const fill = (nodes: readonly TfNode[]) => nodes.map((n) => filled(n, contents.get(tableKey(n))));
  return { nodes: fill(graph.nodes), functions: graph.functions.map((f) => ({ ...f, nodes: fill(f.nodes) })) };
}

function filled(node: TfNode, contents: Contents | undefined): TfNode {
  if (!contents || !isTable(node)) return node;
  const attr = (value: Tensor): TfAttr => ({ kind: 'tensor', value });
  return {
    ...node,
    attrs: new Map([...node.attrs, ['keys', attr(contents.keys)], ['values', attr(contents.values)]]),
  };
}

/** Tables that share a name are one. */
function tableKey(node: TfNode): string {
  const shared = node.attrs.get('shared_name');
  return shared?.kind === 's' && shared.value !== '' ? `shared:${shared.value}` : node.name;
}

class TableReader {
  private readonly tracer: Tracer;
  private readonly out = new Map<string, Contents>();

  constructor(
    private readonly meta: TfMetaGraph,
    private readonly given: TableFiles,
  ) {
    this.tracer = new Tracer(meta.graph);
  }

  async read(): Promise<ReadonlyMap<string, Contents>> {
    for (const place of this.tracer.places()) {
      for (const node of this.tracer.nodesIn(place)) {
        if (FROM_TENSORS.test(node.op)) await this.fromTensors(place, node);
        else if (FROM_FILE.test(node.op)) await this.fromFile(place, node);
      }
    }
    return this.out;
  }

  private origins(place: Place, node: TfNode, input: number): Origin[] {
    return this.tracer.originsOf(place, node.inputs[input]);
  }

  private async fromTensors(place: Place, node: TfNode): Promise<void> {
    const [tables, keys, values] = [0, 1, 2].map((i) => this.origins(place, node, i));
    for (const [i, table] of tables!.entries()) {
      const [k, v] = await Promise.all([this.tensor(place, pick(keys!, i)), this.tensor(place, pick(values!, i))]);
      // What training saved comes before what the graph began with.
      const restored = pick(keys!, i)?.node.op === 'RestoreV2';
      const key = tableKey(table.node);
      if (isTable(table.node) && k && v && (restored || !this.out.has(key))) this.out.set(key, { keys: k, values: v });
    }
  }

  private async tensor(place: Place, origin: Origin | undefined): Promise<Tensor | null> {
    if (!origin) return null;
    const value = origin.node.op === 'Const' ? origin.node.attrs.get('value') : undefined;
    if (value?.kind === 'tensor') return value.value;
    if (origin.node.op === 'Range') return this.range(place, origin.node);
    const { checkpoint, job } = this.given;
    if (origin.node.op !== 'RestoreV2' || !checkpoint) return null;
    const key = restoredKey(this.tracer.nodesIn(place), origin.node, origin.index);
    if (key === null) return null;
    const strings = await checkpoint.strings(key, job.signal);
    if (!strings) return checkpoint.tensor(key, null, job.signal);
    const texts = strings.map((s) => new TextDecoder().decode(s));
    return { dtype: 'string', dims: [texts.length], storage: 'string_data', data: bytesOf(packStrings(texts)) };
  }

  /** Keys that count the values: from a constant to the size of one. */
  private range(place: Place, node: TfNode): Tensor | null {
    const [start, limit, delta] = [0, 1, 2].map((i) => this.number(this.origins(place, node, i)[0], place));
    if (start === null || limit === null || delta !== 1 || limit! - start! > 100_000_000) return null;
    const values = Array.from({ length: Math.max(0, limit! - start!) }, (_, i) => BigInt(start! + i));
    return tensorOf({ dtype: 'int64', dims: [values.length], values: BigInt64Array.from(values) });
  }

  private number(origin: Origin | undefined, place: Place): number | null {
    const value = origin?.node.op === 'Const' ? origin.node.attrs.get('value') : undefined;
    if (value?.kind === 'tensor') {
      const dense = tensorAtHand(value.value);
      return dense && dense.values.length === 1 ? Number(dense.values[0]) : null;
    }
    if (origin?.node.op !== 'Size') return null;
    const of = this.origins(place, origin.node, 0)[0]?.node.attrs.get('value');
    return of?.kind === 'tensor' ? elementCount(of.value.dims) : null;
  }

  // ---- text files

  private async fromFile(place: Place, node: TfNode): Promise<void> {
    const names = this.origins(place, node, 1);
    for (const [i, table] of this.origins(place, node, 0).entries()) {
      const from = pick(names, i);
      const key = tableKey(table.node);
      if (!from || !isTable(table.node) || this.out.has(key)) continue;
      const contents = await this.lines(node, table.node, from.node);
      if (contents) this.out.set(key, contents);
    }
  }

  /** null: the file was not given. */
  private async lines(node: TfNode, table: TfNode, from: TfNode): Promise<Contents | null> {
    const name = this.fileName(from);
    const file = name === null ? null : this.find(name);
    if (!file) return null;
    if (file.blob.size > FILE_LIMIT) {
      throw new FormatError('file.text-too-long', { file: file.name, size: file.blob.size, limit: FILE_LIMIT });
    }
    const text = new TextDecoder().decode(await file.blob.arrayBuffer());
    const all = text.split('\n');
    if (all[all.length - 1] === '') all.pop();
    const rows = all
      .slice(int(node, 'offset', 0))
      .slice(0, int(node, 'vocab_size', -1) < 0 ? undefined : int(node, 'vocab_size', -1));
    const column = (which: 'key' | 'value') => {
      const index = int(node, `${which}_index`, -2);
      return columnOf(rows, index, textOf(node, 'delimiter', '\t'), typeOf(table, `${which}_dtype`));
    };
    const [keys, values] = [column('key'), column('value')];
    return keys && values && { keys, values };
  }

  /** The asset whose path the constant is. */
  private fileName(from: TfNode): string | null {
    const asset = this.meta.assets.find((a) => a.tensor.split(':')[0] === from.name);
    if (asset) return asset.file;
    const value = from.attrs.get('value');
    const bytes = value?.kind === 'tensor' && value.value.data.kind === 'bytes' ? value.value.data.bytes : null;
    return bytes && new TextDecoder().decode(bytes.subarray(1)).split(/[\\/]/).pop()!;
  }

  private find(name: string): InputFile | null {
    const { main, files } = this.given;
    const folder = main.path.slice(0, main.path.lastIndexOf('/') + 1);
    return files.find((f) => f.path === `${folder}assets/${name}`) ?? files.find((f) => f.name === name) ?? null;
  }
}

/** Values of several calls belong together by place; one alone serves all. */
const pick = (list: readonly Origin[], i: number): Origin | undefined => list[i] ?? list[0];

function int(node: TfNode, key: string, otherwise: number): number {
  const attr = node.attrs.get(key);
  return attr?.kind === 'i' ? Number(attr.value) : otherwise;
}

function textOf(node: TfNode, key: string, otherwise: string): string {
  const attr = node.attrs.get(key);
  return attr?.kind === 's' ? attr.value : otherwise;
}

function typeOf(table: TfNode, key: string): string {
  const attr = table.attrs.get(key);
  return attr?.kind === 'type' ? attr.value : '';
}

/** -2: the whole line; -1: its number; else a part of it. null: of a type that texts do not give. */
function columnOf(rows: readonly string[], index: number, delimiter: string, type: string): Tensor | null {
  const cells =
    index === -1 ? rows.map((_, i) => String(i)) : rows.map((r) => (index < 0 ? r : (r.split(delimiter)[index] ?? '')));
  const dims = [rows.length];
  if (type === 'string') return { dtype: 'string', dims, storage: 'string_data', data: bytesOf(packStrings(cells)) };
  const numbers = cells.map(Number);
  if (numbers.some(Number.isNaN)) return null;
  if (type === 'float') return tensorOf({ dtype: 'float', dims, values: Float32Array.from(numbers) });
  if (type === 'int32') return tensorOf({ dtype: 'int32', dims, values: Int32Array.from(numbers) });
  const whole = numbers.every(Number.isInteger) && type === 'int64';
  return whole ? tensorOf({ dtype: 'int64', dims, values: BigInt64Array.from(numbers, BigInt) }) : null;
}
