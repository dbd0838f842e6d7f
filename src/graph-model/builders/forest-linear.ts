/**
 * Trees whose leaves are linear models: the ensemble gives the leaf of every tree, and standard operators gather that
 * leaf's terms and add them up, in double as LightGBM does.
 */
import { ints } from '../core/attributes.ts';
import type { ValueId } from '../core/model.ts';
import type { Emitter, Real } from './emitter.ts';
import { MODE, treeNodes, treeNumbers } from './forest-nodes.ts';
import type { Forest, LinearLeaves } from './forest.ts';

/** @param seen the views that splits read; @param x the plain columns, which the leaves read */
export function lowerLinearForest(e: Emitter, forest: Forest, seen: ValueId, x: ValueId, type: Real): ValueId {
  const trees = forest.roots.length;
  const leaf = leafIndices(e, forest, seen, type);
  const most = Math.max(1, ...forest.linear!.offsets.subarray(1).map((o, i) => o - forest.linear!.offsets[i]!));
  const { columns, coefficients } = padded(forest.linear!, forest.columns, most);
  const count = forest.linear!.constants.length;
  const perLeaf = (table: ValueId) => e.op('Gather', [table, leaf], { axis: 0 });
  // Absent terms read a column of zeros behind the last.
  const wide = e.op('Pad', [x, e.ints([0, 0, 0, 1])], { mode: 'constant' });
  const which = e.op('Reshape', [perLeaf(e.ints(columns, [count, most])), e.ints([0, trees * most])]);
  const values = e.cast(e.op('GatherElements', [wide, which], { axis: 1 }), 'double');
  const terms = e.op('Reshape', [values, e.ints([0, trees, most])]);
  const slope = e.op('Mul', [terms, perLeaf(e.doubles(coefficients, [count, most]))]);
  const linear = e.op('Add', [e.sum(slope, 2, false), perLeaf(e.doubles(forest.linear!.constants, [count]))]);
  const nans = e.sum(e.cast(e.op('IsNaN', [terms]), 'float'), 2, false);
  const each = e.op('Where', [
    e.op('Greater', [nans, e.floats([0])]),
    perLeaf(e.doubles(forest.leaves, [count])),
    linear,
  ]);
  const scores = perOutput(e, forest, each);
  return type === 'double' ? scores : e.cast(scores, 'float');
}

/** [N, trees] int64: the leaf of every tree, as an index over all trees. */
function leafIndices(e: Emitter, forest: Forest, seen: ValueId, type: Real): ValueId {
  const { roots } = forest;
  const exact = type === 'double' && e.mlOpset >= 3;
  const nodes = treeNodes(forest, Int32Array.from(roots.keys()), exact, e.progress);
  const modes = ['BRANCH_LEQ', 'BRANCH_LT', '', '', 'BRANCH_EQ'];
  const part = (list: ArrayLike<number>) => ints(Array.from(list).slice(0, nodes.count));
  const at = Array.from({ length: nodes.count }, (_, i) => i).filter((i) => nodes.mode[i] === MODE.leaf);
  const isLeaf = (i: number) => nodes.mode[i] === MODE.leaf;
  const firstLeaf = new Array<number>(roots.length).fill(Infinity);
  for (const i of at) firstLeaf[nodes.tree[i]!] = Math.min(firstLeaf[nodes.tree[i]!]!, nodes.value[i]!);
  const thresholds = Float64Array.from(nodes.value.subarray(0, nodes.count), (v, i) => (isLeaf(i) ? 0 : v));
  const weights = Float64Array.from(at, (i) => nodes.value[i]! - firstLeaf[nodes.tree[i]!]!);
  const rows = type === 'double' && !exact ? e.cast(seen, 'float') : seen;
  const raw = e.ml('TreeEnsembleRegressor', [rows], {
    n_targets: roots.length,
    nodes_treeids: part(nodes.tree),
    nodes_nodeids: part(nodes.id),
    nodes_featureids: part(nodes.feature),
    nodes_modes: Array.from(nodes.mode.subarray(0, nodes.count), (m) => modes[m] ?? 'LEAF'),
    ...treeNumbers('nodes_values', thresholds, exact ? 'double' : 'float'),
    nodes_truenodeids: part(nodes.whenTrue),
    nodes_falsenodeids: part(nodes.whenFalse),
    nodes_missing_value_tracks_true: part(nodes.missingTrue),
    target_treeids: ints(at.map((i) => nodes.tree[i]!)),
    target_nodeids: ints(at.map((i) => nodes.id[i]!)),
    target_ids: ints(at.map((i) => nodes.tree[i]!)),
    // Within the tree, so that float32 holds it however large the forest is.
    ...treeNumbers('target_weights', weights, exact ? 'double' : 'float'),
  });
  return e.op('Add', [e.cast(raw, 'int64'), e.ints(firstLeaf, [1, firstLeaf.length])]);
}

function padded({ offsets, columns, coefficients }: LinearLeaves, zeros: number, most: number) {
  const leaves = offsets.length - 1;
  const out = { columns: new Int32Array(leaves * most).fill(zeros), coefficients: new Float64Array(leaves * most) };
  for (let leaf = 0; leaf < leaves; leaf++) {
    const [begin, end] = [offsets[leaf]!, offsets[leaf + 1]!];
    out.columns.set(columns.subarray(begin, end), leaf * most);
    out.coefficients.set(coefficients.subarray(begin, end), leaf * most);
  }
  return out;
}

/** [N, trees] to [N, outputs], double: each tree added to its output. */
function perOutput(e: Emitter, { roots, target, outputs, base, scale }: Forest, each: ValueId): ValueId {
  const ones = new Float64Array(roots.length * outputs);
  target.forEach((output, tree) => (ones[tree * outputs + output] = scale));
  const sums = e.op('MatMul', [each, e.doubles(ones, [roots.length, outputs])]);
  return base.every((b) => b === 0) ? sums : e.op('Add', [sums, e.doubles(base, [1, outputs])]);
}
