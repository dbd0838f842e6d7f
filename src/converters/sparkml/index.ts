/** Saved Spark ML models and pipelines. */
import type { Converter } from '../converter.ts';
import { sparkmlReference } from './reference/index.ts';
import { readSparkml } from './read.ts';
import { sparkmlToOnnx } from './to-onnx.ts';

export const sparkmlConverter: Converter = {
  read: readSparkml,
  toOnnx: (model, _options, job) => Promise.resolve().then(() => sparkmlToOnnx(model, job)),
  reference: async (model) => sparkmlReference(model),
};
