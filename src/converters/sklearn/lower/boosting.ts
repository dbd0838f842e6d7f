/** Boosted trees: sklearn/ensemble/_gb.py, _weight_boosting.py, _hist_gradient_boosting. */
import { NdArray, PyObject } from '../../containers/pickle/index.ts';
import { once, type Builder, type Val } from './builder.ts';
import { toArr, type Est } from './estimator.ts';
import { classifier, regressor, type Lowered, type Lowerer, type Lowering } from './lowered.ts';
import type { Table } from './table.ts';
import { fittedTree, hasVotes, leafValues, namedLabel, shares, treeInput, votedLabels } from './tree.ts';
import { TreeEnsembleBuilder, type CategorySplit, type TreeNodes } from './trees.ts';

/** Version of scikit-learn that saved the model, as major·100 + minor; the newest where it does not say. */
export function versionOf(e: Est): number {
  const match = /^(\d+)\.(\d+)/.exec(e.text('_sklearn_version'));
  return match ? Number(match[1]) * 100 + Number(match[2]) : 9999;
}

// Gradient boosting

interface Boosted {
  readonly trees: TreeEnsembleBuilder;
  /** Trees a stage. */
  readonly count: number;
  readonly input: () => Val;
}

/** Learning rate times the trees. */
function boosted(l: Lowerer, e: Est, x: Table): Boosted {
  const stages = e.get('estimators_');
  const items =
    stages instanceof NdArray ? stages.values() : Array.isArray(stages) ? stages.flat() : e.fail('it has no trees');
  const count =
    stages instanceof NdArray
      ? (stages.shape[1] ?? 1)
      : Math.max(1, e.list('estimators_')[0] instanceof Array ? (e.list('estimators_')[0] as unknown[]).length : 1);
  const rate = e.num('learning_rate');
  const ensemble = new TreeEnsembleBuilder();
  items.forEach((item, i) => {
    const t = fittedTree(e.within(item, `stage ${Math.floor(i / count)}`));
    ensemble.addTree(t.nodes, (n) => [i % count, rate * t.values.data[n]!]);
  });
  return { trees: ensemble, count, input: once(() => treeInput(l.o, x)) };
}

/** [N, K]: the sum of the trees, plus the initial prediction. */
function rawOf(l: Lowerer, { trees, count, input }: Boosted, initial: number | Val): Val {
  const { o } = l;
  return o.add(trees.build(o, input(), count), typeof initial === 'number' ? o.num(initial) : initial);
}

export const gradientBoostingRegressor: Lowering = (l, e, x) => {
  const { o } = l;
  const all = once(() => boosted(l, e, x));
  const initial = once(() => initialOfRegressor(l, e, x));
  const made = regressor(() => o.flat(rawOf(l, all(), initial())));
  if (!hasVotes(o)) return made;
  const outputs = () => {
    const first = initial();
    if (typeof first !== 'number') return { predictions: made.predict!() };
    const { trees, input } = all();
    return { predictions: o.flat(trees.scores(o, input(), 1, [first])) };
  };
  return { ...made, outputs };
};

function initialOfRegressor(l: Lowerer, e: Est, x: Table): number | Val {
  if (e.get('init_') === null || e.get('init_') === 'zero') return 0;
  const init = e.est('init_');
  if (init.name === 'DummyRegressor') return init.arr('constant_').data[0]!;
  return l.o.column(l.lower(init, x).predict!());
}

export const gradientBoostingClassifier: Lowering = (l, e, x) => {
  const { o } = l;
  const classes = e.nd('classes_');
  const binary = classes.size === 2;
  const exponential = e.text('loss') === 'exponential';
  const all = once(() => boosted(l, e, x));
  const raw = once(() => {
    const sums = rawOf(l, all(), initialOfClassifier(l, e, x, all().count, exponential));
    return binary ? o.flat(sums) : sums;
  });
  const proba = () => {
    if (!binary) return o.softmax(raw());
    return o.sigmoidPair(exponential ? o.mul(o.num(2), raw()) : raw());
  };
  const index = () => (binary ? o.cast(o.greaterEq(raw(), o.num(0)), 'int64') : o.argmax(raw()));
  const made = classifier(l, { classes, decision: raw, proba, index });
  const base = exponential ? null : constantInitial(e, classes.size);
  return base && hasVotes(o) ? { ...made, outputs: () => boostedVotes(o, all(), classes, base) } : made;
};

