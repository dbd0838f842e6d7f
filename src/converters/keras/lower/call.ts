/** What a lowering is given: one call of one layer. */
import { permuted } from '../../../graph-model/core/permute.ts';
import type { ValueId } from '../../../graph-model/core/model.ts';
import type { Dim, DType } from '../../../graph-model/core/types.ts';
import { Refused } from '../refusal.ts';
import { flag, isList, isObject, numberOf, numbers, text, type Json, type JsonObject } from '../json.ts';
import type { TypedEmitter } from '../../../graph-model/builders/typed-emitter.ts';
import {
  firstOf,
  Held,
  naturalOf,
  orderAtHand,
  shapeOf,
  type Order,
} from '../../../graph-model/builders/axis-orders.ts';

/** A weight in memory as float32, in Keras's own shape. */
export interface Weight {
  readonly dims: readonly number[];
  readonly values: Float32Array;
  /** Names the weight in the whole conversion: shared layers have it once. */
  readonly key: string;
  /** The weight as it stands in the file, as a constant of the result. */
  constant(): ValueId;
}

/** An argument with its tensors put in. */
export type Given = null | boolean | number | string | Held | readonly Given[] | { readonly [key: string]: Given };

export interface CallInput {
  readonly e: TypedEmitter;
  readonly name: string;
  readonly op: string;
  readonly config: JsonObject;
  readonly inputs: readonly Held[];
  readonly args: readonly Given[];
  readonly kwargs: { readonly [key: string]: Given };
  readonly weights: ReadonlyMap<string, Weight>;
  /** 1, 2 or 3. */
  readonly keras: number;
  readonly made: Map<string, ValueId>;
  /** Lowers a part of a layer: wrappers do not know the table of layers that they are in. */
  lower(c: LayerCall): Held | readonly Held[];
}

export class LayerCall {
  readonly e: TypedEmitter;
  readonly config: JsonObject;
  readonly inputs: readonly Held[];

  constructor(readonly given: CallInput) {
    this.e = given.e;
    this.config = given.config;
    this.inputs = given.inputs;
  }

  get keras(): number {
    return this.given.keras;
  }

  /** The tensor that the layer works on. */
  get x(): Held {
    return this.inputs[0] ?? this.refuse('it is called without a tensor');
  }

  refuse(why: string): never {
    throw new Refused(this.given.name, this.given.op, why);
  }

  // ---- configuration

  text(key: string, otherwise: string): string {
    return text(this.config[key], otherwise);
  }

  flag(key: string, otherwise = false): boolean {
    return flag(this.config[key], otherwise);
  }

  number(key: string, otherwise: number): number {
    return numberOf(this.config[key], otherwise);
  }

  numbers(key: string): number[] | null {
    return numbers(this.config[key]);
  }

  /** A list of `count` whole numbers; one number stands for all. */
  sizes(key: string, count: number, otherwise: number): number[] {
    const found = this.numbers(key) ?? [otherwise];
    const list = found.length === 1 ? Array.from({ length: count }, () => found[0]!) : found;
    if (list.length !== count || list.some((n) => !Number.isInteger(n)))
      this.refuse(`its ${key} is not ${count} numbers`);
    return list;
  }

  get channelsFirst(): boolean {
    return this.text('data_format', 'channels_last') === 'channels_first';
  }

  /** An argument of the call by name or place. */
  argument(key: string, place = -1): Given | undefined {
    return this.given.kwargs[key] ?? (place >= 0 ? this.given.args[place] : undefined);
  }

  // ---- weights

  has(role: string): boolean {
    return this.given.weights.has(role);
  }

  weight(role: string, rank?: number): Weight {
    const found = this.given.weights.get(role);
    if (!found) return this.refuse(`its weight ${role} is missing from the file`);
    if (rank !== undefined && found.dims.length !== rank)
      this.refuse(`its weight ${role} has ${found.dims.length} dimensions and not ${rank}`);
    return found;
  }

