/** ONNX's own tree ensembles: TreeEnsembleRegressor and TreeEnsembleClassifier (ai.onnx.ml 1 to 4), TreeEnsemble (5). */
import { getStrings } from '../core/attributes.ts';
import type { Node } from '../core/model.ts';
import { numbersBetween, numbersOf } from './arrays.ts';
import { arraysTree, type Importance, type NodeArrays, type TreeNode, type Unnamed } from './tree-list.ts';

const RULES: Readonly<Record<string, TreeNode['rule']>> = {
  BRANCH_LEQ: '≤',
  BRANCH_LT: '<',
  BRANCH_GTE: '≥',
  BRANCH_GT: '>',
  BRANCH_EQ: '=',
  BRANCH_NEQ: '≠',
};
const RULES5: readonly TreeNode['rule'][] = ['≤', '<', '≥', '>', '=', '≠', 'in'];
const LEAF = 'LEAF';
const NONE = new Float64Array(0);

export function onnxTrees(node: Node): Unnamed | null {
  if (node.domain !== 'ai.onnx.ml' || !node.op.startsWith('TreeEnsemble')) return null;
  return node.op === 'TreeEnsemble' ? ensemble5(node) : ensemble3(node);
}

function ensemble3(node: Node): Unnamed | null {
  const trees = numbersOf(node, 'nodes_treeids');
  const modes = getStrings(node, 'nodes_modes');
  if (!trees || !modes) return null;
  const begins: number[] = [];
  for (let i = 0; i < trees.length; i++) if (i === 0 || trees[i] !== trees[i - 1]) begins.push(i);
  begins.push(trees.length);
  const feature = numbersOf(node, 'nodes_featureids') ?? NONE;
  const columns = 1 + maxOf(feature);
  const weights = leafWeights(node);
  const part = (t: number) => part3(node, modes, weights(trees[begins[t]!]!), begins[t]!, begins[t + 1]!);
  return {
    count: begins.length - 1,
    columns,
    label: (t) => `tree ${t}`,
    splits: (t) => splitsIn(modes, begins[t]!, begins[t + 1]!),
    tree: (t) => arraysTree(part(t)),
    importance: () => splitCounts(feature, columns, (i) => modes[i] !== LEAF),
  };
}

function splitsIn(modes: readonly string[], begin: number, end: number): number {
  let count = 0;
  for (let i = begin; i < end; i++) if (modes[i] !== LEAF) count++;
  return count;
}

/** ONNX does not say what a split gained. */
function splitCounts(feature: ArrayLike<number>, columns: number, isSplit: (i: number) => boolean): Importance {
  const splits = new Float64Array(columns);
  for (let i = 0; i < feature.length; i++) if (isSplit(i)) splits[feature[i]!]!++;
  return { kind: null, gain: new Float64Array(columns), splits };
}

const maxOf = (list: ArrayLike<number>): number => {
  let most = -1;
  for (let i = 0; i < list.length; i++) most = Math.max(most, list[i]!);
  return most;
};

type Weights = ReadonlyMap<number, readonly number[]>;

/** The weights of one tree's leaves by node id. */
function leafWeights(node: Node): (tree: number) => Weights {
  const kind = node.attributes.has('class_treeids') ? 'class' : 'target';
  const trees = numbersOf(node, `${kind}_treeids`) ?? NONE;
  const weightName = named(node, `${kind}_weights`);
  return (tree) => {
    const out = new Map<number, number[]>();
    const first = Array.prototype.indexOf.call(trees, tree);
    const last = Array.prototype.lastIndexOf.call(trees, tree) + 1;
    const ids = numbersBetween(node, `${kind}_nodeids`, first, last);
    const weights = numbersBetween(node, weightName, first, last);
    for (let i = first; i < last; i++) {
      if (trees[i] !== tree) continue;
      const list = out.get(ids[i - first]!);
      if (list) list.push(weights[i - first]!);
      else out.set(ids[i - first]!, [weights[i - first]!]);
    }
    return out;
  };
}

