/** The checker against the standard's own models: what is valid has no error. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { openModel } from '../../../src/converters/open.ts';
import { quietJob } from '../../../src/graph-model/job.ts';
import { analyse } from '../../../src/services/analyse.ts';
import { hasShared, inputFile, SHARED } from '../../support/onnx-samples.ts';

async function errorsOf(path: string): Promise<string[]> {
  const bytes = new Uint8Array(readFileSync(path));
  const { model } = await openModel([inputFile('model.onnx', bytes)], quietJob());
  const { problems } = await analyse(model);
  return problems.filter((p) => p.severity === 'error').map((p) => `${p.code}: ${p.message}`);
}

if (!hasShared) console.warn('The operator suite is not beside the project: its checks are skipped.');

describe.skipIf(!hasShared)('the operator suite (skipped where it is not beside the project)', () => {
  it('has no model with an error', async () => {
    const root = `${SHARED}onnx-suite/node/`;
    const wrong: string[] = [];
    for (const name of readdirSync(root)) {
      const path = `${root}${name}/model.onnx`;
      if (!existsSync(path)) continue;
      for (const error of await errorsOf(path)) wrong.push(`${name} ${error}`);
    }
    expect(wrong).toEqual([]);
  }, 60_000);
});
