/** The one table of Spark ML classes: what is read of them, how they are lowered, what is refused. */
import { BAYES } from './lower/bayes.ts';
import { CLUSTERS } from './lower/clusters.ts';
import { ENCODERS } from './lower/encoders.ts';
import { LINEAR } from './lower/linear.ts';
import { OTHERS } from './lower/others.ts';
import { SCALERS } from './lower/scalers.ts';
import { TEXT } from './lower/text.ts';
import { TREES } from './lower/trees.ts';
import { VECTORS } from './lower/vectors.ts';
import { columnsIn, columnsOut, featuresIn, predictionOut, type StageRow } from './stage.ts';

export const STAGES: readonly StageRow[] = [
  ...VECTORS,
  ...SCALERS,
  ...ENCODERS,
  ...TEXT,
  ...LINEAR,
  ...TREES,
  ...CLUSTERS,
  ...BAYES,
  ...OTHERS,
];

const byOp = new Map(STAGES.flatMap((row) => row.ops.map((op) => [op, row] as const)));

/** Any other class is drawn by the columns that its params name. */
const UNKNOWN: StageRow = {
  ops: [],
  family: '',
  notes: 'Graphwright does not know this class',
  inputs: (p) => (p.inputColumns().length > 0 ? columnsIn('any')(p) : featuresIn(p)),
  outputs: (p) => (p.inputColumns().length > 0 ? columnsOut('vector')(p) : predictionOut(p)),
};

export function stageRow(op: string): StageRow {
  return byOp.get(op) ?? UNKNOWN;
}

/** Classes that hold other models, and those that change no values: they are opened up, or passed over. */
export const CONTAINERS: Readonly<Record<string, string>> = {
  CrossValidatorModel: 'bestModel',
  TrainValidationSplitModel: 'bestModel',
  RFormulaModel: 'pipelineModel',
};

export const PASSED_OVER: ReadonlySet<string> = new Set(['ColumnPruner', 'VectorAttributeRewriter', 'VectorSizeHint']);
