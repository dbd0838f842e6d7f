/** Where results go: one file with -o, or a folder with --out-dir for many models. */
import { mkdirSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { writeOnnx, type ExternalDataChoice } from '../converters/onnx/write.ts';
import type { Model } from '../graph-model/core/model.ts';
import { printModel } from '../graph-model/text/print.ts';
import { withWeights } from '../graph-model/text/weights.ts';
import { CommandError, UsageError, type Arguments, type Io } from './command.ts';
import { sentence } from './sentence.ts';
import { writeToPath } from './write-file.ts';

export const OUTPUT_OPTIONS = {
  output: { type: 'string', short: 'o' },
  'out-dir': { type: 'string' },
  'external-data': { type: 'string' },
} as const;

const CHOICES: readonly ExternalDataChoice[] = ['auto', 'always', 'never', 'keep'];

/** Writes a model and, where it has one, its data file beside it. */
export async function writeModel(model: Model, path: string, args: Arguments, signal?: AbortSignal): Promise<void> {
  const choice = (args.text('external-data') ?? 'auto') as ExternalDataChoice;
  if (!CHOICES.includes(choice)) throw new UsageError(`--external-data wants one of ${CHOICES.join(', ')}`);
  mkdirSync(dirname(path), { recursive: true });
  if (/\.onnxtxt$/i.test(path)) return writeText(model, path, signal);
  const { files } = writeOnnx(model, { fileName: basename(path), externalData: choice });
  // The data first: a model must not be found beside data that is not there yet.
  for (const file of [...files].reverse()) await writeToPath(file, join(dirname(path), file.name), signal);
}

/** The text form, weights and all. */
async function writeText(model: Model, path: string, signal?: AbortSignal): Promise<void> {
  const bytes = new TextEncoder().encode(printModel(await withWeights(model, Infinity, signal)));
  await writeToPath({ name: basename(path), parts: [bytes], size: bytes.length }, path, signal);
}

/**
 * Does `work` once for all files with -o, or once for each with --out-dir, where one that fails does not stop the others.
 * Throws a CommandError at the end when any failed.
 */
export async function eachModel(
  args: Arguments,
  io: Io,
  work: (files: readonly string[], out: string) => Promise<void>,
): Promise<void> {
  const [output, folder] = [args.text('output'), args.text('out-dir')];
  if ((output === undefined) === (folder === undefined))
    throw new UsageError('name the result with -o OUT.onnx, or a folder with --out-dir DIR');
  if (args.files.length === 0) throw new UsageError('no file was named');
  if (output !== undefined) return work(args.files, output);
  let failed = 0;
  const names = resultNames(args.files);
  for (const [i, file] of args.files.entries()) {
    try {
      await work([file], join(folder!, `${names[i]!}.onnx`));
    } catch (error) {
      if (error instanceof UsageError) throw error;
      failed++;
      io.err(`${file}: ${sentence(error)}`);
    }
  }
  if (failed > 0) throw new CommandError(`${failed} of ${args.files.length} models could not be written`);
}

/**
 * A name for the result of each path, without the ending: the file's without its own ending, the folder's as it is. Where two
 * would share one the ending stays, and where that does not part them either, the folders that they lie in go before it:
 * `a-model` and `b-model`. Paths of one file share theirs.
 */
export function resultNames(paths: readonly string[]): string[] {
  const longer = paths.map(namesOf);
  const chosen = longer.map(() => 0);
  const name = (i: number) => longer[i]![chosen[i]!]!;
  for (;;) {
    // Not all file systems tell upper from lower case.
    const sharing = new Map<string, Set<string>>();
    for (const [i, path] of paths.entries()) {
      const key = name(i).toLowerCase();
      sharing.set(key, (sharing.get(key) ?? new Set()).add(resolve(path)));
    }
    const isShared = (i: number) => sharing.get(name(i).toLowerCase())!.size > 1;
    const able = [...paths.keys()].filter((i) => isShared(i) && chosen[i]! + 1 < longer[i]!.length);
    if (able.length === 0) return paths.map((_, i) => name(i));
    for (const i of able) chosen[i]!++;
  }
}

/** From the shortest name of a path's result to the longest. */
function namesOf(path: string): string[] {
  const parts = resolve(path).split(/[\\/]/).filter(Boolean);
  const whole = parts.at(-1) ?? 'model';
  const stem = isFolder(path) ? whole : whole.replace(/(?<=.)\.[^.]+$/, '');
  const folders = parts.slice(0, -1).reverse();
  const behind = (last: string) => folders.map((_, n) => [...folders.slice(0, n + 1).reverse(), last].join('-'));
  return [stem, whole, ...behind(stem), ...behind(whole)];
}

const isFolder = (path: string) => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
