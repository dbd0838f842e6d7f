/** A host for tests of the optimiser that need no inference: declared types, small constants, nothing is evaluated. */
import type { Model, ValueId } from '../../src/graph-model/core/model.ts';
import { tensorAtHand } from '../../src/graph-model/core/tensor.ts';
import type { PassHost, PassTypes } from '../../src/optimizer/rule.ts';

export function declaredTypes(model: Model): PassTypes {
  return {
    typeOf: (id: ValueId) => model.values.get(id)?.type ?? null,
    constantOf: (id: ValueId) => {
      const constant = model.values.get(id)?.constant;
      return constant ? tensorAtHand(constant) : null;
    },
  };
}

export const TINY_HOST: PassHost = {
  types: declaredTypes,
  evaluate: async (_model, outputs) => outputs.map(() => null),
};
