/**
 * Runs a benchmark written in TypeScript: `node bench/run.mjs core wire` bundles bench/core.bench.ts and
 * bench/wire.bench.ts and prints one JSON document with the median of every measurement. A path runs any other script.
 */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { withBundle } from './bundle.mjs';

const runEntry = (entry) =>
  withBundle(entry, async (bundle) => {
    const { run } = await import(pathToFileURL(bundle).href);
    return await run();
  });

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
