/** Weights of Keras 1 in the shapes of Keras 2. Source: `preprocess_weights_for_loading` of Keras 2. */
import type { TypedEmitter } from '../../graph-model/builders/typed-emitter.ts';
import type { ValueId } from '../../graph-model/core/model.ts';
import { flag, type JsonObject } from './json.ts';
import { permuted } from '../../graph-model/core/permute.ts';
import type { Weight } from './lower/call.ts';
import { FIRST } from './read/first-keras.ts';

/** The gates in the order in which Keras 1 has them; Keras 2 joins them in that of {@link JOINED}. */
const GATES: Readonly<Record<string, readonly string[]>> = { LSTM: ['i', 'c', 'f', 'o'], GRU: ['z', 'r', 'h'] };
const JOINED: Readonly<Record<string, readonly string[]>> = { LSTM: ['i', 'f', 'c', 'o'], GRU: ['z', 'r', 'h'] };
const ROLES = ['kernel', 'recurrent_kernel', 'bias'];

/** Roles of a recurrent layer of Keras 1, gate by gate; null for a layer that has its weights as Keras 2. */
export function firstRoles(type: string, config: JsonObject): string[] | null {
  // Made for a GPU it joins its gates as Keras 2 does.
  const gates = flag(config[FIRST], false) && config['consume_less'] !== 'gpu' ? GATES[type] : undefined;
  return gates ? gates.flatMap((gate) => ROLES.map((role) => `${role}_${gate}`)) : null;
}

/** The weights of one call, as the lowerings know them. */
export function modernWeights(
  e: TypedEmitter,
  type: string,
  config: JsonObject,
  weights: ReadonlyMap<string, Weight>,
): ReadonlyMap<string, Weight> {
  const out = new Map(weights);
  for (const prefix of prefixesOf(weights)) joinGates(out, prefix);
  if (flag(config[FIRST], false) && /^Conv\d?D/.test(type)) {
    const kernel = out.get('kernel');
    if (kernel) out.set('kernel', modernKernel(type, config, kernel));
  }
  for (const [role, w] of out) if (w !== weights.get(role)) out.set(role, withConstant(e, w));
  return out;
}

/** The constant of a weight that was changed is made of its new values. */
function withConstant(e: TypedEmitter, w: Weight): Weight {
  let made: ValueId | null = null;
  return { ...w, constant: () => (made ??= e.constant({ dtype: 'float', dims: w.dims, values: w.values })) };
}

function prefixesOf(weights: ReadonlyMap<string, Weight>): Set<string> {
  const found = [...weights.keys()].flatMap((role) => /^(.*)bias_[hc]$/.exec(role)?.slice(1) ?? []);
  return new Set(found);
}

function joinGates(weights: Map<string, Weight>, prefix: string): void {
  const gates = weights.has(`${prefix}kernel_c`) ? JOINED['LSTM']! : JOINED['GRU']!;
  for (const role of ROLES) {
    const parts = gates.map((gate) => weights.get(`${prefix}${role}_${gate}`));
    if (parts.some((p) => p === undefined)) continue;
    weights.set(`${prefix}${role}`, besideEachOther(parts as Weight[]));
  }
}

/** Joined along the last axis. */
function besideEachOther(parts: readonly Weight[]): Weight {
  const [first] = parts as [Weight];
  const width = first.dims[first.dims.length - 1]!;
  const rows = first.values.length / width;
  const values = new Float32Array(first.values.length * parts.length);
  parts.forEach((part, i) => {
    for (let row = 0; row < rows; row++)
      values.set(part.values.subarray(row * width, (row + 1) * width), (row * parts.length + i) * width);
  });
  return { ...first, dims: [...first.dims.slice(0, -1), width * parts.length], values, key: `${first.key} joined` };
}

function moved(w: Weight, perm: readonly number[]): Weight {
  const { dims, values } = permuted({ dtype: 'float', dims: w.dims, values: w.values }, perm);
  return { ...w, dims, values: values as Float32Array, key: `${w.key} moved` };
}

function modernKernel(type: string, config: JsonObject, w: Weight): Weight {
  const { dims } = w;
  const first = config['data_format'] === 'channels_first';
  if (type === 'Conv1D' && dims.length === 4) {
    const late = dims[1] === 1 && dims[3] === config['filters'];
    const found = late ? w : moved(w, [2, 3, 1, 0]);
    return { ...found, dims: [found.dims[0]!, found.dims[2]!, found.dims[3]!] };
  }
  if (type === 'Conv2D' && first) return moved(w, [2, 3, 1, 0]);
  if (type === 'Conv3D' && first) return moved(w, [2, 3, 4, 1, 0]);
  if (type === 'Conv2DTranspose') return moved(w, first ? [2, 3, 0, 1] : [0, 1, 3, 2]);
  return w;
}
