/** Saved models opened, converted, run with onnxruntime, and held to what Spark computed. Tolerance: each case's own. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { InputFile } from '../../../src/converters/converter.ts';
import { openModel } from '../../../src/converters/open.ts';
import { sparkmlConverter } from '../../../src/converters/sparkml/index.ts';
import type { Model } from '../../../src/graph-model/core/model.ts';
import { toNumbers, type DenseTensor } from '../../../src/graph-model/core/tensor.ts';
import { FormatError, type Diagnostic } from '../../../src/graph-model/diagnostics.ts';
import { quietJob } from '../../../src/graph-model/job.ts';
import { zipOf } from '../../support/make-zip.ts';
import { outputsOf } from '../../support/run-model.ts';

const SAMPLES = 'tests/samples/sparkml';
const SHARED = '../shared/fixtures/sparkml';

interface Column {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly file?: string;
  readonly values?: readonly string[];
  readonly role?: string;
}

interface Case {
  readonly inputs: readonly Column[];
  readonly outputs: readonly Column[];
  readonly rtol: number;
  readonly atol: number;
  readonly expect: string;
  readonly fragile_rows?: readonly number[];
}

function filesOf(folder: string, under = ''): InputFile[] {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((d) => d.isFile());
  return names.map((d) => {
    const path = join(d.parentPath, d.name);
    return inputFile(under + path.slice(folder.length + 1), readFileSync(path));
  });
}

function inputFile(path: string, bytes: Uint8Array): InputFile {
  return { name: basename(path), path, blob: new Blob([new Uint8Array(bytes)]) };
}

async function converted(files: readonly InputFile[], found: Diagnostic[] = []): Promise<Model> {
  const opened = await openModel(files, quietJob());
  expect(opened.converterId).toBe('sparkml');
  return sparkmlConverter.toOnnx!(opened.model, {}, quietJob(found));
}

function dense(folder: string, { dtype, shape, file, values }: Column): DenseTensor {
  if (values) return { dtype: 'string', dims: shape, values };
  const bytes = new Uint8Array(readFileSync(join(folder, file!))).buffer;
  if (dtype === 'float32') return { dtype: 'float', dims: shape, values: new Float32Array(bytes) };
  if (dtype === 'int64') return { dtype: 'int64', dims: shape, values: new BigInt64Array(bytes) };
  return { dtype: 'double', dims: shape, values: new Float64Array(bytes) };
}

async function holds(folder: string, spec: Case, model: Model): Promise<void> {
  const inputs = model.graphs.at(model.main).inputs.map((v) => model.values.at(v).name);
  expect(inputs.sort()).toEqual(spec.inputs.map((i) => i.name).sort());
  const outputs = await outputsOf(model, new Map(spec.inputs.map((i) => [i.name, dense(folder, i)])));
  const primary = spec.outputs.filter((o) => o.role !== 'extra');
  for (const [i, column] of primary.entries()) {
    const have = outputs.get(column.name) ?? [...outputs.values()][i]!;
    if ('opaque' in have) throw new Error(`${column.name} is no tensor`);
    const want = dense(folder, column);
    expect(have.values.length, column.name).toBe(want.values.length);
    if (column.values) expect(have.values).toEqual(column.values);
    else expect(wrongRows(toNumbers(have), toNumbers(want), want.dims, spec), column.name).toEqual([]);
  }
}

/** The direct evaluation gives what Spark gave, too; it names outputs as the converted model does. */
async function evaluates(folder: string, spec: Case, files: readonly InputFile[]): Promise<void> {
  const { model } = await openModel(files, quietJob());
  const reference = await sparkmlConverter.reference!(model, quietJob());
  if ('none' in reference) throw new Error(`there is no evaluation of ${reference.none}`);
  const made = reference.evaluate(new Map(spec.inputs.map((i) => [i.name, dense(folder, i)])));
  for (const [i, column] of spec.outputs.filter((o) => o.role !== 'extra').entries()) {
    const have = made.get(column.name) ?? [...made.values()][i]!;
    const want = dense(folder, column);
    expect(have.values.length, column.name).toBe(want.values.length);
    if (column.values) expect(have.values).toEqual(column.values);
    else expect(wrongRows(toNumbers(have), toNumbers(want), want.dims, spec), column.name).toEqual([]);
  }
}

function wrongRows(have: ArrayLike<number>, want: ArrayLike<number>, dims: readonly number[], spec: Case): number[] {
  const width = dims[1] ?? 1;
  const rows = new Set<number>();
  for (let i = 0; i < want.length; i++) {
    const [a, b] = [have[i]!, want[i]!];
    const same = Number.isNaN(b) ? Number.isNaN(a) : Math.abs(a - b) <= spec.atol + spec.rtol * Math.abs(b) || a === b;
    if (!same) rows.add(Math.floor(i / width));
  }
  return [...rows].filter((r) => !spec.fragile_rows?.includes(r));
}

