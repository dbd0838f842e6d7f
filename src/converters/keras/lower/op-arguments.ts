/** What functions of keras.ops and TensorFlow are called with: options, axes, and operands of two sides. */
import type { ValueId } from '../../../graph-model/core/model.ts';
import { orderAtHand, type Held } from '../../../graph-model/builders/axis-orders.ts';
import { isDType, type DType } from '../../../graph-model/core/types.ts';
import { isList, isObject, numberOf, text, type Json } from '../json.ts';
import { isHeld, type Given, type LayerCall, type Lowering, type Weight } from './call.ts';

/** An option by any of its names, from the configuration (Keras 3) or the call (Keras 2). */
export function option(c: LayerCall, names: readonly string[], place = -1): Json | undefined {
  for (const name of names) {
    const found = c.config[name] ?? (c.given.kwargs[name] as Json | undefined);
    if (found !== undefined && found !== null && !isHeld(found as Given)) return found;
  }
  const placed = place >= 0 ? c.given.args[place] : undefined;
  return placed === undefined || isHeld(placed) ? undefined : (placed as Json);
}

export function numberOption(c: LayerCall, names: readonly string[], otherwise: number, place = -1): number {
  const found = option(c, names, place);
  return typeof found === 'number' ? found : otherwise;
}

/** null: all axes. */
export function axesOption(c: LayerCall, names: readonly string[] = ['axis', 'axes'], place = 1): number[] | null {
  const found = option(c, names, place);
  if (typeof found === 'number') return [found];
  return isList(found) && found.every((v) => typeof v === 'number') ? (found as number[]) : null;
}

export const keepdims = (c: LayerCall) =>
  option(c, ['keepdims', 'keep_dims']) === true || option(c, ['keepdims']) === 1;

// ---- two operands

export const LEFT = ['x1', 'x', 'a'];
export const RIGHT = ['x2', 'y', 'b'];

export function operand(c: LayerCall, names: readonly string[], place: number): Given {
  for (const name of names) if (c.given.kwargs[name] !== undefined) return c.given.kwargs[name];
  return c.given.args[place] ?? c.refuse('it lacks an operand');
}

/** An array that stands among the arguments. */
export interface Numbers {
  readonly dims: readonly number[];
  readonly values: readonly number[];
  readonly dtype: DType | null;
}

/** A number, nested lists of numbers, or the array that Keras 3 writes; null for anything else. */
export function numbersOf(value: Given | Json | undefined): Numbers | null {
  if (typeof value === 'number' || typeof value === 'boolean')
    return { dims: [], values: [Number(value)], dtype: null };
  if (value === 'Infinity' || value === '-Infinity' || value === 'NaN')
    return { dims: [], values: [numberOf(value, 0)], dtype: null };
  const json = value as Json;
  if (isObject(json)) {
    if (!/^__(numpy|tensor|keras_tensor_value)__$/.test(text(json['class_name'], ''))) return null;
    const { config } = json;
    if (!isObject(config)) return null;
    const inner = numbersOf(config['value'] as Given);
    const dtype = onnxName(text(config['dtype'], 'float32'));
    return inner && { ...inner, dtype };
  }
  if (!isList(json)) return null;
  const parts = json.map((v) => numbersOf(v as Given));
  if (parts.some((p) => p === null || p.dims.join() !== parts[0]!.dims.join())) return null;
  return { dims: [json.length, ...(parts[0]?.dims ?? [])], values: parts.flatMap((p) => p!.values), dtype: null };
}

const onnxName = (name: string): DType => (name === 'float32' || !isDType(name) ? 'float' : name);

/** An array among the arguments as a weight, for functions that are layers with their kernels given. */
export function weightOf(c: LayerCall, value: Given | undefined, key: string): Weight {
  const found = numbersOf(value) ?? c.refuse(`its ${key} is computed, which is not converted`);
  const values = Float32Array.from(found.values);
  const constant = () => c.e.constant({ dtype: 'float', dims: found.dims, values });
  return { dims: found.dims, values, key: `${c.given.name} ${key}`, constant };
}

export type Pairwise = (c: LayerCall, a: ValueId, b: ValueId) => ValueId;

/** With one number the tensor keeps its order of axes. A number that is not whole makes whole tensors float. */
export const pairwise =
  (make: Pairwise, float = false): Lowering =>
  (c) => {
    const left = operand(c, LEFT, 0);
    const right = operand(c, RIGHT, placeOfRight(c));
    if (isHeld(left) && isHeld(right)) {
      const { values, order } = pair(c, left, right);
      const [a, b] = sameTypes(c, values, float);
      return c.keep(make(c, a!, b!), order);
    }
    const t = isHeld(left) ? left : isHeld(right) ? right : c.refuse('it is called without a tensor');
    const other = numbersOf(isHeld(left) ? right : left) ?? c.refuse('an operand is neither a tensor nor numbers');
    const whole = other.values.every(Number.isInteger) && !float && !isFloatName(other.dtype);
    const put = (x: ValueId) => {
      const base = whole ? x : asFloat(c, x);
      const value = c.e.numbers(c.e.dtype(base), other.values, other.dims);
      return isHeld(left) ? make(c, base, value) : make(c, value, base);
    };
    return other.values.length === 1 && other.dims.length === 0 ? c.map(t, put) : c.keep(put(c.natural(t)));
  };

const isFloatName = (dtype: DType | null) => dtype !== null && isFloat(dtype);

/** The right operand comes second, or first where the left one is named. */
const placeOfRight = (c: LayerCall) => (LEFT.some((name) => c.given.kwargs[name] !== undefined) ? 0 : 1);

export const binary = (op: string, float = false): Lowering => pairwise((c, a, b) => c.e.op(op, [a, b]), float);

/** The numbers of an operand; it must not be a tensor. */
export function numbersIn(c: LayerCall, value: Given): readonly number[] {
  return numbersOf(value)?.values ?? c.refuse('one of its operands is neither a tensor nor numbers');
}

export function pair(c: LayerCall, a: Held, b: Held): { values: ValueId[]; order: 'natural' | 'first' } {
  const first = [a, b].some((t) => orderAtHand(t) === 'first' && t.natural === null);
  if (first && c.rank(a) === c.rank(b)) return { values: [c.first(a), c.first(b)], order: 'first' };
  return { values: [c.natural(a), c.natural(b)], order: 'natural' };
}

export const isFloat = (dtype: string) => dtype === 'float' || dtype === 'double' || dtype === 'float16';
export const asFloat = (c: LayerCall, x: ValueId) => (isFloat(c.e.dtype(x)) ? x : c.e.toFloat(x));

export function sameTypes(c: LayerCall, values: readonly ValueId[], float: boolean): ValueId[] {
  const types = values.map((v) => c.e.dtype(v));
  if (types.every((t) => t === types[0]) && !(float && !isFloat(types[0]!))) return [...values];
  if (float || types.some(isFloat)) return values.map((v) => asFloat(c, v));
  return values.map((v) => c.e.cast(v, 'int64', 7));
}
