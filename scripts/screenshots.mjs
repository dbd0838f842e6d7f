// Pictures of real models at three zooms, light and dark, for looking at the canvas critically.
//   npx vite build && node scripts/screenshots.mjs OUT_DIR [--models a.onnx,b.onnx] [--themes light,dark] [--zooms opened,whole,middle]
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
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

/** What is pressed before each picture. */
const KEYS = { opened: [], near: ['0'], middle: ['0', '-', '-', '-'], whole: ['Shift+F'] };

const args = process.argv.slice(2);
const option = (name) => {
  const at = args.indexOf(`--${name}`);
  return at < 0 ? null : args[at + 1].split(',');
};
const out = args[0] && !args[0].startsWith('--') ? args[0] : 'test-results/screenshots';
const here = USUAL.filter(existsSync);
const models = option('models') ?? (here.length > 0 ? here : SAMPLES.filter(existsSync));
const themes = option('themes') ?? ['light', 'dark'];
const zooms = option('zooms') ?? ['opened', 'middle', 'whole'];
const PORT = Number(process.env.PORT ?? 4391);

const server = spawn('npx', ['vite', 'preview', '--port', String(PORT), '--strictPort'], {
  stdio: ['ignore', 'pipe', 'inherit'],
  detached: true,
});
await new Promise((ready) => server.stdout.on('data', (text) => String(text).includes(String(PORT)) && ready()));
mkdirSync(out, { recursive: true });
const browser = await chromium.launch({ executablePath: findBrowser() ?? undefined, args: ['--no-sandbox'] });
try {
  for (const theme of themes) for (const model of models) await take(model, theme);
} finally {
  await browser.close();
  process.kill(-server.pid);
}

async function take(model, theme) {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, colorScheme: theme });
  await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
  await page.goto(`http://localhost:${PORT}/`);
  await page.setInputFiles('#open-file', model);
  await page.waitForSelector('html[data-graph-state="drawn"]', { timeout: 60_000 });
  await page.waitForFunction(() => document.documentElement.dataset.busy === undefined);
  const stage = page.locator('.gw-stage');
  await stage.focus();
  for (const zoom of zooms) {
    for (const key of KEYS[zoom]) await page.keyboard.press(key);
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
    const name = `${basename(model).replace(/\.[^.]+$/, '')}-${zoom}-${theme}.png`;
    await page.screenshot({ path: join(out, name) });
    console.log(name);
  }
  await page.close();
}
