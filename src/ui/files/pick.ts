/** The file dialogs. Where the browser gives handles they are used: a handle can be opened again from the recent list. */
import { gatherHandles, gatherList, type Gathered } from './gather.ts';

interface Pickers {
  showOpenFilePicker?(options: { multiple: boolean }): Promise<FileSystemFileHandle[]>;
  showDirectoryPicker?(options?: { mode: 'read' | 'readwrite' }): Promise<FileSystemDirectoryHandle>;
}

const NOTHING: Gathered = { files: [], handles: [] };

/** Nothing when the dialog was left without a choice. */
export async function pickFiles(): Promise<Gathered> {
  const { showOpenFilePicker } = window as Window & Pickers;
  if (!showOpenFilePicker) return pickWithInput(false);
  return unlessLeft(async () => gatherHandles(await showOpenFilePicker.call(window, { multiple: true })));
}

export async function pickFolder(): Promise<Gathered> {
  const { showDirectoryPicker } = window as Window & Pickers;
  if (!showDirectoryPicker) return pickWithInput(true);
  return unlessLeft(async () => gatherHandles([await showDirectoryPicker.call(window, { mode: 'read' })]));
}

export async function unlessLeft(pick: () => Promise<Gathered>): Promise<Gathered> {
  try {
    return await pick();
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') return NOTHING;
    throw error;
  }
}

function pickWithInput(folder: boolean): Promise<Gathered> {
  const input = document.createElement('input');
  input.type = 'file';
  input.multiple = true;
  input.webkitdirectory = folder;
  return new Promise((resolve) => {
    input.addEventListener('change', () => resolve(gatherList(input.files ?? [])));
    input.addEventListener('cancel', () => resolve(NOTHING));
    input.click();
  });
}
