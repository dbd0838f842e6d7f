// Finds the browser for the end-to-end tests: Playwright's own, else one that the system has.
import { existsSync } from 'node:fs';
import { chromium } from '@playwright/test';

const SYSTEM = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome-stable',
  '/usr/bin/google-chrome',
  '/snap/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:/Program Files/Google/Chrome/Application/chrome.exe',
];

/** The path of a Chromium, or null. CHROMIUM_PATH overrides. */
export function findBrowser() {
  const own = chromium.executablePath();
  return [process.env.CHROMIUM_PATH, own, ...SYSTEM].find((path) => path && existsSync(path)) ?? null;
}
