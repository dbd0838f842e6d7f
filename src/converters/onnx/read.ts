/** ModelProto: reads the structure of a model of any size and leaves its weights where they are. */
import type { BlobLike } from '../../graph-model/core/bytes.ts';
import type { FunctionDef, Model, OpsetImport, TrainingInfo } from '../../graph-model/core/model.ts';
import { diagnostic, FormatError } from '../../graph-model/diagnostics.ts';
import type { JobContext } from '../../graph-model/job.ts';
import { Interner } from '../containers/protobuf/interner.ts';
import { skim } from '../containers/protobuf/skim.ts';
import { LENGTH, VARINT, WireReader } from '../containers/protobuf/wire-reader.ts';
import type { InputFile } from '../converter.ts';
import { Builder } from './build.ts';
import { ExternalFiles } from './external-files.ts';
import { MODEL, MODEL_SKIM } from './fields.ts';
import { readFunction, readOpset, readTraining } from './read-function.ts';
import { readGraph, type GraphContext } from './read-graph.ts';
import { Carrier, readName, SmallCopies } from './read-parts.ts';
import { INLINE_LIMIT } from './read-tensor.ts';
import type { Scope } from './scope.ts';

/**
 * Files up to this size are read at once; larger ones through windows. Handing all bytes from the browser to a worker costs more
 * than walking the structure twice where a file is large by its weights, as nearly all large ones are.
 */
export const WHOLE_LIMIT = 48 * 1024 * 1024;

export interface ReadOptions {
  /** For tests: another limit than {@link WHOLE_LIMIT}. */
  readonly wholeLimit?: number;
}

/**
 * Reads an ONNX model. `files` are searched for external data. Weights above 4 KB stay byte ranges of `main.blob` or of
 * the external files; those of files that were not given are `missing` and reported by name.
 */
export async function readOnnx(
  main: InputFile,
  files: readonly InputFile[],
  job: JobContext,
  options: ReadOptions = {},
): Promise<Model> {
  job.signal.throwIfAborted();
  const { blob } = main;
  if (blob.size === 0) throw new FormatError('file.empty', { file: main.name });
  const r = await open(main.name, blob, options.wholeLimit ?? WHOLE_LIMIT, job.signal);
  const others = files.filter((f) => f !== main);
  const external = new ExternalFiles(others, main.path, job);
  const names = new Interner(r.bytes);
  const c: GraphContext = { r, names, pool: new SmallCopies(), blob, external, job, b: new Builder() };
  const model = readModel(c, main);
  external.reportMissing();
  if (names.invalid > 0) job.report(diagnostic('onnx.bad-names', { count: names.invalid, file: main.name }));
  return model;
}

async function open(name: string, blob: BlobLike, wholeLimit: number, signal: AbortSignal): Promise<WireReader> {
  if (blob.size > wholeLimit) return skim(name, blob, MODEL_SKIM, INLINE_LIMIT, signal);
  const bytes = new Uint8Array(await blob.arrayBuffer());
  signal.throwIfAborted();
  return new WireReader(name, bytes, bytes.length);
}

interface Waiting {
  readonly begin: number;
  readonly end: number;
}

/** The fields of a model; what needs the main graph's names waits. */
class ModelParts {
  readonly carrier = new Carrier();
  readonly opsets: OpsetImport[] = [];
  readonly functions: Waiting[] = [];
  readonly training: Waiting[] = [];
  readonly configurations: Uint8Array[] = [];
  graph: Waiting | null = null;
  irVersion: number | null = null;
  modelVersion: number | bigint | null = null;
  producerName = '';
  producerVersion = '';
  domain = '';
}

function readModel(c: GraphContext, main: InputFile): Model {
  const { r, b } = c;
  const p = new ModelParts();
  while (r.offset < r.size) readField(c, p);
  r.close(r.size);
  if (p.graph === null) throw new FormatError('onnx.no-graph', { file: r.file });
  const mainId = b.reserveGraph();
  const scope = readGraph(c, mainId, p.graph.begin, p.graph.end, null, null);
  const functions = p.functions.map(({ begin, end }, i) => atField(c, begin, () => readFunction(c, end, i)));
  const training = p.training.map(({ begin, end }) => atField(c, begin, () => readTraining(c, end, scope)));
  return assemble(c, p, main, { main: mainId, functions, training });
}

function atField<T>(c: GraphContext, begin: number, read: () => T): T {
  c.r.seek(begin);
  c.r.tag();
  return read();
}

function assemble(
  c: GraphContext,
  p: ModelParts,
  main: InputFile,
  parts: { main: Scope['graph']; functions: readonly FunctionDef[]; training: readonly TrainingInfo[] },
): Model {
  return {
    ...parts,
    ...c.b.tables(),
    opsets: p.opsets,
    irVersion: p.irVersion,
    producerName: p.producerName,
    producerVersion: p.producerVersion,
    domain: p.domain,
    modelVersion: p.modelVersion,
    deviceConfigurations: p.configurations,
    source: { format: 'onnx', fileName: main.name, size: main.blob.size + c.external.size },
    ...p.carrier.fields,
  };
}

function readField(c: GraphContext, p: ModelParts): void {
  const { r } = c;
  const end = r.size;
  const begin = r.offset;
  r.enter('the model');
  const field = r.tag();
  switch (field) {
    case MODEL.irVersion:
      r.expect(VARINT);
      p.irVersion = r.int();
      return;
    case MODEL.modelVersion:
      r.expect(VARINT);
      p.modelVersion = small(r.bigint());
      return;
    case MODEL.producerName:
      p.producerName = text(c, p, begin);
      return;
    case MODEL.producerVersion:
      p.producerVersion = text(c, p, begin);
      return;
    case MODEL.domain:
      p.domain = text(c, p, begin);
      return;
    case MODEL.doc:
      return p.carrier.readDoc(r, begin, end);
    case MODEL.metadata:
      return p.carrier.readMetadata(r, begin, end);
    case MODEL.opset:
      return void p.opsets.push(readOpset(c, end));
    case MODEL.graph:
      return readGraphField(c, p, end);
    case MODEL.functions:
      return void p.functions.push(pass(c, begin, end));
    case MODEL.training:
      return void p.training.push(pass(c, begin, end));
    case MODEL.configuration:
      r.expect(LENGTH);
      return readConfiguration(c, p, end);
    default:
      p.carrier.extra.keepField(r, begin, field, end);
  }
}

function small(value: bigint): number | bigint {
  return Number.isSafeInteger(Number(value)) ? Number(value) : value;
}

function text(c: GraphContext, p: ModelParts, begin: number): string {
  const value = readName(c, c.r.size);
  if (value === '') p.carrier.extra.keep(c.r, begin);
  return value;
}

/** Passes over a message field; its range begins at its tag. */
function pass(c: GraphContext, begin: number, outer: number): Waiting {
  c.r.expect(LENGTH);
  c.r.skipTo(c.r.length(outer));
  return { begin, end: c.r.offset };
}

function readGraphField(c: GraphContext, p: ModelParts, outer: number): void {
  const { r } = c;
  if (p.graph !== null) throw new FormatError('onnx.two-graphs', { file: r.file }, { offset: r.offset });
  r.enter('the graph');
  r.expect(LENGTH);
  const end = r.length(outer);
  p.graph = { begin: r.offset, end };
  r.skipTo(end);
}

function readConfiguration(c: GraphContext, p: ModelParts, outer: number): void {
  const { r } = c;
  const end = r.length(outer);
  const begin = r.offset;
  r.skipTo(end);
  p.configurations.push(r.copyFrom(begin));
}
