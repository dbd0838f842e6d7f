/** All that keeps a model from becoming ONNX, and not the first of it alone. */
import type { ConvertOptions } from '../converters/converter.ts';
import type { OpenedModel } from '../converters/open.ts';
import type { Model, NodeId } from '../graph-model/core/model.ts';
import { FormatError, type Diagnostic } from '../graph-model/diagnostics.ts';
import { cutAfter } from '../graph-model/edit/replace-node.ts';
import { quietJob, type JobContext } from '../graph-model/job.ts';
import { toOnnx } from './convert.ts';

/** More than anybody settles one by one. */
const MOST = 100;

/**
 * The refusals that name a node, in the order of the graph: each node is taken for an input of the type that the source
 * declares, and the conversion tried again. The last may be one that names none. Empty: the model converts.
 */
export async function allRefusals(
  { model, converterId }: Pick<OpenedModel, 'model' | 'converterId'>,
  options: ConvertOptions,
  job: JobContext,
): Promise<Diagnostic[]> {
  const found: Diagnostic[] = [];
  const seen = new Set<NodeId>();
  let { replace = {} } = options;
  while (found.length < MOST) {
    job.signal.throwIfAborted();
    job.progress(found.length, 0, `Looking for all of them, ${found.length} found`);
    const refused = await refusalOf({ model, converterId }, { ...options, replace }, job);
    if (refused === null) break;
    found.push(refused);
    const { node } = refused;
    if (node === undefined || seen.has(node) || !canStandIn(model, node)) break;
    seen.add(node);
    replace = { ...replace, [`#${node}`]: 'cut-after' };
  }
  return inOrder(model, found);
}

async function refusalOf(
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

const canStandIn = (model: Model, node: NodeId) => model.nodes.has(node) && cutAfter(model, node).after !== model;

function inOrder(model: Model, found: readonly Diagnostic[]): Diagnostic[] {
  const place = new Map(model.graphs.at(model.main).order.map((id, i) => [id, i]));
  const at = (d: Diagnostic) => (d.node === undefined ? Infinity : (place.get(d.node) ?? Number.MAX_SAFE_INTEGER));
  // Both may be infinite: what has no place stays at the end.
  return [...found].sort((a, b) => (at(a) === at(b) ? 0 : at(a) - at(b)));
}
