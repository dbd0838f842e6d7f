/** CatBoost's trees as a forest over its columns. */
import { joinTrees, RULE, type Forest, type TreePart } from '../../graph-model/builders/forest.ts';
import type { Failure } from '../containers/failure.ts';
import { Refused, type Columns } from './columns.ts';
import {
  DEEPEST_OBLIVIOUS,
  type CatboostRecord,
  type CatboostSplit,
  type FreeTree,
  type ObliviousTree,
} from './record.ts';

export interface ForestOrReason {
  readonly forest: Forest;
  /** Why the model cannot be converted; its forest is then empty. */
  readonly refused: string | null;
}

/** Leaves of all trees together: beyond this a symmetric forest is not spread out. */
const MOST_LEAVES = 30_000_000;

export function catboostForest(record: CatboostRecord, columns: Columns, failure: Failure): ForestOrReason {
  const { dimension, scale, bias } = record;
  const head = () => ({ columns: columns.count, outputs: dimension, width: dimension, scale, base: bias });
  const fail = (why: string) => failure.damaged('its trees', why);
  try {
    if (spread(record) > MOST_LEAVES) throw new Refused(`its symmetric trees have ${spread(record)} leaves`);
    const parts = record.trees.map((t, i) => treePart(t, dimension, columns, (why) => fail(`tree ${i} ${why}`)));
    return { forest: joinTrees(head(), parts, fail), refused: null };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return { forest: joinTrees(head(), [], fail), refused: error.message };
  }
}

function spread({ trees }: CatboostRecord): number {
  return trees.reduce((sum, t) => sum + ('nodes' in t ? t.nodes.length : 2 ** t.splits.length), 0);
}

/** A split's test with "holds" on the right: x above the border, or the category is the one. */
interface Test {
  readonly view: number;
  readonly rule: number;
  readonly threshold: number;
  readonly categories?: readonly number[];
  readonly nanHolds: boolean;
}

function testOf(split: CatboostSplit, record: Columns, nanAbove: (feature: number) => boolean): Test {
  switch (split.kind) {
    case 'float': {
      const { feature, border } = split;
      return { view: record.float(feature), rule: RULE.lessOrEqual, threshold: border, nanHolds: nanAbove(feature) };
    }
    case 'ctr':
      return { view: record.ctr(split.ctr), rule: RULE.lessOrEqual, threshold: split.border, nanHolds: false };
    case 'oneHot': {
      const categories = record.withHash(split.cat, split.value);
      return { view: record.category(split.cat), rule: RULE.member, threshold: 0, categories, nanHolds: false };
    }
    case 'unknown':
      throw new Refused(`its splits read ${split.what}`);
  }
}

class PartBuilder {
  private readonly view: number[] = [];
  private readonly rule: number[] = [];
  private readonly threshold: number[] = [];
  private readonly nanLeft: number[] = [];
  private readonly left: number[] = [];
  private readonly right: number[] = [];
  private readonly sets: (readonly number[])[] = [];

  add(test: Test, fails: number, holds: number): void {
    const member = test.rule === RULE.member;
    this.view.push(test.view);
    this.rule.push(test.rule);
    this.threshold.push(member ? this.sets.push(test.categories!) - 1 : test.threshold);
    // A member of the set goes left; a value above the border goes right.
    this.nanLeft.push(test.nanHolds === member ? 1 : 0);
    this.left.push(member ? holds : fails);
    this.right.push(member ? fails : holds);
  }

  part(leaves: ArrayLike<number>): TreePart {
    const { view, rule, threshold, nanLeft, left, right, sets } = this;
    return { target: 0, view, rule, threshold, nanLeft, left, right, sets, leaves };
  }
}

function treePart(
  tree: ObliviousTree | FreeTree,
  dimension: number,
  columns: Columns,
  fail: (why: string) => never,
): TreePart {
  const test = (s: CatboostSplit) => testOf(s, columns, (f) => columns.nanAbove(f));
  const out = new PartBuilder();
  if ('nodes' in tree) for (const n of tree.nodes) out.add(test(n.split), n.left, n.right);
  else spreadOblivious(tree, dimension, out, test, fail);
  return out.part(tree.leaves);
}

/** The root tests the last split, the highest bit of the leaf's number, so that leaves lie in order. */
function spreadOblivious(
  { splits, leaves }: ObliviousTree,
  dimension: number,
  out: PartBuilder,
  test: (s: CatboostSplit) => Test,
  fail: (why: string) => never,
): void {
  const depth = splits.length;
  if (depth > DEEPEST_OBLIVIOUS) throw new Refused(`a symmetric tree is ${depth} deep`);
  if (leaves.length !== 2 ** depth * dimension) fail(`has ${leaves.length / dimension} leaves and ${depth} splits`);
  const tests = splits.map(test).reverse();
  tests.forEach((t, level) => {
    const next = (prefix: number) => (level + 1 < depth ? 2 ** (level + 1) - 1 + prefix : ~prefix);
    for (let prefix = 0; prefix < 2 ** level; prefix++) out.add(t, next(2 * prefix), next(2 * prefix + 1));
  });
}
