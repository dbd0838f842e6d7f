/** Contrast of every pair of tokens that stand on each other, in both themes, as WCAG 2.2 level AA asks for it. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { CATEGORIES } from '../../../src/graph-model/operators/category.ts';
import { contrast, luminance, parseColour, type Rgb } from '../../../src/graph-view/css-colour.ts';

const CSS = readFileSync('src/ui/theme/tokens.css', 'utf8');

/** The custom properties of a theme; a dark one stands on what the light one says. */
function tokens(...selectors: string[]): (name: string) => Rgb {
  const found = new Map<string, string>();
  for (const selector of selectors) {
    const start = CSS.indexOf(selector);
    expect(start, selector).toBeGreaterThanOrEqual(0);
    const body = CSS.slice(CSS.indexOf('{', start) + 1, CSS.indexOf('\n}', start));
    for (const [, name, value] of body.matchAll(/--([\w-]+):\s*([^;]+);/g)) found.set(name!, value!.trim());
  }
  const read = (name: string): string => {
    const value = found.get(name);
    if (value === undefined) throw new Error(`there is no token --${name}`);
    return value.replace(/var\(--([\w-]+)\)/g, (_, other: string) => read(other));
  };
  return (name) => {
    const colour = parseColour(read(name));
    if (colour === null) throw new Error(`--${name} is no plain colour: ${read(name)}`);
    return colour;
  };
}

const THEMES = {
  light: tokens("[data-theme='light']"),
  dark: tokens("[data-theme='light']", "\n[data-theme='dark']"),
};

const GROUNDS = ['surface', 'surface-sunken', 'surface-raised', 'canvas'];

/** Text of any size: 4.5. */
const TEXT: readonly (readonly [string, string])[] = [
  ...GROUNDS.flatMap((ground) =>
    ['text', 'text-2', 'text-3', 'accent-text', 'ok', 'warn', 'error', 'info'].map((ink) => [ink, ground] as const),
  ),
  ['on-accent', 'accent'],
  ['on-accent', 'accent-hover'],
  ['accent-text', 'accent-soft'],
  ['text', 'accent-soft'],
  ['ok', 'ok-soft'],
  ['warn', 'warn-soft'],
  ['text', 'warn-soft'],
  ['text-2', 'warn-soft'],
  ['error', 'error-soft'],
  ['info', 'info-soft'],
  // Values on nodes that are coloured by a number, and names on those coloured by a class.
  ...[0, 1, 2, 3, 4].map((i) => [`heat-${i}-ink`, `heat-${i}`] as const),
  ...CATEGORIES.flatMap((c) =>
    ['surface', 'canvas', `cat-${c}-soft`].map((ground) => [`cat-${c}-text`, ground] as const),
  ),
];

/** What must be seen to understand: borders of controls, focus, strips, swatches of keys. 3. */
const GRAPHICS: readonly (readonly [string, string])[] = [
  ...GROUNDS.flatMap((ground) => ['line-control', 'accent', 'edge-strong'].map((ink) => [ink, ground] as const)),
  ...CATEGORIES.map((c) => [`cat-${c}`, 'surface'] as const),
  ['heat-4', 'surface'],
  ['div-neg', 'surface'],
  ['div-pos', 'surface'],
];

describe.each(['light', 'dark'] as const)('%s theme', (theme) => {
  const colour = THEMES[theme];
  const of = ([ink, ground]: readonly [string, string]) => contrast(luminance(colour(ink)), luminance(colour(ground)));
  const failing = (pairs: typeof TEXT, least: number) =>
    pairs.filter((pair) => of(pair) < least).map((pair) => `${pair.join(' on ')}: ${of(pair).toFixed(2)}`);

  test('text has 4.5 at least', () => expect(failing(TEXT, 4.5)).toEqual([]));
  test('what must be seen has 3 at least', () => expect(failing(GRAPHICS, 3)).toEqual([]));
});

test('the theme of a dark system is the dark theme', () => {
  const plain = (text: string) =>
    [...text.matchAll(/--([\w-]+):\s*([^;]+);/g)].map(([, name, value]) => `${name} ${value}`);
  const media = CSS.slice(CSS.indexOf('@media (prefers-color-scheme: dark)'));
  const start = CSS.indexOf("\n[data-theme='dark']");
  expect(plain(media.slice(0, media.indexOf('\n  }')))).toEqual(plain(CSS.slice(start, CSS.indexOf('\n}', start))));
});
