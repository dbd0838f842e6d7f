/**
 * The trees of a node as something to look at, whichever framework wrote them and however they are kept: LightGBM, XGBoost and
 * CatBoost forests, scikit-learn's trees and ensembles, Spark ML's, and ONNX's own tree ensembles. A tree is built when it
 * is asked for; listing thousands costs nothing.
 */
import { forestOf } from '../builders/forest-attributes.ts';
import { RULE, type Forest } from '../builders/forest.ts';
import type { Model, Node } from '../core/model.ts';
import { bodiesAt, numberOf, numbersOf } from './arrays.ts';
import { columnNames } from './names.ts';
import { onnxTrees } from './onnx-trees.ts';
import {
  arraysImportance,
  arraysTree,
  leafNode,
  NO_VALUE,
  type Importance,
  type NodeArrays,
  type Tree,
  type TreeList,
  type TreeNode,
  type Unnamed,
} from './tree-list.ts';

export type { Importance, Tree, TreeList, TreeNode } from './tree-list.ts';

/** null where the node holds no trees. */
export function treesOf(model: Model, node: Node): TreeList | null {
  const list =
    forestList(node) ?? onnxTrees(node) ?? sklearnList(model, node) ?? histogramList(node) ?? sparkList(node);
  if (!list) return null;
  const names = columnNames(model, node, list.columns);
  return { ...list, names };
}

// A forest of the shared form

function forestList(node: Node): Unnamed | null {
  if (!node.attributes.has('trees.roots')) return null;
  let read: Forest | null = null;
  const forest = () => (read ??= forestOf(node)!);
  let ends: Int32Array | null = null;
  const outputs = forest().outputs;
  return {
    count: forest().roots.length,
    columns: forest().columns,
    label: (t) => (outputs > 1 && forest().width === 1 ? `tree ${t}, output ${forest().target[t]!}` : `tree ${t}`),
    splits: (t) => {
      ends ??= splitEnds(forest());
      return ends[t + 1]! - ends[t]!;
    },
    tree: (t) => forestTree(forest(), t),
    importance: () => forestImportance(forest()),
  };
}

/** Splits of a tree lie together, in the order of the trees. */
function splitEnds({ roots, view }: Forest): Int32Array {
  const out = new Int32Array(roots.length + 1).fill(view.length);
  let next = view.length;
  for (let t = roots.length - 1; t >= 0; t--) out[t] = next = roots[t]! >= 0 ? roots[t]! : next;
  return out;
}

function forestTree(f: Forest, tree: number): Tree {
  const nodes: TreeNode[] = [];
  const stack: { at: number; set: (place: number) => void }[] = [{ at: f.roots[tree]!, set: () => {} }];
  while (stack.length > 0) {
    const { at, set } = stack.pop()!;
    set(nodes.length);
    const node = at < 0 ? leafNode(f.leaves.subarray(~at * f.width, (~at + 1) * f.width)) : splitNode(f, at);
    const own: { -readonly [K in keyof TreeNode]: TreeNode[K] } = { ...node };
    nodes.push(own);
    if (at < 0) continue;
    stack.push({ at: f.right[at]!, set: (p) => (own.right = p) }, { at: f.left[at]!, set: (p) => (own.left = p) });
  }
  return { nodes };
}

function splitNode(f: Forest, at: number): TreeNode {
  const rule = f.rule[at];
  const set = f.threshold[at]!;
  const member = rule === RULE.member;
  return {
    left: 0,
    right: 0,
    feature: f.viewOf[f.view[at]!]!,
    rule: member ? 'in' : rule === RULE.less ? '<' : '≤',
    threshold: member ? NaN : f.threshold[at]!,
    ...(member ? { categories: f.setValues.subarray(f.setOffsets[set]!, f.setOffsets[set + 1]!) } : {}),
    nanLeft: f.nanLeft[at] === 1,
    value: NO_VALUE,
    ...(f.gain.length > 0 ? { gain: f.gain[at]! } : {}),
  };
}

