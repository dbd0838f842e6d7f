/** CatBoost's binary model: `CBM1`, a length, and a flatbuffer (catboost/libs/model/flatbuffers/model.fbs and features.fbs). */
import type { Failure } from '../containers/failure.ts';
import { FlatTable } from '../containers/flatbuffers/flat-table.ts';
import { parseJson } from '../containers/json/json.ts';
import { infoOf } from './info.ts';
import {
  DEEPEST_OBLIVIOUS,
  MOST_COLUMNS,
  type CatboostRecord,
  type CatboostSplit,
  type FreeTree,
  type ObliviousTree,
} from './record.ts';

/** Field numbers. */
const CORE = { trees: 1, info: 2 } as const;
const TREES = {
  dimension: 0,
  splits: 1,
  sizes: 2,
  cats: 4,
  floats: 5,
  oneHots: 6,
  ctrs: 7,
  leaves: 8,
  steps: 10,
  leafOfNode: 11,
  texts: 12,
  estimated: 13,
  scale: 14,
  bias: 15,
  biases: 16,
  embeddings: 18,
} as const;
const FEATURE = { index: 1, flat: 2, borders: 3, id: 4, nan: 5 } as const;
const CAT = { flat: 1, id: 2 } as const;
const ONE_HOT = { index: 0, values: 1, strings: 2 } as const;
const CTR_BORDERS = 1;
const NAN_AS_TRUE = 2;

export function readCbm(bytes: Uint8Array, failure: Failure): CatboostRecord {
  const length = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(4, true);
  if (length > bytes.length - 8) failure.truncated(`its core has ${length} bytes and ${bytes.length - 8} are there`);
  const core = FlatTable.root(bytes.subarray(8, 8 + length), failure);
  const trees = core.table(CORE.trees) ?? failure.damaged('its core', 'it holds no trees');
  const dimension = trees.int(TREES.dimension, 1);
  if (!(dimension >= 1 && dimension <= MOST_COLUMNS)) failure.damaged('its trees', `they have ${dimension} outputs`);
  const flat = (n: number) =>
    n >= 0 && n <= MOST_COLUMNS ? n : failure.damaged('its features', `one has the column ${n}`);
  const info = new Map(core.tables(CORE.info).map((t) => [t.text(0) ?? '', t.text(1) ?? '']));
  const json = (key: string) => (info.has(key) ? parseJson(info.get(key)!, failure) : null);
  const threshold = info.has('binclass_probability_threshold')
    ? Number(info.get('binclass_probability_threshold'))
    : null;
  const biases = [...trees.doubles(TREES.biases)];
  const plain = trees.double(TREES.bias, 0);
  const floats = trees.tables(TREES.floats).map((f) => ({
    flat: flat(f.int(FEATURE.flat, -1)),
    name: f.text(FEATURE.id) ?? '',
    borders: f.floats(FEATURE.borders),
    nanAbove: f.byte(FEATURE.nan, 0) === NAN_AS_TRUE,
  }));
  return {
    version: info.get('catboost_version_info')?.match(/tags\/v([\d.]+)/)?.[1] ?? '',
    dimension,
    scale: trees.double(TREES.scale, 1),
    bias: Array.from({ length: dimension }, (_, k) => biases[k] ?? (biases.length === 0 ? plain : 0)),
    floats,
    cats: trees.tables(TREES.cats).map((c) => ({ flat: flat(c.int(CAT.flat, -1)), name: c.text(CAT.id) ?? '' })),
    ctrs: [],
    others: [TREES.texts, TREES.embeddings, TREES.estimated].reduce((n, f) => n + trees.tables(f).length, 0),
    trees: treesOf(trees, splitsOf(trees), dimension, failure),
    strings: stringsOf(trees),
    ...infoOf(json('params'), json('class_params'), threshold),
  };
}

/** One-hot features may carry the strings that their values are hashes of. */
function stringsOf(trees: FlatTable): Map<number, string[]> {
  const out = new Map<number, string[]>();
  for (const f of trees.tables(TREES.oneHots)) {
    const values = f.ints(ONE_HOT.values);
    f.texts(ONE_HOT.strings).forEach((text, i) => i < values.length && out.set(values[i]! >>> 0, [text]));
  }
  return out;
}

