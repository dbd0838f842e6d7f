/**
 * The file dialogs, by plain file inputs: they work in every browser, and are what assistive and testing tools know. (The
 * pickers that give handles are not used for opening; a drop gives handles as well.)
 */
import { gatherList, type Gathered } from './gather.ts';

export interface Pickers {
  pickFiles(): void;
  pickFolder(): void;
  pickNodeData(): void;
}

type Take = (gathered: Gathered) => void;

/** Hidden inputs in the page; `take` and `takeData` are called with what was chosen, never with nothing. */
export function filePickers(document: Document, take: Take, takeData: Take): Pickers {
  const make = (id: string, label: string, folder: boolean, to: Take = take) => {
    const input = document.createElement('input');
    Object.assign(input, { type: 'file', id, multiple: true, hidden: true, webkitdirectory: folder });
    input.setAttribute('aria-label', label);
    input.addEventListener('change', () => {
      const gathered = gatherList(input.files ?? []);
      // So that choosing the same file again is a change again.
      input.value = '';
      if (gathered.files.length > 0) to(gathered);
    });
    document.body.append(input);
    return input;
  };
  const files = make('open-file', 'Open file', false);
  const folder = make('open-folder', 'Open folder', true);
  const data = make('open-node-data', 'Open node data', false, takeData);
  data.accept = '.json,.csv,.tsv';
  return { pickFiles: () => files.click(), pickFolder: () => folder.click(), pickNodeData: () => data.click() };
}
