/** What XGBoost's objectives make of margins, and in which space they keep `base_score` (src/objective/*.cu). */
import type { Head, Link } from '../../graph-model/builders/heads.ts';

type Space = 'margin' | 'probability' | 'mean';

interface Row {
  readonly link: Link;
  readonly kind?: Head['kind'];
  /** Where the file's base_score lives: probability takes the logit to become a margin, mean the logarithm. */
  readonly base: Space;
}

const margin: Row = { link: 'identity', base: 'margin' };
const mean: Row = { link: 'exp', base: 'mean' };

/** Every objective of XGBoost 3 and the names that older versions wrote. */
export const OBJECTIVES: Readonly<Record<string, Row>> = {
  'reg:squarederror': margin,
  'reg:linear': margin,
  'reg:squaredlogerror': margin,
  'reg:pseudohubererror': margin,
  'reg:absoluteerror': margin,
  'reg:quantileerror': margin,
  'reg:expectileerror': margin,
  'reg:logistic': { link: 'sigmoid', base: 'probability' },
  'binary:logistic': { link: 'sigmoid', kind: 'binary', base: 'probability' },
  'binary:logitraw': margin,
  'binary:hinge': { link: 'step', base: 'margin' },
  'multi:softprob': { link: 'softmax', kind: 'multiclass', base: 'margin' },
  'multi:softmax': { link: 'softmax', kind: 'multiclass', base: 'margin' },
  'count:poisson': mean,
  'reg:gamma': mean,
  'reg:tweedie': mean,
  'survival:cox': mean,
  'survival:aft': mean,
  'rank:pairwise': margin,
  'rank:ndcg': margin,
  'rank:map': margin,
};

export function headOfObjective(name: string): Head | null {
  const row = Object.hasOwn(OBJECTIVES, name) ? OBJECTIVES[name]! : null;
  if (!row) return null;
  return { kind: row.kind ?? 'regression', link: row.link, decideBy: 'probability' };
}

/** The file's base_score as what is added to margins, in float32 as XGBoost has it. */
export function baseMargin(name: string, score: number): number {
  const space = Object.hasOwn(OBJECTIVES, name) ? OBJECTIVES[name]!.base : 'margin';
  if (space === 'mean') return Math.fround(Math.log(score));
  return space === 'probability' ? Math.fround(-Math.log(1 / score - 1)) : Math.fround(score);
}
