import { describe, expect, test } from 'vitest';
import { parseModel } from '../../../src/graph-model/text/parse.ts';
import { layoutInput } from '../../../src/graph-view/layout-input.ts';
import { Scene } from '../../../src/graph-view/scene.ts';
import { viewGraph } from '../../../src/graph-view/view-graph.ts';
import { layoutNow } from '../../../src/layout/layout.ts';
import { Density } from '../../../src/graph-view/density.ts';
import { cellClasses } from '../../../src/ui/canvas/colouring.ts';
import { both, hitVertices, keptCells, trace } from '../../../src/ui/canvas/focus.ts';
import { lightBundle } from '../../../src/ui/canvas/lighting.ts';
import { pageServices } from '../panels/services.ts';
import { search } from '../../../src/graph-model/search.ts';
import { hitsOf, searchResult } from '../../../src/ui/store/search.ts';
import { neighboursOf } from '../../../src/ui/commands/trace-commands.ts';
import { syntheticModel } from '../../support/synthetic-model.ts';

const DIAMOND = `<ir_version: 10, opset_import: ["" : 21]>
main (float[2] x, bool c) => (float[2] y, float[2] side)
<float[2] weight = {1, 2}>
{
  ["/a/top"] t = Relu(x)
  ["/a/left"] l = Neg(t)
  ["/b/right"] r = Exp(t)
  ["/b/join"] j = Add(l, r)
  ["/b/scale"] y = Mul(j, weight)
  ["off"] side = If (c) <
    then_branch = yes () => (float[2] a) { ["inner"] a = Exp(x) },
    else_branch = no () => (float[2] e) { e = Identity(x) }
  >
}`;

const model = parseModel(DIAMOND);
const named = (name: string) => [...model.nodes.values()].find((n) => n.name === name)!.id;
const sceneOf = (closed: readonly string[] = []) => {
  const view = viewGraph(model, model.main, new Set(closed));
  return new Scene(view, layoutNow(layoutInput(view, 'vertical')), 'vertical');
};

describe('following a path', () => {
  const scene = sceneOf();
  const at = (name: string) => scene.view.ofNode.get(named(name))!;
  const kept = (start: string, steps: number) => {
    const { keep } = trace(scene, [at(start)], steps);
    return ['/a/top', '/a/left', '/b/right', '/b/join', '/b/scale', 'off'].filter((n) => keep[at(n)] === 1);
  };

  test('up and down as far as asked for, and never down from what is above', () => {
    expect(kept('/a/left', 1)).toEqual(['/a/top', '/a/left', '/b/join']);
    expect(kept('/a/left', 9)).toEqual(['/a/top', '/a/left', '/b/join', '/b/scale']);
    expect(kept('/a/left', 0)).toEqual(['/a/left']);
    expect(kept('off', 9)).toEqual(['off']);
  });

  test('edges on the path are those of kept ends, and cells from far are of kept vertices alone', () => {
    const { keep, edges } = trace(scene, [at('/a/left')], 9);
    edges.forEach((on, e) => {
      if (on === 1) expect([keep[scene.view.sources[e]!], keep[scene.view.targets[e]!]]).toEqual([1, 1]);
    });
    const none = keptCells(scene, new Uint8Array(scene.view.count), { classes: scene.view.categories, kinds: 14 });
    expect(none.level(16).count).toBe(0);
  });

  test('two masks: both must keep', () => {
    const a = Uint8Array.of(1, 1, 0);
    expect(both(a, null)).toBe(a);
    expect([...both(a, Uint8Array.of(0, 1, 1))!]).toEqual([0, 1, 0]);
  });

  test('makers and readers of a selection', () => {
    const names = (ids: readonly number[]) => ids.map((id) => model.nodes.at(id as never).name);
    expect(names(neighboursOf(model, [named('/b/join')], 'makers'))).toEqual(['/a/left', '/b/right']);
    expect(names(neighboursOf(model, [named('/a/top')], 'readers'))).toEqual(['/a/left', '/b/right']);
    expect(neighboursOf(model, [named('/b/scale')], 'readers')).toEqual([]);
  });
});

