/** Exported models whose weights are not stored but made from seeds, the same on every machine (see their case.json). */
import { readFileSync } from 'node:fs';
import { openModel } from '../../src/converters/open.ts';
import type { InputFile } from '../../src/converters/converter.ts';
import type { Model } from '../../src/graph-model/core/model.ts';
import { elementArray, elementCount, type DenseTensor } from '../../src/graph-model/core/tensor.ts';
import type { DType } from '../../src/graph-model/core/types.ts';
import { quietJob } from '../../src/graph-model/job.ts';
import type { Feeds } from '../../src/runtime/types.ts';

interface Range {
  readonly seed: number;
  readonly min: number;
  readonly max: number;
}
interface Case {
  readonly weights: readonly (Range & { readonly offset: number; readonly count: number })[];
  readonly inputs: readonly (Range & {
    readonly name: string;
    readonly dtype: string;
    readonly shape: readonly number[];
  })[];
}

/** mulberry32: a 32-bit seeded generator of uniform numbers in [0, 1). */
function generator(seed: number): () => number {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = a;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** The model at `path` (`NAME.onnx` in its own words, for its weights are in `NAME.weights.bin`) and inputs to run it on. */
export async function exportedModel(
  path: string,
  casePath: string,
  name: string,
): Promise<{ model: Model; feeds: Feeds }> {
  const described = JSON.parse(readFileSync(casePath, 'utf8')) as Case;
  const file = (fileName: string, bytes: Uint8Array): InputFile => ({
    name: fileName,
    path: fileName,
    blob: new Blob([bytes as Uint8Array<ArrayBuffer>]),
  });
  const files = [
    file(`${name}.onnx`, new Uint8Array(readFileSync(path))),
    file(`${name}.weights.bin`, weightBytes(described)),
  ];
  const { model } = await openModel(files, quietJob());
  return { model, feeds: new Map(described.inputs.map((i) => [i.name, inputOf(i)])) };
}

function weightBytes({ weights }: Case): Uint8Array {
  const bytes = new Uint8Array(Math.max(0, ...weights.map((w) => w.offset + 4 * w.count)));
  for (const w of weights) {
    const next = generator(w.seed);
    const data = new Float32Array(w.count);
    for (let i = 0; i < w.count; i++) data[i] = w.min + (w.max - w.min) * next();
    bytes.set(new Uint8Array(data.buffer), w.offset);
  }
  return bytes;
}

const DTYPES: Readonly<Record<string, DType>> = { float32: 'float', float64: 'double' };

function inputOf(input: Case['inputs'][number]): DenseTensor {
  const dtype = DTYPES[input.dtype] ?? (input.dtype as DType);
  const count = elementCount(input.shape);
  const values = elementArray(dtype, count) as { [i: number]: number | bigint };
  const next = generator(input.seed);
  const integer = /int|bool/.test(input.dtype);
  for (let i = 0; i < count; i++) {
    const v = input.min + (input.max - input.min + (integer ? 1 : 0)) * next();
    values[i] = dtype === 'int64' ? BigInt(Math.floor(v)) : integer ? Math.floor(v) : v;
  }
  return { dtype, dims: input.shape, values: values as unknown as Float32Array };
}
