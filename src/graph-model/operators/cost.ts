/** What a node, a selection and a whole model cost: multiply-adds, parameters, bytes, peak memory. */
import { bodiesOf, getTensor } from '../core/attributes.ts';
import { elementCount, type Tensor } from '../core/tensor.ts';
import { functionOf, normalDomain, type GraphId, type Model, type Node, type ValueId } from '../core/model.ts';
import { dtypeInfo, type Dim, type Shape, type ValueType } from '../core/types.ts';
import { COSTS } from './costs.ts';
import type { TypeTable } from './operator.ts';
import { addDim, ceilDivDim, evaluateDim, dimNames, maxDim, mulDim, productDim } from './symbolic.ts';

/** Numbers, expressions over the model's dimension names, or null where it cannot be told. */
export interface NodeCost {
  /** Multiply-adds of one run, bodies included; 0 for operators that only move or map elements. */
  readonly macs: Dim;
  /** Elements of the initializers and Constant nodes that it reads. */
  readonly parameters: number;
  /** Bytes of the inputs that come not with the file. */
  readonly inputBytes: Dim;
  readonly outputBytes: Dim;
}

export interface ModelCost {
  readonly macs: Dim;
  /** Nodes whose multiply-adds could not be told; they count as 0 in `macs`. */
  readonly unknown: number;
  /** Elements of all initializers and Constant nodes, each once. */
  readonly parameters: number;
  readonly parameterBytes: number;
  /** Bytes of everything that nodes of the main graph make. */
  readonly activationBytes: Dim;
  /** The most bytes of activations alive at once when nodes run in the file's order, inputs included. */
  readonly peakBytes: Dim;
}

export function costOf(model: Model, node: Node, types: TypeTable): NodeCost {
  return {
    macs: macsOf(model, node, types, 0),
    parameters: node.inputs.reduce((n, v) => n + (v === null ? 0 : parametersOf(model, v)), 0),
    inputBytes: sum(new Set(node.inputs.filter((v) => v !== null && !isParameter(model, v))), (v) =>
      bytesOfValue(types, v),
    ),
    outputBytes: sum(node.outputs, (v) => (isParameter(model, v) ? 0 : bytesOfValue(types, v))),
  };
}

function sum(ids: Iterable<ValueId | null>, of: (id: ValueId) => Dim): Dim {
  let total: Dim = 0;
  for (const id of ids) if (id !== null) total = addDim(total, of(id));
  return total;
}

/** Elements of an initializer or of the tensor of a Constant node; 0 for other values. */
export function parametersOf(model: Model, id: ValueId): number {
  const { constant, sparse } = model.values.at(id);
  const tensor = constant ?? sparse?.values ?? constantOfNode(model, id);
  return tensor ? elementCount(tensor.dims) : 0;
}

/** True where the elements come with the file, as an initializer or in a Constant node. */
export function isParameter(model: Model, id: ValueId): boolean {
  const { constant, sparse } = model.values.at(id);
  return Boolean(constant ?? sparse ?? constantOfNode(model, id));
}

function constantOfNode(model: Model, id: ValueId): Tensor | null {
  const { producer } = model.values.at(id);
  const node = producer === null ? null : model.nodes.at(producer);
  return node?.op === 'Constant' && normalDomain(node.domain) === '' ? (getTensor(node, 'value') ?? null) : null;
}

/** Bytes of a tensor of this type; 0 for strings and for what is no tensor. */
export function bytesOfType(type: ValueType | null): Dim {
  if (type === null) return null;
  if (type.kind !== 'tensor') return 0;
  const { bits } = dtypeInfo(type.dtype);
  if (bits === 0) return 0;
  const count = type.shape && productDim(type.shape);
  return bits >= 8 ? mulDim(count, bits / 8) : ceilDivDim(mulDim(count, bits), 8);
}

const bytesOfValue = (types: TypeTable, id: ValueId): Dim => bytesOfType(types.typeOf(id));

// ---- multiply-adds

const DEEPEST = 20;

function macsOf(model: Model, node: Node, types: TypeTable, depth: number): Dim {
  if (depth > DEEPEST) return null;
  const domain = normalDomain(node.domain);
  const called = functionOf(model, node);
  if (called) return macsOfGraph(model, called.graph, types, depth + 1)[0];
  const shape = (v: ValueId | null | undefined): Shape => {
    const type = v === null || v === undefined ? null : types.typeOf(v);
    return type?.kind === 'tensor' ? type.shape : null;
  };
  const rule = COSTS[domain] && Object.hasOwn(COSTS[domain], node.op) ? COSTS[domain][node.op] : undefined;
  if (rule) return rule({ node, input: (i) => shape(node.inputs[i]), output: (i) => shape(node.outputs[i]) });
  return bodyMacs(model, node, types, depth);
}

