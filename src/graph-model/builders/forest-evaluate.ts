/** The direct evaluator of a forest, in double arithmetic and in the order of the trees: what converted models are held to. */
import { RULE, VIEW, type Forest } from './forest.ts';

/** LightGBM's kZeroThreshold, a float. */
export const ZERO_THRESHOLD = Math.fround(1e-35);

/** The scores of one row, before any link. `x` holds float32 values (or the doubles the framework itself would see). */
export function evaluateForest(forest: Forest, x: ArrayLike<number>): Float64Array {
  const sums = new Float64Array(forest.outputs);
  for (let tree = 0; tree < forest.roots.length; tree++) {
    const leaf = leafOf(forest, tree, x);
    const target = forest.target[tree]!;
    if (forest.linear) sums[target]! += linearLeaf(forest, leaf, x);
    else for (let k = 0; k < forest.width; k++) sums[target + k]! += forest.leaves[leaf * forest.width + k]!;
  }
  return sums.map((s, k) => forest.base[k]! + forest.scale * s);
}

/** The leaf that a row falls into, as an index over all trees. */
export function leafOf(forest: Forest, tree: number, x: ArrayLike<number>): number {
  let at = forest.roots[tree]!;
  while (at >= 0) at = goesLeft(forest, at, x) ? forest.left[at]! : forest.right[at]!;
  return ~at;
}

function goesLeft(forest: Forest, split: number, x: ArrayLike<number>): boolean {
  const view = forest.view[split]!;
  const v = seen(forest.viewKind[view]!, x[forest.viewOf[view]!]!);
  const t = forest.threshold[split]!;
  if (Number.isNaN(v)) return forest.nanLeft[split] === 1;
  if (forest.rule[split] === RULE.lessOrEqual) return v <= t;
  if (forest.rule[split] === RULE.less) return v < t;
  return forest.setValues.subarray(forest.setOffsets[t]!, forest.setOffsets[t + 1]!).includes(v);
}

function seen(kind: number, v: number): number {
  if (kind === VIEW.zeroIsNaN) return Math.abs(v) <= ZERO_THRESHOLD ? NaN : v;
  if (kind === VIEW.truncated) return Math.trunc(v);
  return kind === VIEW.floored ? Math.floor(v) : v;
}

function linearLeaf(forest: Forest, leaf: number, x: ArrayLike<number>): number {
  const { constants, offsets, columns, coefficients } = forest.linear!;
  let sum = constants[leaf]!;
  for (let i = offsets[leaf]!; i < offsets[leaf + 1]!; i++) {
    const v = x[columns[i]!]!;
    if (Number.isNaN(v)) return forest.leaves[leaf]!;
    sum += coefficients[i]! * v;
  }
  return sum;
}