function forestImportance(f: Forest): Importance {
  const gain = new Float64Array(f.columns);
  const splits = new Float64Array(f.columns);
  const told = f.gain.length === f.view.length && f.gain.length > 0;
  for (let i = 0; i < f.view.length; i++) {
    const column = f.viewOf[f.view[i]!]!;
    splits[column]!++;
    if (told) gain[column]! += f.gain[i]!;
  }
  return { kind: told ? 'gain' : null, gain, splits };
}

// scikit-learn

/** One tree, or an ensemble whose members are bodies of one tree each. */
function sklearnList(model: Model, node: Node): Unnamed | null {
  const members = membersOf(model, node);
  if (!members) return null;
  const columns = numberOf(members[0]!, 'n_features_in_') ?? numberOf(members[0]!, 'n_features_') ?? 0;
  const width = treesPerStage(node);
  return {
    count: members.length,
    columns,
    label: (t) => (width > 1 ? `tree ${Math.floor(t / width)}, class ${t % width}` : `tree ${t}`),
    splits: (t) => Math.max(0, ((lengthOf(members[t]!, 'tree_.nodes.left_child') || 1) - 1) / 2),
    tree: (t) => arraysTree(sklearnArrays(members[t]!)),
    importance: () => arraysImportance(columns, members.map(sklearnArrays), 'decrease of impurity'),
  };
}

const treesPerStage = (node: Node): number => {
  const a = node.attributes.get('estimators_');
  return a?.kind === 'ints' && a.value.length === 2 ? Number(a.value[1]) : 1;
};

function lengthOf(node: Node, name: string): number {
  const a = node.attributes.get(name);
  return a?.kind === 'tensor' ? (a.value.dims[0] ?? 0) : 0;
}

function membersOf(model: Model, node: Node): readonly Node[] | null {
  if (node.attributes.has('tree_.nodes.left_child')) return [node];
  const graphs = ['estimators_', 'estimators_.items'].flatMap((n) => [...bodiesAt(node, n)]);
  const members = graphs.flatMap((g) => {
    const { order } = model.graphs.at(g);
    return order.length === 1 ? [model.nodes.at(order[0]!)] : [];
  });
  const all = members.length > 0 && members.length === graphs.length;
  return all && members.every((m) => m.attributes.has('tree_.nodes.left_child')) ? members : null;
}

function sklearnArrays(node: Node): NodeArrays {
  const field = (name: string) => numbersOf(node, `tree_.nodes.${name}`) ?? NO_VALUE;
  const [left, right] = [field('left_child'), field('right_child')];
  const [missing, samples, weight, impurity] = [
    field('missing_go_to_left'),
    field('n_node_samples'),
    field('weighted_n_node_samples'),
    field('impurity'),
  ];
  const values = numbersOf(node, 'tree_.values') ?? numbersOf(node, 'tree_.value') ?? NO_VALUE;
  const width = values.length / Math.max(1, left.length);
  const lost = (n: number) => weight[n]! * impurity[n]!;
  return {
    left,
    right,
    feature: field('feature'),
    threshold: field('threshold'),
    nanLeft: (n) => missing[n] === 1,
    value: (n) => (values as Float64Array).subarray(n * width, (n + 1) * width),
    samples: (n) => samples[n]!,
    gain: (n) => (lost(n) - lost(left[n]!) - lost(right[n]!)) / (weight[0] || 1),
  };
}

/** Histogram gradient boosting keeps its trees as records of objects: `_predictors.<stage>.<class>.nodes.…`. */
function histogramList(node: Node): Unnamed | null {
  const stages = numberOf(node, '_predictors');
  if (stages === null || stages < 1) return null;
  const width = numberOf(node, '_predictors.0') ?? 1;
  const columns = numberOf(node, 'n_features_in_') ?? numberOf(node, '_n_features') ?? 0;
  const at = (t: number) => `_predictors.${Math.floor(t / width)}.${t % width}`;
  return {
    count: stages * width,
    columns,
    label: (t) => (width > 1 ? `tree ${Math.floor(t / width)}, class ${t % width}` : `tree ${t}`),
    splits: (t) => Math.max(0, ((lengthOf(node, `${at(t)}.nodes.left`) || 1) - 1) / 2),
    tree: (t) => arraysTree(histogramArrays(node, at(t))),
    importance: () =>
      arraysImportance(
        columns,
        Array.from({ length: stages * width }, (_, t) => histogramArrays(node, at(t))),
        'gain',
      ),
  };
}

