/** From dropped files to a model: which of them is the model, which format it has, and what is missing. */
import type { BlobLike } from '../graph-model/core/bytes.ts';
import type { Model } from '../graph-model/core/model.ts';
import { FormatError, type Diagnostic } from '../graph-model/diagnostics.ts';
import type { JobContext } from '../graph-model/job.ts';
import { annotated } from './annotate.ts';
import { isZip, openEntry, readZip, refuseBomb, type ZipEntry } from './containers/zip/zip.ts';
import type { ConverterEntry, InputFile, Score } from './converter.ts';
import { missingFiles } from './missing-files.ts';
import { whatElse } from './not-a-model.ts';
import { CONVERTERS } from './registry.ts';

export interface OpenedModel {
  readonly model: Model;
  readonly converterId: string;
  /** The file that holds the graph. */
  readonly main: InputFile;
  /** Files that tensors name and that were not given, as the model writes them. */
  readonly missing: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
}

const HEAD_BYTES = 4096;

interface Candidate {
  readonly file: InputFile;
  readonly entry: ConverterEntry;
  readonly score: Score;
}

/**
 * Opens the one model among `files`; the others are its data. A zip archive is opened as the files within it. Throws a
 * FormatError that says what the files are where they hold no model.
 */
export async function openModel(files: readonly InputFile[], job: JobContext): Promise<OpenedModel> {
  if (files.length === 0) throw new FormatError('file.unknown', { file: '(none)', why: 'no file was given' });
  const heads = await Promise.all(files.map(readHead));
  const best = bestOf(files.flatMap((file, i) => candidates(file, heads[i]!, files)));
  // A name alone is no proof: what the content says comes first.
  if (best && best.score > 1) return read(best, files, job);
  const at = Math.max(0, best ? files.indexOf(best.file) : firstLargest(files));
  const file = files[at]!;
  if (isZip(heads[at]!)) return openArchive(file, files, job);
  const other = whatElse(file, heads[at]!);
  if (other) throw other;
  if (best) return readByName(best, files, job);
  throw new FormatError('file.unknown', { file: file.name, why: 'neither its name nor its first bytes are known' });
}

/** Tries a file that only its name speaks for: what fails then is not a damaged model but no model. */
async function readByName(found: Candidate, files: readonly InputFile[], job: JobContext): Promise<OpenedModel> {
  try {
    return await read(found, files, job);
  } catch (error) {
    if (!(error instanceof FormatError) || error.diagnostic.code !== 'file.broken') throw error;
    const why = `its name says ${found.entry.label}, and its bytes are something else`;
    throw new FormatError('file.unknown', { file: found.file.name, why }, { offset: error.diagnostic.offset });
  }
}

async function readHead(file: InputFile): Promise<Uint8Array> {
  return new Uint8Array(await file.blob.slice(0, Math.min(HEAD_BYTES, file.blob.size)).arrayBuffer());
}

function candidates(file: InputFile, head: Uint8Array, siblings: readonly InputFile[]): Candidate[] {
  return CONVERTERS.map((entry) => ({ file, entry, score: entry.sniff({ file, head, siblings }) }));
}

/** The surest; among equals the one nearest to the top folder, then the first. */
function bestOf(all: readonly Candidate[]): Candidate | null {
  const depth = (c: Candidate) => c.file.path.split('/').length;
  let best: Candidate | null = null;
  for (const c of all) {
    if (c.score === 0) continue;
    if (!best || c.score > best.score || (c.score === best.score && depth(c) < depth(best))) best = c;
  }
  return best;
}

function firstLargest(files: readonly InputFile[]): number {
  return files.reduce((best, f, i) => (f.blob.size > files[best]!.blob.size ? i : best), 0);
}

async function read(found: Candidate, files: readonly InputFile[], job: JobContext): Promise<OpenedModel> {
  const diagnostics: Diagnostic[] = [];
  const report = (d: Diagnostic) => {
    diagnostics.push(d);
    job.report(d);
  };
  const { signal } = job;
  const own: JobContext = { signal, report, progress: (done, total, label) => job.progress(done, total, label) };
  const converter = await found.entry.load();
  const read = await converter.read(found.file, files, own);
  const model = await annotated(read, found.file, files);
  // A pickle is opened by one converter, whichever library's model it holds.
  return { model, converterId: model.source.format, main: found.file, missing: missingFiles(model), diagnostics };
}

/** At most so many entries are looked into whose names say nothing, or unpacked beside a model. */
const UNNAMED_LIMIT = 1000;

/** Unpacks no more than heads before a model is found among the entries, and then only its folder. */
async function openArchive(archive: InputFile, files: readonly InputFile[], job: JobContext): Promise<OpenedModel> {
  const { name, blob } = archive;
  const entries = await readZip(name, blob);
  refuseBomb(
    name,
    blob.size,
    entries.reduce((sum, e) => sum + e.size, 0),
  );
  const within = entries.map((e) => entryFile(e, archive.blob.slice(0, 0)));
  const extensions = CONVERTERS.flatMap((c) => c.extensions);
  const isNamed = (e: ZipEntry) => extensions.some((x) => e.path.toLowerCase().endsWith(x));
  const named = entries.filter(isNamed);
  const rest = entries.filter((e) => !isNamed(e)).slice(0, UNNAMED_LIMIT);
  const sure = (c: Candidate | null) => c !== null && c.score > 1;
  const first = bestOf(await candidatesWithin(archive, entries, within, named, job));
  const best = sure(first) ? first : bestOf(await candidatesWithin(archive, entries, within, rest, job));
  if (best && sure(best)) {
    const opened = await openFolder(archive, entries, best);
    const main = opened.find((f) => f.path === best.file.path)!;
    return read({ ...best, file: main }, [...opened, ...files.filter((f) => f !== archive)], job);
  }
  const why = `it is a zip archive of ${entries.length} files without a model in it`;
  throw new FormatError('file.unknown', { file: name, why });
}

function entryFile(entry: ZipEntry, blob: BlobLike): InputFile {
  return { name: entry.path.slice(entry.path.lastIndexOf('/') + 1), path: entry.path, blob };
}

/** The model's file and what lies in its folder and below. */
async function openFolder(archive: InputFile, entries: readonly ZipEntry[], found: Candidate): Promise<InputFile[]> {
  const main = found.file;
  const folder = found.entry.folder?.(main.path) ?? main.path.slice(0, main.path.lastIndexOf('/') + 1);
  const near = entries.filter((e) => e.path !== main.path && e.path.startsWith(folder)).slice(0, UNNAMED_LIMIT);
  const wanted = [...entries.filter((e) => e.path === main.path), ...near];
  const out: InputFile[] = [];
  for (const e of wanted) out.push(entryFile(e, await openEntry(archive.name, archive.blob, e)));
  return out;
}

async function candidatesWithin(
  archive: InputFile,
  entries: readonly ZipEntry[],
  within: readonly InputFile[],
  some: readonly ZipEntry[],
  job: JobContext,
): Promise<Candidate[]> {
  const fileOf = new Map(entries.map((e, i) => [e, within[i]!]));
  const out: Candidate[] = [];
  for (const entry of some) {
    job.signal.throwIfAborted();
    const head = await openEntry(archive.name, archive.blob, entry, HEAD_BYTES);
    out.push(...candidates(fileOf.get(entry)!, new Uint8Array(await head.arrayBuffer()), within));
  }
  return out;
}

export { addFiles, missingFiles } from './missing-files.ts';
