/**
 * A fitted estimator as nodes of the `sklearn` dialect: one node an estimator, its parameters and fitted arrays as
 * attributes under their own names, estimators within it as bodies. A pipeline is the chain of its steps. `doc` of an
 * attribute says what Python had where the kind alone does not; decode.ts is the exact opposite.
 */
import type { Attribute } from '../../../graph-model/core/attributes.ts';
import { bytesOf } from '../../../graph-model/core/bytes.ts';
import type { Draft } from '../../../graph-model/core/draft.ts';
import type { GraphId, Model, ValueId } from '../../../graph-model/core/model.ts';
import { tensorOf } from '../../../graph-model/core/tensor.ts';
import type { DType, ValueType } from '../../../graph-model/core/types.ts';
import { FormatError } from '../../../graph-model/diagnostics.ts';
import { NdArray, NumpyDtype, PyGlobal, PyObject, type PyValue } from '../../containers/pickle/index.ts';

const DEPTH_LIMIT = 64;
const COUNT_LIMIT = 5_000_000;
/** Search trees of neighbours estimators, caches and parameters that a fitted twin stands for: not part of the model. */
const LEFT_OUT = new Set([
  'root_',
  'dummy_leaf_',
  '_tree',
  'random_state',
  'random_state_',
  '_random_state',
  'cv_results_',
  '_rng',
  '_cache',
  'memory',
]);
const TWINS: Readonly<Record<string, readonly string[]>> = {
  transformers: ['transformers_'],
  estimators: ['estimators_'],
  estimator: ['estimator_', 'estimators_', 'best_estimator_', 'calibrated_classifiers_'],
  base_estimator: ['estimator_', 'estimators_', 'base_estimator_', 'calibrated_classifiers_'],
  regressor: ['regressor_'],
  transformer: ['transformer_'],
  final_estimator: ['final_estimator_'],
  estimator_: ['estimators_'],
  base_estimator_: ['estimators_'],
  named_estimators_: ['estimators_'],
};

export class Encoder {
  private count = 0;
  constructor(
    private readonly draft: Draft,
    private readonly file: string,
    /** The models of estimators of other libraries. */
    private readonly foreign: ReadonlyMap<PyObject, Model> = new Map(),
  ) {}

  /** Adds the nodes of an estimator; gives the value that the last one makes. */
  addEstimator(
    graph: GraphId,
    e: PyObject,
    name: string,
    input: ValueId,
    outputs: readonly string[],
    depth = 0,
  ): ValueId[] {
    if (e.cls.name === 'Pipeline' && Array.isArray(e.get('steps')))
      return this.addPipeline(graph, e, input, outputs, depth);
    const own = this.foreign.get(e);
    if (own) return this.addForeign(graph, e, own, name, input, outputs);
    const attributes = this.attributesOf(e, depth);
    const node = this.draft.addNode(graph, {
      op: e.cls.name,
      domain: e.cls.module.split('.')[0] || 'sklearn',
      name,
      inputs: [input],
      outputs: outputs.length > 0 ? outputs : [''],
      attributes,
    });
    this.draft.patchNode(node.id, { metadata: new Map([['class', e.cls.path]]) });
    return node.outputs.filter((o): o is ValueId => o !== null);
  }

  /** The one node of its own model, in its own dialect. */
  private addForeign(
    graph: GraphId,
    e: PyObject,
    model: Model,
    name: string,
    input: ValueId,
    outputs: readonly string[],
  ): ValueId[] {
    const main = model.graphs.at(model.main);
    const { op, domain, attributes } = model.nodes.at(main.order[0]!);
    const made = outputs.length > 0 ? outputs : [''];
    const node = this.draft.addNode(graph, { op, domain, name, inputs: [input], outputs: made, attributes });
    const columns = main.inputs.length > 1 ? main.inputs.length : widthOf(model.values.at(main.inputs[0]!).type);
    this.draft.patchNode(node.id, {
      metadata: new Map([
        ['class', e.cls.path],
        ['columns', String(columns)],
      ]),
    });
    return node.outputs.filter((o): o is ValueId => o !== null);
  }

