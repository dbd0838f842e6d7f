/** The layers of a model's configuration: Keras 1 to 3 write them differently, and here they are the same. */
import { FormatError } from '../../../graph-model/diagnostics.ts';
import { isList, isObject, text, type Json, type JsonObject } from '../json.ts';

/** A tensor that a layer made: layer, number of its call, number of its output. */
export interface TensorRef {
  readonly layer: string;
  readonly call: number;
  readonly output: number;
  /** Keras 3 writes them down. */
  readonly shape?: readonly (number | null)[];
  readonly dtype?: string;
}

/** What a layer is called with: JSON in which tensors stand as references. */
export type Argument = null | boolean | number | string | TensorRef | readonly Argument[] | { [key: string]: Argument };

export interface Call {
  readonly args: readonly Argument[];
  readonly kwargs: { readonly [key: string]: Argument };
}

export interface LayerEntry {
  readonly type: string;
  readonly name: string;
  readonly config: JsonObject;
  /** `keras.layers`, `keras.src.ops.numpy`; '' in Keras 1 and 2. */
  readonly module: string;
  /** `Package>Class` of a class of the user's own; '' where it is not said. */
  readonly registered: string;
  /** Calls in order; empty in a Sequential model, whose layers follow each other. */
  readonly calls: readonly Call[];
  /** The shape that the layer was built for, where it is written down. */
  readonly built: readonly (number | null)[] | null;
  /** The calls are written as Keras 1 and 2 write them. */
  readonly legacy: boolean;
  /** References count calls from here: Keras 2 counts the making of a nested model as its first call. */
  firstCall: number;
}

export interface ModelEntry {
  readonly kind: 'sequential' | 'functional';
  readonly name: string;
  readonly layers: readonly LayerEntry[];
  readonly inputs: readonly TensorRef[];
  /** In the order in which Keras counts them: those of a dictionary by its sorted keys. */
  readonly outputs: readonly TensorRef[];
  /** In the order of the file. */
  readonly listed: readonly TensorRef[];
}

const MODELS = new Set(['Model', 'Functional', 'Sequential', 'Network', 'Graph']);

export function isModel(entry: Pick<LayerEntry, 'type' | 'config'>): boolean {
  return MODELS.has(entry.type) && (isList(entry.config['layers']) || entry.type === 'Sequential');
}

/** @param where names the model in errors */
export function readModel(type: string, config: Json | undefined, file: string): ModelEntry {
  if (isList(config)) return sequential({ layers: config }, file);
  if (!isObject(config)) throw bad(file, type, 'it has no configuration');
  if (!isList(config['layers'])) throw new FormatError('keras.subclassed', { name: text(config['name'], type), type });
  return type === 'Sequential' ? sequential(config, file) : functional(type, config, file);
}

function sequential(config: JsonObject, file: string): ModelEntry {
  const layers = (config['layers'] as readonly Json[]).map((l, i) => readLayer(l, file, `layer ${i}`));
  return { kind: 'sequential', name: text(config['name'], 'sequential'), layers, inputs: [], outputs: [], listed: [] };
}

function functional(type: string, config: JsonObject, file: string): ModelEntry {
  const layers = (config['layers'] as readonly Json[]).map((l, i) => readLayer(l, file, `layer ${i}`));
  const inputs = refsOf(config['input_layers']);
  const outputs = refsOf(config['output_layers']);
  const listed = refsOf(config['output_layers'], false);
  if (outputs.length === 0) throw bad(file, text(config['name'], type), 'it names no outputs');
  setFirstCalls(layers, outputs);
  return { kind: 'functional', name: text(config['name'], type), layers, inputs, outputs, listed };
}

function readLayer(json: Json, file: string, where: string): LayerEntry {
  if (!isObject(json) || typeof json['class_name'] !== 'string') throw bad(file, where, 'it has no class_name');
  const given = json['config'];
  const config = isObject(given) ? given : isList(given) ? { layers: given } : {};
  const name = text(json['name'], text(config['name'], where.replace(' ', '_')));
  const nodes = isList(json['inbound_nodes']) ? json['inbound_nodes'] : [];
  const build = json['build_config'];
  const built = isObject(build) ? shapeOf(build['input_shape']) : null;
  const module = text(json['module'], '');
  const legacy = nodes.some(isList);
  const foreign =
    module !== '' && !/^(keras|tf_keras|tensorflow)\b/.test(module) ? `${module}>${json['class_name']}` : '';
  const own = json['class_name'].includes('>') ? json['class_name'] : foreign;
  const registered = String(json['registered_name'] ?? '').includes('>') ? String(json['registered_name']) : own;
  const calls = nodes.map(readCall);
  return { type: json['class_name'], name, config, module, registered, calls, built, legacy, firstCall: 0 };
}

