/** TensorFlow Lite models: flatbuffers of builtin operators, quantised or not, with subgraphs and signatures. */
import type { Model } from '../../graph-model/core/model.ts';
import { failureOf } from '../containers/failure.ts';
import type { Converter } from '../converter.ts';
import { buildDialect } from './read/build.ts';
import { readConstants } from './read/constants.ts';
import { readFlatFile } from './read/file.ts';
import { readMetadata } from './read/model-metadata.ts';
import { toOnnx } from './to-onnx.ts';

export const tfliteConverter: Converter = {
  async read(main, _files, job): Promise<Model> {
    const failure = failureOf('TensorFlow Lite', main.name);
    const file = await readFlatFile(main.blob, failure, job.signal);
    const constants = await readConstants(file, failure, job.signal);
    const metadata = await readMetadata(file, main.name, main.blob, failure, job.signal);
    const source = { format: 'tflite', fileName: main.name, size: main.blob.size };
    return buildDialect({ file, constants, metadata, source, failure });
  },
  toOnnx,
};
