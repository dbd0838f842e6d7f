/** XGBoost: JSON, UBJSON and the old binary form. */
import { lowerNodes, nodeOfDialect } from '../../graph-model/builders/dialect-model.ts';
import type { Model } from '../../graph-model/core/model.ts';
import type { JobContext } from '../../graph-model/job.ts';
import { failureOf } from '../containers/failure.ts';
import { JsonCursor, readJson } from '../containers/json/json.ts';
import { readUbjson } from '../containers/ubjson/ubjson.ts';
import type { Converter, InputFile } from '../converter.ts';
import { lowerBooster } from './lower.ts';
import { readXgboostBinary } from './read-binary.ts';
import { boosterReference } from './reference.ts';
import { readXgboostDocument } from './read-document.ts';
import { xgboostModel, type BoosterOptions } from './record.ts';
import { oldBinaryObjective } from './sniff.ts';

export const xgboostConverter: Converter = {
  read: (main, _files, job) => readXgboost(main, {}, job),
  toOnnx: async (model, options, job) => lowerNodes(model, 'xgboost', options.opset, lowerBooster, job.progress),
  reference: async (model) => {
    const node = nodeOfDialect(model, 'xgboost');
    return (node && boosterReference(node)) ?? { none: 'a booster of this kind' };
  },
};

/** More than this is not read at once. */
const MOST = 2 ** 31 - 1;

/** Reads any of the forms. A wrapper (a pickled XGBClassifier) gives the labels that it knows. */
export async function readXgboost(
  main: Pick<InputFile, 'name' | 'blob'>,
  options: BoosterOptions,
  job: JobContext,
): Promise<Model> {
  const { name, blob } = main;
  const failure = failureOf('XGBoost', name);
  if (blob.size > MOST) failure.unreadable('it is larger than 2 GB', 'Save it with fewer trees.');
  const head = new Uint8Array(await blob.slice(0, Math.min(4096, blob.size)).arrayBuffer());
  const all = async () => new Uint8Array(await blob.slice(0, blob.size).arrayBuffer());
  const file = { name, size: blob.size };
  if (oldBinaryObjective(head) !== null)
    return xgboostModel(readXgboostBinary(await all(), failure), options, file, failure, job);
  const isUbjson = head[0] === 0x7b && '$#iUIlL'.includes(String.fromCharCode(head[1] ?? 0));
  const document = isUbjson
    ? new JsonCursor(readUbjson(await all(), failure), '', failure)
    : await readJson(blob, failure, job.signal);
  return xgboostModel(readXgboostDocument(document), options, file, failure, job);
}
