import { describe, expect, test } from 'vitest';
import type { Model, NodeId } from '../../src/graph-model/core/model.ts';
import { parseModel } from '../../src/graph-model/text/parse.ts';
import { groupTree, nodesWithin } from '../../src/graph-model/groups/groups.ts';
import {
  aggregated,
  histogramOf,
  scaleOf,
  stepOf,
  vertexClasses,
  vertexNumbers,
  type NodeNumbers,
} from '../../src/graph-view/node-data.ts';
import { looksLikeNodeData, NodeDataError, parseNodeData, placeData } from '../../src/graph-view/node-data-file.ts';
import { groupAt, viewGraph } from '../../src/graph-view/view-graph.ts';

export const LAYERS = `<ir_version: 10, opset_import: ["" : 21]>
main (float[2] x) => (float[2] y)
{
  ["/a/one"] t = Relu(x)
  ["/a/two"] u = Neg(t)
  ["/b/one"] v = Exp(u)
  ["/b/two"] w = Log(v)
  ["/c/one"] z = Abs(w)
  ["/c/two"] y = Sqrt(z)
}`;

const idOf = (model: Model, name: string): NodeId => [...model.nodes.values()].find((n) => n.name === name)!.id;

describe('numbers', () => {
  const model = parseModel(LAYERS);
  const values = new Map(
    [...model.nodes.values()].filter((n) => n.name !== '/a/two').map((n, i) => [n.id, 10 ** i] as const),
  );
  const data: NodeNumbers = { kind: 'number', title: '', note: '', values, aggregate: 'sum', format: String };

  test('a closed group has the sum, the mean or the largest of its nodes; nodes without a number do not count', () => {
    const key = `g${model.main}/b`;
    const view = viewGraph(model, model.main, new Set([key]));
    const at = [...view.kinds.keys()].find((i) => groupAt(view, i)?.key === key)!;
    expect(vertexNumbers(view, data)[at]).toBe(10 + 100);
    expect(vertexNumbers(view, data, 'mean')[at]).toBe(55);
    expect(vertexNumbers(view, data, 'max')[at]).toBe(100);
    const tree = groupTree(model, model.main);
    const a = tree.groups[tree.byKey.get(`g${model.main}/a`)!]!;
    expect(aggregated(nodesWithin(a.scope), values, 'mean')).toBe(1);
    expect(aggregated([], values, 'sum')).toBeNaN();
  });

  test('steps are fractions of the largest; with numbers below 0 they are equal', () => {
    const costs = scaleOf([0, 1, 4, 11, 30, 80, NaN])!;
    expect(costs.bounds).toEqual([2, 8, 20, 40]);
    expect([0, 2, 8, 20, 40, 80].map((v) => stepOf(v, costs))).toEqual([0, 1, 2, 3, 4, 4]);
    expect(stepOf(NaN, costs)).toBe(-1);
    expect(scaleOf([-10, 10])!.bounds).toEqual([-6, -2, 2, 6]);
    expect(scaleOf([NaN])).toBeNull();
    expect(stepOf(0, scaleOf([0, 0])!)).toBe(0);
  });

  test('a histogram holds every number once; wide ranges are binned by ratio', () => {
    const even = histogramOf([1, 2, 3, 4, NaN], { least: 1, most: 4 }, 3);
    expect(even.bins.map((b) => b.count)).toEqual([1, 1, 2]);
    expect(even.ratio).toBe(false);
    const wide = histogramOf([0, 1, 10, 1e4], { least: 0, most: 1e4 }, 4);
    expect(wide.ratio).toBe(true);
    expect(wide.bins.map((b) => b.count)).toEqual([2, 1, 0, 1]);
  });

  test('a group of several classes shows the commonest and its share', () => {
    const view = viewGraph(model, model.main, new Set(['a', 'b', 'c'].map((n) => `g${model.main}/${n}`)));
    const classes = ['x', 'y'].map((label) => ({ label, colour: null }));
    const of = new Map(['/a/one', '/a/two', '/b/one'].map((n, i) => [idOf(model, n), i === 0 ? 0 : 1] as const));
    const { classes: shown, shares } = vertexClasses(view, { kind: 'class', title: '', note: '', classes, values: of });
    const at = (name: string) => [...view.kinds.keys()].find((i) => groupAt(view, i)?.name === name)!;
    expect([shown[at('a')], shown[at('b')], shown[at('c')]]).toEqual([0, 1, -1]);
    expect([shares.get(at('a')), shares.get(at('b'))]).toEqual([0.5, undefined]);
  });
});

