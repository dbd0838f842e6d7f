/** What a converted model takes: one matrix, or one [N, 1] input a column where columns differ in type. */
import { tensorType, type DType, type ValueType } from '../../graph-model/core/types.ts';
import { NdArray, PyObject } from '../containers/pickle/index.ts';
import { branches, featureNames, isPassthrough } from './lower/compose.ts';
import { isTextCategories } from './lower/encode.ts';
import type { Est } from './lower/estimator.ts';

export interface InputSpec {
  readonly name: string;
  readonly type: ValueType;
  /** A column that nothing reads, of which the file does not know the type. */
  readonly unused?: true;
}

/** What a column must be; null where the estimator takes either. */
type Need = 'float' | 'string' | 'unused' | null;

const VECTORIZER = /Vectorizer$/;

/** The inputs of an estimator, by what it was fitted on. */
export function inputsOf(e: Est): InputSpec[] {
  const core = unwrapped(e);
  if (/^Label(Encoder|Binarizer)$/.test(core.name)) return [{ name: 'y', type: column(labelType(core)) }];
  if (VECTORIZER.test(core.name)) return [{ name: 'text', type: column('string') }];
  const count = widthOf(core);
  const needs = needsOf(core, count);
  const kinds = new Set(needs.flatMap((n) => (n === 'unused' ? [] : [n ?? 'float'])));
  const names = featureNames(core).length > 0 ? featureNames(core) : featureNames(e);
  if (kinds.size <= 1) {
    const dtype: DType = kinds.has('string') ? 'string' : 'float';
    return [{ name: 'X', type: tensorType(dtype, ['N', count > 0 ? count : null]) }];
  }
  return needs.map((n, i) => {
    const name = names[i] ?? `x${i}`;
    return n === 'unused' ? { name, type: column('float'), unused: true } : { name, type: column(n ?? 'float') };
  });
}

const column = (dtype: DType): ValueType => tensorType(dtype, ['N', 1]);

function labelType(e: Est): DType {
  const classes = e.nd('classes_');
  if (classes.isText) return 'string';
  return classes.dtype.kind === 'f' ? 'float' : 'int64';
}

/** The estimator that sees the input first. */
function unwrapped(e: Est): Est {
  if (e.name === 'Pipeline') {
    const steps = e.list('steps').map((s) => (Array.isArray(s) ? (s[1] ?? null) : null));
    const first = steps.find((s) => !isPassthrough(s));
    return first === undefined ? e : unwrapped(e.within(first, 'first step'));
  }
  for (const name of ['best_estimator_', 'estimator_', 'regressor_'])
    if (name === 'best_estimator_' ? e.has(name) : e.has(name) && !e.has('estimators_') && isWrapper(e))
      return unwrapped(e.est(name));
  return e;
}

const isWrapper = (e: Est) =>
  /^(TransformedTargetRegressor|TunedThresholdClassifierCV|FixedThresholdClassifier|FrozenEstimator)$/.test(e.name);

/** Number of columns an estimator takes; 0 where the file does not say. */
function widthOf(e: Est): number {
  if (e.has('n_features_in_')) return e.num('n_features_in_');
  for (const name of ['coef_', 'components_', 'support_vectors_', 'theta_', 'cluster_centers_', 'means_', '_fit_X']) {
    const dims = e.optionalArr(name)?.dims;
    if (dims && dims.length > 0) return dims[dims.length - 1]!;
  }
  for (const name of ['mean_', 'scale_', 'categories_', 'statistics_', 'center_', 'bin_edges_', 'lambdas_']) {
    const v = e.get(name);
    if (v instanceof NdArray) return v.shape[0] ?? 0;
    if (Array.isArray(v)) return v.length;
  }
  for (const name of ['n_features_', 'n_input_features_', '_n_features']) if (e.has(name)) return e.num(name);
  // Votes and chosen features see all columns, and do not say how many.
  const first =
    /^(Voting|Stacking|Bagging)/.test(e.name) && !e.has('estimators_features_') ? e.list('estimators_')[0] : undefined;
  if (first instanceof PyObject) return widthOf(unwrapped(e.within(first, 'first estimator')));
  return featureNames(e).length;
}

/** Per column what it must be. */
function needsOf(e: Est, count: number): Need[] {
  const none = () => Array.from({ length: count }, (): Need => null);
  if (e.name === 'Pipeline') {
    const known = e
      .list('steps')
      .map((s) => (Array.isArray(s) ? (s[1] ?? null) : null))
      .filter((s) => !isPassthrough(s));
    return known.length > 0
      ? pipelineNeeds(
          e,
          known.map((s) => e.within(s, 'step')),
          count,
        )
      : none();
  }
  if (e.name === 'ColumnTransformer') return branchNeeds(e, count);
  if (e.name === 'FeatureUnion') return unionNeeds(e, count);
  if (VECTORIZER.test(e.name)) return Array.from({ length: count }, (): Need => 'string');
  if (e.has('categories_'))
    return e.list('categories_').map((c) => (c instanceof NdArray && isTextCategories(c) ? 'string' : 'float'));
  if (e.has('statistics_'))
    return e
      .nd('statistics_')
      .values()
      .map((v) => (typeof v === 'string' ? 'string' : 'float'));
  if (e.has('_preprocessor') && e.name.startsWith('Hist')) return needsOf(e.est('_preprocessor'), count);
  return Array.from({ length: count }, (): Need => 'float');
}

/** Imputers of text do not say that they are until a later step encodes. */
function pipelineNeeds(e: Est, steps: readonly Est[], count: number): Need[] {
  const first = needsOf(steps[0]!, count);
  const width = first.length;
  if (steps.length === 1 || !/Imputer$/.test(steps[0]!.name)) return first;
  const next = needsOf(steps[1]!, width);
  return first.map((n, i) => (next[i] === 'string' && next.length === width ? 'string' : n));
}

function branchNeeds(e: Est, count: number): Need[] {
  const out = Array.from({ length: count }, (): Need => 'unused');
  for (const b of branches(e)) {
    const needs = isPassthrough(b.transformer) ? [] : ownNeeds(e.within(b.transformer, b.name), b.columns.length);
    b.columns.forEach((c, i) => (out[c] = joined(out[c]!, needs[i] ?? null)));
  }
  return out;
}

const ownNeeds = (e: Est, count: number): Need[] =>
  e.name === 'FunctionTransformer' && !e.has('func') ? [] : needsOf(e, count);

/** Of a column that two parts read. */
function joined(a: Need, b: Need): Need {
  if (a === 'unused') return b;
  return b === 'unused' ? a : (a ?? b);
}

function unionNeeds(e: Est, count: number): Need[] {
  const out = Array.from({ length: count }, (): Need => 'unused');
  for (const t of e.list('transformer_list')) {
    const est = Array.isArray(t) ? (t[1] ?? null) : null;
    if (est === 'drop') continue;
    const needs = isPassthrough(est) ? [] : needsOf(e.within(est, 'part'), count);
    out.forEach((n, i) => (out[i] = joined(n, needs[i] ?? null)));
  }
  return out;
}