  private addPipeline(
    graph: GraphId,
    e: PyObject,
    input: ValueId,
    outputs: readonly string[],
    depth: number,
  ): ValueId[] {
    const steps = e.get('steps') as PyValue[];
    this.draft.patchGraph(graph, { metadata: new Map([['class', e.cls.path]]) });
    let at: ValueId[] = [input];
    steps.forEach((step, i) => {
      const [name, est] = Array.isArray(step) ? step : [];
      const last = i === steps.length - 1;
      at = this.addStep(graph, est ?? null, String(name), at[0]!, last ? outputs : [], depth);
    });
    return at;
  }

  private addStep(
    graph: GraphId,
    est: PyValue,
    name: string,
    input: ValueId,
    outputs: readonly string[],
    depth: number,
  ): ValueId[] {
    if (est instanceof PyObject && est.cls.name !== 'Pipeline')
      return this.addEstimator(graph, est, name, input, outputs, depth);
    const attributes = new Map<string, Attribute>();
    if (est instanceof PyObject) attributes.set('steps', { kind: 'graph', value: this.body(est, depth + 1) });
    const node = this.draft.addNode(graph, {
      op: est instanceof PyObject ? 'Pipeline' : 'passthrough',
      domain: 'sklearn',
      name,
      inputs: [input],
      outputs: outputs.length > 0 ? outputs : [''],
      attributes,
    });
    return node.outputs.filter((o): o is ValueId => o !== null);
  }

  private body(e: PyObject, depth: number): GraphId {
    const graph = this.draft.newGraph(e.cls.name);
    const input = this.draft.newValue(graph, 'X');
    this.draft.setGraphInputs(graph, [input]);
    this.draft.setGraphOutputs(graph, this.addEstimator(graph, e, '', input, [], depth));
    return graph;
  }

  private attributesOf(e: PyObject, depth: number): Map<string, Attribute> {
    const out = new Map<string, Attribute>();
    for (const [name, value] of e.attrs) {
      if (LEFT_OUT.has(name) || TWINS[name]?.some((t) => t !== name && e.attrs.has(t))) continue;
      this.encode(name, value, out, depth + 1);
    }
    if (e.args.length > 0) this.encode('args', [...e.args], out, depth + 1);
    if (e.state !== undefined) this.encode('state', e.state, out, depth + 1);
    return out;
  }

  private encode(name: string, v: PyValue, out: Map<string, Attribute>, depth: number): void {
    if (depth > DEPTH_LIMIT) throw this.tooComplex(DEPTH_LIMIT);
    if (++this.count > COUNT_LIMIT) throw this.tooComplex(COUNT_LIMIT);
    if (Array.isArray(v)) return this.list(name, v, out, depth);
    if (v instanceof Map) {
      out.set(name, { kind: 'int', value: BigInt(v.size), doc: 'dict' });
      this.encode(`${name}.keys`, [...v.keys()], out, depth + 1);
      return this.encode(`${name}.values`, [...v.values()], out, depth + 1);
    }
    if (v instanceof Set) {
      out.set(name, { kind: 'int', value: BigInt(v.size), doc: 'set' });
      return this.encode(`${name}.items`, [...v], out, depth + 1);
    }
    if (v instanceof PyObject) return this.object(name, v, out, depth);
    if (v instanceof NdArray) return this.array(name, v, out, depth);
    out.set(name, plain(v));
  }

  private list(name: string, v: PyValue[], out: Map<string, Attribute>, depth: number): void {
    if (v.length > 0 && v.every((i) => typeof i === 'string')) {
      out.set(name, { kind: 'strings', value: v as string[] });
    } else if (v.every((i) => typeof i === 'number' && Number.isSafeInteger(i))) {
      out.set(name, { kind: 'ints', value: BigInt64Array.from(v as number[], BigInt) });
    } else if (v.every((i) => typeof i === 'number')) {
      const values = Float64Array.from(v as number[]);
      out.set(name, { kind: 'tensor', value: tensorOf({ dtype: 'double', dims: [v.length], values }), doc: 'list' });
    } else if (v.every(isEstimator)) {
      out.set(name, { kind: 'graphs', value: v.map((e) => this.body(e as PyObject, depth + 1)) });
    } else {
      out.set(name, { kind: 'int', value: BigInt(v.length), doc: 'list' });
      v.forEach((item, i) => this.encode(`${name}.${i}`, item, out, depth + 1));
    }
  }

