/**
 * The model in the dialect `keras`: one node for each call of a layer, whose op is the class and whose attributes are the
 * configuration. Inputs are what the layer is called with, then its weights; the attribute `weights` names those, and
 * `call` holds the arguments where they are more than the inputs in their order. Nested models are laid out in place:
 * their nodes' names begin with the model's (`encoder/dense_1`), so that the canvas groups them.
 */
import { attributes, type Attribute } from '../../../graph-model/core/attributes.ts';
import type { Draft } from '../../../graph-model/core/draft.ts';
import { buildModel } from '../../../graph-model/core/empty.ts';
import type { Model, ModelSource, ValueId } from '../../../graph-model/core/model.ts';
import { tensorType, type DType, type ValueType } from '../../../graph-model/core/types.ts';
import { onnxType } from '../dtype.ts';
import { isList, isObject, type Json, type JsonObject } from '../json.ts';
import { configAttributes, policyName } from '../node-config.ts';
import {
  bad,
  isModel,
  isRef,
  shapeOf,
  sortedEntries,
  tensorsIn,
  type Argument,
  type Call,
  type LayerEntry,
  type ModelEntry,
  type TensorRef,
} from './layers.ts';
import { wrapsModel, type Weights } from './weights.ts';

/** Shared models that hold shared models could be laid out without end. */
const NODE_LIMIT = 200_000;
const DEPTH_LIMIT = 40;

export interface BuildInput {
  readonly model: ModelEntry;
  readonly weights: Weights;
  readonly version: string;
  /** The shape that a Sequential model without an input layer was built for. */
  readonly built: readonly (number | null)[] | null;
  readonly source: ModelSource;
}

export function buildDialect(input: BuildInput): Model {
  const options = { opsets: [{ domain: 'keras', version: 1 }], graphName: input.model.name, source: input.source };
  const model = buildModel({ ...options, irVersion: null }, (draft) => new Builder(draft, input).run());
  return { ...model, producerName: 'keras', producerVersion: input.version };
}

/** What stands in the place of a call's results. */
type Results = Map<string, readonly ValueId[]>;
const keyOf = (layer: string, call: number) => `${call}:${layer}`;

class Builder {
  private readonly weights = new Map<LayerEntry, { roles: string[]; values: ValueId[] }>();
  private readonly names = new Set<string>();
  private readonly graphInputs: ValueId[] = [];
  private nodes = 0;

  constructor(
    private readonly draft: Draft,
    private readonly input: BuildInput,
  ) {}

  run(): void {
    const { model } = this.input;
    const made = model.kind === 'sequential' ? this.sequentialMain(model) : this.functionalMain(model);
    const outputs =
      model.kind === 'sequential' ? made : model.listed.map((ref) => made[model.outputs.indexOf(placeOf(model, ref))]!);
    this.draft.setGraphInputs(this.draft.main, this.graphInputs);
    this.draft.setGraphOutputs(this.draft.main, outputs);
    if (model.kind === 'functional') this.nameOutputs(model.listed, outputs);
  }

  /** Outputs bear the names of the layers that the model lists, also where a nested model made them. */
  private nameOutputs(refs: readonly TensorRef[], values: readonly ValueId[]): void {
    refs.forEach((ref, i) => {
      const value = this.draft.value(values[i]!);
      const wanted = ref.output === 0 ? ref.layer : `${ref.layer}_${ref.output}`;
      if (value.producer === null || value.name === wanted || values.indexOf(values[i]!) < i) return;
      this.draft.patchValue(value.id, { name: this.unique(wanted) });
    });
  }

  private get file(): string {
    return this.input.source.fileName;
  }

  // ---- the two kinds of models

  private sequentialMain(model: ModelEntry): ValueId[] {
    const first = model.layers[0];
    if (!first) throw bad(this.file, model.name, 'it has no layers');
    let at = first;
    while (at.type === 'Sequential' && isModel(at)) {
      const inner = this.input.weights.modelOf(at).layers[0];
      if (!inner) break;
      at = inner;
    }
    const shape = inputShape(at) ?? this.input.built ?? at.built ?? first.built;
    if (!shape) throw bad(this.file, model.name, 'the shape of its input is not written down; build the model first');
    const own = at.type === 'InputLayer';
    const input = this.addInput(own ? at.name : `${at.name}_input`, shape, inputType(at));
    return this.sequential(model, '', [input], 0);
  }

  private functionalMain(model: ModelEntry): ValueId[] {
    const inputs = model.inputs.map((ref) => {
      const layer = model.layers.find((l) => l.name === ref.layer);
      const shape = layer && inputShape(layer);
      if (!layer || !shape) throw bad(this.file, ref.layer, 'the input has no shape');
      return this.addInput(ref.layer, shape, inputType(layer));
    });
    return this.functional(model, '', inputs, 0);
  }

  private sequential(model: ModelEntry, scope: string, inputs: readonly ValueId[], depth: number): ValueId[] {
    let values = inputs;
    for (const layer of model.layers) {
      if (layer.type === 'InputLayer') continue;
      const refs = values.map((_, output): TensorRef => ({ layer: '', call: 0, output }));
      const call = { args: refs.length === 1 ? refs : [refs], kwargs: {} };
      values = this.call(layer, scope, 0, call, values, 1, depth);
    }
    return [...values];
  }

