/** Every model that the ONNX reader reads must come back from its own text. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readOnnx } from '../../../src/converters/onnx/read.ts';
import type { Model } from '../../../src/graph-model/core/model.ts';
import { FormatError } from '../../../src/graph-model/diagnostics.ts';
import { quietJob } from '../../../src/graph-model/job.ts';
import { parseModel } from '../../../src/graph-model/text/parse.ts';
import { printModel } from '../../../src/graph-model/text/print.ts';
import { withWeights } from '../../../src/graph-model/text/weights.ts';
import { plainModel } from '../../support/plain-model.ts';

const SHARED = resolve(import.meta.dirname, '../../../../shared');

function modelsIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .map((name) => join(folder, name, 'model.onnx'))
    .filter((file) => existsSync(file));
}

async function load(file: string): Promise<Model | null> {
  const blob = new Blob([readFileSync(file)]);
  try {
    return await readOnnx({ name: 'model.onnx', path: 'model.onnx', blob }, [], quietJob());
  } catch (e) {
    if (e instanceof FormatError) return null;
    throw e;
  }
}

async function checkFiles(files: readonly string[]): Promise<number> {
  let checked = 0;
  for (const file of files) {
    const model = await load(file);
    if (model === null) continue;
    const whole = await withWeights(model, 1 << 20);
    const again = parseModel(printModel(whole));
    expect(plainModel(again, { withoutUnread: true }), file).toEqual(plainModel(whole, { withoutUnread: true }));
    checked++;
  }
  return checked;
}

const node = modelsIn(join(SHARED, 'onnx-suite/node'));
const fixtures = modelsIn(join(SHARED, 'fixtures/onnx'));
if (node.length === 0) console.warn('Skipped: the ONNX node suite is not here (../shared/onnx-suite/node).');

describe.skipIf(node.length === 0)('the whole ONNX node suite (skipped without ../shared)', () => {
  it('comes back from its text', async () => {
    expect(await checkFiles(node)).toBeGreaterThan(1400);
  }, 60_000);
});

describe.skipIf(fixtures.length === 0)('the ONNX fixtures (skipped without ../shared)', () => {
  it('come back from their text', async () => {
    expect(await checkFiles(fixtures)).toBeGreaterThan(20);
  }, 60_000);
});
