/** Decision trees and forests of them: sklearn/tree, sklearn/ensemble/_forest.py, _iforest.py. */
import { NdArray, PyObject } from '../../containers/pickle/index.ts';
import { once, type Builder, type Val } from './builder.ts';
import { floatDown } from '../../../graph-model/builders/forest-nodes.ts';
import type { Labels } from '../../../graph-model/builders/heads.ts';
import { toArr, type Arr, type Est } from './estimator.ts';
import { classifier, classValues, transformer, type Lowered, type Lowerer, type Lowering } from './lowered.ts';
import type { Table } from './table.ts';
import { TreeEnsembleBuilder, type TreeNodes } from './trees.ts';

/** A fitted tree: its nodes, and per node what it predicts: [nodes, outputs, classes]. */
export interface FittedTree {
  readonly nodes: TreeNodes;
  readonly values: Arr;
  readonly samples: Float64Array;
}

/** The tree of a DecisionTree or ExtraTree estimator; `features` renumbers its features. */
export function fittedTree(e: Est, features: ArrayLike<number> | null = null): FittedTree {
  const tree = e.need('tree_');
  if (!(tree instanceof PyObject)) return e.fail('its tree_ is no tree');
  const records = tree.get('nodes');
  const values = toArr(tree.get('values') ?? tree.get('value') ?? null);
  if (!(records instanceof PyObject) || !values) return e.fail('its tree has no nodes');
  const field = (name: string) => toArr(records.get(name) ?? null)?.data ?? null;
  const [left, right, feature, threshold] = ['left_child', 'right_child', 'feature', 'threshold'].map(field);
  if (!left || !right || !feature || !threshold) return e.fail('its tree has fields of an unknown layout');
  const count = left.length;
  for (let i = 0; i < count; i++)
    if (left[i]! !== -1 && !(left[i]! > i && right[i]! > i && left[i]! < count && right[i]! < count))
      e.fail('its tree is damaged');
  const renumbered = features ? feature.map((f) => (f < 0 ? f : features[f]!)) : feature;
  const nodes = { left, right, feature: renumbered, threshold, missingLeft: field('missing_go_to_left') };
  return { nodes, values, samples: field('n_node_samples') ?? new Float64Array(count) };
}

/** Trees take float32: what came before is rounded as scikit-learn rounds it, then compared as double. */
export function treeInput(o: Builder, x: Table): Val {
  return o.cast(o.cast(x.matrix(), 'float'), 'double');
}

/** int64 [N, trees]: the row of each tree's leaf in one table of all trees' `rows`. */
function leafRows(o: Builder, x: Val, trees: readonly FittedTree[]): Val {
  const ensemble = new TreeEnsembleBuilder();
  const begins: number[] = [];
  // The older operator gives float32, which holds no larger numbers: then they are counted within each tree.
  const isSmall = trees.reduce((n, t) => n + t.nodes.left.length, 0) < 2 ** 24;
  let base = 0;
  trees.forEach((t, i) => {
    begins.push(base);
    const begin = isSmall ? base : 0;
    ensemble.addTree(t.nodes, (node) => [i, begin + node]);
    base += t.nodes.left.length;
  });
  const rows = o.cast(ensemble.build(o, x, trees.length), 'int64');
  return isSmall ? rows : o.add(rows, o.i64(begins));
}

/** One column a leaf that the training rows fell into, 1 where a row falls into it. */
export const treesEmbedding: Lowering = (l, e, x) => {
  const { o } = l;
  const leaves = e
    .est('one_hot_encoder_')
    .list('categories_')
    .map((c) => toArr(c)?.data ?? e.fail('its leaves cannot be read'));
  const width = leaves.reduce((n, c) => n + c.length, 0);
  return transformer(l, width, () => {
    const ensemble = new TreeEnsembleBuilder();
    forest(l, e).forEach((t, i) => ensemble.addTree(t.nodes, (node) => [i, node]));
    const at = ensemble.build(o, treeInput(o, x), leaves.length);
    return o.concat(leaves.map((c, i) => o.double(o.equal(o.columns(at, [i]), o.f64(c, [1, c.length])))));
  });
};

