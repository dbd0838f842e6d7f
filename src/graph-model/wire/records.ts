/** The records that a model has by the ten thousand, packed by hand; everything unusual about one goes to `any.ts`. */
import { NO_ATTRIBUTES, type Attribute, type Attributes } from '../core/attributes.ts';
import type { Graph, GraphId, Node, NodeId, Use, Value, ValueId } from '../core/model.ts';
import { DTYPES, dtypeInfo, type Dim, type TensorType, type ValueType } from '../core/types.ts';
import { putAny, putArray, takeAny, takeArray } from './any.ts';
import { putRest, withRest } from './rest.ts';
import { putTensor, takeTensor } from './tensors.ts';
import type { WireReader, WireWriter } from './writer.ts';

/** Stands for null where an id would stand. */
const NONE = -1;

// ---- lists of ids

export function putIds(w: WireWriter, ids: readonly (number | null)[]): void {
  w.int(ids.length);
  for (let i = 0; i < ids.length; i++) w.int(ids[i] ?? NONE);
}

/** Lists of known length are made at it: one that grows has room for 17 items, and models have many short ones. */
export function takeIds<T extends number>(r: WireReader): (T | null)[] {
  const out = new Array<T | null>(r.int());
  for (let i = 0; i < out.length; i++) {
    const id = r.int();
    out[i] = id === NONE ? null : (id as T);
  }
  return out;
}

/** For lists without nulls. */
const takeAll = <T extends number>(r: WireReader) => takeIds<T>(r) as T[];

// ---- nodes

const NODE_FIELDS: ReadonlySet<string> = new Set<keyof Node>([
  'id',
  'graph',
  'domain',
  'op',
  'overload',
  'name',
  'inputs',
  'outputs',
  'attributes',
]);

export function putNode(w: WireWriter, node: Node): void {
  w.int(node.id);
  w.int(node.graph);
  w.string(node.domain);
  w.string(node.op);
  w.string(node.overload);
  w.text(node.name);
  putIds(w, node.inputs);
  putIds(w, node.outputs);
  putAttributes(w, node.attributes);
  putRest(w, node, NODE_FIELDS);
}

export function takeNode(r: WireReader): Node {
  const node: Node = {
    id: r.int() as NodeId,
    graph: r.int() as GraphId,
    domain: r.string(),
    op: r.string(),
    overload: r.string(),
    name: r.text(),
    inputs: takeIds<ValueId>(r),
    outputs: takeIds<ValueId>(r),
    attributes: takeAttributes(r),
  };
  return withRest(r, node);
}

// ---- attributes

const OTHER = 0;
const ATTRIBUTE_CODES = { int: 1, float: 2, string: 3, ints: 4, floats: 5, fewInts: 6, tensor: 7 } as const;

function putAttributes(w: WireWriter, attributes: Attributes): void {
  w.int(attributes.size);
  for (const [name, a] of attributes) {
    w.string(name);
    putAttribute(w, a);
  }
}

function takeAttributes(r: WireReader): Attributes {
  const count = r.int();
  if (count === 0) return NO_ATTRIBUTES;
  const out = new Map<string, Attribute>();
  for (let i = 0; i < count; i++) {
    const name = r.string();
    out.set(name, takeAttribute(r));
  }
  return out;
}

/** Kind and value alone. */
function isPlain(a: Attribute): boolean {
  let fields = 0;
  for (const _ in a) fields++;
  return fields === 2;
}

function putAttribute(w: WireWriter, a: Attribute): void {
  const code = attributeCode(a);
  w.int(code);
  if (code === OTHER) return putAny(w, a);
  if (a.kind === 'int') return w.bigint(a.value);
  if (a.kind === 'float') return w.float(a.value);
  if (a.kind === 'string') return w.string(a.value);
  if (a.kind === 'tensor') return putTensor(w, a.value);
  if (a.kind === 'ints' && code === ATTRIBUTE_CODES.fewInts) return putFewInts(w, a.value);
  if (a.kind === 'ints' || a.kind === 'floats') putArray(w, a.value);
}

/** A short list costs less among the integers than as a view of its own into the pool. */
const FEW = 16;

function attributeCode(a: Attribute): number {
  if (!isPlain(a)) return OTHER;
  switch (a.kind) {
    case 'ints':
      return a.value.length <= FEW ? ATTRIBUTE_CODES.fewInts : ATTRIBUTE_CODES.ints;
    case 'int':
    case 'float':
    case 'string':
    case 'floats':
    case 'tensor':
      return ATTRIBUTE_CODES[a.kind];
    default:
      return OTHER;
  }
}

function putFewInts(w: WireWriter, list: BigInt64Array): void {
  w.int(list.length);
  for (let i = 0; i < list.length; i++) w.bigint(list[i]!);
}

function takeFewInts(r: WireReader): BigInt64Array {
  const out = new BigInt64Array(r.int());
  for (let i = 0; i < out.length; i++) out[i] = r.bigint();
  return out;
}

