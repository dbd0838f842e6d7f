/** GraphProto and the bodies within it: names become ids, innermost scope first. */
import type {
  Graph,
  GraphId,
  NodeId,
  QuantizationAnnotation,
  Redeclaration,
  ValueId,
} from '../../graph-model/core/model.ts';
import type { SparseTensor } from '../../graph-model/core/tensor.ts';
import { diagnostic, FormatError } from '../../graph-model/diagnostics.ts';
import { LENGTH } from '../containers/protobuf/wire-reader.ts';
import type { Builder } from './build.ts';
import { findCycle } from './cycle.ts';
import { ANNOTATION, GRAPH } from './fields.ts';
import { readNode, type RawDevice, type RawNode } from './read-node.ts';
import { Carrier, Extra, readNameId, readString, withExtra, type ReadContext } from './read-parts.ts';
import { readEntryIds } from './read-entry-ids.ts';
import { readSparseTensor, readTensorProto, type NamedTensor } from './read-tensor.ts';
import { readValueInfo } from './read-type.ts';
import { Scope } from './scope.ts';

/** Deeper bodies are refused; the protobuf libraries themselves stop at 33. */
const DEPTH_LIMIT = 100;

export interface GraphContext extends ReadContext {
  readonly b: Builder;
}

interface InfoRange {
  readonly begin: number;
  readonly end: number;
}

interface RawAnnotation {
  readonly tensor: number;
  readonly parameters: readonly (readonly [string, number])[];
  readonly extra?: Uint8Array;
}

/** All that a graph says, with names still as numbers. */
export class RawGraph {
  readonly carrier = new Carrier();
  name = '';
  readonly nodes: RawNode[] = [];
  readonly initializers: NamedTensor[] = [];
  readonly sparse: { readonly sparse: SparseTensor; readonly name: number }[] = [];
  readonly inputs: InfoRange[] = [];
  readonly outputs: InfoRange[] = [];
  readonly valueInfo: InfoRange[] = [];
  readonly annotations: RawAnnotation[] = [];
}

/** Reads the GraphProto in [begin, end) under an id that is reserved already. */
export function readGraph(
  c: GraphContext,
  id: GraphId,
  begin: number,
  end: number,
  parent: NodeId | null,
  outer: Scope | null,
): Scope {
  const scope = new Scope(id, outer, outer ? outer.depth + 1 : 0);
  if (scope.depth > DEPTH_LIMIT)
    throw new FormatError('onnx.too-deep', { file: c.r.file, what: 'graphs', limit: DEPTH_LIMIT }, { offset: begin });
  c.r.seek(begin);
  const raw = readRaw(c, end);
  scope.name = raw.name;
  new GraphResolver(c, scope, parent).run(raw);
  return scope;
}

function readRaw(c: GraphContext, end: number): RawGraph {
  const raw = new RawGraph();
  while (c.r.offset < end) readField(c, raw, end);
  c.r.close(end);
  return raw;
}

function readField(c: GraphContext, raw: RawGraph, outer: number): void {
  const { r } = c;
  const begin = r.offset;
  const field = r.tag();
  switch (field) {
    case GRAPH.node:
      return void raw.nodes.push(readNodeField(c, outer, raw.nodes.length));
    case GRAPH.name:
      raw.name = readString(r, outer) ?? '';
      return raw.name === '' ? raw.carrier.extra.keep(r, begin) : undefined;
    case GRAPH.initializer:
      return void raw.initializers.push(readTensorProto(c, enter(c, outer, 'initializer', raw.initializers.length)));
    case GRAPH.sparseInitializer:
      return void raw.sparse.push(readSparseTensor(c, enter(c, outer, 'sparse initializer', raw.sparse.length)));
    case GRAPH.input:
      return void raw.inputs.push(passInfo(c, outer));
    case GRAPH.output:
      return void raw.outputs.push(passInfo(c, outer));
    case GRAPH.valueInfo:
      return void raw.valueInfo.push(passInfo(c, outer));
    case GRAPH.quantization:
      return void raw.annotations.push(readAnnotation(c, outer));
    case GRAPH.doc:
      return raw.carrier.readDoc(r, begin, outer);
    case GRAPH.metadata:
      return raw.carrier.readMetadata(r, begin, outer);
    default:
      raw.carrier.extra.keepField(r, begin, field, outer);
  }
}

