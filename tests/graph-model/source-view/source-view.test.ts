/** Classical models as what they are: the same rows fall into the same leaves of a drawn tree as of the forest itself. */
import { describe, expect, it } from 'vitest';
import { openModel } from '../../../src/converters/open.ts';
import { forestOf } from '../../../src/graph-model/builders/forest-attributes.ts';
import { leafOf } from '../../../src/graph-model/builders/forest-evaluate.ts';
import { VIEW } from '../../../src/graph-model/builders/forest.ts';
import type { Model, Node } from '../../../src/graph-model/core/model.ts';
import { toNumbers } from '../../../src/graph-model/core/tensor.ts';
import { quietJob } from '../../../src/graph-model/job.ts';
import { coefficientsOf, vectorsOf } from '../../../src/graph-model/source-view/coefficients.ts';
import { branchesOf } from '../../../src/graph-model/source-view/names.ts';
import { depthOf, drawTree, splitsBelow } from '../../../src/graph-model/source-view/tree-drawing.ts';
import { treesOf, type Tree } from '../../../src/graph-model/source-view/trees.ts';
import { arrayOf, classicCases, convert, modelFile, type ClassicCase } from '../../support/classic-cases.ts';

const caseOf = (framework: string, name: string) => classicCases(framework).find((c) => c.name === name)!;
const open = async (c: ClassicCase) => (await openModel([modelFile(c)], quietJob())).model;
const nodeOf = (model: Model, op: RegExp): Node => [...model.nodes.values()].find((n) => op.test(n.op))!;

/** The leaf of a row, followed as the picture says. */
function follow(tree: Tree, row: ArrayLike<number>): ArrayLike<number> {
  let node = tree.nodes[0]!;
  while (node.left >= 0) {
    const v = row[node.feature]!;
    const holds =
      node.rule === 'in'
        ? Array.from(node.categories!).includes(Math.trunc(v))
        : node.rule === '<'
          ? v < node.threshold
          : v <= node.threshold;
    node = tree.nodes[(Number.isNaN(v) ? node.nanLeft : holds) ? node.left : node.right]!;
  }
  return node.value;
}

