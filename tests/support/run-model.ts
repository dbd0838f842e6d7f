/** Runs models in tests with onnxruntime-web, as the product does. */
import { bytesOf, type ByteSource } from '../../src/graph-model/core/bytes.ts';
import type { Model } from '../../src/graph-model/core/model.ts';
import { quietJob } from '../../src/graph-model/job.ts';
import { writeOnnx } from '../../src/converters/onnx/write.ts';
import { compareOutputs } from '../../src/runtime/compare.ts';
import { generateInputs, type GenerateOptions } from '../../src/runtime/inputs/generate.ts';
import { evaluateFragment } from '../../src/runtime/evaluate.ts';
import { runModel } from '../../src/runtime/run.ts';
import type { Feeds, RunSource } from '../../src/runtime/types.ts';
import type { PassHost } from '../../src/optimizer/rule.ts';

export function sourceOf(model: Model): RunSource {
  const [file] = writeOnnx(model, { externalData: 'never' }).files;
  return { model: file!.parts.map((p): ByteSource => (p instanceof Uint8Array ? bytesOf(p) : p)) };
}

/** The runtime as the optimiser's host has it. */
export const evaluate: PassHost['evaluate'] = (model, outputs, job) => evaluateFragment(model, outputs, job, sourceOf);

export async function outputsOf(model: Model, feeds: Feeds) {
  const options = { provider: 'wasm', graphOptimization: 'disabled', threads: 1 } as const;
  return (await runModel(sourceOf(model), feeds, options, quietJob())).outputs;
}

/** Runs both on the same seeded inputs; gives one line for each output that differs by more than its dtype allows. */
export async function differences(before: Model, after: Model, options: GenerateOptions = {}): Promise<string[]> {
  const feeds: Feeds = new Map([...generateInputs(before, options).values].map((v) => [v.name, v.tensor]));
  const found = compareOutputs(await outputsOf(before, feeds), await outputsOf(after, feeds));
  return found
    .filter((d) => d.verdict === 'differs' || d.verdict === 'not comparable')
    .map((d) => `${d.name}: ${d.verdict}, largest difference ${d.maxAbs}`);
}