/** Labels and probabilities by one node; `base` is one number a tree of a stage. */
function boostedVotes(
  o: Builder,
  { trees, input }: Boosted,
  classes: NdArray,
  base: readonly number[],
): Record<string, Val> | null {
  const binary = classes.size === 2;
  if (binary && trees.isPositive) return null;
  const link = binary ? 'LOGISTIC' : 'SOFTMAX';
  const outputs = binary ? 1 : classes.size;
  const made = trees.votes(o, input(), { labels: votedLabels(classes), outputs, base, link, allowed: 2e-6 });
  return made && { label: namedLabel(o, made.label, classes), probabilities: made.scores };
}

/** The initial scores where every row has the same; null where it depends on the row. */
function constantInitial(e: Est, classes: number): number[] | null {
  const count = classes === 2 ? 1 : classes;
  // A score of exactly 0 is for the second class, which the operator says of what is above 0.
  const above = (v: number) => (v === 0 && count === 1 ? Number.MIN_VALUE : v);
  if (e.get('init_') === null || e.get('init_') === 'zero') return Array.from({ length: count }, () => above(0));
  const init = e.est('init_');
  if (init.name !== 'DummyClassifier' || init.text('strategy', 'prior') !== 'prior') return null;
  const prior = init.arr('class_prior_').data.map((p) => Math.min(Math.max(p, EPS32), 1 - EPS32));
  if (prior.length !== classes) return null;
  if (count === 1) return [above(Math.log(prior[1]! / (1 - prior[1]!)))];
  const logs = Array.from(prior, Math.log);
  const mean = versionOf(e) >= 104 ? logs.reduce((a, b) => a + b, 0) / classes : 0;
  return logs.map((v) => v - mean);
}

const EPS32 = 1.1920928955078125e-7;

/** The link of the initial probabilities (_gb.py, _init_raw_predictions). */
function initialOfClassifier(l: Lowerer, e: Est, x: Table, k: number, exponential: boolean): number | Val {
  const { o } = l;
  if (e.get('init_') === null || e.get('init_') === 'zero') return 0;
  const init = e.est('init_');
  const made = l.lower(init, x);
  if (!made.proba) return e.fail('its init estimator gives no probabilities');
  const p = o.clip(made.proba(), EPS32, 1 - EPS32);
  if (k === 1) {
    const one = o.columns(p, [1]);
    const logit = o.log(o.div(one, o.complement(one)));
    return exponential ? o.mul(o.num(0.5), logit) : logit;
  }
  const logs = o.log(p);
  return versionOf(e) >= 104 ? o.sub(logs, o.reduce('Mean', logs, 1)) : logs;
}

// Histogram gradient boosting

interface BinMapper {
  /** Categories of a feature as fitted; null for a numeric one. */
  categories(feature: number): readonly number[] | null;
}

function binMapper(e: Est): BinMapper {
  const mapper = e.get('_bin_mapper');
  if (!(mapper instanceof PyObject)) return { categories: () => null };
  const is = toArr(mapper.get('is_categorical_') ?? null)?.data;
  const thresholds = mapper.get('bin_thresholds_');
  return {
    categories: (f) =>
      is?.[f] && Array.isArray(thresholds) ? Array.from(toArr(thresholds[f] ?? null)?.data ?? []) : null,
  };
}

function histTree(e: Est, predictor: PyObject, mapper: BinMapper): { nodes: TreeNodes; values: Float64Array } {
  const records = predictor.get('nodes');
  if (!(records instanceof PyObject)) return e.fail('a tree has no nodes');
  const field = (name: string) => toArr(records.get(name) ?? null)?.data ?? e.fail(`a tree has no ${name}`);
  const isLeaf = field('is_leaf');
  const left = field('left').map((v, i) => (isLeaf[i] ? -1 : v));
  const feature = field('feature_idx');
  const missing = field('missing_go_to_left');
  const categorical = toArr(records.get('is_categorical') ?? null)?.data;
  const members = new Map<number, CategorySplit>();
  categorical?.forEach((is, n) => {
    if (is && !isLeaf[n])
      members.set(
        n,
        categorySplit(e, predictor, field('bitset_idx')[n]!, mapper.categories(feature[n]!), missing[n] === 1),
      );
  });
  const threshold =
    toArr(records.get('num_threshold') ?? records.get('threshold') ?? null)?.data ?? e.fail('a tree has no thresholds');
  return {
    nodes: { left, right: field('right'), feature, threshold, missingLeft: missing, members },
    values: field('value'),
  };
}

