/** Forests that answer for the model: few operators, and word on how far their conversion is. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { BytesBlob } from '../../../src/converters/containers/bytes-blob.ts';
import { FOREIGN } from '../../../src/converters/estimators.ts';
import { openModel } from '../../../src/converters/open.ts';
import { sklearnConverter } from '../../../src/converters/sklearn/index.ts';
import type { Model } from '../../../src/graph-model/core/model.ts';
import { quietJob, type JobContext } from '../../../src/graph-model/job.ts';
import { treesOf } from '../../../src/graph-model/source-view/trees.ts';

async function converted(folder: string, name: string, job: JobContext = quietJob()): Promise<Model> {
  const blob = new BytesBlob(new Uint8Array(readFileSync(`tests/samples/${folder}/${name}`)));
  const { model } = await openModel([{ name, path: name, blob }], job);
  return sklearnConverter(FOREIGN).toOnnx!(model, {}, job);
}

const operators = (m: Model) => m.graphs.at(m.main).order.map((id) => m.nodes.at(id).op);

test.each([
  ['sklearn/random_forest_pure_leaves', 'model.joblib', ['TreeEnsembleClassifier']],
  [
    'sklearn/random_forest_mixed_leaves',
    'model.joblib',
    ['Cast', 'TreeEnsembleClassifier', 'Div', 'ArrayFeatureExtractor'],
  ],
  ['sklearn/gradient_boosting_multi', 'model.pkl', ['TreeEnsembleClassifier']],
])('%s is said by few operators', async (folder, name, expected) => {
  expect(operators(await converted(folder, name)).filter((op) => op !== 'Identity')).toEqual(expected);
});

test('a forest says how far reading and lowering it are', async () => {
  const told: [number, number, string][] = [];
  const job = {
    ...quietJob(),
    progress: (done: number, total: number, label: string) => void told.push([done, total, label]),
  };
  await converted('sklearn/random_forest_regressor_xz', 'model.joblib.xz', job);
  const labels = new Set(told.map(([, , label]) => label));
  expect(labels).toContain('Reading the trees');
  expect(labels).toContain('Laying out the trees');
  for (const [done, total] of told) expect(done).toBeLessThanOrEqual(total);
});

test('a converted forest whose numbers are doubles shows its splits and leaves', async () => {
  const model = await converted('sklearn/random_forest_mixed_leaves', 'model.joblib');
  const node = [...model.nodes.values()].find((n) => n.op === 'TreeEnsembleClassifier')!;
  const root = treesOf(model, node)!.tree(0).nodes[0]!;
  expect(Number.isFinite(root.threshold)).toBe(true);
});

test('a class that cloudpickle wrote as code is refused by its name', async () => {
  await expect(converted('pickle', 'class_by_cloudpickle.pkl')).rejects.toThrow('__main__.Mine is a class of your own');
});
