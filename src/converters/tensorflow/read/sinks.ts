/** The outputs of a graph that names none: what inference computes and nothing reads. */
import type { TfGraph, TfNode } from './records.ts';

/** Nodes that belong to training, saving and watching, by operator. */
const IDLE =
  /^(NoOp|Assert|Assign\w*|Save\w*|Restore\w*|MergeV2Checkpoints|ShardedFilename|\w*Summary\w*|Resource\w*Apply\w*|Apply\w*|SparseApply\w*|ScatterUpdate|ResourceScatter\w*|Print|PrintV2|IsVariableInitialized|VarIsInitializedOp|InitializeTable\w*|LookupTableImport\w*|TensorArrayCloseV3|Unstage|Stage\w*|ControlTrigger|Abort|ReportUninitialized\w*|StackPush\w*|StackPop\w*|CountUpTo|WriteFile|\w+Grad|\w+GradV\d|\w+GradWithArgmax|BroadcastGradientArgs)$/;
const IDLE_SCOPE = /(^|\/)(gradients|gradients_\d+|save|save_\d+|report_uninitialized_variables)\//;
/** What a cond leaves for control inputs alone. */
const PIVOT = /(^|\/)switch_[tf]$/;
/** What stands at the end of a graph and is no result. */
const NO_RESULT =
  /^(Const|Placeholder\w*|VariableV2|Variable|VarHandleOp|HashTable\w*|NextIteration|Enter|Merge|Switch|LoopCond|ReadVariableOp)$/;
/** Operators whose first output is what people mean. */
const FIRST_ONLY =
  /^(FusedBatchNorm\w*|MaxPoolWithArgmax|BlockLSTM\w*|SparseSoftmaxCrossEntropyWithLogits|SoftmaxCrossEntropyWithLogits|Switch)$/;

const nodeIn = (input: string) => input.replace(/^\^/, '').split(':')[0]!;

/** The tensors, as `node:0`, in the order of the file. */
export function sinksOf(graph: TfGraph, widthOf: (node: TfNode) => number): string[] {
  const byName = new Map(graph.nodes.map((n) => [n.name, n]));
  const live = new Set(graph.nodes.filter((n) => !IDLE.test(n.op) && !IDLE_SCOPE.test(n.name) && !PIVOT.test(n.name)));
  const fed = descendants(graph, live);
  const read = new Set<TfNode>();
  for (const node of live) {
    for (const input of node.inputs) {
      const from = input.startsWith('^') ? undefined : byName.get(nodeIn(input));
      if (from) read.add(from);
    }
  }
  const ends = graph.nodes.filter((n) => live.has(n) && !read.has(n) && !NO_RESULT.test(n.op));
  const results = ends.some((n) => fed.has(n)) ? ends.filter((n) => fed.has(n)) : ends;
  return results.flatMap((n) => {
    const width = FIRST_ONLY.test(n.op) ? 1 : widthOf(n);
    return Array.from({ length: width }, (_, i) => `${n.name}:${i}`);
  });
}

/** What depends on a Placeholder. */
function descendants(graph: TfGraph, live: ReadonlySet<TfNode>): ReadonlySet<TfNode> {
  const readers = new Map<string, TfNode[]>();
  for (const node of live) {
    for (const input of node.inputs) {
      const list = readers.get(nodeIn(input));
      if (list) list.push(node);
      else readers.set(nodeIn(input), [node]);
    }
  }
  const out = new Set<TfNode>();
  const waiting = graph.nodes.filter((n) => n.op === 'Placeholder' || n.op === 'PlaceholderV2');
  while (waiting.length > 0) {
    for (const next of readers.get(waiting.pop()!.name) ?? []) {
      if (out.has(next)) continue;
      out.add(next);
      waiting.push(next);
    }
  }
  return out;
}