/** [N, trees, width]: per tree what `row` says of the leaf. */
export function leafValues(
  o: Builder,
  x: Val,
  trees: readonly FittedTree[],
  width: number,
  row: (t: FittedTree, node: number) => ArrayLike<number>,
): Val {
  const total = trees.reduce((n, t) => n + t.nodes.left.length, 0);
  const table = new Float64Array(total * width);
  let at = 0;
  for (const t of trees)
    for (let n = 0; n < t.nodes.left.length; n++, at += width) if (t.nodes.left[n] === -1) table.set(row(t, n), at);
  return o.gather(o.f64(table, [total, width]), leafRows(o, x, trees), 0);
}

/** The class shares of a node for one output: counts before version 1.3, shares since. */
export function shares(t: FittedTree, node: number, output: number, classes: number): Float64Array {
  const [, outputs = 1, most = 1] = t.values.dims;
  const from = (node * outputs + output) * most;
  const row = t.values.data.slice(from, from + classes);
  const total = row.reduce((a, b) => a + b, 0);
  return Math.abs(total - 1) < 1e-9 || total === 0 ? row : row.map((v) => v / total);
}

/** Mean of the trees' values over axis 1, summed in the order of the trees as scikit-learn does. */
function meanOfTrees(o: Builder, perTree: Val, trees: number): Val {
  if (trees === 1) return o.squeeze(perTree, 1);
  return o.div(o.sum(perTree, 1, false), o.num(trees));
}

function treesClassifier(l: Lowerer, e: Est, x: Table, trees: readonly FittedTree[]): Lowered {
  const { o } = l;
  const input = once(() => treeInput(o, x));
  const outputs = trees[0]!.values.dims[1] ?? 1;
  if (outputs === 1) {
    const classes = e.nd('classes_');
    const k = classes.size;
    const proba = () =>
      meanOfTrees(
        o,
        leafValues(o, input(), trees, k, (t, n) => shares(t, n, 0, k)),
        trees.length,
      );
    const made = classifier(l, { classes, proba });
    return hasVotes(o) ? { ...made, outputs: () => votes(o, input(), trees, classes) } : made;
  }
  const all = e.list('classes_').map((c) => (c instanceof NdArray ? c : e.fail('its classes are no arrays')));
  const probas = once(() =>
    all.map((c, i) =>
      meanOfTrees(
        o,
        leafValues(o, input(), trees, c.size, (t, n) => shares(t, n, i, c.size)),
        trees.length,
      ),
    ),
  );
  const label = once(() =>
    o.concat(probas().map((p, i) => o.unsqueeze(o.gather(classValues(o, all[i]!), o.argmax(p)), 1))),
  );
  return { label, probas, probaSizes: all.map((c) => c.size) };
}

/** Labels and probabilities by one node, or few. */
function votes(o: Builder, input: Val, trees: readonly FittedTree[], classes: NdArray): Record<string, Val> | null {
  if (classes.size === 2) return binaryVotes(o, input, trees, classes);
  const made = summedShares(o, input, trees, classes.size, votedLabels(classes));
  return made && { label: namedLabel(o, made.label, classes), probabilities: made.scores };
}

