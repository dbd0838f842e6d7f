/** The one table of layers that are converted. The documentation is made from it. */
import { ACTIVATION_LAYERS } from './activations.ts';
import { ATTENTION } from './attention.ts';
import type { Lowering } from './call.ts';
import { CONV } from './conv.ts';
import { CONV_RECURRENT } from './conv-lstm.ts';
import { CORE } from './core.ts';
import { MERGE } from './merge.ts';
import { NORMALIZATION } from './normalization.ts';
import { POOLING } from './pooling.ts';
import { TENSORFLOW_OPS } from './ops.ts';
import { PREPROCESSING } from './preprocessing.ts';
import { RECURRENT } from './recurrent.ts';

export interface Family {
  readonly title: string;
  readonly layers: Readonly<Record<string, Lowering>>;
}

export const FAMILIES: readonly Family[] = [
  { title: 'Core and shape', layers: CORE },
  { title: 'Activations', layers: ACTIVATION_LAYERS },
  { title: 'Convolution', layers: CONV },
  { title: 'Pooling', layers: POOLING },
  { title: 'Normalisation', layers: NORMALIZATION },
  { title: 'Merging', layers: MERGE },
  { title: 'Recurrent', layers: { ...RECURRENT, ...CONV_RECURRENT } },
  { title: 'Attention', layers: ATTENTION },
  { title: 'Preprocessing', layers: PREPROCESSING },
  { title: 'TensorFlow functions as layers', layers: TENSORFLOW_OPS },
];

const LAYERS: ReadonlyMap<string, Lowering> = new Map(FAMILIES.flatMap((f) => Object.entries(f.layers)));

export function lowerLayer(op: string): Lowering | null {
  return LAYERS.get(op) ?? null;
}
