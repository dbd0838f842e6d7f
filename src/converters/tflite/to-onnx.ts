/** TensorFlow Lite operators to ONNX: node after node into a new model. */
import { giveOutputs } from '../../graph-model/builders/source-outputs.ts';
import { TypedEmitter } from '../../graph-model/builders/typed-emitter.ts';
import { Held, naturalOf } from '../../graph-model/builders/axis-orders.ts';
import { emitReplaced } from '../../graph-model/builders/replaced-node.ts';
import { isReplaced } from '../../graph-model/edit/replace-node.ts';
import { irForOpset } from '../../graph-model/check/versions.ts';
import { bodiesOf } from '../../graph-model/core/attributes.ts';
import { Draft } from '../../graph-model/core/draft.ts';
import { emptyModel } from '../../graph-model/core/empty.ts';
import type { GraphId, Model, Node, NodeId, Value, ValueId } from '../../graph-model/core/model.ts';
import { readTensor, type DenseTensor, type Tensor } from '../../graph-model/core/tensor.ts';
import { storedByteLength } from '../../graph-model/core/tensor.ts';
import { tensorType, type ValueType } from '../../graph-model/core/types.ts';
import { diagnostic, FormatError } from '../../graph-model/diagnostics.ts';
import type { JobContext } from '../../graph-model/job.ts';
import { loadOperators } from '../../graph-model/operators/schemas.ts';
import type { ConvertOptions } from '../converter.ts';
import { TfliteCall, type Lowering, type Made, type Surroundings, type Table } from './lower/call.ts';
import { Operand } from './lower/operand.ts';
import { loweringOf, refusalOf, STATEFUL } from './lower/table.ts';
import { quantizationOf } from './quantization.ts';

/** What runtimes of 2023 and later take; lowerings need its bitwise operators, and ScatterND as it has it. */
const OPSET = 18;
/** Integers of 16 and 4 bits are quantised since this one. */
const OPSET_INT16 = 21;
/** Larger constants are read only where a lowering lays them out anew. */
const READ_ALWAYS = 1 << 18;
/** Inputs that are taken as they stand in the file. */
const AS_IS = /^(GATHER|EMBEDDING_LOOKUP|ADD|SUB|MUL|DIV|BATCH_MATMUL|FULLY_CONNECTED)$/;

/** Throws a FormatError that names the operator which cannot be converted, and why. */
export async function toOnnx(model: Model, options: ConvertOptions, job: JobContext): Promise<Model> {
  await loadOperators();
  const graph = graphOf(model, options.signature);
  const outputs = outputsOf(model, graph, options.outputs);
  const needed = neededNodes(model, graph, outputs);
  const constants = await readConstants(model, needed, job);
  const version = usesInt16(model) ? OPSET_INT16 : OPSET;
  const empty = emptyModel({ opsets: [{ domain: '', version }], irVersion: irForOpset(version) });
  const draft = new Draft({ ...empty, producerName: 'graphwright', source: model.source });
  draft.patchGraph(draft.main, { name: model.graphs.at(graph).name });
  const conversion = new Conversion(model, draft, constants, job);
  conversion.run(graph, outputs, new Set(needed.map((n) => n.id)));
  return draft.commit('Convert TensorFlow Lite to ONNX').after;
}

/** The subgraph of a signature; the main one where none is asked for. */
function graphOf(model: Model, signature: string | undefined): GraphId {
  if (signature === undefined) return model.main;
  const found = model.functions.find((f) => f.name === signature);
  if (found) return found.graph;
  if (model.metadata?.has(`signature.${signature}`)) return model.main;
  const keys = [...(model.metadata?.keys() ?? [])].filter((k) => k.startsWith('signature.')).map((k) => k.slice(10));
  throw new FormatError('tflite.no-signature', { name: signature, known: keys.join(', ') || '(none)' });
}

/** The outputs asked for by name, else the graph's own. */
function outputsOf(model: Model, graph: GraphId, names: readonly string[] | undefined): readonly ValueId[] {
  const own = model.graphs.at(graph);
  if (!names || names.length === 0) return own.outputs;
  const byName = new Map<string, ValueId>();
  for (const id of own.order) {
    const node = model.nodes.at(id);
    node.outputs.forEach((v) => v !== null && byName.set(model.values.at(v).name, v));
    if (node.outputs[0] !== null && node.outputs[0] !== undefined && !byName.has(node.name))
      byName.set(node.name, node.outputs[0]);
  }
  return names.map((name) => {
    const found = byName.get(name);
    if (found === undefined) throw new FormatError('tflite.no-output', { name });
    return found;
  });
}

