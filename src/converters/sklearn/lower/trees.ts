/** Decision trees by node number, as scikit-learn keeps them, on the forest that all frameworks share. */
import { lowerForest } from '../../../graph-model/builders/forest-lower.ts';
import { joinTrees, RULE, type TreePart } from '../../../graph-model/builders/forest.ts';
import { FormatError } from '../../../graph-model/diagnostics.ts';
import type { Builder, Val } from './builder.ts';

/** One tree by node number; leaves have `left` -1. The left branch is taken where feature ≤ threshold. */
export interface TreeNodes {
  readonly left: ArrayLike<number>;
  readonly right: ArrayLike<number>;
  readonly feature: ArrayLike<number>;
  readonly threshold: ArrayLike<number>;
  /** Where NaN goes left. */
  readonly missingLeft: ArrayLike<number> | null;
  /** By node: taken as a set of categories instead of a threshold. */
  readonly members?: ReadonlyMap<number, CategorySplit>;
}

export interface CategorySplit {
  readonly values: readonly number[];
  /** Whether a member of the set goes left; NaN goes the other way. */
  readonly left: boolean;
}

/** A leaf: which target it adds to, and what. All leaves of a tree add to the same. */
type Leaf = (node: number) => readonly [target: number, weight: number];

export class TreeEnsembleBuilder {
  private readonly parts: TreePart[] = [];
  private columns = 1;

  addTree(t: TreeNodes, leaf: Leaf): void {
    const { splits, leaves, numberOf } = numbered(t);
    const sets: (readonly number[])[] = [];
    const setOf = (n: number) => t.members?.get(n);
    const swapped = (n: number) => setOf(n)?.left === false;
    for (const n of splits) this.columns = Math.max(this.columns, t.feature[n]! + 1);
    this.parts.push({
      target: leaf(leaves[0]!)[0],
      view: splits.map((n) => t.feature[n]!),
      rule: splits.map((n) => (setOf(n) ? RULE.member : RULE.lessOrEqual)),
      threshold: splits.map((n) => (setOf(n) ? sets.push(setOf(n)!.values) - 1 : t.threshold[n]!)),
      nanLeft: splits.map((n) => (!setOf(n) && t.missingLeft?.[n] ? 1 : 0)),
      left: splits.map((n) => numberOf.get((swapped(n) ? t.right : t.left)[n]!)!),
      right: splits.map((n) => numberOf.get((swapped(n) ? t.left : t.right)[n]!)!),
      sets,
      leaves: leaves.map((n) => leaf(n)[1]),
    });
  }

  /** [N, targets], double: scikit-learn compares with float64 thresholds. */
  build(o: Builder, x: Val, targets: number): Val {
    const fail = (why: string): never => {
      throw new Error(`A tree ${why}`);
    };
    const forest = joinTrees({ columns: this.columns, outputs: targets }, this.parts, fail);
    return { id: lowerForest(o.emitter(), forest, o.double(x).id, 'double'), t: 'double' };
  }
}

/** Splits and leaves by their place, each in an order of its own, as far as they are reached from the root. */
function numbered(t: TreeNodes) {
  const splits: number[] = [];
  const leaves: number[] = [];
  const numberOf = new Map<number, number>();
  const stack = [0];
  while (stack.length > 0) {
    const n = stack.pop()!;
    // In a damaged file branches lead out of the tree, or back to a node that was passed.
    if (numberOf.has(n) || t.left[n] === undefined) {
      const why = `a branch of one of its trees leads to node ${n}, which is ${numberOf.has(n) ? 'reached twice' : 'not there'}`;
      throw new FormatError('sklearn.unsupported', { step: 'The model', why });
    }
    const isLeaf = t.left[n] === -1;
    numberOf.set(n, isLeaf ? ~(leaves.push(n) - 1) : splits.push(n) - 1);
    if (!isLeaf) stack.push(t.right[n]!, t.left[n]!);
  }
  return { splits, leaves, numberOf };
}
