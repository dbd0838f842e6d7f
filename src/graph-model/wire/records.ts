/** The records that a model has by the ten thousand, packed by hand; everything unusual about one goes to `any.ts`. */
import { NO_ATTRIBUTES, type Attribute, type Attributes } from '../core/attributes.ts';
import type { Graph, GraphId, Node, NodeId, Use, Value, ValueId } from '../core/model.ts';
import { DTYPES, dtypeInfo, type Dim, type TensorType, type ValueType } from '../core/types.ts';
import { putAny, putArray, takeAny, takeArray } from './any.ts';
import type { WireReader, WireWriter } from './writer.ts';

/** Stands for null where an id would stand. */
const NONE = -1;

// ---- lists of ids

export function putIds(w: WireWriter, ids: readonly (number | null)[]): void {
  w.int(ids.length);
  for (let i = 0; i < ids.length; i++) w.int(ids[i] ?? NONE);
}

export function takeIds<T extends number>(r: WireReader): (T | null)[] {
  const out: (T | null)[] = [];
  for (let n = r.int(); n > 0; n--) {
    const id = r.int();
    out.push(id === NONE ? null : (id as T));
  }
  return out;
}

/** For lists without nulls. */
const takeAll = <T extends number>(r: WireReader) => takeIds<T>(r) as T[];

// ---- nodes

export function putNode(w: WireWriter, node: Node): void {
  const { id, graph, domain, op, overload, name, inputs, outputs, attributes, ...rest } = node;
  w.int(id);
  w.int(graph);
  w.string(domain);
  w.string(op);
  w.string(overload);
  w.string(name);
  putIds(w, inputs);
  putIds(w, outputs);
  putAttributes(w, attributes);
  putRest(w, rest);
}

export function takeNode(r: WireReader): Node {
  const node: Node = {
    id: r.int() as NodeId,
    graph: r.int() as GraphId,
    domain: r.string(),
    op: r.string(),
    overload: r.string(),
    name: r.string(),
    inputs: takeIds<ValueId>(r),
    outputs: takeIds<ValueId>(r),
    attributes: takeAttributes(r),
  };
  return withRest(r, node);
}

/** What a record has besides its packed fields. */
function putRest(w: WireWriter, rest: object): void {
  for (const _ in rest) {
    w.int(1);
    return putAny(w, rest);
  }
  w.int(0);
}

function withRest<T extends object>(r: WireReader, record: T): T {
  return r.int() === 0 ? record : Object.assign(record, takeAny(r));
}

// ---- attributes

const OTHER = 0;
const ATTRIBUTE_CODES = { int: 1, float: 2, string: 3, ints: 4, floats: 5 } as const;

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
  const code = a.kind in ATTRIBUTE_CODES && isPlain(a) ? ATTRIBUTE_CODES[a.kind as 'int'] : OTHER;
  w.int(code);
  if (code === OTHER) return putAny(w, a);
  if (a.kind === 'int') return w.bigint(a.value);
  if (a.kind === 'float') return w.float(a.value);
  if (a.kind === 'string') return w.string(a.value);
  if (a.kind === 'ints' || a.kind === 'floats') putArray(w, a.value);
}

function takeAttribute(r: WireReader): Attribute {
  switch (r.int()) {
    case ATTRIBUTE_CODES.int:
      return { kind: 'int', value: r.bigint() };
    case ATTRIBUTE_CODES.float:
      return { kind: 'float', value: r.float() };
    case ATTRIBUTE_CODES.string:
      return { kind: 'string', value: r.string() };
    case ATTRIBUTE_CODES.ints:
      return { kind: 'ints', value: takeArray(r, BigInt64Array) };
    case ATTRIBUTE_CODES.floats:
      return { kind: 'floats', value: takeArray(r, Float32Array) };
    default:
      return takeAny(r) as Attribute;
  }
}

// ---- values

export function putValue(w: WireWriter, value: Value): void {
  const { id, graph, name, type, producer, ...rest } = value;
  w.int(id);
  w.int(graph);
  w.string(name);
  putType(w, type);
  w.int(producer ?? NONE);
  putRest(w, rest);
}

export function takeValue(r: WireReader): Value {
  const id = r.int() as ValueId;
  const graph = r.int() as GraphId;
  const name = r.string();
  const type = takeType(r);
  const producer = r.int();
  return withRest(r, { id, graph, name, type, producer: producer === NONE ? null : (producer as NodeId) });
}

const NO_TYPE = 0;
const PLAIN_TENSOR = 1;
const OTHER_TYPE = 2;

function putType(w: WireWriter, type: ValueType | null): void {
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

function takeType(r: WireReader): ValueType | null {
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
  const out: Dim[] = [];
  for (let i = 0; i < rank; i++) {
    const d = r.int();
    if (d >= 0) out.push(d);
    else if (d === NONE) out.push(null);
    else out.push(d === DIM_NAME ? r.string() : r.float());
  }
  return out;
}

// ---- graphs and uses

export function putGraph(w: WireWriter, graph: Graph): void {
  const { id, name, parent, inputs, outputs, order, initializers, sparseInitializers, valueInfo, ...rest } = graph;
  w.int(id);
  w.string(name);
  w.int(parent ?? NONE);
  for (const list of [inputs, outputs, order, initializers, sparseInitializers, valueInfo]) putIds(w, list);
  putRest(w, rest);
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
  const out: Use[] = [];
  for (let n = r.int(); n > 0; n--) {
    const node = r.int();
    out.push({
      node: node === NONE ? null : (node as NodeId),
      graph: r.int() as GraphId,
      index: r.int(),
    });
  }
  return out;
}
