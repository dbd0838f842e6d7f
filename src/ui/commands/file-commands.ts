import { download, hasWeightChoice } from '../files/download.ts';
import { hasModel, hasOnnx, type Command } from './command.ts';

export const FILE_COMMANDS: readonly Command[] = [
  {
    id: 'open',
    label: 'Open file…',
    group: 'File',
    keys: ['Mod+O'],
    icon: 'file',
    words: 'load import model',
    run: ({ files }) => files.openFile(),
  },
  {
    id: 'open-folder',
    label: 'Open folder…',
    group: 'File',
    keys: ['Mod+Shift+O'],
    icon: 'folder',
    words: 'directory external data',
    run: ({ files }) => files.openFolder(),
  },
  {
    id: 'new',
    label: 'New graph',
    group: 'File',
    icon: 'graph',
    words: 'empty create',
    run: ({ files }) => files.newGraph(),
  },
  {
    id: 'download',
    label: 'Download',
    group: 'File',
    keys: ['Mod+S'],
    icon: 'download',
    words: 'save export write onnx',
    enabled: hasOnnx,
    run: ({ store, workers }) => {
      const { model, showDialog } = store.getState();
      if (model && hasWeightChoice(model)) return showDialog({ kind: 'download' });
      return download(store, workers, { weights: 'auto' });
    },
  },
  {
    id: 'save-as',
    label: 'Save as…',
    group: 'File',
    keys: ['Mod+Shift+S'],
    icon: 'download',
    words: 'disk place folder write',
    enabled: (s) => {
      const open = hasOnnx(s);
      if (open !== true) return open;
      return 'showSaveFilePicker' in window ? true : 'this browser lets no page choose a place; use Download';
    },
    run: ({ store, workers }) => download(store, workers, { weights: 'auto', choosePlace: true }),
  },
  {
    id: 'download-external',
    label: 'Download with weights beside it',
    group: 'File',
    icon: 'download',
    words: 'save external data onnx_data',
    enabled: hasOnnx,
    run: ({ store, workers }) => download(store, workers, { weights: 'external' }),
  },
  {
    id: 'close',
    label: 'Close the model',
    group: 'File',
    icon: 'close',
    words: 'welcome start home',
    enabled: hasModel,
    run: ({ store }) => store.getState().close(),
  },
];
