/** A model in figures: for the inspector, the status bar and the command. */
import { getTensor } from '../core/attributes.ts';
import { normalDomain, type Model, type OpsetImport, type Value, type ValueId } from '../core/model.ts';
import { elementCount, storedByteLength, type Tensor } from '../core/tensor.ts';
import type { ValueType } from '../core/types.ts';

export interface OperatorCount {
  readonly domain: string;
  readonly op: string;
  readonly count: number;
}

export interface PortSummary {
  readonly id: ValueId;
  readonly name: string;
  readonly type: ValueType | null;
}

export interface ModelSummary {
  /** All nodes, those in bodies and functions included. */
  readonly nodes: number;
  /** Most frequent first. */
  readonly operators: readonly OperatorCount[];
  /** Elements of all initializers and of the tensors of Constant nodes. */
  readonly parameters: number;
  /** Bytes that these take in their files. */
  readonly weightBytes: number;
  readonly initializers: number;
  /** Inputs of the main graph that have no initializer. */
  readonly inputs: readonly PortSummary[];
  readonly outputs: readonly PortSummary[];
  readonly opsets: readonly OpsetImport[];
  readonly metadata: readonly (readonly [string, string])[];
  readonly functions: number;
  /** Bodies of If, Loop, Scan … */
  readonly bodies: number;
}

/** `types` holds inferred types; where it has none, the declared type counts. */
export function modelSummary(model: Model, types: ReadonlyMap<ValueId, ValueType>): ModelSummary {
  const main = model.graphs.at(model.main);
  const port = (id: ValueId): PortSummary => portOf(model.values.at(id), types);
  return {
    nodes: model.nodes.size,
    ...countsOf(model),
    inputs: main.inputs.filter((id) => !model.values.at(id).constant).map(port),
    outputs: main.outputs.map(port),
    opsets: model.opsets,
    metadata: [...(model.metadata ?? [])],
    functions: model.functions.length,
    bodies: [...model.graphs.values()].filter((g) => g.parent !== null).length,
  };
}

type Counts = Pick<ModelSummary, 'operators' | 'parameters' | 'weightBytes' | 'initializers'>;
const known = new WeakMap<Model, Counts>();

/** What no type changes: counted once however often the types of a model become better known. */
function countsOf(model: Model): Counts {
  let counts = known.get(model);
  if (counts) return counts;
  const { operators, constants } = countNodes(model);
  const weights = [...initializersOf(model), ...constants];
  counts = {
    operators,
    parameters: sum(weights, (t) => elementCount(t.dims)),
    weightBytes: sum(weights, storedByteLength),
    initializers: weights.length - constants.length,
  };
  known.set(model, counts);
  return counts;
}

function portOf(value: Value, types: ReadonlyMap<ValueId, ValueType>): PortSummary {
  return { id: value.id, name: value.name, type: types.get(value.id) ?? value.type };
}

function countNodes(model: Model): { operators: OperatorCount[]; constants: Tensor[] } {
  const counts = new Map<string, { domain: string; op: string; count: number }>();
  const constants: Tensor[] = [];
  for (const node of model.nodes.values()) {
    const domain = normalDomain(node.domain);
    const key = domain === '' ? node.op : `${domain}\0${node.op}`;
    const found = counts.get(key);
    if (found) found.count++;
    else counts.set(key, { domain, op: node.op, count: 1 });
    const constant = node.op === 'Constant' && domain === '' ? getTensor(node, 'value') : undefined;
    if (constant) constants.push(constant);
  }
  const operators = [...counts.values()].sort((a, b) => b.count - a.count || a.op.localeCompare(b.op));
  return { operators, constants };
}

/** Sparse ones by their non-zero elements. */
function initializersOf(model: Model): Tensor[] {
  const out: Tensor[] = [];
  for (const value of model.values.values()) {
    if (value.constant) out.push(value.constant);
    if (value.sparse) out.push(value.sparse.values);
  }
  return out;
}

function sum<T>(list: readonly T[], of: (item: T) => number): number {
  return list.reduce((total, item) => total + of(item), 0);
}
