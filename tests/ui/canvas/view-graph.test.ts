import { describe, expect, test } from 'vitest';
import type { Model, NodeId, ValueId } from '../../../src/graph-model/core/model.ts';
import { parseModel } from '../../../src/graph-model/text/parse.ts';
import { CATEGORIES } from '../../../src/graph-model/operators/category.ts';
import { layoutNow } from '../../../src/layout/layout.ts';
import { announce } from '../../../src/ui/canvas/describe.ts';
import { faceOf, shortName } from '../../../src/graph-view/face.ts';
import { Scene } from '../../../src/graph-view/scene.ts';
import {
  insidesOf,
  KIND,
  sameLayout,
  vertexFace,
  viewGraph,
  type ViewGraph,
} from '../../../src/graph-view/view-graph.ts';
import { neighbour, stepOf } from '../../../src/ui/canvas/walk.ts';
import { Draft } from '../../../src/graph-model/core/draft.ts';

const CNN = `<ir_version: 10, opset_import: ["" : 21]>
main (float[1,3,8,8] x) => (float[n,k] y)
<float[4,3,3,3] w = {${new Array(108).fill('0.5').join(', ')}}, float[4] b = {1, 2, 3, 4}>
{
  c = Conv<kernel_shape = [3, 3], strides = [2, 2], pads = [1, 1, 1, 1]>(x, w, b)
  r = Relu(c)
  s = Shape(r)
  zero = Constant<value_int = 0>()
  d = Gather(s, zero)
  axes = Constant<value_ints = [0]>()
  u = Unsqueeze(d, axes)
  rest = Constant<value_ints = [-1]>()
  shape = Concat<axis = 0>(u, rest)
  y = Reshape(r, shape)
}`;

const BRANCHES = `<ir_version: 10, opset_import: ["" : 21]>
main (bool flag, float[2] x) => (float[2] y)
{
  t = Relu(x)
  y = If (flag) <
    then_branch = yes () => (float[2] a) { a = Neg(t) },
    else_branch = no () => (float[2] e) { e = Identity(x) }
  >
}`;

const ops = (view: ViewGraph) =>
  Array.from({ length: view.count }, (_, i) =>
    view.kinds[i] === KIND.node
      ? view.model.nodes.at(view.refs[i] as NodeId).op
      : `${view.kinds[i] === KIND.input ? '>' : view.kinds[i] === KIND.output ? '<' : '~'}${view.model.values.at(view.refs[i] as ValueId).name}`,
  );

const edges = (view: ViewGraph) => {
  const names = ops(view);
  return Array.from(view.targets, (t, e) => `${names[view.sources[e]!]} ${names[t]}`).sort();
};

function nodeOf(model: Model, op: string) {
  for (const n of model.nodes.values()) if (n.op === op) return n;
  throw new Error(`no ${op}`);
}

describe('constants that are drawn by themselves', () => {
  const model = parseModel(CNN);
  const conv = nodeOf(model, 'Conv');
  const gather = nodeOf(model, 'Gather');

  test('those of the nodes that are unfolded alone, with name, type or elements', () => {
    const view = viewGraph(model, model.main, null, new Set(), new Set([conv.id, gather.id]));
    expect(edges(view)).toEqual(expect.arrayContaining(['~w Conv', '~b Conv', '~zero Gather']));
    expect(ops(view).filter((name) => name.startsWith('~'))).toEqual(['~w', '~b', '~zero']);
    const labels = ['w', 'b', 'zero'].map((name) => {
      const i = ops(view).indexOf(`~${name}`);
      expect(view.kinds[i]).toBe(KIND.constant);
      return vertexFace(view, i, new Map()).label;
    });
    expect(labels).toEqual(['float32 4×3×3×3', '1 2 3 4', '0']);
    expect(view.ofInput.get(conv.inputs[1]!)).toBe(ops(view).indexOf('~w'));
    expect(sameLayout(view, viewGraph(model, model.main))).toBe(false);
  });

  test('nodes that share one share its vertex; a closed group keeps its constants', () => {
    const shared = parseModel(`<ir_version: 10, opset_import: ["" : 21]>
main (float[2,2] x) => (float[2,2] y)
<float[2,2] w = {1, 2, 3, 4}>
{
  ["a/one"] p = MatMul(x, w)
  ["a/two"] q = MatMul(p, w)
  ["b/one"] r = Relu(q)
  ["b/two"] y = Neg(r)
}`);
    const all = new Set(shared.nodes.keys());
    expect(edges(viewGraph(shared, shared.main, null, new Set(), all)).filter((e) => e.startsWith('~'))).toHaveLength(
      2,
    );
    const closed = viewGraph(shared, shared.main, new Set([`g${shared.main}/a`]), new Set(), all);
    expect(ops(closed).some((name) => name === '~w')).toBe(false);
  });
});