/** Two classes by the share of the second where it tells the same: above 0.5, by trees whose sum float32 holds. */
function binaryVotes(
  o: Builder,
  input: Val,
  trees: readonly FittedTree[],
  classes: NdArray,
): Record<string, Val> | null {
  const labels = votedLabels(classes);
  const weight = weightOfVote(trees);
  if (weight !== null) {
    const ensemble = new TreeEnsembleBuilder();
    for (const t of trees) ensemble.addTree(t.nodes, (n) => [0, weight * shares(t, n, 0, 2)[1]!]);
    const made = ensemble.votes(o, input, { labels, outputs: 1, link: 'NONE', allowed: Infinity });
    return made && { label: namedLabel(o, made.label, classes), probabilities: made.scores };
  }
  // Of two sums the operator compares one with 0; of three, one of them nobody's, it takes the highest.
  const third =
    typeof labels[0] === 'string' ? [...(labels as string[]), labels.join('')] : [...(labels as number[]), -1];
  const made = summedShares(o, input, trees, 2, third);
  if (!made) return null;
  return { label: namedLabel(o, made.label, classes), probabilities: o.columns(made.scores, [0, 1]) };
}

/** The labels as the operator names them: positions where they are neither text nor whole numbers. */
export function votedLabels(classes: NdArray): Labels {
  if (classes.isText) return classes.strings();
  return 'iu'.includes(classes.dtype.kind) ? Array.from(classes.numbers()) : classes.values().map((_, i) => i);
}

export function namedLabel(o: Builder, label: Val, classes: NdArray): Val {
  return classes.isText || 'iu'.includes(classes.dtype.kind) ? label : o.gather(classValues(o, classes), label);
}

function summedShares(o: Builder, input: Val, trees: readonly FittedTree[], classes: number, labels: Labels) {
  const ensemble = new TreeEnsembleBuilder(classes);
  for (const t of trees) ensemble.addTree(t.nodes, (n) => [0, shares(t, n, 0, classes)]);
  const keepsOrder =
    trees.length > 1 || leavesOf(trees[0]!, classes).every((s) => greatest(s) === greatest(Float32Array.from(s)));
  const allowed = keepsOrder ? 0 : -1;
  const made = ensemble.votes(o, input, { labels, outputs: labels.length, link: 'NONE', allowed });
  if (!made || trees.length === 1) return made;
  return { ...made, scores: o.div(made.scores, o.num(trees.length, 'float')) };
}

const greatest = (s: ArrayLike<number>) => Array.from(s).indexOf(Math.max(...Array.from(s)));

const leavesOf = (t: FittedTree, classes: number): Float64Array[] =>
  Array.from(t.nodes.left).flatMap((left, n) => (left === -1 ? [shares(t, n, 0, classes)] : []));

/**
 * What a tree's vote for the second class weighs so that float32 sums of them are above 0.5 exactly where the sum of the
 * shares of the second class is above that of the first; null where there is none: shares other than 0 and 1 are summed in
 * double.
 */
function weightOfVote(trees: readonly FittedTree[]): number | null {
  const isPure = ([first, second]: Float64Array) => (first === 1 && second === 0) || (first === 0 && second === 1);
  if (trees.length === 1)
    return leavesOf(trees[0]!, 2).every((s) => Math.fround(s[1]!) > 0.5 === s[1]! > s[0]!) ? 1 : null;
  if (!trees.every((t) => leavesOf(t, 2).every(isPure))) return null;
  const half = Math.floor(trees.length / 2);
  const exact = Math.fround(1 / trees.length);
  return [exact, floatDown(exact * (1 - 2 ** -24))].find((w) => isSplitAt(w, half)) ?? null;
}

/** Whether `half` weights added up in float32 are no more than 0.5, and one more is above. */
function isSplitAt(weight: number, half: number): boolean {
  let sum = 0;
  for (let i = 0; i < half; i++) sum = Math.fround(sum + weight);
  return sum <= 0.5 && Math.fround(sum + weight) > 0.5;
}

/** The operators that vote hold doubles since ai.onnx.ml 3, and 5 has none. */
export const hasVotes = (o: Builder): boolean => o.mlOpset >= 3 && o.mlOpset < 5;

