import { EditError, type Change } from '../../../graph-model/core/draft.ts';
import type { Model } from '../../../graph-model/core/model.ts';
import { useStoreApi } from '../../store/store.ts';

/** Makes an edit on the present model and adds it to the history; a sentence where it cannot be made. */
export function useEdit(): (make: (model: Model) => Change) => string | null {
  const store = useStoreApi();
  return (make) => {
    const { model, push } = store.getState();
    if (model === null) return 'No model is open.';
    try {
      push(make(model));
      return null;
    } catch (error) {
      if (error instanceof EditError) return error.message;
      throw error;
    }
  };
}
