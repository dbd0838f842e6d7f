import { describe, expect, test } from 'vitest';
import type { NodeId } from '../../src/graph-model/core/model.ts';
import { CATEGORIES } from '../../src/graph-model/operators/category.ts';
import { parseModel } from '../../src/graph-model/text/parse.ts';
import type { NodeNumbers } from '../../src/graph-view/node-data.ts';
import { groupAt, viewGraph } from '../../src/graph-view/view-graph.ts';
import { colour, verticesOfClass } from '../../src/graph-view/overlay.ts';
import type { OverlayPalette as Palette } from '../../src/graph-view/overlay.ts';

const model = parseModel(`<ir_version: 10, opset_import: ["" : 21]>
main (float[2] x) => (float[2] y)
{
  ["/a/one"] t = Relu(x)
  ["/a/two"] u = Neg(t)
  ["/b/one"] v = Exp(u)
  ["/b/two"] w = Log(v)
  ["/c/one"] z = Abs(w)
  ["/c/two"] y = Sqrt(z)
}`);
const names = ['/a/one', '/a/two', '/b/one', '/b/two', '/c/one', '/c/two'];
const ids = names.map((n) => [...model.nodes.values()].find((m) => m.name === n)!.id);
const palette = {
  heat: ['h0', 'h1', 'h2', 'h3', 'h4'],
  heatInk: ['i0', 'i1', 'i2', 'i3', 'i4'],
  soft: CATEGORIES.map((c) => `soft-${c}`),
  ink: CATEGORIES.map((c) => `ink-${c}`),
  strip: CATEGORIES.map((c) => `strip-${c}`),
  line: 'line',
  surface: 'surface',
  muted: 'muted',
  inkOn: (fill: string) => `on ${fill}`,
} as unknown as Palette;

const data = (part: Partial<NodeNumbers> = {}): NodeNumbers => ({
  kind: 'number',
  title: 'Cost',
  note: '',
  values: new Map(ids.slice(0, 5).map((id, i) => [id, [0, 1, 4, 20, 40][i]!] as const)),
  aggregate: 'sum',
  format: (v) => `${v} x`,
  ...part,
});
const view = viewGraph(model, model.main, new Set());
const shade = (made: ReturnType<typeof colour>, name: string) => {
  const c = made.overlay!.classes[view.ofNode.get(ids[names.indexOf(name)]!)!]!;
  return c < 0 ? null : made.overlay!.fills[c];
};

describe('numbers in colours', () => {
  test('five steps of heat; a node without a number has none; nothing is not worth a word', () => {
    const made = colour(view, data(), false, palette);
    expect(names.map((n) => shade(made, n))).toEqual(['h0', 'h1', 'h2', 'h4', 'h4', null]);
    const texts = ids.map((id) => made.overlay!.text(view.ofNode.get(id)!));
    expect(texts).toEqual(['', '1 x', '4 x', '20 x', '40 x', '']);
    expect(made.legend.range).toEqual(['0 x', '40 x']);
    expect(made.legend.histogram!.bins.reduce((n, b) => n + b.count, 0)).toBe(5);
    expect(made.legend.aggregate).toBeNull();
  });

  test("a file's own thresholds, gradient and colours", () => {
    const thresholds = [
      { value: 1, fill: 'low' },
      { value: 20, fill: 'mid', ink: 'white' },
    ];
    const stepped = colour(view, data({ thresholds }), false, palette);
    expect(names.map((n) => shade(stepped, n))).toEqual(['low', 'low', 'mid', 'mid', null, null]);
    expect(stepped.overlay!.inks).toEqual(['on low', 'white']);
    const gradient = [
      { stop: 0, fill: 'white' },
      { stop: 1, fill: 'red' },
    ];
    const blended = colour(view, data({ gradient }), false, palette);
    expect(shade(blended, '/a/one')).toBe('#ffffff');
    expect(shade(blended, '/c/one')).toBe('#ff0000');
    const own = new Map([[ids[0] as NodeId, { fill: 'pink' }]]);
    expect(shade(colour(view, data({ own }), false, palette), '/a/one')).toBe('pink');
  });

  test('a step of the key is picked: its vertices stay, closed groups by their aggregate', () => {
    const closed = viewGraph(model, model.main, new Set([`g${model.main}/b`]));
    const made = colour(closed, data(), false, palette, 'max');
    expect(made.legend.aggregate).toBe('max');
    const group = [...closed.kinds.keys()].find((i) => groupAt(closed, i))!;
    expect(made.overlay!.text(group)).toBe('20 x');
    const keep = verticesOfClass(closed, data(), made.overlay, 4);
    expect(keep[group]).toBe(1);
    expect(keep[closed.ofNode.get(ids[0]!)!]).toBe(0);
  });
});
