/** Inferring, checking and costing the big graphs of the shared data set, beside the project. */
import { readFileSync } from 'node:fs';
import { openModel } from '../src/converters/open.ts';
import { BytesBlob } from '../src/converters/containers/bytes-blob.ts';
import { checkModel } from '../src/graph-model/check/check.ts';
import { quietJob } from '../src/graph-model/job.ts';
import { costByOperator, modelCost } from '../src/graph-model/operators/cost.ts';
import { inferTypes } from '../src/graph-model/operators/infer/inference.ts';
import { loadOperators } from '../src/graph-model/operators/schemas.ts';
import { measure } from './measure.ts';

const nothing = () => null;

export async function run() {
  const schemas = await loadOperators();
  const out: Record<string, unknown> = {};
  for (const name of ['llama7b_shape', 'dag_10k']) {
    const blob = new BytesBlob(new Uint8Array(readFileSync(`../shared/graphs/${name}.onnx`)));
    const { model } = await openModel([{ name: `${name}.onnx`, path: `${name}.onnx`, blob }], quietJob());
    const types = inferTypes(model);
    out[name] = {
      nodes: model.nodes.size,
      infer: measure(nothing, () => inferTypes(model), 5, 1),
      check: measure(nothing, () => checkModel(model, schemas, types), 5, 1),
      cost: measure(nothing, () => modelCost(model, types), 5, 1),
      costByOperator: measure(nothing, () => costByOperator(model, types), 5, 1),
    };
  }
  return out;
}
