import { describe, expect, test } from 'vitest';
import type { Model, NodeId, ValueId } from '../../src/graph-model/core/model.ts';
import { parseModel } from '../../src/graph-model/text/parse.ts';
import { nodesWithin } from '../../src/graph-model/groups/groups.ts';
import { layoutInput } from '../../src/graph-view/layout-input.ts';
import { Scene } from '../../src/graph-view/scene.ts';
import { groupAt, KIND, viewGraph, type ViewGraph } from '../../src/graph-view/view-graph.ts';
import { layoutNow } from '../../src/layout/layout.ts';
import { toggleInside } from '../../src/ui/canvas/group-actions.ts';
import { expandedAround, isShown } from '../../src/ui/store/shown.ts';
import { pageServices } from '../ui/panels/services.ts';

const model = parseModel(`<ir_version: 10, opset_import: ["" : 21, "local" : 1]>
main (bool flag, float[2] x, int64 n) => (float[2] y)
{
  ["t"] t = Relu(x)
  ["branch"] b = If (flag) <
    then_branch = yes () => (float[2] a) { ["neg"] a = Neg(t) },
    else_branch = no () => (float[2] e) { ["same"] e = Identity(x) }
  >
  ["loop"] l = Loop (n, flag, b) <body = step (int64 i, bool go, float[2] state) => (bool on, float[2] next) {
    ["not"] off = Not(go)
    ["keep"] on = Not(off)
    ["in/one"] half = Exp(state)
    ["in/two"] next = Add(half, t)
  }>
  ["call"] c = local.f(l)
  ["again"] y = local.f(c)
}

<domain: "local", opset_import: ["" : 21]>
f (p) => (q) { ["inner"] q = Abs(p) }
`);

const id = (name: string): NodeId => [...model.nodes.values()].find((n) => n.name === name)!.id;
const name = (view: ViewGraph, i: number): string =>
  view.kinds[i] === KIND.node
    ? view.model.nodes.at(view.refs[i] as NodeId).name
    : (groupAt(view, i)?.name ?? `(${view.model.values.at(view.refs[i] as ValueId).name})`);
const edges = (view: ViewGraph) =>
  [...view.targets.keys()].map((e) => `${name(view, view.sources[e]!)} > ${name(view, view.targets[e]!)}`).sort();
const open = (m: Model, ...names: string[]) => viewGraph(m, m.main, new Set(), new Set(names.map(id)));
const boxNames = (view: ViewGraph) => view.boxes.map((b) => view.tree!.groups[b.group]!.name);

describe('bodies and functions drawn in place', () => {
  test('an If: the branches in boxes of their own, fed by what they capture, ending at the node', () => {
    const view = open(model, 'branch');
    expect(edges(view)).toEqual(
      expect.arrayContaining(['(flag) > branch', '(x) > same', 't > neg', 'neg > branch', 'same > branch']),
    );
    expect(edges(view)).not.toContain('t > branch');
    expect(boxNames(view)).toEqual(['If branch', 'then', 'else']);
  });

  test('a Loop: its inputs lead to the formal ones, and scopes inside are groups that close', () => {
    const view = open(model, 'loop');
    expect(edges(view)).toEqual(
      expect.arrayContaining([
        '(n) > (i)',
        '(flag) > (go)',
        'branch > (state)',
        't > in/two',
        'keep > loop',
        'in/two > loop',
      ]),
    );
    expect(boxNames(view)).toEqual(['Loop loop · body', 'in']);
    const inner = view.tree!.groups[view.boxes[1]!.group]!.key;
    const closed = viewGraph(model, model.main, new Set([inner]), new Set([id('loop')]));
    expect(edges(closed)).toEqual(expect.arrayContaining(['(state) > in', 't > in', 'in > loop']));
    const box = view.tree!.groups[view.boxes[0]!.group]!;
    expect(nodesWithin(box.scope).length).toBe(5);
  });

  test('a function is on show once, whatever calls it', () => {
    const view = open(model, 'call', 'again');
    expect(edges(view)).toEqual(expect.arrayContaining(['loop > (p)', '(p) > inner', 'inner > call', 'call > again']));
    expect(boxNames(view)).toEqual(['f call']);
    const { store } = pageServices();
    store.setState({ model, original: model, scope: model.main });
    toggleInside(store, id('call'));
    toggleInside(store, id('again'));
    expect([...store.getState().expanded]).toEqual([id('again')]);
    expect(isShown(store.getState(), model.functions[0]!.graph)).toBe(true);
    expect(expandedAround(store.getState(), id('inner'))).toBe(id('again'));
    expect(toggleInside(store, id('t'))).toBe(false);
    toggleInside(store, id('again'));
    expect(isShown(store.getState(), model.functions[0]!.graph)).toBe(false);
  });

  test('everything inside lies within its box, with groups off too', () => {
    for (const collapsed of [new Set<string>(), null]) {
      const view = viewGraph(model, model.main, collapsed, new Set([id('branch'), id('loop')]));
      const scene = new Scene(view, layoutNow(layoutInput(view, 'vertical')), 'vertical');
      for (let i = 0; i < view.count; i++) {
        for (let b = view.boxOf[i]!; b >= 0; b = view.boxes[b]!.parent) {
          const box = scene.boxRect(b);
          const r = scene.rectOf(i);
          expect(r.x >= box.x && r.y >= box.y, name(view, i)).toBe(true);
          expect(r.x + r.width <= box.x + box.width && r.y + r.height <= box.y + box.height, name(view, i)).toBe(true);
        }
      }
    }
  });

  test('nothing expanded gives the same view as before', () => {
    const plain = viewGraph(model, model.main, new Set());
    expect(edges(plain)).toEqual(expect.arrayContaining(['t > branch', 'branch > loop', 'loop > call']));
    expect(boxNames(plain)).toEqual([]);
  });
});