describe('the view of a graph', () => {
  const view = viewGraph(parseModel(CNN), parseModel(CNN).main);

  test('folds weights and constants into their readers and shows inputs and outputs', () => {
    expect(ops(view)).toEqual(['>x', 'Conv', 'Relu', 'Shape', 'Gather', 'Unsqueeze', 'Concat', 'Reshape', '<y']);
    expect(edges(view)).toEqual(
      [
        '>x Conv',
        'Conv Relu',
        'Relu Shape',
        'Relu Reshape',
        'Shape Gather',
        'Gather Unsqueeze',
        'Unsqueeze Concat',
        'Concat Reshape',
        'Reshape <y',
      ].sort(),
    );
  });

  test('knows which edges carry only shapes', () => {
    const names = ops(view);
    const quiet = Array.from(view.targets, (t, e) => (view.edgeShapes[e] === 1 ? names[t] : '')).filter(Boolean);
    expect(quiet.sort()).toEqual(['Concat', 'Gather', 'Reshape', 'Shape', 'Unsqueeze']);
  });

  test('gives every vertex a category and a size', () => {
    expect(CATEGORIES[view.categories[ops(view).indexOf('Conv')]!]).toBe('conv');
    expect(Math.min(...view.widths)).toBeGreaterThanOrEqual(96);
    expect(view.heights[ops(view).indexOf('Relu')]).toBe(26);
    expect(view.heights[ops(view).indexOf('Conv')]).toBeGreaterThan(60);
  });

  test('a rename keeps the layout, a removed node does not', () => {
    const { model } = view;
    const renamed = new Draft(model);
    renamed.patchNode(nodeOf(model, 'Conv').id, { name: 'a much longer name than before' });
    expect(sameLayout(view, viewGraph(renamed.commit('Rename').after, model.main))).toBe(true);
    const cut = new Draft(model);
    const relu = nodeOf(model, 'Relu');
    cut.replaceUses(relu.outputs[0]!, relu.inputs[0]!);
    cut.removeNode(relu.id);
    expect(sameLayout(view, viewGraph(cut.commit('Remove').after, model.main))).toBe(false);
  });
});

describe('the face of a node', () => {
  const model = parseModel(CNN);
  test('shows the window and the weights', () => {
    expect(faceOf(model, nodeOf(model, 'Conv')).rows).toEqual([
      { key: 'kernel', text: '3×3  stride 2  pad 1' },
      { key: 'W', text: '4×3×3×3', weight: nodeOf(model, 'Conv').inputs[1] },
      { key: 'B', text: '1 2 3 4' },
    ]);
  });

  test('keeps one telling attribute in the head', () => {
    expect(faceOf(model, nodeOf(model, 'Concat'))).toMatchObject({ telling: 'axis 0' });
    expect(faceOf(model, nodeOf(model, 'Gather'))).toMatchObject({ telling: 'idx 0', rows: [] });
    expect(faceOf(model, nodeOf(model, 'Unsqueeze'))).toMatchObject({ telling: '0', rows: [] });
  });

  test.each([
    ['/layer1/0/conv1/Conv', 'Conv', 'conv1'],
    ['/features/0/0/Conv', 'Conv', '0.0'],
    ['Conv_12', 'Conv', 'Conv_12'],
    ['', 'Conv', ''],
    ['/blocks/3/attn/MatMul_1', 'MatMul', 'attn'],
  ])('shortens %s', (name, op, short) => expect(shortName({ name, op })).toBe(short));
});

describe('bodies', () => {
  const model = parseModel(BRANCHES);
  test('an If is drawn with what its branches take from around', () => {
    const view = viewGraph(model, model.main);
    expect(edges(view)).toEqual(['>flag If', '>x If', '>x Relu', 'If <y', 'Relu If'].sort());
    expect(insidesOf(model, nodeOf(model, 'If'))).toHaveLength(2);
  });

  test('a branch shows the values it takes as dashed pills', () => {
    const [inside] = insidesOf(model, nodeOf(model, 'If'));
    expect(ops(viewGraph(model, inside!)).sort()).toEqual(['<a', 'Neg', '~t']);
  });

  test('says aloud what a node reads and holds', () => {
    const view = viewGraph(model, model.main);
    expect(announce(view, ops(view).indexOf('If'), new Map())).toMatch(/^If.*reads flag bool.*Enter opens/);
  });
});

