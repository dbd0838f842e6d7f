/** Files as values of a model's inputs. */
import { unzipSync } from 'fflate';
import type { BlobLike } from '../../graph-model/core/bytes.ts';
import { elementCount, toNumbers, type DenseTensor } from '../../graph-model/core/tensor.ts';
import { dtypeInfo, shapeLabel, type Dim } from '../../graph-model/core/types.ts';
import { diagnostic, FormatError, type Diagnostic } from '../../graph-model/diagnostics.ts';
import type { InputValue } from '../types.ts';
import { resolveDims, type SizedInput } from './dims.ts';
import { isImage, readImage, type ImageOptions } from './image.ts';
import { isNpy, readNpy } from './npy.ts';
import { readCsv, readJson, typed, type PlainArray } from './plain.ts';
import { readProto } from './proto.ts';

export interface InputFile {
  readonly name: string;
  readonly blob: BlobLike;
}

export interface ReadOptions {
  readonly image?: ImageOptions;
  /** Sizes of named dimensions, for pictures. */
  readonly dims?: Readonly<Record<string, number>>;
}

export interface ReadInputs {
  readonly values: readonly InputValue[];
  /** Files and entries that no input wants. */
  readonly problems: readonly Diagnostic[];
}

/** One array of a file, before it is known for which input. */
export interface Entry {
  readonly file: string;
  /** Names to match by, best first; none: by position only. */
  readonly names: readonly string[];
  readonly content:
    | { readonly kind: 'dense'; readonly dense: DenseTensor }
    | { readonly kind: 'plain'; readonly plain: PlainArray }
    | { readonly kind: 'image'; readonly bytes: Uint8Array };
  /** Only used when its name is asked for, or it is alone: a column beside the whole table. */
  readonly spare?: 'column' | 'table';
}

/**
 * Reads .npy, .npz, TensorProto (.pb), JSON, CSV and (in a page) pictures and matches them to inputs: by name, else in order.
 * Elements are converted to the input's type where nothing but float precision is lost, and a missing batch axis is added;
 * the description says so. Throws FormatError.
 */
export async function readInputs(
  files: readonly InputFile[],
  inputs: readonly SizedInput[],
  options: ReadOptions = {},
): Promise<ReadInputs> {
  return inputsFrom(await readEntries(files), inputs, options);
}

/** Every array of every file, in the order of the files' names; a table gives its columns and itself. Throws FormatError. */
export async function readEntries(files: readonly InputFile[]): Promise<Entry[]> {
  const sorted = [...files].sort((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }));
  const entries: Entry[] = [];
  for (const file of sorted) entries.push(...entriesOf(file.name, new Uint8Array(await file.blob.arrayBuffer())));
  return entries;
}

/** {@link readInputs} of what is read already. */
export async function inputsFrom(
  entries: readonly Entry[],
  inputs: readonly SizedInput[],
  options: ReadOptions = {},
): Promise<ReadInputs> {
  const matched = match(entries, inputs);
  const values: InputValue[] = [];
  const names = new Map<string, number>();
  const shapes = resolveDims(inputs, options.dims ?? {}).shapes;
  for (const input of inputs) {
    const entry = matched.get(input.name);
    if (entry) values.push(await valueOf(entry, input, shapes.get(input.name)!, names, options.image));
  }
  const used = new Set([...matched.values()].map((e) => e.file));
  const unused = [...new Set(entries.map((e) => e.file))].filter((f) => !used.has(f));
  const wanted = inputs.map((i) => i.name).join(', ');
  return { values, problems: unused.map((file) => diagnostic('run.input-unknown', { file, inputs: wanted })) };
}

