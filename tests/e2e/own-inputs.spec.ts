/** Running on a person's own values. */
import { writeFileSync } from 'node:fs';
import { expect, test } from '@playwright/test';
import { idle, openSample, start } from './support.ts';

/** A .npy file of zeros. */
function npy(shape: readonly number[]): Buffer {
  const count = shape.reduce((a, b) => a * b, 1);
  const dict = `{'descr': '<f4', 'fortran_order': False, 'shape': (${shape.join(', ')},), }`;
  const header = `${dict.padEnd(117)}\n`;
  const start = Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, header.length, 0]);
  return Buffer.concat([start, Buffer.from(header, 'latin1'), Buffer.alloc(4 * count)]);
}

test('an own .npy file is run', async ({ page }, info) => {
  const path = info.outputPath('image.npy');
  writeFileSync(path, npy([2, 1, 8, 8]));
  await start(page);
  await openSample(page, 'Digits CNN');
  await page.getByRole('banner').getByRole('button', { name: 'Run', exact: true }).click();
  await idle(page);
  const panel = page.getByRole('region', { name: 'Problems and reports' });
  await panel.getByText('File', { exact: true }).first().click();
  await panel.locator('input[type=file]').first().setInputFiles(path);
  await panel.getByRole('button', { name: /^Run/ }).click();
  await expect(panel).toContainText(/2×10/, { timeout: 30_000 });
});
