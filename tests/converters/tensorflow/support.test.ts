import { expect, it } from 'vitest';
import { REFUSED } from '../../../src/converters/tensorflow/lower/refused.ts';
import { FAMILIES } from '../../../src/converters/tensorflow/lower/table.ts';

it('an operator stands in one family, and is not refused as well', () => {
  const names = FAMILIES.flatMap((f) => Object.keys(f.ops));
  expect(names.filter((n, i) => names.indexOf(n) !== i || REFUSED.has(n))).toEqual([]);
});
