/**
 * What the page's own script does in a frame of panning and zooming, near and with the whole graph in view: milliseconds a
 * frame by function, from the sampling profiler. All groups are opened first, so that every node is drawn by itself.
 */
import { asking, drag, frames, zoom } from './input.mjs';

const SAMPLE_MICROSECONDS = 200;
const NOT_SCRIPT = new Set(['(idle)', '(program)', '(root)']);

/** Self time by function in milliseconds, the page's scripts and garbage collection only. */
function selfTimes({ nodes, samples, timeDeltas }) {
  const names = new Map(nodes.map((n) => [n.id, n.callFrame.functionName || '(anonymous)']));
  const times = new Map();
  samples.forEach((id, i) => {
    const name = names.get(id);
    // A sample that came late says that the profiler waited, not that the function ran so long.
    const time = Math.min(timeDeltas[i + 1] ?? 0, 10 * SAMPLE_MICROSECONDS) / 1000;
    if (!NOT_SCRIPT.has(name)) times.set(name, (times.get(name) ?? 0) + time);
  });
  return times;
}

const round = (ms) => Math.round(1000 * ms) / 1000;

async function profiled(page, cdp, act) {
  await cdp.send('Profiler.start');
  const gaps = await frames(page, cdp, act);
  const times = selfTimes((await cdp.send('Profiler.stop')).profile);
  const sum = [...times.values()].reduce((a, b) => a + b, 0);
  const most = [...times].sort((a, b) => b[1] - a[1]).slice(0, 8);
  return {
    ...gaps,
    scriptMsPerFrame: round(sum / gaps.frames),
    most: Object.fromEntries(most.map(([name, ms]) => [name, round(ms / gaps.frames)])),
  };
}

/** Runs a command of the palette, by its label. */
async function command(page, label) {
  await page.keyboard.press('Control+k');
  await page.keyboard.type(label);
  await page.waitForTimeout(500);
  await page.keyboard.press('Enter');
  await page.waitForTimeout(1000);
}

/** How many nodes are drawn, once that has been the same for some seconds. */
async function drawnNodes(page, cdp) {
  const label = `document.querySelector('[role=application]').getAttribute('aria-label')`;
  let [count, since] = [-1, 0];
  while (since < 4) {
    await page.waitForTimeout(1000);
    const now = Number((await asking(cdp)(label)).replace(/\D/g, ''));
    since = now === count ? since + 1 : 0;
    count = now;
  }
  return count;
}

export async function profileFrames(page, cdp) {
  await cdp.send('Profiler.enable');
  await cdp.send('Profiler.setSamplingInterval', { interval: SAMPLE_MICROSECONDS });
  await command(page, 'Expand all');
  const nodes = await drawnNodes(page, cdp);
  await command(page, 'Actual size');
  // The first moves compile what they use; they are not what a frame costs.
  await drag(page)();
  await zoom(page)();
  const near = { drag: await profiled(page, cdp, drag(page)), zoom: await profiled(page, cdp, zoom(page)) };
  await command(page, 'Show the whole graph');
  await drag(page)();
  const whole = { drag: await profiled(page, cdp, drag(page)), zoom: await profiled(page, cdp, zoom(page)) };
  return { nodes, near, whole };
}
