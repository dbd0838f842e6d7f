/** The page itself: accessibility, first load, policy. */
import AxeBuilder from '@axe-core/playwright';
import { expect, test } from '@playwright/test';
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
  let bytes = 0;
  page.on('response', async (r) => {
    if (!/\.js($|\?)/.test(r.url())) return;
    const body = await r.body();
    bytes += (
      await new Response(
        new Blob([new Uint8Array(body)]).stream().pipeThrough(new CompressionStream('gzip')),
      ).arrayBuffer()
    ).byteLength;
  });
  await start(page);
  await page.waitForLoadState('networkidle');
  expect(bytes).toBeGreaterThan(10_000);
  expect(bytes).toBeLessThan(300_000);
});

test('the policy names no other origin', async ({ page }) => {
  await start(page);
  const policy = await page.locator('meta[http-equiv="Content-Security-Policy"]').getAttribute('content');
  expect(policy).toContain("default-src 'none'");
  expect(policy).not.toMatch(/https?:|\*/);
});
