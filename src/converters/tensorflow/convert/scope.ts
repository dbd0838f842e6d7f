/** What the values of one graph of the source are, in one place of the result. */
import type { TypedEmitter } from '../../../graph-model/builders/typed-emitter.ts';
import type { GraphId, ValueId } from '../../../graph-model/core/model.ts';
import { forBody, type Thing } from './things.ts';

export class Scope {
  private readonly things = new Map<ValueId, Thing>();
  /** The scopes of the functions that nodes of this graph call. */
  readonly calls = new Map<number, Scope>();

  constructor(
    /** Writes where the result is. */
    readonly e: TypedEmitter,
    /** The graph of the source. */
    readonly graph: GraphId,
    /** In front of the names of nodes, with its slash; '' in the main graph. */
    readonly prefix: string,
    /** The scope of the same graph around a body that was cut out of it. */
    readonly parent: Scope | null = null,
    /** How many calls and bodies lie around it. */
    readonly depth = 0,
    /** A predicate that is known in this scope (what stands behind it), and whether it is true (1). */
    private readonly assumption: readonly [ValueId, 0 | 1] | null = null,
  ) {}

  /** Whether the predicate is true here (1) or false (0); null where that is not known. */
  assumed(predicate: ValueId): 0 | 1 | null {
    if (this.assumption && this.assumption[0] === predicate) return this.assumption[1];
    return this.parent?.assumed(predicate) ?? null;
  }

  /** From now on `id` is what `from` is in the scope around. */
  alias(id: ValueId, from: ValueId): void {
    const outer = this.parent?.find(from);
    if (outer) this.things.set(id, this.parent!.e === this.e ? outer : forBody(outer));
  }

  set(id: ValueId, thing: Thing): void {
    this.things.set(id, thing);
  }

  find(id: ValueId): Thing | null {
    const own = this.things.get(id);
    if (own) return own;
    const outer = this.parent?.find(id) ?? null;
    if (outer === null) return null;
    const here = this.parent!.e === this.e ? outer : forBody(outer);
    this.things.set(id, here);
    return here;
  }

  /** The same place in a body: for what is made there beside the nodes of the source. */
  within(e: TypedEmitter): Scope {
    return new Scope(e, this.graph, this.prefix, this, this.depth + 1);
  }
}
