/** The source graph as a conversion asks about it: names, functions, constants and their elements. */
import { getString } from '../../../graph-model/core/attributes.ts';
import { readBytes, type ByteSource } from '../../../graph-model/core/bytes.ts';
import type { FunctionDef, GraphId, Model, Node, Value, ValueId } from '../../../graph-model/core/model.ts';
import { decodeTensor, type DenseTensor, type Tensor } from '../../../graph-model/core/tensor.ts';
import { FormatError } from '../../../graph-model/diagnostics.ts';
import { isReplaced } from '../../../graph-model/edit/replace-node.ts';
import type { JobContext } from '../../../graph-model/job.ts';
import { DOMAIN } from '../read/build.ts';

const CALLS: ReadonlySet<string> = new Set(['PartitionedCall', 'StatefulPartitionedCall', 'RemoteCall']);

export function refuse(node: Pick<Node, 'name' | 'op'> & Partial<Pick<Node, 'id'>>, why: string): never {
  const place = node.id === undefined ? {} : { node: node.id };
  throw new FormatError('tensorflow.unsupported', { node: node.name, op: node.op, why }, place);
}

export class SourceModel {
  private readonly functions: ReadonlyMap<string, FunctionDef>;
  private readonly nodesByName = new Map<GraphId, ReadonlyMap<string, Node>>();
  private readonly dense = new WeakMap<Tensor, DenseTensor>();
  private readonly loaded = new WeakMap<Tensor, Uint8Array>();

  constructor(readonly model: Model) {
    this.functions = new Map(model.functions.filter((f) => f.domain === DOMAIN).map((f) => [f.name, f]));
  }

  value(id: ValueId): Value {
    return this.model.values.at(id);
  }

  producer(id: ValueId): Node | null {
    const { producer } = this.model.values.at(id);
    return producer === null ? null : this.model.nodes.at(producer);
  }

  functionNamed(name: string): FunctionDef | null {
    return this.functions.get(name) ?? null;
  }

  /** The function that a node calls, by its attribute or, as TensorFlow 1 did it, by its operator. */
  calledBy(node: Node): FunctionDef | null {
    if (isReplaced(node)) return null;
    if (!CALLS.has(node.op)) return this.functionNamed(node.op);
    const name = getString(node, 'f', '');
    return this.functionNamed(name) ?? refuse(node, `the function ${name} is not in the file`);
  }

  nodeNamed(graph: GraphId, name: string): Node | null {
    let names = this.nodesByName.get(graph);
    if (!names) {
      const nodes = this.model.graphs.at(graph).order.map((id) => this.model.nodes.at(id));
      this.nodesByName.set(graph, (names = new Map(nodes.map((n) => [n.name, n]))));
    }
    return names.get(name) ?? null;
  }

  nodesOf(graph: GraphId): readonly Node[] {
    return this.model.graphs.at(graph).order.map((id) => this.model.nodes.at(id));
  }

  /** The value `name:index` of a graph: of a node, an input or a constant. */
  tensorNamed(graph: GraphId, name: string, index: number): ValueId | null {
    const made = this.nodeNamed(graph, name)?.outputs[index];
    if (made !== undefined) return made;
    const { inputs, initializers } = this.model.graphs.at(graph);
    const is = (v: ValueId) => {
      const value = this.value(v);
      return value.name === name || value.name === `${name}:0` || value.metadata?.get('tensor') === `${name}:0`;
    };
    return inputs.find(is) ?? initializers.find(is) ?? null;
  }

  /** What stands behind a value, where only Identity lies between. */
  through(id: ValueId): ValueId {
    let at = id;
    for (let node = this.producer(at); node?.op === 'Identity'; node = this.producer(at)) at = node.inputs[0]!;
    return at;
  }

  /** Whether anything reads the value. */
  isRead(id: ValueId): boolean {
    return (this.model.uses.get(id)?.length ?? 0) > 0;
  }

  /** The elements of a constant. */
  denseOf(tensor: Tensor): DenseTensor {
    const known = this.dense.get(tensor);
    if (known) return known;
    const dense = decodeTensor(tensor, this.bytesOf(tensor));
    this.dense.set(tensor, dense);
    return dense;
  }

  private bytesOf(tensor: Tensor): Uint8Array {
    const bytes = this.loaded.get(tensor) ?? bytesNow(tensor.data);
    if (bytes === null) throw new Error(`The constant ${tensor.name ?? ''} was not read ahead.`);
    return bytes;
  }

  /** Reads what cannot be read later: a lowering does not wait. */
  async readAhead(job: JobContext): Promise<void> {
    for (const { constant } of this.model.values.values()) {
      if (!constant || constant.data.kind === 'missing' || isAtHand(constant.data)) continue;
      this.loaded.set(constant, await readBytes(constant.data, job.signal));
    }
  }
}

interface SyncReader {
  readAsArrayBuffer(blob: Blob): ArrayBuffer;
}

function syncReader(): SyncReader | null {
  const make = (globalThis as { FileReaderSync?: new () => SyncReader }).FileReaderSync;
  return make ? new make() : null;
}

function isAtHand(data: ByteSource): boolean {
  if (data.kind !== 'blob') return data.kind === 'bytes';
  return (
    data.blob.bytesSync !== undefined ||
    (typeof Blob !== 'undefined' && data.blob instanceof Blob && syncReader() !== null)
  );
}

/** The bytes without waiting: in memory, of a file descriptor, or of a Blob within a worker. */
function bytesNow(data: ByteSource): Uint8Array | null {
  if (data.kind === 'bytes') return data.bytes;
  if (data.kind === 'missing') return null;
  const part = data.blob.slice(data.begin, data.end);
  if (part.bytesSync) return part.bytesSync();
  const reader = typeof Blob !== 'undefined' && part instanceof Blob ? syncReader() : null;
  return reader && new Uint8Array(reader.readAsArrayBuffer(part as unknown as Blob));
}
