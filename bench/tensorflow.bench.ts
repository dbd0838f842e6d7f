/**
 * TensorFlow, Keras and TFLite models to ONNX: the median milliseconds of opening and converting each case below CASES
 * (folders with a case.json, whose field ROUTE names the file), and of optimising; nodes and Transposes after that; the
 * optimised files in OUT. `bench/tensorflow.py` runs tf2onnx on the same files.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inputFiles } from '../src/cli/files.ts';
import { fileBytes, writeOnnx } from '../src/converters/onnx/write.ts';
import { openModel } from '../src/converters/open.ts';
import type { Model } from '../src/graph-model/core/model.ts';
import { FormatError } from '../src/graph-model/diagnostics.ts';
import { quietJob } from '../src/graph-model/job.ts';
import { findPreset } from '../src/optimizer/presets.ts';
import { toOnnx } from '../src/services/convert.ts';
import { optimise } from '../src/services/optimise.ts';

const RUNS = Number(process.env.RUNS ?? 5);

const ROUTE = process.env.ROUTE ?? 'model';

interface Case {
  readonly [route: string]: unknown;
  readonly model: string | readonly string[];
  readonly signature?: string;
  readonly outputs_requested?: readonly string[];
}

export async function run() {
  const root = process.env.CASES ?? '../shared/fixtures/tensorflow';
  const results: Record<string, unknown> = {};
  for (const name of readdirSync(root).sort()) {
    const path = join(root, name, 'case.json');
    if (!existsSync(path)) continue;
    const about = JSON.parse(readFileSync(path, 'utf8')) as Case;
    const model = modelOf(about);
    if (model) results[name] = await one(join(root, name), name, { ...about, model });
  }
  return results;
}

/** The files that the route names; sets of one kind have them in `model`. */
function modelOf(about: Case): Case['model'] | null {
  const named = about[ROUTE] as Case['model'] | undefined;
  return named ?? (ROUTE === 'tflite' && String(about.model).endsWith('.tflite') ? about.model : null);
}

async function one(folder: string, name: string, c: Case) {
  const files = [c.model].flat().map((m) => join(folder, m));
  const options = {
    ...(c.signature && ROUTE === 'model' ? { signature: c.signature } : {}),
    ...(c.outputs_requested ? { outputs: c.outputs_requested } : {}),
  };
  const times: number[] = [];
  let onnx: Model | null = null;
  try {
    for (let i = 0; i < RUNS; i++) {
      const begun = performance.now();
      onnx = await toOnnx(await openModel(inputFiles(files), quietJob()), options, quietJob());
      times.push(performance.now() - begun);
    }
  } catch (error) {
    if (error instanceof FormatError) return { refused: error.message };
    throw error;
  }
  const begun = performance.now();
  const optimised = await optimise(onnx!, findPreset('simplify')!.plan, { verify: false }, quietJob());
  const optimiseMs = round(performance.now() - begun);
  if (process.env.OUT) await save(optimised.after, join(process.env.OUT, `${name}.onnx`));
  return {
    ms: round(times.sort((a, b) => a - b)[RUNS >> 1]!),
    optimiseMs,
    before: count(onnx!),
    ...count(optimised.after),
  };
}

async function save(model: Model, path: string) {
  for (const file of writeOnnx(model).files) writeFileSync(path, await fileBytes(file));
}

const round = (ms: number) => Math.round(ms * 10) / 10;

/** Nodes of the main graph and of every body. */
function count(model: Model) {
  const nodes = [...model.nodes.values()];
  return { nodes: nodes.length, transposes: nodes.filter((n) => n.op === 'Transpose').length };
}
