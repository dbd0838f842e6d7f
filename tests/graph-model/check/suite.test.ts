/** The checker against the standard's own models: what is valid has no error. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { openModel } from '../../../src/converters/open.ts';
import { quietJob } from '../../../src/graph-model/job.ts';
import { analyse } from '../../../src/services/analyse.ts';
import { hasShared, inputFile, sample, SHARED } from '../../support/onnx-samples.ts';

async function errorsOf(path: string): Promise<string[]> {
  const bytes = new Uint8Array(readFileSync(path));
  const { model } = await openModel([inputFile('model.onnx', bytes)], quietJob());
  const { problems } = await analyse(model);
  return problems.filter((p) => p.severity === 'error').map((p) => `${p.code}: ${p.message}`);
}

if (!hasShared) console.warn('The operator suite is not beside the project: its checks are skipped.');

describe.skipIf(!hasShared)('the operator suite (skipped where it is not beside the project)', () => {
  it('has no fixture with an error where the fixture is valid', async () => {
    const root = `${SHARED}fixtures/onnx/`;
    const wrong: string[] = [];
    for (const name of readdirSync(root)) {
      if (!existsSync(`${root}${name}/case.json`)) continue;
      // IR version 3 with initializers that are no inputs: onnx.checker refuses these two as well.
      if (name === 'cnn_opset07' || name === 'cnn_opset08') continue;
      if (sample(name, root).expect !== 'convert' || statSync(root + name).size > 1e8) continue;
      const { files } = sample(name, root);
      const { model } = await openModel(files, quietJob());
      const { problems } = await analyse(model);
      for (const p of problems) if (p.severity === 'error') wrong.push(`${name} ${p.code}: ${p.message}`);
    }
    expect(wrong).toEqual([]);
  }, 60_000);

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
