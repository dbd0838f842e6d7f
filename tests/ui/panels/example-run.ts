/** A made-up run of a model, for looking at the report and for tests of it. Nothing here was measured. */
import { USUAL_RUN } from '../../../src/ui/store/reports.ts';
import type { Model } from '../../../src/graph-model/core/model.ts';
import type { DenseTensor } from '../../../src/graph-model/core/tensor.ts';
import type { OutputDifference, RunResult } from '../../../src/runtime/types.ts';
import type { RunReport } from '../../../src/ui/store/state.ts';

function lcg(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48271) % 2147483647) / 2147483647;
}

function runs(count: number, around: number): number[] {
  const random = lcg(Math.round(around * 1000));
  return Array.from({ length: count }, () => around * (0.95 + 0.1 * random() + (random() > 0.93 ? 0.6 * random() : 0)));
}

function output(model: Model, index: number): [string, DenseTensor] {
  const value = model.values.at(model.graphs.at(model.main).outputs[index]!);
  const shape = value.type?.kind === 'tensor' ? (value.type.shape ?? []) : [];
  const dims = shape.map((d) => (typeof d === 'number' ? d || 1 : d === null || /n|batch/i.test(d) ? 1 : 12));
  const random = lcg(index + 7);
  const values = Float32Array.from({ length: dims.reduce((a, b) => a * b, 1) }, () => 8 * (random() + random() - 1));
  return [value.name, { dtype: 'float', dims, values }];
}

export function exampleResult(model: Model, median: number): RunResult {
  const outputs = new Map(model.graphs.at(model.main).outputs.map((_, i) => output(model, i)));
  const nodes = [...model.nodes.values()].slice(0, 40);
  const random = lcg(3);
  return {
    provider: 'wasm',
    providerNote: '',
    threads: 4,
    outputs,
    timing: { create: 38, first: median * 4.2, runs: runs(20, median), median },
    nodes: nodes.map((n) => ({ node: n.name, op: n.op, provider: 'CPU', ms: random() * random() })),
  };
}

export function exampleRun(model: Model, compared: boolean): RunReport {
  const current = exampleResult(model, 6.9);
  const verdicts = ['pass', 'near limit', 'differs', 'equal'] as const;
  const sizes = [3.8e-6, 7.2e-5, 4.1e-3, 0];
  const differences = [...current.outputs].map(([name, value], i): OutputDifference => {
    const dims = 'opaque' in value ? [] : value.dims;
    const maxAbs = sizes[i % 4]!;
    return {
      name,
      dtype: 'float',
      dims,
      maxAbs,
      maxRel: maxAbs * 2,
      mean: maxAbs / 6,
      cosine: 1 - maxAbs / 100,
      verdict: verdicts[i % 4]!,
      limit: 1e-4,
    };
  });
  return {
    model,
    provider: 'wasm',
    original: compared ? exampleResult(model, 11.8) : null,
    current,
    differences: compared ? differences : [],
    inputs: [{ name: 'image', description: 'seeded normal, 1×1×8×8' }],
    request: USUAL_RUN,
  };
}
