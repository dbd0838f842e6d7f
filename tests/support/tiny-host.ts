/** A host for tests of the optimiser that need no inference: declared types, small constants, nothing is evaluated. */
import type { Draft } from '../../src/graph-model/core/draft.ts';
import type { ValueId } from '../../src/graph-model/core/model.ts';
import { tensorAtHand } from '../../src/graph-model/core/tensor.ts';
import type { PassHost, PassTypes } from '../../src/optimizer/rule.ts';

export function declaredTypes(draft: Draft): PassTypes {
  return {
    typeOf: (id: ValueId) => (draft.hasValue(id) ? draft.value(id).type : null),
    constantOf: (id: ValueId) => {
      const constant = draft.hasValue(id) ? draft.value(id).constant : undefined;
      return constant ? tensorAtHand(constant) : null;
    },
  };
}

export const TINY_HOST: PassHost = {
  types: declaredTypes,
  evaluate: async (_model, outputs) => outputs.map(() => null),
};
