/** From the main file to the graphs in it. */
import type { BlobLike } from '../../../graph-model/core/bytes.ts';
import { FormatError } from '../../../graph-model/diagnostics.ts';
import type { JobContext } from '../../../graph-model/job.ts';
import { BytesBlob } from '../../containers/bytes-blob.ts';
import { skim, type SkimSchema } from '../../containers/protobuf/skim.ts';
import { encodeTextFormat } from '../../containers/protobuf/text-format.ts';
import { WireReader } from '../../containers/protobuf/wire-reader.ts';
import type { InputFile } from '../../converter.ts';
import { binaryKind, textKind, type TfKind } from '../sniff.ts';
import { GRAPH_SKIM, META_GRAPH_SKIM, SAVED_MODEL_SKIM } from './fields.ts';
import { readGraphDef } from './graph-def.ts';
import { readMetaGraph, readSavedModel } from './meta-graph.ts';
import type { TfFile, TfGraph, TfMetaGraph } from './records.ts';
import { TEXT_SCHEMAS } from './text-schema.ts';
import type { Source } from './walk.ts';

/** Files up to this size are read at once; larger ones through windows, without their constants. */
const WHOLE_LIMIT = 256 * 1024 * 1024;
const INLINE_LIMIT = 4096;
const TEXT_LIMIT = 256 * 1024 * 1024;

const SKIMS: Readonly<Record<TfKind, SkimSchema>> = {
  graph: GRAPH_SKIM,
  meta_graph: META_GRAPH_SKIM,
  saved_model: SAVED_MODEL_SKIM,
};

export async function openTensorflow(main: InputFile, job: JobContext): Promise<TfFile> {
  const { name, blob } = main;
  if (blob.size === 0) throw new FormatError('file.empty', { file: name });
  const head = new Uint8Array(await blob.slice(0, Math.min(4096, blob.size)).arrayBuffer());
  const textual = binaryKind(head) === null ? textKind(head) : null;
  if (textual) return readFile(await textSource(name, blob, textual), textual);
  const kind = binaryKind(head) ?? kindByName(name);
  return readFile({ r: await reader(name, blob, kind, job.signal), blob }, kind);
}

/** Texts are put into wire format in memory. */
async function textSource(file: string, blob: BlobLike, kind: TfKind): Promise<Source> {
  if (blob.size > TEXT_LIMIT) {
    throw new FormatError('file.text-too-long', { file, size: blob.size, limit: TEXT_LIMIT });
  }
  const text = new TextDecoder().decode(await blob.arrayBuffer());
  const bytes = encodeTextFormat(file, text, TEXT_SCHEMAS[kind]);
  return { r: new WireReader(file, bytes, bytes.length), blob: new BytesBlob(bytes) };
}

/** A file too short or too damaged to tell what it is: what its name promises. */
function kindByName(name: string): TfKind {
  if (/^saved_model\.pb$/i.test(name)) return 'saved_model';
  return /\.meta$/i.test(name) ? 'meta_graph' : 'graph';
}

async function reader(name: string, blob: BlobLike, kind: TfKind, signal: AbortSignal): Promise<WireReader> {
  if (blob.size > WHOLE_LIMIT) return skim(name, blob, SKIMS[kind], INLINE_LIMIT, signal);
  const bytes = new Uint8Array(await blob.arrayBuffer());
  signal.throwIfAborted();
  return new WireReader(name, bytes, bytes.length);
}

function readFile(s: Source, kind: TfKind): TfFile {
  const { size } = s.r;
  if (kind === 'saved_model') return { kind, metaGraphs: readSavedModel(s, size) };
  return { kind, metaGraphs: [kind === 'meta_graph' ? readMetaGraph(s, size) : bare(readGraphDef(s, size))] };
}

function bare(graph: TfGraph): TfMetaGraph {
  return { tags: [], version: '', graph, signatures: [], assets: [], initializers: [] };
}
