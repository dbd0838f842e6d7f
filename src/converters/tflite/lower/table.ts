/** The one table of operators that are converted, by family. The documentation is made from it. */
import type { Node } from '../../../graph-model/core/model.ts';
import type { Lowering } from './call.ts';
import { CONTROL } from './control.ts';
import { CONV } from './conv.ts';
import { CUSTOM, DETECTION } from './detection.ts';
import { BINARY, UNARY } from './elementwise.ts';
import { GATHER } from './gather.ts';
import { HLO } from './hlo.ts';
import { IMAGE } from './image.ts';
import { QUANTIZE } from './quantize.ts';
import { RECURRENT } from './recurrent.ts';
import { REDUCE } from './reduce.ts';
import { RESOURCES } from './resources.ts';
import { SHAPE } from './shape.ts';

export interface Family {
  readonly title: string;
  readonly ops: Readonly<Record<string, Lowering>>;
}

export const FAMILIES: readonly Family[] = [
  { title: 'Convolutions, poolings, dense layers', ops: CONV },
  { title: 'Of one tensor', ops: UNARY },
  { title: 'Of several tensors', ops: BINARY },
  { title: 'Reductions', ops: REDUCE },
  { title: 'Shapes, slices, joins, padding', ops: SHAPE },
  { title: 'Gathers, scatters, sorting, lookups', ops: GATHER },
  { title: 'Images and transforms', ops: IMAGE },
  { title: 'Recurrent', ops: RECURRENT },
  { title: 'Quantisation, types, random numbers', ops: QUANTIZE },
  { title: 'Control flow', ops: CONTROL },
  { title: 'Variables and tables', ops: RESOURCES },
  { title: 'Detection', ops: DETECTION },
  { title: 'StableHLO', ops: HLO },
];

/** Custom operators of the runtime itself. */
export const CUSTOM_OPS = CUSTOM;

/** Builtin operators that are drawn and not converted, with the reason. */
export const REFUSED: Readonly<Record<string, string>> = {
  BITCAST: 'ONNX has no operator that reads bits as another type',
  CONCAT_EMBEDDINGS: 'no runtime has it any more',
  DELEGATE: 'it stands for operators that a delegate took out of the file; convert the model as it was before',
  EMBEDDING_LOOKUP_SPARSE: 'lookups of weighted rows are not converted',
  LSH_PROJECTION: 'its hash function has no ONNX form',
  REDUCE_WINDOW: 'windows over all axes are not converted',
  SKIP_GRAM: 'it works on texts, which ONNX has no operator for',
  STABLEHLO_CUSTOM_CALL: 'it calls code that is not in the file',
  STABLEHLO_GATHER: 'its general form is not converted',
  STABLEHLO_REDUCE_WINDOW: 'windows over all axes are not converted',
  STABLEHLO_RNG_BIT_GENERATOR: 'its random bits have no ONNX form',
  STABLEHLO_SCATTER: 'its general form is not converted',
  STABLEHLO_SORT: 'sorting by a subgraph is not converted',
};

/** What changes variables or tables, and so is needed though nothing reads its results. */
export const STATEFUL: ReadonlySet<string> = new Set(['ASSIGN_VARIABLE', 'CALL_ONCE', 'HASHTABLE_IMPORT']);

const LOWERINGS: ReadonlyMap<string, Lowering> = new Map(FAMILIES.flatMap((f) => Object.entries(f.ops)));

export function loweringOf({ domain, op }: Pick<Node, 'domain' | 'op'>): Lowering | null {
  return domain === 'tflite.custom' ? (CUSTOM[op] ?? null) : (LOWERINGS.get(op) ?? null);
}

/** Why an operator has no lowering. */
export function refusalOf({ domain, op }: Pick<Node, 'domain' | 'op'>): string {
  if (domain !== 'tflite.custom') return REFUSED[op] ?? 'it is no operator that Graphwright knows';
  if (op.startsWith('Flex')) return 'it is a TensorFlow operator run by the Flex delegate, not one of TensorFlow Lite';
  return 'it is a custom operator, whose code is not in the file';
}
