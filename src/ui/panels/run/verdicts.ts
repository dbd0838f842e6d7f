/** Verdicts on outputs: their tone, and how close a difference is to its limit. */
import type { OutputDifference } from '../../../runtime/types.ts';

export type Verdict = OutputDifference['verdict'];
export type Tone = 'ok' | 'warn' | 'error' | '';

const ORDER: readonly Verdict[] = ['equal', 'pass', 'not comparable', 'near limit', 'differs'];

export function toneOf(verdict: Verdict | null): Tone {
  if (verdict === 'equal' || verdict === 'pass') return 'ok';
  if (verdict === 'near limit') return 'warn';
  return verdict === 'differs' ? 'error' : '';
}

/** The worst verdict of all outputs; null where there is none. */
export function worstOf(differences: readonly OutputDifference[]): Verdict | null {
  return differences.reduce<Verdict | null>(
    (worst, d) => (worst === null || ORDER.indexOf(d.verdict) > ORDER.indexOf(worst) ? d.verdict : worst),
    null,
  );
}

/** How much of its limit a difference uses, 0 to 1; 1 where there is no limit to use. */
export function differenceShare({ maxAbs, limit }: Pick<OutputDifference, 'maxAbs' | 'limit'>): number {
  if (maxAbs === 0) return 0;
  if (!(limit > 0) || !Number.isFinite(maxAbs)) return 1;
  return Math.min(1, maxAbs / limit);
}
