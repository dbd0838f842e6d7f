/** A forest in ONNX: TreeEnsembleRegressor (ai.onnx.ml 1 to 4) or TreeEnsemble (5), whose scores any link may follow. */
import { attributes, ints } from '../core/attributes.ts';
import type { ValueId } from '../core/model.ts';
import { tensorOf } from '../core/tensor.ts';
import type { Emitter, Real } from './emitter.ts';
import { ZERO_THRESHOLD } from './forest-evaluate.ts';
import { lowerLinearForest } from './forest-linear.ts';
import { MODE, treeNodes, treeNumbers, type TreeNodes } from './forest-nodes.ts';
import { VIEW, type Forest } from './forest.ts';
import type { Labels } from './heads.ts';

/**
 * The scores [N, outputs] of `x` [N, columns], both of the type given. Rows of doubles are compared with the thresholds as
 * the file has them; scores are then summed in double, but for the older operator, which gives float32.
 */
export function lowerForest(e: Emitter, forest: Forest, x: ValueId, type: Real = 'float'): ValueId {
  const seen = lowerViews(e, forest, x, type);
  if (forest.linear) return lowerLinearForest(e, forest, seen, x, type);
  const { trees, base } = withoutStumps(forest);
  if (e.mlOpset >= 5 && fitsTreeEnsemble(forest))
    return addBase(e, scaled(e, ensemble5(e, forest, trees, seen, type), forest, type), base, type);
  if (e.mlOpset < 3 && type === 'double') return e.cast(lowerForest(e, forest, e.cast(x, 'float'), 'float'), 'double');
  const plain = ensemble(e, forest, trees, seen, forest.scale === 1 ? base : null, type);
  return forest.scale === 1 ? plain : addBase(e, scaled(e, plain, forest, type), base, type);
}

/**
 * Whether TreeEnsemble (ai.onnx.ml 5) says it. A leaf of it has one output. Sets of categories stay with the older operator:
 * onnxruntime 1.30 sends categories of large MEMBER sets the wrong way, and refuses chains of equalities that share a branch.
 */
function fitsTreeEnsemble({ width, setValues }: Forest): boolean {
  return width === 1 && setValues.length === 0;
}

