/** Trees, forests and boosted trees, by one TreeEnsembleRegressor each. */
import { floatDown } from '../../../graph-model/builders/forest-nodes.ts';
import { ints } from '../../../graph-model/core/attributes.ts';
import type { ValueId } from '../../../graph-model/core/model.ts';
import { tensorOf } from '../../../graph-model/core/tensor.ts';
import { forestData, forestOf, treeData, type Forest } from '../forest.ts';
import {
  classified,
  classifierOut,
  featuresIn,
  number,
  predictionOut,
  vector,
  type Column,
  type Lowering,
  type OutPort,
  type StageRow,
} from '../stage.ts';
import type { Params } from '../params.ts';
import { binary, decide, finished } from './heads.ts';

const family = 'Trees';

/** What a leaf adds to the outputs: a value for each, or for the one that it says. */
type LeafValues = (node: number, tree: number) => ArrayLike<number> | readonly [target: number, value: number][];

class NodeLists {
  readonly tree: number[] = [];
  readonly id: number[] = [];
  readonly feature: number[] = [];
  readonly mode: string[] = [];
  readonly value: number[] = [];
  readonly yes: number[] = [];
  readonly no: number[] = [];
  readonly leaves: { tree: number; id: number; node: number }[] = [];

  put(tree: number, id: number, mode: string, feature = 0, value = 0): number {
    this.tree.push(tree);
    this.id.push(id);
    this.feature.push(feature);
    this.value.push(value);
    this.yes.push(0);
    this.no.push(0);
    return this.mode.push(mode) - 1;
  }
}

/** Which node of a split leads where: a split by category is a chain of equalities that share one branch. */
function writeTree(f: Forest, tree: number, out: NodeLists): void {
  const begin = f.offsets[tree]!;
  const first = out.id.length;
  const stack: { at: number; link: (id: number) => void }[] = [{ at: 0, link: () => {} }];
  while (stack.length > 0) {
    const { at, link } = stack.pop()!;
    const node = begin + at;
    link(out.id.length - first);
    if (f.left[node]! < 0) {
      const row = out.put(tree, out.id.length - first, 'LEAF');
      out.leaves.push({ tree, id: out.id[row]!, node });
      continue;
    }
    const { rows, yesIsLeft } = writeSplit(f, node, tree, first, out);
    const last = rows.at(-1)!;
    const shared = (id: number) => rows.forEach((r) => (out.yes[r] = id));
    const end = (id: number) => void (out.no[last] = id);
    stack.push({ at: f.right[node]!, link: yesIsLeft ? end : shared });
    stack.push({ at: f.left[node]!, link: yesIsLeft ? shared : end });
  }
}

function writeSplit(f: Forest, node: number, tree: number, first: number, out: NodeLists) {
  const feature = f.feature[node]!;
  const id = () => out.id.length - first;
  if (f.categoryCount[node]! < 0)
    return { rows: [out.put(tree, id(), 'BRANCH_LEQ', feature, f.threshold[node]!)], yesIsLeft: true };
  const { categories, yesIsLeft } = asked(f, node);
  // No category at all: nothing equals NaN.
  const values = categories.length > 0 ? categories : [NaN];
  const rows = values.map((c) => out.put(tree, id(), 'BRANCH_EQ', feature, c));
  rows.slice(0, -1).forEach((r) => (out.no[r] = out.id[r]! + 1));
  return { rows, yesIsLeft };
}

/** Spark asks for the smaller half of the categories, and what is in neither goes with the other (CategoricalSplit). */
function asked(f: Forest, node: number): { categories: number[]; yesIsLeft: boolean } {
  const left = Array.from(f.categories.subarray(f.categoryOffsets[node], f.categoryOffsets[node + 1]!));
  const count = f.categoryCount[node]!;
  if (left.length <= Math.floor(count / 2)) return { categories: left, yesIsLeft: true };
  const inLeft = new Set(left);
  const right = Array.from({ length: count }, (_, i) => i).filter((i) => !inLeft.has(i));
  return { categories: right, yesIsLeft: false };
}

