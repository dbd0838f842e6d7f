import type { Model } from '../../graph-model/core/model.ts';
export async function toOnnx(model: Model): Promise<Model> {
  return model;
}
