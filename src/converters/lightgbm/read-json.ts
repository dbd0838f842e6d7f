/** LightGBM's JSON dump (`Booster.dump_model`): trees nested as objects, categories as "5||6||18". */
import type { LinearLeaf } from '../../graph-model/builders/forest.ts';
import { quoted, type Failure } from '../containers/failure.ts';
import type { JsonCursor } from '../containers/json/json.ts';
import { MOST_COLUMNS, type LightgbmRecord } from './record.ts';
import { MISSING, type LightgbmSplit, type LightgbmTree } from './trees.ts';

export function readLightgbmJson(root: JsonCursor, failure: Failure): LightgbmRecord {
  const numClass = root.maybe('num_class')?.count(1 << 20) ?? 1;
  const trees = root.get('tree_info').items();
  if (!root.maybe('max_feature_idx')) failure.damaged('its start', 'max_feature_idx is missing');
  const pandas = root.maybe('pandas_categorical');
  return {
    version: root.maybe('version')?.text() ?? '',
    numClass,
    perIteration: Math.max(1, root.maybe('num_tree_per_iteration')?.count(1 << 20) ?? numClass),
    columns: root.get('max_feature_idx').count(MOST_COLUMNS) + 1,
    objective: root.maybe('objective')?.text() ?? null,
    averageOutput: root.maybe('average_output')?.flag() ?? false,
    featureNames: root.maybe('feature_names')?.texts() ?? [],
    featureInfos: [],
    trees: trees.map((t) => new TreeReader(t.get('tree_structure')).tree()),
    parameters: new Map(
      pandas?.isList() && pandas.items().length > 0 ? [['pandas_categorical', JSON.stringify(pandas.value)]] : [],
    ),
  };
}

interface DumpedLeaf {
  readonly value: number;
  readonly linear: LinearLeaf | null;
}

class TreeReader {
  private readonly splits: (LightgbmSplit | null)[] = [];
  private readonly leaves: DumpedLeaf[] = [];

  constructor(private readonly root: JsonCursor) {}

  /** Without recursion: JSON.parse reads deeper objects than the stack would follow. */
  tree(): LightgbmTree {
    const patches: ((node: number) => void)[] = [() => {}];
    const nodes: JsonCursor[] = [this.root];
    while (nodes.length > 0) {
      const at = nodes.pop()!;
      const tell = patches.pop()!;
      if (!at.maybe('split_index') && !at.maybe('split_feature')) {
        tell(~(this.leaves.push(leafOf(at)) - 1));
        continue;
      }
      const index = this.splits.push(null) - 1;
      tell(index);
      const split = { ...splitOf(at), left: 0, right: 0 };
      this.splits[index] = split;
      nodes.push(at.get('right_child'), at.get('left_child'));
      patches.push(
        (node) => (split.right = node),
        (node) => (split.left = node),
      );
    }
    const linear = this.leaves.some((l) => l.linear)
      ? { linear: this.leaves.map((l) => l.linear ?? { constant: l.value, columns: [], coefficients: [] }) }
      : {};
    return { splits: this.splits as LightgbmSplit[], leaves: this.leaves.map((l) => l.value), ...linear };
  }
}

function leafOf(at: JsonCursor): DumpedLeaf {
  const constant = at.maybe('leaf_const');
  const linear = constant
    ? {
        constant: constant.number(),
        columns: [...(at.maybe('leaf_features')?.numbers() ?? [])],
        coefficients: [...(at.maybe('leaf_coeff')?.numbers() ?? [])],
      }
    : null;
  if (linear && linear.columns.length !== linear.coefficients.length)
    at.fail('leaf_features and leaf_coeff differ in length');
  return { value: at.get('leaf_value').number(), linear };
}

function splitOf(at: JsonCursor): Omit<LightgbmSplit, 'left' | 'right'> {
  const type = at.get('decision_type').text();
  if (type !== '<=' && type !== '==') at.fail(`the decision type ${quoted(type)} is not known`);
  const missing = at.maybe('missing_type')?.text() ?? 'None';
  const threshold = at.get('threshold');
  return {
    feature: at.get('split_feature').number(),
    threshold: type === '<=' ? threshold.number() : null,
    ...(type === '==' ? { categories: categoriesOf(threshold) } : {}),
    missing: MISSING.find((m) => m === missing) ?? at.fail(`the missing type ${quoted(missing)} is not known`),
    defaultLeft: at.maybe('default_left')?.flag() ?? false,
    gain: at.maybe('split_gain')?.number() ?? 0,
  };
}

function categoriesOf(threshold: JsonCursor): number[] {
  if (typeof threshold.value === 'number') return [threshold.value];
  return threshold
    .text()
    .split('||')
    .filter((w) => w !== '')
    .map((w) => (Number.isInteger(Number(w)) ? Number(w) : threshold.fail(`the category ${quoted(w)} is no number`)));
}
