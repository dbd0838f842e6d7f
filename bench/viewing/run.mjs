/**
 * Opens graphs in headless Chromium with the built page and with Netron, and prints one JSON document:
 *   node bench/viewing/run.mjs --netron VENV/bin/python a.onnx b.onnx     (needs `vite build` before)
 * `--only page|netron` measures one; `--cap SECONDS` gives up (default 120); `--repeat N` opens each file N times, in turns,
 * and gives medians; `--still` leaves out panning and zooming; `--profile` measures the page's script in every frame of
 * panning and zooming near and from far instead (bench/viewing/frame-profile.mjs), and `--search` how long
 * typing a query takes to show what it finds (bench/viewing/search.mjs). Each result goes to stderr as soon as it is
 * there. See docs/benchmarks.md.
 */
import { chromium } from 'playwright-core';
import { spawn } from 'node:child_process';
import { basename } from 'node:path';
import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { preview } from 'vite';
import { findBrowser } from '../../scripts/browser.mjs';
import { profileFrames } from './frame-profile.mjs';
import { asking, drag, frames, zoom } from './input.mjs';
import { measureSearch } from './search.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    netron: { type: 'string' },
    only: { type: 'string' },
    cap: { type: 'string' },
    repeat: { type: 'string' },
    still: { type: 'boolean' },
    profile: { type: 'boolean' },
    search: { type: 'boolean' },
  },
});
const cap = 1000 * Number(values.cap ?? 120);

/** CPU seconds of all renderer processes of the browser: page and workers. */
async function rendererCpu(session) {
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  return processInfo.filter((p) => p.type === 'renderer').reduce((sum, p) => sum + p.cpuTime, 0);
}

/** Waits until the renderers have hardly worked for a second; gives their CPU seconds. */
async function quiet(session) {
  for (let last = await rendererCpu(session), turn = 0; ; turn++) {
    await new Promise((done) => setTimeout(done, 1000));
    const now = await rendererCpu(session);
    if (now - last < 0.03 || turn > 30) return now;
    last = now;
  }
}

/** How long the measures after the picture may take, in milliseconds: a page that hangs must not hold up the others. */
const AFTERWARDS = 300_000;

/** Never fulfilled: fails when the page crashes (then nothing asked of it is ever answered) and when the time is over. */
function end(page) {
  return new Promise((_, fail) => {
    page.on('crash', () => fail(new Error('the page crashed')));
    const limit = cap + AFTERWARDS;
    setTimeout(() => fail(new Error(`no answer in ${limit / 1000} s`)), limit).unref();
  });
}

async function measure(open) {
  const browser = await chromium.launch({ executablePath: findBrowser(), args: ['--no-sandbox'] });
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    return await Promise.race([measured(open, browser, page), end(page)]);
  } catch (error) {
    return { failed: String(error.message ?? error).split('\n')[0] };
  } finally {
    // A browser whose page hangs may not close by itself.
    await Promise.race([browser.close(), new Promise((done) => setTimeout(done, 10_000).unref())]);
  }
}

async function measured(open, browser, page) {
  const session = await browser.newBrowserCDPSession();
  const cdp = await page.context().newCDPSession(page);
  // The browser's own pages (its address bar is one) start in renderers too: they must be done.
  await quiet(session);
  const { wall, before } = await open(page, session, cdp);
  const cpu = (await rendererCpu(session)) - before;
  const settled = (await quiet(session)) - before;
  if (values.profile) return await profileFrames(page, cdp);
  if (values.search) return await measureSearch(page, cdp);
  await cdp.send('HeapProfiler.collectGarbage');
  const heap = (await cdp.send('Runtime.getHeapUsage')).usedSize;
  const { nodes } = await cdp.send('Memory.getDOMCounters');
  const panning = values.still ? null : await frames(page, cdp, drag(page));
  const zooming = values.still ? null : await frames(page, cdp, zoom(page));
  return {
    wallMs: Math.round(wall),
    rendererCpuS: Number(cpu.toFixed(2)),
    // What comes after the picture (shapes, checks, panels) included.
    settledCpuS: Number(settled.toFixed(2)),
    heapMB: Math.round(heap / 1e6),
    domNodes: nodes,
    drag: panning,
    zoom: zooming,
  };
}

