/** A large forest as a text file of LightGBM: too large to be kept among the samples, and made in a moment. */

/** `leaves`: a power of two. All trees are complete and have the same splits. */
export function forestText(trees: number, leaves: number): Buffer {
  const tree = body(leaves);
  const head = [
    'tree',
    'version=v4',
    'num_class=1',
    'num_tree_per_iteration=1',
    'label_index=0',
    'max_feature_idx=3',
    'objective=binary sigmoid:1',
    'feature_names=a b c d',
    'feature_infos=[0:1] [0:1] [0:1] [0:1]',
    `tree_sizes=${Array(trees).fill(tree.length).join(' ')}`,
  ];
  const blocks = Array.from({ length: trees }, (_, i) => `Tree=${i}\n${tree}\n\n`);
  return Buffer.from(`${head.join('\n')}\n\n${blocks.join('')}end of trees\n`);
}

/** Splits in the order of a heap; a leaf is written as the complement of its number. */
function body(leaves: number): string {
  const splits = leaves - 1;
  const each = (length: number, of: (i: number) => number) => Array.from({ length }, (_, i) => of(i)).join(' ');
  const child = (i: number) => (i < splits ? i : ~(i - splits));
  return [
    `num_leaves=${leaves}`,
    'num_cat=0',
    `split_feature=${each(splits, (i) => i % 4)}`,
    `split_gain=${each(splits, () => 1)}`,
    `threshold=${each(splits, (i) => (i + 0.5) / splits)}`,
    `decision_type=${each(splits, () => 2)}`,
    `left_child=${each(splits, (i) => child(2 * i + 1))}`,
    `right_child=${each(splits, (i) => child(2 * i + 2))}`,
    `leaf_value=${each(leaves, (i) => (i % 7) / 1000)}`,
    `leaf_count=${each(leaves, () => 10)}`,
    `internal_value=${each(splits, () => 0)}`,
    `internal_count=${each(splits, () => 20)}`,
    'is_linear=0',
    'shrinkage=0.1',
  ].join('\n');
}
