import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const ROOT = new URL('../../../src/ui', import.meta.url).pathname;

/** Style sheets are loaded as panels open, in any order: a class that two of them describe looks now so, now so. */
it('a class is described by one style sheet', () => {
  const files = (readdirSync(ROOT, { recursive: true }) as string[]).filter((f) => f.endsWith('.css'));
  expect(files.length).toBeGreaterThan(20);
  const homes = new Map<string, Set<string>>();
  for (const file of files)
    for (const [, name] of readFileSync(join(ROOT, file), 'utf8').matchAll(/^\.([\w-]+)\s*[{,]/gm))
      homes.set(name!, (homes.get(name!) ?? new Set()).add(file));
  const shared = [...homes]
    .filter(([, where]) => where.size > 1)
    .map(([name, where]) => `${name}: ${[...where].join(', ')}`);
  expect(shared).toEqual([]);
});
