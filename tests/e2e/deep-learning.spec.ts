/** Keras, TensorFlow, TFLite, TF.js and Custom Vision models: dropped, looked at, converted, compared, run, downloaded. */
import AxeBuilder from '@axe-core/playwright';
import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test, type Page, type TestInfo } from '@playwright/test';
import { npy, shapesPng } from './pictures.ts';
import { command, graphState, idle, inspect, openFiles, start } from './support.ts';

const SAMPLES = 'tests/samples';
const banner = (page: Page) => page.getByRole('banner');
const verdict = (page: Page) => page.locator('.gp-verdict');

async function noFaults(page: Page, where: string): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(
    violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target).join(' ')}`),
    where,
  ).toEqual([]);
}

async function open(page: Page, files: string | string[]): Promise<void> {
  await start(page);
  await openFiles(page, files);
  await graphState(page, 'drawn');
}

const convert = (page: Page) => banner(page).getByRole('button', { name: 'Convert to ONNX' }).click();

const isOnnx = (page: Page) => expect(banner(page)).toContainText(/ONNX · opset \d+/, { timeout: 40_000 });

async function downloaded(page: Page, info: TestInfo): Promise<string> {
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    banner(page).getByRole('button', { name: 'Download', exact: true }).click(),
  ]);
  const path = info.outputPath('converted.onnx');
  await download.saveAs(path);
  return path;
}

async function runWith(page: Page, picture: Buffer, name: string): Promise<void> {
  // An opened ONNX model leaves the panel below closed.
  const tab = page.getByRole('tab', { name: /^Run/ });
  // The panel is there before what it shows.
  if ((await page.locator('#bottom-title').count()) === 0) await command(page, 'Problems and reports');
  await tab.click();
  await page
    .locator('.gp-input input[type=file]')
    .first()
    .setInputFiles({ name, mimeType: 'image/png', buffer: picture });
  await page.keyboard.press('Control+Enter');
  await expect(page.getByRole('heading', { name: /^Timing/ })).toBeVisible({ timeout: 40_000 });
  await idle(page);
}

interface Part {
  readonly name: string;
  readonly shape: number[];
  readonly file: string;
}

/** What the framework computed, as files that a person has of it. */
function frameworkFiles(folder: string) {
  const about = JSON.parse(readFileSync(`${folder}/case.json`, 'utf8')) as { inputs: Part[]; outputs: Part[] };
  return [...about.inputs, ...about.outputs].map(({ name, shape, file }) => ({
    name: `${name}.npy`,
    mimeType: 'application/octet-stream',
    buffer: npy(readFileSync(`${folder}/${file}`), shape),
  }));
}

for (const colorScheme of ['light', 'dark'] as const) {
  test(`a .keras file with models inside models, from the drop to the download, ${colorScheme}`, async ({
    page,
  }, info) => {
    test.slow();
    await page.emulateMedia({ colorScheme });
    const folder = `${SAMPLES}/keras/nested_models_k3`;
    await open(page, `${folder}/model.keras`);
    await expect(banner(page)).toContainText('Keras');
    // Nested models are groups; a layer shows its configuration.
    await expect(page.getByRole('tree').first()).toContainText('inner');
    await command(page, 'Expand all');
    await page.getByRole('treeitem').filter({ hasText: /Dense/ }).first().click();
    await expect(page.locator('.gp-inspector')).toContainText('units');
    await noFaults(page, 'a layer of Keras');

    await convert(page);
    await expect(verdict(page)).toHaveAttribute('data-verdict', 'plausible', { timeout: 40_000 });
    await expect(page.getByRole('region', { name: 'Layers' })).toBeVisible();
    await idle(page);
    await noFaults(page, 'the layers of a converted model');

    await page.setInputFiles('#trust-files', frameworkFiles(folder));
    await expect(verdict(page)).toHaveAttribute('data-verdict', 'agrees', { timeout: 40_000 });
    await page.keyboard.press('Control+Enter');
    await expect(page.getByRole('heading', { name: /^Timing/ })).toBeVisible({ timeout: 40_000 });
    await idle(page);
    expect(inspect(await downloaded(page, info))).toMatchObject({ format: 'onnx', problems: 0 });
  });

  test(`all layers without an ONNX form are settled in one dialog, by keyboard, ${colorScheme}`, async ({
    page,
  }, info) => {
    test.slow();
    await page.emulateMedia({ colorScheme });
    await open(page, `${SAMPLES}/keras/own_layers_k3/model.keras`);
    await convert(page);
    const dialog = page.getByRole('dialog');
    await expect(dialog).toContainText('3 nodes have no ONNX form', { timeout: 40_000 });
    await expect(dialog).toContainText('Its function is Python code, which is not run.');
    await expect(dialog.getByLabel('For all of them')).toBeFocused();
    await noFaults(page, 'nothing is chosen');

    // Pressed too early: the first that is missing gets the focus, and says so.
    await dialog.getByRole('button', { name: 'Convert the rest' }).press('Enter');
    const leak = dialog.getByLabel('What is done about leak');
    await expect(leak).toBeFocused();
    await expect(dialog).toContainText('Choose what is done about it.');
    await leak.selectOption('Use an operator');
    await page.keyboard.press('Tab');
    await page.keyboard.type('LeakyRelu(alpha=0.2)');
    await dialog.getByLabel('What is done about swish').selectOption('Use a function of my own');
    await dialog.getByLabel('ONNX text for swish').fill('(x) => (y) { s = Sigmoid(x)  y = Mul(x, s) }');
    await dialog.getByLabel('What is done about double').selectOption('Pass its input on');
    await expect(dialog).toContainText('All settled.');
    await noFaults(page, 'all is chosen');
    await dialog.getByRole('button', { name: 'Convert the rest' }).click();
    await isOnnx(page);
    await expect(verdict(page)).toBeVisible({ timeout: 40_000 });
    await idle(page);
    const found = inspect(await downloaded(page, info));
    expect(found).toMatchObject({ format: 'onnx', problems: 0 });
    expect(JSON.stringify(found.operators)).toContain('LeakyRelu');
    expect(JSON.stringify(found.operators)).toContain('Sigmoid');
  });
}

test('what was chosen stays when the dialog is left, and a cut makes an input', async ({ page }, info) => {
  await open(page, `${SAMPLES}/keras/own_layers_k3/model.keras`);
  await convert(page);
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText('3 nodes', { timeout: 40_000 });
  await dialog.getByLabel('For all of them').selectOption('Cut after it');
  await dialog.getByLabel('Type of the new input after leak').fill('float[');
  await expect(dialog).toContainText('is no type: write float[N, 16]');
  await dialog.getByRole('button', { name: 'Show on the graph' }).nth(1).click();
  await expect(dialog).toBeHidden();
  await page.getByRole('button', { name: 'Settle all…' }).click();
  await expect(dialog.getByLabel('Type of the new input after leak')).toHaveValue('float[');
  await dialog.getByLabel('Type of the new input after leak').fill('float[N, 6]');
  await dialog.getByRole('button', { name: 'Convert the rest' }).click();
  await isOnnx(page);
  await idle(page);
  const found = inspect(await downloaded(page, info)) as unknown as { inputs: { name: string }[] };
  expect(found.inputs.map((i) => i.name)).toEqual(['double']);
});

for (const [layout, shape] of [
  ['as the source has it', [1, 224, 224, 3]],
  ['channels first', [1, 3, 224, 224]],
] as const) {
  test(`the layout of the input is chosen: ${layout}`, async ({ page }, info) => {
    await open(page, `${SAMPLES}/custom-vision/cv_cls_tflite.zip`);
    await banner(page).getByRole('button', { name: 'More ways to convert' }).click();
    await page.getByRole('menuitem', { name: 'Convert to ONNX with options…' }).click();
    const dialog = page.getByRole('dialog');
    const first = dialog.getByRole('checkbox', { name: /^Inputs with channels first/ });
    await expect(first).not.toBeChecked();
    if (layout === 'channels first') await first.check();
    await dialog.getByRole('button', { name: 'Convert', exact: true }).click();
    await isOnnx(page);
    const found = inspect(await downloaded(page, info)) as unknown as { inputs: { type: { shape: unknown } }[] };
    expect(found).toMatchObject({ format: 'onnx', problems: 0 });
    expect(found.inputs.map((i) => i.type.shape)).toEqual([shape]);
  });
}

test('a SavedModel as a folder: one of its signatures is chosen', async ({ page }, info) => {
  await start(page);
  await page.setInputFiles('#open-folder', `${SAMPLES}/tensorflow/two_signatures_sm/saved_model`);
  await graphState(page, 'drawn');
  await convert(page);
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('radio', { name: /^score/ }).check();
  await dialog.getByRole('button', { name: 'Convert', exact: true }).click();
  await isOnnx(page);
  await idle(page);
  const found = inspect(await downloaded(page, info)) as unknown as { inputs: { name: string }[] };
  expect(found.inputs.map((i) => i.name)).toContain('feat');
});

test('the signatures of a .tflite are listed', async ({ page }) => {
  await open(page, `${SAMPLES}/tflite/multi_signature/model.tflite`);
  await convert(page);
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByRole('radio')).not.toHaveCount(0);
  await dialog.getByRole('button', { name: 'Convert', exact: true }).click();
  await isOnnx(page);
});

test('a TF.js folder in any order; a missing shard is asked for by name, and added', async ({ page }, info) => {
  const folder = `${SAMPLES}/tfjs/layers_lstm_sharded`;
  const of = (n: number) => `${folder}/group1-shard${n}of3.bin`;
  await start(page);
  await openFiles(page, [of(3), `${folder}/model.json`, of(1)]);
  await graphState(page, 'failed');
  await expect(page.locator('body')).toContainText('The file group1-shard2of3.bin is needed');
  await openFiles(page, of(2));
  await graphState(page, 'drawn');
  await idle(page);
  await convert(page);
  await isOnnx(page);
  await page.setInputFiles('#trust-files', frameworkFiles(folder));
  await expect(verdict(page)).toHaveAttribute('data-verdict', 'agrees', { timeout: 40_000 });
  // Two states of the LSTM that nothing reads are left to the optimiser.
  expect(inspect(await downloaded(page, info))).toMatchObject({ format: 'onnx' });
});

test('a Custom Vision classifier: labels and pixels are still there when the ONNX file is opened again', async ({
  page,
}, info) => {
  test.slow();
  await open(page, `${SAMPLES}/custom-vision/cv_cls_tflite.zip`);
  await convert(page);
  await isOnnx(page);
  await runWith(page, shapesPng(90, 60), 'shapes.png');
  const outputs = page.getByRole('complementary', { name: 'Outputs' });
  const labels = await outputs.locator('.gp-class').allInnerTexts();
  expect(labels.length).toBeGreaterThan(1);
  expect(labels.join()).not.toContain('class 0');
  const path = await downloaded(page, info);
  await openFiles(page, path);
  await expect(banner(page)).toContainText('converted.onnx');
  await graphState(page, 'drawn');
  await runWith(page, shapesPng(90, 60), 'shapes.png');
  await expect(page.getByText('Set as the model’s metadata says.')).toBeVisible();
  await expect(page.getByLabel(/^Channels of/)).toHaveValue('BGR');
  expect(await outputs.locator('.gp-class').allInnerTexts()).toEqual(labels);
});

test('a Custom Vision detector gets boxes, which are drawn over the picture', async ({ page }, info) => {
  test.slow();
  await open(page, `${SAMPLES}/custom-vision/cv_od_onnx.zip`);
  await command(page, 'Add boxes to the detector');
  await expect(page.getByRole('tree').first()).toContainText('detected_boxes', { timeout: 40_000 });
  await idle(page);
  await runWith(page, shapesPng(120, 80), 'shapes.png');
  await expect(page.getByRole('img', { name: /^Boxes\./ })).toBeVisible();
  await page.getByLabel('Score from').fill('0');
  const found = page.getByRole('list', { name: 'Found' }).getByRole('button').first();
  await expect(found).toContainText('%');
  await expect(found.getByText(/^(apple|banana|orange)$/)).toBeVisible();
  await noFaults(page, 'boxes on a picture');
  expect(inspect(await downloaded(page, info))).toMatchObject({ format: 'onnx', problems: 0 });
});

test('a SavedModel whose variables are dropped afterwards', async ({ page }) => {
  const folder = `${SAMPLES}/tensorflow/dense_module_sm/saved_model`;
  await open(page, `${folder}/saved_model.pb`);
  await convert(page);
  await expect(page.getByRole('list', { name: 'Problems' })).toContainText('the values of none are at hand', {
    timeout: 40_000,
  });
  await openFiles(page, [`${folder}/variables/variables.data-00000-of-00001`, `${folder}/variables/variables.index`]);
  await expect(page.locator('body')).toContainText('83 parameters', { timeout: 40_000 });
  await graphState(page, 'drawn');
  await idle(page);
  await convert(page);
  await isOnnx(page);
});

const BAD: readonly (readonly [string, string, () => Buffer, RegExp])[] = [
  ['30 MB of noise called .h5', 'noise.h5', noise, /is not a Keras model/],
  [
    'an HDF5 head before noise',
    'noise.h5',
    () => Buffer.concat([Buffer.from([0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a]), noise()]),
    /HDF5/,
  ],
  [
    'the first half of a .keras',
    'half.keras',
    () => half(`${SAMPLES}/keras/nested_models_k3/model.keras`),
    /zip|archive/i,
  ],
];

function noise(): Buffer {
  const out = Buffer.alloc(30_000_000);
  let state = 12345;
  for (let i = 0; i < out.length; i += 4) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    out.writeInt32LE(state, i);
  }
  return out;
}

function half(path: string): Buffer {
  const whole = readFileSync(path);
  return whole.subarray(0, whole.length >> 1);
}

for (const [what, name, bytes, text] of BAD) {
  test(`${what}: one sentence, and the page goes on`, async ({ page }, info) => {
    const path = info.outputPath(name);
    writeFileSync(path, bytes());
    await start(page);
    await openFiles(page, path);
    await expect(page.locator('html')).toHaveAttribute('data-graph-state', /drawn|failed/, { timeout: 40_000 });
    await expect(page.locator('body')).toContainText(text);
    // The tab answers.
    await page.keyboard.press('Control+k');
    await expect(page.getByRole('dialog')).toBeVisible();
  });
}