/** Reads the length of a message field and says that the walk is in it. */
export function enter(c: ReadContext, outer: number, what: string, index = -1): number {
  c.r.enter(what, index);
  c.r.expect(LENGTH);
  return c.r.length(outer);
}

export function readNodeField(c: GraphContext, outer: number, index: number): RawNode {
  return readNode(c, enter(c, outer, 'node', index), c.b.reserveNode(), () => c.b.reserveGraph());
}

export function passInfo(c: ReadContext, outer: number): InfoRange {
  const end = enter(c, outer, 'a value declaration');
  const begin = c.r.offset;
  c.r.skipTo(end);
  return { begin, end };
}

function readAnnotation(c: GraphContext, outer: number): RawAnnotation {
  const { r } = c;
  const end = enter(c, outer, 'a quantization annotation');
  const extra = new Extra();
  const parameters: (readonly [string, number])[] = [];
  let tensor = 0;
  while (r.offset < end) {
    const begin = r.offset;
    const field = r.tag();
    if (field === ANNOTATION.tensor) {
      tensor = readNameId(c, end);
      if (tensor === 0) extra.keep(r, begin);
    } else if (field === ANNOTATION.parameter) {
      const entry = readEntryIds(c, end);
      if (entry) parameters.push(entry);
      else extra.keep(r, begin);
    } else extra.keepField(r, begin, field, end);
  }
  r.close(end);
  return { tensor, parameters, ...withExtra(extra) };
}

/** Gives ids to the names of one graph and makes its records. */
export class GraphResolver {
  private readonly redeclared: Redeclaration[] = [];
  private readonly initialized = new Set<ValueId>();

  constructor(
    private readonly c: GraphContext,
    private readonly scope: Scope,
    private readonly parent: NodeId | null,
  ) {}

  run(raw: RawGraph): void {
    const { b } = this.c;
    const inputs = raw.inputs.map((info, index) => this.input(info, index));
    const initializers = this.initializers(raw);
    const sparseInitializers = raw.sparse.map(({ sparse, name }) => this.sparse(sparse, name));
    this.declareOutputs(raw.nodes);
    const outputs = raw.outputs.map((info, index) => this.output(info, index));
    const valueInfo = raw.valueInfo.map((info, index) => this.valueInfo(info, index));
    const order = raw.nodes.map((node, at) => this.node(node, at));
    this.useOutputs(outputs);
    const quantization = raw.annotations.map((a) => this.annotation(a));
    const rest = { inputs, outputs, initializers, sparseInitializers, valueInfo, quantization };
    b.graphs[this.scope.graph] = this.record(raw, order, rest);
    this.refuseCycle();
  }

  /** The same for a function, whose inputs and outputs are bare names. */
  runFunction(raw: RawGraph, inputNames: readonly number[], outputNames: readonly number[]): void {
    const { b, names } = this.c;
    const inputs = inputNames.map((name) => this.make(name, null, 'an input'));
    this.declareOutputs(raw.nodes);
    const outputs = outputNames.map((name) => this.scope.resolve(name) ?? this.missing(names.texts[name]!));
    const valueInfo = raw.valueInfo.map((info, index) => this.valueInfo(info, index));
    const order = raw.nodes.map((node, at) => this.node(node, at));
    this.useOutputs(outputs);
    const none: never[] = [];
    const rest = { inputs, outputs, initializers: none, sparseInitializers: none, valueInfo, quantization: none };
    b.graphs[this.scope.graph] = this.record(raw, order, rest);
    this.refuseCycle();
  }

