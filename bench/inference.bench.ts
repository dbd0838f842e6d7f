/**
 * Shape inference over the .onnx files of the folder named by MODELS: how many values get a type with every dimension a
 * number or an expression, and the best milliseconds of several runs.
 * With SHAPES=1 the dimensions themselves are printed too, by the name of the value. `bench/inference.py` runs the peers on the same files.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { openModel } from '../src/converters/open.ts';
import { quietJob } from '../src/graph-model/job.ts';
import { inferTypes } from '../src/graph-model/operators/infer/inference.ts';
import { loadOperators } from '../src/graph-model/operators/schemas.ts';
import { FileBlob } from '../src/cli/file-blob.ts';

const RUNS = 25;

export async function run() {
  await loadOperators();
  const folder = process.env.MODELS ?? '../shared/models';
  const results: Record<string, unknown> = {};
  for (const name of readdirSync(folder).filter((f) => f.endsWith('.onnx'))) {
    const file = { name, path: name, blob: FileBlob.open(join(folder, name)) };
    const { model } = await openModel([file], quietJob());
    const times: number[] = [];
    let inference = inferTypes(model);
    for (let i = 0; i < RUNS; i++) {
      const begun = performance.now();
      inference = inferTypes(model);
      times.push(performance.now() - begun);
    }
    const main = model.graphs.at(model.main);
    const made = main.order.flatMap((id) => model.nodes.at(id).outputs).filter((v) => v !== null);
    const known = made.filter((v) => {
      const type = inference.typeOf(v);
      return type !== null && (type.kind !== 'tensor' || (type.shape !== null && type.shape.every((d) => d !== null)));
    });
    const shapes = process.env.SHAPES
      ? Object.fromEntries(
          made.flatMap((v) => {
            const type = inference.typeOf(v);
            return type?.kind === 'tensor' && type.shape ? [[model.values.at(v).name, type.shape]] : [];
          }),
        )
      : undefined;
    results[name] = { values: made.length, known: known.length, ms: Math.min(...times), shapes };
  }
  return results;
}
