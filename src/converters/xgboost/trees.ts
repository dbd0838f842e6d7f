/** XGBoost's trees, whichever file they come from, as parts of a forest. */
import { RULE, VIEW, type TreePart, type Views } from '../../graph-model/builders/forest.ts';

/** One list entry a node; node 0 is the root, and a node without a left child (-1) is a leaf. */
export interface XgboostTree {
  readonly left: ArrayLike<number>;
  readonly right: ArrayLike<number>;
  readonly column: ArrayLike<number>;
  /** The threshold of a split, the value of a leaf. */
  readonly condition: ArrayLike<number>;
  readonly defaultLeft: ArrayLike<number>;
  readonly gain: ArrayLike<number>;
  /** By node: the categories that go right. */
  readonly categories: ReadonlyMap<number, readonly number[]>;
  /** Values a leaf: 1, or one for each output. */
  readonly width: number;
  /** The values of a leaf where width > 1. */
  readonly vector: ((node: number) => ArrayLike<number>) | null;
}

/** Numbers the nodes that are reached from the root as splits and leaves; a node reached again keeps its number, which joinTrees refuses. */
export function treePart(tree: XgboostTree, target: number, weight: number, views: Views, columns: number): TreePart {
  const { splits, leaves, numberOf } = reached(tree);
  const sets: (readonly number[])[] = [];
  const isMember = (n: number) => tree.categories.has(n);
  const child = (n: number, side: 'left' | 'right') => numberOf.get(tree[side][n]!) ?? splits.length;
  return {
    target,
    view: splits.map((n) => viewOf(tree.column[n]!, isMember(n), views, columns)),
    rule: splits.map((n) => (isMember(n) ? RULE.member : RULE.less)),
    threshold: splits.map((n) =>
      isMember(n) ? sets.push(tree.categories.get(n)!) - 1 : Math.fround(tree.condition[n]!),
    ),
    // A category of the set goes right, so that sides change places.
    nanLeft: splits.map((n) => (tree.defaultLeft[n] ? 1 : 0) ^ (isMember(n) ? 1 : 0)),
    left: splits.map((n) => child(n, isMember(n) ? 'right' : 'left')),
    right: splits.map((n) => child(n, isMember(n) ? 'left' : 'right')),
    sets,
    leaves: leaves.flatMap((n) =>
      tree.vector
        ? Array.from(tree.vector(n), (v) => Math.fround(v * weight))
        : [Math.fround(Math.fround(tree.condition[n]!) * weight)],
    ),
    gain: splits.map((n) => tree.gain[n] ?? 0),
  };
}

function reached(tree: XgboostTree) {
  const splits: number[] = [];
  const leaves: number[] = [];
  const numberOf = new Map<number, number>();
  const stack = [0];
  while (stack.length > 0) {
    const node = stack.pop()!;
    if (numberOf.has(node) || !(node >= 0 && node < tree.left.length)) continue;
    const isLeaf = tree.left[node] === -1;
    numberOf.set(node, isLeaf ? ~(leaves.push(node) - 1) : splits.push(node) - 1);
    if (!isLeaf) stack.push(tree.right[node]!, tree.left[node]!);
  }
  return { splits, leaves, numberOf };
}

/** -1 where the column does not exist, which joinTrees refuses. */
function viewOf(column: number, member: boolean, views: Views, columns: number): number {
  if (!(Number.isInteger(column) && column >= 0 && column < columns)) return -1;
  return views.index(column, member ? VIEW.floored : VIEW.value);
}
