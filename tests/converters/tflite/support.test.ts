import { expect, it } from 'vitest';
import { OPERATORS } from '../../../src/converters/tflite/schema.generated.ts';
import { loweringOf, REFUSED } from '../../../src/converters/tflite/lower/table.ts';

it('knows every builtin operator of the schema, to convert it or to say why not', () => {
  const named = OPERATORS.filter((op) => !['', 'CUSTOM', 'PLACEHOLDER_FOR_GREATER_OP_CODES'].includes(op));
  const unknown = named.filter((op) => loweringOf({ domain: 'tflite', op }) === null && !(op in REFUSED));
  expect(unknown).toEqual([]);
});
