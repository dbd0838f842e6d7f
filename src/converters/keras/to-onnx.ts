/** Keras layers to ONNX: node after node into a new model, weights in memory as far as they are changed. */
import { giveOutputs } from '../../graph-model/builders/source-outputs.ts';
import { getString, getStrings } from '../../graph-model/core/attributes.ts';
import { Draft } from '../../graph-model/core/draft.ts';
import { emptyModel } from '../../graph-model/core/empty.ts';
import type { Model, Node, ValueId } from '../../graph-model/core/model.ts';
import { readTensor, toNumbers, type Tensor } from '../../graph-model/core/tensor.ts';
import { emitReplaced } from '../../graph-model/builders/replaced-node.ts';
import { isReplaced } from '../../graph-model/edit/replace-node.ts';
import { irForOpset } from '../../graph-model/check/versions.ts';
import { FormatError, type Refusal } from '../../graph-model/diagnostics.ts';
import type { JobContext } from '../../graph-model/job.ts';
import { loadOperators } from '../../graph-model/operators/schemas.ts';
import type { ConvertOptions } from '../converter.ts';
import { isList, isObject, parseJson, type Json } from './json.ts';
import { modernWeights } from './first-weights.ts';
import { configOf } from './node-config.ts';
import { LayerCall, type Given, type Weight } from './lower/call.ts';
import { TypedEmitter } from '../../graph-model/builders/typed-emitter.ts';
import { Held, naturalOf } from '../../graph-model/builders/axis-orders.ts';
import { lowerNode, refusalOf } from './lower/dispatch.ts';
import { Refused, refusedAll } from './refusal.ts';

/** What runtimes of 2022 and later take; LayerNormalization is the newest operator that most lowerings make. */
const OPSET = 17;
/** Bits of integers came with 18, splitting of strings with 20. */
const OPSET_NEWER = 20;
const NEWER = /^(TextVectorization|Bitwise(And|Or|Xor|Not|Invert))$/;

/** Throws a FormatError that names all layers which cannot be converted, and why. */
export async function toOnnx(model: Model, options: ConvertOptions, job: JobContext): Promise<Model> {
  await loadOperators();
  const outputs = outputsOf(model, options.outputs);
  const needed = ancestors(model, outputs);
  const weights = await readWeights(model, needed, job);
  const version = needed.some((n) => NEWER.test(n.op)) ? OPSET_NEWER : OPSET;
  const empty = emptyModel({ opsets: [{ domain: '', version }], irVersion: irForOpset(version) });
  const { name } = model.graphs.at(model.main);
  const draft = new Draft({ ...empty, producerName: 'graphwright', source: model.source });
  draft.patchGraph(draft.main, { name });
  const conversion = new Conversion(model, draft, weights);
  conversion.inputs();
  let done = 0;
  for (const node of needed) {
    job.signal.throwIfAborted();
    job.progress(done++, needed.length, node.name);
    conversion.attempt(node);
  }
  if (conversion.refused.length > 0) throw refusedAll(conversion.refused);
  conversion.outputs(outputs);
  return draft.commit('Convert Keras to ONNX').after;
}

/** The outputs asked for by name (of a value, or of a layer), else the model's own. */
function outputsOf(model: Model, names: readonly string[] | undefined): readonly ValueId[] {
  const own = model.graphs.at(model.main).outputs;
  if (!names || names.length === 0) return own;
  const byName = new Map<string, ValueId>();
  for (const value of model.values.values()) if (value.name !== '' && !value.constant) byName.set(value.name, value.id);
  return names.map((name) => {
    const found = byName.get(name);
    if (found === undefined) throw new FormatError('keras.no-output', { name });
    return found;
  });
}

/** The nodes that the outputs need, in the order of the graph. */
function ancestors(model: Model, outputs: readonly ValueId[]): readonly Node[] {
  const seen = new Set<number>();
  const waiting = outputs.map((v) => model.values.at(v).producer);
  while (waiting.length > 0) {
    const id = waiting.pop()!;
    if (id === null || seen.has(id)) continue;
    seen.add(id);
    for (const v of model.nodes.at(id).inputs) if (v !== null) waiting.push(model.values.at(v).producer);
  }
  return model.graphs
    .at(model.main)
    .order.filter((id) => seen.has(id))
    .map((id) => model.nodes.at(id));
}

interface ReadWeight {
  readonly dims: readonly number[];
  readonly values: Float32Array;
  /** The tensor itself where it is float32 already: it stays a range of the file. */
  readonly asIs: Tensor | null;
}

async function readWeights(
  model: Model,
  nodes: readonly Node[],
  job: JobContext,
): Promise<ReadonlyMap<ValueId, ReadWeight>> {
  const out = new Map<ValueId, ReadWeight>();
  for (const node of nodes) {
    for (const v of node.inputs) {
      const tensor = v === null ? undefined : model.values.at(v).constant;
      if (v === null || !tensor || out.has(v)) continue;
      const dense = await readTensor(tensor, job.signal);
      const values = dense.values instanceof Float32Array ? dense.values : Float32Array.from(toNumbers(dense));
      out.set(v, { dims: tensor.dims, values, asIs: tensor.dtype === 'float' ? tensor : null });
    }
  }
  return out;
}

class Conversion {
  private readonly e: TypedEmitter;
  private readonly held = new Map<ValueId, Held>();
  private readonly made = new Map<string, ValueId>();
  private readonly constants = new Map<ValueId, ValueId>();
  private readonly keras: number;

