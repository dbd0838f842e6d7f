/** TensorFlow models: SavedModel of both versions, frozen graphs, meta graphs with their checkpoint. */
import type { Model } from '../../graph-model/core/model.ts';
import type { Tensor } from '../../graph-model/core/tensor.ts';
import { diagnostic, FormatError } from '../../graph-model/diagnostics.ts';
import type { JobContext } from '../../graph-model/job.ts';
import { readTfjs, versionOf } from '../containers/tfjs/model-json.ts';
import type { Converter, InputFile } from '../converter.ts';
import { buildDialect } from './read/build.ts';
import { findCheckpoint } from './read/checkpoint-files.ts';
import { readGraphJson, readSignatureJson } from './read/graph-json.ts';
import { openTensorflow } from './read/open.ts';
import { outputsOf } from './read/op-outputs.ts';
import { calledFunctions, prune } from './read/prune.ts';
import type { TfFile, TfGraph, TfMetaGraph, TfSignature } from './read/records.ts';
import { signatureMetadata } from './read/signatures.ts';
import { sinksOf } from './read/sinks.ts';
import { unwrapCalls } from './read/unwrap.ts';
import { fillTables } from './read/tables.ts';
import { variablesOf } from './read/variables.ts';
import { toOnnx } from './to-onnx.ts';

export const tensorflowConverter: Converter = {
  async read(main, files, job): Promise<Model> {
    const file = await openTensorflow(main, job);
    const meta = file.metaGraphs.find((m) => m.tags.includes('serve')) ?? file.metaGraphs[0];
    if (!meta) throw new FormatError('tensorflow.no-graph', { file: main.name, why: 'it names none' });
    return build(main, files, file, meta, job);
  },
  toOnnx,
};

/** Graph models of TF.js: a frozen GraphDef as JSON, its constants in shards. */
export const tfjsGraphConverter: Converter = {
  async read(main, files, job): Promise<Model> {
    const { root, topology, weights } = await readTfjs(main, files, (d) => job.report(d), job.signal);
    const graph = readGraphJson(topology, weights);
    const about = root.maybe('signature') ?? root.maybe('userDefinedMetadata')?.maybe('signature') ?? null;
    const signature = readSignatureJson(about, graph);
    const signatures = signature ? [signature] : [];
    return buildDialect({
      file: main.name,
      graph,
      signatures,
      variables: new Map(),
      sinks: sinksOf(graph, (n) => outputsOf(n)?.types.length ?? 1),
      version: versionOf(root),
      metadata: new Map(signatureMetadata(signatures)),
      source: { format: 'tfjs-graph', fileName: main.name, size: files.reduce((sum, f) => sum + f.blob.size, 0) },
    });
  },
  toOnnx,
};

async function build(
  main: InputFile,
  files: readonly InputFile[],
  file: TfFile,
  meta: TfMetaGraph,
  job: JobContext,
): Promise<Model> {
  const signatures = sortedSignatures(meta);
  const checkpoint = await findCheckpoint(main, files, job);
  const graph = await fillTables(meta, shown(file, meta.graph, signatures), { main, files, checkpoint, job });
  const variables = checkpoint ? await variablesOf(meta.graph, checkpoint, job.signal) : new Map();
  reportMissing(variables, job);
  const model = buildDialect({
    file: main.name,
    graph,
    signatures,
    variables,
    sinks: sinksOf(graph, (n) => outputsOf(n)?.types.length ?? 1),
    version: meta.version,
    metadata: new Map(signatureMetadata(signatures)),
    source: { format: 'tensorflow', fileName: main.name, size: files.reduce((sum, f) => sum + f.blob.size, 0) },
  });
  return unwrapCalls(model);
}

function reportMissing(variables: ReadonlyMap<string, Tensor>, job: JobContext): void {
  const counts = new Map<string, number>();
  for (const { data } of variables.values()) {
    if (data.kind === 'missing') counts.set(data.file, (counts.get(data.file) ?? 0) + 1);
  }
  for (const [file, count] of counts) job.report(diagnostic('file.missing', { file, count }));
}

/** TensorFlow's own name for the initialisation of a SavedModel, which is no signature to anybody else. */
const INIT = '__saved_model_init_op';

/** The default first, the others by name; their inputs and outputs in an order that files do not change. */
function sortedSignatures(meta: TfMetaGraph): TfSignature[] {
  const rank = (s: TfSignature) => (s.name === 'serving_default' ? 0 : 1);
  const place = new Map(meta.graph.nodes.map((n, i) => [n.name, i]));
  const position = (tensor: string) => {
    const [node, index] = tensor.split(':');
    return [place.get(node!) ?? -1, Number(index ?? 0)] as const;
  };
  const inOrder = (list: TfSignature['inputs']) =>
    [...list].sort((a, b) => {
      const [p, q] = [position(a.tensor), position(b.tensor)];
      return p[0] - q[0] || p[1] - q[1] || (a.key < b.key ? -1 : 1);
    });
  return meta.signatures
    .filter((s) => s.name !== INIT && s.outputs.length > 0)
    .map((s) => ({ ...s, inputs: inOrder(s.inputs), outputs: inOrder(s.outputs) }))
    .sort((a, b) => rank(a) - rank(b) || (a.name < b.name ? -1 : 1));
}

/** With signatures, what they need; without, the graph as it is with the functions that it calls. */
function shown(file: TfFile, graph: TfGraph, signatures: readonly TfSignature[]): TfGraph {
  if (file.kind === 'graph' || signatures.length === 0) {
    return { nodes: graph.nodes, functions: calledFunctions(graph.nodes, graph.functions) };
  }
  const roots = signatures.flatMap((s) => [...s.outputs, ...s.inputs].map((t) => t.tensor));
  return prune(graph, roots);
}