/** If: the dearer branch; Loop and Scan: the body as often as it runs. */
function bodyMacs(model: Model, node: Node, types: TypeTable, depth: number): Dim {
  const bodies = bodiesOf(node);
  if (bodies.length === 0) return 0;
  const each = bodies.map((b) => macsOfGraph(model, b, types, depth + 1)[0]);
  const dearest = each.reduce((a, b) => maxDim(a, b));
  if (node.op !== 'Loop' && node.op !== 'Scan' && node.op !== 'SequenceMap') return dearest;
  return dearest === 0 ? 0 : mulDim(dearest, runsOf(model, node, types));
}

function runsOf(model: Model, node: Node, types: TypeTable): Dim {
  const id = node.op === 'Scan' ? node.inputs.at(-1) : node.inputs[0];
  if (id === null || id === undefined) return null;
  if (node.op === 'Loop') {
    const trips = types.constantOf(id)?.values[0];
    return typeof trips === 'bigint' && trips < 2n ** 31n ? Number(trips) : null;
  }
  const type = types.typeOf(id);
  const axis = node.op === 'Scan' ? Number(scanAxis(node)) : 0;
  return type?.kind === 'tensor' ? (type.shape?.at(axis) ?? null) : null;
}

function scanAxis(node: Node): bigint {
  const axes = node.attributes.get('scan_input_axes');
  return axes?.kind === 'ints' ? (axes.value.at(-1) ?? 0n) : 0n;
}

/** The sum over a graph, and how many nodes could not be counted. */
function macsOfGraph(model: Model, graph: GraphId, types: TypeTable, depth: number): [Dim, number] {
  let total: Dim = 0;
  let unknown = 0;
  for (const id of model.graphs.at(graph).order) {
    const macs = macsOf(model, model.nodes.at(id), types, depth);
    const next: Dim = macs === null ? null : addDim(total, macs);
    if (next === null) unknown++;
    else total = next;
  }
  return [total, unknown];
}

/** Multiply-adds of some nodes together; those that cannot be told count as 0. */
export function costOfNodes(model: Model, nodes: Iterable<Node>, types: TypeTable): { macs: Dim; unknown: number } {
  let macs: Dim = 0;
  let unknown = 0;
  for (const node of nodes) {
    const next: Dim = addDim(macs, macsOf(model, node, types, 0));
    if (next === null) unknown++;
    else macs = next;
  }
  return { macs, unknown };
}

/** What the nodes of one operator cost together; those of the main graph, their bodies with them. */
export interface OperatorCost {
  readonly domain: string;
  readonly op: string;
  readonly count: number;
  readonly macs: Dim;
  /** Elements of the initializers that they read, one that several read each time. */
  readonly parameters: number;
  readonly outputBytes: Dim;
}

/** Dearest first where the costs are numbers, then the most frequent. */
export function costByOperator(model: Model, types: TypeTable): readonly OperatorCost[] {
  const rows = new Map<string, OperatorCost>();
  for (const id of model.graphs.at(model.main).order) {
    const node = model.nodes.at(id);
    const domain = normalDomain(node.domain);
    const key = `${domain}:${node.op}`;
    const row = rows.get(key) ?? { domain, op: node.op, count: 0, macs: 0, parameters: 0, outputBytes: 0 };
    const { macs, parameters, outputBytes } = costOf(model, node, types);
    rows.set(key, {
      ...row,
      count: row.count + 1,
      macs: macs === null ? row.macs : addDim(row.macs, macs),
      parameters: row.parameters + parameters,
      outputBytes: outputBytes === null ? row.outputBytes : addDim(row.outputBytes, outputBytes),
    });
  }
  const weight = (d: Dim) => (typeof d === 'number' ? d : Infinity);
  return [...rows.values()].sort((a, b) => weight(b.macs) - weight(a.macs) || b.count - a.count);
}

// ---- the whole model