  /** Calls come in the order in which their arguments are ready, as Keras replays them. */
  private functional(model: ModelEntry, scope: string, inputs: readonly ValueId[], depth: number): ValueId[] {
    const done: Results = new Map();
    model.inputs.forEach((ref, i) => done.set(keyOf(ref.layer, ref.call), [inputs[i]!]));
    const widths = outputCounts(model);
    let waiting = model.layers.flatMap((layer) => layer.calls.map((call, n) => ({ layer, call, n })));
    waiting = waiting.filter((w) => w.layer.type !== 'InputLayer');
    while (waiting.length > 0) {
      const later = waiting.filter(({ layer, call, n }) => {
        const refs = tensorsIn([call.args, call.kwargs] as Argument);
        if (!refs.every((r) => done.has(keyOf(r.layer, r.call)))) return true;
        const values = refs.map((r) => this.resultOf(done, r));
        const key = keyOf(layer.name, n + layer.firstCall);
        done.set(key, this.call(layer, scope, n, call, values, widths.get(key) ?? 1, depth, typesIn(model, key)));
        return false;
      });
      if (later.length === waiting.length) {
        throw bad(this.file, later[0]!.layer.name, 'it waits for a tensor that no layer makes');
      }
      waiting = later;
    }
    return model.outputs.map((ref) => this.resultOf(done, ref));
  }

  private resultOf(done: Results, ref: TensorRef): ValueId {
    const value = done.get(keyOf(ref.layer, ref.call))?.[ref.output];
    if (value === undefined) throw bad(this.file, ref.layer, `its output ${ref.output} is wanted and not made`);
    return value;
  }

  // ---- one call

  private call(
    layer: LayerEntry,
    scope: string,
    n: number,
    call: Call,
    values: readonly ValueId[],
    width: number,
    depth: number,
    types: readonly (ValueType | null)[] = [],
  ): readonly ValueId[] {
    const wanted = n === 0 ? scope + layer.name : `${scope}${layer.name}:${n + 1}`;
    const model = isModel(layer) || wrapsModel(layer);
    // The name of a nested model stays free for an output.
    const name = model ? wanted : this.unique(wanted);
    if (isModel(layer)) return this.nested(layer, name, values, depth);
    if (wrapsModel(layer)) return this.distributed(layer, name, values, depth);
    return this.addNode(layer, name, { call, values, width, types });
  }

  private nested(layer: LayerEntry, name: string, values: readonly ValueId[], depth: number): ValueId[] {
    if (depth > DEPTH_LIMIT) throw bad(this.file, layer.name, `models are nested more than ${DEPTH_LIMIT} deep`);
    const model = this.input.weights.modelOf(layer);
    if (model.kind === 'sequential') return this.sequential(model, `${name}/`, values, depth + 1);
    if (values.length < model.inputs.length) throw bad(this.file, layer.name, 'it is called with too few tensors');
    return this.functional(model, `${name}/`, values, depth + 1);
  }

  /** A model applied to every step: the steps are folded into the batch before it and unfolded after it. */
  private distributed(layer: LayerEntry, name: string, values: readonly ValueId[], depth: number): ValueId[] {
    const from = values[0]!;
    const [folded] = this.addPlain('TimeDistributedFold', `${name}/fold`, [from]);
    const made = this.nested(layer, name, [folded!], depth);
    return made.flatMap((v, i) => this.addPlain('TimeDistributedUnfold', `${name}/unfold_${i}`, [v, from]));
  }

  private addPlain(op: string, name: string, inputs: readonly ValueId[]): ValueId[] {
    const spec = { domain: 'keras', op, name, inputs, outputs: [this.unique(name)] };
    return [this.draft.addNode(this.draft.main, spec).outputs[0]!];
  }

  private addNode(
    layer: LayerEntry,
    name: string,
    given: { call: Call; values: readonly ValueId[]; width: number; types: readonly (ValueType | null)[] },
  ): readonly ValueId[] {
    if (++this.nodes > NODE_LIMIT) throw bad(this.file, layer.name, `the model has more than ${NODE_LIMIT} layers`);
    const { call, values, width, types } = given;
    const { roles, values: weights } = this.weightsOf(layer, name);
    const attrs = configAttributes(layer.config);
    for (const [key, value] of callAttributes(layer, call, roles)) attrs.set(key, value);
    const outputs = Array.from({ length: width }, (_, i) => (i === 0 ? name : this.unique(`${name}_${i}`)));
    const node = this.draft.addNode(this.draft.main, {
      domain: 'keras',
      op: layer.type,
      name,
      inputs: [...values, ...weights],
      outputs,
      attributes: attrs,
    });
    node.outputs.forEach((v, i) => types[i] && this.draft.patchValue(v!, { type: types[i] }));
    return node.outputs as ValueId[];
  }

