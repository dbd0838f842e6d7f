/** All that keeps a model from becoming ONNX, and not the first of it alone. */
import type { ConvertOptions } from '../converters/converter.ts';
import type { OpenedModel } from '../converters/open.ts';
import type { Model, NodeId } from '../graph-model/core/model.ts';
import { FormatError, type Diagnostic, type Refusal } from '../graph-model/diagnostics.ts';
import { quietJob, type JobContext } from '../graph-model/job.ts';
import { toOnnx } from './convert.ts';

/** More than anybody settles one by one. */
const MOST = 200;

/**
 * The nodes without an ONNX form, in the order of the graph. Each that is found is taken for an input of the type that the
 * source declares, and the conversion tried again, until it succeeds or fails for a reason that names no node.
 */
export async function allRefusals(
  opened: Pick<OpenedModel, 'model' | 'converterId'>,
  options: ConvertOptions,
  job: JobContext,
): Promise<Refusal[]> {
  const found = new Map<NodeId, Refusal>();
  while (found.size < MOST) {
    job.signal.throwIfAborted();
    job.progress(found.size, 0, `Looking for all of them: ${found.size} found`);
    const taken = [...found.keys()].map((id) => [`#${id}`, 'cut-after'] as const);
    const replace = { ...options.replace, ...Object.fromEntries(taken) };
    const failure = await failureOf(opened, { ...options, replace }, job);
    const fresh = failure ? refusalsIn(opened.model, failure).filter((r) => !found.has(r.node)) : [];
    if (fresh.length === 0) break;
    for (const r of fresh) found.set(r.node, r);
  }
  return inOrder(opened.model, [...found.values()]);
}

async function failureOf(
  opened: Pick<OpenedModel, 'model' | 'converterId'>,
  options: ConvertOptions,
  job: JobContext,
): Promise<Diagnostic | null> {
  try {
    await toOnnx(opened, options, quietJob([], job.signal));
    return null;
  } catch (error) {
    if (error instanceof FormatError) return error.diagnostic;
    throw error;
  }
}

/** The nodes that a diagnostic is about. */
function refusalsIn(model: Model, { refused, node: id, message }: Diagnostic): readonly Refusal[] {
  if (refused) return refused;
  const node = id === undefined ? undefined : model.nodes.get(id);
  if (!node) return [];
  const reason = /cannot be converted: (.*?)\.?$/s.exec(message)?.[1] ?? message;
  return [{ node: node.id, name: node.name, kind: node.op, reason }];
}

function inOrder(model: Model, found: readonly Refusal[]): Refusal[] {
  const place = new Map(model.graphs.at(model.main).order.map((id, i) => [id, i]));
  const at = (r: Refusal) => place.get(r.node) ?? Number.MAX_SAFE_INTEGER;
  return [...found].sort((a, b) => at(a) - at(b));
}
