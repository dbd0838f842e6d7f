/** What a model means: types of every value, and everything that is wrong with it. */
import { checkModel } from '../graph-model/check/check.ts';
import { isOnnx, type Model } from '../graph-model/core/model.ts';
import type { Diagnostic } from '../graph-model/diagnostics.ts';
import { inferTypes, type Inference } from '../graph-model/operators/infer/inference.ts';
import { loadOperators } from '../graph-model/operators/schemas.ts';

export interface Analysed {
  readonly inference: Inference;
  readonly problems: readonly Diagnostic[];
}

/** Infers and checks; never throws on a bad model. */
export async function analyse(model: Model): Promise<Analysed> {
  const operators = await loadOperators();
  const inference = inferTypes(model);
  const found = checkModel(model, operators, inference);
  // ONNX's rules say nothing of another framework's graph; what its files lack is still told.
  if (!isOnnx(model)) return { inference, problems: found.filter((p) => p.code.startsWith('file.')) };
  return { inference, problems: [...found, ...inference.diagnostics] };
}