/** From navigation, page start included, to the first complete frame. */
const inPage = (address, file) => async (page, session, cdp) => {
  const ask = asking(cdp);
  const before = await rendererCpu(session);
  const start = performance.now();
  await page.goto(address);
  const input = await cdp.send('Runtime.evaluate', { expression: `document.querySelector('input[type=file]')` });
  await cdp.send('DOM.setFileInputFiles', { files: [file], objectId: input.result.objectId });
  const state = `document.documentElement.dataset.graphState`;
  const wanted = `new Promise((done) => {
    const look = () => /drawn|failed/.test(${state}) && done(${state});
    new MutationObserver(look).observe(document.documentElement, { attributes: true });
    look();
  })`;
  const late = new Promise((done) => setTimeout(() => done(`not drawn in ${cap / 1000} s`), cap).unref());
  const end = await Promise.race([ask(wanted, true), late]);
  if (end !== 'drawn') throw new Error(end);
  return { wall: performance.now() - start, before };
};

const inNetron = (address) => async (page, session, cdp) => {
  const ask = asking(cdp);
  const before = await rendererCpu(session);
  const start = performance.now();
  await page.goto(address);
  // 'default' is the class of a page that shows a graph.
  const shown = `document.body.classList.contains('default')`;
  // A first visit shows a message with a button before it opens anything. (A later one offers to cancel the layout.)
  const dismiss = `document.body.classList.contains('notification') &&
    document.getElementById('message-button')?.textContent === 'Accept' && document.getElementById('message-button').click()`;
  while (performance.now() - start < cap) {
    await ask(dismiss);
    if ((await ask(shown)) === true) {
      // As the page counts its own picture: it is there after two frames.
      await ask('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done())))', true);
      return { wall: performance.now() - start, before };
    }
    await new Promise((done) => setTimeout(done, 50));
  }
  throw new Error(`not drawn in ${cap / 1000} s`);
};

async function netron(file, port) {
  const code = `import netron, sys, time; netron.start(sys.argv[1], ('127.0.0.1', ${port}), browse=False); time.sleep(3600)`;
  const server = spawn(values.netron, ['-c', code, file], { stdio: 'ignore' });
  try {
    await new Promise((done) => setTimeout(done, 3000));
    return await measure(inNetron(`http://127.0.0.1:${port}/`));
  } finally {
    server.kill();
  }
}

/** The run of the middle CPU time; failed ones only where all failed. */
function median(runs) {
  if (values.profile || values.search) return runs[0];
  const good = runs.filter((r) => !r.failed).sort((a, b) => a.rendererCpuS - b.rendererCpuS);
  if (good.length === 0) return runs[0];
  const wall = good.map((r) => r.wallMs).sort((a, b) => a - b);
  return { ...good[good.length >> 1], wallMs: wall[wall.length >> 1], runs: good.length };
}

const server = await preview({ preview: { port: 4967, host: '127.0.0.1' }, logLevel: 'error' });
const results = [];
let port = 8190;
for (const file of positionals) {
  const runs = { graphwright: [], netron: [] };
  const note = (who, result) => {
    runs[who].push(result);
    process.stderr.write(`${basename(file)} ${who} ${JSON.stringify(result)}\n`);
  };
  for (let i = 0; i < Number(values.repeat ?? 1); i++) {
    if (values.only !== 'netron') note('graphwright', await measure(inPage('http://127.0.0.1:4967/', file)));
    if (values.netron && values.only !== 'page') note('netron', await netron(file, port++));
  }
  const row = { file: basename(file), load: loadavg()[0] };
  for (const [who, list] of Object.entries(runs)) if (list.length > 0) row[who] = median(list);
  results.push(row);
}
await server.close();
console.log(JSON.stringify({ node: process.version, cpu: cpus()[0]?.model, results }, null, 2));
process.exit(0);
