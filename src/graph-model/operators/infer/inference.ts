/** The public face of inference: types of a whole model, of a model after a change, of a draft while it is edited. */
import type { DenseTensor } from '../../core/tensor.ts';
import type { Model, ValueId } from '../../core/model.ts';
import type { ValueType } from '../../core/types.ts';
import type { Diagnostic } from '../../diagnostics.ts';
import type { TypeTable } from '../operator.ts';
import { isMeasured } from './shapes.ts';
import { denseOf, smallDense } from './elements.ts';
import { Engine } from './engine.ts';
import { Facts, type ModelView } from './facts.ts';
import { isComplete } from './merge.ts';

/** How many values have a type that leaves nothing unknown. */
export interface Share {
  readonly values: number;
  /** Every dimension is a number. */
  readonly fixed: number;
  /** Every dimension is a number or an expression over names that the model declares. */
  readonly symbolic: number;
  /** As symbolic, but with a length that only running the model tells (how many boxes NonMaxSuppression keeps). */
  readonly measured: number;
  readonly unknown: number;
}

export interface Inference extends TypeTable {
  readonly model: Model;
  readonly types: ReadonlyMap<ValueId, ValueType>;
  readonly diagnostics: readonly Diagnostic[];
  share(): Share;
}

/** Infers the type of every value of a model, nested bodies and functions included. Never throws on bad models. */
export function inferTypes(model: Model): Inference {
  const facts = new Facts(viewOf(model));
  new Engine(facts).runModel();
  return new ModelInference(model, facts);
}

export function viewOf(model: Model): ModelView {
  return {
    main: model.main,
    fields: model,
    node: (id) => model.nodes.at(id),
    value: (id) => model.values.at(id),
    graph: (id) => model.graphs.at(id),
  };
}

export class ModelInference implements Inference {
  private problems: readonly Diagnostic[] | null = null;
  constructor(
    readonly model: Model,
    /** The inference's own; not to be changed. */
    readonly facts: Facts,
  ) {
    if (facts.equalities.size > 0) for (const id of facts.types.keys()) facts.typeOf(id);
  }

  get types(): ReadonlyMap<ValueId, ValueType> {
    return this.facts.types;
  }
  typeOf(id: ValueId): ValueType | null {
    return typeFrom(this.facts, id);
  }
  constantOf(id: ValueId): DenseTensor | null {
    return constantFrom(this.facts, id);
  }

  get diagnostics(): readonly Diagnostic[] {
    this.problems ??= [...this.facts.problems.values()].flat();
    return this.problems;
  }

  share(): Share {
    const share = { values: 0, fixed: 0, symbolic: 0, measured: 0, unknown: 0 };
    for (const value of this.model.values.values()) {
      if (value.constant || value.sparse || (value.producer === null && !this.model.uses.get(value.id)?.length))
        continue;
      share.values++;
      share[this.knowledgeOf(value.id)]++;
    }
    return share;
  }

  private knowledgeOf(id: ValueId): 'fixed' | 'symbolic' | 'measured' | 'unknown' {
    const type = this.typeOf(id);
    if (!isComplete(type)) return 'unknown';
    if (type!.kind !== 'tensor' || type!.shape!.every((d) => typeof d === 'number')) return 'fixed';
    const made = type!.shape!.some((d) => isMeasured(d, this.facts.minted));
    return made ? 'measured' : 'symbolic';
  }
}

export function typeFrom(facts: Facts, id: ValueId): ValueType | null {
  const type = facts.typeOf(id);
  if (type !== null) return type;
  const value = facts.view.value(id);
  return value.type;
}

/** Elements known exactly: a small constant, or what was computed from shapes when all of it is numbers. */
export function constantFrom(facts: Facts, id: ValueId): DenseTensor | null {
  const value = facts.view.value(id);
  if (value.constant) return facts.isFixed(value) ? smallDense(value.constant) : null;
  const elements = facts.elementsOf(id);
  return elements && denseOf(elements);
}
