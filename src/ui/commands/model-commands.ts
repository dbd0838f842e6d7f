import { hasModel, type Command } from './command.ts';

export const MODEL_COMMANDS: readonly Command[] = [
  {
    id: 'optimise',
    label: 'Optimise',
    group: 'Model',
    keys: ['Mod+Shift+Enter'],
    icon: 'wand',
    words: 'simplify fold fuse',
    enabled: hasModel,
    run: ({ store }) => store.getState().optimiseWith('simplify'),
  },
  {
    id: 'run',
    label: 'Run',
    group: 'Model',
    keys: ['Mod+Enter'],
    icon: 'run',
    words: 'execute compare benchmark inference',
    enabled: (s) => {
      const open = hasModel(s);
      if (open !== true) return open;
      return s.missing.length > 0 ? `it waits for ${s.missing.join(', ')}` : true;
    },
    run: ({ store }) => store.getState().runWith(store.getState().lastRun),
  },
  {
    id: 'cancel',
    label: 'Cancel what is running',
    group: 'Model',
    icon: 'stop',
    words: 'stop abort',
    enabled: (s) => (s.jobs.length > 0 ? true : 'nothing is running'),
    run: ({ store }) => store.getState().jobs.forEach((job) => job.cancel()),
  },
];

export const HELP_COMMANDS: readonly Command[] = [
  {
    id: 'keyboard',
    label: 'Keyboard',
    group: 'Help',
    keys: ['?'],
    icon: 'keyboard',
    words: 'shortcuts keys help',
    run: ({ store }) => store.getState().showDialog({ kind: 'keyboard' }),
  },
];
