/** Reading a graph on the canvas: search, colours, paths, groups, bodies, pictures, the keyboard. */
import { readFileSync } from 'node:fs';
import AxeBuilder from '@axe-core/playwright';
import { expect, test, type Page } from '@playwright/test';
import { command, graphState, openFiles, start } from './support.ts';

const ENCODER = 'public/samples/encoder-block.onnx';

async function open(page: Page, file = ENCODER): Promise<void> {
  await start(page);
  await openFiles(page, file);
  await graphState(page, 'drawn');
}

const find = (page: Page) => page.getByPlaceholder(/op:Conv/);
const inspector = (page: Page) => page.getByRole('complementary', { name: 'Inspector' });
const key = (page: Page) => page.getByRole('region', { name: /^Key/ });
const csv = (text: string, name = 'mine.csv') => ({ name, mimeType: 'text/csv', buffer: Buffer.from(text) });

test('search hits are marked, counted and walked through', async ({ page }) => {
  await open(page);
  await find(page).fill('op:MatMul');
  const chip = page.getByRole('group', { name: 'Search hits' });
  await expect(chip).toContainText(/\d+ hits/);
  const count = Number(/(\d+) hits/.exec((await chip.textContent()) ?? '')![1]);
  expect(count).toBeGreaterThan(3);
  await find(page).press('Enter');
  await expect(chip).toContainText(`1 of ${count}`);
  await expect(inspector(page)).toContainText('MatMul');
  await expect(page.locator('.gw-node.hit.at')).toHaveCount(1);
  await find(page).press('Shift+Enter');
  await expect(chip).toContainText(`${count} of ${count}`);
  await chip.getByRole('button', { name: /Next hit/ }).click();
  await expect(chip).toContainText(`1 of ${count}`);
  await chip.getByRole('button', { name: 'End the search' }).click();
  await expect(chip).toHaveCount(0);
  await expect(page.locator('.gw-node.hit')).toHaveCount(0);
});

test('a closed group says how many hits it holds, and opens on the way to one', async ({ page }) => {
  await open(page);
  await command(page, 'Collapse all groups');
  await page.locator('.gw-stage').focus();
  await page.keyboard.press('0');
  await find(page).fill('op:*');
  await expect(page.locator('.gw-node.closed.hit .mark.found').first()).toHaveText(/\d/);
  await find(page).fill('op:Softmax');
  await find(page).press('Enter');
  await expect(page.locator('.gw-node.hit.at')).toContainText('Softmax');
});

test('nodes are coloured by cost, by a CSV and by node data of Model Explorer', async ({ page }) => {
  await open(page);
  await command(page, 'Colour by cost');
  await expect(key(page)).toContainText('Multiply-adds');
  await expect(page.locator('.gw-node.shaded').first()).toBeVisible();
  const names = await page.evaluate(() => [...document.querySelectorAll('.gp-row')].length);
  expect(names).toBeGreaterThan(0);
  await find(page).fill('op:Softmax');
  const name = (await page.getByRole('treeitem').first().getAttribute('title'))!;
  await page.setInputFiles('#open-node-data', csv(`name,error\n"${name}",0.25\nnobody,1\n`));
  await expect(key(page)).toContainText('error');
  await expect(key(page)).toContainText('1 of 2 names found');
  await key(page).getByText('1 name fits no node').click();
  await expect(key(page)).toContainText('nobody');
  await find(page).press('Enter');
  await expect(page.locator('.gw-node.hit.at.shaded')).toContainText('0.25');
  const results = { [name]: { value: 3, bgColor: 'rgb(10, 20, 30)' } };
  await page.setInputFiles('#open-node-data', csv(JSON.stringify({ main: { results } }), 'explorer.json'));
  await expect(page.locator('.gw-node.hit.at.shaded')).toHaveCSS('background-color', 'rgb(10, 20, 30)');
});

test('the path of the selection stays while the rest is dimmed; a class of the key is picked', async ({ page }) => {
  await open(page);
  await find(page).fill('op:Softmax');
  await find(page).press('Enter');
  await page.locator('.gw-stage').focus();
  await page.keyboard.press('p');
  await expect(page.getByRole('button', { name: 'Follow paths: all' })).toBeVisible();
  await expect(page.locator('.gw-node.sel')).not.toHaveClass(/dim/);
  await page.keyboard.press('p');
  await expect(page.locator('.gw-node.dim')).toHaveCount(0);
  await page.getByRole('button', { name: 'Key' }).click();
  await key(page)
    .getByRole('button', { name: /^Activation/ })
    .click();
  await expect(page.locator('.gw-node.dim').first()).toBeVisible();
  await expect(page.locator('.gw-node.cat-activation.dim')).toHaveCount(0);
});

