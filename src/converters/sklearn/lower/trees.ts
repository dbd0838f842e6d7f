/** Decision trees as TreeEnsemble (ai.onnx.ml 5), in doubles: scikit-learn compares float32 inputs with float64 thresholds. */
import { int, ints, type Attribute } from '../../../graph-model/core/attributes.ts';
import { tensorOf } from '../../../graph-model/core/tensor.ts';
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

/** A leaf: which target it adds to, and what. */
type Leaf = (node: number) => readonly [target: number, weight: number];

const LEQ = 0;
const MEMBER = 6;

export class TreeEnsembleBuilder {
  private readonly roots: number[] = [];
  private readonly features: number[] = [];
  private readonly splits: number[] = [];
  private readonly modes: number[] = [];
  private readonly yes: [number, number][] = [];
  private readonly no: [number, number][] = [];
  private readonly missing: number[] = [];
  private readonly targets: number[] = [];
  private readonly weights: number[] = [];
  private readonly members: number[] = [];

  addTree(t: TreeNodes, leaf: Leaf): void {
    this.roots.push(this.features.length);
    if (t.left[0] === -1) {
      const only = this.addLeaf(leaf(0));
      this.addNode(0, 0, LEQ, 0);
      this.yes.push(only);
      this.no.push(only);
      return;
    }
    this.addSplits(t, leaf);
  }

  /** Nodes are numbered as they are met; children are filled in when their turn comes. */
  private addSplits(t: TreeNodes, leaf: Leaf): void {
    const place = new Map<number, number>();
    const order: number[] = [];
    const stack = [0];
    while (stack.length > 0) {
      const n = stack.pop()!;
      place.set(n, this.features.length + order.length);
      order.push(n);
      for (const child of [t.right[n]!, t.left[n]!]) if (t.left[child] !== -1) stack.push(child);
    }
    const refer = (n: number): [number, number] => (t.left[n] === -1 ? this.addLeaf(leaf(n)) : [place.get(n)!, 0]);
    for (const n of order) this.addSplit(t, n, refer);
  }

  private addSplit(t: TreeNodes, n: number, refer: (n: number) => [number, number]): void {
    const [left, right] = [refer(t.left[n]!), refer(t.right[n]!)];
    const set = t.members?.get(n);
    if (!set) this.addNode(t.feature[n]!, t.threshold[n]!, LEQ, t.missingLeft?.[n] ? 1 : 0);
    else {
      this.addNode(t.feature[n]!, 0, MEMBER, 0);
      this.members.push(...set.values, NaN);
    }
    this.yes.push(!set || set.left ? left : right);
    this.no.push(!set || set.left ? right : left);
  }

  private addNode(feature: number, split: number, mode: number, missing: number): void {
    this.features.push(feature);
    this.splits.push(split);
    this.modes.push(mode);
    this.missing.push(missing);
  }

  private addLeaf([target, weight]: readonly [number, number]): [number, number] {
    this.targets.push(target);
    this.weights.push(weight);
    return [this.targets.length - 1, 1];
  }

  /** [N, targets] from float32-valued rows. */
  build(o: Builder, x: Val, targets: number): Val {
    const double = (v: number[]): Attribute => ({
      kind: 'tensor',
      value: tensorOf({ dtype: 'double', dims: [v.length], values: Float64Array.from(v) }),
    });
    const attributes = new Map<string, Attribute>([
      ['aggregate_function', int(1)],
      ['leaf_targetids', ints(this.targets)],
      ['leaf_weights', double(this.weights)],
      ['n_targets', int(targets)],
      ['nodes_falseleafs', ints(this.no.map((n) => n[1]))],
      ['nodes_falsenodeids', ints(this.no.map((n) => n[0]))],
      ['nodes_featureids', ints(this.features)],
      [
        'nodes_modes',
        {
          kind: 'tensor',
          value: tensorOf({ dtype: 'uint8', dims: [this.modes.length], values: Uint8Array.from(this.modes) }),
        },
      ],
      ['nodes_splits', double(this.splits)],
      ['nodes_trueleafs', ints(this.yes.map((n) => n[1]))],
      ['nodes_truenodeids', ints(this.yes.map((n) => n[0]))],
      ['post_transform', int(0)],
      ['tree_roots', ints(this.roots)],
    ]);
    if (this.missing.some((m) => m)) attributes.set('nodes_missing_value_tracks_true', ints(this.missing));
    if (this.members.length > 0) attributes.set('membership_values', double(this.members));
    return o.ops('TreeEnsemble', [x], attributes, ['double'], 'ai.onnx.ml')[0]!;
  }
}
