/** A forest in ONNX: TreeEnsembleRegressor (ai.onnx.ml 1 to 4) or TreeEnsemble (5), whose scores any link may follow. */
import { floats, ints } from '../core/attributes.ts';
import type { ValueId } from '../core/model.ts';
import { tensorOf } from '../core/tensor.ts';
import type { Emitter } from './emitter.ts';
import { ZERO_THRESHOLD } from './forest-evaluate.ts';
import { lowerLinearForest } from './forest-linear.ts';
import { MODE, treeNodes, type TreeNodes } from './forest-nodes.ts';
import { VIEW, type Forest } from './forest.ts';

/** The scores [N, outputs], float32, of `x` [N, columns], float32. */
export function lowerForest(e: Emitter, forest: Forest, x: ValueId): ValueId {
  const seen = lowerViews(e, forest, x);
  if (forest.linear) return lowerLinearForest(e, forest, seen, x);
  const { trees, base } = withoutStumps(forest);
  if (e.mlOpset >= 5 && canBeTreeEnsemble5(forest))
    return addBase(e, scaled(e, ensemble5(e, forest, trees, seen), forest), base);
  const plain = ensemble(e, forest, trees, seen, forest.scale === 1 ? base : null);
  return forest.scale === 1 ? plain : addBase(e, scaled(e, plain, forest), base);
}

/**
 * A leaf of TreeEnsemble 5 has one output. Its MEMBER nodes are left alone: onnxruntime 1.30 sends categories of large sets the
 * wrong way, and the older operator's equalities do not depend on that.
 */
function canBeTreeEnsemble5({ width, setValues }: Forest): boolean {
  return width === 1 && setValues.length === 0;
}

/** The matrix that splits read: columns repeated where they are read in several ways, then changed where they ask for it. */
function lowerViews(e: Emitter, { columns, viewOf, viewKind }: Forest, x: ValueId): ValueId {
  const identity = viewOf.length === columns;
  let out = identity ? x : e.op('Gather', [x, e.ints(viewOf)], { axis: 1 });
  const used = (kind: number) => viewKind.some((k) => k === kind);
  const where = (kind: number, change: (v: ValueId) => ValueId) => {
    if (!used(kind)) return;
    const values = Uint8Array.from(viewKind, (k) => (k === kind ? 1 : 0));
    const mask = e.constant({ dtype: 'bool', dims: [1, viewKind.length], values });
    out = e.op('Where', [mask, change(out), out]);
  };
  where(VIEW.zeroIsNaN, (v) => {
    const small = e.op('LessOrEqual', [e.op('Abs', [v]), e.floats([ZERO_THRESHOLD])]);
    return e.op('Where', [small, e.floats([NaN]), v]);
  });
  where(VIEW.truncated, (v) => e.op('Mul', [e.op('Sign', [v]), e.op('Floor', [e.op('Abs', [v])])]));
  where(VIEW.floored, (v) => e.op('Floor', [v]));
  return out;
}

/** A tree that is one leaf adds the same to every row: it goes into the base. At least one tree stays. */
function withoutStumps(forest: Forest): { trees: Int32Array; base: Float64Array } {
  const { roots, leaves, width, target } = forest;
  const base = forest.base.slice();
  for (let tree = 0; tree < roots.length; tree++) {
    if (roots[tree]! >= 0) continue;
    for (let k = 0; k < width; k++) base[target[tree]! + k]! += forest.scale * leaves[~roots[tree]! * width + k]!;
  }
  return { trees: Int32Array.from(roots.keys()).filter((t) => roots[t]! >= 0), base };
}

function scaled(e: Emitter, scores: ValueId, { scale }: Forest): ValueId {
  return scale === 1 ? scores : e.op('Mul', [scores, e.floats([scale])]);
}

function addBase(e: Emitter, scores: ValueId, base: Float64Array): ValueId {
  return base.every((b) => b === 0)
    ? scores
    : e.op('Add', [scores, e.floats(Float32Array.from(base), [1, base.length])]);
}

/** No tree at all: every row gets the base. */
function constantScores(e: Emitter, forest: Forest, x: ValueId, base: Float64Array): ValueId {
  const rows = e.op('Gather', [e.op('Shape', [x]), e.ints([0])], { axis: 0 });
  const shape = e.op('Concat', [rows, e.ints([forest.outputs])], { axis: 0 });
  return e.op('Expand', [e.floats(Float32Array.from(base), [1, base.length]), shape]);
}

const MODE_NAMES: Readonly<Record<number, string>> = {
  [MODE.leq]: 'BRANCH_LEQ',
  [MODE.lt]: 'BRANCH_LT',
  [MODE.eq]: 'BRANCH_EQ',
  [MODE.leaf]: 'LEAF',
};

