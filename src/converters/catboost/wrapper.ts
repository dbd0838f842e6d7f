/** CatBoost's Python objects: each keeps the bytes of a .cbm, which know their labels. */
import { BytesBlob } from '../containers/bytes-blob.ts';
import { failureOf } from '../containers/failure.ts';
import { taskOf } from '../wrapped.ts';
import type { ForeignReader } from '../foreign.ts';
import { readCatboost } from './index.ts';
import { catboostScores, forestIn } from './lower.ts';
import { catboostReference } from './reference.ts';

export const catboostObjects: ForeignReader = {
  async read(object, file, job) {
    const bytes = object.get('__model');
    if (!(bytes instanceof Uint8Array))
      return failureOf('CatBoost', file).damaged(object.cls.name, 'it has not been fitted: it holds no model');
    return readCatboost({ name: file, blob: new BytesBlob(bytes) }, job, taskOf(object));
  },

  precision: 'float',
  reference: catboostReference,

  /** CatBoost compares in float32. */
  scores: (e, node, x, file) => ({
    value: catboostScores(e, node, x, file),
    outputs: forestIn(node).outputs,
    type: 'float',
  }),
};
