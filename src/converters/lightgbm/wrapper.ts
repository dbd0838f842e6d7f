/** LightGBM's Python objects: a Booster keeps its model as one text, an LGBM estimator keeps a Booster and the labels. */
import { forestOf } from '../../graph-model/builders/forest-attributes.ts';
import { forestReference } from '../../graph-model/builders/forest-reference.ts';
import { lowerForest } from '../../graph-model/builders/forest-lower.ts';
import { BytesBlob } from '../containers/bytes-blob.ts';
import { failureOf } from '../containers/failure.ts';
import { labelsOf, objectIn, positiveIn, taskOf } from '../wrapped.ts';
import type { ForeignReader } from '../foreign.ts';
import { readLightgbm } from './index.ts';

export const lightgbmObjects: ForeignReader = {
  async read(object, file, job) {
    const failure = failureOf('LightGBM', file);
    const wrapper = object.cls.name === 'Booster' ? null : object;
    const booster = wrapper ? objectIn(wrapper, '_Booster', '_booster', 'booster_') : object;
    if (!booster) return failure.damaged(object.cls.name, 'it has not been fitted: it holds no Booster');
    const text = booster.get('_handle') ?? booster.get('handle');
    if (typeof text !== 'string') return failure.damaged('its Booster', 'it holds no model');
    const best = positiveIn(booster, 'best_iteration') ?? (wrapper && positiveIn(wrapper, '_best_iteration'));
    const labels = wrapper && labelsOf(objectIn(wrapper, '_le')?.get('classes_') ?? wrapper.get('_classes'));
    // Version 4.7 gave its classifiers a decision function, and writes this.
    const hasDecision = wrapper?.get('_fitted_with_feature_names') !== undefined && taskOf(object) === 'classifier';
    return readLightgbm(
      { name: file, blob: new BytesBlob(new TextEncoder().encode(text)) },
      { ...(best ? { iterations: best } : {}), task: taskOf(object), labels, hasDecision },
      job,
    );
  },

  precision: 'double',
  reference: (node) => forestReference(node),

  /** Its predictor compares doubles. */
  scores(e, node, x) {
    const forest = forestOf(node);
    if (!forest) throw new Error(`${node.op} holds no trees`);
    return { value: lowerForest(e, forest, x.matrix('double'), 'double'), outputs: forest.outputs, type: 'double' };
  },
};
