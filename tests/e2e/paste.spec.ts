/** Nodes pasted as ONNX text, and a model with errors, which is downloaded only after a warning. */
import { expect, test } from '@playwright/test';
import { graphState, idle, openFiles, start } from './support.ts';

test('ONNX text is pasted as nodes; an input without a type is warned of before the download', async ({
  page,
  context,
}) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await start(page);
  await openFiles(page, 'tests/samples/onnx/quant_qdq/model.onnx');
  await graphState(page, 'drawn');
  await idle(page);
  await page.evaluate(() => navigator.clipboard.writeText('y2 = Relu (from_nowhere)'));
  await page.keyboard.press('Control+v');
  await expect(page.getByRole('treeitem', { name: /from_nowhere/ })).toBeVisible();
  await idle(page);

  await page.getByRole('banner').getByRole('button', { name: 'Download', exact: true }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText('The input from_nowhere declares no type.');
  await dialog.getByRole('button', { name: 'Show problems' }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByRole('tab', { name: /^Problems/ })).toHaveAttribute('aria-selected', 'true');
});
