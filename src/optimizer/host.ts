/** The host that the page and the command give to passes: real inference, and whatever runs models there. */
import type { Model, ValueId } from '../graph-model/core/model.ts';
import type { ValueType } from '../graph-model/core/types.ts';
import { inferTypes, type ModelInference } from '../graph-model/operators/infer/inference.ts';
import type { PassHost, PassTypes } from './rule.ts';

/** Inference of snapshots, which never change: a pass that finds nothing leaves the next one the same snapshot. */
const known = new WeakMap<Model, PassTypes>();

/** `evaluate` as in {@link PassHost}: the runtime's. */
export function passHost(evaluate: PassHost['evaluate']): PassHost {
  return { types: inferredTypes, evaluate };
}

export function inferredTypes(model: Model): PassTypes {
  let types = known.get(model);
  if (!types) {
    const inference = inferTypes(model) as ModelInference;
    types = {
      typeOf: (id) => typeOf(model, inference, id),
      constantOf: (id) => (model.values.has(id) ? inference.constantOf(id) : null),
      elementsOf: (id) => (model.values.has(id) ? inference.facts.elementsOf(id) : null),
    };
    known.set(model, types);
  }
  return types;
}

/**
 * The inferred type; a declared one counts only in the main graph. Exporters declare the inputs of Loop bodies with the
 * shape of the first iteration (torchvision's Mask R-CNN: an empty list that grows), and runtimes ignore it.
 */
function typeOf(model: Model, inference: ModelInference, id: ValueId): ValueType | null {
  const value = model.values.get(id);
  if (!value) return null;
  return inference.facts.typeOf(id) ?? (value.graph === model.main ? value.type : null);
}
