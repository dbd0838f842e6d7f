/** Everything that was dropped or picked, as files with their paths; folders are walked. */
import { formatCount } from '../../graph-model/format.ts';
import type { InputFile } from '../../workers/protocol.ts';

export interface Gathered {
  readonly files: readonly InputFile[];
  /** What the browser can open again later; empty where it gives no handles. */
  readonly handles: readonly FileSystemHandle[];
}

/** A folder with more files than this is not a model's. */
const MOST_FILES = 20_000;

export class TooManyFilesError extends Error {
  constructor() {
    super(`The folder holds more than ${formatCount(MOST_FILES)} files: open the model's own folder.`);
    this.name = 'TooManyFilesError';
  }
}

/** Must be called within the drop event: what is not asked for then is gone afterwards. */
export async function gatherDrop(data: DataTransfer): Promise<Gathered> {
  const items = [...data.items].filter((item) => item.kind === 'file');
  const asked = items.map((item) => ({
    handle: handleOf(item),
    entry: item.webkitGetAsEntry?.() ?? null,
    file: item.getAsFile(),
  }));
  const files: InputFile[] = [];
  const handles: FileSystemHandle[] = [];
  for (const item of asked) {
    const handle = await item.handle;
    if (handle) {
      handles.push(handle);
      await fromHandle(handle, '', files);
    } else if (item.entry) await fromEntry(item.entry, files);
    else if (item.file) add(files, { name: item.file.name, path: item.file.name, blob: item.file });
  }
  return { files: commonRoot(files), handles };
}

/** Files behind handles that were kept; asks for permission where the browser wants that. Must follow a user's act. */
export async function gatherHandles(handles: readonly FileSystemHandle[]): Promise<Gathered> {
  const files: InputFile[] = [];
  for (const handle of handles) await fromHandle(handle, '', files);
  return { files: commonRoot(files), handles };
}

/** From an `<input type="file">`, with or without `webkitdirectory`. */
export function gatherList(list: Iterable<File>): Gathered {
  const files = [...list].map((f) => ({ name: f.name, path: f.webkitRelativePath || f.name, blob: f }));
  return { files: commonRoot(files), handles: [] };
}

interface HandleItem {
  getAsFileSystemHandle?(): Promise<FileSystemHandle | null>;
}

async function handleOf(item: DataTransferItem): Promise<FileSystemHandle | null> {
  try {
    return (await (item as DataTransferItem & HandleItem).getAsFileSystemHandle?.()) ?? null;
  } catch {
    // Some sources of a drop have files but no handles; the file itself is taken then.
    return null;
  }
}

async function fromHandle(handle: FileSystemHandle, folder: string, out: InputFile[]): Promise<void> {
  const path = folder + handle.name;
  if (handle.kind === 'file') {
    const blob = await (handle as FileSystemFileHandle).getFile();
    return add(out, { name: handle.name, path, blob });
  }
  for await (const inner of (handle as FileSystemDirectoryHandle).values()) await fromHandle(inner, `${path}/`, out);
}

async function fromEntry(entry: FileSystemEntry, out: InputFile[]): Promise<void> {
  if (entry.isFile) {
    const file = await new Promise<File>((yes, no) => (entry as FileSystemFileEntry).file(yes, no));
    return add(out, { name: file.name, path: entry.fullPath.replace(/^\//, ''), blob: file });
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  for (;;) {
    // A folder is handed over in parts, of 100 in Chromium, until one is empty.
    const part = await new Promise<FileSystemEntry[]>((yes, no) => reader.readEntries(yes, no));
    if (part.length === 0) return;
    for (const inner of part) await fromEntry(inner, out);
  }
}

function add(out: InputFile[], file: InputFile): void {
  if (out.length >= MOST_FILES) throw new TooManyFilesError();
  out.push(file);
}

/** Paths relative to what was dropped: a single folder's own name is not part of them. */
function commonRoot(files: readonly InputFile[]): readonly InputFile[] {
  const root = files[0]?.path.split('/')[0];
  const shared = files.length > 0 && files.every((f) => f.path.startsWith(`${root}/`));
  return shared ? files.map((f) => ({ ...f, path: f.path.slice(root!.length + 1) })) : files;
}
