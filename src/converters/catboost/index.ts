/** CatBoost: .cbm and JSON. */
import { lowerNodes, nodeOfDialect } from '../../graph-model/builders/dialect-model.ts';
import type { Model } from '../../graph-model/core/model.ts';
import type { JobContext } from '../../graph-model/job.ts';
import { failureOf } from '../containers/failure.ts';
import { readJson } from '../containers/json/json.ts';
import type { Converter, InputFile } from '../converter.ts';
import type { WrapperTask } from '../wrapped.ts';
import { lowerCatboost } from './lower.ts';
import { catboostModel } from './model.ts';
import { catboostReference } from './reference.ts';
import { readCbm } from './read-cbm.ts';
import { readCatboostJson } from './read-json.ts';

export const catboostConverter: Converter = {
  read: (main, _files, job) => readCatboost(main, job),
  toOnnx: async (model, options, job) =>
    lowerNodes(
      model,
      'catboost',
      options.opset,
      (e, node) => lowerCatboost(e, node, model.source.fileName),
      job.progress,
    ),
  reference: async (model) => {
    const node = nodeOfDialect(model, 'catboost');
    const names = node?.inputs.map((v) => (v === null ? '' : model.values.at(v).name));
    return (node && catboostReference(node, names!)) ?? { none: 'trees of this kind' };
  },
};

/** More than this is not read at once. */
const MOST = 2 ** 31 - 1;

/** Reads either form; a pickled CatBoost model holds the bytes of a .cbm. */
export async function readCatboost(
  main: Pick<InputFile, 'name' | 'blob'>,
  job: JobContext,
  task: WrapperTask = null,
): Promise<Model> {
  const { name, blob } = main;
  const failure = failureOf('CatBoost', name);
  const file = { name, size: blob.size };
  const mark = new TextDecoder('latin1').decode(await blob.slice(0, Math.min(4, blob.size)).arrayBuffer());
  if (mark !== 'CBM1') {
    const root = await readJson(blob, failure, job.signal);
    return catboostModel(readCatboostJson(root, failure), file, failure, task);
  }
  if (blob.size > MOST) failure.unreadable('it is larger than 2 GB', 'Save it with fewer trees.');
  if (blob.size < 8) failure.truncated('its length is missing');
  const bytes = new Uint8Array(await blob.slice(0, blob.size).arrayBuffer());
  return catboostModel(readCbm(bytes, failure), file, failure, task);
}