export function modelCost(model: Model, types: TypeTable): ModelCost {
  const [macs, unknown] = macsOfGraph(model, model.main, types, 0);
  let parameters = 0;
  let bits = 0;
  for (const value of model.values.values()) {
    const count = parametersOf(model, value.id);
    const dtype = (value.constant ?? value.sparse?.values ?? constantOfNode(model, value.id))?.dtype;
    parameters += count;
    if (dtype) bits += count * dtypeInfo(dtype).bits;
  }
  return { macs, unknown, parameters, parameterBytes: Math.ceil(bits / 8), ...activations(model, types) };
}

/** Walks the execution order: a value lives from its maker to its last reader (outputs of the graph to the end). */
function activations(model: Model, types: TypeTable): { activationBytes: Dim; peakBytes: Dim } {
  const graph = model.graphs.at(model.main);
  const lives: Life[] = [];
  const last = lastReaders(model, graph.order);
  for (const v of graph.outputs) last.set(v, graph.order.length);
  const born = (v: ValueId, birth: number) =>
    lives.push({ birth, death: last.get(v) ?? birth, bytes: bytesOfValue(types, v) });
  for (const v of graph.inputs) if (!isParameter(model, v)) born(v, -1);
  const made = lives.length;
  graph.order.forEach((id, place) => {
    for (const v of model.nodes.at(id).outputs) if (v !== null && !isParameter(model, v)) born(v, place);
  });
  return { activationBytes: totalOf(lives.slice(made)), peakBytes: peakOf(lives, graph.order.length) };
}

/** A value's first and last place in the order (-1: before the first node). */
interface Life {
  readonly birth: number;
  readonly death: number;
  readonly bytes: Dim;
}

/** The sum of all that is known; equal amounts are counted first, so that the sum of thousands stays cheap. */
function totalOf(lives: readonly Life[]): Dim {
  const counts = new Map<Dim, number>();
  for (const { bytes } of lives) counts.set(bytes, (counts.get(bytes) ?? 0) + 1);
  let total: Dim = 0;
  for (const [bytes, times] of counts) total = addDim(total, bytes === null ? 0 : mulDim(bytes, times));
  return total;
}

/** The place in the order where each value is read last, by a node of the main graph or inside one. */
function lastReaders(model: Model, order: readonly Node['id'][]): Map<ValueId, number> {
  const last = new Map<ValueId, number>();
  const note = (node: Node, place: number) => {
    for (const v of node.inputs) if (v !== null) last.set(v, place);
    for (const body of bodiesOf(node)) {
      const g = model.graphs.at(body);
      for (const v of g.outputs) last.set(v, place);
      for (const n of g.order) note(model.nodes.at(n), place);
    }
  };
  order.forEach((id, place) => note(model.nodes.at(id), place));
  return last;
}

/**
 * The most that is alive at once. With symbolic lengths the place of the peak depends on them: the places that are the
 * highest when all names are 1, 64 or 4096, or one of them is long, stay side by side under a max().
 */
function peakOf(lives: readonly Life[], places: number): Dim {
  const samples = samplesFor(lives);
  const peaks = new Set(samples.map((lengths) => highestPlace(lives, places, lengths)));
  const totals = [...peaks].map((p) => totalOf(lives.filter((l) => l.birth <= p && p <= l.death)));
  return totals.length === 0 ? null : totals.reduce((a, b) => maxDim(a, b) ?? a);
}

const MOST_NAMES = 12;

function samplesFor(lives: readonly Life[]): ReadonlyMap<string, number>[] {
  const names = [...new Set([...new Set(lives.map((l) => l.bytes))].flatMap((d) => [...dimNames(d)]))];
  const all = (length: number) => new Map(names.map((n) => [n, length]));
  if (names.length === 0) return [new Map()];
  const single = names.slice(0, MOST_NAMES).map((n) => new Map([...all(1), [n, 4096]]));
  return [all(1), all(64), all(4096), ...single];
}

function highestPlace(lives: readonly Life[], places: number, lengths: ReadonlyMap<string, number>): number {
  const known = new Map<Dim, number>();
  const size = (d: Dim): number => {
    if (!known.has(d)) known.set(d, evaluateDim(d, lengths) ?? 0);
    return known.get(d)!;
  };
  const change = new Float64Array(places + 3);
  for (const { birth, death, bytes } of lives) {
    change[birth + 1]! += size(bytes);
    change[death + 2]! -= size(bytes);
  }
  let [live, most, at] = [0, -1, -1];
  for (let p = -1; p <= places; p++) {
    live += change[p + 1]!;
    if (live > most) [most, at] = [live, p];
  }
  return at;
}