function treesRegressor(l: Lowerer, x: Table, trees: readonly FittedTree[]): Lowered {
  const { o } = l;
  const outputs = trees[0]!.values.dims[1] ?? 1;
  return {
    predict: once(() => {
      const input = treeInput(o, x);
      if (outputs > 1)
        return meanOfTrees(
          o,
          leafValues(o, input, trees, outputs, (t, n) => t.values.data.subarray(n * outputs, (n + 1) * outputs)),
          trees.length,
        );
      const ensemble = new TreeEnsembleBuilder();
      for (const t of trees) ensemble.addTree(t.nodes, (n) => [0, t.values.data[n]!]);
      const total = o.flat(ensemble.build(o, input, 1));
      return trees.length === 1 ? total : o.div(total, o.num(trees.length));
    }),
    ...(outputs === 1 && hasVotes(o)
      ? { outputs: () => ({ predictions: meanScores(o, treeInput(o, x), trees) }) }
      : {}),
  };
}

/** [N] float32: the division is in the leaves. */
function meanScores(o: Builder, input: Val, trees: readonly FittedTree[]): Val {
  const ensemble = new TreeEnsembleBuilder();
  for (const t of trees) ensemble.addTree(t.nodes, (n) => [0, t.values.data[n]! / trees.length]);
  return o.flat(ensemble.scores(o, input, 1));
}

export const treeClassifier: Lowering = (l, e, x) => treesClassifier(l, e, x, [fittedTree(e)]);
export const treeRegressor: Lowering = (l, e, x) => treesRegressor(l, x, [fittedTree(e)]);

function forest(l: Lowerer, e: Est): FittedTree[] {
  const all = e.ests('estimators_');
  return all.map((t, i) => {
    if (i % 16 === 0) l.o.progress(i, all.length, 'Reading the trees');
    return fittedTree(t);
  });
}

export const forestClassifier: Lowering = (l, e, x) => treesClassifier(l, e, x, forest(l, e));
export const forestRegressor: Lowering = (l, e, x) => treesRegressor(l, x, forest(l, e));

/** Depth of a leaf, plus the depth that the samples left in it would have needed (_iforest.py, _average_path_length). */
function averagePath(samples: number): number {
  if (samples <= 1) return 0;
  if (samples === 2) return 1;
  return 2 * (Math.log(samples - 1) + 0.5772156649015329) - (2 * (samples - 1)) / samples;
}

function depths(t: TreeNodes): Float64Array {
  const out = new Float64Array(t.left.length);
  for (let i = 0; i < out.length; i++) if (t.left[i] !== -1) out[t.left[i]!] = out[t.right[i]!] = out[i]! + 1;
  return out;
}

export const isolationForest: Lowering = (l, e, x) => {
  const { o } = l;
  const features =
    e.get('estimators_features_') === null ? null : e.list('estimators_features_').map((f) => toArr(f)!.data);
  const trees = e.ests('estimators_').map((t, i) => fittedTree(t, features?.[i] ?? null));
  const scoreSamples = once(() => {
    const ensemble = new TreeEnsembleBuilder();
    for (const t of trees) {
      const depth = depths(t.nodes);
      ensemble.addTree(t.nodes, (n) => [0, depth[n]! + averagePath(t.samples[n]!)]);
    }
    const total = o.flat(ensemble.build(o, treeInput(o, x), 1));
    const scale = trees.length * averagePath(e.num('_max_samples', e.num('max_samples_', 0)));
    const power = scale === 0 ? o.mul(total, o.num(0)) : o.neg(o.div(total, o.num(scale)));
    return o.neg(o.pow(o.num(2), power));
  });
  return outlierDetector(l, scoreSamples, e.num('offset_'));
};

/** +1 where the decision is not below zero, else -1. */
export function outlierDetector(l: Lowerer, scoreSamples: () => Val, offset: number): Lowered {
  const { o } = l;
  const decision = once(() => o.sub(scoreSamples(), o.num(offset)));
  const label = once(() => o.where(o.less(decision(), o.num(0)), o.num(-1, 'int64'), o.num(1, 'int64')));
  return { label, decision, extras: { score_samples: scoreSamples } };
}
