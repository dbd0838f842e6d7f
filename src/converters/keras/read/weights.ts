/** The weights of every layer, from the two forms in which Keras writes them into HDF5. */
import type { Tensor } from '../../../graph-model/core/tensor.ts';
import { diagnostic, type Diagnostic } from '../../../graph-model/diagnostics.ts';
import type { Hdf5Group } from '../../containers/hdf5/hdf5.ts';
import { isObject, text } from '../json.ts';
import { SnakeNames, weightRows, type WeightRow } from '../weight-rows.ts';
import { isModel, readModel, type LayerEntry, type ModelEntry } from './layers.ts';

export type LayerWeights = ReadonlyMap<string, Tensor>;

export interface Weights {
  of(layer: LayerEntry): LayerWeights;
  /** The model within a layer, read once, so that its layers are the same wherever they are looked up. */
  modelOf(layer: LayerEntry): ModelEntry;
}

/** The deepest that models may stand within models; nobody's is half as deep. */
const DEPTH_LIMIT = 40;

/** A weight of a layer, of one nested in it too. */
interface Slot {
  readonly layer: LayerEntry;
  readonly row: WeightRow;
  /** Group of the layer in the Keras 3 form. */
  readonly group: string;
}

/**
 * Finds the weights of all layers of a model. Weights that do not fit the configuration are reported and left out.
 *
 * @param root null where no weights were given
 */
export function findWeights(
  model: ModelEntry,
  root: Hdf5Group | null,
  file: string,
  report: (d: Diagnostic) => void,
): Weights {
  return collected(file, (modelOf, put) => root && fill(model, root, modelOf, put, report));
}

/** The same for weights by name, as TF.js has them: `conv2d/kernel`, `bidirectional/forward_lstm/lstm_cell/bias`. */
export function findNamedWeights(
  model: ModelEntry,
  tensors: ReadonlyMap<string, Tensor>,
  file: string,
  report: (d: Diagnostic) => void,
): Weights {
  return collected(file, (modelOf, put) => {
    for (const [layer, group] of groupsOf(model, ''))
      for (const [owner, slots] of byOwner(slotsOf(layer, group, modelOf, 0)))
        named(tensors, owner, slots, put, report);
  });
}

type Put = (slot: Slot, tensor: Tensor) => void;
type ModelOf = (layer: LayerEntry) => ModelEntry;

function collected(file: string, fillAll: (modelOf: ModelOf, put: Put) => void): Weights {
  const found = new Map<LayerEntry, Map<string, Tensor>>();
  const models = new Map<LayerEntry, ModelEntry>();
  const modelOf = (layer: LayerEntry): ModelEntry => {
    const known = models.get(layer);
    if (known) return known;
    const within = layer.type === 'TimeDistributed' ? layer.config['layer'] : null;
    const made = isObject(within)
      ? readModel(text(within['class_name'], ''), within['config'], file)
      : readModel(layer.type, layer.config, file);
    models.set(layer, made);
    return made;
  };
  const put = (slot: Slot, tensor: Tensor) => {
    const own = found.get(slot.layer) ?? new Map<string, Tensor>();
    found.set(slot.layer, own.set(slot.row.role, tensor));
  };
  fillAll(modelOf, put);
  return { of: (layer) => found.get(layer) ?? new Map<string, Tensor>(), modelOf };
}

function fill(
  model: ModelEntry,
  root: Hdf5Group,
  modelOf: (layer: LayerEntry) => ModelEntry,
  put: (slot: Slot, tensor: Tensor) => void,
  report: (d: Diagnostic) => void,
): void {
  const names = root.strings('layer_names');
  const form = names === null ? byPath : byName;
  const containers = containersOf(model, root, names === null);
  for (const [layer, group] of containers) {
    const slots = slotsOf(layer, group, modelOf, 0);
    form(root, layer, slots, put, report);
  }
}

/** The layers of a model with the group that holds each in the Keras 3 form. */
function containersOf(model: ModelEntry, root: Hdf5Group, paths: boolean): [LayerEntry, string][] {
  const old = paths && !root.has('layers') && root.has('_layer_checkpoint_dependencies');
  return groupsOf(model, old ? '_layer_checkpoint_dependencies' : 'layers');
}

function groupsOf(model: ModelEntry, folder: string): [LayerEntry, string][] {
  const names = new SnakeNames();
  return model.layers.map((layer) => [layer, `${folder}/${names.next(layer.type)}`]);
}

