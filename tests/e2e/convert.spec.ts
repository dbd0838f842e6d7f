/** Models of other frameworks: dropped, looked at, converted, run, downloaded. */
import { expect, test } from '@playwright/test';
import { graphState, idle, inspect, openFiles, start } from './support.ts';

/** [framework, file, an operator of its dialect, an operator of the result] */
const MODELS: readonly (readonly [string, string, string, string])[] = [
  ['LightGBM', 'tests/samples/lightgbm/multiclassova_text/model.txt', 'Booster', 'TreeEnsemble'],
  [
    'scikit-learn',
    'tests/samples/sklearn/column_transformer_pipeline_logreg/model.joblib',
    'LogisticRegression',
    'LabelEncoder',
  ],
  ['TensorFlow', 'tests/samples/tensorflow/dense_module_sm/saved_model.zip', 'MatMul', 'Softmax'],
  ['Keras', 'tests/samples/keras/depthwise_separable_h5/model.h5', 'SeparableConv2D', 'Conv'],
];

for (const [framework, file, op, result] of MODELS) {
  test(`a ${framework} model is converted, run and downloaded`, async ({ page }, info) => {
    await start(page);
    await openFiles(page, file);
    await graphState(page, 'drawn');
    const banner = page.getByRole('banner');
    await expect(banner).toContainText(framework);
    await expect(page.getByRole('tree').first()).toContainText(op);
    await banner.getByRole('button', { name: 'Convert to ONNX' }).click();
    await expect(banner).toContainText(/ONNX · opset \d+/, { timeout: 30_000 });
    await page.keyboard.press('Control+Enter');
    await expect(page.getByRole('heading', { name: /^Timing/ })).toBeVisible({ timeout: 30_000 });
    await idle(page);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      banner.getByRole('button', { name: 'Download', exact: true }).click(),
    ]);
    const path = info.outputPath('converted.onnx');
    await download.saveAs(path);
    const found = inspect(path);
    expect(found).toMatchObject({ format: 'onnx', problems: 0 });
    expect(JSON.stringify(found.operators)).toContain(result);
  });
}
