/** Trees followed node by node as scikit-learn follows them: float32 values against float64 thresholds. */
import { NdArray, PyObject } from '../../containers/pickle/index.ts';
import { toArr, type Est } from '../lower/estimator.ts';
import {
  classesOf,
  classified,
  eachRow,
  greatest,
  logistic,
  notHere,
  softmax,
  sumOf,
  type Evaluate,
  type Evaluator,
  type Frame,
  type Made,
} from './frame.ts';

export interface Tree {
  readonly left: Float64Array;
  readonly right: Float64Array;
  readonly feature: Float64Array;
  readonly threshold: Float64Array;
  readonly missingLeft: Float64Array | null;
  readonly samples: Float64Array;
  /** [nodes × outputs × classes] */
  readonly values: Float64Array;
  readonly outputs: number;
  readonly most: number;
}

export function treeOf(e: Est): Tree {
  const tree = e.need('tree_');
  const nodes = tree instanceof PyObject ? tree.get('nodes') : null;
  const values = tree instanceof PyObject ? toArr(tree.get('values') ?? tree.get('value') ?? null) : null;
  if (!(nodes instanceof PyObject) || !values) return notHere('a tree of an unknown layout');
  const field = (name: string) => toArr(nodes.get(name) ?? null)?.data;
  return {
    left: field('left_child')!,
    right: field('right_child')!,
    feature: field('feature')!,
    threshold: field('threshold')!,
    missingLeft: field('missing_go_to_left') ?? null,
    samples: field('n_node_samples') ?? new Float64Array(0),
    values: values.data,
    outputs: values.dims[1] ?? 1,
    most: values.dims[2] ?? 1,
  };
}

/** The leaf of a row, by node number, and its depth. */
export function leafOf(t: Tree, row: Float64Array): { leaf: number; depth: number } {
  let [leaf, depth] = [0, 0];
  for (; t.left[leaf] !== -1; depth++) {
    const v = Math.fround(row[t.feature[leaf]!]!);
    const goesLeft = Number.isNaN(v) ? t.missingLeft?.[leaf] === 1 : v <= t.threshold[leaf]!;
    leaf = goesLeft ? t.left[leaf]! : t.right[leaf]!;
  }
  return { leaf, depth };
}

/** Class shares of a node: counts before version 1.3. */
function sharesOf(t: Tree, leaf: number, classes: number): number[] {
  const row = Array.from(t.values.subarray(leaf * t.outputs * t.most, leaf * t.outputs * t.most + classes));
  const total = sumOf(row);
  return Math.abs(total - 1) < 1e-9 || total === 0 ? row : row.map((v) => v / total);
}

function meanOver(trees: readonly Tree[], width: number, of: (t: Tree) => ArrayLike<number>): number[] {
  const sums = new Float64Array(width);
  for (const t of trees) {
    const values = of(t);
    for (let k = 0; k < width; k++) sums[k]! += values[k]!;
  }
  return Array.from(sums, (s) => s / trees.length);
}

const treesOf = (e: Est): Tree[] => (e.has('estimators_') ? e.ests('estimators_').map(treeOf) : [treeOf(e)]);

export const treesClassifier: Evaluate = (_, e, x) => {
  const trees = treesOf(e);
  if (trees[0]!.outputs !== 1) return severalOutputs(e, x, trees);
  const classes = classesOf(e);
  const proba = eachRow(x, (row) =>
    meanOver(trees, classes.length, (t) => sharesOf(t, leafOf(t, row).leaf, classes.length)),
  );
  return classified(classes, () => proba.map(greatest), { proba: () => proba });
};

/** One vote of the trees for each output. */
function severalOutputs(e: Est, x: Frame, trees: readonly Tree[]): Made {
  const classes = e
    .list('classes_')
    .map((c) => (c instanceof NdArray ? (c.values() as (number | string)[]) : notHere('classes that are no arrays')));
  const best = (row: Float64Array, o: number) => {
    const { length } = classes[o]!;
    return greatest(
      meanOver(trees, length, (t) => {
        const begin = (leafOf(t, row).leaf * t.outputs + o) * t.most;
        const own = Array.from(t.values.subarray(begin, begin + length));
        return own.map((v) => v / (sumOf(own) || 1));
      }),
    );
  };
  return { labels: () => eachRow(x, (row) => classes.map((c, o) => c[best(row, o)]!)) };
}