function runs(root: string): void {
  for (const name of readdirSync(root)) {
    const folder = join(root, name);
    const spec = JSON.parse(readFileSync(join(folder, 'case.json'), 'utf8')) as Case;
    if (spec.expect === 'convert')
      it(name, async () => {
        const files = filesOf(join(folder, 'model'));
        await holds(folder, spec, await converted(files));
        await evaluates(folder, spec, files);
      });
  }
}

describe('saved models give what Spark gives', () => runs(SAMPLES));

const hasShared = existsSync(SHARED);
if (!hasShared) console.warn(`Skipped: ${SHARED} is not there; its cases are not run.`);
describe.skipIf(!hasShared)(`every case of ${SHARED} (skipped where it is not there)`, () => {
  if (hasShared) runs(SHARED);
});

const encoded = (json: object) => new TextEncoder().encode(JSON.stringify(json));

const model = (name: string) => filesOf(join(SAMPLES, name, 'model'));

async function complaint(work: () => Promise<unknown>): Promise<Diagnostic> {
  const error = await work().then(
    () => null,
    (e: unknown) => e,
  );
  expect(error).toBeInstanceOf(FormatError);
  return (error as FormatError).diagnostic;
}

describe('what is opened', () => {
  it('takes a zip with and without a top folder', async () => {
    for (const top of ['', 'model/']) {
      const specs = filesOf(join(SAMPLES, 'pipeline_strings_logreg', 'model'), top);
      const entries = await Promise.all(
        specs.map(async (f) => ({ path: f.path, bytes: new Uint8Array(await f.blob.arrayBuffer()) })),
      );
      const result = await converted([inputFile('model.zip', zipOf(entries, { deflate: true }))]);
      expect(result.graphs.at(result.main).outputs).toHaveLength(2);
    }
  });

  it('draws one node a stage, with columns as values', async () => {
    const { model: m } = await openModel(model('pipeline_strings_logreg'), quietJob());
    const nodes = m.graphs.at(m.main).order.map((id) => m.nodes.at(id));
    expect(nodes.map((n) => n.op)).toEqual([
      'StringIndexerModel',
      'OneHotEncoderModel',
      'VectorAssembler',
      'LogisticRegressionModel',
    ]);
    expect(nodes[2]!.inputs.map((v) => m.values.at(v!).name)).toEqual(['age', 'co', 'si']);
    expect(nodes.every((n) => n.domain === 'sparkml')).toBe(true);
  });
});

describe('what is refused', () => {
  it('passes over no SQL', async () => {
    const metadata = (folder: string, json: object) => inputFile(`${folder}metadata/part-00000`, encoded(json));
    const sql = {
      class: 'org.apache.spark.ml.feature.SQLTransformer',
      uid: 'sql',
      paramMap: { statement: 'SELECT 1' },
    };
    const norm = { inputCol: 'z', outputCol: 'out', p: 2 };
    const files = [
      metadata('', {
        class: 'org.apache.spark.ml.PipelineModel',
        timestamp: 1,
        sparkVersion: '3.5.6',
        uid: 'p',
        paramMap: { stageUids: ['sql', 'n'] },
      }),
      metadata('stages/0_sql/', sql),
      metadata('stages/1_n/', { class: 'org.apache.spark.ml.feature.Normalizer', uid: 'n', paramMap: norm }),
    ];
    expect((await complaint(() => converted(files))).message).toMatch(/SQLTransformer.*SQL/);
  });

  it('names the stage that hashes', async () => {
    const { code, message } = await complaint(() => converted(model('tokenizer_hashingtf_idf')));
    expect(code).toBe('sparkml.refused');
    expect(message).toMatch(/HashingTF.*MurmurHash3/);
  });

  it('asks for data that is not there', async () => {
    const metadata = model('pca').filter((f) => f.path.startsWith('metadata/'));
    const { code, message } = await complaint(() => converted(metadata));
    expect(code).toBe('sparkml.missing-part');
    expect(message).toContain('data');
  });

  it('says what is wrong with damaged data, and never hangs', async () => {
    const files = model('random_forest_classifier');
    const data = files.find((f) => f.path.startsWith('data/'))!;
    const bytes = new Uint8Array(await data.blob.arrayBuffer());
    for (let i = 0; i < 60; i++) {
      const broken = bytes.slice(0, i % 3 === 0 ? Math.floor((bytes.length * i) / 60) : bytes.length);
      for (let k = 0; k < 4; k++) broken[(i * 7919 + k * 104729) % broken.length] = (i * 31 + k * 17) & 255;
      const all = files.map((f) => (f === data ? inputFile(f.path, broken) : f));
      const error = await converted(all).then(
        () => null,
        (e: unknown) => e,
      );
      if (error !== null) expect(error).toBeInstanceOf(FormatError);
    }
  });

  it('reports where Spark would stop', async () => {
    const found: Diagnostic[] = [];
    await converted(model('onehot_encoder'), found);
    expect(found.map((d) => d.code)).toEqual(['sparkml.invalid-rows']);
  });
});