test("a group of one's own is named, shown, saved in the file, and taken apart", async ({ page }, info) => {
  await open(page, 'public/samples/digits-cnn.onnx');
  const rows = page.getByRole('treeitem');
  await rows.filter({ hasText: 'Conv' }).first().click();
  await rows
    .filter({ hasText: 'Relu' })
    .first()
    .click({ modifiers: ['Control'] });
  await page.locator('.gw-stage').focus();
  await page.keyboard.press('Control+g');
  await page.getByRole('dialog').getByRole('textbox').fill('my stem');
  await page.getByRole('dialog').getByRole('textbox').press('Enter');
  await expect(rows.filter({ hasText: 'my stem' })).toBeVisible();
  await page.locator('.gw-stage').focus();
  await page.keyboard.press('Space');
  await expect(page.locator('.gw-node.closed')).toContainText('my stem');
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('banner').getByRole('button', { name: 'Download', exact: true }).click(),
  ]);
  const path = info.outputPath('grouped.onnx');
  await download.saveAs(path);
  await openFiles(page, path);
  await expect(page.locator('html')).toHaveAttribute('data-graph-state', 'drawn');
  await expect(rows.filter({ hasText: 'my stem' })).toBeVisible();
});

test('pictures: SVG and PNG of the graph and of the view, as the page shows it', async ({ page }, info) => {
  await open(page);
  await command(page, 'Colour by cost');
  const save = async (label: string) => {
    const [download] = await Promise.all([page.waitForEvent('download'), command(page, label)]);
    const path = info.outputPath(download.suggestedFilename());
    await download.saveAs(path);
    return path;
  };
  const svg = readFileSync(await save('Save the picture as SVG'), 'utf8');
  const size = await page.evaluate(async (text) => {
    const image = new Image();
    image.src = URL.createObjectURL(new Blob([text], { type: 'image/svg+xml' }));
    await image.decode();
    return [image.width, image.height];
  }, svg);
  expect(svg).toContain('>LayerNormalization</text>');
  expect(svg).toMatch(/style="fill:#/);
  expect(svg).toContain('>Multiply-adds</text>');
  const whole = png(await save('Save the picture as PNG'));
  expect(whole.width / size[0]!).toBeCloseTo(whole.height / size[1]!, 1);
  expect(whole.height).toBeGreaterThan(1000);
  const view = png(await save('Save what is in view as PNG'));
  const stage = (await page.locator('.gw-stage').boundingBox())!;
  expect(view.width / view.height).toBeCloseTo(stage.width / stage.height, 1);
});

test('a picture of a chosen width and theme, with title and key', async ({ page }, info) => {
  await open(page, 'public/samples/digits-cnn.onnx');
  await command(page, 'Save a picture');
  const dialog = page.getByRole('dialog', { name: 'Save a picture' });
  await dialog.getByRole('radio', { name: 'PNG' }).click();
  await dialog.getByRole('radio', { name: 'Dark' }).click();
  await dialog.getByLabel('Width').fill('600');
  await dialog.getByLabel(/Title/).check();
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map((v) => v.id)).toEqual([]);
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    dialog.getByRole('button', { name: 'Save', exact: true }).click(),
  ]);
  const path = info.outputPath(download.suggestedFilename());
  await download.saveAs(path);
  expect(png(path).width).toBe(600);
});

/** The size in the header of a PNG. */
function png(path: string): { width: number; height: number } {
  const bytes = readFileSync(path);
  expect(bytes.subarray(1, 4).toString()).toBe('PNG');
  return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
}

test('a body is drawn in place and closed again, by keyboard', async ({ page }) => {
  await open(page, 'tests/samples/onnx/if_nested/model.onnx');
  await find(page).fill('op:If');
  await find(page).press('Enter');
  await page.locator('.gw-stage').focus();
  const count = () => page.locator('.gw-stage').getAttribute('aria-label');
  const before = await count();
  await page.keyboard.press('Space');
  await expect.poll(count).not.toBe(before);
  await page.keyboard.press('Space');
  await expect.poll(count).toBe(before);
});

test('arrow keys walk along edges, and what they reach is said', async ({ page }) => {
  await open(page, 'public/samples/digits-cnn.onnx');
  await page.getByRole('treeitem').filter({ hasText: 'Conv' }).first().click();
  await page.locator('.gw-stage').focus();
  await page.keyboard.press('ArrowDown');
  await expect(page.locator('.gw-stage [role="status"]')).toContainText(/reads .*makes/);
  const down = await inspector(page).getByRole('heading', { level: 2 }).textContent();
  await page.keyboard.press('ArrowUp');
  await expect(inspector(page).getByRole('heading', { level: 2 })).toHaveText('Conv');
  expect(down).not.toBe('Conv');
});

for (const scheme of ['light', 'dark'] as const) {
  test(`no accessibility faults with a key, a search and a group on show, ${scheme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme: scheme });
    await open(page);
    await command(page, 'Colour by cost');
    await find(page).fill('op:MatMul');
    await find(page).press('Enter');
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html.slice(0, 120)).join(' ')}`)).toEqual([]);
  });
}

test('a second file is shown from its beginning, wherever one was in the first', async ({ page }) => {
  await open(page);
  await page.locator('.gw-stage').focus();
  await page.keyboard.press('Shift+F');
  await page.keyboard.press('0');
  await openFiles(page, 'public/samples/digits-cnn.onnx');
  await expect(page.locator('.gw-pill')).toContainText(['image']);
  await expect(page.locator('.gw-pill').first()).toBeInViewport();
});
