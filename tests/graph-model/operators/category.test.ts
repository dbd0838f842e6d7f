import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { CATEGORIES, categoryOf } from '../../../src/graph-model/operators/category.ts';

test('operators have the kind a reader expects, in every domain', () => {
  expect(categoryOf('', 'Conv')).toBe('conv');
  expect(categoryOf('ai.onnx', 'Softmax')).toBe('activation');
  expect(categoryOf('ai.onnx.ml', 'TreeEnsembleClassifier')).toBe('classic');
  expect(categoryOf('com.microsoft', 'QLinearAdd')).toBe('quant');
  expect(categoryOf('com.microsoft', 'Conv')).toBe('unsupported');
  expect(categoryOf('aten', 'addmm')).toBe('conv');
  expect(categoryOf('aten', 'frobnicate')).toBe('unsupported');
  expect(CATEGORIES).toHaveLength(14);
});

const suite = '../shared/onnx-suite';
const files = ['operator-schemas.json', 'contrib-schemas.json'].map((f) => `${suite}/${f}`).filter(existsSync);
if (files.length === 0) console.warn('Skipped: every operator of the schemas has a kind (no ../shared here).');

test.skipIf(files.length === 0)('every operator of the schemas has a kind (needs ../shared)', () => {
  const missing: string[] = [];
  for (const file of files) {
    const { schemas } = JSON.parse(readFileSync(file, 'utf8')) as { schemas: { domain: string; name: string }[] };
    expect(schemas.length).toBeGreaterThan(50);
    for (const { domain, name } of schemas) {
      if (categoryOf(domain, name) === 'unsupported') missing.push(`${domain}.${name}`);
    }
  }
  expect(missing).toEqual([]);
});