describe('trees', () => {
  const forests = [
    caseOf('lightgbm', 'categorical_binary_text'),
    caseOf('lightgbm', 'multiclassova_text'),
    caseOf('xgboost', 'binary_logistic_ubj'),
    caseOf('catboost', 'binary_cbm'),
  ];
  it.each(forests.map((c) => [c.name, c] as const))('of %s lead every row to its leaf', async (_, c) => {
    const model = await open(c);
    const node = nodeOf(model, /Booster|Model/);
    const [list, forest] = [treesOf(model, node)!, forestOf(node)!];
    expect(list.count).toBe(forest.roots.length);
    const x = toNumbers(arrayOf(c, c.about.inputs[0]!));
    for (let t = 0; t < Math.min(list.count, 10); t++) {
      const tree = list.tree(t);
      expect(splitsBelow(tree, 0)).toBe(list.splits(t));
      for (let r = 0; r < 20; r++) {
        const row = x.subarray(r * forest.columns, (r + 1) * forest.columns);
        // A column that a view changes is drawn as it is in the file.
        if (forest.viewKind.some((k) => k === VIEW.zeroIsNaN)) continue;
        const leaf = leafOf(forest, t, row);
        expect([...Array.from(follow(tree, row))]).toEqual([
          ...forest.leaves.subarray(leaf * forest.width, (leaf + 1) * forest.width),
        ]);
      }
    }
  });

  it('of a scikit-learn forest carry samples, and impurities that sum as feature_importances_ does', async () => {
    const model = await open(caseOf('sklearn', 'random_forest_regressor_xz'));
    const node = nodeOf(model, /RandomForest/);
    const list = treesOf(model, node)!;
    const tree = list.tree(1);
    expect(tree.nodes[0]!.samples).toBeGreaterThan(0);
    const { kind, gain, splits } = list.importance();
    expect(kind).toBe('decrease of impurity');
    expect(gain.every((g) => g >= 0)).toBe(true);
    const all = Array.from({ length: list.count }, (_, t) => list.splits(t)).reduce((a, b) => a + b, 0);
    expect(splits.reduce((a, b) => a + b, 0)).toBe(all);
  });

  it.each([17, 21])('of ONNX’s own ensembles are those of the source, at opset %i', async (opset) => {
    const c = caseOf('lightgbm', 'multiclassova_text');
    const { source, onnx } = await convert(c, { opset });
    const [before, after] = [treesOf(source, nodeOf(source, /Booster/))!, treesOf(onnx, nodeOf(onnx, /TreeEnsemble/))!];
    expect(after.count).toBe(before.count);
    const x = toNumbers(arrayOf(c, c.about.inputs[0]!));
    for (let t = 0; t < 8; t++) {
      expect(after.splits(t)).toBe(before.splits(t));
      for (let r = 0; r < 10; r++) {
        const row = x.subarray(r * before.columns, (r + 1) * before.columns);
        expect(follow(after.tree(t), row)[0]).toBe(Math.fround(follow(before.tree(t), row)[0]!));
      }
    }
    expect([...after.importance().splits]).toEqual([...before.importance().splits]);
  });

  it('are drawn without two nodes in one place', async () => {
    const model = await open(forests[0]!);
    const tree = treesOf(model, nodeOf(model, /Booster/))!.tree(0);
    const sizes = { width: 90, height: 30, gapX: 8, gapY: 20 };
    const drawn = drawTree(tree, 0, depthOf(tree) + 1, sizes);
    expect(drawn.nodes.length).toBe(tree.nodes.length);
    expect(drawn.nodes.every((n) => n.hidden === 0)).toBe(true);
    for (const a of drawn.nodes)
      for (const b of drawn.nodes)
        if (a !== b && a.y === b.y) expect(Math.abs(a.x - b.x)).toBeGreaterThanOrEqual(sizes.width);
    const top = drawTree(tree, 0, 2, sizes);
    expect(top.nodes.length).toBeLessThanOrEqual(3);
    expect(top.nodes.reduce((sum, n) => sum + n.hidden, 0)).toBe(splitsBelow(tree, 0) - 1);
  });
});

describe('other classical models', () => {
  it('name coefficients by column and category, through a ColumnTransformer', async () => {
    const model = await open(caseOf('sklearn', 'column_transformer_pipeline_logreg'));
    const found = coefficientsOf(model, nodeOf(model, /LogisticRegression/))!;
    expect(found.names).toEqual(expect.arrayContaining(['age', 'income', 'kids', 'city = Paris', 'sex = F']));
    expect(found.rows[0]!.values.length).toBe(found.names.length);
    expect(branchesOf(model, nodeOf(model, /ColumnTransformer/)).map((b) => [b.name, b.columns])).toEqual([
      ['num', ['age', 'income']],
      ['cat', ['city', 'sex']],
      ['remainder', ['kids']],
    ]);
  });

  it.each([
    ['sklearn', 'svc_rbf_probability', /SVC/],
    ['libsvm', 'csvc_rbf_multi_prob', /SVC/],
  ])('%s %s shows its support vectors', async (framework, name, op) => {
    const model = await open(caseOf(framework, name));
    const found = vectorsOf(model, nodeOf(model, op))!;
    expect(found.vectors().values.length).toBe(found.count * found.columns);
    expect(found.perClass.reduce((s, c) => s + c.count, 0)).toBe(found.count);
    expect(found.weights!.dims[0]).toBe(found.count);
    expect(found.kernel).toBe('rbf');
  });

  it('finds nothing of that kind on a node without it', async () => {
    const model = await open(caseOf('sklearn', 'minmax_scaler'));
    const node = nodeOf(model, /Scaler/);
    expect([treesOf(model, node), coefficientsOf(model, node), vectorsOf(model, node)]).toEqual([null, null, null]);
  });
});
