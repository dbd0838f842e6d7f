#!/usr/bin/env node
// `npm test`: checks, build, unit and sample tests, then the end-to-end tests in a real browser. Ends with one line of counts.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

const run = (command) => {
  console.log(`\n> ${command}`);
  return spawnSync(command, { shell: true, stdio: 'inherit' }).status === 0;
};

const results = { passed: 0, failed: 0, skipped: 0 };

function countVitest() {
  if (!existsSync('test-results/unit.json')) return;
  const r = JSON.parse(readFileSync('test-results/unit.json', 'utf8'));
  results.passed += r.numPassedTests;
  results.failed += r.numFailedTests;
  results.skipped += r.numPendingTests + r.numTodoTests;
}

function countPlaywright() {
  if (!existsSync('test-results/e2e.json')) return;
  const { stats } = JSON.parse(readFileSync('test-results/e2e.json', 'utf8'));
  results.passed += stats.expected;
  results.failed += stats.unexpected;
  results.skipped += stats.skipped;
}

const steps = [
  run('npm run --silent check'),
  run('npm run --silent build'),
  run('npx vitest run --reporter=default --reporter=json --outputFile.json=test-results/unit.json'),
];
countVitest();
if (steps.every(Boolean)) {
  steps.push(run('node scripts/ensure-browser.mjs'), run('npx playwright test'));
  countPlaywright();
} else console.error('\nThe end-to-end tests were not run: a step before them failed.');

console.log(`\n${results.passed} passed, ${results.failed} failed, ${results.skipped} skipped`);
process.exit(steps.every(Boolean) ? 0 : 1);
