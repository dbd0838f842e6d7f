import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { supportPage } from '../../../src/converters/keras/support-table.ts';

it('the page of supported layers is the one that the table makes', () => {
  const page = readFileSync(new URL('../../../docs/support/keras.md', import.meta.url), 'utf8');
  expect(page).toBe(supportPage());
});