/** One-hot leaves of every tree; OneHotEncoder knows which leaves there were. */
export const treesEmbedding: Evaluate = (by, e, x) => {
  const leaves = treesOf(e).map((t) => Float64Array.from(eachRow(x, (row) => leafOf(t, row).leaf)));
  return by.evaluate(e.est('one_hot_encoder_', '_one_hot_encoder'), { rows: x.rows, columns: leaves });
};

export const treesRegressor: Evaluate = (_, e, x) => {
  const trees = treesOf(e);
  const { outputs } = trees[0]!;
  return {
    predict: () =>
      eachRow(x, (row) =>
        meanOver(trees, outputs, (t) => {
          const { leaf } = leafOf(t, row);
          return t.values.subarray(leaf * outputs, (leaf + 1) * outputs);
        }),
      ),
  };
};

/** _average_path_length of _iforest.py. */
function averagePath(samples: number): number {
  if (samples <= 1) return 0;
  return samples === 2 ? 1 : 2 * (Math.log(samples - 1) + 0.5772156649015329) - (2 * (samples - 1)) / samples;
}

export const isolationForest: Evaluate = (_, e, x) => {
  const trees = treesOf(e);
  const features =
    e.get('estimators_features_') === null ? [] : e.list('estimators_features_').map((f) => toArr(f)!.data);
  const scale = trees.length * averagePath(e.num('_max_samples', e.num('max_samples_', 0)));
  const offset = e.num('offset_');
  const decision = eachRow(x, (row) => {
    const total = trees.reduce((sum, t, i) => {
      const own = features[i] ? Float64Array.from(features[i], (f) => row[f]!) : row;
      const { leaf, depth } = leafOf(t, own);
      return sum + depth + averagePath(t.samples[leaf]!);
    }, 0);
    return [-(2 ** (scale === 0 ? 0 : -total / scale)) - offset];
  });
  return { decision: () => decision, label: () => decision.map(([d]) => (d! < 0 ? -1 : 1)) };
};

/** Learning rate times the trees of each stage, plus the initial score. */
function boosted(by: Evaluator, e: Est, x: Frame, initial: (width: number) => number[][]): number[][] {
  const stages = e.get('estimators_');
  const items = stages instanceof NdArray ? stages.values() : notHere('stages that are no array');
  const width = stages instanceof NdArray ? (stages.shape[1] ?? 1) : 1;
  const trees = items.map((item) => treeOf(e.within(item, 'stage')));
  const rate = e.num('learning_rate');
  const first = initial(width);
  return eachRow(x, (row) => row).map((row, r) => {
    const sums = [...first[r]!];
    trees.forEach((t, i) => (sums[i % width]! += rate * t.values[leafOf(t, row).leaf]!));
    return sums;
  });
}

const EPS32 = 1.1920928955078125e-7;

export const gradientBoostingRegressor: Evaluate = (by, e, x) => ({
  predict: () => boosted(by, e, x, () => initialMean(by, e, x)),
});

function initialMean(by: Evaluator, e: Est, x: Frame): number[][] {
  const zero = e.get('init_') === null || e.get('init_') === 'zero';
  if (zero) return Array.from({ length: x.rows }, () => [0]);
  return by.evaluate(e.est('init_'), x).predict!().map((r) => [...r]);
}

export const gradientBoostingClassifier: Evaluate = (by, e, x) => {
  const classes = classesOf(e);
  const exponential = e.text('loss') === 'exponential';
  const raw = boosted(by, e, x, (width) => initialScores(by, e, x, width, exponential));
  const one = (v: number) => logistic(exponential ? 2 * v : v);
  const proba = raw.map((r) => (r.length === 1 ? [1 - one(r[0]!), one(r[0]!)] : softmax(r)));
  return classified(classes, () => raw.map((r) => (r.length === 1 ? Number(r[0]! >= 0) : greatest(r))), {
    proba: () => proba,
    decision: () => raw,
  });
};

