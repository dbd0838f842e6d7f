/** The runtime as a page ships it: built by vite, served with a strict policy, in a real browser. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium, type Browser, type Page } from '@playwright/test';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findBrowser } from '../../scripts/browser.mjs';
import { toNumbers, type DenseTensor } from '../../src/graph-model/core/tensor.ts';
import { arraysOf, SAMPLES } from './support.ts';

const executablePath = findBrowser();
if (!executablePath) console.warn('Skipped: the runtime in a browser, because no Chromium was found.');

/** The smallest that works, threads included; the page may allow more. */
const POLICY = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'";
const TYPES: Record<string, string> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.wasm': 'application/wasm',
};

function serve(folder: string): Promise<Server> {
  const server = createServer((request, response) => {
    const path = join(folder, request.url === '/' ? 'index.html' : request.url!);
    if (!existsSync(path)) return void response.writeHead(404).end();
    response.writeHead(200, {
      'Content-Type': TYPES[extname(path)] ?? 'application/octet-stream',
      'Content-Security-Policy': POLICY,
      'Cross-Origin-Opener-Policy': 'same-origin',
      'Cross-Origin-Embedder-Policy': 'require-corp',
    });
    response.end(readFileSync(path));
  });
  return new Promise((resolve) => server.listen(0, () => resolve(server)));
}

interface Answer {
  readonly error?: string;
  readonly outputs: Record<string, number[]>;
  readonly inputs: Record<string, number[]>;
  readonly nodes: readonly { readonly op: string }[];
  readonly provider: string;
  readonly providerNote: string;
  readonly threads: number;
  readonly lazyBytes: number;
}

const base64 = (path: string) => readFileSync(join(SAMPLES, path)).toString('base64');

describe.skipIf(!executablePath)('the runtime in a browser (skipped without Chromium)', () => {
  const folder = mkdtempSync(join(tmpdir(), 'runtime-page-'));
  const requests: string[] = [];
  let server: Server;
  let browser: Browser;
  let page: Page;
  let origin: string;

  beforeAll(async () => {
    const root = fileURLToPath(new URL('./page', import.meta.url));
    const configFile = fileURLToPath(new URL('../../vite.config.ts', import.meta.url));
    await build({
      root,
      configFile,
      publicDir: false,
      logLevel: 'silent',
      build: { outDir: folder, emptyOutDir: true },
    });
    server = await serve(folder);
    origin = `http://localhost:${(server.address() as AddressInfo).port}`;
    const args = ['--no-sandbox', '--disable-gpu', '--enable-unsafe-webgpu'];
    browser = await chromium.launch({ executablePath: executablePath!, args });
    page = await browser.newPage();
    page.context().on('request', (r) => requests.push(r.url()));
    await page.goto(`${origin}/`);
    await page.waitForSelector('html[data-ready]', { state: 'attached' });
  }, 120_000);

  afterAll(async () => {
    await browser?.close();
    server?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function ask(sample: string, inputs: object[], options: object, more: object = {}): Promise<Answer> {
    const names = readdirSync(join(SAMPLES, sample)).filter((f) => f.endsWith('.in.npy'));
    const files = names.map((f) => ({ name: f.replace('.in.npy', '.npy'), bytes: base64(join(sample, f)) }));
    const data = existsSync(join(SAMPLES, sample, 'model.data')) ? base64(join(sample, 'model.data')) : undefined;
    const request = { model: base64(join(sample, 'model.onnx')), data, files, inputs, options, ...more };
    const answer = await page.evaluate(async (r) => {
      const bytes = (text: string) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
      return window.ask({
        ...r,
        model: bytes(r.model),
        data: r.data && bytes(r.data),
        files: r.files.map((f) => ({ name: f.name, bytes: bytes(f.bytes) })),
      });
    }, request);
    expect((answer as Answer).error).toBeUndefined();
    return answer as Answer;
  }

  function expectClose(have: number[] | undefined, want: DenseTensor, tolerance: number): void {
    const numbers = toNumbers(want);
    expect(have?.length).toBe(numbers.length);
    numbers.forEach((v, i) => expect(Math.abs(have![i]! - v)).toBeLessThanOrEqual(tolerance * (1 + Math.abs(v))));
  }

  const image = [{ name: 'x', dtype: 'float', shape: [1, 3, 8, 8] }];

  it('runs on threads, profiles, and reads weights when they are asked for', async () => {
    const a = await ask('external', image, { provider: 'wasm', profile: true, threads: 2 });
    expectClose(a.outputs.y, arraysOf('external', 'out').get('y')!, 1e-5);
    expect(a).toMatchObject({ provider: 'wasm', providerNote: '', threads: 2 });
    expect(a.nodes.map((n) => n.op)).toContain('GlobalAveragePool');
    // All of w (4×3×3×3 floats), once, and nothing else: the bias is inside the model.
    expect(a.lazyBytes).toBe(432);
  });

  it('passes float16 through where the browser has Float16Array', async () => {
    const a = await ask('fp16', [{ name: 'x', dtype: 'float16', shape: [2, 4] }], { provider: 'wasm' });
    expectClose(a.outputs.y, arraysOf('fp16', 'out').get('y')!, 2e-3);
  });

  it('decodes pictures', async () => {
    const red = await page.evaluate(async () => {
      const canvas = new OffscreenCanvas(16, 8);
      const context = canvas.getContext('2d')!;
      context.fillStyle = '#ff0033';
      context.fillRect(0, 0, 16, 8);
      const bytes = new Uint8Array(await (await canvas.convertToBlob()).arrayBuffer());
      return btoa(String.fromCharCode(...bytes));
    });
    const a = await ask('conv', image, { provider: 'wasm' }, { files: [{ name: 'red.png', bytes: red }] });
    expect(a.inputs.x).toEqual([1, 1, 1, 1, 1, 1, 1, 1]);
  });

  it('runs on WebGPU, or says why not', async () => {
    const a = await ask('conv', image, { provider: 'webgpu' });
    expectClose(a.outputs.y, arraysOf('conv', 'out').get('y')!, 1e-5);
    if (a.provider === 'webgpu') expect(a.providerNote).toBe('');
    else expect(a.providerNote).toMatch(/WebGPU/);
    const tree = await ask('tree', [{ name: 'X', dtype: 'float', shape: ['N', 2] }], { provider: 'webgpu' });
    expect(tree.provider).toBe('wasm');
    expect(tree.providerNote).toMatch(/WebGPU/);
    expect(tree.outputs.label).toEqual([...toNumbers(arraysOf('tree', 'out').get('label')!)]);
  }, 60_000);

  it('asks nobody else for anything', () => {
    expect(requests.some((url) => url.endsWith('.wasm'))).toBe(true);
    expect(requests.filter((url) => !url.startsWith(origin))).toEqual([]);
  });
});
