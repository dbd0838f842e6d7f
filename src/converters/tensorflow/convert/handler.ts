/** What those get that lower nodes which work on more than tensors: lists, tables, branches and loops. */
import { Held, naturalOf, orderAtHand, shapeOf } from '../../../graph-model/builders/axis-orders.ts';
import type { TypedEmitter } from '../../../graph-model/builders/typed-emitter.ts';
import { getInt, getString, getTensor } from '../../../graph-model/core/attributes.ts';
import type { Node, ValueId } from '../../../graph-model/core/model.ts';
import { toNumbers, type DenseTensor } from '../../../graph-model/core/tensor.ts';
import { isDType, type Dim, type DType } from '../../../graph-model/core/types.ts';
import type { ListUses } from './list-uses.ts';
import type { Scope } from './scope.ts';
import { refuse, type SourceModel } from './source.ts';
import { forBody, TensorList, type Thing } from './things.ts';

/** The conversion, as a handler may call it back. */
export interface Evaluation {
  readonly source: SourceModel;
  readonly listUses: ListUses;
  /** The things of values of the scope's graph. */
  things(scope: Scope, values: readonly ValueId[]): Thing[];
  /** The outputs in `wanted` (places) of a function laid out where `e` writes; all where none are given. */
  callFunction(
    at: { readonly e: TypedEmitter; readonly scope: Scope; readonly node: Node },
    name: string,
    args: readonly (Thing | null)[],
    wanted?: readonly number[],
  ): (Thing | null)[];
  /** The elements of a tensor that is a constant of the source. */
  denseOf(t: Held): DenseTensor | null;
}

export class Handling {
  readonly e: TypedEmitter;

  constructor(
    readonly evaluation: Evaluation,
    readonly scope: Scope,
    readonly node: Node,
    readonly inputs: readonly (Thing | null)[],
    /** The output that is asked for. */
    readonly wanted: ValueId | null = null,
  ) {
    this.e = scope.e;
  }

  /** The same node handled in a body that `e` writes. */
  writing(e: TypedEmitter): Handling {
    if (e === this.e) return this;
    const inputs = this.inputs.map((t) => t && forBody(t));
    return new Handling(this.evaluation, this.scope.within(e), this.node, inputs, this.wanted);
  }

  refuse(why: string): never {
    return refuse(this.node, why);
  }

  thing(index: number): Thing {
    return this.inputs[index] ?? this.refuse(`its input ${index} is missing`);
  }

  held(index: number): Held {
    const thing = this.thing(index);
    return thing instanceof Held ? thing : this.refuse(`its input ${index} is a list or a table`);
  }

  list(index: number): TensorList {
    const thing = this.thing(index);
    return thing instanceof TensorList ? thing : this.refuse('the list that it works on is not known');
  }

  natural(t: Held): ValueId {
    return naturalOf(this.e, t);
  }

  shape(t: Held): readonly Dim[] | null {
    return shapeOf(this.e, t);
  }

  dtypeOf(t: Held): DType {
    const dense = t.constant === null ? null : this.evaluation.denseOf(t);
    return dense ? dense.dtype : this.e.dtype(t[orderAtHand(t)]!);
  }

  /** The elements where the conversion knows them. */
  dense(t: Held): DenseTensor | null {
    return this.evaluation.denseOf(t) ?? (t.natural === null ? null : this.e.known(t.natural));
  }

  numbers(t: Held): number[] | null {
    const dense = this.dense(t);
    return dense && Array.from(toNumbers(dense));
  }

  text(key: string, otherwise = ''): string {
    return getString(this.node, key, otherwise);
  }

  flag(key: string): boolean {
    return getInt(this.node, key, 0) !== 0;
  }

  type(key: string): DType {
    const name = this.text(key);
    return isDType(name) ? name : this.refuse(`its ${key} is no element type that ONNX has`);
  }

  tensorAttribute(key: string) {
    return getTensor(this.node, key) ?? null;
  }

  /** A scalar or a tensor as int64. */
  int64(t: Held): ValueId {
    const numbers = this.numbers(t);
    if (numbers) return this.e.numbers('int64', numbers, this.shape(t) as number[]);
    return this.e.cast(this.natural(t), 'int64', 7);
  }
}

/** The places of the outputs that something reads. */
export function readPlaces(h: Handling): number[] {
  const { source } = h.evaluation;
  return h.node.outputs.flatMap((v, i) => (v !== null && (source.isRead(v) || v === h.wanted) ? [i] : []));
}

/** The things of a node's outputs; null for one that nothing can be said of. */
export type Handler = (h: Handling) => readonly (Thing | null)[] | Thing;
export type Handlers = Readonly<Record<string, Handler>>;
