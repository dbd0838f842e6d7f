/** TensorFlow models: SavedModel of both versions, frozen graphs, meta graphs with their checkpoint. */
import type { Model } from '../../graph-model/core/model.ts';
import type { Converter } from '../converter.ts';
import { buildDialect } from './read/build.ts';
import { openTensorflow } from './read/open.ts';
import { outputsOf } from './read/op-outputs.ts';
import { sinksOf } from './read/sinks.ts';
import { toOnnx } from './to-onnx.ts';

export const tensorflowConverter: Converter = {
  async read(main, files, job): Promise<Model> {
    const file = await openTensorflow(main, job);
    const meta = file.metaGraphs.find((m) => m.tags.includes('serve')) ?? file.metaGraphs[0]!;
    return buildDialect({
      file: main.name,
      graph: meta.graph,
      signatures: meta.signatures,
      variables: new Map(),
      sinks: sinksOf(meta.graph, (n) => outputsOf(n)?.types.length ?? 1),
      version: meta.version,
      metadata: new Map(),
      source: { format: 'tensorflow', fileName: main.name, size: files.reduce((sum, f) => sum + f.blob.size, 0) },
    });
  },
  toOnnx,
};