describe('search hits', () => {
  const setup = () => {
    const { store } = pageServices();
    store.setState({ model, original: model, scope: model.main });
    return store;
  };

  test('a closed group stands for all hits within it; a weight is seen at what reads it', () => {
    const store = setup();
    store.getState().setQuery('/b/');
    const closed = sceneOf([`g${model.main}/b`]);
    const group = closed.view.ofNode.get(named('/b/join'))!;
    expect([...hitVertices(closed.view, searchResult(store.getState()))]).toEqual([[group, 3]]);
    store.getState().setQuery('weight');
    const open = sceneOf();
    expect([...hitVertices(open.view, searchResult(store.getState())).keys()]).toEqual([
      open.view.ofNode.get(named('/b/scale')),
    ]);
  });

  test('next and previous go round, select, and ask the canvas to show the hit', () => {
    const store = setup();
    const { setQuery, stepHit } = store.getState();
    setQuery('op:Exp');
    const selected = () => [...store.getState().selected].map((id) => model.nodes.at(id).name);
    stepHit(1);
    expect([store.getState().hitAt, selected()]).toEqual([0, ['/b/right']]);
    expect(store.getState().request).toMatchObject({ kind: 'reveal', nodes: [named('/b/right')] });
    stepHit(1);
    // The second lies in a body: that is entered.
    expect(selected()).toEqual(['inner']);
    expect(store.getState().scope).toBe(model.nodes.at(named('inner')).graph);
    stepHit(1);
    expect([store.getState().hitAt, store.getState().scope]).toEqual([0, model.main]);
    stepHit(-1);
    expect(store.getState().announcement).toBe('Hit 2 of 2: Exp inner.');
  });

  test('the first step goes on from the selection', () => {
    const store = setup();
    store.getState().setQuery('/b/');
    store.getState().select([named('/b/right')]);
    store.getState().stepHit(1);
    expect(store.getState().selected).toEqual(new Set([named('/b/join')]));
  });

  test('in a large model the search runs in slices, the newest alone; Enter does not wait', async () => {
    const { store } = pageServices();
    const big = syntheticModel(20_001);
    store.setState({ model: big, original: big, scope: big.main });
    store.getState().setQuery('op:Add');
    expect(store.getState().sought).toBe('');
    store.getState().stepHit(1);
    expect(store.getState().sought).toBe('op:Add');
    expect(hitsOf(store.getState()).length).toBe(5000);
    store.getState().setQuery('op:Mul');
    store.getState().setQuery('op:Relu');
    const seen: string[] = [];
    store.subscribe(({ sought }) => seen.push(sought));
    await expect.poll(() => store.getState().sought).toBe('op:Relu');
    expect(new Set(seen)).toEqual(new Set(['op:Relu']));
    expect(searchResult(store.getState())).toEqual(search(big, 'op:Relu', () => null));
  });
});

describe('colours from far', () => {
  test('the highest class of a cell is seen, and nodes without a value yield to it', () => {
    const { view, layout } = sceneOf();
    const at = view.ofNode.get(named('/b/join'))!;
    const classes = new Int8Array(view.count).fill(-1);
    classes[at] = 3;
    const bars = ['a', 'b', 'c', 'd', 'e'];
    const cells = cellClasses({ kind: 'number', classes, bars, fills: bars, inks: bars, text: () => '' });
    const level = new Density(view, layout, { ...cells, highest: true }).level(1e6);
    // One cell holds all: its class is that of the node with a value, one more than in the overlay.
    expect([level.count, level.categories[0]]).toEqual([1, 4]);
  });
});

describe('pointing at a line', () => {
  const readers = Array.from({ length: 8 }, (_, i) => `["r${i}"] v${i} = Relu(hub)`).join('\n  ');
  const outputs = Array.from({ length: 8 }, (_, i) => `float[2] v${i}`).join(', ');
  const fan = parseModel(
    `<ir_version: 10, opset_import: ["" : 21]>\nmain (float[2] x) => (${outputs})\n{\n  ["hub"] hub = Neg(x)\n  ${readers}\n}`,
  );
  const view = viewGraph(fan, fan.main);
  const scene = new Scene(view, layoutNow(layoutInput(view, 'vertical')), 'vertical');
  const lit = (edge: number) => {
    const edges = new Set<number>();
    lightBundle(scene, edge, edges);
    return [...edges];
  };
  const hub = [...fan.nodes.values()].find((n) => n.name === 'hub')!.id;

  test('of a value that many read lights the way to all of them', () => {
    const all = [...scene.edgesFrom(view.ofNode.get(hub)!)];
    expect(all).toHaveLength(8);
    expect(lit(all[3]!)).toEqual(all);
  });

  test('of another lights that line alone', () => {
    const into = scene.edgesTo(view.ofNode.get(hub)!)[0]!;
    expect(lit(into)).toEqual([into]);
  });
});
