/**
 * A model of 3 GB in a tab: opened with its weights inside the file and beside it, edited once, downloaded. Reports the
 * peak JavaScript heap of the page and of its workers. The files are sparse, so that they take no disk; what is downloaded
 * is deleted. Needs a build (`npm run build`) and a Chromium.
 */
import { spawn } from 'node:child_process';
import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type CDPSession, type Page } from '@playwright/test';
import { writeOnnx, type WrittenFile } from '../src/converters/onnx/write.ts';
import type { BlobLike } from '../src/graph-model/core/bytes.ts';
import { buildModel } from '../src/graph-model/core/empty.ts';
import { tensorType } from '../src/graph-model/core/types.ts';
import { findBrowser } from '../scripts/browser.mjs';

const TENSORS = 48;
const SIDE = 4096;
/** 48 matrices of 4096 × 4096 float32 are 3 GiB. */
const BYTES = SIDE * SIDE * 4;
const PORT = 4187;

/** Bytes that are never read: the files have holes where they are. */
const hole = (size: number): BlobLike => ({
  size,
  slice: (a, b) => hole(b - a),
  arrayBuffer: () => Promise.reject(new Error('a hole is not read')),
});

function bigModel() {
  return buildModel({ graphName: 'big' }, (d) => {
    const x = d.newValue(d.main, 'x', null, { type: tensorType('float', ['batch', SIDE]) });
    d.setGraphInputs(d.main, [x]);
    let at = x;
    for (let i = 0; i < TENSORS; i++) {
      const data = { kind: 'blob', blob: hole(BYTES), begin: 0, end: BYTES } as const;
      const w = d.constant(d.main, { dtype: 'float', dims: [SIDE, SIDE], storage: 'raw_data', data }, `w${i}`);
      at = d.addNode(d.main, { op: 'MatMul', name: `layer_${i}`, inputs: [at, w], outputs: [`h${i}`] }).outputs[0]!;
    }
    d.patchValue(at, { type: tensorType('float', ['batch', SIDE]) });
    d.setGraphOutputs(d.main, [at]);
  });
}

/** Writes the new bytes and leaves holes for the weights. */
function writeSparse(file: WrittenFile, folder: string): string {
  const path = join(folder, file.name);
  const fd = openSync(path, 'w');
  let at = 0;
  for (const part of file.parts) {
    if (part instanceof Uint8Array) writeSync(fd, part, 0, part.length, at);
    at += part instanceof Uint8Array ? part.length : part.kind === 'bytes' ? part.bytes.length : part.end - part.begin;
  }
  ftruncateSync(fd, file.size);
  closeSync(fd);
  return path;
}

/** The largest heap of the page and all its workers together, sampled while the test goes on. */
class HeapWatch {
  private readonly sessions = new Set<CDPSession>();
  private timer: NodeJS.Timeout | null = null;
  peak = 0;

  async start(page: Page): Promise<void> {
    const main = await page.context().newCDPSession(page);
    this.sessions.add(main);
    await main.send('Target.setAutoAttach', { autoAttach: true, waitForDebuggerOnStart: false, flatten: false });
    const workers = new Set<string>();
    const used = new Map<string, number>();
    main.on('Target.attachedToTarget', ({ sessionId }) => workers.add(sessionId));
    main.on('Target.detachedFromTarget', ({ sessionId }) => (workers.delete(sessionId), used.delete(sessionId)));
    main.on('Target.receivedMessageFromTarget', ({ sessionId, message }) => {
      const { result } = JSON.parse(message) as { result?: { usedSize?: number } };
      if (result?.usedSize) used.set(sessionId, result.usedSize);
    });
    let id = 1;
    this.timer = setInterval(() => {
      for (const sessionId of workers) {
        const message = JSON.stringify({ id: id++, method: 'Runtime.getHeapUsage' });
        void main.send('Target.sendMessageToTarget', { sessionId, message }).catch(() => {});
      }
      void main.send('Runtime.getHeapUsage').then(({ usedSize }) => {
        const all = usedSize + [...used.values()].reduce((a, b) => a + b, 0);
        this.peak = Math.max(this.peak, all);
      });
    }, 50);
  }

  stop(): number {
    if (this.timer) clearInterval(this.timer);
    return Math.round(this.peak / 2 ** 20);
  }
}

async function measure(page: Page, files: string[]) {
  const watch = new HeapWatch();
  // The system's save dialog cannot be driven; without it the page downloads a Blob.
  await page.addInitScript(() => {
    for (const picker of ['showSaveFilePicker', 'showDirectoryPicker']) Reflect.deleteProperty(window, picker);
  });
  await page.goto(`http://localhost:${PORT}/`);
  await watch.start(page);
  const state = (s: string) =>
    page.waitForFunction((want) => document.documentElement.dataset.graphState === want, s, { timeout: 60_000 });
  await state('empty');
  const begun = performance.now();
  await page.setInputFiles('#open-file', files);
  await state('drawn');
  const opened = performance.now() - begun;
  await page.getByRole('treeitem').filter({ hasText: 'layer_0' }).first().click();
  const name = page.getByRole('complementary', { name: 'Inspector' }).getByRole('textbox', { name: 'Name' });
  await name.fill('renamed');
  await name.press('Enter');
  const saveBegun = performance.now();
  const downloads: { suggested: string; bytes: number }[] = [];
  page.on('download', (d) => {
    void d.path().then((path) => {
      downloads.push({ suggested: d.suggestedFilename(), bytes: statSync(path).size });
      void d.delete().catch(() => {});
    });
  });
  await page.keyboard.press('Control+s');
  await page.getByRole('dialog').getByRole('button', { name: 'Two files' }).click();
  const total = () => downloads.reduce((sum, d) => sum + d.bytes, 0);
  while (total() < TENSORS * BYTES && performance.now() - saveBegun < 200_000) await page.waitForTimeout(200);
  return {
    openMs: Math.round(opened),
    saveMs: Math.round(performance.now() - saveBegun),
    peakHeapMB: watch.stop(),
    downloads,
  };
}

export async function run() {
  const folder = mkdtempSync(join(tmpdir(), 'graphwright-big-'));
  const vite = ['node_modules/vite/bin/vite.js', 'preview', '--port', String(PORT), '--strictPort'];
  const server = spawn('node', vite, { stdio: 'ignore' });
  const browser = await chromium.launch({
    executablePath: findBrowser() ?? undefined,
    args: ['--no-sandbox', '--disable-gpu'],
  });
  try {
    await new Promise((done) => setTimeout(done, 3000));
    const model = bigModel();
    const inside = writeOnnx(model, { fileName: 'inside.onnx', externalData: 'never', limit: 2 ** 40 }).files;
    const beside = writeOnnx(model, { fileName: 'beside.onnx', externalData: 'always' }).files;
    const results: Record<string, unknown> = {};
    for (const [what, files] of Object.entries({ inside, beside })) {
      const page = await browser.newPage({ acceptDownloads: true });
      const paths = files.map((f) => writeSparse(f, folder));
      try {
        results[what] = await measure(page, paths);
      } catch (error) {
        await page.screenshot({ path: join(tmpdir(), `big-${what}.png`) });
        results[what] = { failed: (error as Error).message.split('\n')[0] };
      }
      await page.close();
    }
    return results;
  } finally {
    await browser.close();
    server.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}
