// Writes the pages of docs/support from the code's own tables; with `--check` fails where one is old.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'vite';

const MAKERS = ['standard', 'sklearn', 'classic', 'sparkml', 'layers'];
const check = process.argv.includes('--check');

const NOTE = '<!-- Written by `npm run support` from the tables of the code; do not edit. -->';

const server = await createServer({
  configFile: false,
  appType: 'custom',
  logLevel: 'error',
  server: { middlewareMode: true, hmr: false, ws: false },
});
const old = [];
for (const maker of MAKERS) {
  const { pages } = await import(`./support/${maker}.mjs`);
  for (const [path, text] of Object.entries(await pages((module) => server.ssrLoadModule(`/src/${module}`)))) {
    const page = `${NOTE}\n\n${text.trim()}\n`;
    if (!check) writeFileSync(path, page);
    else if (!existsSync(path) || readFileSync(path, 'utf8') !== page) old.push(path);
  }
}
await server.close();
if (old.length > 0) console.error(`Old: ${old.join(', ')}. Run npm run support.`);
process.exit(old.length > 0 ? 1 : 0);