  private record(
    raw: RawGraph,
    order: readonly NodeId[],
    lists: Pick<Graph, 'inputs' | 'outputs' | 'initializers' | 'sparseInitializers' | 'valueInfo' | 'quantization'>,
  ): Graph {
    return {
      id: this.scope.graph,
      name: raw.name,
      parent: this.parent,
      order,
      ...lists,
      ...(this.redeclared.length > 0 ? { redeclared: this.redeclared } : {}),
      ...raw.carrier.fields,
    };
  }

  /** A new value of this graph; its name must be free. */
  private make(name: number, producer: NodeId | null, by: string | RawNode, at = 0): ValueId {
    const { b, names } = this.c;
    const text = names.texts[name]!;
    const first = name === 0 ? undefined : this.scope.values.get(name);
    if (first !== undefined) throw this.duplicate(text, first, typeof by === 'string' ? by : describe(by, at));
    const id = b.addValue(this.scope.graph, text, producer);
    if (name !== 0) this.scope.values.set(name, id);
    return id;
  }

  private duplicate(name: string, first: ValueId, second: string): FormatError {
    const at = this.scope.position.get(first);
    const what = at !== undefined ? `node ${at}` : this.initialized.has(first) ? 'an initializer' : 'an input';
    const params = { name, graph: this.label(), first: what, second };
    return new FormatError('onnx.duplicate-value', params, { offset: this.c.r.offset });
  }

  private label(): string {
    return this.scope.name || (this.scope.depth === 0 ? '(main)' : '(unnamed body)');
  }

  private input(range: InfoRange, index: number): ValueId {
    const info = this.readInfo(range);
    const id = this.make(info.name, null, `input ${index}`);
    this.declare(id, range, info);
    return id;
  }

  private readInfo(range: InfoRange) {
    this.c.r.seek(range.begin);
    return readValueInfo(this.c, range.end);
  }

  private declare(id: ValueId, range: InfoRange, info: ReturnType<typeof readValueInfo>): void {
    const { b } = this.c;
    b.declared[id] = [range.begin, range.end];
    Object.assign(b.values[id]!, { type: info.type }, info.carried);
  }

  private initializers(raw: RawGraph): ValueId[] {
    const list: ValueId[] = [];
    for (const { tensor, name } of raw.initializers) {
      const id = this.initializerValue(name);
      if (this.initialized.has(id)) this.reportTwice(name);
      else list.push(id);
      this.initialized.add(id);
      this.c.b.values[id]!.constant = tensor;
    }
    return list;
  }

  private initializerValue(name: number): ValueId {
    return this.scope.values.get(name) ?? this.make(name, null, 'an initializer');
  }

  private reportTwice(name: number): void {
    const params = { name: this.c.names.texts[name]!, graph: this.label() };
    this.c.job.report(diagnostic('onnx.duplicate-initializer', params));
  }

  private sparse(sparse: SparseTensor, name: number): ValueId {
    const id = this.initializerValue(name);
    if (this.initialized.has(id)) throw this.duplicate(this.c.names.texts[name]!, id, 'a sparse initializer');
    this.initialized.add(id);
    this.c.b.values[id]!.sparse = sparse;
    return id;
  }

  private readonly made: (readonly (ValueId | null)[])[] = [];

  private declareOutputs(nodes: readonly RawNode[]): void {
    const { values, position } = this.scope;
    nodes.forEach((node, at) => {
      const outputs = node.outputs.map((name) => {
        if (name === 0) return null;
        if (values.has(name)) this.c.r.seek(node.offset);
        const id = this.make(name, node.id, node, at);
        position.set(id, at);
        return id;
      });
      this.made.push(outputs);
    });
    // Outputs and declarations stand behind all nodes.
    this.scope.current = Infinity;
  }

