/** XGBoost's JSON and UBJSON documents (doc/model.schema); both read into the same tree of values. */
import type { JsonCursor } from '../containers/json/json.ts';
import { quoted } from '../containers/failure.ts';
import { BOOSTERS, MOST_COLUMNS, type XgboostRecord } from './record.ts';
import type { XgboostTree } from './trees.ts';

export function readXgboostDocument(document: JsonCursor): XgboostRecord {
  // A pickled Booster holds the model beside its configuration.
  const root = document.maybe('Model') ?? document;
  const learner = root.get('learner');
  const param = learner.get('learner_model_param');
  const gradient = learner.get('gradient_booster');
  const name = gradient.get('name').text();
  const booster = BOOSTERS.find((b) => b === name) ?? gradient.fail(`the booster ${quoted(name)} is not known`);
  const classes = param.maybe('num_class')?.count(MOST_COLUMNS) ?? 0;
  const targets = param.maybe('num_target')?.count(MOST_COLUMNS) ?? 1;
  const outputs = Math.max(classes, targets, 1);
  const attributes = learner.maybe('attributes');
  return {
    version: root.maybe('version')?.numbers().join('.') ?? '',
    objective: learner.get('objective').get('name').text(),
    booster,
    columns: param.get('num_feature').count(MOST_COLUMNS),
    outputs,
    baseScore: baseScores(param.get('base_score')),
    baseIsMargin: false,
    featureNames: learner.maybe('feature_names')?.texts() ?? [],
    featureTypes: learner.maybe('feature_types')?.texts() ?? [],
    attributes: new Map((attributes?.keys() ?? []).map((k) => [k, String(attributes!.maybe(k)?.value ?? '')])),
    ...(booster === 'gblinear'
      ? linear(gradient.get('model'))
      : trees(gradient, outputs, parallelTrees(document, learner))),
  };
}

/** "5E-1", or since 3.1 "[4.02E-1]" with one number for each output. */
function baseScores(at: JsonCursor): number[] {
  if (at.isList()) return [...at.numbers()];
  if (typeof at.value === 'number') return [at.value];
  const words = at
    .text()
    .replace(/^\[|\]$/g, '')
    .split(',');
  return words.map((w) => {
    const n = Number(w);
    return w.trim() === '' || Number.isNaN(n) ? at.fail(`${quoted(w)} is not a number`) : n;
  });
}

type Body = Pick<XgboostRecord, 'trees' | 'treeInfo' | 'perIteration' | 'treeWeights' | 'weights'>;

function linear(model: JsonCursor): Body {
  return { trees: [], treeInfo: [], perIteration: 1, treeWeights: null, weights: model.get('weights').numbers() };
}

/** Trees for each output in a round of boosting. Models of 1.0 to 1.5 do not say it: their configuration or best round does. */
function parallelTrees(document: JsonCursor, learner: JsonCursor): number {
  const booster = (at: JsonCursor | null | undefined) => {
    const gradient = at?.maybe('gradient_booster');
    return gradient?.maybe('gbtree') ?? gradient;
  };
  const own = booster(learner)?.maybe('model')?.maybe('gbtree_model_param')?.maybe('num_parallel_tree');
  const config = booster(document.maybe('Config')?.maybe('learner'))?.maybe('gbtree_train_param');
  const said = own ?? config?.maybe('num_parallel_tree');
  if (said) return said.count();
  const attributes = learner.maybe('attributes');
  const [limit, best] = ['best_ntree_limit', 'best_iteration'].map((k) => Number(attributes?.maybe(k)?.value ?? NaN));
  const parallel = limit! / (best! + 1);
  return Number.isInteger(parallel) && parallel > 0 ? parallel : 1;
}

function trees(gradient: JsonCursor, outputs: number, parallel: number): Body {
  const model = (gradient.maybe('gbtree') ?? gradient).get('model');
  const list = model.get('trees').items().map(readTree);
  const weights = gradient.maybe('weight_drop')?.numbers() ?? null;
  if (weights && weights.length !== list.length)
    gradient.fail(`weight_drop has ${weights.length} numbers for ${list.length} trees`);
  const treeInfo = model.get('tree_info').numbers();
  if (treeInfo.length !== list.length) model.fail(`tree_info has ${treeInfo.length} entries for ${list.length} trees`);
  const perIteration = Math.max(1, parallel) * ((list[0]?.width ?? 1) > 1 ? 1 : outputs);
  return { trees: list, treeInfo, perIteration, treeWeights: weights, weights: null };
}

function readTree(at: JsonCursor): XgboostTree {
  const list = (key: string) => at.get(key).numbers();
  const [left, right, column, condition] = [
    list('left_children'),
    list('right_children'),
    list('split_indices'),
    list('split_conditions'),
  ];
  const defaultLeft = list('default_left');
  const nodes = left.length;
  if (nodes === 0) at.fail('the tree has no nodes');
  if ([right, column, condition, defaultLeft].some((l) => l.length !== nodes)) at.fail('its lists differ in length');
  const width = Math.max(1, at.maybe('tree_param')?.maybe('size_leaf_vector')?.count() ?? 1);
  return {
    left,
    right,
    column,
    condition,
    defaultLeft,
    gain: at.maybe('loss_changes')?.numbers() ?? [],
    categories: categories(at),
    width,
    vector: width > 1 ? vectors(at, width, right) : null,
  };
}

/** Segments of one list, each belonging to a node. */
function categories(at: JsonCursor): Map<number, readonly number[]> {
  const nodes = at.maybe('categories_nodes')?.numbers() ?? new Float64Array(0);
  if (nodes.length === 0) return new Map();
  const [values, begins, sizes] = [
    at.get('categories').numbers(),
    at.get('categories_segments').numbers(),
    at.get('categories_sizes').numbers(),
  ];
  if (begins.length !== nodes.length || sizes.length !== nodes.length)
    at.fail('its lists of categories differ in length');
  return new Map(
    Array.from(nodes, (node, i) => {
      const [begin, end] = [begins[i]!, begins[i]! + sizes[i]!];
      if (!(begin >= 0 && end >= begin && end <= values.length)) at.fail(`the categories of node ${node} do not exist`);
      return [node, [...values.subarray(begin, end)]];
    }),
  );
}

/** Since 3.1 a leaf's right child is its index in `leaf_weights`; before, `base_weights` has a vector for every node. */
function vectors(at: JsonCursor, width: number, right: Float64Array): XgboostTree['vector'] {
  const own = at.maybe('leaf_weights')?.numbers();
  const values = own ?? at.get('base_weights').numbers();
  return (node) => {
    const begin = (own ? right[node]! : node) * width;
    if (!(begin >= 0 && begin + width <= values.length)) at.fail(`the leaf ${node} has no values`);
    return values.subarray(begin, begin + width);
  };
}
