/** Real input for an opened graph, and the frames that come of it. */

/** Asks the page through the protocol: Playwright's own scripts, which it puts into a page, cost as much as a small graph. */
export const asking =
  (cdp) =>
  async (expression, awaitPromise = false) =>
    (await cdp.send('Runtime.evaluate', { expression, awaitPromise, returnByValue: true })).result.value;

/** Gaps between frames while `act` sends input. */
export async function frames(page, cdp, act) {
  const ask = asking(cdp);
  await ask(`(() => { const t = (window.__t = []); window.__on = true;
    const f = (now) => { t.push(now); if (window.__on) requestAnimationFrame(f); }; requestAnimationFrame(f); })()`);
  await act();
  const times = await ask('(window.__on = false, window.__t)');
  const gaps = times
    .slice(1)
    .map((t, i) => t - times[i])
    .sort((a, b) => a - b);
  return {
    p95: Math.round(gaps[Math.floor(0.95 * gaps.length)] ?? 0),
    max: Math.round(gaps.at(-1) ?? 0),
    frames: gaps.length,
  };
}

export const drag = (page) => async () => {
  await page.mouse.move(700, 450);
  await page.mouse.down();
  for (let i = 0; i < 60; i++) {
    await page.mouse.move(700 + 3 * (i % 30), 450 - 6 * i);
    await page.waitForTimeout(16);
  }
  await page.mouse.up();
};

export const zoom = (page) => async () => {
  await page.mouse.move(700, 450);
  await page.keyboard.down('Control');
  for (let i = 0; i < 40; i++) {
    await page.mouse.wheel(0, i < 20 ? 40 : -40);
    await page.waitForTimeout(25);
  }
  await page.keyboard.up('Control');
};
