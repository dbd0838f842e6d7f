/** Types of the present model as the pure functions ask for them: inferred ones, else declared ones. */
import { useMemo } from 'react';
import { tensorAtHand } from '../../../graph-model/core/tensor.ts';
import type { TypeTable } from '../../../graph-model/operators/operator.ts';
import { useStore } from '../../store/store.ts';

export function useTypeTable(): TypeTable {
  const types = useStore((s) => s.types);
  const model = useStore((s) => s.model)!;
  return useMemo(
    () => ({
      typeOf: (id) => types.get(id) ?? model.values.get(id)?.type ?? null,
      constantOf: (id) => {
        const tensor = model.values.get(id)?.constant;
        return tensor ? tensorAtHand(tensor) : null;
      },
    }),
    [types, model],
  );
}