  private missing(name: string): never {
    throw new FormatError(
      'onnx.missing-output',
      { name: name || "''", graph: this.label() },
      { offset: this.c.r.offset },
    );
  }

  private output(range: InfoRange, index: number): ValueId {
    const info = this.readInfo(range);
    const id = info.name === 0 ? null : this.scope.resolve(info.name);
    if (id === null) return this.missing(this.c.names.texts[info.name]!);
    this.declareOrKeep('outputs', index, id, range, info);
    return id;
  }

  /** The first declaration is the value's own; one that says otherwise is kept beside it. */
  private declareOrKeep(
    list: Redeclaration['list'],
    index: number,
    id: ValueId,
    range: InfoRange,
    info: ReturnType<typeof readValueInfo>,
  ): void {
    const { b } = this.c;
    const before = b.declared[id];
    if (b.values[id]!.graph === this.scope.graph && before === undefined) return this.declare(id, range, info);
    if (before !== undefined && this.sameBytes(before, range)) return;
    this.redeclared.push({ list, index, value: id, type: info.type, ...info.carried });
  }

  private sameBytes([begin, end]: [number, number], other: InfoRange): boolean {
    if (end - begin !== other.end - other.begin) return false;
    const { r } = this.c;
    r.seek(begin);
    const a = r.at;
    r.seek(other.begin);
    for (let i = 0; i < end - begin; i++) if (r.bytes[a + i] !== r.bytes[r.at + i]) return false;
    return true;
  }

  private valueInfo(range: InfoRange, index: number): ValueId {
    const info = this.readInfo(range);
    const id = this.scope.resolve(info.name) ?? this.make(info.name, null, 'a declaration');
    this.declareOrKeep('valueInfo', index, id, range, info);
    return id;
  }

  private useOutputs(outputs: readonly ValueId[]): void {
    this.scope.current = Infinity;
    const graph = this.scope.graph;
    outputs.forEach((v, index) => this.c.b.use(v, { node: null, graph, index }));
  }

  private node(raw: RawNode, at: number): NodeId {
    const { b } = this.c;
    const { id, op, domain, overload, name, attributes, carried } = raw;
    this.scope.current = at;
    const graph = this.scope.graph;
    const inputs = raw.inputs.map((n) => this.reference(n));
    inputs.forEach((v, index) => v !== null && b.use(v, { node: id, graph, index }));
    const node = { id, graph, domain, op, overload, name, inputs, outputs: this.made[at]!, attributes, ...carried };
    b.nodes[id] = raw.devices.length === 0 ? node : { ...node, deviceConfigurations: this.devices(raw.devices) };
    for (const body of raw.bodies) readGraph(this.c, body.graph, body.begin, body.end, id, this.scope);
    return id;
  }

  /** The value a name means; one that nothing makes gets a value of its own, so that the name is kept. */
  private reference(name: number): ValueId | null {
    if (name === 0) return null;
    return this.scope.resolve(name) ?? this.make(name, null, 'a reference');
  }

  private devices(devices: readonly RawDevice[]) {
    return devices.map(({ shardings, ...device }) => ({
      ...device,
      shardings: shardings.map(({ name, ...rest }) => ({ value: this.reference(name), ...rest })),
    }));
  }

  private annotation({ tensor, parameters, ...rest }: RawAnnotation): QuantizationAnnotation {
    const named = parameters.map(([key, name]) => [key, this.reference(name)] as const);
    return { value: this.reference(tensor), parameters: named, ...rest };
  }

  private refuseCycle(): void {
    if (!this.scope.unordered) return;
    const { b } = this.c;
    const node = findCycle(b, b.graph(this.scope.graph));
    if (node)
      throw new FormatError('onnx.cycle', { graph: this.label(), node: `${node.op} ${node.name || '(unnamed)'}` });
  }
}

function describe(node: RawNode, at: number): string {
  return node.name ? `${node.op} ${node.name} (node ${at})` : `${node.op} (node ${at})`;
}
