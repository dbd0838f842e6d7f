/** Keras models: HDF5 files of Keras 1 to 3, .keras archives, and the JSON of a model with its weights. */
import type { Model } from '../../graph-model/core/model.ts';
import { diagnostic, FormatError } from '../../graph-model/diagnostics.ts';
import type { Converter } from '../converter.ts';
import { isObject, text } from './json.ts';
import { buildDialect } from './read/build.ts';
import { openKeras } from './read/files.ts';
import { readModel, shapeOf } from './read/layers.ts';
import { findWeights } from './read/weights.ts';
import { toOnnx } from './to-onnx.ts';

export const kerasConverter: Converter = {
  async read(main, files, job): Promise<Model> {
    const { model: whole, version, weights: root } = await openKeras(main, files);
    const type = text(whole['class_name'], '');
    if (type === '')
      throw new FormatError('keras.no-model', { file: main.name, why: 'its configuration names no class' });
    const { config } = whole;
    const model = readModel(type, config, main.name);
    if (!root) job.report(diagnostic('keras.no-weights', { file: main.name }));
    const weights = findWeights(model, root, main.name, (d) => job.report(d));
    const build = whole['build_config'];
    const built = shapeOf(isObject(config) ? config['build_input_shape'] : null);
    return buildDialect({
      model,
      weights,
      version,
      built: built ?? (isObject(build) ? shapeOf(build['input_shape']) : null),
      source: { format: 'keras', fileName: main.name, size: files.reduce((sum, f) => sum + f.blob.size, 0) },
    });
  },
  toOnnx,
};
