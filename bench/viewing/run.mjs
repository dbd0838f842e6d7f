/**
 * Opens graphs in headless Chromium with the built page and with Netron, and prints one JSON document:
 *   node bench/viewing/run.mjs --netron VENV/bin/python a.onnx b.onnx     (needs `vite build` before)
 * `--only page|netron` measures one; `--cap SECONDS` gives up (default 120); `--repeat N` opens each file N times, in turns,
 * and gives medians; `--still` leaves out panning and zooming. See docs/benchmarks.md.
 */
import { chromium } from 'playwright-core';
import { spawn } from 'node:child_process';
import { basename } from 'node:path';
import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { preview } from 'vite';
import { findBrowser } from '../../scripts/browser.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    netron: { type: 'string' },
    only: { type: 'string' },
    cap: { type: 'string' },
    repeat: { type: 'string' },
    still: { type: 'boolean' },
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

/** Gaps between frames while `act` sends real input. */
async function frames(page, cdp, act) {
  const ask = asking(cdp);
  await ask(`(() => { const t = (window.__t = []); window.__on = true;
    const f = (now) => { t.push(now); if (window.__on) requestAnimationFrame(f); }; requestAnimationFrame(f); })()`);
  await act();
  const times = await ask('(window.__on = false, window.__t)');
  const gaps = times
    .slice(1)
    .map((t, i) => t - times[i])
    .sort((a, b) => a - b);
  return {
    p95: Math.round(gaps[Math.floor(0.95 * gaps.length)] ?? 0),
    max: Math.round(gaps.at(-1) ?? 0),
    frames: gaps.length,
  };
}

const drag = (page) => async () => {
  await page.mouse.move(700, 450);
  await page.mouse.down();
  for (let i = 0; i < 60; i++) {
    await page.mouse.move(700 + 3 * (i % 30), 450 - 6 * i);
    await page.waitForTimeout(16);
  }
  await page.mouse.up();
};
const zoom = (page) => async () => {
  await page.mouse.move(700, 450);
  await page.keyboard.down('Control');
  for (let i = 0; i < 40; i++) {
    await page.mouse.wheel(0, i < 20 ? 40 : -40);
    await page.waitForTimeout(25);
  }
  await page.keyboard.up('Control');
};

async function measure(open) {
  const browser = await chromium.launch({ executablePath: findBrowser(), args: ['--no-sandbox'] });
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    const session = await browser.newBrowserCDPSession();
    const cdp = await page.context().newCDPSession(page);
    // The browser's own pages (its address bar is one) start in renderers too: they must be done.
    await quiet(session);
    const { wall, before } = await open(page, session, cdp);
    const cpu = (await rendererCpu(session)) - before;
    const settled = (await quiet(session)) - before;
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
  } catch (error) {
    return { failed: String(error).split('\n')[0] };
  } finally {
    await browser.close();
  }
}

/** Asks the page through the protocol: Playwright's own scripts, which it puts into a page, cost as much as a small graph. */
const asking =
  (cdp) =>
  async (expression, awaitPromise = false) =>
    (await cdp.send('Runtime.evaluate', { expression, awaitPromise, returnByValue: true })).result.value;

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
  for (let i = 0; i < Number(values.repeat ?? 1); i++) {
    if (values.only !== 'netron') runs.graphwright.push(await measure(inPage('http://127.0.0.1:4967/', file)));
    if (values.netron && values.only !== 'page') runs.netron.push(await netron(file, port++));
  }
  const row = { file: basename(file), load: loadavg()[0] };
  for (const [who, list] of Object.entries(runs)) if (list.length > 0) row[who] = median(list);
  results.push(row);
  process.stderr.write(`${JSON.stringify(row)}\n`);
}
await server.close();
console.log(JSON.stringify({ node: process.version, cpu: cpus()[0]?.model, results }, null, 2));
process.exit(0);