describe("a person's own data", () => {
  const model = parseModel(LAYERS);

  test("Model Explorer's format, of one graph and of several", () => {
    const results = { '/a/one': { value: 3, bgColor: 'red' }, u: { value: 5 }, gone: { value: 1 } };
    const gradient = [
      { stop: 1, bgColor: 'green' },
      { stop: 0, bgColor: '#fff', textColor: '#000' },
    ];
    const [one] = parseNodeData(
      JSON.stringify({ results, gradient, thresholds: [{ value: 4, bgColor: 'red' }] }),
      'n.json',
    );
    expect(one!.gradient).toEqual([
      { stop: 0, fill: '#fff', ink: '#000' },
      { stop: 1, fill: 'green' },
    ]);
    expect(one!.thresholds).toEqual([{ value: 4, fill: 'red' }]);
    const { data, unmatched } = placeData(one!, model);
    // By the node's name, and by that of its output.
    expect([data.values.get(idOf(model, '/a/one')), data.values.get(idOf(model, '/a/two'))]).toEqual([3, 5]);
    expect(unmatched).toEqual(['gone']);
    expect(data.own?.get(idOf(model, '/a/one'))).toEqual({ fill: 'red' });
    const several = parseNodeData(JSON.stringify({ main: { results }, other: { results } }), 'n.json');
    expect(several.map((d) => d.title)).toEqual(['n: main', 'n: other']);
  });

  test('plain JSON and lists', () => {
    expect([...parseNodeData('{"a": 1, "b": "2.5"}', 'x.json')[0]!.values]).toEqual([
      ['a', 1],
      ['b', 2.5],
    ]);
    const list = '[{"name": "a", "value": 1}, ["b", 2]]';
    expect([...parseNodeData(list, 'x.json')[0]!.values.keys()]).toEqual(['a', 'b']);
  });

  test.each([
    ['name,ms\n/a/one,1.5\n"/b/one",2\n', ['ms'], [1.5, 2]],
    ['/a/one,1.5\n/b/one,2', ['t'], [1.5, 2]],
    ['\uFEFFnode;class\n/a/one;fast\n/b/one;slow', ['class'], ['fast', 'slow']],
    ['/a/one\t1e-3\r\n# a note\r\n/b/one\t-2', ['t'], [0.001, -2]],
    ['name,value\n"a,b",1\n"say ""x""",2', ['t'], [1, 2]],
  ])('CSV: %j', (text, titles, values) => {
    const data = parseNodeData(text, 't.csv');
    expect(data.map((d) => d.title)).toEqual(titles);
    expect([...data[0]!.values.values()]).toEqual(values);
  });

  test('each further column is further data', () => {
    const data = parseNodeData('name,ms,bits\n/a/one,1,8\n/b/one,2,', 't.csv');
    expect(data.map((d) => [d.title, d.values.size])).toEqual([
      ['ms', 2],
      ['bits', 1],
    ]);
  });

  test('words become classes, the commonest first', () => {
    const [data] = parseNodeData('name,where\n/a/one,CPU\n/a/two,GPU\n/b/one,GPU', 'w.csv');
    const placed = placeData(data!, model).data;
    expect(placed.kind === 'class' && placed.classes.map((c) => c.label)).toEqual(['GPU', 'CPU']);
  });

  test.each([
    ['{"a": {"b": [1]}}', /a: wanted are node names/],
    ['{"a": ', /is not JSON/],
    ['just words', /neither JSON nor CSV/],
    ['{}', /holds no values/],
  ])('what is no node data is refused with a sentence: %j', (text, why) => {
    expect(() => parseNodeData(text, 'bad.json')).toThrow(NodeDataError);
    expect(() => parseNodeData(text, 'bad.json')).toThrow(why);
  });

  test('a dropped file is node data only where it names nodes of the model', () => {
    expect(looksLikeNodeData('{"/a/one": 1}', 'x.json', model)).toBe(true);
    expect(looksLikeNodeData('{"learner": 1}', 'x.json', model)).toBe(false);
    expect(looksLikeNodeData('{"class_name": "Sequential", "config": {}}', 'x.json', model)).toBe(false);
    expect(looksLikeNodeData('/a/one,1', 'x.txt', model)).toBe(false);
  });
});
