/** A model as the runtime takes it: structure in memory, weights as a data file that is read once and lazily. */
import { writeOnnx } from '../converters/onnx/write.ts';
import type { ByteSource } from '../graph-model/core/bytes.ts';
import type { Model } from '../graph-model/core/model.ts';
import { typeString } from '../graph-model/core/types.ts';
import { FormatError } from '../graph-model/diagnostics.ts';
import type { RunSource } from '../runtime/types.ts';

/** Throws a FormatError (`file.missing`) while weight files are missing: nothing can run without them. */
export function runSource(model: Model): RunSource {
  const { files, refersTo } = writeOnnx(model, { fileName: 'model.onnx', externalData: 'always' });
  if (refersTo.length > 0) throw new FormatError('run.missing-weights', { file: refersTo[0]! });
  const [main, ...data] = files;
  return {
    model: main!.parts.map(byteSource),
    data: data.map((f) => ({ path: f.name, parts: f.parts.map(byteSource) })),
    opaqueTypes: opaqueTypes(model),
  };
}

const byteSource = (part: Uint8Array | ByteSource): ByteSource =>
  part instanceof Uint8Array ? { kind: 'bytes', bytes: part } : part;

function opaqueTypes(model: Model): Map<string, string> {
  const out = new Map<string, string>();
  for (const id of model.graphs.at(model.main).outputs) {
    const { name, type } = model.values.at(id);
    if (type && type.kind !== 'tensor') out.set(name, typeString(type));
  }
  return out;
}
