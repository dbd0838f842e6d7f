// Writes src/graph-view/colours.generated.ts: the colours of src/ui/theme/tokens.css as the headless picture needs them.
// A test fails when the two no longer agree: run `node scripts/generate-colours.mjs`.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const path = (name) => fileURLToPath(new URL(`../${name}`, import.meta.url));

/** The custom properties of the first block that `selector` opens, colours only, references resolved. */
function block(css, selector) {
  const start = css.indexOf(selector);
  const body = css.slice(css.indexOf('{', start) + 1, css.indexOf('\n}', start));
  const found = Object.fromEntries([...body.matchAll(/--([\w-]+):\s*([^;]+);/g)].map((m) => [m[1], m[2].trim()]));
  const resolve = (value) => value.replace(/var\(--([\w-]+)\)/g, (_, name) => resolve(found[name]));
  const wanted =
    /^(canvas|canvas-dot|surface|line-strong|n-6|text|text-2|text-3|accent|accent-soft|warn|error|edge.*|cat-.*|heat-.*)$/;
  return Object.fromEntries(
    Object.keys(found)
      .filter((name) => wanted.test(name))
      .map((name) => [name, resolve(found[name])]),
  );
}

/** The generated file's text from that of tokens.css. */
export function generate(css) {
  const themes = { light: block(css, "[data-theme='light']"), dark: block(css, "\n[data-theme='dark']") };
  const rows = (theme) => Object.entries(theme).map(([k, v]) => `    '${k}': '${v}',`);
  const part = (name) => [`  ${name}: {`, ...rows(themes[name]), '  },'];
  return [
    '/** Generated from src/ui/theme/tokens.css by scripts/generate-colours.mjs: do not edit. */',
    '/* eslint-disable */',
    'export const COLOURS: Readonly<Record<string, Readonly<Record<string, string>>>> = {',
    ...part('light'),
    ...part('dark'),
    '};',
    '',
  ].join('\n');
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  writeFileSync(
    path('src/graph-view/colours.generated.ts'),
    generate(readFileSync(path('src/ui/theme/tokens.css'), 'utf8')),
  );
