/**
 * The seam to inference and the checker: given a model and the change that made it, its types and problems. What is not
 * wired yet is absent here, not faked: then the types are the declared ones and there are no problems to tell.
 */
import type { Change } from '../../graph-model/core/draft.ts';
import type { Model, ValueId } from '../../graph-model/core/model.ts';
import type { ValueType } from '../../graph-model/core/types.ts';
import type { Analysed, Workers } from '../../workers/client.ts';

export type { Analysed } from '../../workers/client.ts';

/** `change` is null for a model just begun. Rejects with an AbortError when `signal` fires. */
export type Analyse = (model: Model, change: Change | null, signal: AbortSignal) => Promise<Analysed>;

/** Types as the model itself declares them. */
export function declaredTypes(model: Model): ReadonlyMap<ValueId, ValueType> {
  const types = new Map<ValueId, ValueType>();
  for (const page of model.values.pages) {
    for (const value of page) {
      const type = value === undefined ? null : (value.type ?? constantType(value.constant));
      if (type !== null) types.set(value!.id, type);
    }
  }
  return types;
}

function constantType(tensor: { dtype: Tensor['dtype']; dims: readonly number[] } | undefined): ValueType | null {
  return tensor ? { kind: 'tensor', dtype: tensor.dtype, shape: tensor.dims } : null;
}

type Tensor = NonNullable<ReturnType<Model['values']['at']>['constant']>;

/** Analysis in the load worker, so that a large model never holds up the page. */
export function analyseInWorker(workers: Workers): Analyse {
  return async (model, change, signal) => {
    const job = workers.analyse(model, change);
    const stop = () => job.cancel();
    signal.addEventListener('abort', stop, { once: true });
    try {
      return await job.done;
    } finally {
      signal.removeEventListener('abort', stop);
    }
  };
}