  /** A constant made from weights, once for all calls of the layer. */
  once(key: string, make: () => ValueId): ValueId {
    const owner = [...this.given.weights.values()][0]?.key ?? this.given.name;
    const full = `${owner} ${key}`;
    const known = this.given.made.get(full);
    if (known !== undefined) return known;
    const value = make();
    this.given.made.set(full, value);
    return value;
  }

  /** A weight with its axes in another order, and in another shape where one is given. */
  permuted(role: string, perm: readonly number[], dims?: readonly number[]): ValueId {
    return this.once(`${role} ${perm.join()} ${dims?.join() ?? ''}`, () => {
      const { dims: from, values } = this.weight(role, perm.length);
      return this.e.constant(permuted({ dtype: 'float', dims: from, values }, perm, dims));
    });
  }

  /** A part of the layer (the layer in a wrapper, the cell of an RNN) as a call of its own. */
  part(layer: Json | undefined, prefix: string, inputs: readonly Held[] = this.inputs): LayerCall {
    if (!isObject(layer) || !isObject(layer['config'])) return this.refuse('the layer within it is not written down');
    const weights = new Map<string, Weight>();
    for (const [role, weight] of this.given.weights)
      if (role.startsWith(`${prefix}/`)) weights.set(role.slice(prefix.length + 1), weight);
    const op = text(layer['class_name'], '');
    return new LayerCall({ ...this.given, op, config: layer['config'], inputs, weights, args: inputs, kwargs: {} });
  }

  /** The same call as a layer of another class and configuration: functions that are layers too. */
  as(op: string, config: JsonObject, weights: ReadonlyMap<string, Weight> = new Map()): LayerCall {
    const inputs = this.inputs.slice(0, 1);
    return new LayerCall({ ...this.given, op, config, weights, inputs, args: inputs, kwargs: {} });
  }

  /** A part of the layer that has all the weights of the layer. */
  sameWeights(layer: Json | undefined): LayerCall {
    if (!isObject(layer) || !isObject(layer['config'])) return this.refuse('the cell within it is not written down');
    return new LayerCall({ ...this.given, op: text(layer['class_name'], ''), config: layer['config'] });
  }

  // ---- tensors

  natural(t: Held = this.x): ValueId {
    return naturalOf(this.e, t);
  }

  first(t: Held = this.x): ValueId {
    this.shape(t);
    return firstOf(this.e, t);
  }

  shape(t: Held = this.x): readonly Dim[] {
    return shapeOf(this.e, t) ?? this.refuse('the number of dimensions of its input is not known');
  }

  rank(t: Held = this.x): number {
    return this.shape(t).length;
  }

  /** The length of an axis, which must be known. */
  length(axis: number, t: Held = this.x): number {
    const shape = this.shape(t);
    const dim = shape[axis < 0 ? axis + shape.length : axis];
    return typeof dim === 'number' ? dim : this.refuse(`the length of its input along axis ${axis} is not known`);
  }

  dtype(t: Held = this.x): DType {
    return this.e.dtype(t[orderAtHand(t)]!);
  }

  axis(axis: number, rank = this.rank()): number {
    const at = axis < 0 ? axis + rank : axis;
    return at >= 0 && at < rank ? at : this.refuse(`its axis ${axis} does not exist in ${rank} dimensions`);
  }

  /** Elementwise: in whatever order the tensor is at hand. */
  map(t: Held, make: (value: ValueId) => ValueId): Held {
    const order = orderAtHand(t);
    return Held.of(make(t[order]!), order, t.mask);
  }

  keep(value: ValueId, order: Order = 'natural', mask: Held | null = null): Held {
    return Held.of(value, order, mask);
  }
}

export function isHeld(value: Given | undefined): value is Held {
  return value instanceof Held;
}

export function givenList(value: Given | undefined): readonly Given[] | null {
  return isList(value as Json) ? (value as readonly Given[]) : null;
}

export type Lowering = (c: LayerCall) => Held | readonly Held[];
