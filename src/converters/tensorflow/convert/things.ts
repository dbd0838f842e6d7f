/** What a value of a TensorFlow graph is while it is converted: a tensor, or one of the things that only TensorFlow has. */
import { Held, type HeldConstant } from '../../../graph-model/builders/axis-orders.ts';
import type { ValueId } from '../../../graph-model/core/model.ts';
import type { Tensor } from '../../../graph-model/core/tensor.ts';

export type Thing = Held;

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

/** The thing for a body: what is made of it there must not be seen outside. */
export function forBody(thing: Thing): Thing {
  return Object.assign(new Held(), thing);
}
