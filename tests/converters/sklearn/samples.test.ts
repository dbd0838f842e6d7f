/** Whole files of scikit-learn, converted and run: every output as scikit-learn computed it, every row. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { BytesBlob } from '../../../src/converters/containers/bytes-blob.ts';
import type { InputFile } from '../../../src/converters/converter.ts';
import { openModel } from '../../../src/converters/open.ts';
import { FOREIGN } from '../../../src/converters/estimators.ts';
import { sklearnConverter } from '../../../src/converters/sklearn/index.ts';
import type { DenseTensor } from '../../../src/graph-model/core/tensor.ts';
import { quietJob } from '../../../src/graph-model/job.ts';
import { parseModel } from '../../../src/graph-model/text/parse.ts';
import { printModel } from '../../../src/graph-model/text/print.ts';
import type { Feeds } from '../../../src/runtime/types.ts';
import { outputsOf } from '../../support/run-model.ts';

interface Spec {
  readonly name: string;
  readonly dtype: 'float32' | 'float64' | 'int64' | 'string';
  readonly shape: readonly number[];
  readonly file?: string;
  readonly values?: readonly string[];
  readonly role?: string;
}
interface Case {
  readonly model: string;
  readonly inputs: readonly Spec[];
  readonly outputs: readonly Spec[];
  readonly rtol: number;
  readonly atol: number;
  readonly expect: 'convert' | 'refuse';
  readonly fragile_rows?: readonly number[];
}

const SAMPLES = 'tests/samples/sklearn';
const read = (path: string) => new Uint8Array(readFileSync(path));
const caseOf = (folder: string) => JSON.parse(readFileSync(`${folder}/case.json`, 'utf8')) as Case;
const fileOf = (folder: string, name: string): InputFile => ({
  name,
  path: name,
  blob: new BytesBlob(read(`${folder}/${name}`)),
});

function elements(folder: string, s: Spec): readonly (number | string)[] {
  if (s.values) return s.values;
  const { buffer } = read(`${folder}/${s.file!}`);
  if (s.dtype === 'int64') return Array.from(new BigInt64Array(buffer), Number);
  return Array.from(s.dtype === 'float32' ? new Float32Array(buffer) : new Float64Array(buffer));
}

function feed(folder: string, s: Spec): DenseTensor {
  const values = elements(folder, s);
  if (s.dtype === 'string') return { dtype: 'string', dims: s.shape, values: values as string[] };
  return { dtype: 'float', dims: s.shape, values: Float32Array.from(values as number[]) };
}

async function convertAndRun(folder: string, c: Case): Promise<Map<string, DenseTensor>> {
  const opened = await openModel([fileOf(folder, c.model)], quietJob());
  expect(opened.converterId).toBe('sklearn');
  const model = await sklearnConverter(FOREIGN).toOnnx!(opened.model, {}, quietJob());
  const inputs = model.graphs.at(model.main).inputs.map((id) => model.values.at(id).name);
  const feeds: Feeds = new Map(
    c.inputs.map((s, i) => [inputs.includes(s.name) ? s.name : inputs[i]!, feed(folder, s)]),
  );
  return (await outputsOf(model, feeds)) as Map<string, DenseTensor>;
}

function expectEqual(got: DenseTensor, want: readonly (number | string)[], s: Spec, c: Case): void {
  expect(got.values.length).toBe(want.length);
  const perRow = want.length / s.shape[0]!;
  const fragile = new Set(c.fragile_rows ?? []);
  want.forEach((w, i) => {
    if (fragile.has(Math.floor(i / perRow))) return;
    const g = got.values[i]!;
    if (typeof w === 'string' || s.dtype === 'int64') expect(String(g), `${s.name} ${i}`).toBe(String(w));
    else if (Number.isNaN(w)) expect(Number(g)).toBeNaN();
    else
      expect(Math.abs(Number(g) - w), `${s.name} ${i}: ${g} for ${w}`).toBeLessThanOrEqual(
        c.atol + c.rtol * Math.abs(w),
      );
  });
}

async function check(folder: string): Promise<void> {
  const c = caseOf(folder);
  if (c.expect === 'refuse') {
    await expect(convertAndRun(folder, c)).rejects.toThrow(/^The file .+[.]$/);
    return;
  }
  const outputs = await convertAndRun(folder, c);
  for (const s of c.outputs.filter((o) => o.role !== 'extra')) {
    const got = outputs.get(s.name);
    expect(got, s.name).toBeDefined();
    expectEqual(got!, elements(folder, s), s, c);
  }
}

describe('samples of scikit-learn', () => {
  for (const name of readdirSync(SAMPLES)) test(name, () => check(`${SAMPLES}/${name}`), 30_000);
});

const ALL = '../shared/fixtures/sklearn';
describe.skipIf(!existsSync(ALL))('all fixtures of scikit-learn (skipped where the data set is absent)', () => {
  for (const name of existsSync(ALL) ? readdirSync(ALL) : []) test(name, () => check(`${ALL}/${name}`), 30_000);
});
if (!existsSync(ALL)) console.warn(`${ALL} is absent: only the samples were tested`);

test('a pipeline is drawn as its steps, a column transformer with its branches', async () => {
  const folder = `${SAMPLES}/column_transformer_pipeline_logreg`;
  const { model } = await openModel([fileOf(folder, caseOf(folder).model)], quietJob());
  const ops = model.graphs.at(model.main).order.map((id) => model.nodes.at(id));
  expect(ops.map((n) => n.op)).toEqual(['Columns', 'ColumnTransformer', 'LogisticRegression']);
  expect([...model.graphs.values()].map((g) => g.name)).toContain('Pipeline');
  expect(ops[2]!.attributes.get('coef_')?.kind).toBe('tensor');
});

test('what was converted prints and parses as ONNX text', async () => {
  const folder = `${SAMPLES}/gaussian_nb`;
  const { model } = await openModel([fileOf(folder, caseOf(folder).model)], quietJob());
  const onnx = await sklearnConverter(FOREIGN).toOnnx!(model, {}, quietJob());
  expect(parseModel(printModel(onnx)).nodes.size).toBe(onnx.nodes.size);
});
