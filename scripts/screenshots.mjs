// Pictures of real models at three zooms, light and dark, for looking at the canvas critically.
//   npx vite build && node scripts/screenshots.mjs OUT_DIR [--models a.onnx,b.onnx] [--themes light,dark] [--zooms near,middle,whole] [--size 1440x900]
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, openSync, ftruncateSync, closeSync } from 'node:fs';
import { basename, join } from 'node:path';
import { chromium } from '@playwright/test';
import { findBrowser } from './browser.mjs';

/** A CNN, a transformer, a detector with control flow, a classical pipeline, 10,000 nodes; the samples where these are not there. */
const USUAL = [
  '../shared/models/mobilenet_v2.ts.onnx',
  '../shared/graphs/gpt2_small.onnx',
  '../shared/models/maskrcnn.ts.onnx',
  '../shared/fixtures/sklearn/column_transformer_pipeline_logreg/model.joblib',
  '../shared/graphs/dag_10k.onnx',
];
const SAMPLES = ['squeezenet1.1.onnx', 'encoder-block.onnx', 'digits-cnn.onnx'].map((n) => `public/samples/${n}`);
const FILL = '../shared/models/fill.mjs';

/** How each zoom is come to: keys, then how far the wheel is turned, in pixels. */
const ZOOMS = {
  near: { keys: ['0'], wheel: 0 },
  middle: { keys: ['0', '-', '-', '-'], wheel: 330 },
  whole: { keys: ['Shift+F'], wheel: 0 },
};

const args = process.argv.slice(2);
const option = (name) => {
  const at = args.indexOf(`--${name}`);
  return at < 0 ? null : args[at + 1].split(',');
};
const out = args[0] && !args[0].startsWith('--') ? args[0] : 'test-results/screenshots';
const here = USUAL.filter(existsSync);
const models = option('models') ?? (here.length > 0 ? here : SAMPLES.filter(existsSync));
const themes = option('themes') ?? ['light', 'dark'];
const zooms = option('zooms') ?? Object.keys(ZOOMS);
const [width, height] = (option('size')?.[0] ?? '1440x900').split('x').map(Number);
const PORT = Number(process.env.PORT ?? 4391);

const server = spawn('npx', ['vite', 'preview', '--port', String(PORT), '--strictPort'], {
  stdio: ['ignore', 'pipe', 'inherit'],
  detached: true,
});
await new Promise((ready) => server.stdout.on('data', (text) => String(text).includes(String(PORT)) && ready()));
const weights = join(out, 'weights');
mkdirSync(weights, { recursive: true });
const browser = await chromium.launch({ executablePath: findBrowser() ?? undefined, args: ['--no-sandbox'] });
try {
  for (const theme of themes) for (const model of models) await take(model, theme);
} finally {
  await browser.close();
  process.kill(-server.pid);
}

/** The file of weights that a model asks for: filled as its description says, else nothing but zeros. */
function weightsOf(model, name) {
  const path = join(weights, name);
  if (existsSync(path)) return path;
  const base = basename(model, '.onnx');
  if (existsSync(FILL) && name === `${base}.weights.bin`)
    spawnSync('node', [FILL, weights, base], { stdio: 'inherit' });
  if (existsSync(path)) return path;
  const file = openSync(path, 'w');
  ftruncateSync(file, 1e9);
  closeSync(file);
  return path;
}

async function settled(page) {
  await page.waitForSelector('html[data-graph-state="drawn"]', { timeout: 60_000 });
  await page.waitForFunction(() => document.documentElement.dataset.busy === undefined);
}

async function open(page, model) {
  await page.goto(`http://localhost:${PORT}/`);
  await page.setInputFiles('#open-file', model);
  await settled(page);
  const ask = page.getByRole('button', { name: /^Add .*…$/ });
  if ((await ask.count()) === 0) return;
  const name = /^Add (.*)…$/.exec((await ask.textContent()).trim())[1];
  await page.setInputFiles('#open-file', weightsOf(model, name));
  await settled(page);
}

async function take(model, theme) {
  const page = await browser.newPage({ viewport: { width, height }, colorScheme: theme });
  await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
  await open(page, model);
  const stage = page.locator('.gw-stage');
  for (const zoom of zooms) {
    const { keys, wheel } = ZOOMS[zoom];
    await stage.focus();
    for (const key of keys) await page.keyboard.press(key);
    await stage.hover({ position: { x: 20, y: 300 } });
    await page.mouse.wheel(0, wheel);
    // Neither the ring of the keyboard nor a tooltip belongs to the picture.
    await page.evaluate(() => document.activeElement?.blur());
    await page.mouse.move(2, 2);
    await page.waitForTimeout(400);
    const name = `${basename(model).replace(/\.[^.]+$/, '')}-${zoom}-${theme}.png`;
    await page.screenshot({ path: join(out, name) });
    console.log(name);
  }
  await page.close();
}
