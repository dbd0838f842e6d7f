/** Graphs of one or few operators with what TensorFlow itself made of them. */
import { readFileSync } from 'node:fs';
import { openModel } from '../../../src/converters/open.ts';
import { tensorflowConverter } from '../../../src/converters/tensorflow/index.ts';
import { bytesOf } from '../../../src/graph-model/core/bytes.ts';
import type { Model } from '../../../src/graph-model/core/model.ts';
import { decodeTensor, toNumbers, type DenseTensor } from '../../../src/graph-model/core/tensor.ts';
import type { DType } from '../../../src/graph-model/core/types.ts';
import { quietJob } from '../../../src/graph-model/job.ts';
import type { Feeds } from '../../../src/runtime/types.ts';
import { inputFile } from '../../support/onnx-samples.ts';
import { outputsOf } from '../../support/run-model.ts';

interface StoredTensor {
  readonly dtype: DType;
  readonly dims: readonly number[];
  /** Base64 of the elements. */
  readonly data?: string;
  readonly values?: readonly string[];
}

export interface OpCase {
  readonly name: string;
  /** Base64 of a GraphDef; its inputs are in0, in1 …, its outputs out0, out1 … */
  readonly graph: string;
  readonly inputs: readonly StoredTensor[];
  readonly outputs: readonly StoredTensor[];
  readonly tolerance?: number;
  readonly refused?: boolean;
}

export const OP_CASES: readonly OpCase[] = JSON.parse(
  readFileSync(new URL('../../samples/tensorflow/ops/cases.json', import.meta.url), 'utf8'),
) as OpCase[];

const bytes = (base64: string) => new Uint8Array(Buffer.from(base64, 'base64'));

function dense(t: StoredTensor): DenseTensor {
  if (t.values) return { dtype: 'string', dims: t.dims, values: t.values };
  const data = bytes(t.data!);
  return decodeTensor({ dtype: t.dtype, dims: t.dims, storage: 'raw_data', data: bytesOf(data) }, data);
}

export async function convertCase(c: OpCase): Promise<Model> {
  const { model } = await openModel([inputFile('case.pb', bytes(c.graph))], quietJob());
  return tensorflowConverter.toOnnx!(model, {}, quietJob());
}

const placeOf = (name: string) => Number(/^(?:in|out)(\d+)/.exec(name)?.[1] ?? -1);

/** One line for each output that differs from TensorFlow's in type, shape or beyond the case's tolerance. */
export async function wrongOutputs(c: OpCase, model: Model): Promise<string[]> {
  const main = model.graphs.at(model.main);
  const names = main.inputs.map((v) => model.values.at(v).name);
  const feeds: Feeds = new Map(names.map((name) => [name, dense(c.inputs[placeOf(name)]!)]));
  const results = await outputsOf(model, feeds);
  return c.outputs.flatMap((want, i) => {
    const got = [...results].find(([name]) => placeOf(name) === i)?.[1];
    return got && 'values' in got ? differing(`out${i}`, got, dense(want), c.tolerance) : [`out${i} is missing`];
  });
}

function differing(name: string, got: DenseTensor, want: DenseTensor, given: number | undefined): string[] {
  if (got.dtype !== want.dtype) return [`${name} is ${got.dtype}, not ${want.dtype}`];
  if (got.dims.join() !== want.dims.join()) return [`${name}: shape ${got.dims.join('×')}, not ${want.dims.join('×')}`];
  if (want.dtype === 'string') return String(got.values) === String(want.values) ? [] : [`${name}: other strings`];
  const tolerance = given ?? (want.dtype === 'float16' ? 2e-3 : /float|double/.test(want.dtype) ? 1e-4 : 0);
  const [a, b] = [toNumbers(got), toNumbers(want)];
  const bad = Array.from(a).findIndex((v, i) => !close(v, b[i]!, tolerance));
  return bad < 0 ? [] : [`${name}[${bad}] is ${a[bad]}, not ${b[bad]}`];
}

const close = (a: number, b: number, tolerance: number) =>
  a === b || (Number.isNaN(a) && Number.isNaN(b)) || Math.abs(a - b) <= tolerance + tolerance * Math.abs(b);