  private object(name: string, v: PyObject, out: Map<string, Attribute>, depth: number): void {
    const inner: PyValue = v;
    if (isEstimator(inner)) {
      out.set(name, { kind: 'graph', value: this.body(v, depth + 1) });
      return;
    }
    out.set(name, { kind: 'string', value: v.cls.path, doc: 'object' });
    for (const [key, value] of v.attrs) this.encode(`${name}.${key}`, value, out, depth + 1);
    if (v.args.length > 0) this.encode(`${name}.args`, [...v.args], out, depth + 1);
    if (v.state !== undefined) this.encode(`${name}.state`, v.state, out, depth + 1);
    if (v.items.length > 0) this.encode(`${name}.items`, v.items, out, depth + 1);
  }

  private array(name: string, v: NdArray, out: Map<string, Attribute>, depth: number): void {
    if (v.dtype.fields) {
      out.set(name, { kind: 'ints', value: BigInt64Array.from(v.shape, BigInt), doc: 'records' });
      for (const f of v.dtype.fields) if (f.name) this.encode(`${name}.${f.name}`, v.field(f.name)!, out, depth + 1);
      return;
    }
    const tensor = tensorOfArray(v);
    if (tensor) {
      out.set(name, { kind: 'tensor', value: tensor });
      return;
    }
    out.set(name, { kind: 'ints', value: BigInt64Array.from(v.shape, BigInt), doc: 'objects' });
    this.encode(`${name}.items`, v.values(), out, depth + 1);
  }

  private tooComplex(limit: number): FormatError {
    return new FormatError('sklearn.too-complex', { file: this.file, what: 'objects', limit });
  }
}

function widthOf(type: ValueType | null): number {
  const last = type?.kind === 'tensor' ? type.shape?.at(-1) : null;
  return typeof last === 'number' ? last : 0;
}

/** An estimator of scikit-learn (its state says the version) or of a library that follows it. */
export function isEstimator(v: PyValue): v is PyObject {
  if (!(v instanceof PyObject) || v.attrs.size === 0) return false;
  return v.attrs.has('_sklearn_version') || /^(lightgbm|xgboost|catboost)\./.test(v.cls.module);
}

function plain(v: Exclude<PyValue, PyValue[] | Map<PyValue, PyValue> | Set<PyValue> | PyObject | NdArray>): Attribute {
  if (v === null) return { kind: 'string', value: 'None', doc: 'None' };
  if (typeof v === 'boolean') return { kind: 'int', value: v ? 1n : 0n, doc: 'bool' };
  if (typeof v === 'string') return { kind: 'string', value: v };
  if (typeof v === 'number') return number(v);
  if (typeof v === 'bigint') return { kind: 'string', value: String(v), doc: 'int' };
  if (v instanceof PyGlobal) return { kind: 'string', value: v.path, doc: 'name' };
  if (v instanceof NumpyDtype) return { kind: 'string', value: `${v.kind}${v.size}`, doc: 'dtype' };
  return { kind: 'tensor', value: tensorOf({ dtype: 'uint8', dims: [v.length], values: v }), doc: 'bytes' };
}

function number(v: number): Attribute {
  if (Number.isSafeInteger(v) && !Object.is(v, -0)) return { kind: 'int', value: BigInt(v) };
  if (Object.is(Math.fround(v), v)) return { kind: 'float', value: v };
  return { kind: 'tensor', value: tensorOf({ dtype: 'double', dims: [], values: Float64Array.of(v) }), doc: 'float' };
}

const DTYPES: Readonly<Record<string, DType>> = {
  f8: 'double',
  f4: 'float',
  i8: 'int64',
  i4: 'int32',
  i2: 'int16',
  i1: 'int8',
  u8: 'uint64',
  u4: 'uint32',
  u2: 'uint16',
  u1: 'uint8',
  b1: 'bool',
};

function tensorOfArray(v: NdArray) {
  if (v.dtype.kind === 'U' || v.dtype.kind === 'S' || v.isText)
    return tensorOf({ dtype: 'string', dims: v.shape, values: v.strings() });
  if (!(v.data instanceof Uint8Array)) return null;
  const dtype = DTYPES[`${v.dtype.kind}${v.dtype.size}`];
  if (dtype && v.dtype.little) return { dtype, dims: v.shape, storage: 'raw_data' as const, data: bytesOf(v.data) };
  if (!dtype && v.dtype.kind !== 'f') return null;
  return tensorOf({ dtype: 'double', dims: v.shape, values: v.numbers() });
}
