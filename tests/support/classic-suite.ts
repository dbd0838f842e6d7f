/** What every classical format is held to: the framework's outputs, the laws of the model, and bearing damaged files. */
import { describe, expect, it } from 'vitest';
import { openModel } from '../../src/converters/open.ts';
import { converterOf } from '../../src/converters/registry.ts';
import { applyHead } from '../../src/graph-model/builders/heads.ts';
import { evaluateForest } from '../../src/graph-model/builders/forest-evaluate.ts';
import { forestOf } from '../../src/graph-model/builders/forest-attributes.ts';
import { headOf } from '../../src/graph-model/builders/dialect-model.ts';
import { checkModel } from '../../src/graph-model/check/check.ts';
import type { Model } from '../../src/graph-model/core/model.ts';
import { toNumbers } from '../../src/graph-model/core/tensor.ts';
import { brokenLaws } from '../../src/graph-model/core/validate.ts';
import { FormatError } from '../../src/graph-model/diagnostics.ts';
import { quietJob } from '../../src/graph-model/job.ts';
import { inferTypes } from '../../src/graph-model/operators/infer/inference.ts';
import { loadOperators } from '../../src/graph-model/operators/schemas.ts';
import {
  arrayOf,
  classicCases,
  close,
  convert,
  disagreements,
  fileOf,
  FIXTURES,
  hasFixtures,
  modelFile,
  primary,
  type ClassicCase,
} from './classic-cases.ts';
import { mutate } from './mutate.ts';

/** A case that may be refused passes with the reason. */
async function outcome(c: ClassicCase, opset?: number): Promise<string[]> {
  try {
    const { source, onnx } = await convert(c, opset === undefined ? {} : { opset });
    expect(brokenLaws(source)).toEqual([]);
    expect(brokenLaws(onnx)).toEqual([]);
    return await disagreements(c, onnx);
  } catch (error) {
    if (c.about.expect === 'convert-or-refuse' && error instanceof FormatError) return [];
    throw error;
  }
}

export function classicSuite(framework: string): void {
  const samples = classicCases(framework);
  describe(`${framework}: the converted model gives the framework's outputs on every row`, () => {
    it.each(samples.map((c) => [c.name, c] as const))('%s', async (_, c) => {
      expect(await outcome(c)).toEqual([]);
    });
    it.each(samples.map((c) => [c.name, c] as const))('%s at opset 21', async (_, c) => {
      expect(await outcome(c, 21)).toEqual([]);
    });
  });

  const isNew = (c: ClassicCase) => !samples.some((s) => s.name === c.name);
  const shared = classicCases(framework, FIXTURES).filter((c) => isNew(c) && !c.about.model.endsWith('.onnx'));
  if (!hasFixtures) console.warn(`${framework}: the full set of cases is not beside the project and is skipped`);
  describe.skipIf(!hasFixtures || shared.length === 0)(
    `${framework}: the full set (skipped where it is not beside the project)`,
    () => {
      it.each(shared.map((c) => [c.name, c] as const))('%s', async (_, c) => {
        expect(await outcome(c)).toEqual([]);
      });
    },
  );

  describe(`${framework}: as its own dialect`, () => {
    it.each(samples.map((c) => [c.name, c] as const))(
      '%s opens with typed ports and without problems',
      async (_, c) => {
        const { model } = await openModel([modelFile(c)], quietJob());
        expect(model.source.format).toBe(framework);
        const inference = inferTypes(model);
        const problems = [...checkModel(model, await loadOperators(), inference), ...inference.diagnostics];
        expect(problems.map((p) => p.message)).toEqual([]);
      },
    );
  });

  damagedSuite(framework, samples);
}

/** The evaluator's answer for each row, beside the framework's. */
export function evaluatorSuite(framework: string): void {
  const single = classicCases(framework).filter((c) => c.about.inputs.length === 1);
  describe(`${framework}: the direct evaluator gives the framework's outputs`, () => {
    it.each(single.map((c) => [c.name, c] as const))('%s', async (_, c) => {
      const { model } = await openModel([modelFile(c)], quietJob());
      expect(evaluated(c, model)).toEqual([]);
    });
  });
}

function evaluated(c: ClassicCase, model: Model): string[] {
  const [node] = [...model.nodes.values()];
  const forest = forestOf(node!);
  if (!forest) return [];
  const head = headOf(node!);
  const x = toNumbers(arrayOf(c, c.about.inputs[0]!));
  const spec = primary(c).find((o) => o.name !== 'label')!;
  const want = toNumbers(arrayOf(c, spec));
  const labels = c.about.outputs.find((o) => o.name === 'label');
  const wantLabels = labels ? Array.from(arrayOf(c, labels).values, String) : null;
  const width = want.length / c.about.inputs[0]!.shape[0]!;
  return Array.from({ length: c.about.inputs[0]!.shape[0]! }, (_, row) => {
    const { values, label } = applyHead(
      evaluateForest(forest, x.subarray(row * forest.columns, (row + 1) * forest.columns)),
      head,
    );
    const off = [...values].findIndex((v, k) => !close(v, want[row * width + k]!, c.about.rtol, c.about.atol));
    if (off >= 0) return `row ${row}: ${values[off]}, not ${want[row * width + off]}`;
    return wantLabels && String(label) !== wantLabels[row] ? `row ${row}: ${label}, not ${wantLabels[row]}` : '';
  }).filter(Boolean);
}

function damagedSuite(framework: string, samples: readonly ClassicCase[]): void {
  describe(`${framework}: damaged files`, () => {
    it('are read, or refused in one sentence', async () => {
      const entry = converterOf(framework)!;
      const converter = await entry.load();
      const small = [...samples].sort((a, b) => modelFile(a).blob.size - modelFile(b).blob.size).slice(0, 6);
      for (const c of small) {
        const bytes = new Uint8Array(await modelFile(c).blob.arrayBuffer());
        for (let seed = 0; seed < 25; seed++) {
          const file = fileOf(c.about.model, mutate(bytes, seed));
          const error = await converter
            .read(file, [file], quietJob())
            .then((m) => converter.toOnnx!(m, {}, quietJob()))
            .then(() => null)
            .catch((e: unknown) => e);
          if (error === null) continue;
          expect(error, `${c.name}, seed ${seed}: ${String((error as Error).stack)}`).toBeInstanceOf(FormatError);
          expect((error as Error).message).not.toMatch(/\n/);
          expect((error as Error).message.length).toBeLessThan(500);
        }
      }
    });

    it('that are cut off are refused', async () => {
      const c = samples[0]!;
      const bytes = new Uint8Array(await modelFile(c).blob.arrayBuffer());
      const file = fileOf(c.about.model, bytes.slice(0, Math.floor(bytes.length * 0.4)));
      const opened = openModel([file], quietJob());
      await expect(opened).rejects.toBeInstanceOf(FormatError);
    });
  });
}
