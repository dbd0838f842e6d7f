/** XGBoost's Python objects: a Booster keeps its model as bytes, an XGB estimator keeps a Booster and what it takes for missing. */
import { BytesBlob } from '../containers/bytes-blob.ts';
import { failureOf } from '../containers/failure.ts';
import { labelsOf, objectIn, taskOf } from '../wrapped.ts';
import type { ForeignReader } from '../foreign.ts';
import { readXgboost } from './index.ts';
import { boosterScores, outputsOf } from './lower.ts';
import { boosterReference } from './reference.ts';

/** Versions 1.0 to 1.2 put this and an 8-byte length before the old binary form. */
const OLD_MARK = 'CONFIG-offset:';

export const xgboostObjects: ForeignReader = {
  async read(object, file, job) {
    const failure = failureOf('XGBoost', file);
    const wrapper = object.cls.name === 'Booster' ? null : object;
    const booster = wrapper ? objectIn(wrapper, '_Booster') : object;
    if (!booster) return failure.damaged(object.cls.name, 'it has not been fitted: it holds no Booster');
    const bytes = booster.get('handle');
    if (!(bytes instanceof Uint8Array)) return failure.damaged('its Booster', 'it holds no model');
    const missing = wrapper?.get('missing');
    return readXgboost(
      { name: file, blob: new BytesBlob(withoutMark(bytes)) },
      {
        stopAtBest: wrapper !== null,
        task: taskOf(object),
        labels: wrapper && labelsOf(objectIn(wrapper, '_le')?.get('classes_') ?? wrapper.get('classes_')),
        ...(typeof missing === 'number' && !Number.isNaN(missing) ? { missing } : {}),
      },
      job,
    );
  },

  precision: 'float',
  reference: (node) => boosterReference(node),

  /** XGBoost computes in float32. */
  scores: (e, node, x) => ({
    value: boosterScores(e, node, x.matrix('float')),
    outputs: outputsOf(node),
    type: 'float',
  }),
};

function withoutMark(bytes: Uint8Array): Uint8Array {
  const mark = new TextDecoder('latin1').decode(bytes.subarray(0, OLD_MARK.length));
  return mark === OLD_MARK ? bytes.subarray(OLD_MARK.length + 8) : bytes;
}
