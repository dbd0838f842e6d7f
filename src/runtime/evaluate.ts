/** Computes constant parts of a model with the runtime: the optimiser's folding. */
import { label } from '../graph-model/core/draft.ts';
import type { Model, ValueId } from '../graph-model/core/model.ts';
import { tensorOf, type Tensor } from '../graph-model/core/tensor.ts';
import { diagnostic } from '../graph-model/diagnostics.ts';
import type { JobContext } from '../graph-model/job.ts';
import { extractConstants, rootOf } from './fragment.ts';
import { openSession } from './session.ts';
import { runSource } from './source.ts';
import type { RunSource } from './types.ts';

/** How a fragment is written for the runtime. */
export type WriteModel = (model: Model) => RunSource;

/** Nothing is optimised or moved to another device for a graph that runs once. */
const OPTIONS = { provider: 'wasm', graphOptimization: 'disabled' } as const;

/**
 * The tensors of `outputs`, computed from constants in as few sessions as can be: one where all goes well. Where it does
 * not, halves are tried, so that one node which the runtime cannot compute spoils only what depends on it. null for an
 * output that could not be computed or that depends on an input, with the reason reported (`run.not-computed`).
 */
export async function evaluateFragment(
  model: Model,
  outputs: readonly ValueId[],
  job: JobContext,
  write: WriteModel = runSource,
): Promise<readonly (Tensor | null)[]> {
  const found = new Map<ValueId, Tensor>();
  const roots = new Map<number, ValueId[]>();
  for (const v of outputs) {
    const { constant } = model.values.at(v);
    if (constant) found.set(v, constant);
    else roots.set(rootOf(model, v), [...(roots.get(rootOf(model, v)) ?? []), v]);
  }
  for (const wanted of roots.values()) {
    const { fragment, dependent } = extractConstants(model, wanted);
    for (const { output, on } of dependent) refuse(model, output, `it depends on ${on}`, job);
    if (fragment) await compute(model, fragment.outputs, found, job, write);
  }
  return outputs.map((v) => found.get(v) ?? null);
}

async function compute(
  model: Model,
  outputs: readonly ValueId[],
  found: Map<ValueId, Tensor>,
  job: JobContext,
  write: WriteModel,
): Promise<void> {
  job.signal.throwIfAborted();
  const { fragment } = extractConstants(model, outputs);
  if (!fragment) return;
  try {
    const tensors = await runOnce(write(fragment.model), fragment.outputs.length, job);
    fragment.outputs.forEach((v, i) => {
      const tensor = tensors[i];
      if (tensor) found.set(v, tensor);
      else refuse(model, v, 'the runtime cannot hand over its type', job);
    });
  } catch (error) {
    if (job.signal.aborted) throw error;
    if (outputs.length === 1) return refuse(model, outputs[0]!, reasonOf(error), job);
    const half = outputs.length >> 1;
    await compute(model, outputs.slice(0, half), found, job, write);
    await compute(model, outputs.slice(half), found, job, write);
  }
}

async function runOnce(source: RunSource, count: number, job: JobContext): Promise<(Tensor | null)[]> {
  const session = await openSession(source, OPTIONS, job);
  try {
    const results = await session.run(new Map());
    return Array.from({ length: count }, (_, i) => {
      const dense = results.get(String(i));
      return dense && !('opaque' in dense) ? tensorOf(dense) : null;
    });
  } finally {
    await session.release();
  }
}

function refuse(model: Model, output: ValueId, why: string, job: JobContext): void {
  const { producer, name } = model.values.at(output);
  const node = producer === null ? name : label(model.nodes.at(producer));
  const place = producer === null ? { value: output } : { node: producer, value: output };
  job.report(diagnostic('run.not-computed', { node, why }, place));
}

function reasonOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replace(/\.$/, '');
}
