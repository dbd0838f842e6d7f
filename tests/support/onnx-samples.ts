/** Sample files as dropped files, and an independent reader of ONNX to compare with. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import protobuf from 'protobufjs';
import { BytesBlob } from '../../src/converters/containers/bytes-blob.ts';
import type { InputFile } from '../../src/converters/converter.ts';

export const SAMPLES = fileURLToPath(new URL('../samples/onnx/', import.meta.url));
/** The large data set beside the project, which a fresh clone lacks. */
export const SHARED = fileURLToPath(new URL('../../../shared/', import.meta.url));
export const hasShared = existsSync(`${SHARED}onnx-suite`);

export function inputFile(path: string, bytes: Uint8Array): InputFile {
  return { name: path.slice(path.lastIndexOf('/') + 1), path, blob: new BytesBlob(bytes) };
}

export interface Sample {
  readonly main: InputFile;
  readonly files: readonly InputFile[];
  readonly expect: string;
  readonly bytes: Uint8Array;
}

/** The files of a case, all but its description and its test data. */
export function sample(name: string, root = SAMPLES): Sample {
  const folder = `${root}${name}/`;
  const about = existsSync(`${folder}case.json`) ? JSON.parse(readFileSync(`${folder}case.json`, 'utf8')) : {};
  const [mainName] = [about.model ?? 'model.onnx'].flat() as string[];
  const names = readdirSync(folder).filter((f) => f !== 'case.json' && statSync(folder + f).isFile());
  const files = names.map((f) => inputFile(f, new Uint8Array(readFileSync(folder + f))));
  const main = files.find((f) => f.name === mainName) ?? files[0]!;
  return { main, files, expect: about.expect ?? 'convert', bytes: new Uint8Array(readFileSync(folder + main.name)) };
}

export function sampleNames(root = SAMPLES): string[] {
  return readdirSync(root).filter((f) => statSync(root + f).isDirectory());
}

const schema = protobuf.parse(readFileSync(new URL('onnx.proto', import.meta.url), 'utf8'), { keepCase: true }).root;
const ModelProto = schema.lookupType('onnx.ModelProto');

/** A ModelProto as plain data: fields that are absent are absent, 64-bit numbers are strings. */
export function decodeModel(bytes: Uint8Array): Record<string, unknown> {
  return ModelProto.toObject(ModelProto.decode(bytes), {
    longs: String,
    bytes: String,
    arrays: false,
    defaults: false,
  });
}

/** ModelProto bytes from plain data in the words of onnx.proto. */
export function encodeModel(plain: object): Uint8Array {
  return new Uint8Array(ModelProto.encode(ModelProto.fromObject(plain)).finish());
}
