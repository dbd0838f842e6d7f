#!/usr/bin/env node
// `npm ci` fails on a lock file that lacks an optional package of some platform. Lists such packages; must print none.
import { readFileSync } from 'node:fs';

const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8'));
const missing = [];
for (const [at, info] of Object.entries(packages)) {
  for (const name of Object.keys(info.optionalDependencies ?? {})) {
    if (!packages[`node_modules/${name}`] && !packages[`${at}/node_modules/${name}`])
      missing.push(`${name} (wanted by ${at})`);
  }
}
const hosts = Object.values(packages).filter((p) => p.resolved?.startsWith('http'));
for (const row of missing) console.error(`missing from the lock file: ${row}`);
if (hosts.length)
  console.error(`${hosts.length} packages name the host they came from; install with omit-lockfile-registry-resolved`);
process.exit(missing.length || hosts.length ? 1 : 0);
