/** One damaged file through everything that opening one sets off: read, infer, check, cost, print, write. */
import { readFileSync } from 'node:fs';
import { openModel } from '../../src/converters/open.ts';
import { fileBytes, writeOnnx } from '../../src/converters/onnx/write.ts';
import { BytesBlob } from '../../src/converters/containers/bytes-blob.ts';
import { FormatError } from '../../src/graph-model/diagnostics.ts';
import { quietJob } from '../../src/graph-model/job.ts';
import { modelCost } from '../../src/graph-model/operators/cost.ts';
import { printModel } from '../../src/graph-model/text/print.ts';
import { analyse } from '../../src/services/analyse.ts';
import { mutate } from './mutate.ts';

const NAMES = [
  'everything',
  'if_nested',
  'local_functions',
  'quant_qdq',
  'scan_rnn',
  'sequence_ops',
  'ms_transformer',
  'rnn_ops',
  'llm_opset23',
  'sparse_initializer',
  'ml_tree_zipmap',
  'loop_early_exit',
];

/** The undamaged files; `samples` is the folder tests/samples/onnx. */
export function fuzzSeeds(samples: string): Uint8Array[] {
  return NAMES.map((name) => new Uint8Array(readFileSync(`${samples}/${name}/model.onnx`)));
}

export interface FuzzOutcome {
  readonly opened: boolean;
  readonly ms: number;
}

/** Throws, naming the seed, when anything but a clear refusal comes out. */
export async function fuzzOne(seeds: readonly Uint8Array[], seed: number): Promise<FuzzOutcome> {
  const bytes = mutate(seeds[seed % seeds.length]!, seed);
  const begin = performance.now();
  const done = (opened: boolean) => ({ opened, ms: performance.now() - begin });
  try {
    const file = { name: 'model.onnx', path: 'model.onnx', blob: new BytesBlob(bytes) };
    const { model } = await openModel([file], quietJob());
    const { inference } = await analyse(model);
    modelCost(model, inference);
    printModel(model);
    for (const out of writeOnnx(model).files) await fileBytes(out);
    return done(true);
  } catch (error) {
    if (error instanceof FormatError) return done(false);
    throw new Error(`seed ${seed}`, { cause: error });
  }
}
