/** The main job, end to end: open, read, edit, undo, optimise, run, download, come back. */
import { expect, test } from '@playwright/test';
import { command, graphState, idle, inspect, openFiles, openSample, start } from './support.ts';

test('a model goes the whole way', async ({ page }, info) => {
  const foreign: string[] = [];
  page.on('request', (r) => {
    if (!/^(http:\/\/localhost:|blob:|data:)/.test(r.url())) foreign.push(r.url());
  });
  await start(page);
  await openFiles(page, 'public/samples/encoder-block.onnx');
  await graphState(page, 'drawn');
  await expect(page.getByText('163 nodes').first()).toBeVisible();

  await test.step('read a node', async () => {
    await page.getByPlaceholder(/op:Conv/).fill('op:LayerNormalization');
    await page.getByRole('treeitem').filter({ hasText: 'LayerNorm' }).last().click();
    const inspector = page.getByRole('complementary', { name: 'Inspector' });
    await expect(inspector).toContainText('LayerNormalization');
    await expect(inspector).toContainText('epsilon');
    await expect(inspector).toContainText('mean');
  });

  await test.step('rename it, undo, redo', async () => {
    const name = page.getByRole('complementary', { name: 'Inspector' }).getByRole('textbox', { name: 'Name' });
    const before = await name.inputValue();
    await name.fill('the_norm');
    await name.press('Enter');
    await expect(page.getByText('edited')).toBeVisible();
    await command(page, 'Undo');
    await expect(name).toHaveValue(before);
    await command(page, 'Redo');
    await expect(name).toHaveValue('the_norm');
  });

  await test.step('optimise', async () => {
    await page.getByRole('banner').getByRole('button', { name: 'Optimise' }).click();
    await expect(page.getByText('Verified: the same numbers')).toBeVisible({ timeout: 30_000 });
    await expect(page.getByText('was 163')).toBeVisible();
  });

  await test.step('run original and result', async () => {
    await page.keyboard.press('Control+Enter');
    await expect(page.getByRole('row', { name: /last_hidden_state.*(equal|pass)/ })).toBeVisible({ timeout: 30_000 });
    await idle(page);
  });

  await test.step('download', async () => {
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('banner').getByRole('button', { name: 'Download', exact: true }).click(),
    ]);
    const path = info.outputPath('result.onnx');
    await download.saveAs(path);
    const { nodes } = inspect(path);
    expect(nodes).toBeLessThan(80);
    expect(nodes).toBeGreaterThan(20);
  });

  expect(foreign, 'requests to other origins').toEqual([]);
});

test('the last models are offered again after the tab is closed', async ({ page }) => {
  await start(page);
  await openFiles(page, 'public/samples/digits-cnn.onnx');
  await graphState(page, 'drawn');
  await page.reload();
  await graphState(page, 'empty');
  await page
    .getByRole('button', { name: /digits-cnn\.onnx/ })
    .first()
    .click();
  await graphState(page, 'drawn');
  await expect(page.getByText('9 nodes').first()).toBeVisible();
});

test('deleting a node joins its neighbours, and undo brings it back', async ({ page }) => {
  await start(page);
  await openSample(page, 'Digits CNN');
  await page.getByRole('treeitem').filter({ hasText: 'Relu' }).first().click();
  await command(page, 'Delete, joining the neighbours');
  await expect(page.getByText('8 nodes').first()).toBeVisible();
  await page.keyboard.press('Control+z');
  await expect(page.getByText('9 nodes').first()).toBeVisible();
});

test('an attribute is changed and checked at once', async ({ page }) => {
  await start(page);
  await openSample(page, 'Digits CNN');
  await page.getByRole('treeitem').filter({ hasText: 'Flatten' }).first().click();
  const axis = page.getByRole('complementary', { name: 'Inspector' }).getByLabel(/^axis/);
  await axis.fill('9');
  await axis.press('Enter');
  await command(page, 'Problems');
  await expect(page.getByRole('region', { name: 'Problems and reports' })).toContainText(/axis/i);
});

test.describe('every sample opens', () => {
  for (const [title, nodes] of [
    ['Digits CNN', '9 nodes'],
    ['BERT encoder block', '163 nodes'],
    ['Boosted trees', '3 nodes'],
    ['SqueezeNet', '105 nodes'],
  ] as const) {
    test(title, async ({ page }) => {
      await start(page);
      await openSample(page, title);
      await expect(page.getByText(nodes).first()).toBeVisible();
    });
  }
});
