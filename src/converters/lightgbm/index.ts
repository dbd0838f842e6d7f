/** LightGBM: text models and JSON dumps. */
import { lowerNodes, nodeOfDialect } from '../../graph-model/builders/dialect-model.ts';
import { forestReference } from '../../graph-model/builders/forest-reference.ts';
import { lowerForestNode } from '../../graph-model/builders/forest-node.ts';
import type { Model } from '../../graph-model/core/model.ts';
import type { JobContext } from '../../graph-model/job.ts';
import type { BlobLike } from '../../graph-model/core/bytes.ts';
import { failureOf } from '../containers/failure.ts';
import { readJson } from '../containers/json/json.ts';
import type { Converter, InputFile } from '../converter.ts';
import { readLightgbmJson } from './read-json.ts';
import { readLightgbmText } from './read-text.ts';
import { boosterOf, lightgbmModel, type BoosterOptions } from './record.ts';

export const lightgbmConverter: Converter = {
  read: (main, _files, job) => readLightgbm(main, {}, job),
  toOnnx: async (model, options, job) =>
    lowerNodes(model, 'lightgbm', options.opset, (e, node) => lowerForestNode(e, node), job.progress),
  reference: async (model) => {
    const node = nodeOfDialect(model, 'lightgbm');
    return (node && forestReference(node)) ?? { none: 'trees of this kind' };
  },
};

/** Reads either form. A wrapper (a pickled LGBMClassifier) gives the labels and the best iteration that it knows. */
export async function readLightgbm(
  main: Pick<InputFile, 'name' | 'blob'>,
  options: BoosterOptions,
  job: JobContext,
): Promise<Model> {
  const failure = failureOf('LightGBM', main.name);
  const record = (await beginsAsJson(main.blob))
    ? readLightgbmJson(await readJson(main.blob, failure, job.signal), failure)
    : await readLightgbmText(main.blob, failure, job);
  return lightgbmModel(record, boosterOf(record, options, failure, job), main.name, main.blob.size);
}

async function beginsAsJson(blob: BlobLike): Promise<boolean> {
  const head = new TextDecoder().decode(await blob.slice(0, Math.min(64, blob.size)).arrayBuffer());
  return head.trimStart().startsWith('{');
}
