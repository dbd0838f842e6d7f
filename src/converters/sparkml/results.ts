/** Which columns are the result of a pipeline, and what they are called in ONNX. */
import type { Node, ValueId } from '../../graph-model/core/model.ts';
import { Params } from './params.ts';
import type { OutPort } from './stage.ts';
import { stageRow } from './stages.ts';

export interface Result {
  readonly node: Node;
  readonly value: ValueId;
  readonly port: OutPort;
}

const PREDICTED = new Set(['label', 'probabilities', 'predictions', 'decision_function']);

function portsOf(node: Node): Result[] {
  const ports = stageRow(node.op).outputs(new Params(node));
  return ports.map((port, i) => ({ node, value: node.outputs[i]!, port }));
}

/**
 * What the last predictor makes, and the columns of later stages that no stage reads; without a predictor, every column
 * that no stage reads, the last stage's first. An indexer of the label, which nothing reads, so goes with its input.
 */
export function resultsOf(nodes: readonly Node[], isRead: (value: ValueId) => boolean): Result[] {
  const all = nodes.map(portsOf);
  const last = all.findLastIndex((ports) => ports.some((r) => PREDICTED.has(r.port.role)));
  const column = (r: Result) => r.port.role === 'column';
  if (last < 0) {
    const free = (ports: readonly Result[]) => ports.filter((r) => column(r) && !isRead(r.value));
    return [...free(all.at(-1) ?? []), ...all.slice(0, -1).flatMap(free)];
  }
  const wanted = ({ role }: OutPort) => PREDICTED.has(role) && role !== 'decision_function';
  const own = all[last]!.filter((r) => wanted(r.port) || column(r));
  const scores = all[last]!.filter((r) => r.port.role === 'decision_function');
  const later = all.slice(last + 1).flatMap((ports) => ports.filter((r) => column(r) && !isRead(r.value)));
  return [...own, ...scores, ...later];
}

/** Names of the results: their role; a column's own name, or `transformed` where it is the last stage's only one. */
export function resultNames(results: readonly Result[], taken: ReadonlySet<string>): string[] {
  const used = new Set(taken);
  const first = results[0];
  const single = first?.port.role === 'column' && results.filter((r) => r.node.id === first.node.id).length === 1;
  return results.map((r, i) => {
    const plain = r.port.role === 'column' ? (single && i === 0 ? 'transformed' : r.port.column) : r.port.role;
    let name = used.has(plain) && r.port.role !== 'column' ? r.port.column : plain;
    for (let n = 1; used.has(name); n++) name = `${plain}_${n}`;
    used.add(name);
    return name;
  });
}
