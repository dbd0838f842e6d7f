/** Any opened model to ONNX, through the converter that opened it. */
import type { ConvertOptions } from '../converters/converter.ts';
import type { OpenedModel } from '../converters/open.ts';
import { converterOf } from '../converters/registry.ts';
import type { Model } from '../graph-model/core/model.ts';
import type { JobContext } from '../graph-model/job.ts';

/** The model itself where it is ONNX already. Throws a FormatError where the format, or a part of the model, has no ONNX form. */
export async function toOnnx(
  { model, converterId }: Pick<OpenedModel, 'model' | 'converterId'>,
  options: ConvertOptions,
  job: JobContext,
): Promise<Model> {
  const converter = await converterOf(converterId)?.load();
  return converter?.toOnnx ? converter.toOnnx(model, options, job) : model;
}
