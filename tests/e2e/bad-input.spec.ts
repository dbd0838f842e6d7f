/** What cannot be opened is said in a sentence, and the page goes on. */
import { writeFileSync } from 'node:fs';
import { expect, test } from '@playwright/test';
import { graphState, openFiles, openSample, start } from './support.ts';

const CASES: readonly (readonly [string, Buffer, RegExp])[] = [
  ['an empty file', Buffer.alloc(0), /is empty/],
  ['a web page', Buffer.from('<!DOCTYPE html><html><body>Not found</body></html>'), /web page/],
  [
    'a Git LFS pointer',
    Buffer.from('version https://git-lfs.github.com/spec/v1\noid sha256:aa\nsize 102442450\n'),
    /Git LFS pointer/,
  ],
  [
    'a model that claims 2 GiB in a few bytes',
    Buffer.from([0x08, 0x07, 0x3a, 0xff, 0xff, 0xff, 0xff, 0x07, 0x0a]),
    /ends early|damaged/,
  ],
  ['noise', Buffer.from(Array.from({ length: 4000 }, (_, i) => (i * 7919) % 251)), /not a model|damaged/],
];

for (const [what, bytes, text] of CASES) {
  test(`${what} gets one sentence`, async ({ page }, info) => {
    const path = info.outputPath('model.onnx');
    writeFileSync(path, bytes);
    await start(page);
    await openFiles(page, path);
    await graphState(page, 'failed');
    await expect(page.locator('body')).toContainText(text);
  });
}

test('the open model stays when the next file is broken', async ({ page }, info) => {
  const path = info.outputPath('model.onnx');
  writeFileSync(path, '<html></html>');
  await start(page);
  await openSample(page, 'Digits CNN');
  await openFiles(page, path);
  await expect(page.locator('body')).toContainText(/web page/);
  await expect(page.getByText('9 nodes').first()).toBeVisible();
});
