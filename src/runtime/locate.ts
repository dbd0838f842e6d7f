/** Names the node at which a run failed, where the runtime itself does not. */
import { FormatError } from '../graph-model/diagnostics.ts';
import type { JobContext } from '../graph-model/job.ts';
import { mentions, reasonIn } from './ort-error.ts';
import { finishedNodes } from './profile.ts';
import { openSession } from './session.ts';
import type { Feeds, RunSource, SourceNode } from './types.ts';

/**
 * Runs once more, unoptimised and profiled: the node that failed is one whose makers finished and that did not. Gives the
 * error with the node's name, or the same error where more than one node could be it.
 */
export async function locateFailure(
  error: unknown,
  source: RunSource,
  feeds: Feeds,
  job: JobContext,
): Promise<unknown> {
  if (!(error instanceof FormatError) || error.diagnostic.code !== 'run.failed' || !source.nodes) return error;
  const lines = await profileOfFailure(source, feeds, job);
  const node = lines && failedNode(source.nodes, lines, error.cause);
  if (!node) return error;
  return new FormatError('run.node-failed', {
    op: node.op,
    node: node.name || '(without a name)',
    why: reasonIn(error.cause),
  });
}

/** null where it does not fail this time: then an optimised node was at fault, which the model does not have. */
async function profileOfFailure(source: RunSource, feeds: Feeds, job: JobContext): Promise<readonly string[] | null> {
  const options = { provider: 'wasm', profile: true, graphOptimization: 'disabled' } as const;
  const session = await openSession(source, options, job);
  try {
    const failed = await session.run(feeds).then(
      () => false,
      () => true,
    );
    const lines = session.endProfiling();
    return failed ? lines : null;
  } finally {
    await session.release();
  }
}

function failedNode(nodes: readonly SourceNode[], lines: readonly string[], cause: unknown): SourceNode | null {
  const done = new Set<number>();
  // Nodes of bodies have places of their own; those that agree by chance only make the answer less sure.
  for (const { index, op } of finishedNodes(lines)) if (nodes[index]?.op === op) done.add(index);
  const ready = nodes.filter(
    (n, i) => !done.has(i) && n.op !== 'Constant' && n.after.every((m) => done.has(m) || nodes[m]!.op === 'Constant'),
  );
  if (ready.length === 1) return ready[0]!;
  const told = ready.filter((n) => mentions(cause, n.op));
  return told.length === 1 ? told[0]! : null;
}
