import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { typeLabel } from '../../../src/graph-model/core/types.ts';
import { inferTypes } from '../../../src/graph-model/operators/infer/inference.ts';
import { SHARED } from '../../support/onnx-samples.ts';
import { agrees, readModel, withoutTypes } from '../../support/infer-model.ts';

const SAMPLES = fileURLToPath(new URL('../../samples/onnx-suite/', import.meta.url));
const FULL = `${SHARED}onnx-suite/node/`;
const hasFull = existsSync(FULL);
if (!hasFull) console.warn('The full set of ONNX operator tests is not here: only the samples are tested.');

/** One line for each case whose outputs are inferred otherwise than declared. Lengths that depend on data may be names. */
async function failures(root: string): Promise<{ cases: number; wrong: string[] }> {
  const names = readdirSync(root).filter((n) => existsSync(join(root, n, 'model.onnx')));
  const wrong: string[] = [];
  for (const name of names) {
    const model = await readModel(join(root, name, 'model.onnx'));
    const inference = inferTypes(withoutTypes(model));
    for (const id of model.graphs.at(model.main).outputs) {
      const [want, have] = [model.values.at(id).type, inference.typeOf(id)];
      if (!agrees(want, have, true)) wrong.push(`${name}: declared ${typeLabel(want)}, inferred ${typeLabel(have)}`);
    }
    const told = inferTypes(model).diagnostics.filter((d) => d.severity !== 'info');
    if (told.length > 0) wrong.push(`${name}: ${told[0]!.message}`);
  }
  return { cases: names.length, wrong };
}

describe('outputs inferred from inputs alone', () => {
  it('are as declared in the sample of the ONNX operator tests', async () => {
    const { cases, wrong } = await failures(SAMPLES);
    expect(cases).toBeGreaterThan(150);
    expect(wrong).toEqual([]);
  });

  it.skipIf(!hasFull)('are as declared in all ONNX operator tests (skipped without the shared data set)', async () => {
    const { cases, wrong } = await failures(FULL);
    expect(cases).toBeGreaterThan(1400);
    expect(wrong).toEqual([]);
  });
});

describe('real models without declarations', () => {
  const folders = [`${SHARED}models/`, `${SHARED}onnx-suite/light/`, `${SHARED}graphs/`].filter((f) => existsSync(f));

  it.skipIf(folders.length === 0)('are typed whole (skipped without the shared data set)', async () => {
    const unknown: string[] = [];
    for (const folder of folders) {
      for (const file of readdirSync(folder).filter((f) => f.endsWith('.onnx'))) {
        const inference = inferTypes(withoutTypes(await readModel(folder + file)));
        const share = inference.share();
        if (share.unknown > 0) unknown.push(`${file}: ${share.unknown} of ${share.values}`);
        const errors = inference.diagnostics.filter((d) => d.severity === 'error');
        if (errors.length > 0) unknown.push(`${file}: ${errors[0]!.message}`);
      }
    }
    expect(unknown).toEqual([]);
  });
});
