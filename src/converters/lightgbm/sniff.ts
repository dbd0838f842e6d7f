/** LightGBM's text model begins with the word `tree`; its JSON dump with keys that no other format has together. */
import type { Score, SniffInput } from '../converter.ts';

export function sniffLightgbm({ head }: SniffInput): Score {
  const text = new TextDecoder().decode(head);
  if (/^\uFEFF?\s*(tree|gbdt|dart|goss|rf)\r?\n/.test(text))
    return /^(num_class|label_index|max_feature_idx|version)=/m.test(text) ? 3 : 2;
  if (!/^\uFEFF?\s*\{/.test(text)) return 0;
  const keys = [
    'tree_info',
    'num_tree_per_iteration',
    'max_feature_idx',
    'label_index',
    'feature_infos',
    'average_output',
  ];
  const found = keys.filter((k) => text.includes(`"${k}"`)).length;
  return found >= 2 ? 3 : 0;
}
