/** `graphwright run`: runs a model on given or generated inputs. */
import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DenseTensor } from '../../graph-model/core/tensor.ts';
import { toNumbers } from '../../graph-model/core/tensor.ts';
import { dtypeInfo, shapeLabel } from '../../graph-model/core/types.ts';
import type { Model } from '../../graph-model/core/model.ts';
import { generateInputs, sizedInputs } from '../../runtime/inputs/generate.ts';
import { imageOptionsOf } from '../../graph-model/image-input.ts';
import { npyOfDense } from '../../graph-model/stats/npy.ts';
import { readInputs } from '../../runtime/inputs/read.ts';
import type { InputValue, OpaqueOutput, RunResult } from '../../runtime/types.ts';
import { toOnnx } from '../../services/convert.ts';
import { runOne } from '../../services/run.ts';
import { CommandError, printJson, type Arguments, type Command, type Io } from '../command.ts';
import { FileBlob } from '../file-blob.ts';
import { dimsOf } from '../dims.ts';
import { openPaths } from '../files.ts';

export const RUN: Command = {
  name: 'run',
  usage: 'FILE... [--inputs DIR|FILE,...] [--seed N] [--dims name=8,...] [--runs N] [--outputs-to DIR] [--json]',
  summary: 'Runs it here, on your inputs (.npy, .npz, .pb, JSON, CSV) or on generated ones.',
  options: {
    inputs: { type: 'string' },
    seed: { type: 'string' },
    dims: { type: 'string' },
    runs: { type: 'string' },
    'outputs-to': { type: 'string' },
    json: { type: 'boolean' },
  },
  async run(args, io) {
    const job = io.job();
    const model = await toOnnx(await openPaths(args.files, job), {}, job);
    const inputs = await inputsFor(model, args);
    const feeds = new Map(inputs.map((v) => [v.name, v.tensor]));
    const result = await runOne(model, feeds, { provider: 'wasm', runs: args.number('runs') ?? 0 }, job);
    job.end();
    saveOutputs(result, args.text('outputs-to'));
    print(result, inputs, args, io);
  },
};

/** Files given win; what they do not cover is generated. */
async function inputsFor(model: Model, args: Arguments): Promise<readonly InputValue[]> {
  const dims = dimsOf(args);
  const generated = generateInputs(model, { seed: args.number('seed') ?? 0, dims });
  const files = args.list('inputs')?.flatMap(inputPaths) ?? [];
  if (files.length === 0) {
    const problem = generated.problems[0];
    if (problem) throw new CommandError(`${problem.message} ${problem.help}`);
    return generated.values;
  }
  const named = files.map((path) => ({ name: path.slice(path.lastIndexOf('/') + 1), blob: FileBlob.open(path) }));
  const image = imageOptionsOf(model.metadata);
  const { values } = await readInputs(named, sizedInputs(model).inputs, { dims, image });
  const given = new Set(values.map((v) => v.name));
  return [...values, ...generated.values.filter((v) => !given.has(v.name))];
}

function inputPaths(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path];
  const names = readdirSync(path, { withFileTypes: true });
  return names.filter((n) => n.isFile()).map((n) => join(path, n.name));
}

function saveOutputs(result: RunResult, folder: string | undefined): void {
  if (folder === undefined) return;
  mkdirSync(folder, { recursive: true });
  for (const [name, output] of result.outputs) {
    if (!isOpaque(output))
      writeFileSync(join(folder, `${name.replace(/[^\w.-]/g, '_')}.npy`), Buffer.concat(npyOfDense(output)));
  }
}

const isOpaque = (output: DenseTensor | OpaqueOutput): output is OpaqueOutput => 'opaque' in output;

function print(result: RunResult, inputs: readonly InputValue[], args: Arguments, io: Io): void {
  const outputs = [...result.outputs].map(([name, output]) => describe(name, output));
  const { timing, provider, threads } = result;
  if (args.flag('json')) {
    const given = inputs.map((v) => ({ name: v.name, description: v.description }));
    return printJson(io, { provider, threads, timing, inputs: given, outputs });
  }
  for (const v of inputs) io.out(`input   ${v.name}: ${v.description}`);
  for (const o of outputs) io.out(`output  ${o.name}: ${o.type} ${o.shape}  ${o.first ?? ''}`);
  const median = timing.runs.length > 0 ? `, median of ${timing.runs.length} runs ${timing.median.toFixed(2)} ms` : '';
  io.out(
    `WebAssembly on ${threads} threads: opened in ${timing.create.toFixed(0)} ms, first run ${timing.first.toFixed(2)} ms${median}`,
  );
}

function describe(name: string, output: DenseTensor | OpaqueOutput) {
  if (isOpaque(output)) return { name, type: output.opaque, shape: '' };
  const { dtype, dims, values } = output;
  const numbers =
    dtype === 'string'
      ? (values as readonly string[])
      : Array.from(toNumbers(output).subarray(0, 8), (v) => Number(v.toPrecision(6)));
  return {
    name,
    type: dtypeInfo(dtype).label,
    shape: shapeLabel(dims),
    first: Array.from<string | number>(numbers).slice(0, 8).join(' '),
  };
}
