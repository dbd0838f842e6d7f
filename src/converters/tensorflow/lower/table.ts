/** The table of lowerings: one row for each TensorFlow operator, by family. */
import { ACTIVATIONS } from './activations.ts';
import { ARRANGEMENTS } from './arranging.ts';
import { BLOCKS } from './blocks.ts';
import type { Lowering, Lowerings } from './call.ts';
import { CONVOLUTIONS } from './conv.ts';
import { TRANSPOSED_CONVOLUTIONS } from './conv-transpose.ts';
import { BITS, COMPARISONS, ELEMENTWISE } from './elementwise.ts';
import { MATRICES } from './matmul.ts';
import { NORMALIZATIONS } from './normalization.ts';
import { POOLINGS } from './pooling.ts';
import { REDUCTIONS, RUNNING } from './reductions.ts';
import { SHAPES } from './shapes.ts';
import { SLICES } from './slicing.ts';
import { ALGEBRA, DIAGONALS } from './diagonals.ts';
import { GATHERS } from './gathering.ts';
import { MAKERS, RANDOM } from './making.ts';
import { SEARCHES } from './searching.ts';
import { SEGMENTS } from './segments.ts';
import { IMAGES } from './images.ts';
import { RESIZES } from './resize.ts';
import { SUPPRESSIONS } from './suppression.ts';
import { QUANTIZATIONS } from './quantization.ts';
import { RECURRENT } from './recurrent.ts';
import { REFUSED } from './refused.ts';
import { SPECTRA } from './spectra.ts';
import { CHOICES, PASSING, TYPES } from './types.ts';

export interface Family {
  readonly title: string;
  readonly ops: Lowerings;
}

export const FAMILIES: readonly Family[] = [
  { title: 'Passed through', ops: PASSING },
  { title: 'Arithmetic', ops: ELEMENTWISE },
  { title: 'Comparisons and truth', ops: COMPARISONS },
  { title: 'Bits', ops: BITS },
  { title: 'Types', ops: TYPES },
  { title: 'Choices', ops: CHOICES },
  { title: 'Activations', ops: ACTIVATIONS },
  { title: 'Matrices', ops: MATRICES },
  { title: 'Convolutions', ops: CONVOLUTIONS },
  { title: 'Transposed convolutions', ops: TRANSPOSED_CONVOLUTIONS },
  { title: 'Poolings', ops: POOLINGS },
  { title: 'Normalisation', ops: NORMALIZATIONS },
  { title: 'Blocks of space', ops: BLOCKS },
  { title: 'Reductions', ops: REDUCTIONS },
  { title: 'Running sums', ops: RUNNING },
  { title: 'Shapes', ops: SHAPES },
  { title: 'Parts', ops: SLICES },
  { title: 'Arrangement', ops: ARRANGEMENTS },
  { title: 'Diagonals', ops: DIAGONALS },
  { title: 'Linear algebra', ops: ALGEBRA },
  { title: 'Picked and put by place', ops: GATHERS },
  { title: 'Made of sizes', ops: MAKERS },
  { title: 'At random', ops: RANDOM },
  { title: 'Searches', ops: SEARCHES },
  { title: 'Segments', ops: SEGMENTS },
  { title: 'Images', ops: IMAGES },
  { title: 'Resizing', ops: RESIZES },
  { title: 'Boxes', ops: SUPPRESSIONS },
  { title: 'Quantisation', ops: QUANTIZATIONS },
  { title: 'Recurrent layers', ops: RECURRENT },
  { title: 'Spectra', ops: SPECTRA },
];

const LOWERINGS: ReadonlyMap<string, Lowering> = new Map(FAMILIES.flatMap((f) => Object.entries(f.ops)));

/** null: the operator has no ONNX form here. One that is known to have none says why. */
export function loweringOf(op: string): Lowering | null {
  const found = LOWERINGS.get(op);
  if (found) return found;
  const why = REFUSED.get(op);
  return why === undefined ? null : (c) => c.refuse(why);
}
