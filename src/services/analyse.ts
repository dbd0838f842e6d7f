/** What a model means: types of every value, and everything that is wrong with it. */
import { checkModel } from '../graph-model/check/check.ts';
import type { Change } from '../graph-model/core/draft.ts';
import { isOnnx, type Model } from '../graph-model/core/model.ts';
import type { ValueId } from '../graph-model/core/ids.ts';
import type { ValueType } from '../graph-model/core/types.ts';
import type { Diagnostic } from '../graph-model/diagnostics.ts';
import { inferTypes, reinfer, type Inference } from '../graph-model/operators/infer/inference.ts';
import { sameType } from '../graph-model/operators/infer/merge.ts';
import { loadOperators } from '../graph-model/operators/schemas.ts';

export interface Analysed {
  readonly inference: Inference;
  readonly problems: readonly Diagnostic[];
}

/** Infers and checks; never throws on a bad model. */
export async function analyse(model: Model): Promise<Analysed> {
  await loadOperators();
  return checked(model, inferTypes(model));
}

/** The model after an edit: what the edit does not touch is taken over from the inference before it. */
export async function reanalyse(previous: Inference, change: Change): Promise<Analysed> {
  await loadOperators();
  return checked(change.after, reinfer(previous, change));
}

async function checked(model: Model, inference: Inference): Promise<Analysed> {
  const operators = await loadOperators();
  const found = checkModel(model, operators, inference);
  // ONNX's rules say nothing of another framework's graph; what its files lack is still told.
  if (!isOnnx(model)) return { inference, problems: found.filter((p) => p.code.startsWith('file.')) };
  return { inference, problems: [...found, ...inference.diagnostics] };
}

/** What differs between two inferences. */
export interface TypeChanges {
  readonly set: readonly (readonly [ValueId, ValueType])[];
  readonly removed: readonly ValueId[];
}

/** States that are kept to go on from: the present one, and those that undoing an edit or two comes back to. */
const KEPT = 3;

/** Follows a model through its edits; every state has a number that the caller gives. */
export class Analyst {
  private readonly states = new Map<number, Analysed>();

  async begin(model: Model, state: number): Promise<Analysed> {
    return this.keep(state, await analyse(model));
  }

  /** The model of a state that is still held; null where it is not, and everything has to be sent again. */
  modelOf(state: number): Model | null {
    return this.states.get(state)?.inference.model ?? null;
  }

  /** `base` must be held. */
  async follow(base: number, change: Change, state: number): Promise<Analysed & { readonly changes: TypeChanges }> {
    const before = this.states.get(base)!.inference;
    const found = this.keep(state, await reanalyse(before, change));
    return { ...found, changes: typeChanges(before.types, found.inference.types) };
  }

  private keep(state: number, found: Analysed): Analysed {
    this.states.set(state, found);
    for (const old of this.states.keys()) if (this.states.size > KEPT) this.states.delete(old);
    return found;
  }
}

function typeChanges(before: Inference['types'], after: Inference['types']): TypeChanges {
  const set: [ValueId, ValueType][] = [];
  for (const [id, type] of after) if (!sameType(type, before.get(id) ?? null)) set.push([id, type]);
  const removed = [...before.keys()].filter((id) => !after.has(id));
  return { set, removed };
}
