/** A scikit-learn pipeline with columns of text: dropped, looked at, converted, checked, tried on a typed-in row, downloaded. */
import AxeBuilder from '@axe-core/playwright';
import { readFileSync } from 'node:fs';
import { expect, test, type Page } from '@playwright/test';
import { graphState, idle, inspect, openFiles, start } from './support.ts';

const FOLDER = 'tests/samples/sklearn/column_transformer_pipeline_logreg';

async function noFaults(page: Page, where: string): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(
    violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target).join(' ')}`),
    where,
  ).toEqual([]);
}

async function convert(page: Page, file: string): Promise<void> {
  await start(page);
  await openFiles(page, file);
  await graphState(page, 'drawn');
  await page.getByRole('banner').getByRole('button', { name: 'Convert to ONNX' }).click();
  await expect(page.getByRole('banner')).toContainText(/ONNX · opset \d+/, { timeout: 30_000 });
}

for (const colorScheme of ['light', 'dark'] as const) {
  test(`a joblib pipeline with columns of text, from the drop to the download, ${colorScheme}`, async ({
    page,
  }, info) => {
    // The page is looked through for faults three times.
    test.slow();
    await page.emulateMedia({ colorScheme });
    await start(page);
    await openFiles(page, `${FOLDER}/model.joblib`);
    await graphState(page, 'drawn');

    // Looked at: steps, branches with their columns, coefficients under the names of columns and categories.
    const inspector = page.locator('.gp-inspector');
    await expect(inspector.getByRole('region', { name: 'Steps' })).toContainText('LogisticRegression');
    await inspector.getByRole('button', { name: 'ColumnTransformer prep' }).click();
    await expect(inspector.getByRole('region', { name: 'Branches' })).toContainText('SimpleImputer → StandardScaler');
    await page.getByRole('treeitem').filter({ hasText: 'LogisticRegression' }).click();
    await expect(inspector.getByRole('region', { name: 'Coefficients' })).toContainText('city = Paris');
    await noFaults(page, 'looking at the source');

    // Converted, and held against a direct evaluation of the pipeline.
    await page.getByRole('banner').getByRole('button', { name: 'Convert to ONNX' }).click();
    await expect(page.locator('.gp-verdict')).toHaveAttribute('data-verdict', 'agrees', { timeout: 30_000 });
    await expect(page.locator('.gp-verdict')).toContainText('Agrees');
    await idle(page);
    await noFaults(page, 'the trust report');

    // Tried on a typed-in row.
    await page.getByRole('tab', { name: /^Run/ }).click();
    await page.getByRole('radio', { name: 'Typed rows' }).click();
    await page.getByLabel('age', { exact: true }).fill('forty');
    await page.getByLabel('age', { exact: true }).press('Enter');
    await expect(page.getByText('age: “forty” is not a number.')).toBeVisible();
    await page.getByLabel('age', { exact: true }).fill('41.5');
    await page.getByLabel('income', { exact: true }).fill('52000');
    await page.getByLabel('city', { exact: true }).fill('Paris');
    await page.getByLabel('sex', { exact: true }).fill('F');
    await page.getByLabel('kids', { exact: true }).fill('2');
    await page.getByRole('button', { name: 'Add row' }).click();
    await page.getByLabel('city', { exact: true }).fill('Atlantis');
    await page.getByLabel('city', { exact: true }).press('Enter');
    await noFaults(page, 'typing rows in');
    await page.keyboard.press('Control+Enter');
    await expect(page.getByText(/^Run in /)).toBeVisible({ timeout: 30_000 });
    await idle(page);
    await expect(page.getByText(/age: typed in, 2 rows/)).toBeVisible();
    await expect(page.getByRole('complementary', { name: 'Outputs' })).toContainText('label');

    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('banner').getByRole('button', { name: 'Download', exact: true }).click(),
    ]);
    const path = info.outputPath('converted.onnx');
    await download.saveAs(path);
    expect(inspect(path)).toMatchObject({ format: 'onnx', problems: 0 });
  });
}

test('the framework’s own outputs in a table are compared row by row, and the report is saved', async ({ page }) => {
  await convert(page, `${FOLDER}/model.joblib`);
  await expect(page.locator('.gp-verdict')).toBeVisible({ timeout: 30_000 });
  await idle(page);
  const rows = tableOf(FOLDER);
  await page.setInputFiles('#trust-files', { name: 'rows.csv', mimeType: 'text/csv', buffer: Buffer.from(rows.right) });
  await expect(page.locator('.gp-verdict')).toContainText('All 40 rows agree with the outputs in rows.csv', {
    timeout: 30_000,
  });

  await page.setInputFiles('#trust-files', {
    name: 'wrong.csv',
    mimeType: 'text/csv',
    buffer: Buffer.from(rows.wrong),
  });
  await expect(page.locator('.gp-verdict')).toHaveAttribute('data-verdict', 'differs', { timeout: 30_000 });
  await expect(page.getByRole('region', { name: 'Rows that are not equal' })).toContainText('city = “Paris”');
  await noFaults(page, 'rows that differ');

  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Save report' }).click(),
  ]);
  const saved = JSON.parse(readFileSync((await download.path())!, 'utf8')) as Record<string, unknown>;
  expect(saved).toMatchObject({ report: 'graphwright trust', verdict: 'differs', rows: { rows: 40, differing: 1 } });
});

test('a tree of a forest is drawn, opened further down and large', async ({ page }) => {
  await start(page);
  await openFiles(page, 'tests/samples/lightgbm/multiclassova_text/model.txt');
  await graphState(page, 'drawn');
  await page.getByRole('treeitem').filter({ hasText: 'Booster' }).click();
  const trees = page.getByRole('region', { name: 'Trees' });
  await expect(trees).toContainText('40');
  await trees.getByRole('option', { name: /tree 7/ }).click();
  await expect(trees.getByLabel('Number of the tree')).toHaveValue('7');
  await trees
    .getByRole('button', { name: /press to show them/ })
    .first()
    .click();
  await expect(trees.getByRole('navigation')).toContainText('root');
  await expect(page.getByRole('region', { name: 'Feature importance' })).toContainText('Column_');
  await trees.getByRole('button', { name: 'Show the tree large' }).click();
  await expect(page.getByRole('dialog')).toContainText('splits');
  await noFaults(page, 'a tree shown large');
});

interface Spec {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly file?: string;
  readonly values?: readonly string[];
}

/** The case's inputs and outputs as a CSV, and the same with one label changed. */
function tableOf(folder: string): { right: string; wrong: string } {
  const about = JSON.parse(readFileSync(`${folder}/case.json`, 'utf8')) as { inputs: Spec[]; outputs: Spec[] };
  const outputs = about.outputs.filter((o) => o.name !== 'decision_function');
  const specs = [...about.inputs, ...outputs];
  const columns = specs.flatMap((s) => {
    const width = s.shape[1] ?? 1;
    const values = s.values ?? numbers(`${folder}/${s.file}`, s.dtype);
    return Array.from({ length: width }, (_, k) => ({
      name: width > 1 ? `${s.name}_${k}` : s.name,
      values: Array.from({ length: s.shape[0]! }, (_, r) => String(values[r * width + k])),
    }));
  });
  const line = (r: number, change: boolean) =>
    columns.map((c) => (change && c.name === 'label' ? String(1 - Number(c.values[r])) : c.values[r]!)).join(',');
  const table = (wrong: number) =>
    [columns.map((c) => c.name).join(','), ...Array.from({ length: 40 }, (_, r) => line(r, r === wrong))].join('\n');
  return { right: table(-1), wrong: table(1) };
}

function numbers(file: string, dtype: string): number[] {
  const { buffer } = new Uint8Array(readFileSync(file));
  if (dtype === 'int64') return Array.from(new BigInt64Array(buffer), Number);
  return Array.from(dtype === 'float64' ? new Float64Array(buffer) : new Float32Array(buffer));
}
