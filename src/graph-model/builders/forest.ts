/**
 * A forest of decision trees as every framework's reader gives it: flat arrays over all trees, thresholds as the file has
 * them. One lowering (forest-lower.ts) and one evaluator (forest-evaluate.ts) serve all frameworks.
 *
 * A child is a split's index, or `~leaf` (negative) for a leaf. A split sends a row left where its rule holds; a row whose
 * value is NaN goes left where `nanLeft` says so and right otherwise, whatever the rule.
 */

/** left where x <= threshold; left where x < threshold; left where x is one of the integers of set number `threshold`. */
export const RULE = { lessOrEqual: 0, less: 1, member: 2 } as const;

/**
 * What a split reads: an input column as it is; with |x| <= 1e-35 as NaN (LightGBM's zero-as-missing); truncated toward
 * zero, or floored, for category codes.
 */
export const VIEW = { value: 0, zeroIsNaN: 1, truncated: 2, floored: 3 } as const;

/** Linear models in leaves: `constants[leaf] + Σ coefficients·x`, or the plain leaf value where one of its x is NaN. */
export interface LinearLeaves {
  readonly constants: Float64Array;
  /** [leaves + 1]: where each leaf's terms begin. */
  readonly offsets: Int32Array;
  /** Input columns, not views. */
  readonly columns: Int32Array;
  readonly coefficients: Float64Array;
}

export interface Forest {
  /** Input columns. */
  readonly columns: number;
  /** The columns that splits read: view i reads input `viewOf[i]` as `viewKind[i]`. The first `columns` are 0, 1, 2 … */
  readonly viewOf: Int32Array;
  readonly viewKind: Uint8Array;
  /** Scores for each row: `base + scale·Σ leaves`. */
  readonly outputs: number;
  readonly base: Float64Array;
  readonly scale: number;
  /** Outputs that one leaf adds to: 1, or all. */
  readonly width: number;
  /** For each tree its root (a split, or ~leaf) and the first output that it adds to. */
  readonly roots: Int32Array;
  readonly target: Int32Array;
  /** For each split. */
  readonly view: Int32Array;
  readonly rule: Uint8Array;
  readonly threshold: Float64Array;
  readonly nanLeft: Uint8Array;
  readonly left: Int32Array;
  readonly right: Int32Array;
  /** The sets of member rules: `setValues` from `setOffsets[i]` to `setOffsets[i + 1]`, ascending. */
  readonly setOffsets: Int32Array;
  readonly setValues: Int32Array;
  /** [leaves × width]. */
  readonly leaves: Float64Array;
  readonly linear: LinearLeaves | null;
  /** What training gained by each split; empty where the file does not say. */
  readonly gain: Float32Array;
}

/** One tree with indices of its own: split 0 is the root, or leaf 0 where there are no splits. */
export interface TreePart {
  readonly target: number;
  readonly view: ArrayLike<number>;
  readonly rule: ArrayLike<number>;
  readonly threshold: ArrayLike<number>;
  readonly nanLeft: ArrayLike<number>;
  readonly left: ArrayLike<number>;
  readonly right: ArrayLike<number>;
  /** `threshold` of a member rule is an index here. */
  readonly sets?: readonly (readonly number[])[];
  readonly leaves: ArrayLike<number>;
  readonly linear?: readonly LinearLeaf[];
  readonly gain?: ArrayLike<number>;
}

export interface LinearLeaf {
  readonly constant: number;
  readonly columns: readonly number[];
  readonly coefficients: readonly number[];
}

export interface ForestHead {
  readonly columns: number;
  readonly outputs: number;
  readonly width?: number;
  readonly base?: ArrayLike<number>;
  readonly scale?: number;
  /** Views behind the plain columns, from {@link Views}. */
  readonly views?: Views;
}

/** Gives an index to each (column, kind) that a split reads: plain columns keep their own. */
export class Views {
  private readonly known = new Map<string, number>();
  readonly of: number[];
  readonly kind: number[];

  constructor(columns: number) {
    this.of = Array.from({ length: columns }, (_, i) => i);
    this.kind = new Array<number>(columns).fill(VIEW.value);
  }

  index(column: number, kind: number): number {
    if (kind === VIEW.value) return column;
    const key = `${column}/${kind}`;
    let at = this.known.get(key);
    if (at === undefined) {
      at = this.of.push(column) - 1;
      this.kind.push(kind);
      this.known.set(key, at);
    }
    return at;
  }
}