function entriesOf(file: string, bytes: Uint8Array): Entry[] {
  const base = file.replace(/^.*\//, '').replace(/\.[^.]*$/, '');
  if (isNpy(bytes)) return [{ file, names: [base], content: { kind: 'dense', dense: readNpy(bytes, file) } }];
  if (bytes[0] === 0x50 && bytes[1] === 0x4b) return npzEntries(file, bytes);
  if (isImage(bytes)) return [{ file, names: [base], content: { kind: 'image', bytes } }];
  if (/\.(pb|pbtxt|proto|tensor)$/i.test(file)) return protoEntries(file, base, bytes);
  if (/\.(csv|tsv|txt)$/i.test(file)) return tableEntries(file, base, bytes);
  if (/\.json$/i.test(file) || bytes[0] === 0x5b || bytes[0] === 0x7b)
    return plainEntries(file, base, readJson(utf8(bytes), file));
  throw new FormatError('run.file-format', { file, why: 'it is of no known kind' });
}

const utf8 = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** Entries are read by name from memory; an archive that would unpack to more than can be used is refused. */
function npzEntries(file: string, bytes: Uint8Array): Entry[] {
  let parts: Record<string, Uint8Array>;
  try {
    parts = unzipSync(bytes, { filter: (e) => e.name.endsWith('.npy') && sane(file, e.originalSize) });
  } catch (error) {
    if (error instanceof FormatError) throw error;
    const why = `it is no sound zip archive (${error instanceof Error ? error.message : String(error)})`;
    throw new FormatError('run.file-format', { file, why });
  }
  return Object.entries(parts).map(([name, part]) => ({
    file: `${file}/${name}`,
    names: [name.replace(/\.npy$/, '')],
    content: { kind: 'dense', dense: readNpy(part, `${file}/${name}`) },
  }));
}

function sane(file: string, size: number): boolean {
  if (size > 2 ** 31) throw new FormatError('run.file-format', { file, why: 'an array of it takes more than 2 GiB' });
  return true;
}

function protoEntries(file: string, base: string, bytes: Uint8Array): Entry[] {
  const { name, tensors, kind } = readProto(bytes, file);
  if (kind === 'sequence') throw new FormatError('run.input-kind', { input: name || base, type: 'sequence' });
  return [{ file, names: name ? [name, base] : [base], content: { kind: 'dense', dense: tensors[0]! } }];
}

function plainEntries(file: string, base: string, arrays: ReadonlyMap<string, PlainArray>): Entry[] {
  return [...arrays].map(([name, plain]) => ({ file, names: [name || base], content: { kind: 'plain', plain } }));
}

function tableEntries(file: string, base: string, bytes: Uint8Array): Entry[] {
  return [...readCsv(utf8(bytes), file)].map(([name, plain]) => ({
    file,
    names: [name || base],
    content: { kind: 'plain', plain },
    spare: name ? 'column' : 'table',
  }));
}

/** By name exactly, then by name as file systems allow it, then the rest in order. */
function match(entries: readonly Entry[], inputs: readonly SizedInput[]): Map<string, Entry> {
  const out = new Map<string, Entry>();
  const left = new Set(entries);
  const take = (input: SizedInput, fits: (entry: Entry) => boolean) => {
    const found = out.has(input.name) ? undefined : [...left].find(fits);
    if (!found) return;
    out.set(input.name, found);
    left.delete(found);
  };
  for (const input of inputs) take(input, (e) => e.names.includes(input.name));
  for (const input of inputs) take(input, (e) => e.names.some((n) => plainName(n) === plainName(input.name)));
  const usedFiles = new Set([...out.values()].map((e) => e.file));
  // A table some of whose columns were asked for by name is not used a second time as a whole, nor by loose columns.
  for (const e of [...left]) if (e.spare === 'column' || (e.spare && usedFiles.has(e.file))) left.delete(e);
  for (const input of inputs) take(input, () => true);
  return out;
}

const plainName = (name: string) => name.replace(/[^A-Za-z0-9]+/g, '_').toLowerCase();

async function valueOf(
  entry: Entry,
  input: SizedInput,
  sizes: readonly number[],
  names: Map<string, number>,
  image: ImageOptions | undefined,
): Promise<InputValue> {
  const { content } = entry;
  if (content.kind === 'image') {
    const tensor = await readImage(content.bytes, entry.file, input, sizes, image);
    return { name: input.name, tensor, description: `${entry.file}, ${shapeLabel(tensor.dims)}` };
  }
  const dense =
    content.kind === 'plain' ? typed(content.plain, input.dtype, input.name) : converted(content.dense, input);
  const tensor = fitted(dense, input, names);
  const from =
    content.kind === 'dense' && content.dense.dtype !== input.dtype
      ? ` (from ${dtypeInfo(content.dense.dtype).label})`
      : '';
  return { name: input.name, tensor, description: `${entry.file}, ${shapeLabel(tensor.dims)}${from}` };
}

/** numpy makes float64 and int64 of plain numbers, so other types than the input's are common. */
function converted(dense: DenseTensor, input: SizedInput): DenseTensor {
  if (dense.dtype === input.dtype) return dense;
  const isNumber = (d: string) => d !== 'string' && !d.startsWith('complex');
  if (!isNumber(dense.dtype) || !isNumber(input.dtype))
    throw new FormatError('run.input-wrong-dtype', {
      input: input.name,
      have: dtypeInfo(dense.dtype).label,
      want: dtypeInfo(input.dtype).label,
    });
  const { values: held } = dense;
  const isBig = held instanceof BigInt64Array || held instanceof BigUint64Array;
  const values: (number | bigint)[] = isBig ? [...held] : [...toNumbers(dense)];
  return typed({ dims: dense.dims, values }, input.dtype, input.name);
}

/** The tensor in a shape that the input declares. `names` holds the sizes that other inputs gave to named dimensions. */
function fitted(dense: DenseTensor, input: SizedInput, names: Map<string, number>): DenseTensor {
  const { shape } = input;
  if (shape === null || agrees(dense.dims, shape, names)) return bound(dense, shape, names);
  const batched = [1, ...dense.dims];
  if (agrees(batched, shape, names)) return bound({ ...dense, dims: batched }, shape, names);
  // A table row for a vector, a column for a list: the same elements in the one shape that fits.
  const fixed = shape.map((d) => (typeof d === 'number' ? d : 1));
  const squeezed = (dims: readonly Dim[]) => dims.filter((d) => d !== 1).join();
  if (squeezed(dense.dims) === squeezed(fixed) && elementCount(fixed) === elementCount(dense.dims))
    return bound({ ...dense, dims: fixed }, shape, names);
  const want = shape.map((d) => (typeof d === 'string' && names.has(d) ? `${d}=${names.get(d)}` : d));
  throw new FormatError('run.input-shape', { input: input.name, have: shapeLabel(dense.dims), want: shapeLabel(want) });
}

function agrees(dims: readonly number[], shape: readonly Dim[], names: ReadonlyMap<string, number>): boolean {
  const fits = (d: Dim, have: number) => (typeof d === 'string' ? (names.get(d) ?? have) : (d ?? have)) === have;
  return dims.length === shape.length && shape.every((d, i) => fits(d, dims[i]!));
}

function bound(dense: DenseTensor, shape: SizedInput['shape'], names: Map<string, number>): DenseTensor {
  shape?.forEach((d, i) => typeof d === 'string' && names.set(d, dense.dims[i]!));
  return dense;
}
