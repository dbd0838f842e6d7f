/** Keras models with the framework's own outputs. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { openModel } from '../../../src/converters/open.ts';
import { kerasConverter } from '../../../src/converters/keras/index.ts';
import type { InputFile } from '../../../src/converters/converter.ts';
import type { Model } from '../../../src/graph-model/core/model.ts';
import { decodeTensor, toNumbers, type DenseTensor } from '../../../src/graph-model/core/tensor.ts';
import { bytesOf } from '../../../src/graph-model/core/bytes.ts';
import type { DType } from '../../../src/graph-model/core/types.ts';
import { quietJob } from '../../../src/graph-model/job.ts';
import type { Feeds } from '../../../src/runtime/types.ts';
import { inputFile, SHARED } from '../../support/onnx-samples.ts';
import { outputsOf } from '../../support/run-model.ts';

export const KERAS_SAMPLES = fileURLToPath(new URL('../../samples/keras/', import.meta.url));
export const KERAS_SHARED = `${SHARED}fixtures/keras/`;
export const hasKerasShared = existsSync(KERAS_SHARED);

interface TensorSpec {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly file: string;
  readonly values?: readonly string[];
}

export interface KerasCase {
  readonly folder: string;
  readonly files: readonly InputFile[];
  readonly expect: string;
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
  readonly rtol: number;
  readonly atol: number;
}

export function kerasCases(root: string): string[] {
  return readdirSync(root).filter((f) => existsSync(`${root}${f}/case.json`));
}

export function kerasCase(root: string, name: string): KerasCase {
  const folder = `${root}${name}/`;
  const about = JSON.parse(readFileSync(`${folder}case.json`, 'utf8'));
  const names = [about.model].flat() as string[];
  const files = names.map((f) => inputFile(f, new Uint8Array(readFileSync(folder + f))));
  const { expect, inputs = [], outputs = [], rtol = 1e-3, atol = 1e-4 } = about;
  return { folder, files, expect, inputs, outputs, rtol, atol };
}

export async function convert(files: readonly InputFile[], outputs?: readonly string[]): Promise<Model> {
  const { model } = await openModel(files, quietJob());
  return kerasConverter.toOnnx!(model, outputs ? { outputs } : {}, quietJob());
}

function load(folder: string, spec: TensorSpec): DenseTensor {
  if (spec.values) return { dtype: 'string', dims: spec.shape, values: spec.values.flat(9) as string[] };
  const dtype = (spec.dtype === 'float32' ? 'float' : spec.dtype === 'float64' ? 'double' : spec.dtype) as DType;
  const bytes = new Uint8Array(readFileSync(folder + spec.file));
  return decodeTensor({ dtype, dims: spec.shape, storage: 'raw_data', data: bytesOf(bytes) }, bytes);
}

/** One line for each output that differs from the framework's in shape or beyond the case's tolerance. */
export async function wrongOutputs(c: KerasCase, model: Model): Promise<string[]> {
  const inputs = model.graphs.at(model.main).inputs.map((v) => model.values.at(v));
  const feeds: Feeds = new Map(
    inputs.map((value, i) => {
      const spec = c.inputs.find((s) => s.name === value.name) ?? c.inputs[i]!;
      const dtype = value.type?.kind === 'tensor' ? value.type.dtype : 'float';
      return [value.name, like(load(c.folder, spec), dtype)];
    }),
  );
  const results = await outputsOf(model, feeds);
  const names = model.graphs.at(model.main).outputs.map((v) => model.values.at(v).name);
  return c.outputs.flatMap((spec, i) => {
    const name = names.includes(spec.name) ? spec.name : names[i]!;
    const got = results.get(name);
    return got && 'values' in got ? differing(spec.name, got, load(c.folder, spec), c) : [`${spec.name} is missing`];
  });
}

/** Keras 2.2 says float for the ids of an Embedding that the case gives as int32. */
function like(dense: DenseTensor, dtype: DType): DenseTensor {
  if (dense.dtype === dtype || dtype !== 'float') return dense;
  return { dtype, dims: dense.dims, values: Float32Array.from(toNumbers(dense)) };
}

function differing(name: string, got: DenseTensor, want: DenseTensor, c: KerasCase): string[] {
  if (got.dims.join() !== want.dims.join()) return [`${name}: shape ${got.dims.join('×')}, not ${want.dims.join('×')}`];
  const [a, b] = [toNumbers(got), toNumbers(want)];
  let worst = 0;
  for (let i = 0; i < a.length; i++) {
    const off = Math.abs(a[i]! - b[i]!) - c.atol - c.rtol * Math.abs(b[i]!);
    if (!(off <= 0) && !(Number.isNaN(a[i]!) && Number.isNaN(b[i]!))) worst = Math.max(worst, off, Number.MIN_VALUE);
  }
  return worst > 0 ? [`${name}: beyond its tolerance by ${worst}`] : [];
}