/** Puts trees together. `fail` is told (and throws) when a tree is no tree: a child or column that does not exist, a cycle. */
export function joinTrees(head: ForestHead, trees: readonly TreePart[], fail: (why: string) => never): Forest {
  const views = head.views ?? new Views(head.columns);
  const width = head.width ?? 1;
  trees.forEach((t, i) => checkTree(t, views.of.length, width, (why) => fail(`tree ${i} ${why}`)));
  const splits = prefix(trees, (t) => t.left.length);
  const leaves = prefix(trees, (t) => t.leaves.length / width);
  const sets = prefix(trees, (t) => t.sets?.length ?? 0);
  const all = new Joined(splits.at(-1)!, leaves.at(-1)! * width);
  trees.forEach((t, i) => all.put(t, splits[i]!, leaves[i]!, sets[i]!, width));
  const flat = trees.flatMap((t) => t.sets ?? []);
  return {
    columns: head.columns,
    viewOf: Int32Array.from(views.of),
    viewKind: Uint8Array.from(views.kind),
    outputs: head.outputs,
    base: Float64Array.from({ length: head.outputs }, (_, i) => head.base?.[i] ?? 0),
    scale: head.scale ?? 1,
    width,
    roots: Int32Array.from(trees, (t, i) => (t.left.length > 0 ? splits[i]! : ~leaves[i]!)),
    target: Int32Array.from(trees, (t) => t.target),
    ...all.arrays,
    setOffsets: Int32Array.from(prefix(flat, (s) => s.length)),
    setValues: Int32Array.from(flat.flatMap((s) => [...s].sort((a, b) => a - b))),
    linear: trees.some((t) => t.linear) ? joinLinear(trees, width) : null,
    gain: trees.every((t) => t.gain)
      ? Float32Array.from(trees.flatMap((t) => Array.from(t.gain!)))
      : new Float32Array(0),
  };
}

/** Running sums, with the total at the end. */
function prefix<T>(items: readonly T[], length: (item: T) => number): number[] {
  const out = [0];
  for (const item of items) out.push(out.at(-1)! + length(item));
  return out;
}

class Joined {
  readonly arrays;
  constructor(splits: number, leaves: number) {
    this.arrays = {
      view: new Int32Array(splits),
      rule: new Uint8Array(splits),
      threshold: new Float64Array(splits),
      nanLeft: new Uint8Array(splits),
      left: new Int32Array(splits),
      right: new Int32Array(splits),
      leaves: new Float64Array(leaves),
    };
  }

  put(t: TreePart, split: number, leaf: number, set: number, width: number): void {
    const a = this.arrays;
    const child = (c: number) => (c < 0 ? ~(~c + leaf) : c + split);
    for (let i = 0, at = split; i < t.left.length; i++, at++) {
      a.view[at] = t.view[i]!;
      a.rule[at] = t.rule[i]!;
      a.threshold[at] = t.threshold[i]! + (t.rule[i] === RULE.member ? set : 0);
      a.nanLeft[at] = t.nanLeft[i]!;
      a.left[at] = child(t.left[i]!);
      a.right[at] = child(t.right[i]!);
    }
    a.leaves.set(t.leaves, leaf * width);
  }
}

function joinLinear(trees: readonly TreePart[], width: number): LinearLeaves {
  const plain = (t: TreePart): readonly LinearLeaf[] =>
    Array.from(t.leaves, (constant) => ({ constant, columns: [], coefficients: [] }));
  if (width !== 1) throw new Error('Linear leaves have one output.');
  const all = trees.flatMap((t) => t.linear ?? plain(t));
  return {
    constants: Float64Array.from(all, (l) => l.constant),
    offsets: Int32Array.from(prefix(all, (l) => l.columns.length)),
    columns: Int32Array.from(all.flatMap((l) => l.columns)),
    coefficients: Float64Array.from(all.flatMap((l) => l.coefficients)),
  };
}

function checkTree(t: TreePart, views: number, width: number, fail: (why: string) => never): void {
  const splits = t.left.length;
  const leaves = t.leaves.length / width;
  if (!Number.isInteger(leaves) || leaves < 1) fail('has no leaves');
  const lists = [t.view, t.rule, t.threshold, t.nanLeft, t.right];
  if (lists.some((l) => l.length !== splits)) fail('has lists of different lengths');
  for (let i = 0; i < splits; i++) {
    if (!(t.view[i]! >= 0 && t.view[i]! < views)) fail(`reads column ${t.view[i]} at split ${i}, which does not exist`);
    if (t.rule[i] === RULE.member && !t.sets?.[t.threshold[i]!]) fail(`has no categories for split ${i}`);
  }
  if (splits > 0) checkReach(t, leaves, fail);
}

/** Walks from the root: each split and leaf may be reached once. */
function checkReach(t: TreePart, leaves: number, fail: (why: string) => never): void {
  const seen = new Uint8Array(t.left.length + leaves);
  const stack = [0];
  while (stack.length > 0) {
    const at = stack.pop()!;
    const exists = at < 0 ? ~at < leaves : at < t.left.length;
    if (!Number.isInteger(at) || !exists) fail(`names ${at < 0 ? `leaf ${~at}` : `split ${at}`}, which does not exist`);
    const mark = at < 0 ? t.left.length + ~at : at;
    if (seen[mark]) fail(`reaches ${at < 0 ? `leaf ${~at}` : `split ${at}`} twice`);
    seen[mark] = 1;
    if (at >= 0) stack.push(t.left[at]!, t.right[at]!);
  }
}
