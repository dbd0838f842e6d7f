/** What LightGBM's objectives do to the sum of the trees (`ConvertOutput` in src/objective). */
import type { Head, Link } from '../../graph-model/builders/heads.ts';

type Row = { readonly link: Link; readonly kind?: Head['kind']; readonly meaning: string };

/** Every objective of LightGBM 4, by the name in the file (and names that older versions wrote). */
export const OBJECTIVES: Readonly<Record<string, Row>> = {
  regression: { link: 'identity', meaning: 'the sum (with `sqrt`: sign(s)·s²)' },
  regression_l2: { link: 'identity', meaning: 'the sum' },
  regression_l1: { link: 'identity', meaning: 'the sum' },
  huber: { link: 'identity', meaning: 'the sum' },
  fair: { link: 'identity', meaning: 'the sum' },
  quantile: { link: 'identity', meaning: 'the sum' },
  mape: { link: 'identity', meaning: 'the sum' },
  poisson: { link: 'exp', meaning: 'exp(s)' },
  gamma: { link: 'exp', meaning: 'exp(s)' },
  tweedie: { link: 'exp', meaning: 'exp(s)' },
  binary: { link: 'sigmoid', kind: 'binary', meaning: '1 / (1 + exp(-sigmoid·s))' },
  multiclass: { link: 'softmax', kind: 'multiclass', meaning: 'softmax' },
  multiclassova: {
    link: 'sigmoid',
    kind: 'multiclass',
    meaning: '1 / (1 + exp(-sigmoid·s)) for each class, not normalised',
  },
  cross_entropy: { link: 'sigmoid', meaning: '1 / (1 + exp(-s))' },
  xentropy: { link: 'sigmoid', meaning: '1 / (1 + exp(-s))' },
  cross_entropy_lambda: { link: 'softplus', meaning: 'log(1 + exp(s))' },
  xentlambda: { link: 'softplus', meaning: 'log(1 + exp(s))' },
  lambdarank: { link: 'identity', meaning: 'the sum' },
  rank_xendcg: { link: 'identity', meaning: 'the sum' },
  xendcg: { link: 'identity', meaning: 'the sum' },
  custom: { link: 'identity', meaning: 'the sum' },
  none: { link: 'identity', meaning: 'the sum' },
};

/**
 * @param text the `objective` line: `binary sigmoid:0.7`; null where the file has none (a custom objective)
 * @returns null for an objective that is not in the table
 */
export function headOfObjective(text: string | null): Head | null {
  const [name, ...options] = (text ?? 'custom').trim().split(/\s+/);
  const row = Object.hasOwn(OBJECTIVES, name!) ? OBJECTIVES[name!]! : null;
  if (!row) return null;
  const sigmoid = options.find((o) => o.startsWith('sigmoid:'))?.slice('sigmoid:'.length);
  const factor = row.link === 'sigmoid' && sigmoid !== undefined ? Number(sigmoid) : 1;
  const link = row.link === 'identity' && options.includes('sqrt') ? 'signedSquare' : row.link;
  return { kind: row.kind ?? 'regression', link, factor: Number.isFinite(factor) ? factor : 1 };
}
