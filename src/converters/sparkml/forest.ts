/** The trees of a saved model as flat lists, read from rows and kept on the node as tensors. */
import { attribute } from '../../graph-model/core/attributes.ts';
import type { Metadata, ModelFolder } from './folder.ts';
import { record } from './folder.ts';
import { doubles, wholes, type Params } from './params.ts';
import type { ParquetRow } from '../containers/parquet/parquet.ts';
import type { Attributes } from './stage.ts';
import { damaged, numberOf, numbersOf } from './values.ts';

export interface Forest {
  /** [trees + 1]: where the nodes of each tree begin; the first is its root. */
  readonly offsets: Float64Array;
  readonly treeWeights: Float64Array;
  /** Children by their place within the tree, -1 in a leaf. */
  readonly left: Float64Array;
  readonly right: Float64Array;
  readonly feature: Float64Array;
  /** Left where x <= threshold. */
  readonly threshold: Float64Array;
  /** Categories of the feature where the split is by category, else -1. */
  readonly categoryCount: Float64Array;
  /** [nodes + 1] into `categories`: those that go left. */
  readonly categoryOffsets: Float64Array;
  readonly categories: Float64Array;
  readonly prediction: Float64Array;
  /** [nodes × classes]: how many rows of each class a node saw; empty for regression. */
  readonly stats: Float64Array;
  readonly classes: number;
}

interface Row {
  readonly id: number;
  readonly node: Readonly<Record<string, unknown>>;
}

/** One tree: its nodes are the rows. */
export async function treeData(folder: ModelFolder, metadata: Metadata): Promise<Attributes> {
  const rows = toRows(await folder.rows('data', metadata.uid), metadata.uid);
  const impurity = rows.map((r) => numberOf(r.node['impurity'] ?? 0, `${metadata.uid}.impurity`));
  return { ...forestAttributes([rows], [1], metadata), impurity: doubles(impurity) };
}

/** Several trees: `treeID` and `nodeData` in each row, weights in a table of their own. */
export async function forestData(folder: ModelFolder, metadata: Metadata): Promise<Attributes> {
  const { uid } = metadata;
  const trees: ParquetRow[][] = [];
  for (const row of await folder.rows('data', uid)) {
    const id = numberOf(row['treeID'] ?? row['_1'], `${uid}.treeID`);
    if (!Number.isInteger(id) || id < 0 || id > 1e6) damaged(`${uid}.treeID`, `${id} is no number of a tree`);
    (trees[id] ??= []).push(record(row['nodeData'] ?? row['_2']));
  }
  const weights = new Array<number>(trees.length).fill(1);
  for (const row of await folder.rows('treesMetadata', uid)) {
    const id = numberOf(row['treeID'] ?? row['_1'], `${uid}.treesMetadata`);
    weights[id] = numberOf(row['weights'] ?? row['_3'] ?? 1, `${uid}.weights`);
  }
  const all = Array.from(trees, (t) => t ?? damaged(`${uid}.treeID`, 'a tree is missing'));
  if (weights.length !== all.length) damaged(`${uid}.treesMetadata`, 'it lists other trees than the data');
  return forestAttributes(
    all.map((t) => toRows(t, uid)),
    weights,
    metadata,
  );
}

function toRows(rows: readonly ParquetRow[], where: string): Row[] {
  const out = rows.map((node) => ({ id: numberOf(node['id'], `${where}.id`), node }));
  return out.sort((a, b) => a.id - b.id);
}