/** A list of floats, or since ai.onnx.ml 3 a tensor of doubles under a name of its own. */
const named = (node: Node, name: string) => (node.attributes.has(`${name}_as_tensor`) ? `${name}_as_tensor` : name);

/** One tree of the lists. Ids within a tree are places where the file numbers nodes in order; they need not be. */
function part3(node: Node, modes: readonly string[], weights: Weights, begin: number, end: number): NodeArrays {
  const list = (name: string) => numbersBetween(node, name, begin, end);
  const ids = list('nodes_nodeids');
  const place = new Map(Array.from(ids, (id, i) => [id, i]));
  const isLeaf = (n: number) => modes[begin + n] === LEAF;
  const child = (to: Float64Array) => Array.from(to, (id, n) => (isLeaf(n) ? -1 : (place.get(id) ?? -1)));
  const missing = list('nodes_missing_value_tracks_true');
  return {
    left: child(list('nodes_truenodeids')),
    right: child(list('nodes_falsenodeids')),
    feature: list('nodes_featureids'),
    threshold: list(named(node, 'nodes_values')),
    nanLeft: (n) => missing[n] === 1,
    value: (n) => (isLeaf(n) ? (weights.get(ids[n]!) ?? [0]) : NONE),
    rule: (n) => ({ rule: RULES[modes[begin + n]!] ?? '≤' }),
  };
}

function ensemble5(node: Node): Unnamed | null {
  const roots = numbersOf(node, 'tree_roots');
  const modes = numbersOf(node, 'nodes_modes');
  if (!roots || !modes) return null;
  const columns = 1 + maxOf(numbersOf(node, 'nodes_featureids') ?? NONE);
  const lists = lists5(node);
  const arrays = (t: number) => arrays5(lists, roots[t]!);
  return {
    count: roots.length,
    columns,
    label: (t) => `tree ${t}`,
    splits: (t) => arrays(t).left.length >> 1,
    tree: (t) => arraysTree(arrays(t)),
    importance: () => splitCounts(lists.feature, columns, () => true),
  };
}

function lists5(node: Node) {
  const list = (name: string) => numbersOf(node, name) ?? NONE;
  return {
    modes: list('nodes_modes'),
    feature: list('nodes_featureids'),
    split: list('nodes_splits'),
    yes: list('nodes_truenodeids'),
    yesLeaf: list('nodes_trueleafs'),
    no: list('nodes_falsenodeids'),
    noLeaf: list('nodes_falseleafs'),
    missing: list('nodes_missing_value_tracks_true'),
    weights: list('leaf_weights'),
  };
}

/** Splits and leaves of one tree, numbered as they are met. */
function arrays5(l: ReturnType<typeof lists5>, root: number): NodeArrays {
  const made: { at: number; leaf: boolean; left: number; right: number }[] = [];
  const add = (at: number, leaf: boolean) => made.push({ at, leaf, left: -1, right: -1 }) - 1;
  const stack = [add(root, false)];
  while (stack.length > 0) {
    const own = made[stack.pop()!]!;
    const { at } = own;
    own.left = add(l.yes[at]!, l.yesLeaf[at] === 1);
    own.right = add(l.no[at]!, l.noLeaf[at] === 1);
    for (const c of [own.right, own.left]) if (!made[c]!.leaf) stack.push(c);
  }
  const of = (list: ArrayLike<number>) => made.map((m) => (m.leaf ? 0 : list[m.at]!));
  return {
    left: made.map((m) => m.left),
    right: made.map((m) => m.right),
    feature: of(l.feature),
    threshold: of(l.split),
    nanLeft: (n) => l.missing[made[n]!.at] === 1,
    value: (n) => (made[n]!.leaf ? [l.weights[made[n]!.at]!] : NONE),
    rule: (n) => ({ rule: RULES5[l.modes[made[n]!.at]!] ?? '≤' }),
  };
}
