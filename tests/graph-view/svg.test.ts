// @vitest-environment jsdom
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseModel } from '../../src/graph-model/text/parse.ts';
import { quietJob } from '../../src/graph-model/job.ts';
import { COLOURS } from '../../src/graph-view/colours.generated.ts';
import { measureOf } from '../../src/graph-view/measures.ts';
import { drawModel, findScope } from '../../src/services/draw.ts';
import { generate } from '../../scripts/generate-colours.mjs';

const MODEL = parseModel(`<ir_version: 10, opset_import: ["" : 21]>
main (bool flag, float[2] x) => (float[2] y)
{
  ["/a/Relu"] t = Relu(x)
  ["/a/Neg"] u = Neg(t)
  ["/b/Abs"] v = Abs(u)
  ["/b/Exp"] w = Exp(v)
  ["choose"] y = If (flag) <
    then_branch = yes () => (float[2] p) { p = Neg(w) },
    else_branch = no () => (float[2] q) { q = Identity(w) }
  >
}`);
const options = { theme: 'light', direction: 'vertical', types: new Map() } as const;
const words = (svg: string) => [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map((m) => m[1]);

describe('drawing without a page', () => {
  test('operators, inputs and outputs are there as text, in well-formed XML', async () => {
    const { text, width, height } = await drawModel(MODEL, { ...options, depth: 'flat' }, quietJob());
    for (const word of ['Relu', 'Neg', 'Abs', 'Exp', 'If', 'x', 'flag', 'y']) expect(words(text)).toContain(word);
    expect(width).toBeGreaterThan(100);
    expect(height).toBeGreaterThan(200);
    expect(text).not.toMatch(/NaN|undefined/);
    const document = new DOMParser().parseFromString(text, 'image/svg+xml');
    expect(document.querySelector('parsererror')).toBeNull();
    expect(document.documentElement.querySelectorAll('path.e').length).toBeGreaterThan(0);
  });

  test('groups: a box each, and one card where they are closed', async () => {
    const open = await drawModel(MODEL, { ...options, depth: Infinity }, quietJob());
    expect(words(open.text)).toContain('a · 2 nodes');
    expect(words(open.text)).toContain('Relu');
    const closed = await drawModel(MODEL, { ...options, depth: 0 }, quietJob());
    expect(words(closed.text)).toContain('a');
    expect(words(closed.text)).not.toContain('Relu');
  });

  test('a body is found by its node and drawn alone', async () => {
    const scope = findScope(MODEL, 'choose')!;
    const { text } = await drawModel(MODEL, { ...options, scope }, quietJob());
    expect(words(text)).toContain('Neg');
    expect(words(text)).not.toContain('Relu');
    expect(findScope(MODEL, 'nothing')).toBeNull();
  });

  test('names of a file cannot break the picture', async () => {
    const bad = parseModel(`<ir_version: 10, opset_import: ["" : 21]>
main (float[2] x) => (float[2] y) { y = Relu(x) }`);
    const draft = { ...bad, source: { ...bad.source, fileName: '</title><script>alert(1)</script>&' } };
    const { text } = await drawModel(draft, options, quietJob());
    expect(text).not.toContain('<script>');
  });

  test('what colours the nodes is said above the graph, with its title; text stays text', async () => {
    const source = { model: MODEL, types: new Map(), dims: {} };
    const data = measureOf('category').of(source);
    const plain = await drawModel(
      MODEL,
      { ...options, depth: 'flat', data, plain: true, title: 'my <model>' },
      quietJob(),
    );
    expect(words(plain.text)).toEqual(expect.arrayContaining(['my &lt;model&gt;', 'Kind of operator', 'Control flow']));
    expect(plain.text).toContain('<use href="#control"');
    const values = new Map([...MODEL.nodes.values()].map((n, i) => [n.id, i] as const));
    const numbers = { kind: 'number', title: 'Error', note: 'mine', values, aggregate: 'sum' } as const;
    const shaded = await drawModel(
      MODEL,
      { ...options, theme: 'dark', depth: 'flat', data: { ...numbers, format: (v) => `${v} u` }, pixels: 1000 },
      quietJob(),
    );
    expect(words(shaded.text)).toEqual(expect.arrayContaining(['Error', 'mine', '1 u']));
    expect(shaded.text).toContain(`fill:${COLOURS['dark']!['heat-4']}`);
    expect(shaded.text).not.toMatch(/color-mix|var\(|dominant-baseline|NaN/);
    expect(shaded.width).toBe(1000);
    const [, , wide, high] = /viewBox="([^"]*)"/.exec(shaded.text)![1]!.split(' ').map(Number) as number[];
    expect(shaded.height / shaded.width).toBeCloseTo(high! / wide!, 2);
    const bare = await drawModel(
      MODEL,
      { ...options, depth: 'flat', data: { ...numbers, format: String }, noKey: true },
      quietJob(),
    );
    expect(words(bare.text)).not.toContain('Error');
    expect(new DOMParser().parseFromString(shaded.text, 'image/svg+xml').querySelector('parsererror')).toBeNull();
  });

  test('its colours are those of the page', () => {
    expect(readFileSync('src/graph-view/colours.generated.ts', 'utf8')).toBe(
      generate(readFileSync('src/ui/theme/tokens.css', 'utf8')),
    );
  });
});