describe('a scene', () => {
  const model = parseModel(CNN);
  const view = viewGraph(model, model.main);
  const layout = layoutNow({ ...view, direction: 'vertical', nodeGap: 24, layerGap: 26 });
  const scene = new Scene(view, layout, 'vertical');
  const at = (op: string) => ops(view).indexOf(op);

  test('finds vertices and edges by place', () => {
    const r = scene.rectOf(at('Conv'));
    expect(scene.nodeAt(r.x + 5, r.y + 5, 1)).toBe(at('Conv'));
    expect(scene.nodeAt(-50, -50, 1)).toBe(-1);
    expect(scene.nodesIn({ x: 0, y: 0, width: layout.width, height: layout.height })).toHaveLength(view.count);
    const e = view.offsets[at('Conv')]!;
    const p = 2 * layout.routeOffsets[e]!;
    expect(scene.edgeAt(layout.routes[p]!, layout.routes[p + 1]! + 6, 4)).toBe(e);
  });

  test('agrees with a plain search for any rectangle', () => {
    for (let k = 0; k < 60; k++) {
      const rect = { x: (k * 37) % 300, y: (k * 91) % layout.height, width: 40 + k * 5, height: 10 + k * 9 };
      const plain = Array.from({ length: view.count }, (_, i) => i).filter((i) => {
        const r = scene.rectOf(i);
        return (
          r.x < rect.x + rect.width && r.x + r.width > rect.x && r.y < rect.y + rect.height && r.y + r.height > rect.y
        );
      });
      expect(scene.nodesIn(rect).sort((a, b) => a - b)).toEqual(plain);
    }
  });

  test('arrows follow the data, and shapes only where there is nothing else', () => {
    expect(neighbour(scene, at('Conv'), 'downstream')).toBe(at('Relu'));
    expect(neighbour(scene, at('Relu'), 'downstream')).toBe(at('Reshape'));
    expect(neighbour(scene, at('Reshape'), 'upstream')).toBe(at('Relu'));
    expect(neighbour(scene, at('Shape'), 'downstream')).toBe(at('Gather'));
    expect(neighbour(scene, at('>x'), 'upstream')).toBe(-1);
    expect(stepOf('ArrowUp', 'vertical')).toBe('upstream');
    expect(stepOf('ArrowUp', 'horizontal')).toBe('left');
  });

  test('draws a lane that many edges share once', () => {
    const count = 40;
    const body = Array.from({ length: count }, (_, i) => `v${i + 1} = Add(v${i}, m)`).join('\n');
    const shared = parseModel(
      `<ir_version: 10, opset_import: ["" : 21]> main (float[4] v0, float[4] m) => (float[4] v${count}) {\n${body}\n}`,
    );
    const wide = viewGraph(shared, shared.main);
    const laid = layoutNow({ ...wide, direction: 'vertical', nodeGap: 24, layerGap: 26 });
    const { pieces } = new Scene(wide, laid, 'vertical');
    const mask = wide.ofInput.get(shared.graphs.at(shared.main).inputs[1]!)!;
    let drawn = 0;
    pieces.edge.forEach((e, p) => {
      const at = 2 * pieces.point[p]!;
      if (wide.sources[e] !== mask || laid.routes[at] !== laid.routes[at + 2]) return;
      drawn += laid.routes[at + 3]! - (Number.isNaN(pieces.begin[p]!) ? laid.routes[at + 1]! : pieces.begin[p]!);
    });
    // Forty lines of all lengths would be twenty times the height of the graph.
    expect(drawn).toBeGreaterThan(0.8 * laid.height);
    expect(drawn).toBeLessThan(2.2 * laid.height);
  });
});

test('a lane that carries data to one of its readers is drawn as data', () => {
  const text = `<ir_version: 10, opset_import: ["" : 21]> main (float[4] x) => (float[4] y, int64[1] s) {
    r = Relu(x) a = Abs(r) b = Abs(a) c = Abs(b) s = Shape(r) y = Add(c, r) }`;
  const model = parseModel(text);
  const view = viewGraph(model, model.main);
  const layout = layoutNow({ ...view, direction: 'vertical', nodeGap: 24, layerGap: 26 });
  const { pieces } = new Scene(view, layout, 'vertical');
  const relu = ops(view).indexOf('Relu');
  const add = ops(view).indexOf('Add');
  const long = Array.from(view.targets).findIndex((t, e) => t === add && view.sources[e] === relu);
  const last = layout.routeOffsets[long + 1]! - 2;
  const drawn = Array.from(pieces.edge, (e, p) => ({ e, p })).filter(({ e }) => view.sources[e] === relu);
  expect(drawn.some(({ e, p }) => e === long && pieces.point[p] === last && pieces.shape[p] === 0)).toBe(true);
  for (const { e, p } of drawn) {
    const shared = layout.routes[2 * pieces.point[p]!] === layout.routes[2 * layout.routeOffsets[long]!];
    if (shared && e === long) expect(pieces.shape[p]).toBe(0);
  }
  expect(pieces.shape.some((v) => v === 1)).toBe(true);
});
