/** `graphwright inspect`: what a model is. */
import type { OpenedModel } from '../../converters/open.ts';
import { converterOf } from '../../converters/registry.ts';
import type { Model } from '../../graph-model/core/model.ts';
import type { Dim } from '../../graph-model/core/types.ts';
import { costByOperator, modelCost } from '../../graph-model/operators/cost.ts';
import type { TypeTable } from '../../graph-model/operators/operator.ts';
import { formatBytes, formatCount } from '../../graph-model/format.ts';
import { costOfGroups } from '../../graph-model/groups/group-cost.ts';
import { groupTree } from '../../graph-model/groups/groups.ts';
import { typeLabel } from '../../graph-model/core/types.ts';
import { signatureLabel, signaturesOf } from '../../graph-model/signatures.ts';
import { modelSummary, type ModelSummary } from '../../graph-model/stats/model-summary.ts';
import { analyse, type Analysed } from '../../services/analyse.ts';
import { printJson, type Command, type Io } from '../command.ts';
import { openPaths } from '../files.ts';

export const INSPECT: Command = {
  name: 'inspect',
  usage: 'FILE... [--json]',
  summary: 'What it is: format, inputs, outputs, operators, sizes.',
  options: { json: { type: 'boolean' } },
  async run(args, io) {
    const job = io.job();
    const opened = await openPaths(args.files, job);
    const analysed = await analyse(opened.model);
    job.end();
    const summary = modelSummary(opened.model, analysed.inference.types);
    if (args.flag('json')) printJson(io, document(opened, analysed, summary));
    else print(io, opened, analysed, summary);
  },
};

function document(opened: OpenedModel, { inference, problems }: Analysed, summary: ModelSummary) {
  const { model } = opened;
  const { irVersion, producerName, producerVersion, doc, source } = model;
  return {
    format: opened.converterId,
    file: source.fileName,
    bytes: source.size,
    irVersion,
    producerName,
    producerVersion,
    doc: doc ?? '',
    graph: model.graphs.at(model.main).name,
    ...summary,
    metadata: Object.fromEntries(summary.metadata),
    shapes: inference.share(),
    cost: costDocument(model, inference),
    functions: model.functions.map((f) => ({ domain: f.domain, name: f.name, overload: f.overload })),
    signatures: signaturesOf(model),
    missing: opened.missing,
    problems: [...opened.diagnostics, ...problems].length,
  };
}

/** Numbers, or expressions over the model's dimension names; null where it cannot be told. */
function costDocument(model: Model, types: TypeTable) {
  const { macs, unknown, parameters, parameterBytes, activationBytes, peakBytes } = modelCost(model, types);
  return {
    multiplyAdds: macs,
    nodesWithoutCost: unknown,
    parameters,
    parameterBytes,
    activationBytes,
    peakBytes,
    operators: costByOperator(model, types).map(({ macs: multiplyAdds, ...row }) => ({ ...row, multiplyAdds })),
    groups: groupDocuments(model, types),
  };
}

/** The groups that the page draws, the outer before the inner ones; `group` is the path of names from the outside in. */
function groupDocuments(model: Model, types: TypeTable) {
  const tree = groupTree(model, model.main);
  return costOfGroups(model, tree, types).map(({ macs, unknown, parameters, activationBytes }, i) => {
    const { scope, depth, count } = tree.groups[i]!;
    return {
      group: scope.path,
      depth,
      nodes: count,
      multiplyAdds: macs,
      nodesWithoutCost: unknown,
      parameters,
      activationBytes,
    };
  });
}

function costLine(model: Model, types: TypeTable): string {
  const { macs, activationBytes, peakBytes } = modelCost(model, types);
  const say = (d: Dim, unit: (n: number) => string) => (typeof d === 'number' ? unit(d) : (d ?? 'unknown'));
  const parts = [
    `${say(macs, formatCount)} multiply-adds`,
    `${say(activationBytes, formatBytes)} of activations`,
    `${say(peakBytes, formatBytes)} at the peak`,
  ];
  return `  ${parts.join(', ')}`;
}

/** More than one: there is something to choose. */
function signatureLines(model: Model): string[] {
  const all = signaturesOf(model);
  if (all.length < 2) return [];
  return ['Signatures (convert takes --signature)', ...all.map((s) => `  ${s.name}  ${signatureLabel(s)}`)];
}

function print(io: Io, opened: OpenedModel, { inference, problems }: Analysed, s: ModelSummary): void {
  const { model } = opened;
  const label = (list: readonly { name: string; type: Parameters<typeof typeLabel>[0] }[]) =>
    list.map((p) => `  ${p.name}  ${typeLabel(p.type)}`);
  const share = inference.share();
  const known =
    share.values === 0
      ? ''
      : `, ${Math.floor((100 * (share.values - share.unknown)) / share.values)} % of shapes known`;
  const lines = [
    `${model.source.fileName}: ${converterOf(opened.converterId)?.label ?? ''}, ${formatBytes(model.source.size)}`,
    `  ${opened.converterId === 'onnx' ? `IR ${model.irVersion ?? '?'}, ` : ''}${s.opsets.map((o) => `${o.domain || 'ai.onnx'} ${o.version}`).join(', ') || 'no opset import'}`,
    ...(model.producerName ? [`  made by ${model.producerName} ${model.producerVersion}`.trimEnd()] : []),
    `  ${formatCount(s.nodes)} nodes, ${formatCount(s.parameters)} parameters, ${formatBytes(s.weightBytes)} of weights${known}`,
    costLine(model, inference),
    'Inputs',
    ...label(s.inputs),
    'Outputs',
    ...label(s.outputs),
    ...signatureLines(model),
    'Operators',
    ...s.operators
      .slice(0, 20)
      .map((o) => `  ${String(o.count).padStart(6)}  ${o.domain ? `${o.domain}.` : ''}${o.op}`),
    ...(s.operators.length > 20 ? [`  and ${s.operators.length - 20} more`] : []),
  ];
  const all = [...opened.diagnostics, ...problems];
  const bad = all.filter((p) => p.severity !== 'info');
  if (bad.length > 0) lines.push(`${bad.length} problems: graphwright check tells them`);
  io.out(lines.join('\n'));
}