/** A shape as Keras writes it; null where the field is something else. */
export function shapeOf(value: Json | undefined): readonly (number | null)[] | null {
  return isList(value) && value.every((d) => d === null || typeof d === 'number') ? (value as (number | null)[]) : null;
}

/** Keras 3: {args, kwargs}. Before: a list of [layer, call, output, kwargs], or one of them. */
function readCall(node: Json): Call {
  if (isObject(node)) {
    const args = isList(node['args']) ? node['args'].map(argument) : [];
    return { args, kwargs: named(node['kwargs'], argument) };
  }
  if (!isList(node)) return { args: [], kwargs: {} };
  const single = typeof node[0] === 'string';
  const entries = (single ? [node] : node) as readonly Json[];
  const kwargs = entries.map((e) => (isList(e) ? e[3] : undefined)).find(isObject);
  const tensors = entries.map(legacyTensor);
  return { args: single || tensors.length === 1 ? tensors : [tensors], kwargs: named(kwargs, legacyArgument) };
}

function named(value: Json | undefined, read: (v: Json) => Argument): { [key: string]: Argument } {
  if (!isObject(value)) return {};
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, read(v ?? null)]));
}

function argument(value: Json): Argument {
  if (isList(value)) return value.map(argument);
  if (!isObject(value)) return value;
  const config = value['config'];
  if (value['class_name'] === '__keras_tensor__' && isObject(config)) {
    const ref = refOf(config['keras_history']);
    const shape = shapeOf(config['shape']);
    if (ref) return { ...ref, ...(shape ? { shape } : {}), dtype: text(config['dtype'], 'float32') };
  }
  return named(value, argument) as { [key: string]: Argument };
}

/** ["layer", 0, 0, {}], or a constant as ["_CONSTANT_VALUE", -1, value, {}]. */
function legacyTensor(value: Json): Argument {
  if (isList(value) && value[0] === '_CONSTANT_VALUE') return legacyArgument(value[2] ?? null);
  return refOf(value) ?? legacyArgument(value);
}

function legacyArgument(value: Json): Argument {
  if (isList(value)) {
    if (value.length === 3 && value[0] === '_CONSTANT_VALUE') return legacyArgument(value[2] ?? null);
    return (value.length === 3 && refOf(value)) || value.map(legacyArgument);
  }
  return isObject(value) ? (named(value, legacyArgument) as { [key: string]: Argument }) : value;
}

function refOf(value: Json | undefined): TensorRef | null {
  if (!isList(value) || value.length < 3) return null;
  const [layer, call, output] = value;
  if (typeof layer !== 'string' || typeof call !== 'number' || typeof output !== 'number' || call < 0) return null;
  return { layer, call, output };
}

export function isRef(value: Argument): value is TensorRef {
  return typeof value === 'object' && value !== null && 'layer' in value && 'call' in value && 'output' in value;
}

/** All references within, in order; those of a dictionary by its sorted keys, as Keras flattens it, or as written. */
function refsOf(value: Json | undefined, sorted = true): TensorRef[] {
  const own = refOf(value);
  if (own) return [own];
  if (isList(value)) return value.flatMap((v) => refsOf(v, sorted));
  if (!isObject(value)) return [];
  const keys = Object.keys(value);
  return (sorted ? keys.sort() : keys).flatMap((k) => refsOf(value[k], sorted));
}

/** All tensors within arguments, in order. */
export function tensorsIn(value: Argument): TensorRef[] {
  if (isRef(value)) return [value];
  if (isList(value as Json)) return (value as readonly Argument[]).flatMap(tensorsIn);
  if (typeof value !== 'object' || value === null) return [];
  return sortedEntries(value as { [key: string]: Argument }).flatMap(([, v]) => tensorsIn(v));
}

/** The order in which tensors within a dictionary are counted. */
export function sortedEntries<T>(object: { readonly [key: string]: T }): [string, T][] {
  return Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1));
}

function setFirstCalls(layers: readonly LayerEntry[], outputs: readonly TensorRef[]): void {
  const refs = [
    ...outputs,
    ...layers.flatMap((l) => l.calls.flatMap((c) => tensorsIn([c.args, c.kwargs] as Argument))),
  ];
  const seen = new Map<string, { least: number; most: number }>();
  for (const { layer, call } of refs) {
    const range = seen.get(layer) ?? { least: call, most: call };
    seen.set(layer, { least: Math.min(range.least, call), most: Math.max(range.most, call) });
  }
  for (const l of layers) {
    const range = seen.get(l.name);
    if (!range || !isModel(l)) continue;
    if (range.most >= l.calls.length || (l.legacy && range.least > 0)) l.firstCall = 1;
  }
}

export function bad(file: string, where: string, why: string): FormatError {
  return new FormatError('keras.bad-config', { file, where, why });
}
