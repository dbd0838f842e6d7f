/** Writes models as ONNX: new bytes around untouched slices of the files that were opened. No weight is read. */
import { readBytes, type BlobLike, type ByteSource } from '../../graph-model/core/bytes.ts';
import type { Model } from '../../graph-model/core/model.ts';
import { FormatError } from '../../graph-model/diagnostics.ts';
import { WireWriter } from '../containers/protobuf/wire-writer.ts';
import { MODEL } from './fields.ts';
import { assignNames } from './names.ts';
import { TensorPlan, type ExternalDataChoice } from './tensor-plan.ts';
import { writeFunction, writeGraph, writeOpset, writeTraining } from './write-graph.ts';
import { writeCarried, writeExtra, writeText, type WriteContext } from './write-parts.ts';

export type { ExternalDataChoice } from './tensor-plan.ts';

/** Protobuf libraries refuse larger messages. */
export const SINGLE_FILE_LIMIT = 2 ** 31 - 1;

export interface WriteOptions {
  /** Name of the model's file; by default that of the opened file with `.onnx`. */
  readonly fileName?: string;
  /** Where the elements of tensors go. Default `keep`. The command's `convert` uses `auto`. */
  readonly externalData?: ExternalDataChoice;
  /** Initializers from this many bytes on go to the data file where there is one. Default 1024. */
  readonly threshold?: number;
  /** For tests: another limit than {@link SINGLE_FILE_LIMIT}. */
  readonly limit?: number;
}

export interface WrittenFile {
  readonly name: string;
  readonly parts: readonly (Uint8Array | ByteSource)[];
  /** Bytes. */
  readonly size: number;
}

export interface WrittenModel {
  /** The model, then its data file `NAME.onnx_data` where it has one. */
  readonly files: readonly WrittenFile[];
  /** Files that the model goes on naming: they must lie beside it. */
  readonly refersTo: readonly string[];
}

/**
 * Composes the files of a model. Throws a FormatError where one file is asked for and cannot hold it. Reading what was
 * written gives an equal protobuf message; unnamed and colliding values get names of their own.
 */
export function writeOnnx(model: Model, options: WriteOptions = {}): WrittenModel {
  const choice = options.externalData ?? 'keep';
  const name = options.fileName ?? onnxName(model.source.fileName);
  const limit = options.limit ?? SINGLE_FILE_LIMIT;
  const keepExternal = choice === 'keep';
  const threshold = options.threshold ?? 1024;
  const plan = (location: string | null) => new TensorPlan(model, { keepExternal, location, threshold });
  const location = `${name}_data`;
  if (choice === 'always') return checked(compose(model, name, plan(location)), limit);
  const single = compose(model, name, plan(null));
  if (single.files[0]!.size <= limit || choice === 'never') return checked(single, limit);
  return checked(compose(model, name, plan(location)), limit);
}

function checked(written: WrittenModel, limit: number): WrittenModel {
  const { size } = written.files[0]!;
  if (size > limit) throw new FormatError('onnx.single-file-limit', { size, limit });
  return written;
}

function onnxName(fileName: string): string {
  return /\.onnx$/i.test(fileName) ? fileName : `${fileName.replace(/\.[^./]+$/, '') || 'model'}.onnx`;
}

function compose(model: Model, name: string, plan: TensorPlan): WrittenModel {
  const w = new WireWriter();
  const c: WriteContext = {
    w,
    model,
    plan,
    nameOf: assignNames(model),
    graph: (field, id) => writeGraph(c, field, model.graphs.at(id)),
  };
  writeModel(c);
  const files: WrittenFile[] = [{ name, parts: w.parts(), size: w.size }];
  if (plan.size > 0) files.push({ name: plan.options.location!, parts: plan.parts, size: plan.size });
  return { files, refersTo: [...plan.refersTo] };
}

function writeModel(c: WriteContext): void {
  const { w, model } = c;
  writeExtra(w, model.extra);
  if (model.irVersion !== null) w.int(MODEL.irVersion, model.irVersion);
  writeText(w, MODEL.producerName, model.producerName);
  writeText(w, MODEL.producerVersion, model.producerVersion);
  writeText(w, MODEL.domain, model.domain);
  if (model.modelVersion !== null) w.int(MODEL.modelVersion, model.modelVersion);
  c.graph(MODEL.graph, model.main);
  for (const opset of model.opsets) writeOpset(c, MODEL.opset, opset);
  writeCarried(w, model, MODEL);
  for (const info of model.training) writeTraining(c, MODEL.training, info);
  for (const f of model.functions) writeFunction(c, MODEL.functions, f);
  for (const configuration of model.deviceConfigurations) w.bytes(MODEL.configuration, configuration);
}

/** The file as a Blob that refers to slices of the opened files; for the page, where those are Blobs too. */
export function toBlob(file: WrittenFile, type = 'application/octet-stream'): Blob {
  return new Blob(file.parts.map(blobPart), { type });
}

function blobPart(part: Uint8Array | ByteSource): BlobPart {
  if (part instanceof Uint8Array) return part as Uint8Array<ArrayBuffer>;
  if (part.kind === 'bytes') return part.bytes as Uint8Array<ArrayBuffer>;
  if (part.kind === 'missing') throw new Error(`toBlob: ${part.file} was not given`);
  const slice: BlobLike = part.blob.slice(part.begin, part.end);
  if (slice instanceof Blob) return slice;
  throw new Error('toBlob: the model was not opened from a Blob; use fileBytes');
}

/** The whole file in memory: for small models, tests and sessions that take bytes. */
export async function fileBytes(file: WrittenFile, signal?: AbortSignal): Promise<Uint8Array> {
  const out = new Uint8Array(file.size);
  let at = 0;
  for (const part of file.parts) {
    const bytes = part instanceof Uint8Array ? part : await readBytes(part, signal);
    out.set(bytes, at);
    at += bytes.length;
  }
  return out;
}