function forestAttributes(trees: readonly Row[][], weights: readonly number[], { uid, json }: Metadata): Attributes {
  const offsets = [0];
  for (const t of trees) offsets.push(offsets.at(-1)! + t.length);
  const nodes = trees.flat();
  const classes = Number(json['numClasses'] ?? 0);
  const field = (name: string) => Float64Array.from(nodes, (r) => numberOf(r.node[name], `${uid}.${name}`));
  const splits = nodes.map((r) => record(r.node['split']));
  const sets = splits.map((s) => numbersOf(s['leftCategoriesOrThreshold'] ?? [], `${uid}.split`));
  const counts = splits.map((s) => numberOf(s['numCategories'] ?? -1, `${uid}.numCategories`));
  const chosen = sets.map((s, i) => (counts[i]! >= 0 ? s : []));
  const categoryOffsets = [0];
  for (const s of chosen) categoryOffsets.push(categoryOffsets.at(-1)! + s.length);
  const children = (name: string) => trees.flatMap((t) => places(t, name, uid));
  const stats = classes > 0 ? nodes.flatMap((r) => classCounts(r.node['impurityStats'], classes, uid)) : [];
  const out: Record<string, Attributes[string]> = {
    numFeatures: attribute(Number(json['numFeatures'] ?? 0)),
    numClasses: attribute(classes),
    offsets: wholes(offsets),
    treeWeights: doubles(weights),
    left: wholes(children('leftChild')),
    right: wholes(children('rightChild')),
    feature: wholes(splits.map((s) => numberOf(s['featureIndex'] ?? -1, `${uid}.featureIndex`))),
    threshold: doubles(sets.map((s, i) => (counts[i]! < 0 ? (s[0] ?? 0) : 0))),
    categoryCount: wholes(counts),
    categoryOffsets: wholes(categoryOffsets),
    categories: doubles(chosen.flat()),
    prediction: doubles(field('prediction')),
    gain: doubles(field('gain')),
  };
  return classes > 0 ? { ...out, stats: doubles(stats, [nodes.length, classes]) } : out;
}

function classCounts(value: unknown, classes: number, where: string): number[] {
  const list = numbersOf(value, `${where}.impurityStats`);
  return list.length === classes ? list : damaged(`${where}.impurityStats`, `${classes} counts are wanted`);
}

/** Children by place: ids of nodes are places already where no row is missing. */
function places(rows: readonly Row[], name: string, where: string): number[] {
  const place = new Map(rows.map((r, i) => [r.id, i]));
  return rows.map((r) => {
    const id = numberOf(r.node[name], `${where}.${name}`);
    return id < 0 ? -1 : (place.get(id) ?? damaged(`${where}.${name}`, `node ${id} does not exist`));
  });
}

export function forestOf(p: Params): Forest {
  const offsets = p.learned('offsets');
  const nodes = offsets.at(-1)!;
  const classes = p.number('numClasses', 0);
  const forest: Forest = {
    offsets,
    treeWeights: p.sized('treeWeights', offsets.length - 1),
    left: p.sized('left', nodes),
    right: p.sized('right', nodes),
    feature: p.sized('feature', nodes),
    threshold: p.sized('threshold', nodes),
    categoryCount: p.sized('categoryCount', nodes),
    categoryOffsets: p.sized('categoryOffsets', nodes + 1),
    categories: p.learned('categories'),
    prediction: p.sized('prediction', nodes),
    stats: classes > 0 ? p.sized('stats', nodes * classes) : new Float64Array(),
    classes,
  };
  for (let t = 0; t < offsets.length - 1; t++) checkTree(forest, t, p.number('numFeatures', 0));
  return forest;
}

/** Every node but the root has one parent, so that a walk ends. */
function checkTree(f: Forest, tree: number, features: number): void {
  const begin = f.offsets[tree]!;
  const size = f.offsets[tree + 1]! - begin;
  const where = `tree ${tree}`;
  if (size < 1) damaged(where, 'it has no nodes');
  const seen = new Uint8Array(size);
  const stack = [0];
  while (stack.length > 0) {
    const at = stack.pop()!;
    if (!(at >= 0 && at < size) || seen[at]) damaged(where, `node ${at} is reached twice, or does not exist`);
    seen[at] = 1;
    const node = begin + at;
    if (f.left[node]! < 0) continue;
    if (!(f.feature[node]! >= 0 && f.feature[node]! < features))
      damaged(where, `it splits on feature ${f.feature[node]} of ${features}`);
    stack.push(f.left[node]!, f.right[node]!);
  }
}
