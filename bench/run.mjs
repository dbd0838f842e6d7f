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

/** Bundles one entry for Node and runs it; the bundle stays until then, for what it loads on demand. */
async function runEntry(entry) {
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
    const { run } = await import(pathToFileURL(join(outDir, 'bench.mjs')).href);
    return await run();
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
  report.results[name] = await runEntry(entry);
}
console.log(JSON.stringify(report, null, 2));