/** Every split by its number: the borders of floats, the values of one-hots, the borders of statistics. */
function splitsOf(trees: FlatTable): CatboostSplit[] {
  const out: CatboostSplit[] = [];
  trees.tables(TREES.floats).forEach((f, feature) => {
    for (const border of f.floats(FEATURE.borders)) out.push({ kind: 'float', feature, border });
  });
  for (const f of trees.tables(TREES.oneHots)) {
    const cat = f.int(ONE_HOT.index, -1);
    for (const value of f.ints(ONE_HOT.values)) out.push({ kind: 'oneHot', cat, value });
  }
  const what = 'target statistics (CTR), whose categories a .cbm file keeps as hashes alone';
  for (const f of trees.tables(TREES.ctrs)) for (const _ of f.floats(CTR_BORDERS)) out.push({ kind: 'unknown', what });
  return out;
}

const OUTSIDE: CatboostSplit = { kind: 'unknown', what: 'features of text or embeddings' };

function treesOf(
  table: FlatTable,
  splits: readonly CatboostSplit[],
  dimension: number,
  failure: Failure,
): (ObliviousTree | FreeTree)[] {
  const [used, sizes, leaves] = [table.ints(TREES.splits), table.ints(TREES.sizes), table.doubles(TREES.leaves)];
  const steps = table.shortPairs(TREES.steps);
  const leafOfNode = table.ints(TREES.leafOfNode);
  const nodes = { steps, leafOfNode, splits, used, leaves, dimension };
  let [begin, leaf] = [0, 0];
  return Array.from(sizes, (size, i) => {
    if (!(size >= 0 && begin + size <= used.length)) failure.damaged(`tree ${i}`, `it has ${size} splits`);
    const at = begin;
    begin += size;
    if (steps.length > 0) return new FreeTreeReader(nodes, at, size, (why) => failure.damaged(`tree ${i}`, why)).tree();
    if (size > DEEPEST_OBLIVIOUS) failure.refused(`tree ${i} has ${2 ** size} leaves`);
    const end = leaf + 2 ** size * dimension;
    if (end > leaves.length) failure.damaged(`tree ${i}`, 'its leaves are missing');
    const own = Array.from(used.subarray(at, at + size), (s) => splits[s] ?? OUTSIDE);
    const tree = { splits: own, leaves: leaves.subarray(leaf, end) };
    leaf = end;
    return tree;
  });
}

interface Nodes {
  /** For each node how far its left and right children are; 0: the node itself is the leaf. */
  readonly steps: Uint16Array;
  readonly leafOfNode: Int32Array;
  readonly splits: readonly CatboostSplit[];
  readonly used: Int32Array;
  readonly leaves: Float64Array;
  readonly dimension: number;
}

class FreeTreeReader {
  private readonly nodes: { split: CatboostSplit; left: number; right: number }[] = [];
  private readonly values: number[] = [];

  constructor(
    private readonly all: Nodes,
    private readonly root: number,
    private readonly size: number,
    private readonly fail: (why: string) => never,
  ) {}

  tree(): FreeTree {
    if (this.size === 0) this.fail('it has no nodes');
    const work: [node: number, tell: (child: number) => void][] = [[this.root, () => {}]];
    while (work.length > 0) {
      const [at, tell] = work.pop()!;
      if (at >= this.root + this.size) this.fail(`node ${at - this.root} does not exist`);
      if (this.nodes.length > this.size) this.fail('its nodes go in a circle');
      const { steps, splits, used } = this.all;
      const [left, right] = [steps[2 * at] ?? 0, steps[2 * at + 1] ?? 0];
      if (left === 0 && right === 0) {
        tell(this.leaf(at));
        continue;
      }
      const node = { split: splits[used[at]!] ?? OUTSIDE, left: 0, right: 0 };
      tell(this.nodes.push(node) - 1);
      if (left === 0) node.left = this.leaf(at);
      else work.push([at + left, (c) => (node.left = c)]);
      if (right === 0) node.right = this.leaf(at);
      else work.push([at + right, (c) => (node.right = c)]);
    }
    return { nodes: this.nodes, leaves: this.values };
  }

  private leaf(at: number): number {
    const { leafOfNode, leaves, dimension } = this.all;
    const first = leafOfNode[at] ?? -1;
    if (first < 0 || first + dimension > leaves.length) this.fail(`node ${at - this.root} has no leaf`);
    this.values.push(...leaves.subarray(first, first + dimension));
    return ~(this.values.length / dimension - 1);
  }
}
