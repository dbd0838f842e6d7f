/** What a list of trees is, and trees made of arrays. */

/** A split, or a leaf where `left` is -1. Indices are places in {@link Tree.nodes}; the root is 0. */
export interface TreeNode {
  readonly left: number;
  readonly right: number;
  /** Column that the split reads; -1 in a leaf. */
  readonly feature: number;
  readonly rule: '≤' | '<' | '=' | 'in' | '≥' | '>' | '≠' | '';
  readonly threshold: number;
  /** Of a rule `in`. */
  readonly categories?: ArrayLike<number>;
  readonly nanLeft: boolean;
  /** What a leaf gives; of splits what the file says they would give. */
  readonly value: ArrayLike<number>;
  readonly gain?: number;
  /** Rows of the training set that came here. */
  readonly samples?: number;
}

export interface Tree {
  readonly nodes: readonly TreeNode[];
}

export interface Importance {
  /** What `gain` counts: `gain`, `decrease of impurity`; null where the file does not say it. */
  readonly kind: string | null;
  readonly gain: Float64Array;
  readonly splits: Float64Array;
}

export interface TreeList {
  readonly count: number;
  readonly columns: number;
  readonly names: readonly string[];
  /** `tree 12`, `tree 12, class b`. */
  label(tree: number): string;
  /** Splits of a tree, without building it. */
  splits(tree: number): number;
  tree(tree: number): Tree;
  /** Sums over all trees; reads every split once. */
  importance(): Importance;
}

export type Unnamed = Omit<TreeList, 'names'>;

export const leafNode = (value: ArrayLike<number>): TreeNode => ({
  left: -1,
  right: -1,
  feature: -1,
  rule: '',
  threshold: NaN,
  nanLeft: false,
  value,
});

export const NO_VALUE = new Float64Array(0);

/** A tree in arrays by node number, a leaf where `left` is -1. */
export interface NodeArrays {
  readonly left: ArrayLike<number>;
  readonly right: ArrayLike<number>;
  readonly feature: ArrayLike<number>;
  readonly threshold: ArrayLike<number>;
  readonly rule?: (n: number) => Pick<TreeNode, 'rule' | 'categories'>;
  readonly nanLeft?: (n: number) => boolean;
  readonly value: (n: number) => ArrayLike<number>;
  readonly gain?: (n: number) => number;
  readonly samples?: (n: number) => number;
}

export function arraysTree(a: NodeArrays): Tree {
  const nodes = Array.from({ length: a.left.length }, (_, n): TreeNode => {
    const more = a.samples ? { samples: a.samples(n) } : {};
    if (a.left[n]! < 0) return { ...leafNode(a.value(n)), ...more };
    return {
      left: a.left[n]!,
      right: a.right[n]!,
      feature: a.feature[n]!,
      rule: '≤',
      threshold: a.threshold[n]!,
      nanLeft: a.nanLeft?.(n) ?? false,
      value: a.value(n),
      ...(a.gain ? { gain: a.gain(n) } : {}),
      ...more,
      ...a.rule?.(n),
    };
  });
  return { nodes };
}

/** Sums over trees in arrays. @param gain of a split, in its tree */
export function arraysImportance(columns: number, trees: Iterable<NodeArrays>, kind: string | null): Importance {
  const gain = new Float64Array(columns);
  const splits = new Float64Array(columns);
  for (const a of trees) {
    for (let n = 0; n < a.left.length; n++) {
      if (a.left[n]! < 0) continue;
      splits[a.feature[n]!]!++;
      if (a.gain) gain[a.feature[n]!]! += a.gain(n);
    }
  }
  return { kind, gain, splits };
}
