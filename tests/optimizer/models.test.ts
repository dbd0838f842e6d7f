/** Exported models: node counts at or below the best peer's, and the same outputs. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { brokenLaws } from '../../src/graph-model/core/validate.ts';
import { quietJob } from '../../src/graph-model/job.ts';
import { passHost } from '../../src/optimizer/host.ts';
import { runPlan } from '../../src/optimizer/plan.ts';
import { findPreset } from '../../src/optimizer/presets.ts';
import { compareOutputs } from '../../src/runtime/compare.ts';
import { exportedModel } from '../support/exported-model.ts';
import { evaluate, outputsOf } from '../support/run-model.ts';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

async function simplified(path: string, casePath: string, name: string, most: number) {
  const { model, feeds } = await exportedModel(path, casePath, name);
  const { after } = await runPlan(model, findPreset('simplify')!.plan, passHost(evaluate), quietJob());
  expect(brokenLaws(after)).toEqual([]);
  expect(after.graphs.at(after.main).order.length).toBeLessThanOrEqual(most);
  const found = compareOutputs(await outputsOf(model, feeds), await outputsOf(after, feeds));
  expect(found.length).toBeGreaterThan(0);
  expect(found.filter((d) => d.verdict === 'differs' || d.verdict === 'not comparable')).toEqual([]);
}

describe('exported models', () => {
  it.each([
    ['lstm.ts', 12],
    ['unet.ts', 86],
  ])('%s has at most %i nodes and the same outputs', async (name, most) => {
    const folder = here(`../samples/optimizer/${name}/`);
    await simplified(`${folder}model.onnx`, `${folder}case.json`, name, most);
  });
});

const SET = here('../../../shared/models/');
const present = existsSync(SET);
if (!present) console.warn('The set of exported models is not beside the checkout: its tests are skipped.');

describe.skipIf(!present)('exported models of the full set (skipped where it is not beside the checkout)', () => {
  it.each([
    ['lstm.dyn', 12],
    ['llama_like.ts', 310],
    ['whisper_tiny_enc.ts', 167],
    ['sk_scale_pca_mlp.sk', 19],
  ])('%s has at most %i nodes, the best peer has as many', async (name, most) => {
    await simplified(`${SET}${name}.onnx`, `${SET}${name}.json`, name, most);
  });
});