function takeAttribute(r: WireReader): Attribute {
  switch (r.int()) {
    case ATTRIBUTE_CODES.int:
      return { kind: 'int', value: r.bigint() };
    case ATTRIBUTE_CODES.float:
      return { kind: 'float', value: r.float() };
    case ATTRIBUTE_CODES.string:
      return { kind: 'string', value: r.string() };
    case ATTRIBUTE_CODES.fewInts:
      return { kind: 'ints', value: takeFewInts(r) };
    case ATTRIBUTE_CODES.ints:
      return { kind: 'ints', value: takeArray(r, BigInt64Array) };
    case ATTRIBUTE_CODES.floats:
      return { kind: 'floats', value: takeArray(r, Float32Array) };
    case ATTRIBUTE_CODES.tensor:
      return { kind: 'tensor', value: takeTensor(r) };
    default:
      return takeAny(r) as Attribute;
  }
}

// ---- values

const VALUE_FIELDS: ReadonlySet<string> = new Set<keyof Value>(['id', 'graph', 'name', 'type', 'producer']);
const CONSTANT_FIELDS: ReadonlySet<string> = new Set([...VALUE_FIELDS, 'constant']);

export function putValue(w: WireWriter, value: Value): void {
  w.int(value.id);
  w.int(value.graph);
  w.text(value.name);
  putType(w, value.type);
  w.int(value.producer ?? NONE);
  w.int(value.constant ? 1 : 0);
  if (value.constant) putTensor(w, value.constant);
  putRest(w, value, value.constant ? CONSTANT_FIELDS : VALUE_FIELDS);
}

export function takeValue(r: WireReader): Value {
  const id = r.int() as ValueId;
  const graph = r.int() as GraphId;
  const name = r.text();
  const type = takeType(r);
  const maker = r.int();
  const producer = maker === NONE ? null : (maker as NodeId);
  const constant = r.int() === 0 ? undefined : takeTensor(r);
  return withRest(r, constant ? { id, graph, name, type, producer, constant } : { id, graph, name, type, producer });
}

const NO_TYPE = 0;
const PLAIN_TENSOR = 1;
const OTHER_TYPE = 2;

export function putType(w: WireWriter, type: ValueType | null): void {
  if (type === null) return w.int(NO_TYPE);
  if (type.kind !== 'tensor' || type.dimDenotations || type.denotation !== undefined || type.extra) {
    w.int(OTHER_TYPE);
    return putAny(w, type);
  }
  w.int(PLAIN_TENSOR);
  w.int(dtypeInfo(type.dtype).code);
  w.int(type.shape === null ? NONE : type.shape.length);
  if (type.shape !== null) for (const d of type.shape) putDim(w, d);
}

export function takeType(r: WireReader): ValueType | null {
  const tag = r.int();
  if (tag !== PLAIN_TENSOR) return tag === NO_TYPE ? null : (takeAny(r) as ValueType);
  const { name } = DTYPES[r.int()]!;
  const rank = r.int();
  const type: TensorType = { kind: 'tensor', dtype: name, shape: rank === NONE ? null : takeDims(r, rank) };
  return type;
}

const DIM_NAME = -2;
const DIM_NUMBER = -3;

function putDim(w: WireWriter, d: Dim): void {
  if (d === null) return w.int(NONE);
  if (typeof d === 'string') {
    w.int(DIM_NAME);
    return w.string(d);
  }
  if ((d | 0) === d && d >= 0) return w.int(d);
  w.int(DIM_NUMBER);
  w.float(d);
}

function takeDims(r: WireReader, rank: number): Dim[] {
  const out = new Array<Dim>(rank);
  for (let i = 0; i < rank; i++) out[i] = takeDim(r);
  return out;
}

function takeDim(r: WireReader): Dim {
  const d = r.int();
  if (d >= 0) return d;
  if (d === NONE) return null;
  return d === DIM_NAME ? r.string() : r.float();
}

// ---- graphs and uses

const GRAPH_LISTS = ['inputs', 'outputs', 'order', 'initializers', 'sparseInitializers', 'valueInfo'] as const;
const GRAPH_FIELDS: ReadonlySet<string> = new Set<string>(['id', 'name', 'parent', ...GRAPH_LISTS]);

export function putGraph(w: WireWriter, graph: Graph): void {
  w.int(graph.id);
  w.string(graph.name);
  w.int(graph.parent ?? NONE);
  for (const list of GRAPH_LISTS) putIds(w, graph[list]);
  putRest(w, graph, GRAPH_FIELDS);
}

export function takeGraph(r: WireReader): Graph {
  const id = r.int() as GraphId;
  const name = r.string();
  const parent = r.int();
  const graph = {
    id,
    name,
    parent: parent === NONE ? null : (parent as NodeId),
    inputs: takeAll<ValueId>(r),
    outputs: takeAll<ValueId>(r),
    order: takeAll<NodeId>(r),
    initializers: takeAll<ValueId>(r),
    sparseInitializers: takeAll<ValueId>(r),
    valueInfo: takeAll<ValueId>(r),
  };
  // The rest holds what is not listed here: quantization, redeclarations, metadata.
  return withRest(r, graph as unknown as Graph);
}

export function putUses(w: WireWriter, uses: readonly Use[]): void {
  w.int(uses.length);
  for (const { node, graph, index } of uses) {
    w.int(node ?? NONE);
    w.int(graph);
    w.int(index);
  }
}

export function takeUses(r: WireReader): Use[] {
  const out = new Array<Use>(r.int());
  for (let i = 0; i < out.length; i++) {
    const node = r.int();
    out[i] = { node: node === NONE ? null : (node as NodeId), graph: r.int() as GraphId, index: r.int() };
  }
  return out;
}
