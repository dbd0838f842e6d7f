/** Any opened model to ONNX, through the converter that opened it. */
import type { ConvertOptions } from '../converters/converter.ts';
import type { OpenedModel } from '../converters/open.ts';
import { converterOf } from '../converters/registry.ts';
import { repairOf } from '../graph-model/check/repair.ts';
import { EditError } from '../graph-model/core/draft.ts';
import { isOnnx, normalDomain, type Metadata, type Model } from '../graph-model/core/model.ts';
import { diagnostic, FormatError } from '../graph-model/diagnostics.ts';
import { openNewInputs } from '../graph-model/edit/new-inputs.ts';
import { addFunctions, functionsOf } from '../graph-model/edit/own-functions.ts';
import { applyReplacements } from '../graph-model/edit/replace-node.ts';
import type { JobContext } from '../graph-model/job.ts';

/** The model itself where it is ONNX already. Throws a FormatError where the format, or a part of the model, has no ONNX form. */
export async function toOnnx(
  { model, converterId }: Pick<OpenedModel, 'model' | 'converterId'>,
  options: ConvertOptions,
  job: JobContext,
): Promise<Model> {
  if (isOnnx(model)) return model;
  const entry = converterOf(converterId);
  const converter = await entry?.load();
  if (!converter?.toOnnx) throw new FormatError('convert.no-lowering', { format: entry?.label ?? converterId });
  const ready = asked(() => replaced(model, options));
  const lowered = await converter.toOnnx(ready, options, job);
  const onnx = options.replace ? asked(() => finished(lowered, options)) : lowered;
  const metadata = carried(model.metadata, onnx.metadata);
  return { ...onnx, source: { ...onnx.source, format: 'onnx' }, ...(metadata.size > 0 ? { metadata } : {}) };
}

/** What the user asked for and cannot be done is said as a diagnostic. */
function asked<T>(make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (error instanceof EditError) throw new FormatError('convert.replace', { why: error.message });
    throw error;
  }
}

/** The model with what the user wants done about nodes without an ONNX form. */
function replaced(model: Model, { replace = {} }: ConvertOptions): Model {
  return applyReplacements(model, replace);
}

/** New inputs opened, and the functions and domains of the user's own operators added. */
function finished(model: Model, { functions = [] }: ConvertOptions): Model {
  const own = functions.map((text, i) => functionsOf(text, `own_${i + 1}`));
  const whole = addFunctions(openNewInputs(model), own);
  const known = new Set(whole.opsets.map((o) => normalDomain(o.domain)));
  if ([...whole.nodes.values()].every((n) => known.has(normalDomain(n.domain)))) return whole;
  const problem = diagnostic('check.opset-import-missing');
  return repairOf(problem)!.make(whole, problem).after;
}

/** What a source says about itself as a whole stays said, but for its signatures, which the result has none of. */
function carried(source: Metadata | undefined, made: Metadata | undefined): Metadata {
  const kept = [...(source ?? [])].filter(([key]) => !/^(tf\.)?signature\./.test(key));
  return new Map([...kept, ...[...(made ?? [])].filter(([key]) => !/^(tf\.)?signature\./.test(key))]);
}
