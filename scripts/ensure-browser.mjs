#!/usr/bin/env node
// Installs a Chromium for the end-to-end tests where there is none: Debian's own package first, else Playwright's build.
import { execSync } from 'node:child_process';
import { findBrowser } from './browser.mjs';

const quiet = (command) => {
  try {
    execSync(command, { stdio: ['ignore', 'ignore', 'inherit'] });
    return true;
  } catch {
    return false;
  }
};

if (!findBrowser()) {
  const root = process.getuid?.() === 0 ? '' : 'sudo -n ';
  console.log('No Chromium found: installing one for the tests.');
  if (!(
    quiet('command -v apt-get') &&
    quiet(`${root}apt-get update -qq`) &&
    quiet(`${root}apt-get install -y -qq --no-install-recommends chromium fonts-liberation fonts-dejavu-core`)
  )) {
    quiet('npx playwright install chromium');
  }
}
const found = findBrowser();
if (!found) {
  console.error(
    'The tests need Chromium: run `sudo apt-get install chromium` or `npx playwright install chromium`, or set CHROMIUM_PATH.',
  );
  process.exit(1);
}
console.log(`Browser for the tests: ${found}`);
