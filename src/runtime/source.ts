/** Models as the runtime opens them. */
import { writeOnnx, type WrittenFile } from '../converters/onnx/write.ts';
import { bytesOf, type ByteSource } from '../graph-model/core/bytes.ts';
import type { Model } from '../graph-model/core/model.ts';
import { typeString } from '../graph-model/core/types.ts';
import { FormatError } from '../graph-model/diagnostics.ts';
import { makersOf } from './fragment.ts';
import type { RunSource, SourceNode } from './types.ts';

/**
 * Writes a model for the runtime: structure in one small file, weights in another that is read when they are asked for.
 * Nothing is read here. Throws FormatError (`run.missing-weights`) where a file of weights was not given.
 */
export function runSource(model: Model): RunSource {
  const { files, refersTo } = writeOnnx(model, { fileName: 'model.onnx', externalData: 'always' });
  const missing = refersTo[0];
  if (missing !== undefined) throw new FormatError('run.missing-weights', { file: missing });
  const [structure, ...data] = files;
  return {
    model: sources(structure!),
    data: data.map((file) => ({ path: file.name, parts: sources(file) })),
    opaqueTypes: opaqueTypes(model),
    unranked: unranked(model),
    ...(model.functions.length ? {} : { nodes: nodesOf(model) }),
  };
}

const sources = (file: WrittenFile): ByteSource[] =>
  file.parts.map((part) => (part instanceof Uint8Array ? bytesOf(part) : part));

/** Models with functions are left out: the runtime inlines those, and places in the graph move. */
function nodesOf(model: Model): SourceNode[] {
  const { order } = model.graphs.at(model.main);
  const places = new Map(order.map((id, place) => [id, place]));
  return order.map((id) => {
    const { op, name } = model.nodes.at(id);
    return { op, name, after: makersOf(model, id).flatMap((maker) => places.get(maker) ?? []) };
  });
}

function unranked(model: Model): Set<string> {
  const { inputs, outputs } = model.graphs.at(model.main);
  const values = [...inputs, ...outputs].map((id) => model.values.at(id));
  return new Set(values.filter((v) => v.type?.kind === 'tensor' && v.type.shape === null).map((v) => v.name));
}

function opaqueTypes(model: Model): Map<string, string> {
  const out = new Map<string, string>();
  for (const id of model.graphs.at(model.main).outputs) {
    const { name, type } = model.values.at(id);
    if (type && type.kind !== 'tensor') out.set(name, typeString(type));
  }
  return out;
}
