import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { OPERATORS } from '../../../src/converters/tflite/schema.generated.ts';
import { loweringOf, REFUSED } from '../../../src/converters/tflite/lower/table.ts';
import { supportPage } from '../../../src/converters/tflite/support-table.ts';

it('the page of supported operators is the one that the table makes', () => {
  const page = readFileSync(new URL('../../../docs/support/tflite.md', import.meta.url), 'utf8');
  expect(page).toBe(supportPage());
});

it('knows every builtin operator of the schema, to convert it or to say why not', () => {
  const named = OPERATORS.filter((op) => !['', 'CUSTOM', 'PLACEHOLDER_FOR_GREATER_OP_CODES'].includes(op));
  const unknown = named.filter((op) => loweringOf({ domain: 'tflite', op }) === null && !(op in REFUSED));
  expect(unknown).toEqual([]);
});
