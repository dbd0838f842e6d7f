import { expect, test } from 'vitest';
import { parseModel } from '../../../src/graph-model/text/parse.ts';
import { viewGraph } from '../../../src/graph-view/view-graph.ts';
import { pathsAmong } from '../../../src/ui/canvas/paths.ts';
import { ViewHistory } from '../../../src/ui/canvas/view-history.ts';

const MODEL = parseModel(`<ir_version: 10, opset_import: ["" : 21]>
main (float[2] x) => (float[2] y)
{
  a = Relu(x)
  b = Neg(a)
  c = Abs(a)
  d = Add(b, c)
  aside = Exp(a)
  y = Mul(d, aside)
}`);

test('paths between two nodes hold every way and nothing beside', () => {
  const view = viewGraph(MODEL, MODEL.main);
  const at = (op: string) => [...view.ofNode].find(([id]) => MODEL.nodes.at(id).op === op)![1];
  const { edges, vertices } = pathsAmong(view, [at('Relu'), at('Add')]);
  expect(vertices).toBe(4);
  expect(edges).toHaveLength(4);
  expect(pathsAmong(view, [at('Neg'), at('Exp')]).edges).toHaveLength(0);
});

test('a jump can be taken back and made again', () => {
  const history = new ViewHistory();
  const [a, b] = [
    { x: 0, y: 0, zoom: 1 },
    { x: 500, y: 0, zoom: 1 },
  ];
  expect(history.go(-1, a)).toBeNull();
  history.leave(a);
  expect(history.go(-1, b)).toEqual(a);
  expect(history.go(1, a)).toEqual(b);
  expect(history.go(1, b)).toBeNull();
});
