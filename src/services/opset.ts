/** Opset conversion with the real operator table and real types. */
import type { Draft } from '../graph-model/core/draft.ts';
import type { Model } from '../graph-model/core/model.ts';
import { inferTypes } from '../graph-model/operators/infer/inference.ts';
import { loadOperators } from '../graph-model/operators/schemas.ts';
import { convertOpset, type OpsetResult } from '../graph-model/opset/convert.ts';

/** All or nothing: what cannot be said at the opset is a list of problems. */
export async function toOpset(model: Model, opset: number): Promise<OpsetResult> {
  const schemas = await loadOperators();
  return convertOpset(model, opset, { schemas, types: (draft: Draft) => inferTypes(draft.base) });
}
