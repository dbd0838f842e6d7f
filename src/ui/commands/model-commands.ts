import { isOnnx, opsetVersion, type Model } from '../../graph-model/core/model.ts';
import { hasRawGrid } from '../../graph-model/image-input.ts';
import { signaturesOf } from '../../graph-model/signatures.ts';
import type { State } from '../store/state.ts';
import { convertedFrom } from '../store/trust.ts';
import { hasOnnx, type Command } from './command.ts';

/** Passes that are worth a command of their own. */
const PASS_COMMANDS: readonly Command[] = [
  ['inline-functions', 'Inline all functions', 'model local call'],
  ['expand', 'Expand composite operators', 'primitives decompose'],
  ['compose', 'Compose operators from primitives', 'LayerNormalization Gelu fuse'],
  ['infer-shapes', 'Write inferred shapes into the model', 'value_info types'],
].map(([pass, label, words]) => ({
  id: `pass-${pass}`,
  label: label!,
  group: 'Model',
  icon: 'wand',
  words: words!,
  enabled: hasOnnx,
  run: ({ store }) => store.getState().optimiseWith([{ pass: pass! }]),
}));

function isForeign({ model }: State): true | string {
  if (model === null) return 'no model is open';
  return isOnnx(model) ? 'it is ONNX already' : true;
}

/** Whether there is anything to ask before a model is converted. */
const asksBeforeConverting = (model: Model) => signaturesOf(model).length > 1 || hasRawGrid(model);

const OPSETS = { least: 7, most: 28 };

function askOpset(state: State): void {
  const now = state.model && opsetVersion(state.model.opsets, '');
  state.showDialog({
    kind: 'prompt',
    title: 'Convert to another opset',
    label: `Opset of ai.onnx, ${OPSETS.least} to ${OPSETS.most}${now === null ? '' : ` (now ${now})`}`,
    value: String(now ?? OPSETS.most),
    action: 'Convert',
    submit: (text) => {
      const opset = Number(text);
      if (!Number.isInteger(opset) || opset < OPSETS.least || opset > OPSETS.most) {
        return `A whole number from ${OPSETS.least} to ${OPSETS.most}.`;
      }
      void state.convertWith({ opset });
    },
  });
}

export const MODEL_COMMANDS: readonly Command[] = [
  {
    id: 'convert',
    label: 'Convert to ONNX',
    group: 'Model',
    icon: 'graph',
    words: 'export lower',
    enabled: isForeign,
    run: ({ store }) => {
      const { model, convertWith, showDialog } = store.getState();
      return model !== null && asksBeforeConverting(model) ? showDialog({ kind: 'convert' }) : convertWith({});
    },
  },
  {
    id: 'convert-options',
    label: 'Convert to ONNX with options…',
    group: 'Model',
    icon: 'graph',
    words: 'export signature opset boxes detector',
    enabled: isForeign,
    run: ({ store }) => store.getState().showDialog({ kind: 'convert' }),
  },
  {
    id: 'refused',
    label: 'Settle what has no ONNX form…',
    group: 'Model',
    icon: 'wand',
    words: 'unsupported layers replace cut lambda custom',
    enabled: (s) => (s.refused?.model === s.model && s.model ? true : 'no conversion was refused'),
    run: ({ store }) => store.getState().showDialog({ kind: 'refused' }),
  },
  {
    id: 'add-boxes',
    label: 'Add boxes to the detector',
    group: 'Model',
    icon: 'graph',
    words: 'anchors nms suppression detection custom vision yolo',
    enabled: (s) => {
      const ready = hasOnnx(s);
      if (ready !== true) return ready;
      return hasRawGrid(s.model!) ? true : 'it is no Custom Vision detector with a raw grid';
    },
    run: ({ store }) => store.getState().convertWith({ boxes: true }),
  },
  {
    id: 'convert-opset',
    label: 'Convert to another opset…',
    group: 'Model',
    icon: 'graph',
    words: 'version upgrade downgrade',
    enabled: hasOnnx,
    run: ({ store }) => askOpset(store.getState()),
  },
  ...PASS_COMMANDS,
  {
    id: 'optimise',
    label: 'Optimise',
    group: 'Model',
    keys: ['Mod+Shift+Enter'],
    icon: 'wand',
    words: 'simplify fold fuse',
    enabled: hasOnnx,
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
      const ready = hasOnnx(s);
      if (ready !== true) return ready;
      return s.missing.length > 0 ? `it waits for ${s.missing.join(', ')}` : true;
    },
    run: ({ store }) => store.getState().runWith(store.getState().lastRun),
  },
  {
    id: 'trust',
    label: 'Check the conversion',
    group: 'Model',
    keys: ['Mod+Alt+Enter'],
    icon: 'shield',
    words: 'trust verify compare framework outputs proof',
    enabled: (s) => (convertedFrom(s) === null ? 'convert a model of another framework first' : true),
    run: ({ store }) => store.getState().checkTrust(),
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
