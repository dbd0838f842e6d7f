import { EditError, type Change } from '../../../graph-model/core/draft.ts';
import type { Model, ValueId } from '../../../graph-model/core/model.ts';
import type { ValueType } from '../../../graph-model/core/types.ts';
import { useStoreApi } from '../../store/store.ts';

type MakeEdit = (model: Model, types: ReadonlyMap<ValueId, ValueType>) => Change;

/** Makes an edit on the present model and adds it to the history; a sentence where it cannot be made. */
export function useEdit(): (make: MakeEdit) => string | null {
  const store = useStoreApi();
  return (make) => {
    const { model, types, push } = store.getState();
    if (model === null) return 'No model is open.';
    try {
      push(make(model, types));
      return null;
    } catch (error) {
      if (error instanceof EditError) return error.message;
      throw error;
    }
  };
}
