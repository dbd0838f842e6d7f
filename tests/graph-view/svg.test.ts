// @vitest-environment jsdom
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseModel } from '../../src/graph-model/text/parse.ts';
import { quietJob } from '../../src/graph-model/job.ts';
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

  test('its colours are those of the page', () => {
    expect(readFileSync('src/graph-view/colours.generated.ts', 'utf8')).toBe(
      generate(readFileSync('src/ui/theme/tokens.css', 'utf8')),
    );
  });
});
