/** What a value of a TensorFlow graph is while it is converted: a tensor, or one of the things that only TensorFlow has. */
import { Held, type HeldConstant } from '../../../graph-model/builders/axis-orders.ts';
import type { ValueId } from '../../../graph-model/core/model.ts';
import type { Tensor } from '../../../graph-model/core/tensor.ts';
import type { Dim, DType } from '../../../graph-model/core/types.ts';

export type Thing = Held | TensorList | Table;

/** A constant of the source: in the result once something reads it as it is. */
export class SourceConstant implements HeldConstant {
  readonly dims: readonly number[];

  constructor(
    readonly tensor: Tensor,
    readonly name: string,
    readonly make: () => ValueId,
  ) {
    this.dims = tensor.dims;
  }
}

/** A loop whose lists are not yet known: what an iteration does to them is found when its body is made. */
export interface OpenLoop {
  readonly name: string;
}

/** What a list holds. */
export type ListState =
  /** One tensor of all elements: [length, ...]. */
  | { readonly kind: 'stacked'; readonly tensor: Held }
  /** An ONNX sequence: elements that differ in shape. */
  | { readonly kind: 'sequence'; readonly sequence: ValueId }
  /** Nothing was put into its places yet. length null: it has none, and grows. */
  | { readonly kind: 'empty'; readonly length: Held | null }
  /** As it comes into an iteration. */
  | { readonly kind: 'loop'; readonly loop: OpenLoop; readonly index: number }
  /** That with one element put in (at null: at its end). */
  | {
      readonly kind: 'written';
      readonly loop: OpenLoop;
      readonly index: number;
      readonly item: Held;
      readonly at: Held | null;
    };

export interface ListTraits {
  /** All elements are known to be of one shape, even where the shape itself is not known. */
  readonly isUniform: boolean;
  /** A place behind the last may be written, whatever the writing node says. */
  readonly grows: boolean;
}

/** TensorList of TensorFlow 2, TensorArray of TensorFlow 1. Changing one gives another. */
export class TensorList {
  constructor(
    readonly dtype: DType,
    /** The dims of an element; null where not even their number is known. */
    readonly element: readonly Dim[] | null,
    readonly state: ListState,
    readonly traits: ListTraits,
  ) {}

  with(state: ListState, element = this.element): TensorList {
    return new TensorList(this.dtype, element, state, this.traits);
  }
}

/** A lookup table with what it was initialised with. */
export class Table {
  constructor(
    readonly name: string,
    /** Keys and values, of equal length; null where they are not known. */
    readonly keys: Tensor | null,
    readonly values: Tensor | null,
  ) {}
}

/** The thing for a body: what is made of it there must not be seen outside. */
export function forBody(thing: Thing): Thing {
  if (thing instanceof Held) return Object.assign(new Held(), thing);
  if (!(thing instanceof TensorList)) return thing;
  const { state } = thing;
  return state.kind === 'stacked'
    ? thing.with({ kind: 'stacked', tensor: Object.assign(new Held(), state.tensor) })
    : thing;
}