/** NaN and unknown categories go where missing values go, so the set is of those that go the other way. */
function categorySplit(
  e: Est,
  predictor: PyObject,
  row: number,
  known: readonly number[] | null,
  missingLeft: boolean,
): CategorySplit {
  const bits = toArr(predictor.get('raw_left_cat_bitsets') ?? null);
  if (!bits || !known) return e.fail('the categories of a split cannot be found');
  const isLeft = (v: number) => ((bits.data[row * 8 + (v >> 5)]! >>> (v & 31)) & 1) === 1;
  return { values: known.filter((v) => isLeft(v) !== missingLeft), left: !missingLeft };
}

function histTrees(l: Lowerer, e: Est, x: Table): Boosted {
  const table = e.has('_preprocessor') ? l.lower(e.est('_preprocessor'), x).transform!() : x;
  const mapper = binMapper(e);
  const stages = e.list('_predictors');
  const ensemble = new TreeEnsembleBuilder();
  let count = 1;
  for (const stage of stages) {
    const trees = Array.isArray(stage) ? stage : [stage];
    count = trees.length;
    trees.forEach((p, k) => {
      if (!(p instanceof PyObject)) return e.fail('a stage holds no trees');
      const t = histTree(e, p, mapper);
      ensemble.addTree(t.nodes, (n) => [k, t.values[n]!]);
    });
  }
  return { trees: ensemble, count, input: once(() => table.matrix()) };
}

function histRaw(l: Lowerer, e: Est, { trees, count, input }: Boosted): Val {
  const { o } = l;
  return o.add(trees.build(o, input(), count), o.f64(e.arr('_baseline_prediction').data));
}

export const histRegressor: Lowering = (l, e, x) => {
  const loss = e.get('_loss');
  const name = loss instanceof PyObject ? loss.cls.name : e.text('loss');
  const log = /poisson|gamma|tweedie/i.test(name) && !/identity/i.test(name);
  const { o } = l;
  const all = once(() => histTrees(l, e, x));
  const made = regressor(() => {
    const raw = o.flat(histRaw(l, e, all()));
    return log ? o.exp(raw) : raw;
  });
  if (log || !hasVotes(o)) return made;
  const outputs = () => {
    const { trees, input } = all();
    return { predictions: o.flat(trees.scores(o, input(), 1, e.arr('_baseline_prediction').data)) };
  };
  return { ...made, outputs };
};

export const histClassifier: Lowering = (l, e, x) => {
  const { o } = l;
  const classes = e.nd('classes_');
  const binary = classes.size === 2;
  const all = once(() => histTrees(l, e, x));
  const raw = once(() => (binary ? o.flat(histRaw(l, e, all())) : histRaw(l, e, all())));
  const proba = () => {
    if (!binary) return o.softmax(raw());
    return o.sigmoidPair(raw());
  };
  const index = () => (binary ? o.cast(o.greater(raw(), o.num(0)), 'int64') : o.argmax(raw()));
  const made = classifier(l, { classes, decision: raw, proba, index });
  if (!hasVotes(o)) return made;
  return { ...made, outputs: () => boostedVotes(o, all(), classes, Array.from(e.arr('_baseline_prediction').data)) };
};

// AdaBoost

const isTree = (e: Est) => /^(DecisionTree|ExtraTree)/.test(e.name);

/** What one estimator says of each class, [N, K], summed over the estimators. */
function adaVotes(
  l: Lowerer,
  e: Est,
  x: Table,
  weights: Float64Array,
  vote: (p: Float64Array, w: number) => number[],
): Val {
  const { o } = l;
  const estimators = e.ests('estimators_');
  const k = e.nd('classes_').size;
  if (!estimators.every(isTree)) return e.fail('its base estimators are no decision trees');
  const trees = estimators.map((t) => fittedTree(t));
  const place = new Map(trees.map((t, i) => [t, i]));
  const votes = leafValues(o, treeInput(o, x), trees, k, (t, n) => vote(shares(t, n, 0, k), weights[place.get(t)!]!));
  return o.sum(votes, 1, false);
}

