/** The page itself: accessibility, first load, policy. */
import AxeBuilder from '@axe-core/playwright';
import { expect, test, type Response } from '@playwright/test';
import { gzipSync } from 'node:zlib';
import { openSample, start } from './support.ts';

for (const scheme of ['light', 'dark'] as const) {
  test(`no accessibility faults, ${scheme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme: scheme });
    await start(page);
    expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
    await openSample(page, 'Digits CNN');
    await page.getByRole('treeitem').filter({ hasText: 'Conv' }).first().click();
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target).join(' ')}`)).toEqual([]);
  });
}

test('less than 300 KB of compressed script before a model is opened', async ({ page }) => {
  const scripts: Promise<number>[] = [];
  const count = (r: Response) => {
    if (/\.js($|\?)/.test(r.url())) scripts.push(r.body().then((body) => gzipSync(body).byteLength));
  };
  page.on('response', count);
  await start(page);
  await page.waitForLoadState('networkidle');
  page.off('response', count);
  const seen = (await Promise.all(scripts)).reduce((a, b) => a + b, 0);
  expect(seen).toBeGreaterThan(10_000);
  expect(seen).toBeLessThan(300_000);

  // The code for opening comes at the first touch, before there is a file.
  const workspace = page.waitForResponse(/workspace-.*\.js/);
  await page.mouse.move(400, 300);
  expect((await workspace).ok()).toBe(true);
});

test('the policy names no other origin', async ({ page }) => {
  await start(page);
  const policy = await page.locator('meta[http-equiv="Content-Security-Policy"]').getAttribute('content');
  expect(policy).toContain("default-src 'none'");
  expect(policy).not.toMatch(/https?:|\*/);
});
