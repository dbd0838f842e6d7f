/** Replaces the stages that the result needs by ONNX, in their order; the others go. */
import { irForOpset } from '../../graph-model/check/versions.ts';
import { Draft } from '../../graph-model/core/draft.ts';
import type { Model, Node, NodeId, ValueId } from '../../graph-model/core/model.ts';
import { tensorType, type DType } from '../../graph-model/core/types.ts';
import { diagnostic, FormatError } from '../../graph-model/diagnostics.ts';
import type { JobContext } from '../../graph-model/job.ts';
import { Ops } from './lower/ops.ts';
import { trimmed } from './lower/text.ts';
import { Params } from './params.ts';
import { DOMAIN } from './read.ts';
import { resultNames, resultsOf, type Result } from './results.ts';
import { Lowering, Refusal, refusal, refuse, type Column } from './stage.ts';
import { stageRow } from './stages.ts';

/** What runtimes of 2022 and later take; splitting text came with opset 20. */
const OPSET = 17;
const TEXT_OPSET = 20;
const ML_OPSET = 3;

/** Throws FormatError `sparkml.refused` where a stage that the result needs has no ONNX form. */
export function sparkmlToOnnx(model: Model, job: JobContext): Model {
  const draft = new Draft(model);
  const nodes = model.graphs.at(model.main).order.map((id) => model.nodes.at(id));
  const results = resultsOf(nodes, (v) => draft.uses(v).some((u) => u.node !== null));
  if (results.length === 0) throw refusal(model.source.fileName, 'it makes no column');
  const live = liveNodes(nodes, results, draft);
  const columns = new Map<ValueId, Column>();
  for (const v of model.graphs.at(model.main).inputs) columns.set(v, inputColumn(draft, v));
  live.forEach((node, i) => {
    job.signal.throwIfAborted();
    job.progress(i, live.length, 'Converting stages');
    lowerNode(draft, node, columns, job);
  });
  finish(draft, model, results, columns);
  const text = live.some((n) => stageRow(n.op).family === 'Text' && n.op !== 'IDFModel');
  const version = text ? TEXT_OPSET : OPSET;
  const opsets = [
    { domain: '', version },
    { domain: 'ai.onnx.ml', version: ML_OPSET },
    ...(usesContrib(draft, model) ? [{ domain: 'com.microsoft', version: 1 }] : []),
  ];
  draft.patchModel({ opsets, irVersion: irForOpset(version) });
  return draft.commit('Convert Spark ML to ONNX').after;
}

/** Of the runtime's own operators the tokenizer is used. */
const usesContrib = (draft: Draft, model: Model): boolean =>
  draft.graph(model.main).order.some((id) => draft.node(id).domain === 'com.microsoft');

/** The stages that the results come from, in order. */
function liveNodes(nodes: readonly Node[], results: readonly Result[], draft: Draft): Node[] {
  const wanted = new Set<NodeId>();
  // What SQL makes and drops is not known: nothing behind it can be told to do without it.
  const stack = [...results.map((r) => r.node), ...nodes.filter((n) => n.op === 'SQLTransformer')];
  while (stack.length > 0) {
    const node = stack.pop()!;
    if (wanted.has(node.id)) continue;
    wanted.add(node.id);
    for (const v of node.inputs) {
      const producer = v === null ? null : draft.producer(v);
      if (producer) stack.push(producer);
    }
  }
  return nodes.filter((n) => wanted.has(n.id));
}

function inputColumn(draft: Draft, value: ValueId): Column {
  const { type } = draft.value(value);
  const tensor = type?.kind === 'tensor' ? type : null;
  const width = tensor?.shape?.[1];
  if (tensor?.dtype === 'string') {
    const kind = width === 1 ? 'text' : 'tokens';
    return { kind, value, dtype: 'string', width: null };
  }
  const known = typeof width === 'number' ? width : null;
  const dtype = tensor?.dtype === 'int64' ? 'int64' : 'float';
  return { kind: known === 1 ? 'number' : 'vector', value, dtype, width: known };
}

function lowerNode(draft: Draft, node: Node, columns: Map<ValueId, Column>, job: JobContext): void {
  const row = stageRow(node.op);
  const stage = `${node.name} (${node.op})`;
  try {
    if (!row.lower) refuse(row.notes);
    if (node.inputs.length === 0) refuse('it does not say which column it reads');
    const inputs = node.inputs.map((v) => columns.get(v!) ?? refuse(`the column ${draft.value(v!).name} is not made`));
    const ops = new Ops(draft, { dialect: DOMAIN, op: node.op, name: node.name });
    const lowering = new Lowering(ops, new Params(node), node, inputs, job, (code, texts) =>
      job.report(diagnostic(code, texts, { node: node.id })),
    );
    const made = row.lower(lowering);
    made.forEach((column, i) => column && columns.set(node.outputs[i]!, column));
  } catch (error) {
    if (error instanceof Refusal)
      throw new FormatError('sparkml.refused', { stage, why: error.message }, { node: node.id });
    throw error;
  }
}

/** The results under their names, and nothing that they do not need. */
function finish(draft: Draft, model: Model, results: readonly Result[], columns: ReadonlyMap<ValueId, Column>): void {
  const graph = model.graphs.at(model.main);
  const made = results.filter((r) => columns.has(r.value));
  const outputs = made.map((r) => resultValue(draft, r, columns.get(r.value)!));
  draft.setGraphOutputs(
    model.main,
    outputs.map((o) => o.value),
  );
  for (const id of [...graph.order].reverse()) draft.removeNode(id);
  for (const id of [...new Set(draft.edits.nodes)].reverse())
    if (draft.hasNode(id) && draft.node(id).outputs.every((v) => v === null || draft.uses(v).length === 0))
      draft.removeNode(id);
  const inputs = graph.inputs.filter((v) => draft.uses(v).length > 0);
  draft.setGraphInputs(model.main, inputs);
  const unused = new Set([...draft.edits.values, ...graph.inputs]);
  for (const v of unused) {
    if (!draft.hasValue(v) || draft.uses(v).length > 0 || inputs.includes(v)) continue;
    if (draft.value(v).producer === null) draft.removeValue(v);
  }
  const names = resultNames(made, new Set(inputs.map((v) => draft.value(v).name)));
  outputs.forEach(({ value, dtype, dims }, i) =>
    draft.patchValue(value, { name: names[i]!, type: tensorType(dtype, ['N', ...dims]) }),
  );
}

interface Output {
  readonly value: ValueId;
  readonly dtype: DType;
  readonly dims: readonly (number | null)[];
}

/** Labels as int64 [N], numbers as float [N], vectors as float [N, width], texts as string [N]. */
function resultValue(draft: Draft, { node, port }: Result, column: Column): Output {
  const o = new Ops(draft, { dialect: DOMAIN, op: node.op, name: node.name });
  if (column.kind === 'tokens') {
    const value = trimmed(o, { value: column.value, mask: column.mask! });
    return { value, dtype: 'string', dims: [null] };
  }
  const dtype = column.kind === 'text' ? 'string' : port.role === 'label' ? 'int64' : 'float';
  const cast = dtype === 'string' ? column.value : o.cast(column.value, dtype);
  if (column.kind === 'vector') return { value: cast, dtype, dims: [column.width] };
  return { value: o.op('Squeeze', [cast, o.ints([1])]), dtype, dims: [] };
}
