/** Spark ML as a zip, and a forest so large that its conversion is watched and stopped. */
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { expect, test, type Page } from '@playwright/test';
import { zipOf } from '../support/make-zip.ts';
import { forestText } from './forest.ts';
import { graphState, idle, inspect, openFiles, start } from './support.ts';

const banner = (page: Page) => page.getByRole('banner');
const convert = (page: Page) => banner(page).getByRole('button', { name: 'Convert to ONNX' }).click();
const isOnnx = (page: Page) => expect(banner(page)).toContainText(/ONNX · opset \d+/, { timeout: 40_000 });

/** A saved model as people send it: its folder in a zip. */
function zipped(folder: string): Buffer {
  const paths = (readdirSync(folder, { recursive: true }) as string[]).map((p) => join(folder, p));
  const files = paths.filter((p) => statSync(p).isFile());
  const specs = files.map((p) => ({ path: `saved/${relative(folder, p)}`, bytes: readFileSync(p) }));
  return Buffer.from(zipOf(specs, { deflate: true }));
}

test('a zipped pipeline of Spark ML: its steps are shown, it is converted, checked, run and downloaded', async ({
  page,
}, info) => {
  const zip = info.outputPath('saved.zip');
  writeFileSync(zip, zipped('tests/samples/sparkml/pipeline_strings_logreg/model'));
  await start(page);
  await openFiles(page, zip);
  await graphState(page, 'drawn');
  await expect(banner(page)).toContainText('Spark ML');
  const steps = page.getByRole('region', { name: 'Steps' });
  await expect(steps).toContainText('StringIndexerModel');
  await expect(steps).toContainText('LogisticRegressionModel');
  await convert(page);
  await isOnnx(page);
  await expect(page.locator('.gp-verdict')).toHaveAttribute('data-verdict', 'agrees', { timeout: 40_000 });
  await page.getByRole('tab', { name: /^Run/ }).click();
  await page.keyboard.press('Control+Enter');
  await expect(page.getByRole('heading', { name: /^Timing/ })).toBeVisible({ timeout: 40_000 });
  await idle(page);
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    banner(page).getByRole('button', { name: 'Download', exact: true }).click(),
  ]);
  const path = info.outputPath('pipeline.onnx');
  await download.saveAs(path);
  const found = inspect(path) as unknown as { inputs: { name: string }[] };
  expect(found).toMatchObject({ format: 'onnx', problems: 0 });
  expect(found.inputs.map((i) => i.name)).toEqual(['city', 'sex', 'age']);
});

/** Presses Cancel as soon as a figure of progress is on the screen, and gives that. */
function cancelAtProgress(): Promise<string> {
  return new Promise((done) => {
    const look = () => {
      const footer = [...document.querySelectorAll('footer')].at(-1);
      const value = footer?.querySelector('[role=progressbar]')?.getAttribute('aria-valuenow');
      const buttons = [...(footer?.querySelectorAll('button') ?? [])];
      const cancel = buttons.find((b) => /^Cancel/.test(b.getAttribute('aria-label') ?? b.textContent));
      if (!value || !cancel) return requestAnimationFrame(look);
      cancel.click();
      done(value);
    };
    look();
  });
}

test('the conversion of 2,000 trees shows how far it is, stops when asked, and is done at the second time', async ({
  page,
}, info) => {
  const path = info.outputPath('forest.txt');
  writeFileSync(path, forestText(2000, 256));
  await start(page);
  await openFiles(page, path);
  await graphState(page, 'drawn');
  await idle(page);
  await expect(page.getByRole('region', { name: 'Trees' })).toContainText('2,000');
  const status = page.getByRole('contentinfo').last();
  // Within the page, since it may be done before a press from outside arrives.
  const progress = page.evaluate(cancelAtProgress);
  await convert(page);
  expect(await progress).toMatch(/^\d/);
  await expect(status).toContainText('Converting was cancelled; nothing is changed.');

  // The page is as before: a tree is chosen, and the same press converts.
  await page.getByRole('option', { name: /tree 3\b/ }).click();
  await expect(page.getByLabel('Number of the tree')).toHaveValue('3');
  await convert(page);
  await expect(banner(page).getByRole('button', { name: 'Converting…' })).toBeVisible();
  await isOnnx(page);
});