function slotsOf(layer: LayerEntry, group: string, modelOf: (layer: LayerEntry) => ModelEntry, depth: number): Slot[] {
  const nested = nestedFolder(layer, group);
  if (nested === null) return weightRows(layer.type, layer.config).map((row) => ({ layer, row, group }));
  if (depth > DEPTH_LIMIT) return [];
  return groupsOf(modelOf(layer), nested).flatMap(([l, g]) => slotsOf(l, g, modelOf, depth + 1));
}

/** Where the layers of a nested model lie; null for a layer that is no model. */
function nestedFolder(layer: LayerEntry, group: string): string | null {
  if (isModel(layer)) return `${group}/layers`;
  return wrapsModel(layer) ? `${group}/layer/layers` : null;
}

/** TimeDistributed around a model. */
export function wrapsModel(layer: LayerEntry): boolean {
  const within = layer.config['layer'];
  if (layer.type !== 'TimeDistributed' || !isObject(within) || !isObject(within['config'])) return false;
  return isModel({ type: text(within['class_name'], ''), config: within['config'] });
}

type Form = (
  root: Hdf5Group,
  layer: LayerEntry,
  slots: readonly Slot[],
  put: (slot: Slot, tensor: Tensor) => void,
  report: (d: Diagnostic) => void,
) => void;

/** Keras 3, and the zip form of Keras 2: `layers/lstm/cell/vars/0`. */
const byPath: Form = (root, layer, slots, put, report) => {
  const missing: string[] = [];
  for (const slot of slots) {
    const { at, index, role } = slot.row;
    const find = (part: string) => root.tensorAt(`${slot.group}/${part === '' ? '' : `${part}/`}vars/${index}`);
    // Attention of Keras 2, and grouped attention of Keras 3, keep their parts as private attributes.
    const tensor = find(at) ?? (at === '' ? null : find(`_${at}`));
    if (tensor) put(slot, tensor);
    else missing.push(role);
  }
  if (missing.length > 0) report(differ(layer, `the file lacks its ${missing.slice(0, 3).join(', ')}`));
};

/** Whole models in HDF5: a group for each layer, its weights in a list, those that are trained first. */
const byName: Form = (root, layer, all, put, report) => {
  const slots = all.filter((s) => typeof s.row.index === 'number');
  const group = root.groupAt(layer.name) ?? null;
  const names = (group?.strings('weight_names') ?? []).filter((n) => n !== '');
  if (slots.length === 0 && names.length === 0) return;
  const frozen = (s: Slot) => !s.row.trainable || s.layer.config['trainable'] === false;
  const order = [...slots.filter((s) => !frozen(s)), ...slots.filter(frozen)];
  if (order.length !== names.length) {
    if (slots.length > 0) report(differ(layer, `it has ${order.length} weights, and the file ${names.length}`));
    return;
  }
  order.forEach((slot, i) => {
    const tensor = group!.tensorAt(names[i]!);
    if (tensor) put(slot, tensor);
  });
};

function byOwner(slots: readonly Slot[]): Map<LayerEntry, Slot[]> {
  const out = new Map<LayerEntry, Slot[]>();
  for (const slot of slots) out.set(slot.layer, [...(out.get(slot.layer) ?? []), slot]);
  return out;
}

const lastPart = (path: string) => path.slice(path.lastIndexOf('/') + 1).replace(/(_\d+)?(:\d+)?$/, '');

/** Roles that stand several times in a layer (two directions, several cells) come in the order of the file. */
function named(
  tensors: ReadonlyMap<string, Tensor>,
  layer: LayerEntry,
  slots: readonly Slot[],
  put: Put,
  report: (d: Diagnostic) => void,
): void {
  const own = [...tensors.keys()].filter((n) => n.startsWith(`${layer.name}/`) || n.includes(`/${layer.name}/`));
  const missing: string[] = [];
  for (const slot of slots) {
    const role = lastPart(slot.row.role);
    const exact = own.findIndex((n) => lastPart(n) === role);
    // DepthwiseConv2D calls its kernel depthwise_kernel.
    const at = exact >= 0 ? exact : own.findIndex((n) => lastPart(n).endsWith(`_${role}`));
    if (at < 0) missing.push(slot.row.role);
    else put(slot, tensors.get(own.splice(at, 1)[0]!)!);
  }
  if (missing.length > 0) report(differ(layer, `the file lacks its ${missing.slice(0, 3).join(', ')}`));
}

function differ(layer: LayerEntry, why: string): Diagnostic {
  const found = diagnostic('keras.weights-differ', { layer: layer.name, type: layer.type, why });
  return { ...found, severity: 'warning' };
}
