/** Bundles TypeScript for Node, for benchmarks. */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { build } from 'vite';

/** Inside the project, so that the bundle finds its packages. */
const cache = resolve(import.meta.dirname, '../.cache');

/** Bundles `entry`, gives the path of the bundle to `use`, and removes it after that: it may load parts on demand. */
export async function withBundle(entry, use) {
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
    return await use(join(outDir, 'bench.mjs'));
  } finally {
    await rm(outDir, { recursive: true, force: true });
  }
}