  constructor(
    private readonly model: Model,
    private readonly draft: Draft,
    private readonly weights: ReadonlyMap<ValueId, ReadWeight>,
  ) {
    this.e = new TypedEmitter(draft, draft.main);
    this.keras = Number(/^(\d+)/.exec(model.producerVersion)?.[1] ?? 2);
  }

  inputs(): void {
    const inputs = this.model.graphs.at(this.model.main).inputs.map((id) => {
      const { name, type } = this.model.values.at(id);
      const value = this.draft.newValue(this.draft.main, name, null, { type });
      this.held.set(id, Held.of(value));
      return value;
    });
    this.draft.setGraphInputs(this.draft.main, inputs);
    for (const held of this.held.values()) held.natural = this.computed(held.natural!);
  }

  /** Half and double precision are computed in float32, as the weights are. */
  private computed(input: ValueId): ValueId {
    const dtype = this.e.dtype(input);
    return dtype === 'double' || dtype === 'float16' || dtype === 'bfloat16' ? this.e.toFloat(input) : input;
  }

  /** All layers that stand in the way; what is worked out after the first is thrown away. */
  readonly refused: Refusal[] = [];
  /** Made by a refused layer, and of no known type. */
  private readonly lost = new Set<ValueId>();

  /** Goes on after a layer that is refused, so that one sentence names all. */
  attempt(node: Node): void {
    if (node.inputs.some((v) => v !== null && this.lost.has(v))) return this.lose(node, this.evident(node));
    try {
      this.lower(node);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.lose(node, error);
    }
  }

  private evident({ name, op, attributes }: Node): Refused | null {
    const why = refusalOf({ op, config: configOf(attributes), keras: this.keras });
    return why === null ? null : new Refused(name, op, why);
  }

  /** Where Keras wrote down what the layer makes, those after it are held against that. */
  private lose(node: Node, why: Refused | null): void {
    if (why) this.refused.push(why.at(node.id, node.name));
    for (const v of node.outputs) {
      if (v === null) continue;
      const { type } = this.model.values.at(v);
      if (type?.kind === 'tensor' && type.shape)
        this.held.set(v, Held.of(this.draft.newValue(this.draft.main, '', null, { type })));
      else this.lost.add(v);
    }
  }

  private lower(node: Node): void {
    this.e.origin = { dialect: 'keras', op: node.op, name: node.name };
    if (isReplaced(node)) return this.replaced(node);
    const config = configOf(node.attributes);
    const roles = getStrings(node, 'weights') ?? [];
    const split = node.inputs.length - roles.length;
    const inputs = node.inputs.slice(0, split).map((v) => this.heldOf(node, v));
    const own = new Map(roles.map((role, i) => [role, this.weightOf(node, role, node.inputs[split + i]!)]));
    const weights = modernWeights(this.e, node.op, config, own);
    const call = getString(node, 'call');
    const given = call === undefined ? null : parseJson(call);
    const args = isObject(given) && isList(given['args']) ? given['args'].map((a) => filled(a, inputs)) : inputs;
    const kwargs = isObject(given) ? (filled(given['kwargs'] ?? {}, inputs) as { [key: string]: Given }) : {};
    const { e, keras, made } = this;
    const result = lowerNode(
      new LayerCall({
        ...{ e, name: node.name, op: node.op, config, inputs, args, kwargs, weights, keras, made },
        lower: lowerNode,
      }),
    );
    const all = result instanceof Held ? [result] : result;
    node.outputs.forEach((v, i) => v !== null && all[i] && this.held.set(v, all[i]));
  }

  private replaced(node: Node): void {
    const inputs = node.inputs.map((v) => naturalOf(this.e, this.heldOf(node, v)));
    const made = emitReplaced(this.e, this.model, node, inputs);
    node.outputs.forEach((v, i) => v !== null && this.held.set(v, Held.of(made[i]!)));
  }

  private heldOf(node: Node, v: ValueId | null): Held {
    const found = v === null ? undefined : this.held.get(v);
    if (found) return found;
    throw new Refused(node.name, node.op, 'one of its inputs is made by no layer that gives it');
  }

  private weightOf(node: Node, role: string, id: ValueId): Weight {
    const read = this.weights.get(id);
    if (!read) throw new Refused(node.name, node.op, `its weight ${role} is not a constant`);
    const { name } = this.model.values.at(id);
    const constant = () => {
      const known = this.constants.get(id);
      const { dims, values, asIs } = read;
      const value =
        known ?? (asIs ? this.e.tensor(asIs, name) : this.e.constant({ dtype: 'float', dims, values }, name));
      this.constants.set(id, value);
      return value;
    };
    return { dims: read.dims, values: read.values, key: String(id), constant };
  }

  outputs(sources: readonly ValueId[]): void {
    const each = sources.map((source) => ({
      name: this.model.values.at(source).name,
      value: () => naturalOf(this.e, this.held.get(source)!),
    }));
    giveOutputs(this.e, 'keras', each);
  }
}

/** Arguments with the tensors in the places that name them. */
function filled(value: Json, inputs: readonly Held[]): Given {
  if (isList(value)) return value.map((v) => filled(v, inputs));
  if (!isObject(value)) return value;
  const place = value['tensor'];
  const tensor = typeof place === 'number' ? inputs[place] : undefined;
  if (tensor) return tensor;
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, filled(v ?? null, inputs)]));
}