function histogramArrays(node: Node, where: string): NodeArrays {
  const field = (name: string) => numbersOf(node, `${where}.nodes.${name}`) ?? NO_VALUE;
  const [leaf, categorical, bitset] = [field('is_leaf'), field('is_categorical'), field('bitset_idx')];
  const bits = numbersOf(node, `${where}.raw_left_cat_bitsets`) ?? NO_VALUE;
  const [value, gain, samples, missing] = [field('value'), field('gain'), field('count'), field('missing_go_to_left')];
  return {
    left: Float64Array.from(field('left'), (l, n) => (leaf[n] ? -1 : l)),
    right: field('right'),
    feature: field('feature_idx'),
    threshold: field('num_threshold').length > 0 ? field('num_threshold') : field('threshold'),
    nanLeft: (n) => missing[n] === 1,
    value: (n) => [value[n]!],
    gain: (n) => gain[n]!,
    samples: (n) => samples[n]!,
    rule: (n) => (categorical[n] ? { rule: 'in', categories: bitsOf(bits, bitset[n]! * 8) } : { rule: '≤' }),
  };
}

function bitsOf(bits: ArrayLike<number>, from: number): number[] {
  return Array.from({ length: 256 }, (_, v) => v).filter((v) => (bits[from + (v >> 5)]! >>> (v & 31)) & 1);
}

// Spark ML

function sparkList(node: Node): Unnamed | null {
  const [offsets, left] = [numbersOf(node, 'offsets'), numbersOf(node, 'left')];
  if (!offsets || !left || !node.attributes.has('treeWeights')) return null;
  const columns = numberOf(node, 'numFeatures') ?? 0;
  const count = offsets.length - 1;
  const lists = sparkLists(node);
  const arrays = (t: number) => sparkArrays(lists, offsets[t]!, offsets[t + 1]!);
  return {
    count,
    columns,
    label: (t) => `tree ${t}`,
    splits: (t) => (offsets[t + 1]! - offsets[t]! - 1) / 2,
    tree: (t) => arraysTree(arrays(t)),
    importance: () =>
      arraysImportance(
        columns,
        Array.from({ length: count }, (_, t) => arrays(t)),
        'gain',
      ),
  };
}

function sparkLists(node: Node) {
  const list = (name: string) => Float64Array.from(numbersOf(node, name) ?? NO_VALUE);
  return {
    left: list('left'),
    right: list('right'),
    feature: list('feature'),
    threshold: list('threshold'),
    counts: list('categoryCount'),
    prediction: list('prediction'),
    gain: list('gain'),
    stats: list('stats'),
    setOffsets: list('categoryOffsets'),
    sets: list('categories'),
    classes: numberOf(node, 'numClasses') ?? 0,
  };
}

function sparkArrays(l: ReturnType<typeof sparkLists>, begin: number, end: number): NodeArrays {
  const part = (list: Float64Array) => list.subarray(begin, end);
  return {
    left: part(l.left),
    right: part(l.right),
    feature: part(l.feature),
    threshold: part(l.threshold),
    value: (n) =>
      l.stats.length > 0
        ? l.stats.subarray((begin + n) * l.classes, (begin + n + 1) * l.classes)
        : [l.prediction[begin + n]!],
    gain: (n) => l.gain[begin + n]!,
    rule: (n) =>
      l.counts[begin + n]! >= 0
        ? { rule: 'in', categories: l.sets.subarray(l.setOffsets[begin + n]!, l.setOffsets[begin + n + 1]!) }
        : { rule: '≤' },
  };
}