/**
 * [N, targets] double: the sums of the leaves' values. In double throughout where `exact` is asked for or the features are
 * double; else in float32, with thresholds that send every float32 the same way.
 */
function ensemble(c: Lowering, f: Forest, targets: number, leaf: LeafValues, exact: boolean): ValueId {
  const lists = new NodeLists();
  for (let t = 0; t < f.offsets.length - 1; t++) writeTree(f, t, lists);
  const entries = lists.leaves.flatMap(({ node, tree, id }) =>
    Array.from(leaf(node, tree) as ArrayLike<number | readonly [number, number]>, (v, k) => {
      const [target, value] = typeof v === 'number' ? [k, v] : v;
      return { tree, id, target, value };
    }),
  );
  const weights = Float64Array.from(entries, (e) => e.value);
  const x = c.features(c.p.number('numFeatures', 0));
  const double = exact || c.inputs[0]!.dtype === 'double';
  const sums = c.o.ml('TreeEnsembleRegressor', [double ? x : c.inputs[0]!.value], {
    n_targets: targets,
    nodes_treeids: ints(lists.tree),
    nodes_nodeids: ints(lists.id),
    nodes_featureids: ints(lists.feature),
    nodes_modes: lists.mode,
    nodes_truenodeids: ints(lists.yes),
    nodes_falsenodeids: ints(lists.no),
    target_treeids: ints(entries.map((e) => e.tree)),
    target_nodeids: ints(entries.map((e) => e.id)),
    target_ids: ints(entries.map((e) => e.target)),
    ...(double ? inDouble(lists.value, weights) : inFloat(lists, weights)),
  });
  return c.o.cast(sums, 'double');
}

function inDouble(values: readonly number[], weights: Float64Array) {
  const tensor = (list: Float64Array) =>
    ({ kind: 'tensor', value: tensorOf({ dtype: 'double', dims: [list.length], values: list }) }) as const;
  return { nodes_values_as_tensor: tensor(Float64Array.from(values)), target_weights_as_tensor: tensor(weights) };
}

function inFloat({ value, mode }: NodeLists, weights: Float64Array) {
  const values = Float32Array.from(value, (v, i) => (mode[i] === 'BRANCH_LEQ' ? floatDown(v) : v));
  return {
    nodes_values: { kind: 'floats', value: values },
    target_weights: { kind: 'floats', value: Float32Array.from(weights) },
  } as const;
}

const counts = (f: Forest, node: number) => f.stats.subarray(node * f.classes, (node + 1) * f.classes);

function shares(f: Forest, node: number): Float64Array {
  const own = counts(f, node);
  const total = own.reduce((a, b) => a + b, 0);
  return total === 0 ? own.map(() => 0) : own.map((v) => v / total);
}

/** Divided by the sum of the row, where that is not zero. */
function normalised({ o }: Lowering, raw: ValueId): ValueId {
  const sum = o.sum(raw);
  return o.div(raw, o.where(o.op('Equal', [sum, o.scalar(0)]), o.scalar(1), sum));
}

/** The label is known in the leaf, so that no rounding of counts can turn it. */
function treeClassifier(c: Lowering): Column[] {
  const { o, p } = c;
  const f = forestOf(p);
  const best = (node: number) => counts(f, node).reduce((top, v, k, all) => (v > all[top]! ? k : top), 0);
  const sums = ensemble(c, f, f.classes + 1, (node) => [...counts(f, node), best(node)], true);
  const raw = o.columns(
    sums,
    Array.from({ length: f.classes }, (_, k) => k),
  );
  const probabilities = normalised(c, raw);
  const thresholds = p.numbers('thresholds');
  const label = thresholds ? decide(c, raw, probabilities) : number(o.columns(sums, [f.classes]));
  return withLeaves(
    c,
    f,
    classified(c, { raw: vector(raw, f.classes), label, probabilities: vector(probabilities, f.classes) }),
  );
}

function forestClassifier(c: Lowering): Column[] {
  const f = forestOf(c.p);
  const raw = ensemble(c, f, f.classes, (node) => shares(f, node), true);
  return withLeaves(c, f, finished(c, raw, normalised(c, raw), f.classes));
}

