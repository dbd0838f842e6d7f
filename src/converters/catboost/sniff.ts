/** CatBoost's binary models begin with CBM1; its JSON has keys of its own near the start. */
import type { Score, SniffInput } from '../converter.ts';

export function sniffCatboost({ head }: SniffInput): Score {
  if (head[0] === 0x43 && head[1] === 0x42 && head[2] === 0x4d && head[3] === 0x31) return 3;
  const text = new TextDecoder().decode(head);
  if (!/^\uFEFF?\s*\{/.test(text)) return 0;
  if (/^\uFEFF?\s*\{\s*"(features_info|ctr_data)"/.test(text)) return 3;
  const keys = ['features_info', 'float_features', 'oblivious_trees', 'nan_value_treatment', 'catboost_version_info'];
  return keys.filter((k) => text.includes(`"${k}"`)).length >= 2 ? 3 : 0;
}