  /** A layer that is called twice has its weights once. */
  private weightsOf(layer: LayerEntry, name: string): { roles: string[]; values: ValueId[] } {
    const known = this.weights.get(layer);
    if (known) return known;
    const own = [...this.input.weights.of(layer)];
    const values = own.map(([role, tensor]) =>
      this.draft.constant(this.draft.main, tensor, this.unique(`${name}/${role}`)),
    );
    const made = { roles: own.map(([role]) => role), values };
    this.weights.set(layer, made);
    return made;
  }

  private addInput(name: string, shape: readonly (number | null)[], dtype: DType): ValueId {
    const dims = shape.map((d, i) => d ?? (i === 0 ? 'batch' : null));
    const value = this.draft.newValue(this.draft.main, this.unique(name), null, { type: tensorType(dtype, dims) });
    this.graphInputs.push(value);
    return value;
  }

  private unique(name: string): string {
    let free = name;
    for (let n = 1; this.names.has(free); n++) free = `${name}_${n}`;
    this.names.add(free);
    return free;
  }
}

/** The same reference among the sorted ones. */
function placeOf(model: ModelEntry, ref: TensorRef): TensorRef {
  return model.outputs.find((o) => o.layer === ref.layer && o.call === ref.call && o.output === ref.output)!;
}

/** How many tensors each call gives, as far as anybody asks. */
function outputCounts(model: ModelEntry): Map<string, number> {
  const out = new Map<string, number>();
  for (const ref of allRefs(model)) {
    const key = keyOf(ref.layer, ref.call);
    out.set(key, Math.max(out.get(key) ?? 1, Math.min(ref.output, 1000) + 1));
  }
  return out;
}

function allRefs(model: ModelEntry): TensorRef[] {
  return [
    ...model.outputs,
    ...model.layers.flatMap((l) => l.calls.flatMap((c) => tensorsIn([c.args, c.kwargs] as Argument))),
  ];
}

const typeTables = new WeakMap<ModelEntry, Map<string, (ValueType | null)[]>>();

/** The types that Keras 3 writes at the places where a tensor is read. */
function typesIn(model: ModelEntry, key: string): readonly (ValueType | null)[] {
  let table = typeTables.get(model);
  if (!table) {
    table = new Map();
    for (const ref of allRefs(model)) {
      const types = table.get(keyOf(ref.layer, ref.call)) ?? [];
      if (ref.shape) types[ref.output] = tensorType(onnxType(ref.dtype ?? 'float32'), dimsOf(ref.shape));
      table.set(keyOf(ref.layer, ref.call), types);
    }
    typeTables.set(model, table);
  }
  return table.get(key) ?? [];
}

const dimsOf = (shape: readonly (number | null)[]) => shape.map((d, i) => d ?? (i === 0 ? 'batch' : null));

function inputShape(layer: LayerEntry): readonly (number | null)[] | null {
  const { config } = layer;
  const own = shapeOf(config['batch_shape']) ?? shapeOf(config['batch_input_shape']);
  if (own) return own;
  const shape = shapeOf(config['shape']) ?? shapeOf(config['input_shape']);
  return shape ? [null, ...shape] : null;
}

function inputType(layer: LayerEntry): DType {
  // An Embedding that begins a Sequential model has the dtype of its result, and takes numbers of rows.
  if (layer.type === 'Embedding') return 'int32';
  return layer.type === 'InputLayer' ? onnxType(policyName(layer.config['dtype'])) : 'float';
}

/** What the node says beside its configuration: which inputs are weights, and the arguments where order alone does not tell. */
function callAttributes(layer: LayerEntry, call: Call, roles: readonly string[]): Map<string, Attribute> {
  const own: Record<string, string | readonly string[]> = {};
  if (roles.length > 0) own['weights'] = roles;
  if (/^keras\.(src\.)?ops/.test(layer.module)) own['module'] = layer.module;
  if (layer.registered.includes('>')) own['registered_name'] = layer.registered;
  const said = written(call);
  if (said) own['call'] = JSON.stringify(said);
  return new Map(attributes(own));
}

const SILENT = new Set(['training', 'name']);

function written(call: Call): JsonObject | null {
  const counter = { next: 0 };
  const args = call.args.map((a) => numbered(a, counter));
  const kwargs: Record<string, Json> = {};
  for (const [key, value] of sortedEntries(call.kwargs)) {
    const json = numbered(value, counter);
    if (json !== null && !SILENT.has(key)) kwargs[key] = json;
  }
  const plain = args.every((a) => isSlot(a) || (isList(a) && a.every(isSlot)));
  return plain && Object.keys(kwargs).length === 0 ? null : { args, kwargs };
}

const isSlot = (v: Json | undefined): boolean => isObject(v) && typeof v['tensor'] === 'number';

/** Arguments with the tensors as places among the node's inputs. */
function numbered(value: Argument, counter: { next: number }): Json {
  if (isRef(value)) return { tensor: counter.next++ };
  if (isList(value as Json)) return (value as readonly Argument[]).map((v) => numbered(v, counter));
  if (typeof value !== 'object' || value === null) return value;
  const entries = sortedEntries(value as { [key: string]: Argument });
  return Object.fromEntries(entries.map(([k, v]) => [k, numbered(v, counter)]));
}
