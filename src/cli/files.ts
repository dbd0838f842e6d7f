/** Paths on the command line as the files that the core opens. */
import { readdirSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, sep } from 'node:path';
import type { InputFile } from '../converters/converter.ts';
import { addFiles, missingFiles, openModel, type OpenedModel } from '../converters/open.ts';
import type { JobContext } from '../graph-model/job.ts';
import { UsageError } from './command.ts';
import { FileBlob } from './file-blob.ts';

/** A folder gives all files in it, however deep; paths are relative to the folder, or to the file's own. */
export function inputFiles(paths: readonly string[]): InputFile[] {
  if (paths.length === 0) throw new UsageError('no file was named');
  return paths.flatMap((path) => {
    if (!statSync(path).isDirectory()) return [inputFile(path, basename(path))];
    const names = readdirSync(path, { recursive: true }).map(String);
    const files = names.filter((name) => statSync(join(path, name)).isFile()).sort();
    return files.map((name) => inputFile(join(path, name), relative(path, join(path, name)).split(sep).join('/')));
  });
}

function inputFile(path: string, as: string): InputFile {
  return { name: basename(path), path: as, blob: FileBlob.open(path) };
}

/** Opens the model that the paths name. Weight files that lie beside it are found by the names the model asks for. */
export async function openPaths(paths: readonly string[], job: JobContext): Promise<OpenedModel> {
  const opened = await openModel(inputFiles(paths), job);
  if (opened.missing.length === 0) return opened;
  const folder = statSync(paths[0]!).isDirectory() ? paths[0]! : dirname(paths[0]!);
  const beside = opened.missing.filter((name) => isFile(join(folder, name)));
  if (beside.length === 0) return opened;
  const model = addFiles(
    opened.model,
    beside.map((name) => inputFile(join(folder, name), name)),
  );
  const missing = missingFiles(model);
  const found = (message: string) => beside.some((name) => !missing.includes(name) && message.includes(name));
  const diagnostics = opened.diagnostics.filter((d) => !(d.code === 'file.missing' && found(d.message)));
  return { ...opened, model, missing, diagnostics };
}

/** `missingFiles` names only what lies in the model's own folder; nothing else is ever looked for. */
function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}