/** Any base estimator: one-hot votes by its predicted class. */
function adaVotesOfOthers(l: Lowerer, e: Est, x: Table, weights: Float64Array, others: number): Val {
  const { o } = l;
  const k = e.nd('classes_').size;
  const parts = e.ests('estimators_').map((b, i) => {
    const made = l.lower(b, x);
    const hits = o.equal(
      o.column(made.index!()),
      o.i64(
        Array.from({ length: k }, (_, c) => c),
        [1, k],
      ),
    );
    return o.where(hits, o.num(weights[i]!), o.num(others * weights[i]!));
  });
  return parts.reduce(o.add);
}

/** SAMME.R over any base estimator: (K - 1)·(log p - mean log p), summed. */
function adaChancesOfOthers(l: Lowerer, e: Est, x: Table): Val {
  const { o } = l;
  const k = e.nd('classes_').size;
  const parts = e.ests('estimators_').map((b) => {
    const made = l.lower(b, x);
    const p = made.proba ?? e.fail('one of its estimators gives no probabilities');
    const logs = o.log(o.max(p(), o.num(2.220446049250313e-16)));
    return o.mul(o.num(k - 1), o.sub(logs, o.reduce('Mean', logs, 1)));
  });
  return parts.reduce(o.add);
}

const greatest = (p: Float64Array) => p.reduce((best, v, i) => (v > p[best]! ? i : best), 0);

export const adaBoostClassifier: Lowering = (l, e, x) => {
  const { o } = l;
  const classes = e.nd('classes_');
  const k = classes.size;
  const weights = e.arr('estimator_weights_').data;
  const total = weights.reduce((a, b) => a + b, 0);
  const real = e.text('algorithm', versionOf(e) < 106 ? 'SAMME.R' : 'SAMME') === 'SAMME.R';
  const others = versionOf(e) >= 104 ? -1 / (k - 1) : 0;
  const all = once(() => {
    const trees = e.ests('estimators_').every(isTree);
    const votes =
      real && !trees
        ? adaChancesOfOthers(l, e, x)
        : real
          ? adaVotes(l, e, x, weights, (p) => realVote(p))
          : trees
            ? adaVotes(l, e, x, weights, (p, w) => Array.from(p, (_, i) => (i === greatest(p) ? w : others * w)))
            : adaVotesOfOthers(l, e, x, weights, others);
    return o.div(votes, o.num(total));
  });
  const decision = once(() => (k === 2 ? o.flat(o.sub(o.columns(all(), [1]), o.columns(all(), [0]))) : all()));
  const proba = () => {
    if (k !== 2) return o.softmax(o.div(decision(), o.num(k - 1)));
    const half = o.div(decision(), o.num(2));
    return o.softmax(o.pair(o.neg(half), half));
  };
  const index = () => (k === 2 ? o.cast(o.greater(decision(), o.num(0)), 'int64') : o.argmax(decision()));
  return classifier(l, { classes, decision, proba, index });
};

/** (K - 1)·(log p - mean log p), weights being all one. */
function realVote(p: Float64Array): number[] {
  const logs = Array.from(p, (v) => Math.log(Math.max(v, 2.220446049250313e-16)));
  const mean = logs.reduce((a, b) => a + b, 0) / logs.length;
  return logs.map((v) => (p.length - 1) * (v - mean));
}

/** The weighted median of the estimators' predictions. */
export const adaBoostRegressor: Lowering = (l, e, x): Lowered => {
  const { o } = l;
  const weights = e.arr('estimator_weights_').data;
  return regressor(() => {
    const estimators = e.ests('estimators_');
    const all = estimators.every(isTree)
      ? o.squeeze(
          leafValues(
            o,
            treeInput(o, x),
            estimators.map((t) => fittedTree(t)),
            1,
            (t, n) => [t.values.data[n]!],
          ),
          2,
        )
      : o.concat(estimators.map((b) => o.column(l.lower(b, x).predict!())));
    const [sorted, order] = o.ops('TopK', [all, o.i64([estimators.length])], { axis: 1, largest: 0, sorted: 1 }, [
      'double',
      'int64',
    ]);
    const used = weights.slice(0, estimators.length);
    const sums = o.op('CumSum', [o.gather(o.f64(used), order!), o.num(1, 'int64')]);
    const half = o.mul(o.num(0.5), o.columns(sums, [estimators.length - 1]));
    const at = o.argmax(o.cast(o.greaterEq(sums, half), 'int64'));
    return o.flat(o.op('GatherElements', [sorted!, o.column(at)], { axis: 1 }));
  });
};