/** The matrix that splits read: columns repeated where they are read in several ways, then changed where they ask for it. */
function lowerViews(e: Emitter, { columns, viewOf, viewKind }: Forest, x: ValueId, type: Real): ValueId {
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
    const small = e.op('LessOrEqual', [e.op('Abs', [v]), e.reals(type, [ZERO_THRESHOLD])]);
    return e.op('Where', [small, e.reals(type, [NaN]), v]);
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

function scaled(e: Emitter, scores: ValueId, { scale }: Forest, type: Real): ValueId {
  return scale === 1 ? scores : e.op('Mul', [scores, e.reals(type, [scale])]);
}

function addBase(e: Emitter, scores: ValueId, base: Float64Array, type: Real): ValueId {
  return base.every((b) => b === 0) ? scores : e.op('Add', [scores, e.reals(type, Array.from(base), [1, base.length])]);
}

/** No tree at all: every row gets the base. */
function constantScores(e: Emitter, forest: Forest, x: ValueId, base: Float64Array, type: Real): ValueId {
  const rows = e.op('Gather', [e.op('Shape', [x]), e.ints([0])], { axis: 0 });
  const shape = e.op('Concat', [rows, e.ints([forest.outputs])], { axis: 0 });
  return e.op('Expand', [e.reals(type, Array.from(base), [1, base.length]), shape]);
}

const MODE_NAMES: Readonly<Record<number, string>> = {
  [MODE.leq]: 'BRANCH_LEQ',
  [MODE.lt]: 'BRANCH_LT',
  [MODE.eq]: 'BRANCH_EQ',
  [MODE.leaf]: 'LEAF',
};

function ensemble(
  e: Emitter,
  forest: Forest,
  trees: Int32Array,
  x: ValueId,
  base: Float64Array | null,
  type: Real,
): ValueId {
  const scores = olderEnsemble(e, forest, trees, x, base, type);
  return type === 'double' ? e.cast(scores, 'double') : scores;
}

/** Float32 scores, whatever they were summed in. */
function olderEnsemble(
  e: Emitter,
  forest: Forest,
  trees: Int32Array,
  x: ValueId,
  base: Float64Array | null,
  type: Real,
): ValueId {
  if (trees.length === 0) return constantScores(e, forest, x, base ?? new Float64Array(forest.outputs), 'float');
  const nodes = treeNodes(forest, trees, type === 'double', e.progress);
  const isCounted = base === null || everyBaseIsCounted(forest, trees, base);
  const scores = e.ml('TreeEnsembleRegressor', [x], {
    n_targets: forest.outputs,
    ...nodeLists(nodes, type),
    ...leafLists('target', forest, nodes, type),
    ...baseValues(isCounted ? base : null, type),
  });
  return isCounted ? scores : addBase(e, scores, base, 'float');
}

/** onnxruntime gives 0 for an output that no leaf of a row adds to, whatever its base value. */
function everyBaseIsCounted({ width, target }: Forest, trees: Int32Array, base: Float64Array): boolean {
  if (width > 2) return base.every((b) => b === 0);
  const reached = new Set(Array.from(trees).flatMap((t) => [target[t]!, target[t]! + width - 1]));
  return base.every((b, output) => b === 0 || reached.has(output));
}

/** Float32 scores [N, outputs] by the operator of ai.onnx.ml 1 to 4, which sums in the type given and is done in one node. */
export function lowerForestScores(e: Emitter, forest: Forest, x: ValueId, type: Real): ValueId {
  const { trees, base } = withoutStumps(forest);
  return olderEnsemble(e, forest, trees, x, base, type);
}

export interface Votes {
  /** [N] */
  readonly label: ValueId;
  /** [N, classes], float32 */
  readonly scores: ValueId;
}

/** Whether {@link lowerForestVotes} says it: the operator takes no tree of one leaf, and changes no columns. */
export function canVote(forest: Forest): boolean {
  const plain = forest.viewOf.length === forest.columns && forest.viewKind.every((k) => k === VIEW.value);
  const isWhole = forest.roots.every((r) => r >= 0);
  return plain && isWhole && forest.linear === null && forest.scale === 1 && baseIsCounted(forest);
}

const baseIsCounted = (forest: Forest) => everyBaseIsCounted(forest, Int32Array.from(forest.roots.keys()), forest.base);

/**
 * The class of the highest score, the first of equal ones, and the scores, in one node (ai.onnx.ml 1 to 4). Sums are taken
 * and compared in the type given.
 * @param labels one a class; a forest of one output has two, of which it chooses the second where the score is above 0: one
 *   of its leaves has to be negative
 */
export function lowerForestVotes(
  e: Emitter,
  forest: Forest,
  x: ValueId,
  labels: Labels,
  link: 'NONE' | 'LOGISTIC' | 'SOFTMAX',
  type: Real,
): Votes {
  const nodes = treeNodes(forest, Int32Array.from(forest.roots.keys()), type === 'double', e.progress);
  const names = labels.every((l) => typeof l === 'string')
    ? { classlabels_strings: labels as readonly string[] }
    : { classlabels_int64s: ints(labels as readonly number[]) };
  const made = e.draft.addNode(e.graph, {
    domain: 'ai.onnx.ml',
    op: 'TreeEnsembleClassifier',
    inputs: [x],
    outputs: 2,
    attributes: attributes({
      ...names,
      post_transform: link,
      ...nodeLists(nodes, type),
      ...leafLists('class', forest, nodes, type),
      ...baseValues(forest.base, type),
    }),
    ...(e.origin ? { origin: e.origin } : {}),
  });
  return { label: made.outputs[0]!, scores: made.outputs[1]! };
}

const baseValues = (base: Float64Array | null, type: Real) =>
  base?.some((b) => b !== 0) ? treeNumbers('base_values', base, type) : {};

function nodeLists(nodes: TreeNodes, type: Real) {
  const part = (list: Int32Array) => ints(list.subarray(0, nodes.count));
  const missing = nodes.missingTrue.subarray(0, nodes.count);
  const values = Float64Array.from(nodes.value.subarray(0, nodes.count), (v, i) =>
    nodes.mode[i] === MODE.leaf ? 0 : v,
  );
  return {
    nodes_treeids: part(nodes.tree),
    nodes_nodeids: part(nodes.id),
    nodes_featureids: part(nodes.feature),
    nodes_modes: Array.from(nodes.mode.subarray(0, nodes.count), (m) => MODE_NAMES[m]!),
    ...treeNumbers('nodes_values', values, type),
    nodes_truenodeids: part(nodes.whenTrue),
    nodes_falsenodeids: part(nodes.whenFalse),
    nodes_missing_value_tracks_true: missing.includes(1) ? ints(missing) : undefined,
  };
}

/** What leaves add, by tree and node. Of many classes those that a leaf adds nothing to are left out. */
function leafLists(kind: 'target' | 'class', forest: Forest, nodes: TreeNodes, type: Real) {
  const { width, leaves, target } = forest;
  const sparse = width > 2;
  const [at, output, weight]: [number[], number[], number[]] = [[], [], []];
  for (let i = 0; i < nodes.count; i++) {
    if (nodes.mode[i] !== MODE.leaf) continue;
    const begin = at.length;
    for (let k = 0; k < width; k++) {
      const w = leaves[nodes.value[i]! * width + k]!;
      if (sparse && w === 0 && !(k === width - 1 && at.length === begin)) continue;
      at.push(i);
      output.push(target[nodes.tree[i]!]! + k);
      weight.push(w);
    }
  }
  return {
    [`${kind}_treeids`]: ints(at.map((n) => nodes.tree[n]!)),
    [`${kind}_nodeids`]: ints(at.map((n) => nodes.id[n]!)),
    [`${kind}_ids`]: ints(output),
    ...treeNumbers(kind === 'class' ? 'class_weights' : 'target_weights', Float64Array.from(weight), type),
  };
}

/** Splits and leaves have index spaces of their own here, over all trees. */
function ensemble5(e: Emitter, forest: Forest, trees: Int32Array, x: ValueId, type: Real): ValueId {
  if (trees.length === 0) return constantScores(e, forest, x, new Float64Array(forest.outputs), type);
  const nodes = treeNodes(forest, trees, type === 'double', e.progress);
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
  const tensor = (dtype: Real | 'uint8', values: Float32Array | Float64Array | Uint8Array) =>
    ({ kind: 'tensor', value: tensorOf({ dtype, dims: [values.length], values }) }) as const;
  const reals = (values: readonly number[]) =>
    type === 'float' ? tensor('float', Float32Array.from(values)) : tensor('double', Float64Array.from(values));
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
    nodes_splits: reals(splits.map((n) => nodes.value[n]!)),
    nodes_truenodeids: ints(whenTrue.map((n) => own[n]!)),
    nodes_trueleafs: ints(whenTrue.map(isLeaf)),
    nodes_falsenodeids: ints(whenFalse.map((n) => own[n]!)),
    nodes_falseleafs: ints(whenFalse.map(isLeaf)),
    nodes_missing_value_tracks_true: ints(splits.map((n) => nodes.missingTrue[n]!)),
    leaf_targetids: ints(leaves.map((n) => forest.target[nodes.tree[n]!]!)),
    leaf_weights: reals(leaves.map((n) => forest.leaves[nodes.value[n]!]!)),
  });
}
