/** Decision trees by node number, as scikit-learn keeps them, on the forest that all frameworks share. */
import type { Real } from '../../../graph-model/builders/emitter.ts';
import {
  canVote,
  lowerForest,
  lowerForestScores,
  lowerForestVotes,
} from '../../../graph-model/builders/forest-lower.ts';
import { joinTrees, RULE, type Forest, type TreePart } from '../../../graph-model/builders/forest.ts';
import type { Labels } from '../../../graph-model/builders/heads.ts';
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

/** A leaf: which target it adds to, and what; a list for as many targets from there on. All leaves of a tree add to the same. */
type Leaf = (node: number) => readonly [target: number, weight: number | ArrayLike<number>];

interface VoteOptions {
  /** One a class: of one output two, of which the second is chosen above 0, or above 0.5 where no leaf is negative. */
  readonly labels: Labels;
  readonly outputs: number;
  readonly base?: ArrayLike<number>;
  readonly link: 'NONE' | 'LOGISTIC' | 'SOFTMAX';
  /** What scores may be off by, so that float32 is enough. */
  readonly allowed: number;
}

export class TreeEnsembleBuilder {
  private readonly parts: TreePart[] = [];
  private columns = 1;

  /** @param width targets that each leaf adds to */
  constructor(private readonly width = 1) {}

  addTree(t: TreeNodes, leaf: Leaf): void {
    const { splits, leaves, numberOf } = numbered(t);
    const sets: (readonly number[])[] = [];
    const setOf = (n: number) => t.members?.get(n);
    const swapped = (n: number) => setOf(n)?.left === false;
    for (const n of splits) this.columns = Math.max(this.columns, columnOf(t, n) + 1);
    this.parts.push({
      target: leaf(leaves[0]!)[0],
      view: splits.map((n) => t.feature[n]!),
      rule: splits.map((n) => (setOf(n) ? RULE.member : RULE.lessOrEqual)),
      threshold: splits.map((n) => (setOf(n) ? sets.push(setOf(n)!.values) - 1 : t.threshold[n]!)),
      nanLeft: splits.map((n) => (!setOf(n) && t.missingLeft?.[n] ? 1 : 0)),
      left: splits.map((n) => numberOf.get((swapped(n) ? t.right : t.left)[n]!)!),
      right: splits.map((n) => numberOf.get((swapped(n) ? t.left : t.right)[n]!)!),
      sets,
      leaves: leavesOf(
        leaves.map((n) => leaf(n)[1]),
        this.width,
      ),
    });
  }

  /** [N, targets], double: scikit-learn compares with float64 thresholds. */
  build(o: Builder, x: Val, targets: number): Val {
    const forest = this.forest(targets);
    // Numbers of leaves, and what else float32 sums exactly, need no doubles.
    const small = o.narrow(x);
    if (small && this.rounding() === 0)
      return o.double({ id: lowerForest(o.emitter(), forest, small.id, 'float'), t: 'float' });
    return { id: lowerForest(o.emitter(), forest, o.double(x).id, 'double'), t: 'double' };
  }

  /** [N, targets], float32, for what nothing is computed from: summed in double where float32 would be off. */
  scores(o: Builder, x: Val, targets: number, base?: ArrayLike<number>): Val {
    const forest = this.forest(targets, base);
    const [input, type] = inputFor(o, x, this.parts.length === 1 || this.rounding() === 0);
    return { id: lowerForestScores(o.emitter(), forest, input.id, type), t: 'float' };
  }

  /** Labels and float32 scores by one node; null where that operator does not say it. */
  votes(o: Builder, x: Val, { labels, outputs, base, link, allowed }: VoteOptions): { label: Val; scores: Val } | null {
    const forest = this.forest(outputs, base);
    if (!canVote(forest)) return null;
    const [input, type] = inputFor(o, x, this.parts.length === 1 || this.rounding() <= allowed);
    const made = lowerForestVotes(o.emitter(), forest, input.id, labels, link, type);
    const isText = typeof labels[0] === 'string';
    return { label: { id: made.label, t: isText ? 'string' : 'int64' }, scores: { id: made.scores, t: 'float' } };
  }

  /** Whether every leaf of the trees is above 0, or 0: the operator then compares one output with 0.5. */
  get isPositive(): boolean {
    return this.parts.every((p) => Array.from(p.leaves).every((w) => w >= 0));
  }

  /** How far a sum in float32 may be off the sum in float64; 0 where every sum is a whole multiple of a power of two. */
  private rounding(): number {
    const sums = new Map<number, number>();
    let steps = 1;
    for (const { target, leaves } of this.parts) {
      const size = Array.from(leaves).reduce((m, w) => Math.max(m, Math.abs(w)), 0);
      sums.set(target, (sums.get(target) ?? 0) + size);
      for (let i = 0; i < leaves.length && steps < Infinity; i++)
        if (!Number.isInteger(leaves[i]! * steps)) steps = Number.isInteger(leaves[i]! * 1024) ? 1024 : Infinity;
    }
    const most = Math.max(...sums.values());
    return most * steps < 2 ** 24 ? 0 : most * this.parts.length * 2 ** -24;
  }

  private forest(outputs: number, base?: ArrayLike<number>): Forest {
    const fail = (why: string): never => {
      throw new Error(`A tree ${why}`);
    };
    return joinTrees(
      { columns: this.columns, outputs, width: this.width, ...(base ? { base } : {}) },
      this.parts,
      fail,
    );
  }
}

function leavesOf(weights: readonly (number | ArrayLike<number>)[], width: number): ArrayLike<number> {
  if (width === 1) return weights as readonly number[];
  const out = new Float64Array(weights.length * width);
  weights.forEach((w, i) => out.set(w as ArrayLike<number>, i * width));
  return out;
}

/** Rows and thresholds as float32 where that is enough, and the rows are float32. */
function inputFor(o: Builder, x: Val, isEnough: boolean): [Val, Real] {
  const small = isEnough ? o.narrow(x) : null;
  return small ? [small, 'float'] : [o.double(x), 'double'];
}

/** Splits and leaves by their place, each in an order of its own, as far as they are reached from the root. */
const damaged = (why: string) => new FormatError('sklearn.unsupported', { step: 'The model', why });

/** More columns than any vectorizer makes; a damaged file may name any number. */
const MOST_COLUMNS = 2 ** 24;

function columnOf(t: TreeNodes, node: number): number {
  const column = t.feature[node];
  if (column === undefined || !(column >= 0 && column < MOST_COLUMNS))
    throw damaged(`node ${node} of one of its trees reads column ${column}, which cannot be`);
  return column;
}

function numbered(t: TreeNodes) {
  const splits: number[] = [];
  const leaves: number[] = [];
  const numberOf = new Map<number, number>();
  const stack = [0];
  while (stack.length > 0) {
    const n = stack.pop()!;
    // In a damaged file branches lead out of the tree, or back to a node that was passed.
    if (numberOf.has(n) || t.left[n] === undefined)
      throw damaged(
        `a branch of one of its trees leads to node ${n}, which is ${numberOf.has(n) ? 'reached twice' : 'not there'}`,
      );
    const isLeaf = t.left[n] === -1;
    numberOf.set(n, isLeaf ? ~(leaves.push(n) - 1) : splits.push(n) - 1);
    if (!isLeaf) stack.push(t.right[n]!, t.left[n]!);
  }
  return { splits, leaves, numberOf };
}
