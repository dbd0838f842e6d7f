/**
 * Runs a benchmark written in TypeScript: `node bench/run.mjs core wire` bundles bench/core.bench.ts and
 * bench/wire.bench.ts and prints one JSON document with the median of every measurement. A path runs any other script.
 */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'vite';

/** Inside the project, so that the bundle finds its packages. */
const cache = resolve(import.meta.dirname, '../.cache');

/** Bundles one entry for Node and gives its module. */
async function load(entry) {
  await mkdir(cache, { recursive: true });
  const outDir = await mkdtemp(join(cache, 'bench-'));
  try {
    await build({
      configFile: false,
      logLevel: 'error',
      build: {
        ssr: entry,
        outDir,
        target: 'node20',
        minify: false,
        rollupOptions: { output: { entryFileNames: 'bench.mjs' } },
      },
    });
    return await import(pathToFileURL(join(outDir, 'bench.mjs')).href);
  } finally {
    await rm(outDir, { recursive: true, force: true });
  }
}

const names = process.argv.slice(2);
if (names.length === 0) {
  console.error('Usage: node bench/run.mjs NAME...   (bench/NAME.bench.ts)');
  process.exit(2);
}
const report = { node: process.version, cpu: (await import('node:os')).cpus()[0]?.model ?? '', results: {} };
for (const name of names) {
  const entry = existsSync(name) ? resolve(name) : resolve(import.meta.dirname, `${name}.bench.ts`);
  const { run } = await load(entry);
  report.results[name] = await run();
}
console.log(JSON.stringify(report, null, 2));