/** The sum of all trees times their weights; `divisor` makes it their mean. */
function total(c: Lowering, f: Forest, divisor: (f: Forest) => number, exact: boolean): ValueId {
  const by = divisor(f);
  const sum = ensemble(c, f, 1, (node, tree) => [f.prediction[node]! * f.treeWeights[tree]!], exact);
  return by === 1 ? sum : c.o.div(sum, c.o.scalar(by));
}

const regressor =
  (divisor: (f: Forest) => number) =>
  (c: Lowering): Column[] => {
    const f = forestOf(c.p);
    return withLeaves(c, f, [number(total(c, f, divisor, false))]);
  };

/** The variance of the rows that trained the leaf is its impurity. */
function treeRegressor(c: Lowering): Column[] {
  const f = forestOf(c.p);
  const columns = withLeaves(c, f, [number(total(c, f, one, false))]);
  if (!c.p.text('varianceCol', '')) return columns;
  const impurity = c.p.sized('impurity', f.left.length);
  return [...columns, number(ensemble(c, f, 1, (node) => [impurity[node]!], true))];
}

/** In which leaf of each tree a row ends, counted from left to right; a single tree gives a number, several a vector. */
function withLeaves(c: Lowering, f: Forest, columns: Column[]): Column[] {
  if (!c.p.text('leafCol', '')) return columns;
  const trees = f.offsets.length - 1;
  const place = leafPlaces(f);
  const leaves = ensemble(c, f, trees, (node, tree) => [[tree, place[node]!]], true);
  return [...columns, /^DecisionTree/.test(c.node.op) ? number(leaves) : vector(leaves, trees)];
}

function leafPlaces(f: Forest): Int32Array {
  const places = new Int32Array(f.left.length);
  for (let t = 0; t + 1 < f.offsets.length; t++) {
    const begin = f.offsets[t]!;
    const stack = [begin];
    for (let next = 0; stack.length > 0;) {
      const node = stack.pop()!;
      if (f.left[node]! < 0) places[node] = next++;
      else stack.push(begin + f.right[node]!, begin + f.left[node]!);
    }
  }
  return places;
}

/** With the column of leaves, where the model asks for it. */
const withLeaf =
  (outputs: (p: Params) => OutPort[]) =>
  (p: Params): OutPort[] => {
    const leaf = p.text('leafCol', '');
    return leaf ? [...outputs(p), { column: leaf, kind: 'vector', role: 'column' }] : outputs(p);
  };

const withVariance = (p: Params): OutPort[] => {
  const column = p.text('varianceCol', '');
  const outputs = withLeaf(predictionOut)(p);
  return column ? [...outputs, { column, kind: 'number', role: 'column' }] : outputs;
};

const one = () => 1;
const classifier = { family, inputs: featuresIn, outputs: withLeaf(classifierOut(true)) };
const regression = { family, inputs: featuresIn, outputs: withLeaf(predictionOut) };
const notes = 'leafCol too.';

export const TREES: readonly StageRow[] = [
  { ops: ['DecisionTreeClassificationModel'], notes, ...classifier, data: treeData, lower: treeClassifier },
  { ops: ['RandomForestClassificationModel'], notes, ...classifier, data: forestData, lower: forestClassifier },
  {
    ops: ['GBTClassificationModel'],
    notes,
    ...classifier,
    data: forestData,
    lower: (c) => {
      const f = forestOf(c.p);
      return withLeaves(c, f, binary(c, total(c, f, one, true), 2));
    },
  },
  {
    ops: ['DecisionTreeRegressionModel'],
    family,
    notes: 'leafCol and varianceCol too.',
    inputs: featuresIn,
    outputs: withVariance,
    data: treeData,
    lower: treeRegressor,
  },
  {
    ops: ['RandomForestRegressionModel'],
    notes,
    ...regression,
    data: forestData,
    lower: regressor((f) => f.treeWeights.length),
  },
  { ops: ['GBTRegressionModel'], notes, ...regression, data: forestData, lower: regressor(one) },
];
