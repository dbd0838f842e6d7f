/** The theme's colours as the canvas needs them: read once from CSS, read again when the theme changes. */
import { CATEGORIES } from '../../graph-model/operators/category.ts';
import { contrast, luminance, parseColour } from '../../graph-view/css-colour.ts';
import type { OverlayPalette } from '../../graph-view/overlay.ts';

export interface Palette extends OverlayPalette {
  readonly canvas: string;
  readonly dot: string;
  /** Sides of the boxes around groups. */
  readonly boxLine: string;
  readonly text: string;
  readonly edge: string;
  readonly edgeStrong: string;
  readonly edgeShape: string;
  readonly accent: string;
  readonly accentSoft: string;
  readonly onAccent: string;
  readonly warn: string;
  readonly error: string;
  readonly fontUi: string;
  readonly fontMono: string;
}

export function readPalette(element: Element): Palette {
  const style = getComputedStyle(element);
  const read = (name: string) => style.getPropertyValue(`--${name}`).trim();
  const five = [0, 1, 2, 3, 4];
  return {
    canvas: read('canvas'),
    dot: read('canvas-dot'),
    surface: read('surface'),
    line: read('line-strong'),
    boxLine: read('n-6'),
    text: read('text'),
    muted: read('text-3'),
    edge: read('edge'),
    edgeStrong: read('edge-strong'),
    edgeShape: read('edge-shape'),
    accent: read('accent'),
    accentSoft: read('accent-soft'),
    onAccent: read('on-accent'),
    warn: read('warn'),
    error: read('error'),
    strip: CATEGORIES.map((c) => read(`cat-${c}`)),
    ink: CATEGORIES.map((c) => read(`cat-${c}-text`)),
    soft: CATEGORIES.map((c) => read(`cat-${c}-soft`)),
    heat: five.map((i) => read(`heat-${i}`)),
    heatInk: five.map((i) => read(`heat-${i}-ink`)),
    fontUi: read('font-ui'),
    fontMono: read('font-mono'),
    inkOn: inkChooser([read('heat-0-ink'), read('heat-4-ink')]),
  };
}

/** The one of two inks that stands out more. */
function inkChooser(inks: readonly [string, string]): (fill: string) => string {
  const ctx = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const known = new Map<string, number>();
  const light = (colour: string): number => {
    let l = known.get(colour);
    if (l === undefined) {
      l = lightOf(ctx, colour);
      known.set(colour, l);
    }
    return l;
  };
  return (fill) => {
    const [a, b] = inks.map((ink) => contrast(light(ink), light(fill)));
    return a! >= b! ? inks[0] : inks[1];
  };
}

/** Any CSS colour: what cannot be read here is read by letting the browser paint it. */
function lightOf(ctx: CanvasRenderingContext2D | null, colour: string): number {
  const known = parseColour(colour);
  if (known) return luminance(known);
  if (!ctx) return 0;
  ctx.fillStyle = colour;
  ctx.fillRect(0, 0, 1, 1);
  const [r = 0, g = 0, b = 0] = ctx.getImageData(0, 0, 1, 1).data;
  return luminance([r, g, b]);
}

/** Calls `changed` when the theme of the page or of the system becomes another; returns how to stop. */
export function watchTheme(changed: () => void): () => void {
  const observer = new MutationObserver(changed);
  observer.observe(document.documentElement, { attributeFilter: ['data-theme', 'class', 'style'] });
  const queries = ['(prefers-color-scheme: dark)', '(prefers-contrast: more)'].map((q) => window.matchMedia(q));
  for (const q of queries) q.addEventListener('change', changed);
  return () => {
    observer.disconnect();
    for (const q of queries) q.removeEventListener('change', changed);
  };
}
