/** Files that tensors name: found among those that were given, asked for when they are not. */
import type { ByteSource } from '../../graph-model/core/bytes.ts';
import { diagnostic } from '../../graph-model/diagnostics.ts';
import type { JobContext } from '../../graph-model/job.ts';
import type { InputFile } from '../converter.ts';

/**
 * True for a location within the model's folder. ONNX allows only relative paths without `..`; anything else could name
 * a file that the model has no business with.
 */
export function isSafeLocation(location: string): boolean {
  if (location === '' || /^[/\\]|^[A-Za-z]:|\0/.test(location)) return false;
  return !location.split(/[/\\]/).includes('..');
}

/** `a/./b\c` as `a/b/c`. */
export function normalPath(path: string): string {
  return path
    .split(/[/\\]/)
    .filter((part) => part !== '' && part !== '.')
    .join('/');
}

/**
 * The file that a location means: the one under that path beside the model, else the one whose path ends so, else the
 * only one of that name. null where none does, or the location is not safe.
 */
export function findFile(location: string, files: readonly InputFile[], folder = ''): InputFile | null {
  if (!isSafeLocation(location)) return null;
  const wanted = normalPath(location);
  const beside = normalPath(`${folder}/${wanted}`);
  const exact = files.find((f) => normalPath(f.path) === beside) ?? files.find((f) => normalPath(f.path) === wanted);
  if (exact) return exact;
  const ends = files.filter((f) => normalPath(f.path).endsWith(`/${wanted}`));
  if (ends.length > 0) return ends[0]!;
  const name = wanted.slice(wanted.lastIndexOf('/') + 1);
  const named = files.filter((f) => f.name === name);
  return named.length === 1 ? named[0]! : null;
}

/** The folder part of a path, '' where there is none. */
export function folderOf(path: string): string {
  const normal = normalPath(path);
  return normal.slice(0, Math.max(0, normal.lastIndexOf('/')));
}

/** Looks up the files of one model and reports, once for each, what is not there. */
export class ExternalFiles {
  private readonly found = new Map<string, InputFile | null>();
  private readonly wanted = new Map<string, number>();
  private readonly folder: string;

  constructor(
    private readonly files: readonly InputFile[],
    mainPath: string,
    private readonly job: JobContext,
  ) {
    this.folder = folderOf(mainPath);
  }

  /** The bytes of `location` that a tensor asks for; `length` -1 where the rest of the file is meant. */
  source(tensor: string, location: string, offset: number, length: number): ByteSource {
    const file = this.find(tensor, location);
    if (file) {
      const end = length < 0 ? file.blob.size : offset + length;
      if (offset <= end && end <= file.blob.size) return { kind: 'blob', blob: file.blob, begin: offset, end };
      const params = { file: location, have: file.blob.size, tensor, begin: offset, end };
      this.job.report(diagnostic('file.short', params));
    }
    return { kind: 'missing', file: location, begin: offset, end: length < 0 ? -1 : offset + length };
  }

  /** Reports each missing file with the number of tensors that need it. */
  reportMissing(): void {
    for (const [file, count] of this.wanted) this.job.report(diagnostic('file.missing', { file, count }));
  }

  /** Bytes of the files that were found. */
  get size(): number {
    let size = 0;
    for (const file of new Set(this.found.values())) size += file?.blob.size ?? 0;
    return size;
  }

  private find(tensor: string, location: string): InputFile | null {
    if (!isSafeLocation(location)) {
      if (!this.found.has(location)) this.job.report(diagnostic('file.unsafe-path', { tensor, file: location }));
      this.found.set(location, null);
      return null;
    }
    let file = this.found.get(location);
    if (file === undefined) {
      file = findFile(location, this.files, this.folder);
      this.found.set(location, file);
    }
    if (file === null) this.wanted.set(location, (this.wanted.get(location) ?? 0) + 1);
    return file;
  }
}
