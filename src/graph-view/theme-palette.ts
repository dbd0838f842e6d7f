/** The colours of a theme where no stylesheet can be asked. */
import { CATEGORIES } from '../graph-model/operators/category.ts';
import { COLOURS } from './colours.generated.ts';
import { contrast, luminance, parseColour } from './css-colour.ts';
import type { OverlayPalette } from './overlay.ts';

export type Theme = 'light' | 'dark';

export function themePalette(theme: Theme): OverlayPalette {
  const read = (name: string) => COLOURS[theme]![name]!;
  const five = [0, 1, 2, 3, 4];
  return {
    surface: read('surface'),
    line: read('line-strong'),
    muted: read('text-3'),
    strip: CATEGORIES.map((c) => read(`cat-${c}`)),
    ink: CATEGORIES.map((c) => read(`cat-${c}-text`)),
    soft: CATEGORIES.map((c) => read(`cat-${c}-soft`)),
    heat: five.map((i) => read(`heat-${i}`)),
    heatInk: five.map((i) => read(`heat-${i}-ink`)),
    inkOn: (fill) => inkOn(fill, [read('heat-0-ink'), read('heat-4-ink')]),
  };
}

/** The one of two inks that stands out more; the first on a colour that cannot be read here. */
function inkOn(fill: string, inks: readonly [string, string]): string {
  const ground = parseColour(fill);
  if (ground === null) return inks[0];
  const [a, b] = inks.map((ink) => contrast(luminance(parseColour(ink)!), luminance(ground)));
  return a! >= b! ? inks[0] : inks[1];
}
