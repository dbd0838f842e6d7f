/** TensorFlow models with the framework's own outputs. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ConvertOptions, InputFile } from '../../../src/converters/converter.ts';
import { openModel } from '../../../src/converters/open.ts';
import { tensorflowConverter } from '../../../src/converters/tensorflow/index.ts';
import { bytesOf } from '../../../src/graph-model/core/bytes.ts';
import type { Model } from '../../../src/graph-model/core/model.ts';
import { decodeTensor, toNumbers, type DenseTensor } from '../../../src/graph-model/core/tensor.ts';
import type { DType } from '../../../src/graph-model/core/types.ts';
import { quietJob } from '../../../src/graph-model/job.ts';
import type { Feeds } from '../../../src/runtime/types.ts';
import { inputFile, SHARED } from '../../support/onnx-samples.ts';
import { outputsOf } from '../../support/run-model.ts';

export const TF_SAMPLES = fileURLToPath(new URL('../../samples/tensorflow/', import.meta.url));
export const TF_SHARED = `${SHARED}fixtures/tensorflow/`;
export const hasTfShared = existsSync(TF_SHARED);

interface TensorSpec {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly file: string;
  readonly values?: readonly string[];
}

export interface TfRun {
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
}

export interface TfCase extends TfRun {
  readonly folder: string;
  readonly files: readonly InputFile[];
  readonly expect: string;
  readonly options: ConvertOptions;
  readonly more: readonly TfRun[];
  readonly alternatives: readonly (TfRun & { readonly signature: string })[];
  readonly rtol: number;
  readonly atol: number;
}

export function tfCases(root: string): string[] {
  return readdirSync(root).filter((f) => existsSync(`${root}${f}/case.json`));
}

/** The files as they lie in a dropped folder, or loose. */
function filesOf(folder: string, model: string): InputFile[] {
  const read = (path: string) => new Uint8Array(readFileSync(path));
  if (!statSync(folder + model).isDirectory()) return [inputFile(model, read(folder + model))];
  const paths = readdirSync(folder + model, { recursive: true })
    .map(String)
    .sort();
  const real = paths.filter((p) => statSync(join(folder, model, p)).isFile());
  return real.map((p) => inputFile(p, read(join(folder, model, p))));
}

export function tfCase(root: string, name: string): TfCase {
  const folder = `${root}${name}/`;
  const about = JSON.parse(readFileSync(`${folder}case.json`, 'utf8'));
  const files = ([about.model].flat() as string[]).flatMap((m) => filesOf(folder, m));
  const { expect, inputs = [], outputs = [], rtol = 1e-3, atol = 1e-4, signature, alternatives = [] } = about;
  const options = { ...(signature ? { signature } : {}), outputs: about.outputs_requested ?? [] };
  return { folder, files, expect, inputs, outputs, rtol, atol, options, more: about.more_sets ?? [], alternatives };
}

export async function convert(files: readonly InputFile[], options: ConvertOptions = {}): Promise<Model> {
  const { model } = await openModel(files, quietJob());
  return tensorflowConverter.toOnnx!(model, options, quietJob());
}

const TYPES: Record<string, DType> = { float32: 'float', float64: 'double' };

function load(folder: string, spec: TensorSpec): DenseTensor {
  if (spec.values) return { dtype: 'string', dims: spec.shape, values: spec.values.flat(9) as string[] };
  const bytes = new Uint8Array(readFileSync(folder + spec.file));
  const dtype = TYPES[spec.dtype] ?? (spec.dtype as DType);
  return decodeTensor({ dtype, dims: spec.shape, storage: 'raw_data', data: bytesOf(bytes) }, bytes);
}

/** One line for each output that differs from the framework's in shape or beyond the case's tolerance. */
export async function wrongOutputs(c: TfCase, run: TfRun, model: Model): Promise<string[]> {
  const main = model.graphs.at(model.main);
  const names = main.inputs.map((v) => model.values.at(v).name);
  const feeds: Feeds = new Map(
    names.map((name, i) => [name, load(c.folder, run.inputs.find((s) => s.name === name) ?? run.inputs[i]!)]),
  );
  const results = await outputsOf(model, feeds);
  const made = main.outputs.map((v) => model.values.at(v).name);
  return run.outputs.flatMap((spec, i) => {
    // Outputs asked for by their tensor bear its name.
    const got = results.get(made.includes(spec.name) ? spec.name : made[i]!);
    return got && 'values' in got ? differing(spec.name, got, load(c.folder, spec), c) : [`${spec.name} is missing`];
  });
}

function differing(name: string, got: DenseTensor, want: DenseTensor, c: TfCase): string[] {
  if (got.dims.join() !== want.dims.join()) return [`${name}: shape ${got.dims.join('×')}, not ${want.dims.join('×')}`];
  if (want.dtype === 'string') return String(got.values) === String(want.values) ? [] : [`${name}: other strings`];
  const [a, b] = [toNumbers(got), toNumbers(want)];
  let worst = 0;
  for (let i = 0; i < a.length; i++) {
    const off = Math.abs(a[i]! - b[i]!) - c.atol - c.rtol * Math.abs(b[i]!);
    if (!(off <= 0) && !(Number.isNaN(a[i]!) && Number.isNaN(b[i]!))) worst = Math.max(worst, off, Number.MIN_VALUE);
  }
  return worst > 0 ? [`${name}: beyond its tolerance by ${worst}`] : [];
}
