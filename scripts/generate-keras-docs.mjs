/** Writes docs/support/keras.md from the table of lowerings. `--check` fails where the file is old. */
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'vite';

const OUT = new URL('../docs/support/keras.md', import.meta.url);
const server = await createServer({
  server: { middlewareMode: true, hmr: false, ws: false },
  appType: 'custom',
  logLevel: 'error',
  optimizeDeps: { noDiscovery: true },
});
const { supportPage } = await server.ssrLoadModule('/src/converters/keras/support-table.ts');
const page = supportPage();
await server.close();
if (!process.argv.includes('--check')) writeFileSync(OUT, page);
else if (readFileSync(OUT, 'utf8') !== page) {
  console.error('docs/support/keras.md is old: run node scripts/generate-keras-docs.mjs');
  process.exit(1);
}
