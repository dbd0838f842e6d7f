/** Cases of classical models: the framework's own file, inputs and outputs. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { BytesBlob } from '../../src/converters/containers/bytes-blob.ts';
import { openModel } from '../../src/converters/open.ts';
import type { ConvertOptions, InputFile } from '../../src/converters/converter.ts';
import type { Model } from '../../src/graph-model/core/model.ts';
import { toNumbers, type DenseTensor, type Elements } from '../../src/graph-model/core/tensor.ts';
import type { DType } from '../../src/graph-model/core/types.ts';
import { quietJob } from '../../src/graph-model/job.ts';
import { toOnnx } from '../../src/services/convert.ts';
import { outputsOf } from './run-model.ts';

interface ArraySpec {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly file?: string;
  readonly values?: readonly string[];
  readonly role?: string;
}

export interface ClassicCase {
  readonly name: string;
  readonly folder: string;
  readonly about: {
    readonly model: string;
    readonly inputs: readonly ArraySpec[];
    readonly outputs: readonly ArraySpec[];
    readonly rtol: number;
    readonly atol: number;
    readonly expect: string;
  };
}

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));
/** The whole set beside the project, which a fresh clone lacks. */
export const FIXTURES = path('../../../shared/fixtures/');
export const hasFixtures = existsSync(FIXTURES);

export function classicCases(framework: string, root = path('../samples/')): ClassicCase[] {
  const folder = `${root}${framework}/`;
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder).filter((n) => existsSync(`${folder}${n}/case.json`));
  return names.map((name) => ({
    name,
    folder: `${folder}${name}/`,
    about: JSON.parse(readFileSync(`${folder}${name}/case.json`, 'utf8')),
  }));
}

export function modelFile({ folder, about }: ClassicCase): InputFile {
  return fileOf(about.model, new Uint8Array(readFileSync(folder + about.model)));
}

export function fileOf(name: string, bytes: Uint8Array): InputFile {
  return { name, path: name, blob: new BytesBlob(bytes) };
}

const DTYPES: Readonly<Record<string, [DType, (b: ArrayBuffer) => Elements]>> = {
  float32: ['float', (b) => new Float32Array(b)],
  float64: ['double', (b) => new Float64Array(b)],
  int64: ['int64', (b) => new BigInt64Array(b)],
};

export function arrayOf(c: ClassicCase, spec: ArraySpec): DenseTensor {
  if (spec.values) return { dtype: 'string', dims: spec.shape, values: spec.values };
  const [dtype, make] = DTYPES[spec.dtype]!;
  return { dtype, dims: spec.shape, values: make(new Uint8Array(readFileSync(c.folder + spec.file)).buffer) };
}

export const primary = (c: ClassicCase) => c.about.outputs.filter((o) => (o.role ?? 'primary') === 'primary');

export async function convert(c: ClassicCase, options: ConvertOptions = {}): Promise<{ source: Model; onnx: Model }> {
  const opened = await openModel([modelFile(c)], quietJob());
  return { source: opened.model, onnx: await toOnnx(opened, options, quietJob()) };
}

/** Runs the converted model on all rows; one line for each output that is not the framework's. */
export async function disagreements(c: ClassicCase, onnx: Model): Promise<string[]> {
  const feeds = new Map(c.about.inputs.map((i) => [i.name, arrayOf(c, i)]));
  const outputs = await outputsOf(onnx, feeds);
  const spare = [...outputs.keys()].filter((k) => !primary(c).some((o) => o.name === k));
  return primary(c).flatMap((spec) => {
    const got = outputs.get(spec.name) ?? outputs.get(spare.shift() ?? '');
    if (!got || 'opaque' in got) return [`${spec.name} is missing`];
    return compare(spec.name, got, arrayOf(c, spec), c.about);
  });
}

function compare(name: string, got: DenseTensor, want: DenseTensor, { rtol, atol }: ClassicCase['about']): string[] {
  if (got.values.length !== want.values.length)
    return [`${name} has ${got.values.length} elements, not ${want.values.length}`];
  const bad = (i: number) =>
    want.dtype === 'string'
      ? got.values[i] !== want.values[i]
      : !close(a[i]!, b[i]!, want.dtype === 'int64' ? 0 : rtol, atol);
  const [a, b] = [toNumbers(got), toNumbers(want)];
  const rows = Array.from({ length: want.values.length }, (_, i) => i).filter(bad);
  return rows.length === 0 ? [] : [`${name}[${rows[0]}] is ${got.values[rows[0]!]}, not ${want.values[rows[0]!]}`];
}

export function close(a: number, b: number, rtol: number, atol: number): boolean {
  return Object.is(a, b) || Math.abs(a - b) <= atol + rtol * Math.abs(b);
}
