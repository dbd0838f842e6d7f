/** LightGBM's trees, whichever file they come from, as parts of a forest. */
import { RULE, VIEW, type LinearLeaf, type TreePart, type Views } from '../../graph-model/builders/forest.ts';

/** How a split treats what is missing. None: NaN counts as 0. Zero: NaN and |x| <= 1e-35 go the default way. NaN: NaN does. */
export const MISSING = ['None', 'Zero', 'NaN'] as const;
export type Missing = (typeof MISSING)[number];

export interface LightgbmSplit {
  readonly feature: number;
  /** null for a categorical split. */
  readonly threshold: number | null;
  /** The categories that go left. */
  readonly categories?: readonly number[];
  readonly missing: Missing;
  readonly defaultLeft: boolean;
  /** A split's index, or ~leaf. */
  readonly left: number;
  readonly right: number;
  readonly gain: number;
}

export interface LightgbmTree {
  readonly splits: readonly LightgbmSplit[];
  readonly leaves: ArrayLike<number>;
  readonly linear?: readonly LinearLeaf[];
}

export function treePart(tree: LightgbmTree, target: number, views: Views, columns: number): TreePart {
  const { splits } = tree;
  const sets: number[][] = [];
  const threshold = splits.map(
    (s) => (s.threshold === null ? null : asPredicted(s.threshold)) ?? sets.push([...(s.categories ?? [])]) - 1,
  );
  return {
    target,
    view: splits.map((s) => viewOf(s, views, columns)),
    rule: splits.map((s) => (s.threshold === null ? RULE.member : RULE.lessOrEqual)),
    threshold,
    nanLeft: splits.map((s) => (nanGoesLeft(s) ? 1 : 0)),
    left: splits.map((s) => s.left),
    right: splits.map((s) => s.right),
    sets,
    leaves: tree.leaves,
    gain: splits.map((s) => s.gain),
    ...(tree.linear ? { linear: tree.linear } : {}),
  };
}

/** LightGBM's kZeroThreshold, a float. */
const ZERO = Math.fround(1e-35);
/** Between -ZERO and the float32 below it. */
const BELOW_ZERO = -1.00000002e-35;

/**
 * LightGBM's predictor takes every |x| <= ZERO for 0 (RowPairFunctionFromDenseMatric). Its bins of zeros end at ±ZERO, so
 * that thresholds of exactly -ZERO are common: nothing of that bin is below them.
 */
function asPredicted(t: number): number {
  if (!(Math.abs(t) <= ZERO)) return t;
  return t < 0 ? BELOW_ZERO : ZERO;
}

/** -1 where the column does not exist, which joinTrees refuses. */
function viewOf(s: LightgbmSplit, views: Views, columns: number): number {
  if (!(s.feature >= 0 && s.feature < columns)) return -1;
  if (s.threshold === null) return views.index(s.feature, VIEW.truncated);
  return views.index(s.feature, s.missing === 'Zero' ? VIEW.zeroIsNaN : VIEW.value);
}

/** A NaN among categories is in no set. */
function nanGoesLeft(s: LightgbmSplit): boolean {
  if (s.threshold === null) return false;
  return s.missing === 'None' ? 0 <= s.threshold : s.defaultLeft;
}
