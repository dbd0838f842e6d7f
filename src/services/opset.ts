/** Opset conversion with the real operator table and real types. */
import type { Draft } from '../graph-model/core/draft.ts';
import type { Model } from '../graph-model/core/model.ts';
import { FormatError } from '../graph-model/diagnostics.ts';
import { inferTypes } from '../graph-model/operators/infer/inference.ts';
import { loadOperators } from '../graph-model/operators/schemas.ts';
import { convertOpset, type OpsetResult } from '../graph-model/opset/convert.ts';

/** The model at another opset. Throws the first problem where it cannot be said there. */
export async function atOpset(model: Model, opset: number): Promise<Model> {
  const { change, problems } = await toOpset(model, opset);
  if (change) return change.after;
  throw new FormatError(problems[0]!);
}

/** All or nothing: what cannot be said at the opset is a list of problems. */
export async function toOpset(model: Model, opset: number): Promise<OpsetResult> {
  const schemas = await loadOperators();
  return convertOpset(model, opset, { schemas, types: (draft: Draft) => inferTypes(draft.base) });
}
