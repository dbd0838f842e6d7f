/** The one entrance for models (drop, dialogs, samples, recent list, the system's "open with"), and the way out. */
import { converterOf } from '../../converters/registry.ts';
import { emptyModel } from '../../graph-model/core/empty.ts';
import { countOf } from '../../graph-model/format.ts';
import type { Store } from '../store/slice.ts';
import { gatherDrop, gatherHandles, gatherList, TooManyFilesError, type Gathered } from './gather.ts';
import { addNodeData, isNodeData } from './node-data.ts';
import { filePickers, type Pickers } from './pick.ts';
import { MOST_KEPT_BYTES, type Recent, type RecentEntry } from './recent.ts';

export interface Sample {
  readonly id: string;
  readonly title: string;
  readonly subtitle: string;
  readonly detail?: string;
  readonly file: string;
  readonly size: number;
  readonly glyph: string;
}

export class Files {
  private readonly pickers: Pickers;
  private opened: Gathered = { files: [], handles: [] };

  constructor(
    private readonly store: Store,
    readonly recent: Recent,
    /** Where the page lies: samples are beside it. */
    private readonly base: string,
    document: Document,
  ) {
    this.pickers = filePickers(
      document,
      (gathered) => void this.from(Promise.resolve(gathered)),
      (gathered) => void addNodeData(this.store, gathered.files),
    );
  }

  openFile = (): void => this.pickers.pickFiles();
  openFolder = (): void => this.pickers.pickFolder();
  /** Data by which nodes are coloured. */
  openNodeData = (): void => this.pickers.pickNodeData();
  openDrop = (data: DataTransfer): Promise<void> => this.from(gatherDrop(data));
  openList = (list: Iterable<File>): Promise<void> => this.from(Promise.resolve(gatherList(list)));
  openHandles = (handles: readonly FileSystemHandle[]): Promise<void> => this.from(gatherHandles(handles));

  newGraph = (): void => this.store.getState().start(emptyModel());

  async openSample(sample: Sample): Promise<void> {
    const state = this.store.getState();
    try {
      const response = await fetch(new URL(`samples/${sample.file}`, this.base));
      if (!response.ok) throw new Error(`answer ${response.status}`);
      this.opened = { files: [], handles: [] };
      await state.open([new File([await response.blob()], sample.file)]);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      state.announce(`The sample ${sample.title} could not be loaded: ${why}.`);
    }
  }

  async openRecent(entry: RecentEntry): Promise<void> {
    const { announce } = this.store.getState();
    if (entry.files) return this.from(Promise.resolve({ files: entry.files, handles: [] }));
    const handles = entry.handles ?? [];
    if (handles.length === 0) return this.openFile();
    for (const handle of handles)
      if (!(await mayRead(handle))) return announce(`${entry.name} was not opened: reading it was not allowed.`);
    await this.from(gatherHandles(handles).catch((error: unknown) => this.gone(entry, error)));
  }

  async samples(): Promise<readonly Sample[]> {
    const response = await fetch(new URL('samples/samples.json', this.base));
    return response.ok ? ((await response.json()) as Sample[]) : [];
  }

  private async gone(entry: RecentEntry, error: unknown): Promise<Gathered> {
    if (!(error instanceof DOMException && error.name === 'NotFoundError')) throw error;
    await this.recent.remove(entry.id);
    this.store.getState().announce(`${entry.name} is no longer where it was; it is taken off the list.`);
    return { files: [], handles: [] };
  }

  private async from(gathering: Promise<Gathered>): Promise<void> {
    const { announce, open } = this.store.getState();
    try {
      const gathered = await gathering;
      if (gathered.files.length === 0) return;
      if (await isNodeData(this.store, gathered.files)) return await addNodeData(this.store, gathered.files);
      const outcome = await open(gathered.files);
      if (outcome === 'neither') return;
      // Weights that came later belong to the same entry of the list.
      this.opened = outcome === 'opened' ? gathered : joined(this.opened, gathered);
      await this.remember(this.opened);
    } catch (error) {
      if (error instanceof TooManyFilesError) announce(error.message);
      else if (error instanceof DOMException) announce(`The files could not be read: ${error.message}`);
      else throw error;
    }
  }

  private async remember({ files, handles }: Gathered): Promise<void> {
    const { model } = this.store.getState();
    if (model === null || files.length === 0) return;
    const { fileName, size, format } = model.source;
    const bytes = files.reduce((sum, f) => sum + f.blob.size, 0);
    const copies = handles.length === 0 && bytes <= MOST_KEPT_BYTES;
    const folder = handles.length === 1 ? handles[0]!.kind === 'directory' : files.some((f) => f.path.includes('/'));
    const name = folder && handles[0] ? `${handles[0].name}/` : fileName;
    await this.recent.add({
      id: `${name} ${size}`,
      name,
      folder,
      detail: `${formatLabel(format)} · ${countOf(model.nodes.size, 'node')}`,
      size: bytes,
      time: Date.now(),
      ...(handles.length > 0 ? { handles } : {}),
      ...(copies ? { files } : {}),
    });
  }
}

/** Without handles for all of it, copies are kept of all of it. */
function joined(a: Gathered, b: Gathered): Gathered {
  const handles = a.handles.length > 0 && b.handles.length > 0 ? [...a.handles, ...b.handles] : [];
  return { files: [...a.files, ...b.files], handles };
}

interface Permissions {
  queryPermission?(options: { mode: 'read' }): Promise<PermissionState>;
  requestPermission?(options: { mode: 'read' }): Promise<PermissionState>;
}

async function mayRead(handle: FileSystemHandle & Permissions): Promise<boolean> {
  if ((await handle.queryPermission?.({ mode: 'read' })) !== 'prompt') return true;
  return (await handle.requestPermission?.({ mode: 'read' })) === 'granted';
}

/** How people call a format: the registry's word. */
export const formatLabel = (format: string): string => converterOf(format)?.label ?? format;
