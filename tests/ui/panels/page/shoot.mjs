// Takes pictures of the panels: node tests/ui/panels/page/shoot.mjs OUT_DIR "name=query" …
import { chromium } from 'playwright-core';
import { createServer } from 'vite';

const [out, ...shots] = process.argv.slice(2);
const server = await createServer({
  configFile: 'vite.config.ts',
  logLevel: 'error',
  server: { port: 0, fs: { strict: false } },
});
await server.listen();
const base = server.resolvedUrls.local[0];
async function axe(page, name) {
  await page.addScriptTag({ path: 'node_modules/axe-core/axe.min.js' });
  const { violations } = await page.evaluate(() =>
    globalThis.axe.run({
      rules: {
        region: { enabled: false },
        'page-has-heading-one': { enabled: false },
        'landmark-one-main': { enabled: false },
      },
    }),
  );
  for (const v of violations)
    console.log(
      name,
      v.id,
      v.impact,
      v.nodes
        .slice(0, 3)
        .map((n) => n.html.slice(0, 160) + ' | ' + n.failureSummary.split('\n')[1])
        .join('\n    '),
    );
}
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
for (const shot of shots) {
  const [name, query] = shot.split(/=(.*)/s);
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  page.on('pageerror', (e) => console.log(name, 'error:', e.message));
  page.on('console', (m) => m.type() === 'error' && console.log(name, 'console:', m.text().slice(0, 300)));
  await page.goto(`${base}tests/ui/panels/page/index.html?${query}`);
  await page.waitForSelector('html[data-ready]', { timeout: 60000 }).catch((e) => console.log(name, e.message));
  await page.waitForTimeout(700);
  if (process.env.AXE) await axe(page, name);
  await page.screenshot({ path: `${out}/${name}.png` });
  await page.close();
}
await browser.close();
await server.close();