function ensemble(e: Emitter, forest: Forest, trees: Int32Array, x: ValueId, base: Float64Array | null): ValueId {
  if (trees.length === 0) return constantScores(e, forest, x, base ?? new Float64Array(forest.outputs));
  const nodes = treeNodes(forest, trees);
  const part = (list: Int32Array) => ints(list.subarray(0, nodes.count));
  const missing = nodes.missingTrue.subarray(0, nodes.count);
  const values = Float32Array.from(nodes.value.subarray(0, nodes.count), (v, i) =>
    nodes.mode[i] === MODE.leaf ? 0 : v,
  );
  return e.ml('TreeEnsembleRegressor', [x], {
    n_targets: forest.outputs,
    nodes_treeids: part(nodes.tree),
    nodes_nodeids: part(nodes.id),
    nodes_featureids: part(nodes.feature),
    nodes_modes: Array.from(nodes.mode.subarray(0, nodes.count), (m) => MODE_NAMES[m]!),
    nodes_values: { kind: 'floats', value: values },
    nodes_truenodeids: part(nodes.whenTrue),
    nodes_falsenodeids: part(nodes.whenFalse),
    nodes_missing_value_tracks_true: missing.includes(1) ? ints(missing) : undefined,
    ...leafLists(forest, nodes),
    base_values: base && base.some((b) => b !== 0) ? floats(base) : undefined,
  });
}

function leafLists(forest: Forest, nodes: TreeNodes) {
  const { width, leaves, target } = forest;
  const at: number[] = [];
  for (let i = 0; i < nodes.count; i++) if (nodes.mode[i] === MODE.leaf) at.push(i);
  const spread = (value: (node: number, k: number) => number) => {
    const out = new Float64Array(at.length * width);
    at.forEach((node, i) => {
      for (let k = 0; k < width; k++) out[i * width + k] = value(node, k);
    });
    return out;
  };
  return {
    target_treeids: ints(spread((n) => nodes.tree[n]!)),
    target_nodeids: ints(spread((n) => nodes.id[n]!)),
    target_ids: ints(spread((n, k) => target[nodes.tree[n]!]! + k)),
    target_weights: floats(spread((n, k) => leaves[nodes.value[n]! * width + k]!)),
  };
}

/** Splits and leaves have index spaces of their own here, over all trees. */
function ensemble5(e: Emitter, forest: Forest, trees: Int32Array, x: ValueId): ValueId {
  if (trees.length === 0) return constantScores(e, forest, x, new Float64Array(forest.outputs));
  const nodes = treeNodes(forest, trees);
  const own = new Int32Array(nodes.count);
  const splits: number[] = [];
  const leaves: number[] = [];
  const begins = new Int32Array(forest.roots.length);
  for (let i = 0; i < nodes.count; i++) {
    if (nodes.id[i] === 0) begins[nodes.tree[i]!] = i;
    own[i] = (nodes.mode[i] === MODE.leaf ? leaves : splits).push(i) - 1;
  }
  const child = (list: Int32Array) => splits.map((n) => begins[nodes.tree[n]!]! + list[n]!);
  const [whenTrue, whenFalse] = [child(nodes.whenTrue), child(nodes.whenFalse)];
  const isLeaf = (n: number) => (nodes.mode[n] === MODE.leaf ? 1 : 0);
  const tensor = (dtype: 'float' | 'uint8', values: Float32Array | Uint8Array) =>
    ({ kind: 'tensor', value: tensorOf({ dtype, dims: [values.length], values }) }) as const;
  return e.ml('TreeEnsemble', [x], {
    n_targets: forest.outputs,
    aggregate_function: 1,
    post_transform: 0,
    tree_roots: ints(Array.from(trees, (t) => own[begins[t]!]!)),
    nodes_featureids: ints(splits.map((n) => nodes.feature[n]!)),
    nodes_modes: tensor(
      'uint8',
      Uint8Array.from(splits, (n) => nodes.mode[n]!),
    ),
    nodes_splits: tensor(
      'float',
      Float32Array.from(splits, (n) => nodes.value[n]!),
    ),
    nodes_truenodeids: ints(whenTrue.map((n) => own[n]!)),
    nodes_trueleafs: ints(whenTrue.map(isLeaf)),
    nodes_falsenodeids: ints(whenFalse.map((n) => own[n]!)),
    nodes_falseleafs: ints(whenFalse.map(isLeaf)),
    nodes_missing_value_tracks_true: ints(splits.map((n) => nodes.missingTrue[n]!)),
    leaf_targetids: ints(leaves.map((n) => forest.target[nodes.tree[n]!]!)),
    leaf_weights: tensor(
      'float',
      Float32Array.from(leaves, (n) => forest.leaves[nodes.value[n]!]!),
    ),
  });
}
