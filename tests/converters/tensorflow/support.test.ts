import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { REFUSED } from '../../../src/converters/tensorflow/lower/refused.ts';
import { FAMILIES } from '../../../src/converters/tensorflow/lower/table.ts';
import { supportPage } from '../../../src/converters/tensorflow/support-table.ts';

it('the page of supported operators is the one that the table makes', () => {
  const page = readFileSync(new URL('../../../docs/support/tensorflow.md', import.meta.url), 'utf8');
  expect(page).toBe(supportPage());
});

it('an operator stands in one family, and is not refused as well', () => {
  const names = FAMILIES.flatMap((f) => Object.keys(f.ops));
  expect(names.filter((n, i) => names.indexOf(n) !== i || REFUSED.has(n))).toEqual([]);
});