/** The nodes that the outputs need, and those that set what others read, in the order of the graph. */
function neededNodes(model: Model, graph: GraphId, outputs: readonly ValueId[]): readonly Node[] {
  const { order } = model.graphs.at(graph);
  const seen = new Set<NodeId>();
  const waiting: (NodeId | null)[] = outputs.map((v) => model.values.at(v).producer);
  const nodes = order.map((id) => model.nodes.at(id));
  if (nodes.some((n) => STATEFUL.has(n.op))) for (const n of nodes) if (STATEFUL.has(n.op)) waiting.push(n.id);
  while (waiting.length > 0) {
    const id = waiting.pop()!;
    if (id === null || seen.has(id)) continue;
    seen.add(id);
    for (const v of model.nodes.at(id).inputs) if (v !== null) waiting.push(model.values.at(v).producer);
  }
  return nodes.filter((n) => seen.has(n.id));
}

interface ReadConstant {
  readonly tensor: Tensor;
  readonly dense: DenseTensor | null;
}

/** The constants of nodes and of all bodies below them. */
async function readConstants(
  model: Model,
  nodes: readonly Node[],
  job: JobContext,
): Promise<Map<ValueId, ReadConstant>> {
  const out = new Map<ValueId, ReadConstant>();
  const add = async (v: ValueId | null, needed: boolean) => {
    const tensor = v === null ? undefined : model.values.at(v).constant;
    if (v === null || !tensor || out.get(v)?.dense) return;
    const read = needed || storedByteLength(tensor) <= READ_ALWAYS;
    out.set(v, { tensor, dense: read ? wide(await readTensor(tensor, job.signal)) : null });
  };
  for (const node of nodes) {
    for (const v of node.inputs)
      await add(v, !(AS_IS.test(node.op) && v !== null && model.values.at(v).constant?.dtype !== 'float16'));
    for (const body of bodiesOf(node)) {
      const inner = model.graphs.at(body);
      for (const [v, c] of await readConstants(
        model,
        inner.order.map((n) => model.nodes.at(n)),
        job,
      ))
        out.set(v, c);
      for (const v of inner.outputs) await add(v, false);
    }
  }
  for (const v of model.graphs.at(model.main).outputs) await add(v, false);
  return out;
}

/** 4-bit integers are computed with as bytes. */
function wide(dense: DenseTensor): DenseTensor {
  if (dense.dtype === 'int4' || dense.dtype === 'int2') return { ...dense, dtype: 'int8' };
  return dense.dtype === 'uint4' ? { ...dense, dtype: 'uint8' } : dense;
}

function usesInt16(model: Model): boolean {
  for (const v of model.values.values())
    if (v.type?.kind === 'tensor' && v.type.dtype === 'int16' && quantizationOf(v.metadata) !== null) return true;
  return false;
}

class Conversion {
  private readonly e: TypedEmitter;
  private readonly resources = new Map<string, Operand | Table>();
  private readonly made = new Map<ValueId, ValueId>();
  private done = 0;

  constructor(
    private readonly model: Model,
    private readonly draft: Draft,
    private readonly constants: ReadonlyMap<ValueId, ReadConstant>,
    private readonly job: JobContext,
  ) {
    this.e = new TypedEmitter(draft, draft.main);
  }

  run(graph: GraphId, outputs: readonly ValueId[], needed: ReadonlySet<NodeId>): void {
    const inputs = this.model.graphs.at(graph).inputs.map((id) => {
      const { name, type, metadata } = this.model.values.at(id);
      const value = this.draft.newValue(this.draft.main, name, null, { type });
      return { value, operand: Operand.of(Held.of(value), quantizationOf(metadata)) };
    });
    this.draft.setGraphInputs(
      this.draft.main,
      inputs.map((i) => i.value),
    );
    const scope = new Scope(this.e, true);
    const operands = inputs.map((i) => i.operand);
    const results = this.lowerGraph(scope, graph, operands, outputs, needed);
    this.outputs(outputs, results);
  }

  /** Lowers the operators of a graph of the source into the graph of the scope. */
  private lowerGraph(
    scope: Scope,
    graph: GraphId,
    inputs: readonly Operand[],
    outputs: readonly ValueId[],
    needed?: ReadonlySet<NodeId>,
  ): Operand[] {
    const source = this.model.graphs.at(graph);
    const inner = new Map(source.inputs.map((id, i) => [id, inputs[i]!]));
    const operandOf = (id: ValueId): Operand => {
      const known = inner.get(id) ?? this.constant(id);
      if (!known) {
        const { name } = this.model.values.at(id);
        throw new FormatError('tflite.not-made', { tensor: name, graph: source.name });
      }
      inner.set(id, known);
      return known;
    };
    for (const id of source.order) {
      if (needed && !needed.has(id)) continue;
      this.job.signal.throwIfAborted();
      const node = this.model.nodes.at(id);
      if (needed) this.job.progress(this.done++, needed.size, node.name);
      const made = this.lowerNode(
        scope,
        node,
        node.inputs.map((v) => (v === null ? null : operandOf(v))),
      );
      node.outputs.forEach((v, i) => v !== null && made[i] && inner.set(v, made[i]));
    }
    return outputs.map(operandOf);
  }