/** _init_raw_predictions of _gb.py: since 1.4 the logarithms are centred. */
function initialScores(by: Evaluator, e: Est, x: Frame, width: number, exponential: boolean): number[][] {
  if (e.get('init_') === null || e.get('init_') === 'zero')
    return Array.from({ length: x.rows }, () => new Array<number>(width).fill(0));
  const proba = by.evaluate(e.est('init_'), x).proba ?? notHere('an init without probabilities');
  const version = /^(\d+)\.(\d+)/.exec(e.text('_sklearn_version'));
  const centred = !version || Number(version[1]) * 100 + Number(version[2]) >= 104;
  return proba().map((row) => {
    const p = row.map((v) => Math.min(Math.max(v, EPS32), 1 - EPS32));
    if (width === 1) return [(exponential ? 0.5 : 1) * Math.log(p[1]! / (1 - p[1]!))];
    const logs = p.map(Math.log);
    const mean = centred ? sumOf(logs) / logs.length : 0;
    return logs.map((v) => v - mean);
  });
}

// Histogram gradient boosting: float64 values as they come, categories by their bits

function histRaw(by: Evaluator, e: Est, x: Frame): number[][] {
  const input = e.has('_preprocessor') ? by.evaluate(e.est('_preprocessor'), x).transform!() : x;
  const stages = e.list('_predictors').map((s) => (Array.isArray(s) ? s : [s]).map((p) => histTree(e, p as PyObject)));
  const base = e.arr('_baseline_prediction').data;
  return eachRow(input, (row) => {
    const sums = Array.from({ length: stages[0]?.length ?? 1 }, (_, k) => base[base.length === 1 ? 0 : k]!);
    for (const stage of stages) stage.forEach((t, k) => (sums[k]! += t(row)));
    return sums;
  });
}

function histTree(e: Est, predictor: PyObject): (row: Float64Array) => number {
  const nodes = predictor.get('nodes');
  if (!(nodes instanceof PyObject)) return notHere('a tree of an unknown layout');
  const field = (...names: string[]) => {
    for (const n of names) {
      const found = toArr(nodes.get(n) ?? null)?.data;
      if (found) return found;
    }
    return null;
  };
  const [leaf, left, right, feature] = ['is_leaf', 'left', 'right', 'feature_idx'].map((n) => field(n)!);
  const [missing, value, threshold] = [
    field('missing_go_to_left')!,
    field('value')!,
    field('num_threshold', 'threshold')!,
  ];
  const [categorical, bitset] = [field('is_categorical'), field('bitset_idx')];
  const bits = toArr(predictor.get('raw_left_cat_bitsets') ?? null)?.data;
  const known = knownCategories(e);
  return (row) => {
    let at = 0;
    while (!leaf![at]) {
      const v = row[feature![at]!]!;
      const unseen = categorical?.[at] === 1 && (v < 0 || !known(feature![at]!).has(v));
      let goesLeft: boolean;
      if (Number.isNaN(v) || unseen) goesLeft = missing[at] === 1;
      else if (categorical?.[at]) goesLeft = ((bits![bitset![at]! * 8 + (v >> 5)]! >>> (v & 31)) & 1) === 1;
      else goesLeft = v <= threshold[at]!;
      at = goesLeft ? left![at]! : right![at]!;
    }
    return value[at]!;
  };
}

function knownCategories(e: Est): (feature: number) => ReadonlySet<number> {
  const mapper = e.get('_bin_mapper');
  const thresholds = mapper instanceof PyObject ? mapper.get('bin_thresholds_') : null;
  const sets = new Map<number, ReadonlySet<number>>();
  return (f) => {
    let set = sets.get(f);
    if (!set) sets.set(f, (set = new Set(Array.isArray(thresholds) ? toArr(thresholds[f] ?? null)?.data : [])));
    return set;
  };
}

export const histRegressor: Evaluate = (by, e, x) => {
  const loss = e.get('_loss');
  const name = loss instanceof PyObject ? loss.cls.name : e.text('loss');
  const log = /poisson|gamma|tweedie/i.test(name) && !/identity/i.test(name);
  return { predict: () => histRaw(by, e, x).map((r) => (log ? r.map(Math.exp) : r)) };
};

export const histClassifier: Evaluate = (by, e, x): Made => {
  const raw = histRaw(by, e, x);
  const proba = raw.map((r) => (r.length === 1 ? [1 - logistic(r[0]!), logistic(r[0]!)] : softmax(r)));
  return classified(classesOf(e), () => raw.map((r) => (r.length === 1 ? Number(r[0]! > 0) : greatest(r))), {
    proba: () => proba,
    decision: () => raw,
  });
};
