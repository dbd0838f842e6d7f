/** Keras models: HDF5 files of Keras 1 to 3, .keras archives, and the JSON of a model with its weights. */
import type { Model, ModelSource } from '../../graph-model/core/model.ts';
import { diagnostic, FormatError, type Diagnostic } from '../../graph-model/diagnostics.ts';
import { readTfjs, versionOf } from '../containers/tfjs/model-json.ts';
import type { Converter, InputFile } from '../converter.ts';
import { isObject, text, type Json, type JsonObject } from './json.ts';
import { buildDialect } from './read/build.ts';
import { openKeras } from './read/files.ts';
import { readModel, shapeOf, type ModelEntry } from './read/layers.ts';
import { findNamedWeights, findWeights } from './read/weights.ts';
import { toOnnx } from './to-onnx.ts';

export const kerasConverter: Converter = {
  async read(main, files, job): Promise<Model> {
    const { model: whole, version, weights: root } = await openKeras(main, files);
    const model = modelOf(whole, main.name);
    if (!root) job.report(diagnostic('keras.no-weights', { file: main.name }));
    const weights = findWeights(model, root, main.name, (d) => job.report(d));
    return buildDialect({ model, weights, version, built: builtShape(whole), source: sourceOf('keras', main, files) });
  },
  toOnnx,
};

/** Layers models of TF.js: Keras's configuration as JSON, the weights in shards. */
export const tfjsLayersConverter: Converter = {
  async read(main, files, job): Promise<Model> {
    const report = (d: Diagnostic) => job.report(d);
    const { root, topology, weights: tensors } = await readTfjs(main, files, report, job.signal);
    const whole = (topology.maybe('model_config') ?? topology).value as Json;
    if (!isObject(whole)) throw new FormatError('keras.no-model', { file: main.name, why: 'it has no configuration' });
    const model = modelOf(whole, main.name);
    const weights = findNamedWeights(model, tensors, main.name, report);
    const version = text((topology.maybe('keras_version')?.value ?? null) as Json, versionOf(root));
    // TF.js writes its own version there, and its layers are those of Keras 2.
    const keras = /^[23]\./.test(version) ? version : '2';
    const source = sourceOf('tfjs-layers', main, files);
    return buildDialect({ model, weights, version: keras, built: builtShape(whole), source });
  },
  toOnnx,
};

function modelOf(whole: JsonObject, file: string): ModelEntry {
  const type = text(whole['class_name'], '');
  if (type === '') throw new FormatError('keras.no-model', { file, why: 'its configuration names no class' });
  return readModel(type, whole['config'], file);
}

function builtShape(whole: JsonObject): readonly (number | null)[] | null {
  const { config, build_config: build } = whole;
  const built = shapeOf(isObject(config) ? config['build_input_shape'] : null);
  return built ?? (isObject(build) ? shapeOf(build['input_shape']) : null);
}

function sourceOf(format: string, main: InputFile, files: readonly InputFile[]): ModelSource {
  return { format, fileName: main.name, size: files.reduce((sum, f) => sum + f.blob.size, 0) };
}
