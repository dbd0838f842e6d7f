/** What all of XGBoost's files say, and the model that is made of it. */
import { forestAttributes } from '../../graph-model/builders/forest-attributes.ts';
import { headAttributes, headPorts, matrixInput, oneNodeModel } from '../../graph-model/builders/dialect-model.ts';
import { joinTrees, Views } from '../../graph-model/builders/forest.ts';
import type { Head, Labels } from '../../graph-model/builders/heads.ts';
import { float, type Attribute } from '../../graph-model/core/attributes.ts';
import type { Model } from '../../graph-model/core/model.ts';
import { tensorOf } from '../../graph-model/core/tensor.ts';
import { diagnostic } from '../../graph-model/diagnostics.ts';
import type { JobContext } from '../../graph-model/job.ts';
import { quoted, type Failure } from '../containers/failure.ts';
import { wrappedHead, type WrapperTask } from '../wrapped.ts';
import { baseMargin, headOfObjective } from './objective.ts';
import { treePart, type XgboostTree } from './trees.ts';

export const BOOSTERS = ['gbtree', 'dart', 'gblinear'] as const;

export interface XgboostRecord {
  readonly version: string;
  readonly objective: string;
  readonly booster: (typeof BOOSTERS)[number];
  readonly columns: number;
  /** Margins for each row: classes, targets, or 1. */
  readonly outputs: number;
  /** As the file has it: one number, or one for each output. */
  readonly baseScore: readonly number[];
  /** Files before 1.0 hold the margin itself. */
  readonly baseIsMargin: boolean;
  readonly trees: readonly XgboostTree[];
  /** The output of each tree. */
  readonly treeInfo: ArrayLike<number>;
  /** The trees that one round of boosting adds. */
  readonly perIteration: number;
  /** dart: what each tree's leaves are multiplied by. */
  readonly treeWeights: ArrayLike<number> | null;
  /** gblinear: [columns + 1, outputs], the last row the biases. */
  readonly weights: ArrayLike<number> | null;
  readonly featureNames: readonly string[];
  readonly featureTypes: readonly string[];
  readonly attributes: ReadonlyMap<string, string>;
}

export interface BoosterOptions {
  /** What the wrapper is for, whatever the objective. */
  readonly task?: WrapperTask;
  /** Of a wrapper that knows them: the classes of an XGBClassifier. */
  readonly labels?: Labels | null;
  /** What stands for a missing value beside NaN. */
  readonly missing?: number;
  /** Whether predictions stop at `best_iteration`, as those of the scikit-learn wrappers do. */
  readonly stopAtBest?: boolean;
}

export const MOST_COLUMNS = 1 << 26;

export function xgboostModel(
  record: XgboostRecord,
  options: BoosterOptions,
  file: { readonly name: string; readonly size: number },
  failure: Failure,
  job: JobContext,
): Model {
  const head = headOf(record, options, failure, job);
  const { outputs } = record;
  const body = record.weights ? linearAttributes(record, failure) : treeAttributes(record, options, failure);
  return oneNodeModel({
    format: 'xgboost',
    op: 'Booster',
    producer: 'XGBoost',
    version: record.version,
    fileName: file.name,
    size: file.size,
    inputs: [matrixInput(record.columns)],
    outputs: headPorts(head, outputs),
    attributes: {
      objective: record.objective,
      booster: record.booster,
      base_score: float(record.baseScore[0]!),
      missing: options.missing === undefined ? undefined : float(options.missing),
      num_trees: record.trees.length,
      num_outputs: outputs,
      feature_names: record.featureNames,
      feature_types: record.featureTypes,
      ...headAttributes(head),
    },
    more: body,
    metadata: record.attributes,
  });
}

function headOf(record: XgboostRecord, options: BoosterOptions, failure: Failure, job: JobContext): Head {
  const known = headOfObjective(record.objective);
  if (!known) {
    const { format, file } = failure;
    job.report(diagnostic('classic.objective', { format, file, objective: quoted(record.objective) }));
  }
  const head: Head = known ?? { kind: 'regression', link: 'identity' };
  // Several targets with a logistic objective are labels of their own: probabilities without a choice among them.
  if (record.outputs > 1 && head.kind !== 'multiclass')
    return {
      kind: options.task === 'classifier' ? 'multilabel' : 'regression',
      link: head.link,
      decideBy: 'probability',
    };
  return wrappedHead(head, options.task ?? null, record.outputs, options.labels ?? null);
}

/** In margin space, one for each output. */
function baseOf({ baseScore, baseIsMargin, outputs, objective }: XgboostRecord, failure: Failure): number[] {
  if (baseScore.length !== 1 && baseScore.length !== outputs)
    failure.damaged('base_score', `it has ${baseScore.length} numbers for ${outputs} outputs`);
  return Array.from({ length: outputs }, (_, k) => {
    const score = baseScore[baseScore.length === 1 ? 0 : k]!;
    return baseIsMargin ? score : baseMargin(objective, score);
  });
}

function treeAttributes(record: XgboostRecord, options: BoosterOptions, failure: Failure): [string, Attribute][] {
  const { columns, outputs } = record;
  const width = record.trees[0]?.width ?? 1;
  if (width !== 1 && width !== outputs) failure.damaged('size_leaf_vector', `it is ${width} for ${outputs} outputs`);
  const trees = record.trees.slice(0, treesInUse(record, options));
  const views = new Views(columns);
  const parts = trees.map((tree, i) => {
    const target = record.treeInfo[i] ?? 0;
    if (!(target >= 0 && target < outputs)) failure.damaged(`tree_info[${i}]`, `the output ${target} does not exist`);
    if (tree.width !== width) failure.damaged(`tree ${i}`, `its leaves have ${tree.width} values, others ${width}`);
    return treePart(tree, width === 1 ? target : 0, record.treeWeights?.[i] ?? 1, views, columns);
  });
  const fail = (why: string) => failure.damaged('its trees', why);
  const base = baseOf(record, failure);
  return forestAttributes(joinTrees({ columns, outputs, width, base, views }, parts, fail));
}

/** A model that a scikit-learn wrapper saved, stopped early, predicts with the rounds up to the best one. */
function treesInUse(record: XgboostRecord, options: BoosterOptions): number {
  const best = record.attributes.get('best_iteration');
  const wrapped = options.stopAtBest ?? record.attributes.has('scikit_learn');
  if (best === undefined || !wrapped || !/^\d+$/.test(best)) return record.trees.length;
  return (Number(best) + 1) * record.perIteration;
}

function linearAttributes(record: XgboostRecord, failure: Failure): [string, Attribute][] {
  const { columns, outputs } = record;
  const weights = Float32Array.from(record.weights!);
  if (weights.length !== (columns + 1) * outputs)
    failure.damaged('its weights', `there are ${weights.length} for ${columns} columns and ${outputs} outputs`);
  // Linear boosters add the first class's to all of them (gblinear.cc, PredictBatchInternal).
  const base = new Float32Array(outputs).fill(baseOf(record, failure)[0]!);
  const tensor = (values: Float32Array, dims: number[]): Attribute => ({
    kind: 'tensor',
    value: tensorOf({ dtype: 'float', dims, values }),
  });
  return [
    ['weights', tensor(weights, [columns + 1, outputs])],
    ['base_margin', tensor(base, [outputs])],
  ];
}