  private constant(id: ValueId): Operand | null {
    const read = this.constants.get(id);
    if (!read) return null;
    const { name, metadata } = this.model.values.at(id);
    const make = () => {
      const known = this.made.get(id) ?? this.constantValue(read, name);
      this.made.set(id, known);
      return known;
    };
    const stored = Held.ofConstant({ dims: read.tensor.dims, make });
    return new Operand({ stored, quantization: quantizationOf(metadata), dense: read.dense });
  }

  private constantValue({ tensor, dense }: ReadConstant, name: string): ValueId {
    return dense && dense.dtype !== tensor.dtype ? this.e.constant(dense, name) : this.e.tensor(tensor, name);
  }

  private lowerNode(scope: Scope, node: Node, inputs: readonly (Operand | null)[]): Operand[] {
    const { e } = scope;
    e.origin = { dialect: 'tflite', op: node.op, name: node.name };
    const said = (v: ValueId | null) => (v === null ? null : this.model.values.at(v));
    const call = new TfliteCall({
      ...{ e, node, inputs, around: this.around(scope) },
      inputTypes: node.inputs.map((v) => typeOf(said(v))),
      outputs: node.outputs.map((v) => ({
        type: said(v)?.type ?? null,
        quantization: quantizationOf(said(v)?.metadata),
      })),
    });
    const lowering = isReplaced(node) ? replacedIn(this.model) : (loweringOf(node) ?? call.refuse(refusalOf(node)));
    const made = lowered(call, lowering);
    const all = Array.isArray(made) ? made : [made];
    return all.map((m, i) => call.finished(m, i));
  }

  private around(scope: Scope): Surroundings {
    const { model, resources } = this;
    const outputsOf = (graph: GraphId) => model.graphs.at(graph).outputs;
    return {
      resources,
      assignable: scope.assignable,
      inline: (graph, inputs) => this.lowerGraph(scope, graph, inputs, outputsOf(graph)),
      within: (e, graph, inputs) => this.lowerGraph(new Scope(e, false), graph, inputs, outputsOf(graph)),
      unchanged: (graph) => outputsOf(graph).map((v, i) => v === model.graphs.at(graph).inputs[i]),
      typesIn: (graph) => ({
        inputs: model.graphs.at(graph).inputs.map((v) => model.values.at(v).type),
        outputs: outputsOf(graph).map((v) => model.values.at(v).type),
      }),
      operatorsIn: (graph) => model.graphs.at(graph).order.map((n) => model.nodes.at(n).op),
    };
  }

  private outputs(sources: readonly ValueId[], results: readonly Operand[]): void {
    const each = sources.map((source, i) => ({
      name: this.model.values.at(source).name,
      value: () => naturalOf(this.e, results[i]!.stored),
    }));
    giveOutputs(this.e, 'tflite', each);
    if (this.resources.size > 0 && [...this.resources.values()].some((r) => r instanceof Operand))
      this.job.report(diagnostic('tflite.state'));
  }
}

/** What the user put in the place of a node. */
const replacedIn =
  (model: Model): Lowering =>
  (c) => {
    const inputs = c.node.inputs.map((_, i) => c.natural(c.real(i)));
    return emitReplaced(c.e, model, c.node, inputs).map((v) => c.keep(v));
  };

/** Numbers of a damaged file may fit nothing: lengths that no array has, inputs that are no such tensors. */
function lowered(call: TfliteCall, lowering: Lowering): Made | readonly Made[] {
  try {
    return lowering(call);
  } catch (error) {
    if (!(error instanceof RangeError || error instanceof TypeError)) throw error;
    return call.refuse(`its inputs and options do not fit one another (${error.message.slice(0, 120)})`);
  }
}

function typeOf(value: Value | null): ValueType | null {
  if (value?.constant) return tensorType(value.constant.dtype, value.constant.dims);
  return value?.type ?? null;
}

class Scope {
  constructor(
    readonly e: TypedEmitter,
    readonly assignable: boolean,
  ) {}
}
