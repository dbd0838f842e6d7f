/** What CatBoost's loss functions make of the sum of the trees: as the default `predict` of its classes has it. */
import type { Head, Labels } from '../../graph-model/builders/heads.ts';
import type { CatboostRecord } from './record.ts';

type Row = Pick<Head, 'kind' | 'link'>;

/** All others give the sum itself. */
export const LOSSES: Readonly<Record<string, Row>> = {
  Logloss: { kind: 'binary', link: 'sigmoid' },
  CrossEntropy: { kind: 'binary', link: 'sigmoid' },
  MultiClass: { kind: 'multiclass', link: 'softmax' },
  MultiClassOneVsAll: { kind: 'multiclass', link: 'sigmoid' },
  MultiLogloss: { kind: 'multilabel', link: 'sigmoid' },
  MultiCrossEntropy: { kind: 'multilabel', link: 'sigmoid' },
  Poisson: { kind: 'regression', link: 'exp' },
  Tweedie: { kind: 'regression', link: 'exp' },
  RMSEWithUncertainty: { kind: 'regression', link: 'meanAndVariance' },
};

export function headOfLoss({ loss, dimension, classNames, threshold }: CatboostRecord): Head {
  const row = rowOf(loss, dimension, classNames.length);
  if (row.kind === 'regression' || row.kind === 'multilabel') return row;
  const classes = row.kind === 'binary' ? 2 : dimension;
  const labels = classNames.length === classes ? labelsOf(classNames) : undefined;
  const cut = row.kind === 'binary' && threshold !== 0.5 ? { cut: -Math.log(1 / threshold - 1) } : {};
  return { ...row, ...(labels ? { labels } : {}), ...cut };
}

function rowOf(loss: string, dimension: number, classes: number): Row {
  const row = Object.hasOwn(LOSSES, loss) ? LOSSES[loss]! : null;
  if (row?.kind === 'binary' && dimension !== 1) return { kind: 'regression', link: 'identity' };
  if (row) return row;
  // A custom loss of a classifier: its classes tell what it is.
  if (classes === 2 && dimension === 1) return LOSSES.Logloss!;
  return classes > 2 && classes === dimension ? LOSSES.MultiClass! : { kind: 'regression', link: 'identity' };
}

/** Whole numbers stay numbers, false and true are 0 and 1; anything else becomes its text. */
function labelsOf(names: CatboostRecord['classNames']): Labels {
  const whole = (n: string | number | boolean) => typeof n === 'boolean' || Number.isSafeInteger(n);
  return names.every(whole) ? names.map(Number) : names.map(String);
}
