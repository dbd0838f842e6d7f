/** XGBoost's three forms: JSON and UBJSON with a learner in them, and the old binary one with an objective near its start. */
import type { Score, SniffInput } from '../converter.ts';

export function sniffXgboost({ head }: SniffInput): Score {
  if (oldBinaryObjective(head) !== null) return 3;
  const text = new TextDecoder('latin1').decode(head);
  if (/^\uFEFF?\s*\{\s*"/.test(text)) return scoreOf(text, '"');
  if (head[0] === 0x7b && /^\{[$#iUIlL]/.test(text)) return scoreOf(text, '');
  return 0;
}

function scoreOf(text: string, quote: string): Score {
  if (!text.includes(`${quote}learner${quote}`)) return 0;
  const keys = ['attributes', 'gradient_booster', 'feature_names', 'feature_types', 'learner_model_param'];
  return keys.some((k) => text.includes(`${quote}${k}${quote}`)) ? 3 : 2;
}

/** Bytes of LearnerModelParamLegacy, which comes first but for the word `binf`. */
export const LEARNER_PARAM = 136;

/** The objective's name in the old binary form; null where this is something else. */
export function oldBinaryObjective(head: Uint8Array): string | null {
  const begin = (String.fromCharCode(...head.subarray(0, 4)) === 'binf' ? 4 : 0) + LEARNER_PARAM;
  if (head.length < begin + 16) return null;
  const length = head[begin]!;
  if (head.subarray(begin + 1, begin + 8).some((b) => b !== 0) || length < 5 || length > 64) return null;
  const name = String.fromCharCode(...head.subarray(begin + 8, begin + 8 + length));
  return /^(reg|binary|multi|rank|count|survival):[a-z_]+$/.test(name) ? name : null;
}
