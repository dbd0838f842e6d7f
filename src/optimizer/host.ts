/** The host that the page and the command give to passes: real inference, and whatever runs models there. */
import type { Model } from '../graph-model/core/model.ts';
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
      typeOf: (id) => (model.values.has(id) ? inference.typeOf(id) : null),
      constantOf: (id) => (model.values.has(id) ? inference.constantOf(id) : null),
      elementsOf: (id) => (model.values.has(id) ? inference.facts.elementsOf(id) : null),
    };
    known.set(model, types);
  }
  return types;
}
