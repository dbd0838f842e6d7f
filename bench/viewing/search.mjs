/**
 * Types queries into the search field of an opened graph, as fast as a person does, and measures what that person waits for:
 * from the last key to the results, and to the frame that shows them; the long tasks on the way, which hold up the typing.
 */
import { asking } from './input.mjs';

/** One of each kind: words, operator, attribute, element type, shape, expression, an attribute's value, a name. */
const QUERIES = [
  'softmax',
  'op:MatMul',
  'to:1',
  'dtype:float32',
  'shape:768',
  '/layer_1.*gemm/',
  'attr:-1',
  'in:out_proj',
  'nothing is called so',
];
const KEY_MS = 80;
const FIELD = '.gp-filter input';

/** Notes the last input, the moment at which its results are in the page, the next frame, and long tasks. */
const WATCH = `(() => {
  const w = (window.__s = { input: 0, found: 0, frame: 0, tasks: [], wanted: '' });
  const chip = () => document.querySelector('.gw-search .mono')?.title;
  document.querySelector('${FIELD}').addEventListener('input', (e) => {
    w.input = e.timeStamp; w.found = 0; w.wanted = e.target.value.trim();
  }, true);
  new MutationObserver(() => {
    if (w.found || chip() !== w.wanted) return;
    w.found = performance.now();
    requestAnimationFrame(() => setTimeout(() => (w.frame = performance.now())));
  }).observe(document.body, { subtree: true, childList: true, attributes: true, characterData: true });
  new PerformanceObserver((list) => list.getEntries().forEach((t) => w.tasks.push(t.duration))).observe({ entryTypes: ['longtask'] });
})()`;

async function typed(page, ask, query) {
  await page.fill(FIELD, '');
  await page.waitForTimeout(1500);
  await ask('void (window.__s.tasks = [], window.__s.frame = 0)');
  await page.locator(FIELD).pressSequentially(query, { delay: KEY_MS });
  // Asked through the protocol: the page's policy forbids what Playwright waits with.
  while (!(await ask('window.__s.found > 0 && window.__s.frame > window.__s.input'))) await page.waitForTimeout(50);
  await page.waitForTimeout(300);
  const hits = await page.locator('.gw-search .gw-hits').textContent();
  const { input, found, frame, tasks } = await ask('window.__s');
  return {
    query,
    hits,
    resultsMs: Math.round(found - input),
    frameMs: Math.round(frame - input),
    longTasksMs: tasks.map(Math.round),
  };
}

export async function measureSearch(page, cdp) {
  const ask = asking(cdp);
  await page.locator(FIELD).click();
  await ask(WATCH);
  // The first search builds the index; it is measured by itself.
  const results = [await typed(page, ask, 'first')];
  for (const query of QUERIES) results.push(await typed(page, ask, query));
  return { search: results };
}
