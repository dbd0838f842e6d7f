/** The theme's colours as the canvas needs them: read once from CSS, read again when the theme changes. */
import { CATEGORIES } from '../../graph-model/operators/category.ts';

export interface Palette {
  readonly canvas: string;
  readonly dot: string;
  readonly surface: string;
  readonly line: string;
  /** Sides of the boxes around groups. */
  readonly boxLine: string;
  readonly text: string;
  readonly muted: string;
  readonly edge: string;
  readonly edgeStrong: string;
  readonly edgeShape: string;
  readonly accent: string;
  readonly accentSoft: string;
  readonly onAccent: string;
  readonly warn: string;
  readonly error: string;
  /** By category: strip and text. */
  readonly strip: readonly string[];
  readonly ink: readonly string[];
  readonly soft: readonly string[];
  readonly heat: readonly string[];
  readonly heatInk: readonly string[];
  readonly fontUi: string;
  readonly fontMono: string;
  /** Text that can be read on a colour that a file asked for: the darker or lighter of the theme's inks. */
  inkOn(fill: string): string;
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

/** The one of two inks that stands out more. Any CSS colour is read by letting the browser paint it. */
function inkChooser(inks: readonly [string, string]): (fill: string) => string {
  const ctx = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const known = new Map<string, number>();
  const light = (colour: string): number => {
    let l = known.get(colour);
    if (l === undefined) {
      l = luminance(ctx, colour);
      known.set(colour, l);
    }
    return l;
  };
  return (fill) => {
    const [a, b] = inks.map((ink) => contrast(light(ink), light(fill)));
    return a! >= b! ? inks[0] : inks[1];
  };
}

const contrast = (a: number, b: number): number => (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);

/** Relative luminance, 0 .. 1, as WCAG 2 defines it. */
function luminance(ctx: CanvasRenderingContext2D | null, colour: string): number {
  if (!ctx) return 0;
  ctx.fillStyle = colour;
  ctx.fillRect(0, 0, 1, 1);
  const [r, g, b] = [...ctx.getImageData(0, 0, 1, 1).data].slice(0, 3).map((v) => {
    const c = v / 255;
    return c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
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
