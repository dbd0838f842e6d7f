/** Which of the dropped files are the checkpoint of a graph. */
import type { JobContext } from '../../../graph-model/job.ts';
import { endsLikeTable } from '../../containers/sstable/sstable.ts';
import type { InputFile } from '../../converter.ts';
import { readBundle, readCheckpointV1, type Checkpoint } from './bundle.ts';

const folderOf = (path: string) => path.slice(0, path.lastIndexOf('/') + 1);

/** The checkpoint that belongs to `main`; null where none was given. */
export async function findCheckpoint(
  main: InputFile,
  files: readonly InputFile[],
  job: JobContext,
): Promise<Checkpoint | null> {
  const index = findIndex(main, files);
  if (index) return readBundle(index, (name) => findBeside(index, name, files), job);
  const old = await findOld(main, files);
  return old && readCheckpointV1(old, job);
}

/** A SavedModel's `variables/variables.index`, the `.index` of the same name, or else the only one. */
function findIndex(main: InputFile, files: readonly InputFile[]): InputFile | null {
  const all = files.filter((f) => f.name.endsWith('.index') && f.blob.size > 0);
  const wanted = [`${folderOf(main.path)}variables/variables.index`, main.path.replace(/\.[^./]*$/, '.index')];
  const exact = wanted.map((path) => all.find((f) => f.path === path)).find((f) => f !== undefined);
  if (exact) return exact;
  const near = all.find((f) => f.name === 'variables.index') ?? all[0];
  return all.length === 1 || near?.name === 'variables.index' ? (near ?? null) : newest(all);
}

/** `model.ckpt-2000` before `model.ckpt-1000`. */
function newest(all: readonly InputFile[]): InputFile | null {
  const step = (f: InputFile) => Number(/-(\d+)\.index$/.exec(f.name)?.[1] ?? 0);
  return all.reduce<InputFile | null>((best, f) => (best && step(best) >= step(f) ? best : f), null);
}

function findBeside(index: InputFile, name: string, files: readonly InputFile[]): InputFile | null {
  const path = folderOf(index.path) + name;
  return files.find((f) => f.path === path) ?? files.find((f) => f.name === name) ?? null;
}

async function findOld(main: InputFile, files: readonly InputFile[]): Promise<InputFile | null> {
  for (const file of files) {
    if (file === main || file.blob.size < 48 || /\.(index|data-\d+-of-\d+)$/.test(file.name)) continue;
    const tail = await file.blob.slice(file.blob.size - 8, file.blob.size).arrayBuffer();
    if (endsLikeTable(new Uint8Array(tail))) return file;
  }
  return null;
}
