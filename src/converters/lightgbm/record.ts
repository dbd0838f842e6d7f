/** What both of LightGBM's files say, and the model that is made of it. */
import { forestAttributes } from '../../graph-model/builders/forest-attributes.ts';
import { headAttributes, headPorts, matrixInput, oneNodeModel } from '../../graph-model/builders/dialect-model.ts';
import { joinTrees, Views, type Forest } from '../../graph-model/builders/forest.ts';
import type { Head, Labels } from '../../graph-model/builders/heads.ts';
import type { Model } from '../../graph-model/core/model.ts';
import { diagnostic } from '../../graph-model/diagnostics.ts';
import type { JobContext } from '../../graph-model/job.ts';
import { quoted, type Failure } from '../containers/failure.ts';
import { wrappedHead, type WrapperTask } from '../wrapped.ts';
import { headOfObjective } from './objective.ts';
import { treePart, type LightgbmTree } from './trees.ts';

export interface LightgbmRecord {
  readonly version: string;
  readonly numClass: number;
  readonly perIteration: number;
  readonly columns: number;
  /** null: custom. */
  readonly objective: string | null;
  readonly averageOutput: boolean;
  readonly featureNames: readonly string[];
  readonly featureInfos: readonly string[];
  readonly trees: readonly LightgbmTree[];
  /** `boosting: dart`, … and the categories of pandas columns, as the file has them. */
  readonly parameters: ReadonlyMap<string, string>;
}

export interface BoosterOptions {
  /** What the wrapper is for, whatever the objective. */
  readonly task?: WrapperTask;
  /** Of a wrapper that knows them: string labels of an LGBMClassifier. */
  readonly labels?: Labels | null;
  /** Whether the estimator has a decision function, which estimators around it prefer to probabilities. */
  readonly hasDecision?: boolean;
  /** Use the trees of so many iterations alone: a Booster's `best_iteration`. */
  readonly iterations?: number;
}

export interface Booster {
  readonly forest: Forest;
  readonly head: Head;
  readonly hasDecision: boolean;
}

/** Columns or classes beyond this are damage: nobody trains so wide. */
export const MOST_COLUMNS = 1 << 24;

export function boosterOf(record: LightgbmRecord, options: BoosterOptions, failure: Failure, job: JobContext): Booster {
  const { perIteration, columns } = record;
  const known = headOfObjective(record.objective);
  if (!known) {
    const { format, file } = failure;
    job.report(diagnostic('classic.objective', { format, file, objective: quoted(record.objective) }));
  }
  const head: Head = known ?? { kind: 'regression', link: 'identity' };
  if (head.kind === 'binary' && perIteration !== 1)
    failure.damaged('its header', `a binary objective has one tree an iteration, not ${perIteration}`);
  const most = options.iterations ? options.iterations * perIteration : Infinity;
  const trees = record.trees.slice(0, most);
  const views = new Views(columns);
  const parts = trees.map((t, i) => treePart(t, i % perIteration, views, columns));
  const iterations = Math.max(1, trees.length / perIteration);
  const scale = record.averageOutput ? 1 / iterations : 1;
  const fail = (why: string) => failure.damaged('its trees', why);
  const forest = joinTrees({ columns, outputs: perIteration, scale, views }, parts, fail);
  const wrapped = wrappedHead(head, taskOf(record, options), perIteration, options.labels ?? null);
  return { forest, head: wrapped, hasDecision: options.hasDecision ?? false };
}

/** With an objective of one's own, estimators answer raw scores. */
function taskOf({ objective }: LightgbmRecord, { task }: BoosterOptions): WrapperTask {
  return task && /^(custom|none)?$/.test(objective?.trim() ?? '') ? 'regressor' : (task ?? null);
}

export function lightgbmModel(
  record: LightgbmRecord,
  { forest, head, hasDecision }: Booster,
  file: string,
  size: number,
): Model {
  const { parameters } = record;
  return oneNodeModel({
    format: 'lightgbm',
    op: 'Booster',
    producer: 'LightGBM',
    version: record.version,
    fileName: file,
    size,
    inputs: [matrixInput(record.columns)],
    outputs: headPorts(head, forest.outputs),
    attributes: {
      objective: record.objective ?? 'custom',
      boosting: parameters.get('boosting') ?? (record.averageOutput ? 'rf' : 'gbdt'),
      num_class: record.numClass,
      num_trees: forest.roots.length,
      num_leaves: forest.leaves.length,
      num_tree_per_iteration: record.perIteration,
      average_output: record.averageOutput,
      decision_function: hasDecision ? true : undefined,
      linear_tree: forest.linear !== null,
      feature_names: record.featureNames,
      feature_infos: record.featureInfos,
      ...headAttributes(head),
    },
    more: forestAttributes(forest),
    metadata: new Map(parameters),
  });
}
